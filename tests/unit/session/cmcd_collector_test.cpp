// SPDX-License-Identifier: Apache-2.0
#include "session/cmcd_collector.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {
namespace {

constexpr char kUrl[] = "https://collector/cmcd";

struct Rig {
  VirtualExecutor executor;
  FakeService service{executor};
  FakeService::Answer answer{204, "", {}, {}};
  std::optional<CmcdCollector> collector;

  Rig() {
    service.script = [this](const Request&) { return answer; };
    collector.emplace(service, executor);
  }
  void put(int count) {
    for (int i = 0; i < count; ++i) collector->put(kUrl, "e=t,sn=" + std::to_string(next++));
  }
  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> bodies;
    for (const FakeService::Seen& seen : service.seen) bodies.push_back(seen.request.body);
    return bodies;
  }
  int next = 0;
};

TEST_CASE("cmcd_collector: what comes within five seconds is one body") {
  Rig rig;
  rig.put(2);
  rig.executor.run_for(3s);
  rig.put(1);
  CHECK(rig.service.seen.empty());
  rig.executor.run_for(3s);
  REQUIRE(rig.service.seen.size() == 1);
  const Request& request = rig.service.seen[0].request;
  CHECK(request.url == kUrl);
  CHECK(request.method == "POST");
  CHECK(request.body == "e=t,sn=0\ne=t,sn=1\ne=t,sn=2");
  REQUIRE(request.headers.size() == 1);
  CHECK(request.headers[0].name == "Content-Type");
  CHECK(request.headers[0].value == "application/cmcd");
  CHECK(request.credentials.empty());
  CHECK(request.max_redirects == 0);
  rig.executor.run_for(60s);
  CHECK(rig.service.seen.size() == 1);
  rig.put(20);  // enough not to wait
  rig.executor.run_for(100ms);
  CHECK(rig.service.seen.size() == 2);
}

TEST_CASE("cmcd_collector: an answer decides what becomes of the batch") {
  struct Case {
    const char* name;
    FakeService::Answer answer;
    bool is_repeated;
    bool is_closed;
  };
  const Case cases[] = {
      {"no network", {0, "", {}, ErrorCode::kNetworkUnreachable}, true, false},
      {"it is broken", {503, "", {}, {}}, true, false},
      {"it is busy", {429, "", {{"Retry-After", "20"}}, {}}, true, false},
      {"it does not like it", {400, "", {}, {}}, false, false},
      {"it is elsewhere", {302, "", {{"Location", "https://other/"}}, {}}, false, false},
      {"it is gone", {410, "", {}, {}}, false, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    rig.answer = c.answer;
    rig.put(1);
    rig.executor.run_for(6s);
    REQUIRE(!rig.service.seen.empty());
    const std::size_t before = rig.service.seen.size();
    rig.answer = {204, "", {}, {}};
    rig.executor.run_for(15s);
    if (c.answer.status == 429) CHECK(rig.service.seen.size() == before);
    rig.executor.run_for(60s);
    CHECK((rig.service.seen.size() > before) == c.is_repeated);
    if (c.is_repeated) CHECK(rig.bodies().back() == rig.bodies().front());
    const std::size_t then = rig.service.seen.size();
    rig.put(1);
    rig.executor.run_for(60s);
    CHECK((rig.service.seen.size() == then) == c.is_closed);
  }
}

TEST_CASE("cmcd_collector: of too many the oldest goes, but what is under way") {
  Rig rig;
  rig.service.latency = 30s;
  rig.put(20);
  rig.executor.run_for(1s);
  rig.put(700);
  rig.executor.run_for(90s);
  const auto bodies = rig.bodies();
  REQUIRE(bodies.size() >= 2);
  CHECK(bodies[0].rfind("e=t,sn=0\n", 0) == 0);
  CHECK(bodies[1].rfind("e=t,sn=240\n", 0) == 0);
}

TEST_CASE("cmcd_collector: drained means that all was tried; one that is gone tells nothing more") {
  Rig rig;
  int drained = 0;
  const auto drain = [&] { rig.collector->drain(5s, [&] { ++drained; }); };
  drain();
  rig.executor.run_for(1ms);
  CHECK(drained == 1);
  rig.put(1);
  drain();
  rig.executor.run_for(1s);
  CHECK(drained == 2);
  CHECK(rig.service.seen.size() == 1);
  rig.answer = {503, "", {}, {}};
  rig.put(1);
  drain();
  rig.executor.run_for(100ms);
  CHECK(drained == 3);
  CHECK(rig.service.seen.size() == 2);
  drain();  // whatever the back-off
  rig.executor.run_for(100ms);
  CHECK(drained == 4);
  CHECK(rig.service.seen.size() == 3);
  rig.service.latency = 20s;
  drain();
  rig.executor.run_for(4s);
  CHECK(drained == 4);
  rig.executor.run_for(2s);
  CHECK(drained == 5);
  rig.put(1);
  rig.collector.reset();
  const std::size_t seen = rig.service.seen.size();
  rig.executor.run_for(60s);
  CHECK(rig.service.seen.size() == seen);
}

}  // namespace
}  // namespace playhead::test
