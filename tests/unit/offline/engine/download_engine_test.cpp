// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/download_rig.h"
#include "licences/scripted_keeper.h"
#include "player/client_impl.h"
#include "support/faulty_sqlite.h"

namespace playhead::offline {
namespace {

using test::content_folders;
using test::DownloadRig;
using test::SimTitle;
using test::small_title;
using test::TestDisk;
using test::WebAnswer;
using test::WebRequest;

bool has_no_repeats(const std::vector<std::string>& urls) {
  return std::set<std::string>(urls.begin(), urls.end()).size() == urls.size();
}

playhead::test::SimFault fault(const std::string& url, int status, int times = -1) {
  playhead::test::SimFault made;
  made.url_contains = url;
  made.status = status;
  made.times = times;
  return made;
}

// In the journal, while nobody has it open.
std::size_t events_of(const DownloadRig& rig) {
  const auto files = make_file_system();
  const auto store = DownloadStore::open(*files, rig.config.path);
  REQUIRE(store);
  const auto events = (*store)->events();
  REQUIRE(events);
  return events->size();
}

}  // namespace

TEST_CASE("downloads: a title of the service comes whole, one picture and its sound") {
  DownloadRig rig(small_title());
  rig.open();
  const std::string id = rig.add();
  CHECK(rig.status(id).state == DownloadState::kQueued);
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.run_for(1s);
  CHECK(rig.told.last.state == DownloadState::kCompleted);
  const DownloadStatus status = rig.status(id);
  CHECK(status.bytes_done == status.bytes_total);
  CHECK(status.is_total_exact);
  CHECK(status.duration == 40s);
  CHECK(status.playable_until == 40s);
  CHECK(status.rights == RightsState::kValid);
  CHECK(has_no_repeats(rig.requests()));
  // Multivariant playlist, two playlists, two times ten segments.
  CHECK(rig.check_bytes(id) == 23);
  CHECK(rig.world.service.downloads == 1);
}

TEST_CASE("downloads: a range of time plays inside, and ends typed where it ends") {
  struct Case {
    const char* name;
    std::optional<Duration> from, to, start;
    Duration playable_until;
    std::size_t segments;  // of each of two tracks
  };
  const Case cases[] = {{"its beginning", {}, 16s, {}, 16s, 4}, {"its middle", 8s, 16s, 9s, 0s, 2}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    DownloadRig rig(small_title());
    rig.open();
    DownloadRequest request;
    request.from = c.from;
    request.to = c.to;
    const std::string id = rig.add(request);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    CHECK(rig.status(id).playable_until == c.playable_until);
    CHECK(rig.status(id).duration == 40s);
    CHECK(rig.requests(".seg").size() == 2 * c.segments);
    rig.manager->set_conditions({false, false, true});
    rig.world.forget_events();
    PlaySource source;
    source.download_id = id;
    source.start = c.start;
    rig.world.player->load(source);
    CHECK(rig.world.run_until_event<FirstFrame>(5s));
    CHECK(rig.world.find<Failed>() == nullptr);
    REQUIRE(rig.world.run_until_event<Failed>(30s));
    CHECK(rig.world.find<Failed>()->error.code == ErrorCode::kOfflineIncomplete);
    rig.world.player->stop();
    rig.run_for(1s);
  }
}

TEST_CASE("downloads: what is added again has the id it has, what is wrong is refused") {
  DownloadRig rig(small_title());
  rig.open();
  DownloadRequest request;
  request.title_id = "m1";
  const std::string id = rig.add(request);
  CHECK(rig.add(request) == id);
  request.audio_languages = {"de"};
  CHECK(rig.add(request) != id);
  DownloadRequest url;
  url.url = "http://cdn.test/a.m3u8?sig=1";
  const std::string by_url = rig.add(url);
  url.url = "http://cdn.test/a.m3u8?sig=2";
  CHECK(rig.add(url) == by_url);

  struct Case {
    const char* name;
    DownloadRequest request;
  };
  std::vector<Case> cases(5);
  cases[0].name = "nothing";
  cases[1] = {"a title id that is too long", {}};
  cases[1].request.title_id = std::string(257, 'x');
  cases[2] = {"a file", {}};
  cases[2].request.url = "file:///etc/passwd";
  cases[3] = {"an empty range", request};
  cases[3].request.from = cases[3].request.to = 5s;
  cases[4] = {"much app data", request};
  cases[4].request.app_data = std::string(4097, 'x');
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto added = rig.manager->add(c.request);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == ErrorCode::kInvalidArgument);
  }
  CHECK(rig.manager->pause("nobody").error().code == ErrorCode::kNotFound);
  CHECK(rig.manager->find("nobody").error().code == ErrorCode::kNotFound);
}

