/* SPDX-License-Identifier: Apache-2.0 */
/* A module that breaks the rules of cdm.h. Each ODD_… refuses to load in a way of its own; without
 * any, sessions misbehave as the text of their initialisation data says, samples as the first byte
 * of their key id says. In C99, as others may write theirs. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "playhead/drm/cdm.h"

struct playhead_cdm_session {
  struct odd_system* system;
  uint64_t number;
  char command[32];
};

typedef struct odd_system {
  playhead_cdm_system table;
  const playhead_cdm_host* host;
  uint64_t last_closed;
  playhead_cdm_session* again; /* what open_session() opens */
  uint64_t watched; /* what the thread talks about; 0: there is none */
  pthread_t thread;
  pthread_mutex_t mutex;
  int is_over; /* under mutex */
} odd_system;

static const uint8_t kId[16] = {0x0d, 0xd0};
static const char* const kFormats[] = {"org.example.odd"};

static void say_message(odd_system* odd, uint64_t session, uint32_t type) {
  playhead_cdm_message message;
  memset(&message, 0, sizeof(message));
  message.struct_size = sizeof(message);
  message.type = type;
  message.challenge = (const uint8_t*)"odd";
  message.challenge_size = 3;
  odd->host->message(odd->host->user, session, &message);
}

/* Everything a module can say. */
static void say_all(odd_system* odd, uint64_t session) {
  const playhead_cdm_host* host = odd->host;
  playhead_cdm_key key;
  memset(&key, 1, sizeof(key));
  key.status = PLAYHEAD_CDM_KEY_USABLE;
  say_message(odd, session, PLAYHEAD_CDM_RENEWAL);
  host->keys(host->user, session, &key, 1);
  host->expiration(host->user, session, 5);
  host->updated(host->user, session, 1, 0, NULL);
  host->updated(host->user, session, 12345, -PLAYHEAD_CDM_LICENSE, NULL);
  host->post(host->user, session, 1);
  host->post_at(host->user, session, 0, 2);
  host->cancel(host->user, session, 3);
  host->now_us(host->user, session);
  host->wall_now_us(host->user, session);
  host->random(host->user, session);
  host->is_current(host->user, session);
  host->output_protection(host->user);
  host->log(host->user, 77, "one\nline of https://host/path?sig=secret more");
}

static void* talk(void* user) {
  odd_system* odd = (odd_system*)user;
  int is_over = 0;
  while (!is_over) {
    say_all(odd, odd->watched);
    pthread_mutex_lock(&odd->mutex);
    is_over = odd->is_over;
    pthread_mutex_unlock(&odd->mutex);
  }
  return NULL;
}

static void destroy(void* user) {
  odd_system* odd = (odd_system*)user;
  pthread_mutex_lock(&odd->mutex);
  odd->is_over = 1;
  pthread_mutex_unlock(&odd->mutex);
  if (odd->watched != 0) pthread_join(odd->thread, NULL);
  pthread_mutex_destroy(&odd->mutex);
  free(odd);
}

static int32_t start(void* user, const playhead_cdm_host* host, playhead_cdm_error* error) {
#if defined(ODD_START_FAILS)
  (void)user, (void)host;
  strcpy(error->message, "not today");
  return -PLAYHEAD_CDM_REVOKED;
#else
  (void)error;
  ((odd_system*)user)->host = host;
  return 0;
#endif
}

static int32_t query(void* user, uint32_t track, playhead_cdm_capabilities* capabilities) {
  (void)user;
  if (track == PLAYHEAD_CDM_TRACK_AUDIO) return 5;
  capabilities->struct_size = 0xFFFFFFFF;
  capabilities->level = track == PLAYHEAD_CDM_TRACK_TEXT ? 0xFFFFFFFF : 2500;
  capabilities->schemes = 0xFFFFFF00 | PLAYHEAD_CDM_CBCS;
  capabilities->can = 0xFFFFFF00 | PLAYHEAD_CDM_DECRYPTS;
  capabilities->max_sessions = track == PLAYHEAD_CDM_TRACK_TEXT ? 0xFFFFFFFF : 0;
  return 0;
}

static int32_t open_session(void* user, uint64_t session, uint32_t kind,
                            playhead_cdm_session** opened, playhead_cdm_error* error) {
  playhead_cdm_session* made;
  (void)error;
  say_all((odd_system*)user, session);
  if (kind == PLAYHEAD_CDM_PERSISTENT) return 0; /* and opens none */
  if (((odd_system*)user)->again != NULL) {
    *opened = ((odd_system*)user)->again;
    return 0;
  }
  made = (playhead_cdm_session*)calloc(1, sizeof(*made));
  made->system = (odd_system*)user;
  made->number = session;
  *opened = made;
  return 0;
}

