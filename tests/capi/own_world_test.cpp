// SPDX-License-Identifier: Apache-2.0
// Clients over HTTP, storage and a clock of the app's.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "playhead/playhead.h"
#include "support/temp_folder.h"

namespace {

// All that an app may bring, none of which does much.
struct World {
  std::atomic<int> destroyed{0};
  std::atomic<int> cancelled{0};
  playhead_client* client = nullptr;
  playhead_player* player = nullptr;
  playhead_transport transport = PLAYHEAD_TRANSPORT_INIT;
  playhead_store store = PLAYHEAD_STORE_INIT;
  playhead_clock clock = PLAYHEAD_CLOCK_INIT;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;

  World() {
    transport.user = store.user = clock.user = this;
    transport.destroy = store.destroy =
        clock.destroy = [](void* user) { ++static_cast<World*>(user)->destroyed; };
    transport.start = [](void*, playhead_transfer*, const playhead_transfer_request*) {};
    transport.cancel = [](void* user, playhead_transfer*) {
      ++static_cast<World*>(user)->cancelled;
    };
    store.write = [](void*, const playhead_store_write* const*, uint64_t, uint64_t* out_version) {
      static uint64_t version = 0;
      *out_version = ++version;
      return playhead_status{PLAYHEAD_OK};
    };
    store.list = [](void*, const char*, const void*, uint64_t, int32_t, playhead_store_page*) {
      return playhead_status{PLAYHEAD_OK};
    };
    clock.now_us = [](void*) { return int64_t{1'700'000'000'000'000}; };
    config.transport = &transport;
    config.store = &store;
    config.clock = &clock;
  }
};

}  // namespace

TEST_CASE("own world: what excludes each other or is not whole is refused, and given back") {
  struct Case {
    const char* name;
    void (*spoil)(World& world);
    playhead_status status;
  };
  constexpr playhead_status kInvalid = -PLAYHEAD_ERROR_INVALID_ARGUMENT;
  const Case cases[] = {
      {"all of it", [](World&) {}, PLAYHEAD_OK},
      {"no start", [](World& world) { world.transport.start = nullptr; }, kInvalid},
      {"no cancel", [](World& world) { world.transport.cancel = nullptr; }, kInvalid},
      {"no write", [](World& world) { world.store.write = nullptr; }, kInvalid},
      {"no list", [](World& world) { world.store.list = nullptr; }, kInvalid},
      {"no time", [](World& world) { world.clock.now_us = nullptr; }, kInvalid},
      {"pins, which nobody would check", [](World& world) { world.config.pins = "a b c"; },
       kInvalid},
      {"a proxy, which nobody would ask",
       [](World& world) { world.config.proxy = "http://127.0.0.1:1"; }, kInvalid},
      {"two stores", [](World& world) { world.config.storage_path = "/nowhere"; }, kInvalid},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    World world;
    c.spoil(world);
    CHECK(playhead_client_create(&world.config, &world.client) == c.status);
    CHECK((world.client != nullptr) == (c.status == PLAYHEAD_OK));
    playhead_client_destroy(world.client);
    CHECK(world.destroyed == 3);
  }
}

TEST_CASE("own world: a client may end while its HTTP is asked, and in the middle of a request") {
  for (const bool is_inside : {true, false}) {
    CAPTURE(is_inside);
    World world;
    static std::atomic<bool> has_started;
    has_started = false;
    if (is_inside) {
      world.transport.start = [](void* user, playhead_transfer* transfer,
                                 const playhead_transfer_request*) {
        auto& self = *static_cast<World*>(user);
        playhead_player_destroy(self.player);
        playhead_client_destroy(self.client);
        static_cast<void>(playhead_transfer_head(transfer, 200, nullptr));
        has_started = true;
      };
    } else {
      world.transport.start = [](void*, playhead_transfer*, const playhead_transfer_request*) {
        has_started = true;
      };
    }
    REQUIRE(playhead_client_create(&world.config, &world.client) == PLAYHEAD_OK);
    REQUIRE(playhead_player_create(world.client, nullptr, &world.player) == PLAYHEAD_OK);
    playhead_source source = PLAYHEAD_SOURCE_INIT;
    source.url = "http://host.test/film.m3u8";
    REQUIRE(playhead_player_load(world.player, &source) == PLAYHEAD_OK);
    while (!has_started) std::this_thread::yield();
    if (!is_inside) {
      playhead_player_destroy(world.player);
      playhead_client_destroy(world.client);
      CHECK(world.destroyed == 3);
    }
    while (world.destroyed != 3) std::this_thread::yield();
    CHECK(world.cancelled == 1);
  }
}
