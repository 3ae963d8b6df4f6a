// SPDX-License-Identifier: Apache-2.0
#include "session/release_outbox.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "session/release_json.h"
#include "support/memory_store.h"
#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {
namespace {

SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

LicenseRequest proof(const std::string& text) {
  LicenseRequest request;
  request.type = DrmMessageType::kRelease;
  request.scheme = "widevine";
  request.challenge = bytes_of(text);
  request.kids = {KeyId{1, 2, 3}, KeyId{4}};
  request.level = SecurityLevel::kSl3000;
  return request;
}

// A device whose titles of the service are over, and what the service has heard of that.
struct World {
  VirtualExecutor executor;
  MemoryStore store{executor};
  FakeService service{executor};
  ApiAccess access{"https://api", [](bool, TokenCallback done) { done(std::string("token-1")); }};
  DrmConfig config;
  std::unique_ptr<ReleaseOutbox> outbox;
  std::unique_ptr<ReleaseKeeper> title;
  int status = 200;
  bool answers_get_lost = false;
  std::vector<std::string> heard;  // proofs, each time
  std::vector<std::string> troubles;

  World() {
    service.script = [this](const Request& request) { return act(request); };
    service.loses_answer = [this](const Request&) { return answers_get_lost; };
    open();
  }
  void open() {
    outbox = std::make_unique<ReleaseOutbox>(
        config, &access, store, service, executor, [this](const Error& error, bool is_lost) {
          troubles.push_back((is_lost ? "lost " : "") + std::string(error_name(error.code)));
        });
    const LicenseOrigin origin{&access, "https://licences/of/this"};
    title = std::make_unique<ReleaseKeeper>(
        std::make_unique<LicenseClient>(config, origin, service, executor), origin, *outbox, executor);
  }
  // The process ends, unasked, and the next one begins.
  void restart() {
    store.crash();
    title.reset();
    outbox.reset();
    store.restart();
    open();
  }
  std::optional<FakeService::Answer> act(const Request& request) {
    CHECK(request.url == "https://api/v1/license");
    const auto body = nlohmann::json::parse(request.body);
    CHECK(body["license_url"] == "https://licences/of/this");
    CHECK(body["kids"].size() == 2);
    CHECK(body["security_level"] == 3000);
    const auto challenge = decode_base64(body["challenge"].get<std::string>());
    heard.emplace_back(challenge->begin(), challenge->end());
    if (status == 0) return FakeService::Answer{0, "", {}, ErrorCode::kNetworkUnreachable};
    if (status != 200) return problem(status, "as_it_says", "No.");
    return FakeService::Answer{200, R"({"license":"YQ=="})", {}, {}};
  }
  // What a title that is over does: it is gone after 2 s, answer or not. True: it had one.
  bool stop_title(const std::string& text) {
    bool has_answer = false;
    const CancelHandle handle =
        title->fetch(proof(text), [&](const Result<LicenseAnswer>& answer) { has_answer = answer.has_value(); });
    executor.run_for(2s);
    return has_answer;
  }
  [[nodiscard]] std::size_t kept() { return store.committed("outbox/releases").size(); }
};

using Proofs = std::vector<std::string>;

TEST_CASE("release outbox: a proof that is confirmed is told once and not kept") {
  World world;
  CHECK(world.stop_title("a"));
  CHECK(world.kept() == 0);
  world.executor.run_for(60s);
  world.restart();
  world.executor.run_for(60s);
  CHECK(world.heard == Proofs{"a"});
  CHECK(world.troubles.empty());
}

TEST_CASE("release outbox: a proof nobody confirmed is told again by the next process, with back-off") {
  World world;
  world.answers_get_lost = true;
  CHECK_FALSE(world.stop_title("a"));
  CHECK(world.kept() == 1);
  world.restart();
  world.answers_get_lost = false;
  world.status = 503;
  world.heard.clear();
  world.executor.run_for(3600s);
  CHECK(world.heard.size() > 20);
  CHECK(world.heard.size() < 360);
  CHECK(world.kept() == 1);
  world.restart();
  world.status = 200;
  world.heard.clear();
  world.executor.run_for(60s);
  CHECK(world.heard == Proofs{"a"});
  CHECK(world.kept() == 0);
}

TEST_CASE("release outbox: a kill at any moment loses no proof") {
  for (int ms = 0; ms < 200; ms += 10) {
    CAPTURE(ms);
    World world;
    CancelHandle handle = world.title->fetch(proof("a"), [](const Result<LicenseAnswer>&) {});
    world.executor.run_for(Duration{1ms} * ms);
    const bool was_kept = world.kept() == 1;
    const bool was_heard = !world.heard.empty();
    handle.reset();
    world.restart();
    world.executor.run_for(60s);
    CHECK((was_kept || was_heard || ms == 0));
    CHECK((world.heard.empty() ? ms == 0 : world.heard.front() == "a"));
    CHECK(world.kept() == 0);
  }
}

TEST_CASE("release outbox: it goes on without the title in the same process, and the app can wait for it") {
  World world;
  world.status = 0;
  CHECK_FALSE(world.stop_title("a"));
  world.status = 200;
  std::optional<bool> is_empty;
  world.outbox->drain(5s, [&](bool answer) { is_empty = answer; });
  world.executor.run_for(1s);
  CHECK(is_empty == true);
  CHECK(world.heard.back() == "a");
  CHECK(world.kept() == 0);
}

TEST_CASE("release outbox: a proof that its session is telling is not told beside it, whatever the hurry") {
  for (const bool is_confirmed : {true, false}) {
    CAPTURE(is_confirmed);
    World world;
    world.answers_get_lost = !is_confirmed;
    CancelHandle handle = world.title->fetch(proof("a"), [](const Result<LicenseAnswer>&) {});
    std::optional<bool> is_empty;
    world.executor.run_for(5ms);
    world.outbox->drain(30s, [&](bool answer) { is_empty = answer; });
    world.executor.run_for(is_confirmed ? Duration{1s} : Duration{25ms});  // before it tries again
    CHECK(world.heard == Proofs{"a"});
    CHECK(is_empty == (is_confirmed ? std::optional(true) : std::nullopt));
    world.answers_get_lost = false;
    handle.reset();  // the title is gone
    world.executor.run_for(1s);
    CHECK(world.heard.size() == (is_confirmed ? 1 : 2));
    CHECK(is_empty == true);
    CHECK(world.kept() == 0);
  }
}

TEST_CASE("release outbox: what a service refuses is let go, unless nobody was signed in") {
  World world;
  world.status = 403;
  CHECK_FALSE(world.stop_title("a"));
  CHECK(world.kept() == 0);
  world.status = 401;
  CHECK_FALSE(world.stop_title("b"));
  CHECK(world.kept() == 1);
  world.restart();
  world.status = 403;
  world.executor.run_for(10s);
  CHECK(world.kept() == 0);
  CHECK(world.troubles.back() == "lost DRM_LICENSE_REFUSED");
}

TEST_CASE("release outbox: a hundred wait, the oldest goes") {
  World world;
  world.status = 0;
  for (int i = 0; i < 120; ++i) {
    const CancelHandle handle = world.title->fetch(proof(std::to_string(i)), [](const Result<LicenseAnswer>&) {});
    world.executor.run_for(10ms);
  }
  world.executor.run_for(1s);
  CHECK(world.kept() == 100);
  world.restart();
  world.status = 200;
  world.heard.clear();
  world.executor.run_for(300s);
  CHECK(world.heard.size() == 100);
  CHECK(world.heard.front() == "119");
}

TEST_CASE("release outbox: other messages are the fetcher's alone") {
  World world;
  LicenseRequest request = proof("a");
  request.type = DrmMessageType::kLicenseRequest;
  const CancelHandle handle = world.title->fetch(std::move(request), [](const Result<LicenseAnswer>&) {});
  world.status = 0;
  world.executor.run_for(1s);
  CHECK(world.kept() == 0);
}

TEST_CASE("release_json: what is stored is read as it was; what is damaged is told") {
  const KeptRelease release{proof("a"), "https://licences", true, WallTime{5'000'000}};
  const std::string text = encode_release(release);
  const auto read = decode_release(text);
  REQUIRE(read.has_value());
  CHECK(encode_release(*read) == text);
  CHECK(read->request.type == DrmMessageType::kRelease);
  CHECK(read->request.kids == release.request.kids);
  CHECK(read->at == release.at);
  for (std::size_t length = 0; length < text.size(); length += 3) {
    CHECK(!decode_release(text.substr(0, length)).has_value());
  }
}

}  // namespace
}  // namespace playhead::test
