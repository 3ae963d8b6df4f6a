/* SPDX-License-Identifier: Apache-2.0 */
/* What an app has loaded that has a client of the core's: the shared libraries of the process, one a line. Status 1: more
   than argv[1], or FFmpeg's or libcurl among them; or libcurl is not there after the first request, which brings it. */
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "playhead/playhead.h"

struct loaded {
  int count;
  int decoders;
  int http;
};

static int note(struct dl_phdr_info* info, size_t size, void* user) {
  struct loaded* all = user;
  (void)size;
  /* The program itself and the kernel's page have no file; sanitizers are not there in a release. */
  if (strchr(info->dlpi_name, '/') == NULL) return 0;
  if (strstr(info->dlpi_name, "san.so") != NULL) return 0;
  printf("%s\n", info->dlpi_name);
  ++all->count;
  if (strstr(info->dlpi_name, "/libav") != NULL || strstr(info->dlpi_name, "/libsw") != NULL) {
    ++all->decoders;
  }
  if (strstr(info->dlpi_name, "/libcurl") != NULL) ++all->http;
  return 0;
}

/* Ends when it has been refused, by what fetches. */
static int ask_for_a_title(playhead_client* client) {
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_player* player = NULL;
  source.url = "ftp://127.0.0.1/film.m3u8";
  if (playhead_player_create(client, NULL, &player) != PLAYHEAD_OK) return 0;
  if (playhead_player_load(player, &source) == PLAYHEAD_OK) {
    while (event.type != PLAYHEAD_EVENT_FAILED &&
           playhead_player_next_event(player, -1, &event) == PLAYHEAD_OK) {
    }
  }
  playhead_player_destroy(player);
  return event.type == PLAYHEAD_EVENT_FAILED;
}

int main(int argc, char** argv) {
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_client* client = NULL;
  struct loaded before = {0, 0, 0};
  struct loaded after = {0, 0, 0};
  int was_refused;
  if (argc != 2 || playhead_client_create(&config, &client) != PLAYHEAD_OK) return 2;
  dl_iterate_phdr(note, &before);
  printf("%d shared libraries, %d of decoders\n", before.count, before.decoders);
  was_refused = ask_for_a_title(client);
  dl_iterate_phdr(note, &after);
  printf("%d shared libraries with HTTP\n", after.count);
  playhead_client_destroy(client);
  if (before.count > atoi(argv[1]) || before.decoders > 0 || before.http > 0) return 1;
  return !was_refused || after.http == 0 || after.decoders > 0 ? 1 : 0;
}
