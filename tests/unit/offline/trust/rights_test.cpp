// SPDX-License-Identifier: Apache-2.0
#include "trust/rights.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "trust/trust_record.h"

namespace playhead::offline {
namespace {

constexpr WallTime kNow{1'800'000'000'000'000};
constexpr Duration kDay = 24h;

TimeReading at(Duration passed) {
  TimeReading time;
  time.now = time.certain = kNow + passed;
  time.trust = ClockTrust::kAnchored;
  time.contact_at = kNow;
  time.running = passed;
  time.boot = 1;
  return time;
}

Grant granted() {
  Grant grant;
  grant.title_id = "m_1";
  grant.profile_id = "p";
  grant.server_time = kNow;
  return grant;
}

TEST_CASE("rights: states, ends and refusals") {
  struct Case {
    const char* name;
    void (*grant)(Grant&);
    Duration first_play;  // negative: none
    Duration now;
    RightsState state;
    std::optional<ErrorCode> refusal;
    EndRule rule;
    Duration end;  // from kNow; 0: none
  };
  const auto none = std::optional<ErrorCode>();
  const auto expired = std::optional(ErrorCode::kOfflineExpired);
  const Duration never = -1s;
  const auto until = [](Grant& g) { g.expires_at = kNow + 10 * kDay; };
  const auto rental = [](Grant& g) { g.rental = 30 * kDay, g.playback = 48h; };
  const auto licence = [](Grant& g) { g.has_persistent_licence = true; };
  const auto longest = [](Grant& g) { g.expires_at = kNow + 300 * kDay; };
  using S = RightsState;
  using R = EndRule;
  const Case cases[] = {
      {"no end", [](Grant&) {}, never, 4000 * kDay, S::kValid, none, R::kNone, 0s},
      {"until", until, never, 8 * kDay, S::kValid, none, R::kExpiresAt, 10 * kDay},
      {"until: its last day", until, never, 9 * kDay, S::kExpiring, none, R::kExpiresAt, 10 * kDay},
      {"until: its last moment", until, never, 10 * kDay - 1us, S::kExpiring, none, R::kExpiresAt,
       10 * kDay},
      {"until: over", until, never, 10 * kDay, S::kExpired, expired, R::kExpiresAt, 10 * kDay},
      {"before the grant: within what servers differ", until, never, -10min, S::kValid, none,
       R::kExpiresAt, 10 * kDay},
      {"before the grant", until, never, -11min, S::kClockUntrusted,
       ErrorCode::kOfflineClockUntrusted, R::kExpiresAt, 10 * kDay},
      {"rental, not begun", rental, never, kDay, S::kValid, none, R::kRental, 30 * kDay},
      {"rental, not begun in time", rental, never, 30 * kDay, S::kExpired, expired, R::kRental,
       30 * kDay},
      {"rental, begun", rental, kDay, kDay + 1h, S::kValid, none, R::kPlayback, 3 * kDay},
      {"rental, begun on the last day, goes on", rental, 29 * kDay, 29 * kDay + 23h, S::kExpiring,
       none, R::kContact, 30 * kDay},
      {"rental, watched for long enough", rental, kDay, 3 * kDay, S::kExpired, expired,
       R::kPlayback, 3 * kDay},
      {"licence: due", licence, never, 25 * kDay, S::kExpiring, none, R::kLicence, 30 * kDay},
      {"licence: over", licence, never, 30 * kDay, S::kExpired, expired, R::kLicence, 30 * kDay},
      {"contact: within", longest, never, 28 * kDay, S::kValid, none, R::kContact, 30 * kDay},
      {"contact: needed", longest, never, 30 * kDay, S::kContactNeeded,
       ErrorCode::kOfflineContactNeeded, R::kContact, 30 * kDay}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Grant grant = granted();
    c.grant(grant);
    Rights rights = make_rights("d", grant);
    if (c.first_play >= 0s) rights = *with_first_play(rights, at(c.first_play));
    const Verdict verdict = judge(rights, at(c.now), {});
    CHECK(verdict.state == c.state);
    CHECK(verdict.refusal == c.refusal);
    CHECK(verdict.rule == c.rule);
    CHECK((verdict.ends_at ? *verdict.ends_at - kNow : 0s).count() == c.end.count());
    CHECK(verdict.destroys_keys == (c.state == S::kExpired));
    CHECK(as_result(verdict).has_value() == verdict.may_play());
  }
}

TEST_CASE("rights: an end that only the device's clock tells destroys no key") {
  Grant grant = granted();
  grant.expires_at = kNow + 10 * kDay;
  TimeReading time = at(11 * kDay);
  time.trust = ClockTrust::kUnanchored;
  time.certain = kNow + 9 * kDay;
  const Verdict verdict = judge(make_rights("d", grant), time, {});
  CHECK(verdict.state == RightsState::kExpired);
  CHECK(!verdict.destroys_keys);
}

TEST_CASE("rights: a watching window is over when the device has run for so long") {
  Grant grant = granted();
  grant.playback = 48h;
  const Rights rights = *with_first_play(make_rights("d", grant), at(0s));
  TimeReading time = at(1h);
  time.running = 48h;
  CHECK(judge(rights, time, {}).state == RightsState::kExpired);
  CHECK(judge(rights, time, {}).destroys_keys);
}

TEST_CASE("rights: a renewal keeps a running window and opens one that was over") {
  Grant grant = granted();
  grant.playback = 48h;
  const Rights played = *with_first_play(make_rights("d", grant), at(kDay));
  CHECK(played.generation == 2);
  CHECK(!with_first_play(played, at(2 * kDay)));
  const Rights during = renew_rights(played, grant, at(2 * kDay));
  CHECK(during.generation == 3);
  CHECK(during.first_play == played.first_play);
  CHECK(!renew_rights(played, grant, at(3 * kDay)).first_play);
}

TEST_CASE("rights: licences end for themselves") {
  const Rights open = make_rights("d", granted());
  REQUIRE(!open.licence_ends);
  const auto kept = with_licence(open, kNow + 2 * kDay, kNow + kDay);
  REQUIRE(kept);
  CHECK(kept->generation == open.generation + 1);
  CHECK(kept->licence_ends == kNow + 2 * kDay);
  CHECK(kept->renew_after == kNow + kDay);
  CHECK(!with_licence(*kept, kNow + 2 * kDay, kNow + kDay));
  // A later moment does not move what is due earlier.
  CHECK(with_licence(*kept, kNow + 3 * kDay, kNow + 2 * kDay)->renew_after == kNow + kDay);
  // A permission that says nothing of licences leaves the end of those that are kept.
  Grant again = granted();
  again.server_time = kNow + kDay;
  CHECK(renew_rights(*kept, again, at(kDay)).licence_ends == kNow + 2 * kDay);
  // Those that have ended are asked for anew.
  again.server_time = kNow + 3 * kDay;
  CHECK(!renew_rights(*kept, again, at(3 * kDay)).licence_ends);
}

TEST_CASE("rights: an uncertain first play is put right by the service's time of the same boot") {
  Grant grant = granted();
  grant.playback = 48h;
  TimeReading guess = at(23h);
  guess.trust = ClockTrust::kUnanchored;
  guess.running = 1h;
  const Rights rights = *with_first_play(make_rights("d", grant), guess);
  TimeReading known = at(3h);
  const auto fixed = corrected(rights, known);
  REQUIRE(fixed);
  CHECK(fixed->first_play->at == kNow + 1h);
  CHECK(fixed->first_play->is_certain);
  CHECK(!corrected(*fixed, at(40h)));
  known.boot = 2;  // restarted since: it was not later than the device has run
  CHECK(corrected(rights, known)->first_play->at == kNow + 1h);
  known.now = kNow + 40h;
  CHECK(!corrected(rights, known));
}

TEST_CASE("rights: another record of time moves a first play back alone") {
  constexpr uint64_t kOther = uint64_t{9} << 32;
  Grant grant = granted();
  grant.playback = 48h;
  TimeReading first = at(20 * kDay);
  first.trust = ClockTrust::kUnanchored;
  const Rights rights = *with_first_play(make_rights("d", grant), first);
  TimeReading other = at(21 * kDay);
  other.boot = kOther | 1;  // the same number of a start, in another record
  other.running = 1h;
  CHECK(!corrected(rights, other));
  CHECK(judge(rights, other, {}).may_play());
  CHECK(renew_rights(rights, grant, other).first_play == rights.first_play);
  other.running = 25h;
  CHECK(corrected(rights, other)->first_play->at == kNow + 20 * kDay - 1h);
  CHECK(!corrected(rights, other)->first_play->is_certain);
  CHECK(renew_rights(rights, grant, other).first_play->at == kNow + 20 * kDay - 1h);
  other.running = 30 * kDay;  // more than at the first play, and of another record
  CHECK(!judge(rights, other, {}).destroys_keys);
}

TEST_CASE("rights: renewals are spread and tried again") {
  Grant grant = granted();
  CHECK(!renewal_due(make_rights("d", grant), 0));
  grant.has_persistent_licence = true;
  const Rights rights = make_rights("d", grant);
  CHECK(renewal_due(rights, 0) == kNow + 24 * kDay);
  CHECK(*renewal_due(rights, UINT64_MAX) > kNow + 24 * kDay + 5h);
  CHECK(*renewal_due(rights, UINT64_MAX) < kNow + 24 * kDay + 6h);
  CHECK(renewal_retry(1, 0) == 30s);
  CHECK(renewal_retry(1, UINT64_MAX) < 1min);
  CHECK(renewal_retry(2, 0) == 1min);
  CHECK(renewal_retry(1000, 0) == 3h);
  CHECK(renewal_retry(1000, UINT64_MAX) < 6h);
}

TEST_CASE("rights: T08 grants out of all bounds") {
  Grant grant = granted();
  grant.server_time = WallTime{INT64_MIN / 2};
  grant.expires_at = WallTime::max();
  grant.rental = Duration{INT64_MAX};
  grant.playback = Duration{INT64_MIN};
  grant.licence_expires_at = WallTime{-7};
  grant.renew_after = WallTime{INT64_MIN / 2};
  grant.grace = Duration{INT64_MAX};
  grant.max_without_contact = Duration{-1};
  const Rights rights = make_rights("d", grant);
  CHECK(rights.expires_at == kLatestTime);
  CHECK(rights.rental == kLongestDuration);
  CHECK(rights.playback == Duration{0});
  CHECK(rights.grace == kLongestGrace);
  CHECK(!judge(rights, at(0s), {}).may_play());
  CHECK(parse_rights(write_rights(rights)).value() == rights);
}

Rights full_rights() {
  Grant grant = granted();
  grant.expires_at = kNow + kDay;
  grant.rental = 5h;
  grant.playback = 6h;
  grant.has_persistent_licence = true;
  grant.renew_after = kNow + 5h;
  return *with_first_play(make_rights("d", grant), at(1h));
}

TrustRecord full_record() {
  TrustRecord record;
  record.counter = 7;
  record.clock = first_state({kNow, 5s, "boot"}, 1);
  record.clock.contact_at = kNow;
  record.clock.jump = TimeJump{kNow, 5s};
  record.generations = {{"a", 1}, {"b", 3}};
  return record;
}

TEST_CASE("records: what is written is read; every cut and every longer one is refused") {
  const std::vector<uint8_t> rights = write_rights(full_rights());
  CHECK(parse_rights(rights).value() == full_rights());
  const std::vector<uint8_t> record = write_trust_record(full_record());
  CHECK(parse_trust_record(record).value() == full_record());
  for (std::size_t size = 0; size < rights.size(); ++size) {
    const auto cut = parse_rights(ByteView(rights).first(size));
    REQUIRE(!cut.has_value());
    CHECK(cut.error().code == ErrorCode::kStoreCorrupt);
  }
  for (std::size_t size = 0; size < record.size(); ++size) {
    CHECK(!parse_trust_record(ByteView(record).first(size)).has_value());
  }
  std::vector<uint8_t> longer = rights;
  longer.push_back(0);
  CHECK(!parse_rights(longer).has_value());
  std::vector<uint8_t> newer = rights;
  newer[8] = 2;
  CHECK(parse_rights(newer).error().code == ErrorCode::kStoreNewer);
  newer = record;
  newer[6] = 9;
  CHECK(parse_trust_record(newer).error().code == ErrorCode::kStoreNewer);
}

}  // namespace
}  // namespace playhead::offline
