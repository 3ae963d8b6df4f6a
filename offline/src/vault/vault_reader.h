// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "files/file_system.h"
#include "vault/file_digest.h"
#include "vault/vault_cipher.h"

namespace playhead::offline {

// Reads any range of an encrypted media file; gives only bytes that were checked. Holds one chunk.
// One thread at a time. Errors of all: kOfflineDamaged (detail: the chunk; -1: header or length;
// the bytes were changed, moved or cut, and have to be fetched again), kStoreIo.
class VaultReader {
 public:
  // A finished file; its end is checked at once, so that a file cut off is found here. More errors:
  // kNotFound, kOfflineTampered (a whole file in the place of another, or the wrong key),
  // kStoreNewer, kInvalidArgument (an id too long).
  static Result<VaultReader> open(FileSystem& files, const std::string& path, const ContentKey& key,
                                  const VaultFileId& id);
  // The first `media_bytes` of a file that is still written: what VaultWriter::checkpoint() gave.
  // More errors: as above, and kInvalidArgument for a number checkpoint() never gives.
  static Result<VaultReader> open_beginning(FileSystem& files, const std::string& path,
                                            const ContentKey& key, const VaultFileId& id,
                                            int64_t media_bytes);

  // Of the media.
  [[nodiscard]] int64_t size() const { return size_; }
  // As many bytes as there are from `offset` on, at most all of `out`. More errors:
  // kInvalidArgument (a negative offset). After an error `out` holds nothing to be used.
  Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out);
  // To be told by is_expected() whether a finished file is that of this digest: what is read from
  // here on, in order, is not read again for it.
  Result<void> expect(const FileDigest& digest);
  // Reads and checks what was not read since, then compares. False: another file of this identity,
  // or chunks of one. kInvalidState without expect().
  Result<bool> is_expected();
  // Of a beginning: reads and checks all of it. For a writer that goes on with the file.
  Result<Sha256> read_seals();
  // Does part of the work of these two ahead, for who may not be busy for long: at most so many
  // bytes, at least a chunk. False: nothing of it is left.
  Result<bool> read_ahead(int64_t bytes);
  // The same.
  [[nodiscard]] VaultCipher take_cipher() && { return std::move(cipher_); }

 private:
  VaultReader(std::unique_ptr<File> file, VaultCipher cipher)
      : file_(std::move(file)), cipher_(std::move(cipher)) {}
  static Result<VaultReader> open_any(FileSystem& files, const std::string& path,
                                      const ContentKey& key, const VaultFileId& id);
  [[nodiscard]] std::size_t media_bytes_of(int64_t chunk) const;
  // That chunk's media, valid until the next call.
  Result<ByteView> load(int64_t chunk);
  Result<ByteView> decrypt(int64_t chunk);
  // Into the hash, where it is the next one.
  Result<void> add(int64_t chunk, ByteView media);
  Result<void> begin_hash(FileDigest::Kind kind);
  // Chunks that hash_ is to have.
  [[nodiscard]] int64_t chunks_to_hash() const;
  Result<void> hash_until(int64_t chunk);

  std::unique_ptr<File> file_;
  VaultCipher cipher_;
  int64_t size_ = 0;
  std::optional<int64_t> last_chunk_;  // none: the end is not there yet
  std::vector<uint8_t> record_;
  std::vector<uint8_t> media_;
  std::optional<int64_t> loaded_;
  // Of the chunks before `hashed_`, while something is to be compared.
  std::optional<Sha256> hash_;
  FileDigest expected_;
  int64_t hashed_ = 0;
};

}  // namespace playhead::offline
