// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include <doctest/doctest.h>

#include "vault/vault_reader.h"
#include "vault/vault_writer.h"
#include "vault_world.h"

// A download of three files over a disk that fails at the n-th call, for every n, and then comes
// back with what was synced, or more, or torn. What the journal was told must be true.
namespace playhead::offline {
namespace {

using test::Bytes;
using test::FaultyFileSystem;
using Fault = FaultyFileSystem::Fault;
using Loss = FaultyFileSystem::Loss;

// The journal: survives everything.
struct Row {
  int64_t checkpoint = 0;
  std::optional<VaultSummary> done;
};

constexpr std::size_t kFiles = 3;
constexpr std::size_t kPiece = 50'000;

class Download {
 public:
  Download() {
    const std::size_t sizes[kFiles] = {2 * kVaultChunkBytes, 200'000, 10};
    for (std::size_t n = 0; n < kFiles; ++n) {
      media_.push_back(test::noise(sizes[n], static_cast<uint32_t>(n)));
    }
  }

  // All that is not done yet.
  Result<void> run() {
    for (const char* folder : {"/r/content", "/r/tmp"}) {
      if (auto made = files.make_folder(folder); !made) return made;
    }
    for (std::size_t n = 0; n < kFiles; ++n) {
      if (rows_[n].done) continue;
      if (auto fetched = fetch(n); !fetched) return fetched;
    }
    return {};
  }

  // What the journal says is so.
  void check_promises() {
    for (std::size_t n = 0; n < kFiles; ++n) {
      CAPTURE(n);
      const Row& row = rows_[n];
      if (row.done) {
        const auto media = test::read_file(files, final_path(n), key_, id(n));
        REQUIRE(media);
        CHECK((*media == media_[n]));
        CHECK(*test::is_file_of(files, final_path(n), key_, id(n), row.done->digest));
      } else if (row.checkpoint > 0 && files.exists(part_path(n))) {
        auto reader = VaultReader::open_beginning(files, part_path(n), key_, id(n), row.checkpoint);
        REQUIRE(reader);
        Bytes beginning(static_cast<std::size_t>(row.checkpoint));
        CHECK(reader->read_at(0, beginning));
        CHECK(std::equal(beginning.begin(), beginning.end(), media_[n].begin()));
      } else if (row.checkpoint > 0) {  // it was complete, and on its way into place
        const auto media = test::read_file(files, final_path(n), key_, id(n));
        REQUIRE(media);
        CHECK((*media == media_[n]));
      }
    }
  }

  [[nodiscard]] bool is_complete() const {
    return std::all_of(std::begin(rows_), std::end(rows_),
                       [](const Row& row) { return row.done.has_value(); });
  }

  FaultyFileSystem files;

 private:
  static VaultFileId id(std::size_t n) { return {"d1", "video/" + std::to_string(n)}; }
  static std::string part_path(std::size_t n) { return "/r/tmp/" + std::to_string(n); }
  static std::string final_path(std::size_t n) { return "/r/content/" + std::to_string(n); }

  // Goes on, or begins anew where that cannot be.
  Result<VaultWriter> open(std::size_t n) {
    auto writer = VaultWriter::resume(files, part_path(n), key_, id(n), rows_[n].checkpoint);
    if (writer || writer.error().code != ErrorCode::kNotFound) return writer;
    rows_[n].checkpoint = 0;
    return VaultWriter::create(files, part_path(n), key_, id(n));
  }

  Result<void> fetch(std::size_t n) {
    const Bytes& media = media_[n];
    PLAYHEAD_TRY(VaultWriter writer, open(n));
    auto at = static_cast<std::size_t>(writer.size());
    while (at < media.size()) {
      const std::size_t count = std::min(kPiece, media.size() - at);
      if (auto written = writer.append(test::part_of(media, at, count)); !written) return written;
      at += count;
      PLAYHEAD_TRY(rows_[n].checkpoint, writer.checkpoint());
    }
    PLAYHEAD_TRY(const VaultSummary summary, writer.finish());
    if (auto moved = files.rename(part_path(n), final_path(n)); !moved) return moved;
    if (auto synced = files.sync_folder("/r/content"); !synced) return synced;
    if (auto synced = files.sync_folder("/r/tmp"); !synced) return synced;
    rows_[n].done = summary;
    return {};
  }

  const ContentKey key_ = test::new_key();
  std::vector<Bytes> media_;
  Row rows_[kFiles];
};

struct Case {
  const char* name;
  Fault fault;
  std::optional<Loss> loss;  // none: the process goes on
};

// Returns whether the fault was met.
bool fail_once(const Case& c, int64_t call) {
  Download download;
  download.files.fail_at(call, c.fault);
  const auto first = download.run();
  const bool is_met = download.files.has_failed();
  CHECK(first.has_value() == !is_met);
  if (is_met && !first) {
    const bool is_full = first.error().code == ErrorCode::kStoreFull;
    const bool is_io = first.error().code == ErrorCode::kStoreIo;
    CHECK((is_full || is_io));
  }
  if (c.loss) {
    download.files.restart(*c.loss, static_cast<uint32_t>(call));
  } else {
    download.files.free_space();
  }
  download.check_promises();
  CHECK(download.run());
  CHECK(download.is_complete());
  download.files.restart(Loss::kUnsynced);  // what is done stays so
  download.check_promises();
  return is_met;
}

}  // namespace

TEST_CASE(
    "O15 S05 S07 whatever call fails and whatever is lost then, the journal tells "
    "the "
    "truth") {
  const Case cases[] = {
      {"an error, then on", Fault::kIoError, {}},
      {"an error, then a power cut", Fault::kIoError, Loss::kUnsynced},
      {"full, then room", Fault::kFull, {}},
      {"full once", Fault::kFullOnce, {}},
      {"full, then a power cut", Fault::kFull, Loss::kUnsynced},
      {"killed", Fault::kGone, Loss::kNothing},
      {"power cut: nothing more came through", Fault::kGone, Loss::kUnsynced},
      {"power cut: names came through", Fault::kGone, Loss::kNamesOnly},
      {"power cut: torn bytes", Fault::kGone, Loss::kTornBytes},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    int64_t call = 1;
    for (bool is_met = true; is_met; ++call) {
      CAPTURE(call);
      is_met = fail_once(c, call);
    }
    CHECK(call > 30);  // every one of them was tried
  }
}

}  // namespace playhead::offline