TEST_CASE("downloads: paused, the process gone and back, resumed: nothing comes twice") {
  DownloadRig rig(small_title(40));
  rig.open();
  const std::string id = rig.add();
  REQUIRE(
      rig.world.executor.run_until_true([&] { return rig.requests(".seg").size() > 20; }, 1min));
  rig.run_for(1500ms);
  REQUIRE(rig.manager->pause(id));
  CHECK(rig.status(id).state == DownloadState::kPaused);
  const std::size_t asked = rig.requests().size();
  rig.run_for(1min);
  CHECK(rig.requests().size() == asked);
  const int64_t done = rig.status(id).bytes_done;
  CHECK(done > 0);

  rig.close();
  rig.open();
  CHECK(rig.status(id).state == DownloadState::kPaused);
  CHECK(rig.status(id).bytes_done == done);
  REQUIRE(rig.manager->resume(id));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  // What was in flight at the pause is asked for again, four at most.
  const auto urls = rig.requests(".seg");
  CHECK(urls.size() <= 80 + 4);
  CHECK(rig.check_bytes(id) == 83);
}

TEST_CASE("downloads: a process that ends in the middle goes on by itself") {
  DownloadRig rig(small_title(40));
  rig.open();
  const std::string id = rig.add();
  for (int i = 0; i < 4; ++i) {
    rig.run_for(700ms);
    rig.close();
    rig.open();
  }
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.check_bytes(id) == 83);
}

TEST_CASE("downloads: conditions hold them back, by name, and let them go on") {
  struct Case {
    const char* name;
    DownloadConditions conditions;
    bool only_charging;
    WaitReason reason;
  };
  const Case cases[] = {
      {"no network", {false, false, true}, false, WaitReason::kNetwork},
      {"a network that costs", {true, true, true}, false, WaitReason::kUnmetered},
      {"not charging", {true, false, false}, true, WaitReason::kCharging},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig(small_title());
    rig.config.only_charging = c.only_charging;
    rig.open();
    rig.manager->set_conditions(c.conditions);
    const std::string id = rig.add();
    rig.run_for(1min);
    CHECK(rig.status(id).state == DownloadState::kWaiting);
    CHECK(rig.status(id).waits_for == c.reason);
    CHECK(rig.requests().empty());
    rig.manager->set_conditions({});
    CHECK(rig.run_until(id, DownloadState::kCompleted));
  }
}

TEST_CASE("downloads: a host that is away for an hour is waited for") {
  DownloadRig rig(small_title(30));
  rig.open();
  const std::string id = rig.add();
  rig.run_for(1s);
  rig.world.take_down("cdn.test", 60min);
  REQUIRE(rig.run_until(id, DownloadState::kWaiting));
  CHECK(rig.status(id).waits_for == WaitReason::kNetwork);
  REQUIRE(rig.status(id).failure);
  CHECK(rig.status(id).failure->is_retryable);
  CHECK(rig.run_until(id, DownloadState::kCompleted, 90min));
  CHECK(rig.check_bytes(id) == 63);
}

TEST_CASE("downloads: a signed URL that runs out is asked for anew, what is there stays") {
  DownloadRig rig(small_title(40));
  rig.open();
  const std::string id = rig.add();
  REQUIRE(
      rig.world.executor.run_until_true([&] { return rig.requests(".seg").size() > 30; }, 1min));
  rig.world.service.signature = 2;
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.world.service.downloads == 2);
  CHECK(rig.requests(".seg").size() < 80 + 16);
  CHECK(rig.check_bytes(id) == 83);
}

