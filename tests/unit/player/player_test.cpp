// SPDX-License-Identifier: Apache-2.0
#include "playhead/player.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "player/client_impl.h"
#include "support/sim_media.h"
#include "support/sim_transport.h"
#include "support/temp_folder.h"

namespace playhead::test {
namespace {

TEST_CASE("player: create refuses what it cannot do, and says what") {
  struct Case {
    std::string name;
    void (*change)(PlayerConfig&);
    std::string word;  // of the answer
  };
  const Case cases[] = {
      {"no start buffer", [](PlayerConfig& c) { c.buffering.start = 0s; }, "buffering"},
      {"a tiny memory cap", [](PlayerConfig& c) { c.buffering.max_bytes = 1; },
       "max_bytes"},
      {"reports all the time", [](PlayerConfig& c) { c.progress_interval = 10ms; },
       "progress_interval"},
  };
  auto executor = std::make_shared<VirtualExecutor>();
  ClientDependencies world;
  world.executor = executor;
  world.transport = std::make_shared<SimTransport>(*executor);
  world.backend = std::make_shared<SimBackend>();
  const auto client = Client::create({}, std::move(world));
  REQUIRE(client.has_value());
  for (const Case& c : cases) {
    CAPTURE(c.name);
    PlayerConfig config;
    c.change(config);
    const auto player = Player::create(*client, config, {}, executor);
    REQUIRE_FALSE(player.has_value());
    CHECK(player.error().code == ErrorCode::kInvalidArgument);
    CHECK(player.error().context.find(c.word) != std::string::npos);
  }
  CHECK_FALSE(Player::create(nullptr, {}, {}, executor).has_value());
  CHECK(Player::create(*client, {}, {}, executor).has_value());
}

TEST_CASE("client: create refuses a service address and a folder it cannot use") {
  ClientConfig config;
  config.api_url = "not a url";
  CHECK(Client::create(std::move(config)).error().code == ErrorCode::kInvalidUrl);
  ClientConfig elsewhere;
  elsewhere.api_url = "http://127.0.0.1:1";
  elsewhere.storage_path = "/dev/null/folder";
  const auto client = Client::create(std::move(elsewhere));
  REQUIRE_FALSE(client.has_value());
  CHECK(client.error().code == ErrorCode::kStoreIo);
  ClientConfig tiny;
  tiny.max_media_bytes = 1000;
  CHECK(Client::create(std::move(tiny)).error().code == ErrorCode::kInvalidArgument);
}

// AddressSanitizer's allocator may be locked for ever in a child of fork(), unlike the C library's.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kMayAllocateInChild = false;
#else
constexpr bool kMayAllocateInChild = true;
#endif

#ifndef __SANITIZE_THREAD__  // ThreadSanitizer allows no threads in a child of fork()
TEST_CASE("U13 a child of fork() has a client of its own, and its parent's store is as it was") {
  const TempFolder ours, theirs;
  const auto open = [](const TempFolder& folder) {
    ClientConfig config;
    config.storage_path = folder.path();
    return Client::create(std::move(config));
  };
  auto client = open(ours);
  REQUIRE(client.has_value());
  REQUIRE((*client)->set_network("wifi:home"));
  std::cout.flush();  // or the child would print it as well
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    bool is_good = !kMayAllocateInChild;
    if (kMayAllocateInChild) {
      auto own = open(theirs);
      is_good = own.has_value();
    }
    ::_exit(is_good ? 0 : 1);  // what the parent made is not destroyed here
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  client = open(ours);  // and ends the one there was
  REQUIRE(client.has_value());
  CHECK((*client)->impl().store != nullptr);
  std::size_t damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ours.path())) {
    damaged += entry.path().string().find("damaged") != std::string::npos ? 1 : 0;
  }
  CHECK(damaged == 0);
}
#endif

}  // namespace
}  // namespace playhead::test
