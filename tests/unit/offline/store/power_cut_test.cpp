// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "store/reconcile.h"
#include "store_world.h"
#include "vault/vault_reader.h"
#include "vault/vault_writer.h"

// A small download engine over the journal and a disk that fails at the n-th call, for every n.
// What the journal says must be so after every end and start, and nothing must be left over.
namespace playhead::offline {
namespace {

using namespace test;  // NOLINT: a test of what it holds
using Fault = FaultyFileSystem::Fault;
using Loss = FaultyFileSystem::Loss;

constexpr int64_t kFiles = 3;
constexpr std::size_t kPiece = 60'000;
const std::string kDownload = "d-1";  // NOLINT: a name

class Engine {
 public:
  Engine() : key_(new_key()) {
    for (const std::size_t size : {std::size_t{10}, std::size_t{200'000}, 2 * kVaultChunkBytes}) {
      media_.push_back(noise(size, static_cast<uint32_t>(size)));
    }
  }

  // Everything from wherever it stands.
  Result<void> run() {
    PLAYHEAD_TRY(const std::unique_ptr<DownloadStore> store,
                 DownloadStore::open(files, folder.path()));
    Reconciler reconciler(files, *store);
    if (auto started = reconciler.start(kNow); !started) return started;
    check_promises(*store);
    if (!store->find(kDownload)) {
      if (auto added = store->add(download_of(kDownload)); !added) return added;
    }
    auto planned = store->set_plan(kDownload, facts_of(kFiles), segments(kFiles), kNow);
    if (!planned) return planned.error();
    auto made = files.make_folder(layout::folder(store->root(), kDownload));
    if (!made) return made;
    PLAYHEAD_TRY(const std::vector<ResourceRow> wanted, store->wanted(kDownload, 100));
    for (const ResourceRow& row : wanted) {
      if (auto fetched = fetch(*store, row); !fetched) return fetched;
    }
    return store->set_state(kDownload, {DownloadState::kCompleted, {}, {}, {}}, kNow);
  }

  // What rows promise, files hold.
  void check_promises(DownloadStore& store) {
    const auto rows = store.resources(kDownload, 0, 100);
    if (!rows) return;
    for (const ResourceRow& row : *rows) {
      CAPTURE(row.row);
      const Bytes& media = media_of(row);
      if (row.state == ResourceState::kDone) {
        const auto bytes = read_file(files, path_of(row), key_, id_of(row));
        if (!bytes && files.has_failed()) return;  // this run's own fault came here
        REQUIRE(bytes);
        CHECK((*bytes == media));
        const auto is_it = is_file_of(files, path_of(row), key_, id_of(row), row.digest);
        if (!is_it && files.has_failed()) return;
        REQUIRE(is_it);
        CHECK(*is_it);
      } else if (row.state == ResourceState::kPart) {
        auto reader = VaultReader::open_beginning(files, path_of(row) + ".part", key_, id_of(row),
                                                  row.checkpoint);
        if (!reader && files.has_failed()) return;
        REQUIRE(reader);
        CHECK(reader->size() == row.checkpoint);
      }
    }
  }

  // Nothing is there that no row knows.
  void check_complete() {
    const auto store = open_store(files, folder.path());
    CHECK(got(store->find(kDownload)).state == DownloadState::kCompleted);
    CHECK(got(store->find(kDownload)).resources_done == kFiles);
    check_promises(*store);
    CHECK(got(files.list(layout::folder(folder.path(), kDownload))).size() == kFiles);
    CHECK(got(files.list(layout::content(folder.path()))).size() == 1);
  }

  TempFolder folder;
  FaultyFileSystem files;

 private:
  [[nodiscard]] const Bytes& media_of(const ResourceRow& row) const {
    return media_[static_cast<std::size_t>(row.planned.seq)];
  }
  [[nodiscard]] std::string path_of(const ResourceRow& row) const {
    return layout::file(folder.path(), row.download_id, row.file);
  }
  static VaultFileId id_of(const ResourceRow& row) { return {row.download_id, row.file}; }

  Result<void> fetch(DownloadStore& store, const ResourceRow& row) {
    const Bytes& media = media_of(row);
    const std::string part = path_of(row) + ".part";
    PLAYHEAD_TRY(VaultWriter writer,
                 VaultWriter::resume(files, part, key_, id_of(row), row.checkpoint));
    while (writer.size() < static_cast<int64_t>(media.size())) {
      const auto at = static_cast<std::size_t>(writer.size());
      const std::size_t count = std::min(kPiece, media.size() - at);
      if (auto put = writer.append(part_of(media, at, count)); !put) return put;
      PLAYHEAD_TRY(const int64_t checkpoint, writer.checkpoint());
      const ResourceProgress progress{row.row, checkpoint, {}, {}};
      if (auto saved = store.save_progress(std::span(&progress, 1)); !saved) return saved.error();
    }
    PLAYHEAD_TRY(const VaultSummary summary, writer.finish());
    if (auto renamed = files.rename(part, path_of(row)); !renamed) return renamed;
    auto synced = files.sync_folder(layout::folder(folder.path(), row.download_id));
    if (!synced) return synced;
    const FinishedResource finished_one{row.row, summary.size, summary.digest, {}};
    auto written = store.finish(std::span(&finished_one, 1));
    return written ? Result<void>() : written.error();
  }

  ContentKey key_;
  std::vector<Bytes> media_;
};

TEST_CASE(
    "store: S05 S07 at whichever call the disk fails, the journal is true and the download ends") {
  struct Case {
    const char* name;
    Fault fault;
    Loss loss;
  };
  const Case cases[] = {{"killed", Fault::kGone, Loss::kNothing},
                        {"power cut", Fault::kGone, Loss::kUnsynced},
                        {"power cut, torn bytes", Fault::kGone, Loss::kTornBytes},
                        {"power cut, names without bytes", Fault::kGone, Loss::kNamesOnly},
                        {"one call fails", Fault::kIoError, Loss::kNothing},
                        {"disk full once", Fault::kFullOnce, Loss::kNothing}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    // Some places are tried by each kind of end only every third time: they all have the same
    // calls.
    int64_t call = 1;
    bool has_failed = true;
    for (; has_failed; call += c.loss == Loss::kUnsynced ? 2 : 9) {
      CAPTURE(call);
      Engine engine;
      engine.files.fail_at(call, c.fault);
      static_cast<void>(engine.run());
      has_failed = engine.files.has_failed();
      engine.files.fail_at(0, Fault::kNone);
      if (c.fault == Fault::kGone) engine.files.restart(c.loss, static_cast<uint32_t>(call));
      done(engine.run());
      engine.check_complete();
    }
    CHECK(call > 30);
  }
}

}  // namespace
}  // namespace playhead::offline
