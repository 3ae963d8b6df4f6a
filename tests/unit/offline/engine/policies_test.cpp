// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/failure_policy.h"
#include "engine/queue_policy.h"
#include "engine/rate_meter.h"
#include "engine/request_json.h"
#include "playback/track_ids_json.h"

namespace playhead::offline {
namespace {

using Kind = QueueDecision::Kind;

QueueItem item(int priority, int64_t order, bool wants = true) {
  QueueItem made;
  made.priority = priority;
  made.order = order;
  made.wants_to_run = wants;
  return made;
}

}  // namespace

TEST_CASE("queue_policy: places, obstacles and waits") {
  struct Case {
    const char* name;
    std::vector<QueueItem> items;
    QueueInputs in;
    std::vector<QueueDecision> decisions;
  };
  const MonotonicTime now{1'000};
  QueueItem later = item(9, 0);
  later.not_before = MonotonicTime{2'000};
  later.waits_for = WaitReason::kNetwork;
  QueueInputs one, offline, metered, full;
  one.now = now;
  offline = metered = full = one;
  offline.conditions.is_online = false;
  metered.conditions.is_metered = true;
  full.has_space = false;
  QueueInputs free = metered;
  free.only_unmetered = false;
  const QueueDecision run{Kind::kRun, WaitReason::kNothing};
  const QueueDecision queue{Kind::kQueue, WaitReason::kNothing};
  const QueueDecision leave{Kind::kLeave, WaitReason::kNothing};
  const std::vector<Case> cases = {
      {"in the order they came", {item(0, 2), item(0, 1)}, one, {queue, run}},
      {"priority first", {item(0, 1), item(1, 2)}, one, {queue, run}},
      {"what does not want takes no place", {item(5, 1, false), item(0, 2)}, one, {leave, run}},
      {"what waits for its time takes none",
       {later, item(0, 2)},
       one,
       {{Kind::kWait, WaitReason::kNetwork}, run}},
      {"no network",
       {item(0, 1), item(0, 2, false)},
       offline,
       {{Kind::kWait, WaitReason::kNetwork}, leave}},
      {"metered", {item(0, 1)}, metered, {{Kind::kWait, WaitReason::kUnmetered}}},
      {"metered, which is all right", {item(0, 1)}, free, {run}},
      {"no space", {item(0, 1)}, full, {{Kind::kWait, WaitReason::kStorage}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    QueueInputs in = c.in;
    in.items = c.items;
    CHECK((decide_queue(in) == c.decisions));
  }
}

TEST_CASE("failure_policy: what passes, what is asked anew, what ends it") {
  struct Case {
    const char* name;
    FailureInputs in;
    Remedy remedy;
    WaitReason waits_for;
    NextAction action;
  };
  const auto error = [](ErrorCode code, int detail = 0) { return make_error(code, "", detail); };
  const std::vector<Case> cases = {
      {"nobody answers",
       {error(ErrorCode::kNetworkUnreachable), false, true, 99},
       Remedy::kWait,
       WaitReason::kNetwork,
       NextAction::kRetry},
      {"500 passes",
       {error(ErrorCode::kHttpStatus, 500)},
       Remedy::kWait,
       WaitReason::kNetwork,
       NextAction::kRetry},
      {"500 for ever does not",
       {error(ErrorCode::kHttpStatus, 500), false, true, kMostRefusals},
       Remedy::kFail,
       WaitReason::kNothing,
       NextAction::kRetry},
      {"402",
       {error(ErrorCode::kHttpStatus, 402)},
       Remedy::kFail,
       WaitReason::kNothing,
       NextAction::kNone},
      {"403: the service is asked",
       {error(ErrorCode::kForbidden), false, true},
       Remedy::kRefresh,
       WaitReason::kNothing,
       NextAction::kSignIn},
      {"403 again",
       {error(ErrorCode::kForbidden), true, true},
       Remedy::kFail,
       WaitReason::kNothing,
       NextAction::kSignIn},
      {"403 of a plain URL",
       {error(ErrorCode::kForbidden), true, false},
       Remedy::kFail,
       WaitReason::kNothing,
       NextAction::kRemoveAndAdd},
      {"404 after that",
       {error(ErrorCode::kNotFound), true, true},
       Remedy::kFail,
       WaitReason::kNothing,
       NextAction::kNone},
      {"disk full",
       {error(ErrorCode::kStoreFull)},
       Remedy::kWait,
       WaitReason::kStorage,
       NextAction::kFreeSpace},
      {"no token",
       {error(ErrorCode::kTimedOut)},
       Remedy::kWait,
       WaitReason::kAuth,
       NextAction::kSignIn},
      {"another device's",
       {error(ErrorCode::kOfflineOtherDevice)},
       Remedy::kFail,
       WaitReason::kNothing,
       NextAction::kRemoveAndAdd},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Diagnosis diagnosis = diagnose(c.in);
    CHECK(diagnosis.remedy == c.remedy);
    CHECK(diagnosis.waits_for == c.waits_for);
    CHECK(diagnosis.failure.next_action == c.action);
  }
}

TEST_CASE("rate_meter: bytes of the last seconds") {
  RateMeter meter;
  MonotonicTime now{0};
  CHECK(meter.bytes_per_second(now) == 0);
  for (int i = 0; i < 40; ++i) {
    now += 100ms;
    meter.add(1'000, now);
  }
  CHECK(meter.bytes_per_second(now) > 9'000);
  CHECK(meter.bytes_per_second(now) < 11'000);
  CHECK(meter.bytes_per_second(now + 10s) == 0);
}

TEST_CASE("request_json: what is written is read, and names what is the same") {
  DownloadRequest request;
  request.title_id = "m_1";
  request.profile_id = "kids";
  request.video = {480, 900'000, {"av1", "h264"}};
  request.audio_languages = {"de", "*"};
  request.text_languages = {"en"};
  request.thumbnails = false;
  request.from = 5s;
  request.to = 1min;
  const auto read = read_request(write_request(request));
  REQUIRE(read);
  CHECK(write_request(*read) == write_request(request));
  CHECK(read->to == request.to);
  CHECK(read->thumbnails == false);

  DownloadRequest other = request;
  other.app_data = "x";
  other.priority = 4;
  CHECK(*identity_of(other) == *identity_of(request));
  other.profile_id = "adults";
  CHECK(*identity_of(other) != *identity_of(request));
  request.title_id.clear();
  request.url = "https://cdn.test/film.m3u8?id=1&sig=a";
  other = request;
  other.url = "https://cdn.test/film.m3u8?id=1&sig=b";
  CHECK(*identity_of(other) == *identity_of(request));
  other.url = "https://cdn.test/film.m3u8?id=2&sig=a";
  CHECK(*identity_of(other) != *identity_of(request));

  for (const char* broken : {"", "[]", "{", "nonsense"}) {
    CAPTURE(broken);
    const auto refused = read_request(broken);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kStoreCorrupt);
  }
  const auto tracks = read_track_ids(write_track_ids({"a", "b"}));
  REQUIRE(tracks);
  CHECK(*tracks == std::vector<std::string>{"a", "b"});
  CHECK(read_track_ids("")->empty());
}

}  // namespace playhead::offline
