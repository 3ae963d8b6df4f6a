// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "playhead/playhead.h"

// Decoders of an app, as the client takes them; what they do: tests/sim/app_decoders_sim_test.cpp.
namespace {

constexpr playhead_status kRefused = -PLAYHEAD_ERROR_INVALID_ARGUMENT;

}  // namespace

TEST_CASE("decoders: those that cannot be are refused, and given back") {
  struct Case {
    const char* name;
    void (*spoil)(playhead_decoders&);
    playhead_status status;
  };
  const Case cases[] = {
      {"as they should be", [](playhead_decoders&) {}, PLAYHEAD_OK},
      {"no open", [](playhead_decoders& d) { d.open = nullptr; }, kRefused},
      {"no decode", [](playhead_decoders& d) { d.decode = nullptr; }, kRefused},
      {"no drain", [](playhead_decoders& d) { d.drain = nullptr; }, kRefused},
      {"no flush", [](playhead_decoders& d) { d.flush = nullptr; }, kRefused},
      {"no close", [](playhead_decoders& d) { d.close = nullptr; }, kRefused},
      {"secure text", [](playhead_decoders& d) { d.secure_tracks = 1U << PLAYHEAD_TRACK_TEXT; }, kRefused},
      {"too many at once", [](playhead_decoders& d) { d.samples_at_once = 65; }, kRefused},
      {"fewer than none", [](playhead_decoders& d) { d.samples_at_once = -1; }, kRefused}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    int destroyed = 0;
    playhead_decoders decoders = PLAYHEAD_DECODERS_INIT;
    decoders.user = &destroyed;
    decoders.destroy = [](void* user) { ++*static_cast<int*>(user); };
    decoders.open = [](void*, const playhead_stream_info*, playhead_decoder*, void**) -> playhead_status {
      return -PLAYHEAD_ERROR_CODEC_UNSUPPORTED;
    };
    decoders.decode = [](void*, playhead_sample*) {};
    decoders.drain = decoders.flush = decoders.close = [](void*) {};
    c.spoil(decoders);
    playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
    config.decoders = &decoders;
    playhead_client* client = nullptr;
    CHECK(playhead_client_create(&config, &client) == c.status);
    CHECK(destroyed == (c.status == PLAYHEAD_OK ? 0 : 1));
    playhead_client_destroy(client);
    CHECK(destroyed == 1);
  }
}