static void close_session(playhead_cdm_session* session) {
  say_all(session->system, session->number);
  session->system->last_closed = session->number;
  free(session);
}

static int is(const playhead_cdm_session* session, const char* command) {
  return strcmp(session->command, command) == 0;
}

static int32_t request(playhead_cdm_session* session, uint32_t init_type, const uint8_t* init,
                       size_t size, playhead_cdm_error* error) {
  odd_system* odd = session->system;
  const playhead_cdm_host* host = odd->host;
  playhead_cdm_message message;
  int i;
  (void)init_type;
  if (size >= sizeof(session->command)) return -PLAYHEAD_CDM_INIT_DATA;
  memcpy(session->command, init, size);
  session->command[size] = 0;
  memset(&message, 0, sizeof(message));
  message.struct_size = sizeof(message);
  message.challenge = (const uint8_t*)"odd";
  message.challenge_size = 3;
  if (is(session, "again")) odd->again = session;
  if (is(session, "positive")) return 17;
  if (is(session, "unknown")) return -99999;
  if (is(session, "least")) return INT32_MIN;
  if (is(session, "endless text")) {
    error->struct_size = 0xFFFFFFFF;
    error->detail = 42;
    memset(error->message, 0x07, sizeof(error->message));
    memcpy(error->message, "ask https://host/path?sig=secret again", 38);
    return -PLAYHEAD_CDM_PROVISIONING;
  }
  if (is(session, "huge")) message.challenge_size = PLAYHEAD_CDM_MAX_MESSAGE + 1;
  if (is(session, "endless")) message.challenge_size = (size_t)-1;
  if (is(session, "null")) message.challenge = NULL;
  if (is(session, "small")) message.struct_size = 8;
  if (is(session, "empty")) message.struct_size = 0;
  if (is(session, "type")) message.type = 99;
  if (is(session, "none")) {
    host->message(host->user, session->number, NULL);
    return 0;
  }
  if (is(session, "url")) {
    char* url = (char*)malloc(PLAYHEAD_CDM_MAX_URL + 2);
    memset(url, 'u', PLAYHEAD_CDM_MAX_URL + 1);
    url[PLAYHEAD_CDM_MAX_URL + 1] = 0;
    message.url = url;
    host->message(host->user, session->number, &message);
    free(url);
    return 0;
  }
  if (is(session, "many keys")) host->keys(host->user, session->number, NULL, 1u << 30);
  if (is(session, "null keys")) host->keys(host->user, session->number, NULL, 3);
  if (is(session, "odd keys")) {
    playhead_cdm_key keys[2];
    memset(keys, 0, sizeof(keys));
    keys[0].status = 77;
    keys[1].status = PLAYHEAD_CDM_KEY_OUTPUT_RESTRICTED;
    host->keys(host->user, session->number, keys, 2);
  }
  if (is(session, "ends never was")) host->expiration(host->user, session->number, INT64_MIN);
  if (is(session, "ends late")) host->expiration(host->user, session->number, INT64_MAX - 1);
  if (is(session, "flood")) {
    for (i = 0; i < 5000; ++i) host->expiration(host->user, session->number, i);
  }
  if (is(session, "timers")) {
    for (i = 0; i < 500; ++i) host->post_at(host->user, session->number, INT64_MAX, (uint64_t)i);
  }
  if (is(session, "failed")) host->failed(host->user, session->number, -PLAYHEAD_CDM_REVOKED, NULL);
  if (is(session, "failed well")) host->failed(host->user, session->number, 0, NULL);
  if (is(session, "others")) {
    say_all(odd, odd->last_closed);
    say_all(odd, session->number + 1);
    say_all(odd, 0);
  }
  if (is(session, "store")) {
    uint8_t buffer[4];
    size_t room = sizeof(buffer);
    char name[400];
    memset(name, 'n', sizeof(name));
    if (host->store_put == NULL) return -PLAYHEAD_CDM_NO_SYSTEM;
    if (host->store_put(host->user, name, buffer, 1) == 0) return -PLAYHEAD_CDM_INTERNAL;
    if (host->store_put(host->user, NULL, buffer, 1) == 0) return -PLAYHEAD_CDM_INTERNAL;
    if (host->store_put(host->user, "x", NULL, 1) == 0) return -PLAYHEAD_CDM_INTERNAL;
    if (host->store_put(host->user, "x", buffer, (size_t)-1) == 0) return -PLAYHEAD_CDM_INTERNAL;
    if (host->store_put(host->user, "x", (const uint8_t*)"12345678", 8) != 0) {
      return -PLAYHEAD_CDM_INTERNAL;
    }
    if (host->store_get(host->user, "x", buffer, NULL) == 0) return -PLAYHEAD_CDM_INTERNAL;
    if (host->store_get(host->user, "y", buffer, &room) != -PLAYHEAD_CDM_NO_LICENSE) {
      return -PLAYHEAD_CDM_INTERNAL;
    }
    if (host->store_get(host->user, "x", buffer, &room) != -PLAYHEAD_CDM_BUFFER_TOO_SMALL ||
        room != 8) {
      return -PLAYHEAD_CDM_INTERNAL;
    }
    return host->store_remove(host->user, "x");
  }
  if (is(session, "thread")) {
    odd->watched = session->number;
    pthread_create(&odd->thread, NULL, talk, odd);
    return 0;
  }
  host->message(host->user, session->number, &message);
  return 0;
}