TEST_CASE("downloads: failures are typed, and say what helps") {
  struct Case {
    const char* name;
    const char* url;
    int status;
    ErrorCode code;
    bool is_retryable;
    NextAction action;
  };
  const Case cases[] = {
      {"a segment that is gone", "-3.seg", 404, ErrorCode::kNotFound, false, NextAction::kNone},
      {"a segment that is refused", "-3.seg", 403, ErrorCode::kForbidden, true,
       NextAction::kSignIn},
      {"a status nobody expects", "-3.seg", 402, ErrorCode::kHttpStatus, false, NextAction::kNone},
      {"a manifest that is gone", "master", 404, ErrorCode::kNotFound, false, NextAction::kNone},
      {"no permission", "api/v1/download", 403, ErrorCode::kNotEntitled, true, NextAction::kSignIn},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig(small_title());
    rig.world.transport->add_fault(fault(c.url, c.status));
    rig.open();
    const std::string id = rig.add();
    REQUIRE(rig.run_until(id, DownloadState::kFailed));
    const auto failure = rig.status(id).failure;
    REQUIRE(failure);
    CHECK(failure->error.code == c.code);
    CHECK(failure->is_retryable == c.is_retryable);
    CHECK(failure->next_action == c.action);
    // By hand it is tried again.
    rig.world.transport->clear_faults();
    REQUIRE(rig.manager->resume(id));
    CHECK(rig.run_until(id, DownloadState::kCompleted));
  }
}

TEST_CASE("downloads: live and protected titles are refused with a sentence") {
  DownloadRig rig(small_title());
  rig.world.transport->serve_text(
      "http://cdn.test/live.m3u8",
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts\n#EXTINF:4,\n3.ts\n");
  rig.world.transport->serve_text(
      "http://cdn.test/drm.m3u8",
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"com.apple"
      ".streamingkeydelivery\",URI=\"skd://k\"\n#EXTINF:4,\n1.ts\n#EXT-X-ENDLIST\n");
  rig.open();
  DownloadRequest live;
  live.url = "http://cdn.test/live.m3u8";
  const std::string a = rig.add(live);
  REQUIRE(rig.run_until(a, DownloadState::kFailed));
  CHECK(rig.status(a).failure->error.code == ErrorCode::kManifestUnsupported);
  CHECK_FALSE(rig.status(a).failure->is_retryable);
  DownloadRequest protected_title;
  protected_title.url = "http://cdn.test/drm.m3u8";
  const std::string b = rig.add(protected_title);
  REQUIRE(rig.run_until(b, DownloadState::kFailed));
  CHECK(rig.status(b).failure->error.code == ErrorCode::kDrmNoSystem);
  CHECK(rig.status(b).bytes_done == 0);
}

TEST_CASE("downloads: S01 S03 a journal that cannot be written holds them back, by name") {
  using Fault = playhead::test::FaultySqlite::Fault;
  struct Case {
    const char* name;
    Fault fault;
    DownloadState state;
    ErrorCode code;
    NextAction action;
  };
  const Case cases[] = {
      {"full", Fault::kFull, DownloadState::kWaiting, ErrorCode::kStoreFull,
       NextAction::kFreeSpace},
      {"failing", Fault::kBroken, DownloadState::kFailed, ErrorCode::kStoreIo, NextAction::kRetry},
      {"read-only", Fault::kReadOnly, DownloadState::kFailed, ErrorCode::kStoreIo,
       NextAction::kRetry},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    playhead::test::FaultySqlite sqlite;
    DownloadRig rig(small_title(20));
    rig.open();
    const std::string id = rig.add();
    REQUIRE(
        rig.world.executor.run_until_true([&] { return rig.requests(".seg").size() > 9; }, 1min));
    // Full whatever the store gives up.
    sqlite.fail_at(1, c.fault, rig.config.path);
    REQUIRE(rig.run_until(id, c.state));
    REQUIRE(rig.status(id).failure);
    CHECK(rig.status(id).failure->error.code == c.code);
    CHECK(rig.status(id).failure->is_retryable);
    CHECK(rig.status(id).failure->next_action == c.action);
    rig.run_for(100ms);
    CHECK(rig.told.last.state == c.state);
    DownloadRequest other;
    other.title_id = "m2";
    CHECK_FALSE(rig.manager->add(other));
    const std::size_t asked = rig.requests().size();
    rig.run_for(5min);
    CHECK(rig.requests().size() < asked + 500);  // tries go on, slowly
    sqlite.fail_at(0, Fault::kNone);
    if (c.state == DownloadState::kFailed) REQUIRE(rig.manager->resume(id));
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    CHECK(rig.check_bytes(id) == 43);
  }
}

TEST_CASE("downloads: S10 files that went while nobody was here are fetched again") {
  DownloadRig rig(small_title());
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.close();
  const std::size_t asked = rig.requests().size();
  std::filesystem::path gone;
  for (const auto& file : std::filesystem::directory_iterator(rig.config.path + "/content/" + id)) {
    gone = file.path() > gone ? file.path() : gone;
  }
  std::filesystem::remove(gone);
  rig.open();
  REQUIRE(rig.run_until(id, DownloadState::kDownloading, 10s));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.requests().size() == asked + 1);
  CHECK(rig.check_bytes(id) == 23);
}

