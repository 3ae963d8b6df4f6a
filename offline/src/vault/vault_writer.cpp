// SPDX-License-Identifier: Apache-2.0
#include "vault/vault_writer.h"

#include <algorithm>
#include <utility>

namespace playhead::offline {
namespace {

constexpr auto kChunk = static_cast<int64_t>(kVaultChunkBytes);
// Written at once. More: fewer and larger writes, which the system keeps in larger pieces; memory
// for each file.
constexpr std::size_t kMostRecords = 4;

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

Result<VaultWriter> VaultWriter::create(FileSystem& files, const std::string& path,
                                        const ContentKey& key, const VaultFileId& id) {
  PLAYHEAD_TRY(VaultCipher cipher, VaultCipher::make(key, id));
  if (auto begun = cipher.begin_run(); !begun) return begun.error();
  PLAYHEAD_TRY(Sha256 seals, Sha256::make());
  PLAYHEAD_TRY(std::unique_ptr<File> file, files.open_for_appending(path));
  if (auto cut = file->truncate(0); !cut) return cut.error();
  if (auto written = file->append(cipher.header()); !written) return written.error();
  return VaultWriter(files, folder_of(path), std::move(file), std::move(cipher), std::move(seals));
}

Result<VaultWriter> VaultWriter::resume(FileSystem& files, const std::string& path,
                                        const ContentKey& key, const VaultFileId& id,
                                        int64_t checkpoint) {
  if (checkpoint == 0) return create(files, path, key, id);
  PLAYHEAD_TRY(VaultResumption resumption,
               VaultResumption::begin(files, path, key, id, checkpoint));
  PLAYHEAD_TRY(std::optional<VaultWriter> writer, resumption.go_on(checkpoint));
  return *std::move(writer);
}

Result<VaultResumption> VaultResumption::begin(FileSystem& files, const std::string& path,
                                               const ContentKey& key, const VaultFileId& id,
                                               int64_t checkpoint) {
  PLAYHEAD_TRY(VaultReader reader, VaultReader::open_beginning(files, path, key, id, checkpoint));
  return VaultResumption(files, path, std::move(reader), checkpoint / kChunk);
}

Result<std::optional<VaultWriter>> VaultResumption::go_on(int64_t bytes) {
  PLAYHEAD_TRY(const bool is_more, reader_.read_ahead(bytes));
  if (is_more) return std::optional<VaultWriter>();
  PLAYHEAD_TRY(VaultWriter writer, make_writer());
  return std::optional<VaultWriter>(std::move(writer));
}

Result<VaultWriter> VaultResumption::make_writer() {
  PLAYHEAD_TRY(Sha256 seals, reader_.read_seals());
  VaultCipher cipher = std::move(reader_).take_cipher();
  if (auto begun = cipher.begin_run(); !begun) return begun.error();
  PLAYHEAD_TRY(std::unique_ptr<File> file, files_->open_for_appending(path_));
  if (auto cut = file->truncate(vault_record_at(chunks_)); !cut) return cut.error();
  VaultWriter writer(*files_, folder_of(path_), std::move(file), std::move(cipher),
                     std::move(seals));
  writer.chunks_ = chunks_;
  writer.is_name_durable_ = true;  // the checkpoint made it so
  return writer;
}

std::optional<Error> VaultWriter::refusal() const {
  if (broken_) return broken_;
  if (is_finished_) return make_error(ErrorCode::kInvalidState, "the file is finished");
  return std::nullopt;
}

template <typename T>
Result<T> VaultWriter::kept(Result<T> result) {
  if (!result) broken_ = result.error();
  return result;
}

int64_t VaultWriter::size() const {
  return chunks_ * kChunk + static_cast<int64_t>(pending_.size());
}

Result<void> VaultWriter::append(std::span<const ByteView> media) {
  if (auto refused = refusal()) return *refused;
  auto room = static_cast<uint64_t>(kMaxVaultBytes - size());
  for (const ByteView part : media) {
    if (part.size() > room) {
      return make_error(ErrorCode::kTooLarge, "a media file of more than 1 TiB");
    }
    room -= part.size();
  }
  return kept(append_chunks(media));
}

Result<void> VaultWriter::append_chunks(std::span<const ByteView> media) {
  std::size_t filled = pending_.size();
  chunk_.assign(1, pending_);
  for (ByteView part : media) {
    while (filled + part.size() >= kVaultChunkBytes) {
      chunk_.push_back(part.first(kVaultChunkBytes - filled));
      part = part.subspan(kVaultChunkBytes - filled);
      if (auto sealed = seal_chunk(false); !sealed) return sealed;
      pending_.clear();
      chunk_.assign(1, {});
      filled = 0;
    }
    chunk_.push_back(part);
    filled += part.size();
  }
  // The first is what is there already.
  for (const ByteView part : std::span(chunk_).subspan(1)) {
    pending_.insert(pending_.end(), part.begin(), part.end());
  }
  return write_records();
}

Result<void> VaultWriter::seal_chunk(bool is_last) {
  std::size_t size = 0;
  for (const ByteView part : chunk_) size += part.size();
  if (filled_ + kVaultRecordBytes > kMostRecords * kVaultRecordBytes) {
    if (auto written = write_records(); !written) return written;
  }
  const std::size_t record_size = size + kVaultChunkOverhead;
  if (filled_ == 0) records_ = scratch_->take(kMostRecords * kVaultRecordBytes);
  const auto record = records_.subspan(filled_, record_size);
  auto sealed = cipher_.seal(static_cast<uint32_t>(chunks_), is_last, chunk_, record);
  if (!sealed) return sealed;
  if (auto added = VaultCipher::add_seal(seals_, record); !added) return added;
  filled_ += record_size;
  if (!is_last) ++chunks_;
  return {};
}

Result<void> VaultWriter::write_records() {
  if (filled_ == 0) return {};
  return file_->append(records_.first(std::exchange(filled_, 0)));
}

Result<void> VaultWriter::make_durable() {
  if (auto synced = file_->sync(); !synced) return synced;
  if (is_name_durable_) return {};
  if (auto synced = files_->sync_folder(folder_); !synced) return synced;
  is_name_durable_ = true;
  return {};
}

Result<int64_t> VaultWriter::checkpoint() {
  if (auto refused = refusal()) return *refused;
  if (chunks_ == 0) return 0;
  if (auto durable = kept(make_durable()); !durable) return durable.error();
  return chunks_ * kChunk;
}

Result<VaultSummary> VaultWriter::finish() {
  if (auto refused = refusal()) return *refused;
  VaultSummary summary;
  summary.size = size();
  summary.file_bytes = vault_file_bytes(summary.size);
  chunk_.assign(1, pending_);
  if (auto sealed = kept(seal_chunk(true)); !sealed) return sealed.error();
  if (auto written = kept(write_records()); !written) return written.error();
  if (auto synced = kept(file_->sync()); !synced) return synced.error();
  PLAYHEAD_TRY(summary.digest.value, kept(cipher_.digest(std::move(seals_), summary.size)));
  is_finished_ = true;
  return summary;
}

}  // namespace playhead::offline
