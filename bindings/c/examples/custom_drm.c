/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "playhead/playhead.h"

/* Plays the protected title named on the command line by a DRM system of its own: custom_drm LICENCES URL. The system is
 * W3C Clear Key (Encrypted Media Extensions, §9.1), written by hand over the C table of playhead/drm/cdm.h, "path A": it
 * opens the samples itself. A player makes one for each title, on its engine thread; samples come from decoding threads. */

#define MOST_KEYS 16

typedef struct key {
  uint8_t id[16], value[16];
} key;

typedef struct handmade {
  const playhead_cdm_host* host;
  CRYPTO_RWLOCK* lock;
  key keys[MOST_KEYS]; /* under lock */
  size_t key_count;
} handmade;

struct playhead_cdm_session {
  handmade* system;
  uint64_t number; /* the host's name for it */
};

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648 §5 without padding: 16 bytes are 22 letters. */
static void write_base64url(const uint8_t* from, char to[23]) {
  unsigned bits = 0, count = 0, at = 0;
  size_t i;
  for (i = 0; i < 16; ++i) {
    bits = bits << 8 | from[i];
    for (count += 8; count >= 6; count -= 6) to[at++] = DIGITS[bits >> (count - 6) & 63];
  }
  to[at++] = DIGITS[bits << (6 - count) & 63];
  to[at] = 0;
}

/* The 16 bytes behind `"name":"` in an object's text, or 0. */
static int read_base64url(const char* object, const char* end, const char* name, uint8_t to[16]) {
  const size_t length = strlen(name);
  unsigned bits = 0, count = 0, at = 0;
  int has_begun = 0;
  for (; object + length < end && strncmp(object, name, length) != 0; ++object) {
  }
  for (object += length; object < end && at < 16; ++object) {
    const char* digit = *object != 0 ? strchr(DIGITS, *object) : NULL;
    if (digit == NULL) {
      if (!has_begun && (*object == ' ' || *object == ':' || *object == '"')) continue;
      return 0;
    }
    has_begun = 1;
    bits = bits << 6 | (unsigned)(digit - DIGITS);
    count += 6;
    if (count >= 8) to[at++] = (uint8_t)(bits >> (count -= 8));
  }
  return at == 16;
}

static int32_t start(void* user, const playhead_cdm_host* host, playhead_cdm_error* error) {
  (void)error;
  ((handmade*)user)->host = host;
  return 0;
}

static void destroy(void* user) {
  handmade* self = (handmade*)user;
  CRYPTO_THREAD_lock_free(self->lock);
  OPENSSL_cleanse(self->keys, sizeof self->keys);
  free(self);
}

static int32_t query(void* user, uint32_t track, playhead_cdm_capabilities* capabilities) {
  (void)user;
  capabilities->level = track == PLAYHEAD_CDM_TRACK_TEXT ? 0 : 1000; /* software: up to 720p */
  capabilities->schemes = PLAYHEAD_CDM_CENC;
  capabilities->can = PLAYHEAD_CDM_DECRYPTS;
  capabilities->max_sessions = 4;
  return 0;
}

static int32_t open_session(void* user, uint64_t number, uint32_t kind, playhead_cdm_session** opened,
                            playhead_cdm_error* error) {
  (void)error;
  if (kind != PLAYHEAD_CDM_TEMPORARY) return -PLAYHEAD_CDM_NO_SYSTEM;
  *opened = (playhead_cdm_session*)malloc(sizeof **opened);
  if (*opened == NULL) return -PLAYHEAD_CDM_INTERNAL;
  (*opened)->system = (handmade*)user;
  (*opened)->number = number;
  return 0;
}

static void close_session(playhead_cdm_session* session) { free(session); }