TEST_CASE("downloads: why nothing begins is told within seconds") {
  struct Case {
    const char* name;
    const char* url;
    int status;  // 0: nobody answers
    ErrorCode code;
  };
  const Case cases[] = {
      {"a service that is away", "api.test", 0, ErrorCode::kNetworkUnreachable},
      {"a service that is busy", "api/v1/download", 503, ErrorCode::kServerBusy},
      {"a service in trouble", "api/v1/download", 500, ErrorCode::kHttpStatus},
      {"a host of manifests that is away", "cdn.test", 0, ErrorCode::kNetworkUnreachable},
      {"a host of manifests in trouble", "master", 502, ErrorCode::kHttpStatus},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig(small_title());
    if (c.status == 0) {
      rig.world.take_down(c.url);
    } else {
      rig.world.transport->add_fault(fault(c.url, c.status));
    }
    rig.open();
    const std::string id = rig.add();
    REQUIRE(rig.run_until(id, DownloadState::kWaiting, 10s));
    CHECK(rig.status(id).waits_for == WaitReason::kNetwork);
    REQUIRE(rig.status(id).failure);
    CHECK(rig.status(id).failure->error.code == c.code);
    CHECK(rig.status(id).failure->is_retryable);
    CHECK(rig.status(id).failure->next_action == NextAction::kRetry);
  }
}

TEST_CASE("downloads: a client has one folder open at a time") {
  DownloadRig rig(small_title(2));
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  const auto library = rig.world.client->impl().library();
  REQUIRE(library);
  OfflineConfig other = rig.config;
  other.path = rig.folder.path("others");
  other.runs_by_itself = false;
  const auto second = DownloadManager::open(rig.world.client, other);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kInvalidState);
  CHECK(rig.world.client->impl().library() == library);  // what it had plays on
  rig.close();
  CHECK_FALSE(rig.world.client->impl().library());
  CHECK(DownloadManager::open(rig.world.client, other));
}

TEST_CASE("downloads: O25 what is removed without a network is given back later, once") {
  DownloadRig rig(small_title());
  const auto service = std::make_shared<test::ScriptedKeeper>();
  rig.licences = service;
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.close();
  {
    const auto files = make_file_system();
    auto store = DownloadStore::open(*files, rig.config.path);
    REQUIRE(store);
    LicenceRow row;
    row.scheme = "clearkey";
    row.sealed = {1};
    row.issued_at = rig.world.executor.wall_now();
    REQUIRE((*store)->change_licences(id, {{row}, {}, {}}));
  }
  rig.open();
  rig.manager->set_conditions({false, false, true});
  REQUIRE(rig.manager->remove(id));
  rig.run_for(1h);
  CHECK(rig.manager->list()->empty());
  CHECK(content_folders(rig) == 0);
  CHECK(service->told.empty());
  rig.manager->set_conditions({});
  rig.run_for(24h);
  CHECK(service->told == std::vector<Blob>{{1}});
}

TEST_CASE("downloads: by priority, then in the order they came; few at a time") {
  DownloadRig rig(small_title());
  rig.config.parallel_titles = 1;
  rig.open();
  rig.manager->set_conditions({false, false, true});
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    DownloadRequest request;
    request.title_id = "m1";
    request.audio_languages = {std::string(1, static_cast<char>('a' + i))};
    request.priority = i == 2 ? 5 : 0;
    ids.push_back(rig.add(request));
  }
  rig.manager->set_conditions({});
  REQUIRE(rig.run_until(ids[1], DownloadState::kCompleted));
  rig.run_for(1s);
  std::vector<std::string> completed;
  for (const DownloadStatus& status : rig.told.changes) {
    if (status.state == DownloadState::kCompleted) completed.push_back(status.id);
  }
  CHECK(completed == std::vector<std::string>{ids[2], ids[0], ids[1]});
  CHECK(rig.manager->list()->front().id == ids[2]);
}

TEST_CASE("downloads: progress is told once a second at most") {
  DownloadRig rig(small_title(40));
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kDownloading));
  rig.told.changes.clear();
  const MonotonicTime began = rig.world.executor.now();
  REQUIRE(rig.run_until(id, DownloadState::kVerifying, 10min));
  const double seconds = to_seconds(rig.world.executor.now() - began);
  CHECK(static_cast<double>(rig.told.changes.size()) <= seconds + 2);
  const bool has_rate = std::any_of(
      rig.told.changes.begin(), rig.told.changes.end(),
      [](const DownloadStatus& s) { return s.bytes_per_second > 0 && s.time_left.has_value(); });
  CHECK(has_rate);
}

