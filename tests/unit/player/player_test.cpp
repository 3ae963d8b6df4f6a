// SPDX-License-Identifier: Apache-2.0
#include "playhead/player.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_media.h"
#include "support/sim_transport.h"

namespace playhead::test {
namespace {

class NoSamples final : public SampleSink {
 public:
  void on_stream(const StreamInfo&) override {}
  void on_sample(const EncodedSample&, MediaTime) override {}
};

TEST_CASE("player: create refuses what it cannot do, and says what") {
  struct Case {
    std::string name;
    void (*change)(PlayerConfig&, Sinks&);
    std::string word;  // of the answer
  };
  const Case cases[] = {
      {"no start buffer", [](PlayerConfig& c, Sinks&) { c.buffering.start = 0s; }, "buffering"},
      {"a tiny memory cap", [](PlayerConfig& c, Sinks&) { c.buffering.max_bytes = 1; },
       "max_bytes"},
      {"reports all the time", [](PlayerConfig& c, Sinks&) { c.progress_interval = 10ms; },
       "progress_interval"},
      {"encoded output", [](PlayerConfig&, Sinks& s) { s.samples = std::make_shared<NoSamples>(); },
       "encoded output"},
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
    Sinks sinks;
    c.change(config, sinks);
    const auto player = Player::create(*client, config, sinks, executor);
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
}

}  // namespace
}  // namespace playhead::test
