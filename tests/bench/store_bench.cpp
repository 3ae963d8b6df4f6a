// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/sqlite_database.h"
#include "store/download_store.h"
#include "store/layout.h"
#include "store/reconcile.h"
#include "support/temp_folder.h"

// The journal of downloads with 10,000 downloads of 100 files each, a million rows: how long the
// calls of an app and an engine take. Elapsed time, syncs of the disk included.
namespace playhead::bench {
namespace {

using namespace playhead::offline;  // NOLINT: a program

constexpr int64_t kDownloads = 10'000;
constexpr int64_t kFiles = 100;
const std::string kOne = "d-5000";  // NOLINT: a name

std::string url_of(int64_t n) {
  return "https://cdn.example.com/titles/m_1/video/720p/segment-" + std::to_string(n) + ".m4s";
}

// As the store would have written it, in one transaction; the last download is not complete.
constexpr char kFill[] = R"sql(
BEGIN IMMEDIATE;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
INSERT INTO download(id, identity, title_id, profile_id, request, app_data, priority, added_at,
  changed_at, state, duration) SELECT CAST('d-' || i AS BLOB), CAST('identity ' || i AS BLOB),
  x'6d', x'70', CAST(printf('%.300c', 'r') AS BLOB), x'', i % 3, i, i, 6, 600000000 FROM n;
INSERT INTO tracks SELECT row, CAST(printf('%.1000c', 't') AS BLOB) FROM download;
UPDATE sealed SET content_key = randomblob(100), rights = randomblob(200);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
INSERT INTO resource(download, stable_key, range_start, range_length, plan, kind, track, seq,
  play_order, starts, ends, size, size_exact, url) SELECT d.row, CAST(
  'https://cdn.example.com/titles/m_1/video/720p/segment-' || i || '.m4s' AS BLOB), 0, -1, 1, 3,
  x'7630', i, i, i * 6000000, i * 6000000 + 6000000, 900000, 1, CAST(
  'https://cdn.example.com/titles/m_1/video/720p/segment-' || i ||
  '.m4s?exp=1700000000&sig=0123456789abcdef0123456789abcdef' AS BLOB) FROM download d, n;
UPDATE resource SET state = 2, digest = zeroblob(32), etag = x'2261626364656622'
  WHERE download < 10000;
COMMIT;
)sql";

// The folder, filled.
class World {
 public:
  // False: it cannot be written.
  bool fill() {
    if (!open()) return false;
    close();
    auto database = SqliteDatabase::open(layout::journal(folder_.path()), Duration{5'000'000});
    return database && database->execute(kFill) && open();
  }
  bool open() {
    auto opened = DownloadStore::open(*files, folder_.path());
    if (opened) store = *std::move(opened);
    return opened.has_value();
  }
  void close() { store.reset(); }

  const std::unique_ptr<FileSystem> files = make_file_system();
  std::unique_ptr<DownloadStore> store;

 private:
  playhead::test::TempFolder folder_;
};

std::vector<PlannedResource> plan_of(int64_t count, int64_t variant) {
  std::vector<PlannedResource> plan(static_cast<std::size_t>(count));
  for (int64_t n = 0; n < count; ++n) {
    PlannedResource& planned = plan[static_cast<std::size_t>(n)];
    planned.key.stable_key = url_of(n + variant * count);
    planned.url = planned.key.stable_key + "?sig=0123456789abcdef";
    planned.track = "v0";
    planned.play_order = n;
    planned.size = 900'000;
  }
  return plan;
}

void add(const char* name, std::function<bool()> step) {
  benchmark::RegisterBenchmark(name,
                               [step = std::move(step)](benchmark::State& state) {
                                 for (auto _ : state) {
                                   if (!step()) return state.SkipWithError("it fails");
                                 }
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

void add_reading(World& world) {
  add("store/open", [&] {
    world.close();
    return world.open();
  });
  add("store/list_10000", [&] {
    const auto rows = world.store->list();
    return rows && static_cast<int64_t>(rows->size()) >= kDownloads;
  });
  add("store/find", [&] { return world.store->find(kOne).has_value(); });
  add("store/bytes_of_all", [&] { return world.store->bytes_of_all().has_value(); });
  add("store/lookup", [&] { return world.store->lookup(kOne, {url_of(50), {}}).has_value(); });
  add("store/wanted_16", [&] {
    const auto rows = world.store->wanted("d-10000", 16);
    return rows && rows->size() == 16;
  });
  add("store/wanted_of_complete", [&] {
    const auto rows = world.store->wanted(kOne, 16);
    return rows && rows->empty();
  });
}

void add_writing(World& world) {
  add("store/set_state", [&] {
    return world.store->set_state(kOne, {DownloadState::kCompleted, {}, {}, {}}, {}).has_value();
  });
  for (const std::size_t batch : {std::size_t{1}, std::size_t{8}}) {
    const std::string name = "store/finish_" + std::to_string(batch);
    add(name.c_str(), [&world, batch] {
      const auto rows = world.store->resources(kOne, 0, batch);
      if (!rows) return false;
      std::vector<FinishedResource> finished;
      for (const ResourceRow& row : *rows) finished.push_back({row.row, 900'000, {}, {}});
      return world.store->finish(finished).has_value();
    });
  }
  // All 10,000 are new each time, and those before are dropped.
  add("store/plan_10000", [&world, variant = int64_t{0}]() mutable {
    return world.store->set_plan("d-1", {}, plan_of(10'000, ++variant), {}).has_value();
  });
  add("store/plan_10000_again",
      [&world] { return world.store->set_plan("d-2", {}, plan_of(10'000, 0), {}).has_value(); });
  // No file is there: every download but the last is complete, looked through later.
  add("reconcile/start",
      [&world] { return Reconciler(*world.files, *world.store).start({}).has_value(); });
}

}  // namespace
}  // namespace playhead::bench

int main(int argc, char** argv) {
  using namespace playhead::bench;  // NOLINT: the program itself
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  World world;
  if (!world.fill()) return 1;
  add_reading(world);
  add_writing(world);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
