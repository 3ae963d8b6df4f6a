/* SPDX-License-Identifier: Apache-2.0 */
/* runner SCENARIOS ORIGIN FOLDER SERVICE TOKEN: plays them through the C interface; see README.md. */
#include <inttypes.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "playhead/playhead.h"

enum { PATIENCE_MS = 60000, LINE_BYTES = 512 };

struct run {
  const char* origin;
  playhead_client* client;
  playhead_player* player;
  playhead_downloads* downloads;
  char download[PLAYHEAD_DOWNLOAD_ID_BYTES];
  sem_t told; /* of a change of a download */
  uint64_t hash;
};

static void die(const char* what, const char* detail) {
  fprintf(stderr, "%s: %s\n", what, detail);
  exit(1);
}
static void check(playhead_status status, const char* what) {
  if (status != PLAYHEAD_OK) die(what, playhead_error_name(status));
}

static void write_line(struct run* run, const char* format, ...) {
  char line[LINE_BYTES];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof line - 1, format, values);
  va_end(values);
  strcat(line, "\n");
  for (const char* at = line; *at != '\0'; ++at) {
    run->hash = (run->hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
  }
  fputs(line, stdout);
}

/* Writes the event, as far as it has a row; whether it is of the kind `wanted`. */
static int take(struct run* run, const playhead_event* event, const char* wanted) {
  const char* name = "";
  switch (event->type) {
    case PLAYHEAD_EVENT_MANIFEST_LOADED:
      name = "MANIFEST_LOADED";
      write_line(run, "%s %" PRId64 " %d %d", name, (event->duration_us + 50000) / 100000,
                 (int)event->video_representations, (int)event->audio_tracks);
      break;
    case PLAYHEAD_EVENT_FIRST_FRAME:
      name = "FIRST_FRAME";
      write_line(run, "%s", name);
      break;
    case PLAYHEAD_EVENT_REPRESENTATION_CHANGED:
      name = "REPRESENTATION_CHANGED";
      if (event->reason == PLAYHEAD_SWITCH_MANUAL) {
        write_line(run, "%s %dx%d", name, (int)event->width, (int)event->height);
      }
      break;
    case PLAYHEAD_EVENT_SEEK_DONE:
      name = "SEEK_DONE";
      write_line(run, "%s %" PRIu64 " %" PRId64, name, event->user_tag, event->target_us / 40000);
      break;
    case PLAYHEAD_EVENT_ENDED:
      name = "ENDED";
      write_line(run, "%s", name);
      break;
    case PLAYHEAD_EVENT_FAILED:
      name = "FAILED";
      write_line(run, "%s %s %d", name, event->error_name, (int)event->error_detail);
      break;
    case PLAYHEAD_EVENT_SUMMARY:
      name = "SUMMARY";
      write_line(run, "%s %" PRId64 " %d", name, event->qoe->shown_frames + event->qoe->dropped_frames,
                 (int)event->qoe->is_offline);
      break;
    default: break;
  }
  return strcmp(name, wanted) == 0;
}

static void until(struct run* run, const char* wanted) {
  playhead_event event = PLAYHEAD_EVENT_INIT;
  do {
    check(playhead_player_next_event(run->player, PATIENCE_MS, &event), wanted);
  } while (!take(run, &event, wanted));
}

static void load(struct run* run, const char* path, int paused) {
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  char url[LINE_BYTES];
  snprintf(url, sizeof url, "%s/%s", run->origin, path);
  if (path[0] == '\0') {
    source.download_id = run->download;
  } else {
    source.url = url;
  }
  source.start_paused = paused;
  check(playhead_player_load(run->player, &source), "load");
}

static void load_title(struct run* run, const char* id) {
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  source.title_id = id;
  source.start_paused = 1;
  check(playhead_player_load(run->player, &source), "load_title");
}

static void answer_token(void* user, int32_t refresh, playhead_token_request* request) {
  (void)refresh;
  playhead_token_request_answer(request, user);
}

static void choose(struct run* run, int32_t height) {
  playhead_snapshot* snapshot = NULL;
  playhead_representation one = PLAYHEAD_REPRESENTATION_INIT;
  int32_t index = 0;
  check(playhead_player_snapshot(run->player, &snapshot), "snapshot");
  while (one.height != height) check(playhead_snapshot_get_representation(snapshot, index++, &one), "representation");
  check(playhead_player_select_representation(run->player, one.id), "select_representation");
  playhead_snapshot_release(snapshot);
}

static void changed(void* user, const playhead_download* download) {
  (void)download;
  sem_post(user);
}
static void removed(void* user, const char* id) {
  (void)id;
  sem_post(user);
}

