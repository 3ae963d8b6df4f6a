// SPDX-License-Identifier: Apache-2.0
#include "vault/vault_reader.h"

#include <algorithm>

namespace playhead::offline {
namespace {

constexpr auto kChunk = static_cast<int64_t>(kVaultChunkBytes);

Error cut_off() { return make_error(ErrorCode::kOfflineDamaged, "its end is missing", -1); }

}  // namespace

Result<VaultReader> VaultReader::open_any(FileSystem& files, const std::string& path,
                                          const ContentKey& key, const VaultFileId& id) {
  PLAYHEAD_TRY(std::unique_ptr<File> file, files.open_for_reading(path));
  std::array<uint8_t, kVaultHeaderBytes> header{};
  PLAYHEAD_TRY(const std::size_t count, file->read_at(0, header));
  PLAYHEAD_TRY(VaultCipher cipher, VaultCipher::read(key, id, ByteView(header).first(count)));
  return VaultReader(std::move(file), std::move(cipher));
}

Result<VaultReader> VaultReader::open(FileSystem& files, const std::string& path,
                                      const ContentKey& key, const VaultFileId& id) {
  PLAYHEAD_TRY(VaultReader reader, open_any(files, path, key, id));
  PLAYHEAD_TRY(const int64_t size, reader.file_->size());
  const int64_t body = size - static_cast<int64_t>(kVaultHeaderBytes);
  const int64_t full = body / static_cast<int64_t>(kVaultRecordBytes);
  const int64_t rest = body % static_cast<int64_t>(kVaultRecordBytes);
  const int64_t last = rest - static_cast<int64_t>(kVaultChunkOverhead);
  if (last < 0 || full > kMaxVaultBytes / kChunk) return cut_off();
  reader.size_ = full * kChunk + last;
  reader.last_chunk_ = full;
  if (auto end = reader.load(full); !end) return end.error();
  return reader;
}

Result<VaultReader> VaultReader::open_beginning(FileSystem& files, const std::string& path,
                                                const ContentKey& key, const VaultFileId& id,
                                                int64_t media_bytes) {
  if (media_bytes < 0 || media_bytes > kMaxVaultBytes || media_bytes % kChunk != 0) {
    return make_error(ErrorCode::kInvalidArgument, "no checkpoint of a media file");
  }
  PLAYHEAD_TRY(VaultReader reader, open_any(files, path, key, id));
  PLAYHEAD_TRY(const int64_t size, reader.file_->size());
  if (size < vault_record_at(media_bytes / kChunk)) return cut_off();
  reader.size_ = media_bytes;
  return reader;
}

std::size_t VaultReader::media_bytes_of(int64_t chunk) const {
  return static_cast<std::size_t>(std::min(kChunk, size_ - chunk * kChunk));
}

Result<ByteView> VaultReader::load(int64_t chunk) {
  const std::size_t count = media_bytes_of(chunk);
  if (loaded_ == chunk) return ByteView(media_).first(count);
  loaded_.reset();
  record_.resize(kVaultRecordBytes);
  media_.resize(kVaultChunkBytes);
  const auto record = std::span<uint8_t>(record_).first(count + kVaultChunkOverhead);
  PLAYHEAD_TRY(const std::size_t read, file_->read_at(vault_record_at(chunk), record));
  if (read != record.size()) return cut_off();
  auto opened = cipher_.open(static_cast<uint32_t>(chunk), chunk == last_chunk_, record, media_);
  if (!opened) return opened.error();
  loaded_ = chunk;
  return ByteView(media_).first(count);
}

Result<std::size_t> VaultReader::read_at(int64_t offset, std::span<uint8_t> out) {
  if (offset < 0) return make_error(ErrorCode::kInvalidArgument, "a negative offset");
  std::size_t done = 0;
  while (done < out.size() && offset < size_) {
    PLAYHEAD_TRY(const ByteView media, load(offset / kChunk));
    const auto within = static_cast<std::size_t>(offset % kChunk);
    const std::size_t count = std::min(media.size() - within, out.size() - done);
    std::copy_n(media.begin() + static_cast<std::ptrdiff_t>(within), count, out.data() + done);
    done += count;
    offset += static_cast<int64_t>(count);
  }
  return done;
}

Result<void> VaultReader::feed(Sha256& hash) {
  for (int64_t at = 0; at < size_; at += kChunk) {
    PLAYHEAD_TRY(const ByteView media, load(at / kChunk));
    if (auto fed = hash.update(media); !fed) return fed;
  }
  return {};
}

Result<Sha256Digest> VaultReader::sha256() {
  PLAYHEAD_TRY(Sha256 hash, Sha256::make());
  if (auto fed = feed(hash); !fed) return fed.error();
  return hash.finish();
}

}  // namespace playhead::offline
