// SPDX-License-Identifier: Apache-2.0
#include "playhead/playhead.h"

// Every initialiser as C++ reads it.
uint32_t header_alone_sizes();
uint32_t header_alone_sizes() {
  const playhead_client_config client = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_token_provider token = PLAYHEAD_TOKEN_PROVIDER_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_player_config player{};
  player = PLAYHEAD_PLAYER_CONFIG_INIT;
  const playhead_downloads_config downloads = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  return client.header_version + token.struct_size + event.struct_size + player.struct_size +
         downloads.struct_size;
}
