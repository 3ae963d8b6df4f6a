/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "playhead/playhead.h"

static void print(const char* name, int64_t value, const char* end) {
  printf("\"%s\": %" PRId64 "%s", name, value, end);
}

/* Plays the manifest named on the command line to its end, shown and heard nowhere, and prints what a viewer would have
 * noticed as one line of JSON. Status 1: it could not be played. */
int main(int argc, char** argv) {
  playhead_client_config client_config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_client* client = NULL;
  playhead_player* player = NULL;
  playhead_status status = PLAYHEAD_OK;
  int32_t failure = 0;
  if (argc != 2) {
    fprintf(stderr, "usage: probe URL\n");
    return 2;
  }
  status = playhead_client_create(&client_config, &client);
  if (status == PLAYHEAD_OK) status = playhead_player_create(client, NULL, &player);
  source.url = argv[1];
  if (status == PLAYHEAD_OK) status = playhead_player_load(player, &source);
  /* A SUMMARY ends every play, also one that failed. */
  while (status == PLAYHEAD_OK && event.type != PLAYHEAD_EVENT_SUMMARY) {
    status = playhead_player_next_event(player, -1, &event);
    if (event.type == PLAYHEAD_EVENT_FAILED) {
      failure = event.error_code;
      fprintf(stderr, "%s\n", event.message);
    }
  }
  if (status == PLAYHEAD_OK) {
    printf("{");
    print("error", failure, ", ");
    print("startup_us", event.qoe->has_startup ? event.qoe->startup_us + event.qoe->start_wait_us : -1, ", ");
    print("play_time_us", event.qoe->play_time_us, ", ");
    print("rebuffer_count", event.qoe->rebuffer_count, ", ");
    print("rebuffer_time_us", event.qoe->rebuffer_time_us, ", ");
    print("mean_bitrate_bps", event.qoe->mean_bitrate_bps, ", ");
    print("switches", event.qoe->switches, ", ");
    print("shown_frames", event.qoe->shown_frames, ", ");
    print("dropped_frames", event.qoe->dropped_frames, ", ");
    print("bytes", event.qoe->bytes, "}\n");
  }
  playhead_player_destroy(player);
  playhead_client_destroy(client);
  return status == PLAYHEAD_OK && failure == 0 ? 0 : 1;
}
