// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/download_rig.h"

// What holds downloads back because of the disk, or because the user wants it so.
namespace playhead::offline {
namespace {

using test::DownloadRig;
using test::SimTitle;
using test::TestDisk;
using test::WebAnswer;
using test::WebRequest;

SimTitle title_of(int segments) {
  SimTitle title;
  title.segments = segments;
  title.bitrates_bps = {400'000, 900'000};
  return title;
}

}  // namespace

TEST_CASE("downloads: limits change while it comes: it waits, by name, and goes on") {
  DownloadRig rig(title_of(40));
  rig.world.transport->set_link(playhead::test::SimLink::constant(2'000'000, 10ms));
  rig.open();
  rig.manager->set_conditions({true, true, false});
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kWaiting));
  CHECK(rig.status(id).waits_for == WaitReason::kUnmetered);
  DownloadLimits limits;
  limits.only_unmetered = false;
  REQUIRE(rig.manager->set_limits(limits));
  REQUIRE(rig.run_until(id, DownloadState::kDownloading));
  limits.only_charging = true;
  REQUIRE(rig.manager->set_limits(limits));
  REQUIRE(rig.run_until(id, DownloadState::kWaiting));
  CHECK(rig.status(id).waits_for == WaitReason::kCharging);
  limits.only_charging = false;
  limits.quota_bytes = 1;
  REQUIRE(rig.manager->set_limits(limits));
  rig.run_for(5s);
  CHECK(rig.status(id).waits_for == WaitReason::kStorage);
  limits.quota_bytes = 0;
  REQUIRE(rig.manager->set_limits(limits));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  limits.parallel_segments = 17;
  CHECK(rig.manager->set_limits(limits).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("downloads: S02 floor and quota") {
  DownloadRig rig(title_of(20));
  rig.disk->set_free_bytes(rig.config.free_space_floor);
  rig.open();
  const std::string id = rig.add();
  rig.run_for(10s);
  CHECK(rig.status(id).waits_for == WaitReason::kStorage);
  CHECK(rig.requests().empty());
  rig.disk->set_free_bytes(int64_t{10} << 30);
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  const int64_t size = rig.status(id).bytes_done;
  rig.close();
  rig.config.quota_bytes = size + 1;
  rig.open();
  DownloadRequest other;
  other.title_id = "m1";
  other.video.max_bitrate = 500'000;
  const std::string second = rig.add(other);
  REQUIRE(rig.run_until(second, DownloadState::kWaiting));
  CHECK(rig.status(second).failure->error.code == ErrorCode::kOfflineQuota);
  REQUIRE(rig.manager->remove(id));
  CHECK(rig.run_until(second, DownloadState::kCompleted));
}

TEST_CASE("downloads: S02 what an expired title left behind takes no place of the quota") {
  DownloadRig rig(title_of(10));
  const int64_t now_s = rig.world.executor.wall_now().us / 1'000'000;
  rig.world.service.download_expires_at_s = now_s + 3600;
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  DownloadLimits limits;
  limits.quota_bytes = rig.status(id).bytes_done * 3 / 2;
  REQUIRE(rig.manager->set_limits(limits));
  rig.manager->set_conditions({false, false, true});
  rig.run_for(2h);
  REQUIRE(rig.status(id).rights == RightsState::kExpired);
  CHECK(std::filesystem::exists(rig.config.path + "/content/" + id));
  rig.manager->set_conditions({true, false, true});
  rig.world.service.download_expires_at_s.reset();
  DownloadRequest other;
  other.title_id = "m1";
  other.profile_id = "another";
  const std::string second = rig.add(other);
  CHECK(rig.run_until(second, DownloadState::kCompleted));
}

TEST_CASE("downloads: S02 floor and quota hold within one large file, too") {
  for (const bool is_quota : {true, false}) {
    CAPTURE(is_quota);
    constexpr std::size_t kFile = 20'000'000;
    DownloadRig rig;
    rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
      if (request.url != "http://cdn.test/film.mp4") return std::nullopt;
      WebAnswer answer = playhead::test::bytes_answer(playhead::test::pattern_bytes(kFile, 3));
      answer.ignores_range = true;
      return answer;
    };
    rig.world.transport->set_link(playhead::test::SimLink::constant(8'000'000, 10ms));
    if (is_quota) rig.config.quota_bytes = 5'000'000;
    rig.open();
    DownloadRequest request;
    request.url = "http://cdn.test/film.mp4";
    const std::string id = rig.add(request);
    rig.run_for(3s);
    CHECK(rig.status(id).state == DownloadState::kDownloading);
    if (!is_quota) rig.disk->set_free_bytes(rig.config.free_space_floor);
    REQUIRE(rig.run_until(id, DownloadState::kWaiting, 10s));
    CHECK(rig.status(id).waits_for == WaitReason::kStorage);
    CHECK(rig.status(id).failure->error.code ==
          (is_quota ? ErrorCode::kOfflineQuota : ErrorCode::kStoreFull));
    rig.run_for(1min);
    CHECK(rig.disk->bytes_appended() < 8'000'000);
  }
}

TEST_CASE("downloads: a disk below its floor is not told as a quota") {
  DownloadRig rig(title_of(10));
  rig.open();
  REQUIRE(rig.run_until(rig.add(), DownloadState::kCompleted));
  rig.close();
  rig.config.quota_bytes = 1;
  rig.open();
  DownloadRequest request;
  request.title_id = "m1";
  request.audio_languages = {"a"};
  const std::string over = rig.add(request);
  REQUIRE(rig.run_until(over, DownloadState::kWaiting));
  CHECK(rig.status(over).failure->error.code == ErrorCode::kOfflineQuota);
  rig.disk->set_free_bytes(0);
  request.audio_languages = {"b"};
  const std::string low = rig.add(request);
  REQUIRE(rig.run_until(low, DownloadState::kWaiting));
  CHECK(rig.status(low).failure->error.code == ErrorCode::kStoreFull);
}

TEST_CASE("downloads: O16 S01 a full disk holds them back, and room lets them go on") {
  struct Case {
    const char* name;
    TestDisk::Step step;
  };
  const Case cases[] = {{"at the start of a file", TestDisk::Step::kCreate},
                        {"in the middle", TestDisk::Step::kAppend},
                        {"when it is synced", TestDisk::Step::kSync},
                        {"when it gets its name", TestDisk::Step::kRename}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig(title_of(20));
    rig.open();
    const std::string id = rig.add();
    rig.run_for(1s);
    rig.disk->fail(c.step);
    REQUIRE(rig.run_until(id, DownloadState::kWaiting));
    CHECK(rig.status(id).waits_for == WaitReason::kStorage);
    REQUIRE(rig.status(id).failure);
    CHECK(rig.status(id).failure->error.code == ErrorCode::kStoreFull);
    CHECK(rig.status(id).failure->next_action == NextAction::kFreeSpace);
    rig.run_for(5min);
    CHECK(rig.status(id).state != DownloadState::kCompleted);
    rig.disk->fail(TestDisk::Step::kNothing);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    CHECK(rig.check_bytes(id) == 43);
  }
}

}  // namespace playhead::offline
