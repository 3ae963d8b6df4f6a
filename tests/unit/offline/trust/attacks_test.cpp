// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "unit/offline/trust/sim_device.h"

// Attacks and accidents, each with the outcome it is meant to have.
namespace playhead::offline::test {
namespace {

Grant until(const SimDevice& device, Duration time) {
  Grant grant = device.grant_now();
  grant.expires_at = device.truth + time;
  return grant;
}

Grant rented(const SimDevice& device, Duration playback = 48h) {
  Grant grant = device.grant_now();
  grant.rental = 30 * kDay;
  grant.playback = playback;
  return grant;
}

#define CHECK_REFUSED(verdict, state_, code)            \
  do {                                                  \
    const Verdict checked = (verdict);                  \
    CHECK(checked.state == RightsState::state_);        \
    CHECK(checked.refusal == ErrorCode::code);          \
    CHECK(!as_result(checked).error().context.empty()); \
  } while (false)

TEST_CASE("O01 a clock set back within a boot plays on by the boot clock, and is told") {
  SimDevice device;
  device.start();
  device.add("a", until(device, 10 * kDay));
  device.pass(kHour);
  device.offset = -kDay;
  CHECK(device.judge("a").may_play());
  CHECK(device.clock->read().now == device.truth);
  CHECK(device.has_event(TimeEvent::kClockBehind));
  device.pass(10 * kDay - kHour - 1s);
  CHECK(device.judge("a", true).may_play());
  device.pass(1s);
  CHECK_REFUSED(device.judge("a", true), kExpired, kOfflineExpired);
  CHECK(device.judge("a").destroys_keys);
}

TEST_CASE("O02 a clock set back by weeks before a start refuses until the service is heard of") {
  SimDevice device;
  device.start();
  device.add("ended", until(device, 9 * kDay));
  device.add("running", until(device, 29 * kDay));
  for (int day = 0; day < 10; ++day) {
    device.pass(kDay);
    (void)device.clock->keep();
  }
  CHECK_REFUSED(device.judge("ended"), kExpired, kOfflineExpired);
  device.restart();
  device.offset = -40 * kDay;
  device.start();
  CHECK_REFUSED(device.judge("ended"), kExpired, kOfflineExpired);
  CHECK_REFUSED(device.judge("running"), kClockUntrusted, kOfflineClockUntrusted);
  CHECK(device.has_event(TimeEvent::kSetBack));
  CHECK(device.records.size() == 2);  // nothing is deleted
  SUBCASE("a contact clears it at once") {
    device.contact();
    CHECK(device.judge("running").may_play());
    CHECK_REFUSED(device.judge("ended"), kExpired, kOfflineExpired);
  }
  SUBCASE("a clock that is right again clears it") {
    device.offset = 0s;
    CHECK(device.judge("running").may_play());
  }
  SUBCASE("three set-backs, and a right clock is not enough") {
    for (int i = 0; i < 2; ++i) {
      device.restart();
      device.start();
    }
    device.offset = 0s;
    CHECK_REFUSED(device.judge("running"), kClockUntrusted, kOfflineClockUntrusted);
    device.contact();
    CHECK(device.judge("running").may_play());
  }
}

TEST_CASE("O03 T02 a clock far ahead after a start ends nothing for good") {
  SimDevice device;
  device.start();
  device.add("a", until(device, 20 * kDay));
  device.restart();
  device.offset = 400 * kDay;
  device.start();
  CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
  CHECK(!device.judge("a").destroys_keys);
  CHECK(device.has_event(TimeEvent::kJump));
  SUBCASE("set right") {
    device.pass(30min);
    device.offset = 0s;
    CHECK(device.judge("a").may_play());
    CHECK(device.has_event(TimeEvent::kJumpUndone));
  }
  SUBCASE("set right after a start") {
    device.restart();
    device.offset = 0s;
    device.start();
    CHECK(device.judge("a").may_play());
  }
  SUBCASE("the service is heard of") {
    device.contact();
    CHECK(device.judge("a").may_play());
    CHECK(device.has_event(TimeEvent::kContactMoved));
  }
  SUBCASE("believed after an hour, and the service still undoes it") {
    for (int minute = 0; minute < 61; ++minute) {
      device.pass(60s);
      (void)device.clock->keep();
    }
    CHECK(device.has_event(TimeEvent::kJumpProven));
    device.offset = 0s;
    CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
    CHECK(!device.judge("a").destroys_keys);
    device.contact();
    CHECK(device.judge("a").may_play());
  }
}

TEST_CASE("O04 forward, a first play, and back wins nothing") {
  struct Case {
    const char* name;
    Duration jump;
    bool is_restarted, has_contact;
  };
  const Case cases[] = {{"far, in the same boot", 20 * kDay, false, false},
                        {"far, over a start", 20 * kDay, true, false},
                        {"near, and a contact", 23 * kHour, false, true},
                        {"far, and a contact", 20 * kDay, false, true},
                        {"near, over a start, and a contact", 23 * kHour, true, true}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimDevice device;
    device.start();
    device.add("a", rented(device));
    device.restart();
    device.offset = c.jump;
    device.start();
    CHECK(device.play("a", 40min) == 40min);
    const WallTime began = device.truth - 40min;
    device.offset = 0s;
    if (c.is_restarted) device.restart();
    device.start();
    if (c.has_contact) device.contact();
    for (auto& [id, title] : device.titles) CHECK(title->correct().has_value());
    CHECK(device.titles["a"]->rights().first_play->at <= began + 40min + 60s);
    device.pass(47 * kHour);
    CHECK(device.judge("a").may_play());
    device.pass(kHour + 1min);
    CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
  }
}

TEST_CASE("O05 sleep counts") {
  SimDevice device;
  device.start();
  device.add("a", rented(device, 10 * kHour));
  CHECK(device.play("a", kHour) == kHour);
  const Verdict before = device.judge("a");
  device.pass(8 * kHour);  // suspended
  const Verdict after = device.judge("a");
  CHECK(after.may_play());
  CHECK(after.ends_at == before.ends_at);
  CHECK(*after.ends_at - device.clock->read().now == kHour);
  device.pass(kHour);
  CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
}

TEST_CASE("O06 S17 a folder from a backup is refused") {
  struct Case {
    const char* name;
    bool has_counter;
    Duration back;  // the clock, before the last start
    RightsState state;
    ErrorCode refusal;
  };
  const Case cases[] = {
      {"the key store's counter is newer", true, 0s, RightsState::kTampered,
       ErrorCode::kOfflineTampered},
      {"and with the clock of then", true, 20 * kDay, RightsState::kTampered,
       ErrorCode::kOfflineTampered},
      {"no counter: the clock tells", false, 0s, RightsState::kExpired, ErrorCode::kOfflineExpired},
      {"no counter, a clock before the grant", false, 30 * kDay, RightsState::kClockUntrusted,
       ErrorCode::kOfflineClockUntrusted}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimDevice device(c.has_counter);
    device.start();
    device.add("a", until(device, 10 * kDay));
    const auto files = device.disk.copy_all();
    const auto records = device.records;
    device.pass(20 * kDay);
    (void)device.clock->keep();
    device.close();
    device.disk.put_all(files);
    device.records = records;
    device.restart();
    device.offset = -c.back;
    device.start();
    CHECK(device.judge("a").state == c.state);
    CHECK(device.judge("a").refusal == c.refusal);
    CHECK(device.has_event(TimeEvent::kRecordRestored) == c.has_counter);
    device.contact();
    CHECK(!device.judge("a").may_play());
  }
}

// Puts back what the folder of a device with one title was a day before; nothing is open then.
std::map<std::string, Bytes> restore_backup(SimDevice& device) {
  device.start();
  device.add("a", until(device, 10 * kDay));
  const auto files = device.disk.copy_all();
  device.pass(kDay);
  (void)device.clock->keep();
  device.close();
  device.disk.put_all(files);
  return files;
}

TEST_CASE("O06 a key store that does not answer is no leave to open a folder from a backup") {
  SimDevice device;
  const auto files = restore_backup(device);
  device.keys.is_locked = true;
  device.start();
  REQUIRE(device.open_error);
  CHECK(device.open_error->code == ErrorCode::kStoreIo);
  CHECK((device.disk.copy_all() == files));  // nothing was changed
  device.keys.is_locked = false;
  device.start();
  CHECK_REFUSED(device.judge("a"), kTampered, kOfflineTampered);
}

TEST_CASE("O06 after a backup the service is asked, and all is well") {
  SimDevice device;
  (void)restore_backup(device);
  device.start();
  CHECK_REFUSED(device.judge("a"), kTampered, kOfflineTampered);
  device.contact();
  // The time is known; whether that record is the newest is not.
  CHECK_REFUSED(device.judge("a"), kContactNeeded, kOfflineContactNeeded);
  REQUIRE(device.titles["a"]->renew(until(device, 10 * kDay)).has_value());
  CHECK(device.judge("a").may_play());
}

TEST_CASE("O07 D13 a folder of another device opens nothing and breaks nothing") {
  SimDevice one(true, "one");
  one.start();
  one.add("a", until(one, 10 * kDay));
  SimDevice other(true, "other");
  other.disk.put_all(one.disk.copy_all());
  other.records = one.records;
  other.start();
  REQUIRE(other.open_error);
  CHECK(other.open_error->code == ErrorCode::kOfflineOtherDevice);
  CHECK(other.disk.copy_all() == one.disk.copy_all());  // nothing was changed

  SimDevice third(true, "third");  // only the downloads were copied
  third.start();
  third.contact();
  third.records = one.records;
  third.load("a");
  CHECK_REFUSED(third.judge("a"), kTampered, kOfflineOtherDevice);
}

TEST_CASE("O08 an edited row changes nothing and is noticed") {
  SimDevice device;
  device.start();
  device.add("a", until(device, 10 * kDay));
  device.rows["a"].expires_at = device.truth + 1000 * kDay;
  CHECK(device.rows["a"] != row_of(device.titles["a"]->rights()));
  device.pass(10 * kDay);
  CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
  device.rows["a"] = row_of(device.titles["a"]->rights());
  CHECK(device.rows["a"].expires_at == kBegin + 10 * kDay);
}

TEST_CASE("O08 D12 a changed bit of the sealed record is noticed") {
  SimDevice device;
  device.start();
  device.add("a", until(device, 10 * kDay));
  device.close();
  for (std::size_t at : {std::size_t{5}, std::size_t{40}, device.records["a"].size() - 1}) {
    CAPTURE(at);
    device.records["a"][at] ^= 1;
    device.start();
    CHECK_REFUSED(device.judge("a"), kTampered, kOfflineTampered);
    device.close();
    device.records["a"][at] ^= 1;
  }
  device.start();
  CHECK(device.judge("a").may_play());
}

TEST_CASE("O09 records of two downloads that are swapped are refused") {
  SimDevice device;
  device.start();
  device.add("short", until(device, kDay));
  device.add("long", until(device, 20 * kDay));
  device.close();
  std::swap(device.records["short"], device.records["long"]);
  device.start();
  CHECK_REFUSED(device.judge("short"), kTampered, kOfflineTampered);
  CHECK_REFUSED(device.judge("long"), kTampered, kOfflineTampered);
}

TEST_CASE("O10 a record from before is refused by its generation") {
  SimDevice device;
  device.start();
  device.add("a", rented(device));
  const Bytes unplayed = device.records["a"];
  CHECK(device.play("a", kHour) == kHour);
  device.close();
  const Bytes played = std::exchange(device.records["a"], unplayed);
  device.start();
  CHECK_REFUSED(device.judge("a"), kTampered, kOfflineTampered);

  SUBCASE("also with the newest copy of the clock's record broken") {
    for (const char* name : {"/offline/trust/state.a", "/offline/trust/state.b"}) {
      device.close();
      const auto files = device.disk.copy_all();
      device.disk.bytes(name)[20] ^= 1;
      device.start();
      CHECK(!device.judge("a").may_play());
      device.close();
      device.disk.put_all(files);
    }
  }
  SUBCASE("also after the download was removed and added again") {
    device.records["a"] = played;
    device.close();
    device.start();
    device.add("a", rented(device));
    device.close();
    device.records["a"] = played;
    device.start();
    CHECK_REFUSED(device.judge("a"), kTampered, kOfflineTampered);
  }
  SUBCASE("its newest plays") {
    device.close();
    device.records["a"] = played;
    device.start();
    CHECK(device.judge("a").may_play());
  }
}

TEST_CASE(
    "O11 S17 without the clock's record nothing that ends is played before the service is heard "
    "of") {
  for (const bool has_counter : {true, false}) {
    CAPTURE(has_counter);
    SimDevice device(has_counter);
    device.start();
    device.add("ends", until(device, 10 * kDay));
    device.add("free", device.grant_now());
    device.close();
    device.disk.put_all({});
    device.start();
    CHECK_REFUSED(device.judge("ends"), kClockUntrusted, kOfflineClockUntrusted);
    CHECK(device.judge("free").may_play());
    CHECK(device.has_event(has_counter ? TimeEvent::kRecordLost : TimeEvent::kFirstStart));
    device.contact();
    CHECK_REFUSED(device.judge("ends"), kContactNeeded, kOfflineContactNeeded);
    REQUIRE(device.titles["ends"]->renew(until(device, 10 * kDay)).has_value());
    CHECK(device.judge("ends").may_play());
  }
}

TEST_CASE(
    "O11 O04 without the clock's record no first play is moved by numbers of the one before") {
  SimDevice device;
  device.start();
  device.add("a", rented(device));
  device.restart();
  device.start();
  device.pass(20 * kDay);
  const WallTime played_at = device.truth;
  REQUIRE(device.play("a", kHour) == kHour);
  device.close();
  device.disk.put_all({});
  device.start();
  SUBCASE("by a contact in a start of the same number") {
    device.restart();
    device.start();
    device.pass(5 * kDay);
    device.contact();
    CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
  }
  SUBCASE("by a licence, which makes the title no better known") {
    device.contact();
    REQUIRE(device.titles["a"]->set_licence(device.truth + 9 * kDay, std::nullopt).has_value());
    CHECK(device.titles["a"]->rights().licence_ends == device.truth + 9 * kDay);
    CHECK_REFUSED(device.judge("a"), kContactNeeded, kOfflineContactNeeded);
  }
  SUBCASE("by a renewal, with which the window goes on where it is") {
    device.pass(kDay);
    device.contact();
    REQUIRE(device.titles["a"]->renew(rented(device)).has_value());
    device.contact();
    CHECK(device.judge("a").may_play());
    CHECK(*device.judge("a").ends_at - played_at < 48h + 1min);
  }
  CHECK(device.titles["a"]->rights().first_play->at - played_at < 1min);
}

TEST_CASE("O12 a damaged copy of the clock's record is written again from the other") {
  for (const char* name : {"/offline/trust/state.a", "/offline/trust/state.b"}) {
    CAPTURE(std::string(name));
    SimDevice device;
    device.start();
    device.add("a", until(device, 10 * kDay));
    device.close();
    device.disk.bytes(name)[30] ^= 0x80;
    const Bytes damaged = device.disk.bytes(name);
    device.start();
    CHECK(device.judge("a").may_play());
    CHECK(device.has_event(TimeEvent::kCopyDamaged));
    CHECK(device.disk.bytes(name) != damaged);
    device.close();
    device.events.clear();
    device.start();
    CHECK(device.judge("a").may_play());
    CHECK(!device.has_event(TimeEvent::kCopyDamaged));
  }
}

TEST_CASE("O21 a renewal that fails takes nothing away") {
  SimDevice device;
  device.start();
  Grant grant = device.grant_now();
  grant.has_persistent_licence = true;
  grant.renew_after = device.truth + 27 * kDay;
  device.add("a", grant);
  device.pass(26 * kDay);
  CHECK(device.judge("a").state == RightsState::kValid);
  device.pass(kDay);
  CHECK(device.judge("a").is_renewal_due);
  CHECK(device.judge("a").state == RightsState::kExpiring);
  device.titles["a"]->set_renewal(RenewalState::kAsked);
  CHECK(device.judge("a").state == RightsState::kRenewing);
  device.titles["a"]->set_renewal(RenewalState::kIdle);  // it did not answer
  CHECK(device.judge("a").may_play());
  CHECK(renewal_retry(1, 0) == 30s);
  device.titles["a"]->set_renewal(RenewalState::kDenied);
  CHECK(device.judge("a").state == RightsState::kDenied);
  CHECK(device.judge("a").may_play());
  device.contact();
  device.pass(3 * kDay);
  CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
  CHECK(device.judge("a").rule == EndRule::kLicence);
}

TEST_CASE("O22 the end comes during playback: at once, or when the licence lets it finish") {
  SimDevice device;
  device.start();
  device.add("hard", until(device, kHour));
  Grant soft = until(device, kHour);
  soft.grace = 30min;
  device.add("soft", soft);
  Grant endless = until(device, kHour);
  endless.grace = 100h;
  device.add("softest", endless);
  const WallTime began = device.truth;
  CHECK(device.play("hard", 2 * kHour, 1s) == kHour);
  CHECK_REFUSED(device.judge("hard", true), kExpired, kOfflineExpired);
  CHECK(device.judge("hard", true).destroys_keys);
  CHECK(device.judge("soft", true).may_play());
  CHECK_REFUSED(device.judge("soft"), kExpired, kOfflineExpired);  // not begun anew
  CHECK(!device.judge("soft").destroys_keys);                      // of what may play on
  device.pass(30min);
  CHECK_REFUSED(device.judge("soft", true), kExpired, kOfflineExpired);
  CHECK(device.judge("soft").destroys_keys);
  device.pass(began + 3 * kHour - device.truth - 1s);
  CHECK(device.judge("softest", true).may_play());
  device.pass(1s);
  CHECK(!device.judge("softest", true).may_play());
}

TEST_CASE("O23 what cannot be written down is not played") {
  struct Case {
    const char* name;
    bool is_disk_read_only, is_index_read_only;
  };
  const Case cases[] = {{"the clock's folder", true, false}, {"the index", false, true}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimDevice device;
    device.start();
    device.add("rented", rented(device));
    device.add("free", device.grant_now());
    device.disk.set_read_only(c.is_disk_read_only);
    device.is_index_read_only = c.is_index_read_only;
    const auto begun = device.titles["rented"]->begin_play();
    REQUIRE(!begun.has_value());
    CHECK(begun.error().code == ErrorCode::kStoreIo);
    CHECK(!device.titles["rented"]->rights().first_play);
    CHECK(device.titles["free"]->begin_play().has_value());
    device.disk.set_read_only(false);
    device.is_index_read_only = false;
    CHECK(device.titles["rented"]->begin_play().has_value());
    CHECK(device.titles["rented"]->rights().first_play);
  }
}

TEST_CASE("O23 a disk that fails during playback ends it, as what is played would be forgotten") {
  SimDevice device;
  device.start();
  device.add("a", until(device, 10 * kDay));
  REQUIRE(device.titles["a"]->begin_play().has_value());
  device.disk.set_read_only(true);
  device.pass(9min);
  CHECK(!device.clock->keep().has_value());
  CHECK(device.judge("a", true).may_play());
  device.pass(1min);
  CHECK(device.judge("a", true).refusal == ErrorCode::kStoreIo);
  CHECK(device.judge("a", true).state == RightsState::kValid);
  device.disk.set_read_only(false);
  REQUIRE(device.clock->keep().has_value());
  CHECK(device.judge("a", true).may_play());
}

TEST_CASE("O28 a time that is not the service's is ignored") {
  struct Case {
    const char* name;
    TimeContact contact;
  };
  const WallTime year_ahead = kBegin + 365 * kDay;
  const Case cases[] = {
      {"Date over http, a year ahead", {year_ahead, ContactOrigin::kPlain, 0s}},
      {"Date over http, right", {kBegin, ContactOrigin::kPlain, 0s}},
      {"Date of a host of ours, a year ahead", {year_ahead, ContactOrigin::kHttpsDate, 0s}},
      {"the service's, but slow", {kBegin - kHour, ContactOrigin::kService, 6min}},
      {"the service's, but of 1970", {WallTime{5}, ContactOrigin::kService, 0s}},
      {"the service's, but of 9999",
       {WallTime{253'370'764'800'000'000}, ContactOrigin::kService, 0s}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimDevice device;
    device.start();
    device.add("a", until(device, 10 * kDay));
    device.restart();
    device.start();
    const TimeReading before = device.clock->read();
    CHECK(device.clock->hear(c.contact).has_value());
    CHECK(device.has_event(TimeEvent::kContactRefused));
    CHECK(device.clock->read().now == before.now);
    CHECK(device.clock->read().trust == ClockTrust::kUnanchored);
    CHECK(device.judge("a").may_play());
  }
}

TEST_CASE("O28 one answer of the service that is far off takes and gives nothing for good") {
  SimDevice device;
  device.start();
  device.add("a", until(device, 10 * kDay));
  device.add("b", rented(device));
  device.pass(kDay);
  const auto hear = [&](Duration off) {
    (void)device.clock->hear({device.truth + off, ContactOrigin::kService, 0s});
    for (auto& [id, title] : device.titles) (void)title->correct();
  };
  SUBCASE("ahead: what ends by it does, its keys stay, and a right one undoes it") {
    hear(365 * kDay);
    CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
    CHECK(!device.judge("a").destroys_keys);
    device.pass(1min);
    hear(365 * kDay);  // the same cache again
    CHECK(!device.judge("a").destroys_keys);
    SUBCASE("in the same process") {}
    SUBCASE("in another process") {
      device.close();
      device.start();
      CHECK(!device.judge("a").destroys_keys);
    }
    hear(0s);
    CHECK(device.judge("a").may_play());
    CHECK(device.clock->read().trust == ClockTrust::kAnchored);
    CHECK(device.clock->read().now == device.truth);
  }
  SUBCASE("ahead: a first play by it is put right") {
    hear(20 * kDay);
    CHECK(device.play("b", kHour) == kHour);
    hear(0s);
    CHECK(*device.judge("b").ends_at - device.truth < 48h);
  }
  SUBCASE("ahead, and it stays so: it is the time") {
    hear(365 * kDay);
    device.pass(kContactProof);
    hear(365 * kDay);
    CHECK(device.judge("a").destroys_keys);
  }
  SUBCASE("behind: no end moves") {
    const auto end = device.judge("b").ends_at;
    hear(-30 * kDay);
    device.pass(1min);
    hear(-30 * kDay);
    CHECK(device.clock->read().now == device.truth);
    CHECK(device.judge("b").ends_at == end);
    CHECK(device.has_event(TimeEvent::kContactRefused));
    device.pass(9 * kDay);
    CHECK_REFUSED(device.judge("a"), kExpired, kOfflineExpired);
  }
  SUBCASE("behind, and it stays so: it is the time") {
    hear(-9 * kDay);
    device.pass(kContactProof);
    hear(-9 * kDay);
    CHECK(device.clock->read().now == device.truth - 9 * kDay);
  }
  SUBCASE("after the device was off its clock is a witness") {
    device.restart(40 * kDay);
    device.start();
    hear(0s);
    CHECK(device.judge("a").destroys_keys);
  }
}

}  // namespace
}  // namespace playhead::offline::test
