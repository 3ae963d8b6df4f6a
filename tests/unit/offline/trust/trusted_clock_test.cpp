// SPDX-License-Identifier: Apache-2.0
#include "trust/trusted_clock.h"

#include <doctest/doctest.h>

#include "unit/offline/trust/sim_device.h"

namespace playhead::offline::test {
namespace {

bool lost_something(SimDevice& device) {
  return device.has_event(TimeEvent::kRecordLost) || device.has_event(TimeEvent::kRecordRestored);
}

TEST_CASE("trusted_clock: the power goes at each write; what was acknowledged stays") {
  int last = 0;
  for (int calls = 0; last == calls; ++calls) {
    for (uint64_t luck = 1; luck <= 12; ++luck) {
      CAPTURE(calls);
      CAPTURE(luck);
      SimDevice device;
      device.start();
      Grant grant = device.grant_now();
      grant.playback = 48h;
      grant.rental = 5 * kDay;
      device.add("a", grant);
      device.pass(kHour);
      device.disk.cut_power_after(calls);
      const bool has_begun = device.titles["a"]->begin_play().has_value();
      device.pass(2min);
      const bool was_kept = device.clock->keep().has_value();
      const WallTime now = device.clock->read().now;
      if (device.disk.is_dead()) last = calls + 1;
      device.close();
      device.disk.restore_power(luck);
      device.restart();
      device.offset = now - device.truth;  // says that no time has passed
      device.start();
      REQUIRE(device.clock);
      CHECK(!lost_something(device));
      CHECK(device.clock->read().now >= kBegin + kHour - 60s);
      if (was_kept) CHECK(device.clock->read().now >= now);
      CHECK(device.judge("a").may_play());
      if (has_begun) CHECK(device.titles["a"]->rights().first_play.has_value());
    }
  }
  CHECK(last >= 15);
}

TEST_CASE("trusted_clock: the power goes in the very first writes") {
  for (int calls = 0; calls < 12; ++calls) {
    for (uint64_t luck = 1; luck <= 12; ++luck) {
      SimDevice device;
      device.disk.cut_power_after(calls);
      device.start();
      device.close();
      device.disk.restore_power(luck);
      device.start();
      REQUIRE(device.clock);
      CHECK(device.clock->read().trust == ClockTrust::kNever);
      device.contact();
      CHECK(device.clock->read().trust == ClockTrust::kAnchored);
    }
  }
}

TEST_CASE("trusted_clock: what is found at a start") {
  struct Case {
    const char* name;
    void (*harm)(SimDevice&);
    std::optional<ErrorCode> error;
    std::optional<TimeEvent> event;
    ClockTrust trust;
  };
  const auto both = [](SimDevice& d, auto change) {
    change(d.disk.bytes("/offline/trust/state.a"));
    change(d.disk.bytes("/offline/trust/state.b"));
  };
  static const auto each = both;
  const Case cases[] = {{"all well", [](SimDevice&) {}, {}, {}, ClockTrust::kAnchored},
                        {"one copy is gone",
                         [](SimDevice& d) { d.disk.erase("/offline/trust/state.a"); },
                         {},
                         {},
                         ClockTrust::kAnchored},
                        {"one copy is empty",
                         [](SimDevice& d) { d.disk.bytes("/offline/trust/state.b").clear(); },
                         {},
                         TimeEvent::kCopyDamaged,
                         ClockTrust::kAnchored},
                        {"both are cut",
                         [](SimDevice& d) { each(d, [](Bytes& b) { b.resize(b.size() / 2); }); },
                         {},
                         TimeEvent::kRecordLost,
                         ClockTrust::kNever},
                        {"both are huge",
                         [](SimDevice& d) { each(d, [](Bytes& b) { b.resize(9U << 20); }); },
                         {},
                         TimeEvent::kRecordLost,
                         ClockTrust::kNever},
                        {"both are gone",
                         [](SimDevice& d) { d.disk.put_all({}); },
                         {},
                         TimeEvent::kRecordLost,
                         ClockTrust::kNever},
                        {"the disk cannot be read",
                         [](SimDevice& d) { d.disk.set_unreadable(true); },
                         ErrorCode::kStoreIo,
                         {},
                         ClockTrust::kNever},
                        {"another device's",
                         [](SimDevice& d) { each(d, [](Bytes& b) { b[0] ^= 1; }); },
                         ErrorCode::kOfflineOtherDevice,
                         {},
                         ClockTrust::kNever}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimDevice device;
    device.start();
    device.contact();
    device.close();
    c.harm(device);
    const auto before = device.disk.copy_all();
    device.start();
    CHECK((device.open_error ? std::optional(device.open_error->code) : std::nullopt) == c.error);
    if (c.error) CHECK(device.disk.copy_all() == before);
    if (c.error) continue;
    CHECK(device.clock->read().trust == c.trust);
    const TimeEvents events = device.clock->take_events();
    CHECK(events == (c.event ? TimeEvents{*c.event} : TimeEvents{}));
  }
}

TEST_CASE("trusted_clock: a folder that cannot be written opens, and begins nothing that ends") {
  SimDevice device;
  device.start();
  Grant grant = device.grant_now();
  grant.expires_at = device.truth + 5 * kDay;
  device.add("a", grant);
  device.restart();
  device.disk.set_read_only(true);
  device.start();
  REQUIRE(device.clock);
  CHECK(device.judge("a").refusal == ErrorCode::kStoreIo);
  CHECK(device.titles["a"]->begin_play().error().code == ErrorCode::kStoreIo);
  device.disk.set_read_only(false);
  CHECK(device.titles["a"]->begin_play().has_value());
}

TEST_CASE("trusted_clock: generations only rise, and are forgotten with their download") {
  SimDevice device;
  device.start();
  CHECK(!device.clock->generation("a"));
  CHECK(device.clock->set_generation("a", 5).has_value());
  CHECK(device.clock->set_generation("a", 3).has_value());
  CHECK(device.clock->generation("a") == uint64_t{5});
  device.close();
  device.start();
  CHECK(device.clock->generation("a") == uint64_t{5});
  CHECK(device.clock->forget("a").has_value());
  CHECK(!device.clock->generation("a"));
}

TEST_CASE("trusted_clock: twenty starts without the service, and no more") {
  SimDevice device;
  device.start();
  Grant grant = device.grant_now();
  grant.expires_at = device.truth + 20 * kDay;
  device.add("a", grant);
  for (int i = 0; i < kBootsWithoutContact; ++i) {
    device.restart();
    device.start();
    CHECK(device.judge("a").may_play());
  }
  device.restart();
  device.start();
  CHECK(device.judge("a").state == RightsState::kContactNeeded);
  device.contact();
  CHECK(device.judge("a").may_play());
}

TEST_CASE("system_clock_source: the system's clocks") {
  const auto source = make_system_clock_source();
  const ClockFacts first = source->read();
  const ClockFacts second = source->read();
  CHECK(first.system > WallTime{1'700'000'000'000'000});
  CHECK(first.uptime > Duration{0});
  CHECK(second.uptime >= first.uptime);
  CHECK(first.boot_id == second.boot_id);
#if defined(__linux__)
  CHECK(first.boot_id.size() == 36);
  CHECK(make_system_clock_source()->read().boot_id == first.boot_id);
#endif
}

}  // namespace
}  // namespace playhead::offline::test
