/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "playhead/playhead.h"

/* Every request for media gets a header, as a CDN wants it that knows its viewers by a cookie. */
static void on_request(void* user, playhead_request* request) {
  const char* const cookie = user;
  const int32_t is_secret = 1; /* no log shows it */
  if (playhead_request_kind(request) == PLAYHEAD_RESOURCE_API) return;
  (void)playhead_request_add_header(request, "Cookie", cookie, is_secret);
}

/* Plays the manifest named on the command line to its end; the cookie goes along. */
int main(int argc, char** argv) {
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_request_interceptor interceptor = PLAYHEAD_REQUEST_INTERCEPTOR_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_client* client = NULL;
  playhead_player* player = NULL;
  playhead_status status = PLAYHEAD_OK;
  if (argc != 3) {
    fprintf(stderr, "usage: sign COOKIE URL\n");
    return 2;
  }
  interceptor.user = argv[1];
  interceptor.on_request = on_request;
  config.interceptor = &interceptor;
  status = playhead_client_create(&config, &client);
  if (status == PLAYHEAD_OK) status = playhead_player_create(client, NULL, &player);
  source.url = argv[2];
  if (status == PLAYHEAD_OK) status = playhead_player_load(player, &source);
  while (status == PLAYHEAD_OK && event.type != PLAYHEAD_EVENT_ENDED) {
    status = playhead_player_next_event(player, -1, &event);
    if (event.type == PLAYHEAD_EVENT_FAILED) status = -event.error_code;
  }
  if (status != PLAYHEAD_OK) fprintf(stderr, "%s\n", playhead_error_meaning(status));
  playhead_player_destroy(player);
  playhead_client_destroy(client);
  return status == PLAYHEAD_OK ? 0 : 1;
}
