// SPDX-License-Identifier: Apache-2.0
#include "trust/twin_file.h"

#include <memory>
#include <utility>

namespace playhead::offline {
namespace {

constexpr std::string_view kPurpose = "trust";
constexpr std::array<const char*, 2> kNames = {"state.a", "state.b"};
// A full record, kTrustTitles with ids of a hundred letters, has 2 MB.
constexpr int64_t kFileBytes = int64_t{8} << 20;

Result<std::vector<uint8_t>> read_all(File& file) {
  PLAYHEAD_TRY(const int64_t size, file.size());
  if (size > kFileBytes) return make_error(ErrorCode::kOfflineTampered, "the file is too large");
  std::vector<uint8_t> bytes(static_cast<std::size_t>(size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    PLAYHEAD_TRY(const std::size_t more,
                 file.read_at(static_cast<int64_t>(have), std::span(bytes).subspan(have)));
    if (more == 0) break;
    have += more;
  }
  bytes.resize(have);
  return bytes;
}

TwinFile::Copy failed(Error error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return {TwinFile::Standing::kMissing, {}, {}};
    case ErrorCode::kOfflineOtherDevice:
      return {TwinFile::Standing::kOtherDevice, {}, {}};
    case ErrorCode::kStoreIo:
    case ErrorCode::kStoreFull:
      return {TwinFile::Standing::kUnreadable, {}, std::move(error)};
    default:
      return {TwinFile::Standing::kDamaged, {}, {}};
  }
}

}  // namespace

TwinFile::TwinFile(FileSystem& files, Sealer& sealer, std::string folder)
    : files_(files), sealer_(sealer), folder_(std::move(folder)) {}

TwinFile::Copy TwinFile::load_copy(std::size_t which) {
  auto file = files_.open_for_reading(folder_ + "/" + kNames[which]);
  if (!file) return failed(std::move(file).error());
  Result<std::vector<uint8_t>> sealed = read_all(**file);
  if (!sealed) return failed(std::move(sealed).error());
  Result<std::vector<uint8_t>> record = sealer_.open(kPurpose, "state", *sealed);
  if (!record) return failed(std::move(record).error());
  return {Standing::kWhole, *std::move(record), {}};
}

std::array<TwinFile::Copy, 2> TwinFile::load() { return {load_copy(0), load_copy(1)}; }

Result<void> TwinFile::store(std::size_t which, ByteView record) {
  PLAYHEAD_TRY(const std::vector<uint8_t> sealed, sealer_.seal(kPurpose, "state", record));
  PLAYHEAD_TRY(const std::unique_ptr<File> file,
               files_.open_for_appending(folder_ + "/" + kNames[which]));
  if (auto cut = file->truncate(0); !cut) return cut;
  if (auto written = file->append(sealed); !written) return written;
  if (auto synced = file->sync(); !synced) return synced;
  return files_.sync_folder(folder_);  // its name may be a new one
}

}  // namespace playhead::offline
