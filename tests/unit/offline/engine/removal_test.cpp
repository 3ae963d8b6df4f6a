// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/download_rig.h"
#include "player/client_impl.h"
#include "support/faulty_sqlite.h"

// Downloads that go away, and what is asked of all of them.
namespace playhead::offline {

using test::content_folders;
using test::DownloadRig;
using test::small_title;

TEST_CASE("downloads: removed, nothing of it is left, whatever it was doing") {
  DownloadRig rig(small_title(40));
  rig.open();
  const std::string id = rig.add();
  rig.run_for(1s);
  CHECK(content_folders(rig) == 1);
  REQUIRE(rig.manager->remove(id));
  rig.run_for(1s);
  CHECK(rig.manager->list()->empty());
  CHECK(content_folders(rig) == 0);
  CHECK(rig.told.removed == std::vector<std::string>{id});
  CHECK(rig.world.transport->in_flight() == 0);
  // Its name is free.
  const std::string again = rig.add();
  CHECK(again != id);
  CHECK(rig.run_until(again, DownloadState::kCompleted));
  REQUIRE(rig.manager->remove_all());
  rig.run_for(1s);
  CHECK(rig.manager->list()->empty());
}

TEST_CASE("downloads: a disk that keeps files is asked again until they are gone") {
  DownloadRig rig(small_title());
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.disk->failing_removals = 3;
  REQUIRE(rig.manager->remove(id));
  CHECK(rig.status(id).state == DownloadState::kRemoving);
  rig.run_for(8s);
  CHECK(rig.status(id).state == DownloadState::kRemoving);
  CHECK(content_folders(rig) == 1);
  rig.run_for(1min);
  CHECK(rig.manager->list()->empty());
  CHECK(content_folders(rig) == 0);
}

TEST_CASE("downloads: a removal that the next process finishes is told there") {
  DownloadRig rig(small_title());
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.disk->failing_removals = 1;
  REQUIRE(rig.manager->remove(id));
  rig.run_for(1s);
  rig.close();
  CHECK(rig.told.removed.empty());
  rig.open();
  rig.run_for(1s);
  CHECK(rig.told.removed == std::vector<std::string>{id});
  CHECK(content_folders(rig) == 0);
}

TEST_CASE("downloads: a removal that a start cannot finish keeps the folder from nothing") {
  DownloadRig rig(small_title());
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  rig.disk->failing_removals = 4;
  REQUIRE(rig.manager->remove(id));
  rig.run_for(1s);
  rig.close();
  rig.open();
  CHECK(rig.status(id).state == DownloadState::kRemoving);
  CHECK(rig.disk->failing_removals > 0);
  const std::string again = rig.add();
  REQUIRE(rig.run_until(again, DownloadState::kCompleted));
  rig.run_for(1min);
  CHECK(rig.told.removed == std::vector<std::string>{id});
  CHECK(content_folders(rig) == 1);
}

TEST_CASE("downloads: what is asked of all is asked of each, whatever fails for one") {
  using Fault = playhead::test::FaultySqlite::Fault;
  playhead::test::FaultySqlite sqlite(playhead::test::FaultySqlite::Power::kStays);
  DownloadRig rig(small_title());
  rig.open();
  DownloadConditions conditions;
  conditions.is_online = false;
  rig.manager->set_conditions(conditions);
  for (const char* title : {"m1", "m2", "m3"}) {
    DownloadRequest request;
    request.title_id = title;
    rig.add(request);
  }
  rig.run_for(1s);
  const auto count = [&](DownloadState state) {
    const auto all = rig.manager->list();
    REQUIRE(all);
    return std::count_if(all->begin(), all->end(),
                         [state](const DownloadStatus& s) { return s.state == state; });
  };
  const auto failing_once = [&](auto action) {
    sqlite.fail_at(1, Fault::kIoError);
    const Result<void> done = action();
    REQUIRE(sqlite.has_failed());
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kStoreIo);
    sqlite.fail_at(0, Fault::kNone);
  };
  failing_once([&] { return rig.manager->pause_all(); });
  CHECK(count(DownloadState::kPaused) == 2);
  REQUIRE(rig.manager->pause_all());
  CHECK(count(DownloadState::kPaused) == 3);
  failing_once([&] { return rig.manager->resume_all(); });
  CHECK(count(DownloadState::kPaused) == 1);
  failing_once([&] { return rig.manager->remove_all(); });
  rig.run_for(1min);
  CHECK(rig.manager->list()->size() == 1);
  REQUIRE(rig.manager->remove_all());
  rig.run_for(1s);
  CHECK(rig.manager->list()->empty());
}

TEST_CASE("downloads: O25 what is removed while it plays ends cleanly") {
  DownloadRig rig(small_title());
  rig.world.service.download_expires_at_s =
      rig.world.executor.wall_now().us / 1'000'000 + 24 * 3600 * 10;
  rig.open();
  const std::string id = rig.add();
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  std::unique_ptr<OfflineTitle> playing;
  const CancelHandle opening = rig.world.client->impl().library()->open(
      id, rig.world.executor, [&](Result<std::unique_ptr<OfflineTitle>> title) {
        if (title) playing = *std::move(title);
      });
  rig.run_for(1s);
  REQUIRE(playing);
  CHECK(playing->may_play());
  REQUIRE(rig.manager->remove(id));
  for (int i = 0; i < 2; ++i) {
    const auto allowed = playing->may_play();
    REQUIRE_FALSE(allowed);
    CHECK(allowed.error().code == ErrorCode::kNotFound);
    rig.run_for(1s);
  }
  CHECK(content_folders(rig) == 0);
  CHECK(rig.manager->list()->empty());
}

}  // namespace playhead::offline