/* Asks for the keys that version 1 pssh boxes name (ISO/IEC 23001-7 §8.1): {"kids":["…"],"type":"temporary"}. */
static int32_t request(playhead_cdm_session* session, uint32_t type, const uint8_t* init, size_t size,
                       playhead_cdm_error* error) {
  const playhead_cdm_host* host = session->system->host;
  char json[64 + MOST_KEYS * 26] = "{\"kids\":[";
  playhead_cdm_message message;
  size_t count = 0, i;
  (void)error;
  if (type != PLAYHEAD_CDM_INIT_PSSH || size < 32 || init[8] != 1) return -PLAYHEAD_CDM_INIT_DATA;
  count = (size_t)init[30] << 8 | init[31];
  if (count == 0 || count > MOST_KEYS || size < 32 + 16 * count) return -PLAYHEAD_CDM_INIT_DATA;
  for (i = 0; i < count; ++i) {
    char id[23];
    write_base64url(init + 32 + 16 * i, id);
    strcat(json, i == 0 ? "\"" : ",\"");
    strcat(json, id);
    strcat(json, "\"");
  }
  strcat(json, "],\"type\":\"temporary\"}");
  memset(&message, 0, sizeof message);
  message.struct_size = sizeof message;
  message.type = PLAYHEAD_CDM_LICENSE_REQUEST;
  message.challenge = (const uint8_t*)json;
  message.challenge_size = strlen(json);
  return host->message(host->user, session->number, &message);
}

/* Takes {"keys":[{"kty":"oct","kid":"…","k":"…"} …]}. */
static void update(playhead_cdm_session* session, const uint8_t* response, size_t size, uint64_t token) {
  handmade* self = session->system;
  const playhead_cdm_host* host = self->host;
  const char* text = (const char*)response;
  const char* const end = text + size;
  playhead_cdm_key told[MOST_KEYS];
  size_t count = 0;
  CRYPTO_THREAD_write_lock(self->lock);
  while (text < end && count < MOST_KEYS && self->key_count < MOST_KEYS) {
    key* next = &self->keys[self->key_count];
    const char* close = text;
    while (close < end && *close != '}') ++close;
    if (read_base64url(text, close, "\"kid\"", next->id) && read_base64url(text, close, "\"k\"", next->value)) {
      memcpy(told[count].id, next->id, 16);
      told[count].status = PLAYHEAD_CDM_KEY_USABLE;
      ++count;
      ++self->key_count;
    }
    text = close + 1;
  }
  CRYPTO_THREAD_unlock(self->lock);
  if (count > 0) host->keys(host->user, session->number, told, count);
  host->updated(host->user, session->number, token, count > 0 ? 0 : -PLAYHEAD_CDM_LICENSE, NULL);
}

/* cenc: AES-CTR, which runs on over the encrypted parts of a sample. */
static int32_t decrypt(void* user, const playhead_cdm_crypto_info* info, uint8_t* sample, size_t* size,
                       playhead_cdm_error* error) {
  handmade* self = (handmade*)user;
  uint8_t value[16];
  EVP_CIPHER_CTX* cipher = NULL;
  size_t i, at = 0;
  int is_known = 0, length = 0, is_good = 0;
  (void)error;
  if (info->scheme != PLAYHEAD_CDM_CENC) return -PLAYHEAD_CDM_SAMPLE;
  CRYPTO_THREAD_read_lock(self->lock);
  for (i = 0; i < self->key_count && !is_known; ++i) {
    is_known = memcmp(self->keys[i].id, info->kid, 16) == 0;
    if (is_known) memcpy(value, self->keys[i].value, 16);
  }
  CRYPTO_THREAD_unlock(self->lock);
  if (!is_known) return -PLAYHEAD_CDM_NO_KEY;
  cipher = EVP_CIPHER_CTX_new();
  is_good = cipher != NULL && EVP_DecryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, value, info->iv) == 1;
  if (info->subsample_count == 0) {
    is_good = is_good && EVP_DecryptUpdate(cipher, sample, &length, sample, (int)*size) == 1;
  }
  for (i = 0; is_good && i < info->subsample_count; ++i) {
    const playhead_cdm_subsample part = info->subsamples[i];
    if (part.clear_bytes > *size - at || part.encrypted_bytes > *size - at - part.clear_bytes) break;
    at += part.clear_bytes;
    is_good = EVP_DecryptUpdate(cipher, sample + at, &length, sample + at, (int)part.encrypted_bytes) == 1;
    at += part.encrypted_bytes;
  }
  is_good = is_good && i == info->subsample_count;
  EVP_CIPHER_CTX_free(cipher);
  OPENSSL_cleanse(value, sizeof value);
  return is_good ? 0 : -PLAYHEAD_CDM_SAMPLE;
}