/* Until the download has the state, failed, or, with -1, is gone. */
static void await_download(struct run* run, int32_t state) {
  for (;;) {
    playhead_download_list* list = NULL;
    playhead_download one = PLAYHEAD_DOWNLOAD_INIT;
    int done = 0;
    (void)playhead_downloads_find(run->downloads, run->download, &list); /* no list, when it is gone */
    if (playhead_download_list_get(list, 0, &one) != PLAYHEAD_OK) one.state = -1;
    if (one.state == state || one.state == PLAYHEAD_DOWNLOAD_FAILED) {
      if (state >= 0) write_line(run, "DOWNLOAD %s", one.state == state ? "COMPLETED" : one.error_name);
      done = one.state == state || state >= 0;
    }
    playhead_download_list_release(list);
    if (done) return;
    sem_wait(&run->told);
  }
}

static void await_expiry(struct run* run) {
  int32_t rights = PLAYHEAD_RIGHTS_NONE;
  while (rights != PLAYHEAD_RIGHTS_EXPIRED) {
    playhead_download_list* list = NULL;
    playhead_download one = PLAYHEAD_DOWNLOAD_INIT;
    check(playhead_downloads_find(run->downloads, run->download, &list), "find");
    check(playhead_download_list_get(list, 0, &one), "get");
    rights = one.rights;
    playhead_download_list_release(list);
    if (rights != PLAYHEAD_RIGHTS_EXPIRED) sem_wait(&run->told);
  }
  write_line(run, "DOWNLOAD EXPIRED");
}

/* Of the origin, or, without a path, of the service. */
static void download(struct run* run, const char* path, const char* title) {
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  uint64_t needed = 0;
  char url[LINE_BYTES];
  snprintf(url, sizeof url, "%s/%s", run->origin, path == NULL ? "" : path);
  if (path != NULL) request.url = url;
  request.title_id = title;
  check(playhead_downloads_add(run->downloads, &request, run->download, sizeof run->download, &needed), "add");
  await_download(run, PLAYHEAD_DOWNLOAD_COMPLETED);
}

static void obey(struct run* run, char* line) {
  char* rest = strchr(line, ' ');
  if (rest != NULL) {
    *rest++ = '\0';
  } else {
    rest = line + strlen(line);
  }
  if (strcmp(line, "scenario") == 0) {
    playhead_player_destroy(run->player);
    write_line(run, "scenario %s", rest);
    check(playhead_player_create(run->client, NULL, &run->player), "player");
  } else if (strcmp(line, "load") == 0) {
    load(run, rest, 0);
  } else if (strcmp(line, "load_paused") == 0) {
    load(run, rest, 1);
  } else if (strcmp(line, "load_title") == 0) {
    load_title(run, rest);
  } else if (strcmp(line, "load_download") == 0) {
    load(run, "", 0);
  } else if (strcmp(line, "play") == 0) {
    check(playhead_player_play(run->player), line);
  } else if (strcmp(line, "pause") == 0) {
    check(playhead_player_pause(run->player), line);
  } else if (strcmp(line, "stop") == 0) {
    check(playhead_player_stop(run->player), line);
  } else if (strcmp(line, "seek") == 0) {
    char* tag = NULL;
    const int64_t at_us = strtoll(rest, &tag, 10) * 1000;
    check(playhead_player_seek(run->player, at_us, strtoull(tag, NULL, 10)), line);
  } else if (strcmp(line, "representation") == 0) {
    choose(run, atoi(rest));
  } else if (strcmp(line, "until") == 0) {
    until(run, rest);
  } else if (strcmp(line, "download") == 0) {
    download(run, rest, NULL);
  } else if (strcmp(line, "download_title") == 0) {
    download(run, NULL, rest);
  } else if (strcmp(line, "renew") == 0) {
    check(playhead_downloads_renew(run->downloads, run->download), line);
    await_expiry(run);
  } else if (strcmp(line, "remove") == 0) {
    check(playhead_downloads_remove(run->downloads, run->download), line);
    await_download(run, -1);
  } else {
    die("not understood", line);
  }
}

int main(int argc, char** argv) {
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_downloads_config kept = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  playhead_token_provider tokens = PLAYHEAD_TOKEN_PROVIDER_INIT;
  struct run run = {.hash = UINT64_C(14695981039346656037)};
  char line[LINE_BYTES];
  FILE* script = argc == 6 ? fopen(argv[1], "r") : NULL;
  if (script == NULL) die("usage", "runner SCENARIOS ORIGIN FOLDER SERVICE TOKEN");
  run.origin = argv[2];
  kept.path = argv[3];
  kept.free_space_floor_bytes = -1;
  config.api_url = argv[4];
  tokens.user = argv[5];
  tokens.request_token = answer_token;
  config.token_provider = &tokens;
  sem_init(&run.told, 0, 0);
  listener.user = &run.told;
  listener.changed = changed;
  listener.removed = removed;
  kept.listener = &listener;
  check(playhead_client_create(&config, &run.client), "client");
  check(playhead_downloads_open(run.client, &kept, &run.downloads), "downloads");
  while (fgets(line, sizeof line, script) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '\0') obey(&run, line);
  }
  fclose(script);
  playhead_player_destroy(run.player);
  playhead_downloads_close(run.downloads);
  playhead_client_destroy(run.client);
  printf("hash %016" PRIx64 "\n", run.hash);
  return 0;
}