static void update(playhead_cdm_session* session, const uint8_t* response, size_t size,
                   uint64_t token) {
  const playhead_cdm_host* host = session->system->host;
  (void)response, (void)size;
  if (is(session, "never")) return;
  host->updated(host->user, session->number, token, is(session, "odd") ? 3 : 0, NULL);
  host->updated(host->user, session->number, token, -PLAYHEAD_CDM_LICENSE, NULL);
  host->updated(host->user, session->number, token + 1, 0, NULL);
}

static int32_t decrypt(void* user, const playhead_cdm_crypto_info* info, uint8_t* sample,
                       size_t* size, playhead_cdm_error* error) {
  (void)user, (void)error;
  memset(sample, 'c', *size);
  switch (info->kid[0]) {
    case 1:
      ++*size;
      return 0;
    case 2:
      *size = (size_t)-1;
      return 0;
    case 3:
      *size /= 2;
      return 0;
    case 4:
      return 1;
    case 5:
      return -12345;
    case 6:
      return -PLAYHEAD_CDM_OUTPUT_RESTRICTED;
    default:
      return 0;
  }
}

static int32_t persistent_id(playhead_cdm_session* session, char* buffer, size_t capacity) {
  if (is(session, "failing id")) return -1;
  memset(buffer, 'i', capacity);
  return 0;
}

#if !defined(ODD_NO_ENTRY)
PLAYHEAD_CDM_EXPORT int32_t playhead_cdm_entry(uint32_t min_abi, uint32_t max_abi,
                                               const playhead_cdm_system** system,
                                               playhead_cdm_error* error);
int32_t playhead_cdm_entry(uint32_t min_abi, uint32_t max_abi, const playhead_cdm_system** system,
                           playhead_cdm_error* error) {
#if defined(ODD_ENTRY_FAILS)
  (void)min_abi, (void)max_abi, (void)system;
  strcpy(error->message, "the device is not set up");
  return -PLAYHEAD_CDM_PROVISIONING;
#elif defined(ODD_ENTRY_ODD)
  (void)min_abi, (void)max_abi, (void)system, (void)error;
  return 4711;
#elif defined(ODD_OTHER_VERSION)
  (void)system;
  error->detail = 9;
  return min_abi <= 9 && 9 <= max_abi ? 0 : -PLAYHEAD_CDM_VERSION_MISMATCH;
#elif defined(ODD_NO_TABLE)
  (void)min_abi, (void)max_abi, (void)system, (void)error;
  return 0;
#else
  odd_system* odd = (odd_system*)calloc(1, sizeof(odd_system));
  playhead_cdm_system* table = &odd->table;
  (void)min_abi, (void)max_abi, (void)error;
  pthread_mutex_init(&odd->mutex, NULL);
  table->struct_size = sizeof(*table);
  table->abi_version = PLAYHEAD_CDM_ABI_VERSION;
  table->user = odd;
  table->name = "odd";
  table->system_ids = kId;
  table->system_id_count = 1;
  table->key_formats = kFormats;
  table->key_format_count = 1;
  table->destroy = destroy;
  table->start = start;
  table->query = query;
  table->open_session = open_session;
  table->close = close_session;
  table->request = request;
  table->update = update;
  table->decrypt = decrypt;
  table->persistent_id = persistent_id;
#if defined(ODD_NULL_FUNCTION)
  table->request = NULL;
#elif defined(ODD_NO_NAME)
  table->name = NULL;
#elif defined(ODD_MANY_IDS)
  table->system_id_count = (size_t)-1;
#elif defined(ODD_TINY) || defined(ODD_SMALL) || defined(ODD_NEWER)
  static playhead_cdm_system refused;
  destroy(odd); /* a table refused for its size or version is never called */
  refused.struct_size = sizeof(refused);
  refused.abi_version = PLAYHEAD_CDM_ABI_VERSION;
#if defined(ODD_TINY)
  refused.struct_size = 4;
#elif defined(ODD_SMALL)
  refused.struct_size = (uint32_t)offsetof(playhead_cdm_system, update);
#else
  refused.abi_version = 7;
#endif
  table = &refused;
#endif
  *system = table;
  return 0;
#endif
}
#endif
