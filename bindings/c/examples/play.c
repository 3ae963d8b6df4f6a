/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "playhead/playhead.h"

/* Plays the manifest named on the command line to its end, without picture or sound. */
int main(int argc, char** argv) {
  playhead_client_config client_config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_client* client = NULL;
  playhead_player* player = NULL;
  playhead_status status = PLAYHEAD_OK;
  if (argc != 2) {
    fprintf(stderr, "usage: play URL\n");
    return 2;
  }
  status = playhead_client_create(&client_config, &client);
  if (status == PLAYHEAD_OK) status = playhead_player_create(client, NULL, &player);
  source.url = argv[1];
  if (status == PLAYHEAD_OK) status = playhead_player_load(player, &source);
  if (status == PLAYHEAD_OK) status = playhead_player_play(player);
  while (status == PLAYHEAD_OK && event.type != PLAYHEAD_EVENT_ENDED) {
    status = playhead_player_next_event(player, -1, &event);
    if (event.type == PLAYHEAD_EVENT_FIRST_FRAME) {
      printf("%dx%d after %d ms\n", (int)event.width, (int)event.height,
             (int)(event.elapsed_us / 1000));
    }
    if (event.type == PLAYHEAD_EVENT_FAILED) status = -event.error_code;
  }
  if (status != PLAYHEAD_OK) fprintf(stderr, "%s\n", playhead_error_meaning(status));
  playhead_player_destroy(player);
  playhead_client_destroy(client);
  return status == PLAYHEAD_OK ? 0 : 1;
}
