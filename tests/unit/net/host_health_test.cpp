// SPDX-License-Identifier: Apache-2.0
#include "net/host_health.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

const std::string kUrl = "https://a.test/one";
const std::string kSameHost = "https://A.test:443/other?x=1";
const std::string kOtherHost = "https://b.test/one";

MonotonicTime at(Duration time) { return MonotonicTime{} + time; }

TEST_CASE("host health: one chance failure changes nothing, the second in a row does") {
  HostHealth health;
  health.on_failure(kUrl, at(0s));
  CHECK(health.is_usable(kUrl, at(0s)));
  health.on_success(kUrl);
  health.on_failure(kUrl, at(1s));
  CHECK(health.is_usable(kUrl, at(1s)));
  health.on_failure(kUrl, at(2s));
  CHECK_FALSE(health.is_usable(kUrl, at(2s)));
  CHECK_FALSE(health.is_usable(kSameHost, at(2s)));
  CHECK(health.is_usable(kOtherHost, at(2s)));
  CHECK_FALSE(health.is_usable(kUrl, at(12s) - 1us));
  CHECK(health.is_usable(kUrl, at(12s)));
}

TEST_CASE("host health: a host that cannot be reached is passed over at once") {
  HostHealth health;
  health.on_failure(kUrl, at(0s), std::nullopt, true);
  CHECK_FALSE(health.is_usable(kUrl, at(1s)));
}

TEST_CASE("host health: what a host asks for is kept, up to the longest ban") {
  struct Case {
    std::string name;
    Duration asked;
    Duration kept;
  };
  const Case cases[] = {{"less than a ban", 3s, 10s}, {"a minute", 60s, 60s}, {"a day", 24h, 300s}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    HostHealth health;
    health.on_failure(kUrl, at(0s), c.asked);
    CHECK_FALSE(health.is_usable(kUrl, at(c.kept) - 1us));
    CHECK(health.is_usable(kUrl, at(c.kept)));
  }
}

TEST_CASE("host health: one probe at a time, and each that fails doubles the ban") {
  HostHealth health;
  health.on_failure(kUrl, at(0s), std::nullopt, true);
  MonotonicTime now = at(10s);
  for (const Duration ban : {20s, 40s, 80s, 160s, 300s, 300s}) {
    REQUIRE(health.is_usable(kUrl, now));
    health.on_request(kUrl, now);
    CHECK_FALSE(health.is_usable(kUrl, now));  // the others keep away until it is known
    now += 1s;
    health.on_failure(kUrl, now);
    CHECK_FALSE(health.is_usable(kUrl, now + ban - 1us));
    now += ban;
  }
  health.on_request(kUrl, now);
  CHECK(health.is_usable(kUrl, now + 10s));  // the probe never said anything
  health.on_success(kUrl);
  CHECK(health.is_usable(kUrl, now));
}

TEST_CASE("host health: failures of requests that were under way do not add up") {
  HostHealth health;
  for (int i = 0; i < 10; ++i) health.on_failure(kUrl, at(Duration{i}), std::nullopt, true);
  CHECK(health.is_usable(kUrl, at(10s)));
}

TEST_CASE("host health: another network, another start; no URL does no harm") {
  HostHealth health;
  health.on_failure(kUrl, at(0s), std::nullopt, true);
  health.on_failure("nonsense", at(0s), std::nullopt, true);
  health.forget();
  CHECK(health.is_usable(kUrl, at(0s)));
  for (int i = 0; i < 1000; ++i) {
    health.on_failure("http://h" + std::to_string(i), at(0s), std::nullopt, true);
  }
  CHECK_FALSE(health.is_usable("http://h999", at(0s)));
}

}  // namespace
}  // namespace playhead