TEST_CASE("downloads: O17 verify finds damaged bytes and fetches those alone again") {
  DownloadRig rig(small_title());
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  const std::size_t asked = rig.requests().size();
  REQUIRE(rig.manager->verify(id));
  CHECK(rig.status(id).state == DownloadState::kVerifying);
  rig.run_for(10s);
  CHECK(rig.status(id).state == DownloadState::kCompleted);
  CHECK(rig.requests().size() == asked);

  std::string largest;
  for (const auto& file : std::filesystem::directory_iterator(rig.config.path + "/content/" + id)) {
    if (largest.empty() || file.file_size() > std::filesystem::file_size(largest)) {
      largest = file.path().string();
    }
  }
  const std::string earlier = rig.folder.path("earlier");
  std::filesystem::copy_file(largest, earlier);
  std::fstream damaged(largest, std::ios::in | std::ios::out | std::ios::binary);
  damaged.seekp(200);
  damaged.put('\x55');
  damaged.close();
  REQUIRE(rig.manager->verify(id));
  REQUIRE(rig.run_until(id, DownloadState::kDownloading));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.requests().size() == asked + 1);

  // What was there before opens as well as what was fetched instead: its digest alone is another.
  std::filesystem::copy_file(earlier, largest, std::filesystem::copy_options::overwrite_existing);
  REQUIRE(rig.manager->verify(id));
  REQUIRE(rig.run_until(id, DownloadState::kDownloading));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.requests().size() == asked + 2);
  CHECK(rig.check_bytes(id) == 23);
}

TEST_CASE("downloads: a permission that ends takes the keys with it, a renewal brings them back") {
  DownloadRig rig(small_title());
  const int64_t now_s = rig.world.executor.wall_now().us / 1'000'000;
  rig.world.service.download_expires_at_s = now_s + 3600;
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.status(id).expires_at == WallTime{(now_s + 3600) * 1'000'000});
  CHECK(rig.status(id).rights == RightsState::kExpiring);
  rig.world.service.download_status = 403;
  rig.run_for(2h);
  CHECK(rig.status(id).rights == RightsState::kExpired);
  rig.world.service.download_status = 200;
  rig.world.service.download_expires_at_s = now_s + 24 * 3600 * 10;
  REQUIRE(rig.manager->renew(id));
  REQUIRE(rig.run_until(id, DownloadState::kDownloading));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.status(id).rights == RightsState::kValid);
  CHECK(rig.check_bytes(id) == 23);
}

TEST_CASE("downloads: a permission that ends before the title is there ends the download") {
  DownloadRig rig(small_title(40));
  const int64_t now_s = rig.world.executor.wall_now().us / 1'000'000;
  rig.world.service.download_expires_at_s = now_s + 5;
  rig.world.transport->set_link(playhead::test::SimLink::constant(1'000'000, 10ms));
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kFailed, 1min));
  CHECK(rig.status(id).failure->error.code == ErrorCode::kOfflineExpired);
  CHECK(rig.status(id).failure->next_action == NextAction::kRenew);
  CHECK(rig.status(id).rights == RightsState::kExpired);
  rig.world.service.download_expires_at_s = now_s + 24 * 3600;
  REQUIRE(rig.manager->renew(id));
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.check_bytes(id) == 83);
}

TEST_CASE("downloads: bytes of an expired title go after a while, its name stays") {
  DownloadRig rig(small_title());
  const int64_t now_s = rig.world.executor.wall_now().us / 1'000'000;
  rig.world.service.download_expires_at_s = now_s + 3600;
  rig.config.keep_expired = 24h;
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.world.service.download_status = 403;
  rig.run_for(2h);
  CHECK(content_folders(rig) == 1);
  rig.run_for(26h);
  CHECK(content_folders(rig) == 0);
  REQUIRE(rig.status(id).failure);
  CHECK(rig.status(id).failure->next_action == NextAction::kRenew);
  // And the next process leaves it as it is.
  rig.run_for(1s);
  rig.close();
  const std::size_t before = events_of(rig);
  rig.told.changes.clear();
  rig.open();
  rig.run_for(1s);
  CHECK(rig.status(id).failure->next_action == NextAction::kRenew);
  rig.close();
  CHECK(events_of(rig) == before);
}

}  // namespace playhead::offline
