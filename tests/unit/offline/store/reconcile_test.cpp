// SPDX-License-Identifier: Apache-2.0
#include "store/reconcile.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "store_world.h"
#include "support/faulty_file_system.h"
#include "vault/vault_cipher.h"

namespace playhead::offline {
namespace {

using namespace test;  // NOLINT: a test of what it holds

// The journal on a real disk, files on one in memory.
class World {
 public:
  World() : store_(open_store(files, folder.path())) {}
  DownloadStore* operator->() { return store_.get(); }
  DownloadStore& operator*() { return *store_; }
  void reopen() {
    store_.reset();
    store_ = open_store(files, folder.path());
  }

  std::vector<ResourceRow> add_planned(const std::string& id, int64_t count) {
    done(store_->add(download_of(id)));
    got(store_->set_plan(id, facts_of(count), segments(count), kNow));
    return got(store_->resources(id, 0, 1'000));
  }
  void put(const std::string& path, int64_t bytes) {
    done(files.make_folder(path.substr(0, path.rfind('/'))));
    const auto file = got(files.open_for_appending(path));
    done(file->append(Blob(static_cast<std::size_t>(bytes), 1)));
  }
  [[nodiscard]] std::string path_of(const ResourceRow& row) const {
    return layout::file(folder.path(), row.download_id, row.file);
  }
  // With its file.
  void finish(const ResourceRow& row, int64_t size = 1'000) {
    put(path_of(row), vault_file_bytes(size));
    const FinishedResource resource = finished(row.row, size);
    got(store_->finish(std::span(&resource, 1)));
  }
  void progress(const ResourceRow& row, int64_t checkpoint, int64_t file_bytes) {
    put(path_of(row) + ".part", file_bytes);
    const ResourceProgress one{row.row, checkpoint, {}, {}};
    got(store_->save_progress(std::span(&one, 1)));
  }
  void set_state(const std::string& id, DownloadState state) {
    done(store_->set_state(id, {state, {}, {}, {}}, kNow));
  }
  DownloadState state_of(const std::string& id) { return got(store_->find(id)).state; }
  ResourceState state_of(const ResourceRow& row) { return got(store_->resource(row.row)).state; }
  ReconcileReport start() {
    Reconciler reconciler(files, *store_);
    done(reconciler.start(kNow));
    return reconciler.report();
  }

  TempFolder folder;
  FaultyFileSystem files;

 private:
  std::unique_ptr<DownloadStore> store_;
};

TEST_CASE("reconcile: states of a process that ended are those of a new one") {
  struct Case {
    const char* name;
    DownloadState before;
    DownloadState after;
  };
  const Case cases[] = {
      {"queued", DownloadState::kQueued, DownloadState::kQueued},
      {"preparing", DownloadState::kPreparing, DownloadState::kQueued},
      {"downloading", DownloadState::kDownloading, DownloadState::kQueued},
      {"waiting", DownloadState::kWaiting, DownloadState::kQueued},
      {"paused", DownloadState::kPaused, DownloadState::kPaused},
      {"verifying", DownloadState::kVerifying, DownloadState::kVerifying},
      {"failed", DownloadState::kFailed, DownloadState::kFailed},
      {"completed", DownloadState::kCompleted, DownloadState::kCompleted},
  };
  World world;
  for (const Case& c : cases) {
    const std::vector<ResourceRow> rows = world.add_planned(c.name, 1);
    world.finish(rows[0]);
    world.set_state(c.name, c.before);
  }
  world.reopen();
  world.start();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(world.state_of(std::string(c.name)) == c.after);
  }
  CHECK(got(world->requeue_all(kNow)) == 0);
}

TEST_CASE("reconcile: S10 files and rows of a download that is under way") {
  World world;
  const auto rows = world.add_planned("a", 8);
  const int64_t two_chunks = 2 * static_cast<int64_t>(kVaultChunkBytes);
  world.finish(rows[0]);
  world.finish(rows[1]);
  done(world.files.remove(world.path_of(rows[1])));
  world.finish(rows[2]);
  world.files.overwrite(world.path_of(rows[2]), Blob(100));
  world.progress(rows[3], two_chunks, vault_record_at(2) + 77);
  world.progress(rows[4], two_chunks, vault_record_at(2) - 1);
  world.progress(rows[5], two_chunks, 10);
  done(world.files.remove(world.path_of(rows[5]) + ".part"));
  world.put(world.path_of(rows[6]), 1'000);            // renamed, then killed
  world.put(world.path_of(rows[7]) + ".part", 1'000);  // not one checkpoint
  world.put(layout::file(world.folder.path(), "a", "stranger"), 3);
  world.put(layout::file(world.folder.path(), "a", "folder/file"), 3);
  const ReconcileReport report = world.start();
  CHECK(report.resources_wanted == 1);
  CHECK(report.resources_bad == 1);
  CHECK(report.parts_restarted == 2);
  CHECK(report.orphans_deleted == 6);
  const ResourceState states[] = {ResourceState::kDone,   ResourceState::kWanted,
                                  ResourceState::kBad,    ResourceState::kPart,
                                  ResourceState::kWanted, ResourceState::kWanted,
                                  ResourceState::kWanted, ResourceState::kWanted};
  for (std::size_t n = 0; n < rows.size(); ++n) {
    CAPTURE(n);
    CHECK(world.state_of(rows[n]) == states[n]);
  }
  CHECK(got(world->resource(rows[3].row)).checkpoint == two_chunks);
  const auto left = got(world.files.list(layout::folder(world.folder.path(), "a")));
  std::vector<std::string> names;
  for (const auto& entry : left) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{rows[0].file, rows[3].file + ".part"});
  check_sums(*world);
  CHECK(world.start().orphans_deleted == 0);
}

TEST_CASE("reconcile: folders nobody knows go, and removals go on") {
  World world;
  const auto rows = world.add_planned("a", 2);
  world.finish(rows[0]);
  world.finish(world.add_planned("b", 1)[0]);
  world.put(layout::folder(world.folder.path(), "gone") + "/1.vault", 5);
  world.put(layout::content(world.folder.path()) + "/file", 5);
  done(world->begin_removal("a", {}, kNow));
  world.reopen();
  const ReconcileReport report = world.start();
  CHECK(report.removed.size() == 1);
  CHECK(report.orphans_deleted == 2);
  CHECK(code_of(world->find("a")) == ErrorCode::kNotFound);
  const auto left = got(world.files.list(layout::content(world.folder.path())));
  REQUIRE(left.size() == 1);
  CHECK(left[0].name == "b");
}

TEST_CASE("reconcile: what cannot be removed keeps nothing else from going on") {
  World world;
  const std::string stranger = layout::folder(world.folder.path(), "gone") + "/1.vault";
  world.finish(world.add_planned("a", 2)[0]);
  world.finish(world.add_planned("b", 1)[0]);
  world.set_state("b", DownloadState::kDownloading);
  world.put(stranger, 5);
  done(world->begin_removal("a", {}, kNow));
  world.files.fail_at(1, FaultyFileSystem::Fault::kIoError);  // the folder of "a"
  ReconcileReport report = world.start();
  CHECK(report.removed.empty());
  CHECK(report.left_for_later == 1);
  CHECK(report.orphans_deleted == 1);
  CHECK(world.state_of("a") == DownloadState::kRemoving);
  CHECK(world.state_of("b") == DownloadState::kQueued);
  const EventRow told = got(world->events()).back();
  CHECK(told.download_id == "a");
  CHECK(told.kind == EventKind::kNote);
  CHECK(told.detail.find("cannot be removed yet: ") == 0);

  world.put(stranger, 5);
  world.files.fail_at(3, FaultyFileSystem::Fault::kIoError);  // that which nobody knows
  report = world.start();
  CHECK(report.removed == std::vector<std::string>{"a"});
  CHECK(report.left_for_later == 1);
  CHECK(world.files.exists(stranger));
  report = world.start();
  CHECK(report.left_for_later == 0);
  CHECK_FALSE(world.files.exists(stranger));
}

TEST_CASE("reconcile: S10 complete downloads are looked through later, one by one") {
  World world;
  for (const char* id : {"a", "b", "c"}) {
    world.finish(world.add_planned(id, 1)[0]);
    world.set_state(id, DownloadState::kCompleted);
  }
  const auto gone = got(world->resources("b", 0, 1))[0];
  done(world.files.remove(world.path_of(gone)));
  Reconciler reconciler(world.files, *world);
  done(reconciler.start(kNow));
  CHECK(world.state_of("b") == DownloadState::kCompleted);
  done(world->begin_removal("a", {}, kNow));
  done(finish_removal(world.files, *world, "a", kNow));
  int steps = 0;
  while (got(reconciler.step(kNow))) ++steps;
  CHECK(steps == 3);
  CHECK(reconciler.report().downloads_requeued == 1);
  CHECK(world.state_of("b") == DownloadState::kQueued);
  CHECK(world.state_of(gone) == ResourceState::kWanted);
  CHECK(world.state_of("c") == DownloadState::kCompleted);
  CHECK(got(world->events()).back().detail == "completed > queued: 1 files are not what they were");
}

TEST_CASE("reconcile: a folder that cannot be listed deletes nothing") {
  World world;
  const auto rows = world.add_planned("a", 3);
  for (const ResourceRow& row : rows) world.finish(row);
  int64_t call = 0;
  bool has_failed = true;
  while (has_failed) {
    world.files.fail_at(++call, FaultyFileSystem::Fault::kIoError);
    Reconciler reconciler(world.files, *world);
    const auto started = reconciler.start(kNow);
    has_failed = world.files.has_failed();
    if (has_failed) CHECK(code_of(started) == ErrorCode::kStoreIo);
    CHECK(got(world->find("a")).resources_done == 3);
    for (const ResourceRow& row : rows) CHECK(world.files.exists(world.path_of(row)));
  }
  CHECK(call > 2);
}

}  // namespace
}  // namespace playhead::offline