static int32_t make_system(uint32_t min_abi, uint32_t max_abi, const playhead_cdm_system** system,
                           playhead_cdm_error* error) {
  static const uint8_t W3C_COMMON[16] = {0x10, 0x77, 0xef, 0xec, 0xc0, 0xb2, 0x4d, 0x02,
                                         0xac, 0xe3, 0x3c, 0x1e, 0x52, 0xe2, 0xfb, 0x4b};
  static const char* const FORMATS[] = {"urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"};
  static playhead_cdm_system made; /* of one client, whose calls come one at a time */
  handmade* self = NULL;
  if (PLAYHEAD_CDM_ABI_VERSION < min_abi || PLAYHEAD_CDM_ABI_VERSION > max_abi) {
    error->detail = (int32_t)PLAYHEAD_CDM_ABI_VERSION;
    return -PLAYHEAD_CDM_VERSION_MISMATCH;
  }
  self = (handmade*)calloc(1, sizeof *self);
  if (self == NULL) return -PLAYHEAD_CDM_INTERNAL;
  self->lock = CRYPTO_THREAD_lock_new();
  if (self->lock == NULL) {
    free(self);
    return -PLAYHEAD_CDM_INTERNAL;
  }
  memset(&made, 0, sizeof made);
  made.struct_size = sizeof made;
  made.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  made.user = self;
  made.name = "handmade";
  made.system_ids = W3C_COMMON;
  made.system_id_count = 1;
  made.key_formats = FORMATS;
  made.key_format_count = 1;
  made.destroy = destroy;
  made.start = start;
  made.query = query;
  made.open_session = open_session;
  made.close = close_session;
  made.request = request;
  made.update = update;
  made.decrypt = decrypt;
  *system = &made;
  return 0;
}

int main(int argc, char** argv) {
  const playhead_cdm_entry_function systems[] = {make_system};
  playhead_drm_config drm = PLAYHEAD_DRM_CONFIG_INIT;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_client* client = NULL;
  playhead_player* player = NULL;
  playhead_status status = PLAYHEAD_OK;
  if (argc != 3) {
    fprintf(stderr, "usage: custom_drm LICENCES URL\n");
    return 2;
  }
  drm.systems = systems;
  drm.system_count = 1;
  drm.no_clear_key = 1;
  drm.license_url = argv[1];
  config.drm = &drm;
  status = playhead_client_create(&config, &client);
  if (status == PLAYHEAD_OK) status = playhead_player_create(client, NULL, &player);
  source.url = argv[2];
  if (status == PLAYHEAD_OK) status = playhead_player_load(player, &source); /* and plays it */
  while (status == PLAYHEAD_OK && event.type != PLAYHEAD_EVENT_ENDED) {
    status = playhead_player_next_event(player, -1, &event);
    if (event.type == PLAYHEAD_EVENT_FIRST_FRAME) printf("%dx%d\n", (int)event.width, (int)event.height);
    if (event.type == PLAYHEAD_EVENT_FAILED) status = -event.error_code;
  }
  if (status != PLAYHEAD_OK) fprintf(stderr, "%s\n", playhead_error_meaning(status));
  playhead_player_destroy(player);
  playhead_client_destroy(client);
  return status == PLAYHEAD_OK ? 0 : 1;
}
