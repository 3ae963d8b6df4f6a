// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "files/file_system.h"
#include "playhead/bytes.h"
#include "playhead/result.h"
#include "vault/content_key.h"
#include "vault/crypto.h"

// The format of an encrypted media file, version 1:
//
//   header   "PHVF" ‖ version 1 ‖ 16 (log2 of a chunk) ‖ 0 ‖ 0 ‖ salt (16, random)
//            ‖ the first 8 of the SHA-256 of that ‖ the first 16 of an HMAC-SHA-256 of that
//   chunks   run (8) ‖ encrypted ‖ tag (16): 64 KiB of media each, all but the last
//   last     the same with 0 … 65535 bytes of media; every file ends with one
//
// The keys of a file come from the download's content key, the salt and the file's identity. A
// chunk's nonce is run ‖ number (4): `run` is drawn whenever a writer begins, so that a chunk that
// is written again after a kill, perhaps of other bytes, never meets its old nonce. Number,
// identity and whether it is the last are authenticated with each chunk: none can be moved, left
// out or taken from elsewhere.
//
// Beside the file, in the journal, its digest:
//
//   HMAC-SHA-256(a third key, header ‖ bytes of media (8) ‖ SHA-256(run ‖ tag of each chunk))
//
// A tag speaks for 64 KiB, so that nothing hashes the media itself. It tells a file from an earlier
// one of the same identity, a chunk from that of an earlier attempt, and only who has the content
// key can make one.
namespace playhead::offline {

// Larger: more to decrypt for each seek. Smaller: more tags and calls.
inline constexpr std::size_t kVaultChunkBytes = std::size_t{64} << 10;
inline constexpr std::size_t kVaultHeaderBytes = 48;
inline constexpr std::size_t kVaultRunBytes = 8;
inline constexpr std::size_t kVaultChunkOverhead = kVaultRunBytes + AesGcm256::kTagBytes;
inline constexpr std::size_t kVaultRecordBytes = kVaultChunkBytes + kVaultChunkOverhead;
// More than any title; far below what one key may encrypt.
inline constexpr int64_t kMaxVaultBytes = int64_t{1} << 40;

// Bytes before the record of that chunk.
[[nodiscard]] constexpr int64_t vault_record_at(int64_t chunk) {
  return static_cast<int64_t>(kVaultHeaderBytes) + chunk * static_cast<int64_t>(kVaultRecordBytes);
}
// What a file of `media_bytes` takes on the disk.
[[nodiscard]] constexpr int64_t vault_file_bytes(int64_t media_bytes) {
  const int64_t full = media_bytes / static_cast<int64_t>(kVaultChunkBytes);
  return static_cast<int64_t>(kVaultHeaderBytes) + media_bytes +
         (full + 1) * static_cast<int64_t>(kVaultChunkOverhead);
}

// Which file it is, at most 256 bytes each; known from the journal, not kept in the file.
struct VaultFileId {
  std::string download_id;
  std::string file_id;  // unique within the download
};

// Encrypts and decrypts the chunks of one file. One thread at a time.
class VaultCipher {
 public:
  // Of a new file. Errors: kInvalidArgument (an id too long), kInternal.
  static Result<VaultCipher> make(const ContentKey& key, const VaultFileId& id);
  // Of the file whose header this is. Errors: kOfflineDamaged (it is none; detail -1),
  // kOfflineTampered (of another file or another key), kStoreNewer.
  static Result<VaultCipher> read(const ContentKey& key, const VaultFileId& id, ByteView header);

  [[nodiscard]] ByteView header() const { return header_; }

  // Before seal(): draws what makes the nonces of a writer its own.
  Result<void> begin_run();
  // At most a chunk, which may lie in several places; `record` has room for it and
  // kVaultChunkOverhead.
  Result<void> seal(uint32_t chunk, bool is_last, std::span<const ByteView> plain,
                    std::span<uint8_t> record);
  // What seals that record, into the hash that digest() ends.
  static Result<void> add_seal(Sha256& seals, ByteView record);
  // Of a whole file with that much media; `seals` has each of its records, in order.
  Result<Sha256Digest> digest(Sha256 seals, int64_t media_bytes) const;
  // `plain` has room for record.size() - kVaultChunkOverhead, and is zeroed where this fails.
  // Errors: kOfflineDamaged (detail: the chunk).
  Result<void> open(uint32_t chunk, bool is_last, ByteView record, std::span<uint8_t> plain);

 private:
  using Header = std::array<uint8_t, kVaultHeaderBytes>;
  struct Keys;

  VaultCipher(const Header& header, std::string identity, AesGcm256 cipher, SecretKey digest_key)
      : header_(header),
        identity_(std::move(identity)),
        cipher_(std::move(cipher)),
        digest_key_(std::move(digest_key)) {}
  static Result<Keys> derive_keys(const ContentKey& key, const Header& header,
                                  const std::string& identity);
  [[nodiscard]] std::string context_of(uint32_t chunk, bool is_last) const;

  Header header_;
  std::string identity_;
  AesGcm256 cipher_;
  SecretKey digest_key_;
  std::array<uint8_t, kVaultRunBytes> run_{};
};

}  // namespace playhead::offline
