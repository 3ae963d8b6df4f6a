// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../vault_world.h"
#include "store/download_store.h"
#include "store/layout.h"
#include "support/temp_folder.h"

// What tests of the journal have in common.
namespace playhead::offline::test {

using playhead::test::TempFolder;

inline constexpr WallTime kNow{1'700'000'000'000'000};

inline Blob blob_of(std::string_view text) { return {text.begin(), text.end()}; }

inline NewDownload download_of(const std::string& id, int priority = 0) {
  return {id, "identity of " + id, "m_1", "p_1", R"({"title":"m_1"})", "app", priority, kNow};
}

// A segment of two seconds of video, `n` from 0.
inline PlannedResource segment(int64_t n, int64_t size = 1'000) {
  PlannedResource planned;
  planned.key.stable_key = "https://cdn/v/" + std::to_string(n) + ".m4s";
  planned.url = planned.key.stable_key + "?sig=a";
  planned.track = "v0";
  planned.seq = n;
  planned.play_order = n * 10;
  planned.start = MediaTime{n * 2'000'000};
  planned.end = MediaTime{(n + 1) * 2'000'000};
  planned.size = size;
  return planned;
}

inline std::vector<PlannedResource> segments(int64_t count) {
  std::vector<PlannedResource> plan;
  for (int64_t n = 0; n < count; ++n) plan.push_back(segment(n));
  return plan;
}

inline DownloadFacts facts_of(int64_t count) {
  return {"https://cdn/main.mpd", R"({"video":1})", Duration{count * 2'000'000}, 1280, 720, "av1"};
}

inline FinishedResource finished(int64_t row, int64_t size = 1'000) {
  FinishedResource resource{row, size, {}, {}};
  resource.digest.value.fill(static_cast<uint8_t>(row));
  return resource;
}

inline std::unique_ptr<DownloadStore> open_store(FileSystem& files, const std::string& root) {
  auto store = DownloadStore::open(files, root);
  if (!store) MESSAGE(describe(store.error()));
  REQUIRE(store);
  return *std::move(store);
}

template <typename T>
T got(Result<T> result) {
  if (!result) MESSAGE(describe(result.error()));
  REQUIRE(result);
  return *std::move(result);
}
inline void done(const Result<void>& result) {
  if (!result) MESSAGE(describe(result.error()));
  REQUIRE(result);
}
// A folder with a store that can be closed and opened.
class StoreWorld {
 public:
  StoreWorld() { reopen(); }
  void reopen() {
    store_.reset();
    store_ = open_store(*files, folder.path());
  }
  void close() { store_.reset(); }
  DownloadStore* operator->() { return store_.get(); }
  DownloadStore& operator*() { return *store_; }

  // With a plan of so many segments; their rows.
  std::vector<ResourceRow> add_planned(const std::string& id, int64_t count) {
    done(store_->add(download_of(id)));
    got(store_->set_plan(id, facts_of(count), segments(count), kNow));
    return got(store_->resources(id, 0, 100'000));
  }

  // Its row.
  int64_t put_licence(const std::string& id, const LicenceRow& licence) {
    done(store_->change_licences(id, {{licence}, {}, {}}));
    return got(store_->licences(id)).back().row;
  }

  TempFolder folder;
  std::unique_ptr<FileSystem> files = make_file_system();

 private:
  std::unique_ptr<DownloadStore> store_;
};

// Everything but events, as text.
std::string dump(DownloadStore& store);
// The sums kept beside the rows, and those of the rows.
void check_sums(DownloadStore& store);

}  // namespace playhead::offline::test
