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
  if (auto begun = reader.begin_hash(FileDigest::Kind::kSeals); !begun) return begun.error();
  return reader;
}

std::size_t VaultReader::media_bytes_of(int64_t chunk) const {
  return static_cast<std::size_t>(std::min(kChunk, size_ - chunk * kChunk));
}

Result<ByteView> VaultReader::load(int64_t chunk) {
  PLAYHEAD_TRY(const ByteView media, decrypt(chunk));
  if (auto added = add(chunk, media); !added) return added.error();
  return media;
}

Result<ByteView> VaultReader::decrypt(int64_t chunk) {
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

Result<void> VaultReader::add(int64_t chunk, ByteView media) {
  if (!hash_ || chunk != hashed_) return {};
  ++hashed_;
  if (expected_.kind == FileDigest::Kind::kMedia) return hash_->update(media);
  // That of the very bytes that were opened: they are not read again.
  return VaultCipher::add_seal(*hash_, ByteView(record_).first(media.size() + kVaultChunkOverhead));
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

Result<void> VaultReader::begin_hash(FileDigest::Kind kind) {
  PLAYHEAD_TRY(hash_, Sha256::make());
  expected_.kind = kind;
  hashed_ = 0;
  return {};
}

int64_t VaultReader::chunks_to_hash() const {
  return last_chunk_ ? *last_chunk_ + 1 : size_ / kChunk;
}

Result<void> VaultReader::hash_until(int64_t chunk) {
  while (hashed_ < chunk) {
    if (auto loaded = load(hashed_); !loaded) return std::move(loaded).error();
  }
  return {};
}

Result<bool> VaultReader::read_ahead(int64_t bytes) {
  if (!hash_) return make_error(ErrorCode::kInvalidState, "nothing is expected");
  const int64_t end = chunks_to_hash();
  const int64_t until = std::min(end, hashed_ + std::max<int64_t>(bytes / kChunk, 1));
  if (auto hashed = hash_until(until); !hashed) return std::move(hashed).error();
  return hashed_ < end;
}

Result<void> VaultReader::expect(const FileDigest& digest) {
  expected_ = digest;
  return begin_hash(digest.kind);
}

Result<bool> VaultReader::is_expected() {
  if (!hash_ || !last_chunk_) return make_error(ErrorCode::kInvalidState, "nothing is expected");
  if (auto read = hash_until(chunks_to_hash()); !read) return std::move(read).error();
  Sha256 hash = *std::exchange(hash_, std::nullopt);
  const bool is_of_media = expected_.kind == FileDigest::Kind::kMedia;
  PLAYHEAD_TRY(const Sha256Digest digest,
               is_of_media ? hash.finish() : cipher_.digest(std::move(hash), size_));
  return is_same(digest, expected_.value);
}

Result<Sha256> VaultReader::read_seals() {
  if (!hash_) {
    if (auto begun = begin_hash(FileDigest::Kind::kSeals); !begun) return std::move(begun).error();
  }
  if (auto read = hash_until(chunks_to_hash()); !read) return std::move(read).error();
  return *std::exchange(hash_, std::nullopt);
}

}  // namespace playhead::offline
