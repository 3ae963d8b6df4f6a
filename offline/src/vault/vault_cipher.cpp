// SPDX-License-Identifier: Apache-2.0
#include "vault/vault_cipher.h"

#include <algorithm>
#include <string_view>

namespace playhead::offline {
namespace {

constexpr std::array<uint8_t, 4> kMagic = {'P', 'H', 'V', 'F'};
constexpr uint8_t kVersion = 1;
constexpr uint8_t kChunkLog2 = 16;
static_assert(kVaultChunkBytes == std::size_t{1} << kChunkLog2);
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kSaltAt = 8;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kSumAt = kSaltAt + kSaltBytes;
constexpr std::size_t kSumBytes = 8;
constexpr std::size_t kProofAt = kSumAt + kSumBytes;
constexpr std::size_t kProofBytes = 16;
static_assert(kProofAt + kProofBytes == kVaultHeaderBytes);

constexpr std::size_t kMaxIdBytes = 256;

template <typename Number>
void append_number(std::string& out, Number number) {
  constexpr int kTopByte = 8 * (static_cast<int>(sizeof number) - 1);
  for (int shift = kTopByte; shift >= 0; shift -= 8) {
    out += static_cast<char>(number >> shift & 0xFF);
  }
}

// Lengths first: no two ids give the same bytes.
Result<std::string> identity_of(const VaultFileId& id) {
  std::string identity = "playhead/1/file/";
  for (const std::string* part : {&id.download_id, &id.file_id}) {
    if (part->size() > kMaxIdBytes) {
      return make_error(ErrorCode::kInvalidArgument, "an id of more than 256 bytes");
    }
    append_number(identity, static_cast<uint32_t>(part->size()));
    identity += *part;
  }
  return identity;
}

AesGcm256::Nonce nonce_of(ByteView run, uint32_t chunk) {
  AesGcm256::Nonce nonce{};
  std::copy(run.begin(), run.end(), nonce.begin());
  for (std::size_t n = 0; n < 4; ++n) {
    nonce[kVaultRunBytes + n] = static_cast<uint8_t>(chunk >> (24 - 8 * n));
  }
  return nonce;
}

Result<bool> has_sum(ByteView header) {
  PLAYHEAD_TRY(const Sha256Digest sum, sha256(header.first(kSumAt)));
  return is_same(ByteView(sum).first(kSumBytes), header.subspan(kSumAt, kSumBytes));
}

}  // namespace

struct VaultCipher::Keys {
  SecretKey chunks;
  SecretKey header;
  SecretKey digest;
};

Result<VaultCipher::Keys> VaultCipher::derive_keys(const ContentKey& key, const Header& header,
                                                   const std::string& identity) {
  Keys keys;
  const ByteView salt = ByteView(header).subspan(kSaltAt, kSaltBytes);
  const struct {
    SecretKey& key;
    std::string_view use;
  } rows[] = {{keys.chunks, "chunks"}, {keys.header, "header"}, {keys.digest, "digest"}};
  for (const auto& row : rows) {
    const std::string info = identity + std::string(row.use);
    auto derived = derive(key.view(), salt, as_bytes(info), row.key.bytes());
    if (!derived) return derived.error();
  }
  return keys;
}

Result<VaultCipher> VaultCipher::make(const ContentKey& key, const VaultFileId& id) {
  PLAYHEAD_TRY(std::string identity, identity_of(id));
  Header header{};
  std::copy(kMagic.begin(), kMagic.end(), header.begin());
  header[kVersionAt] = kVersion;
  header[kVersionAt + 1] = kChunkLog2;
  const std::span<uint8_t> bytes(header);
  auto salted = fill_random(bytes.subspan(kSaltAt, kSaltBytes));
  if (!salted) return salted.error();
  PLAYHEAD_TRY(const Sha256Digest sum, sha256(bytes.first(kSumAt)));
  std::copy_n(sum.begin(), kSumBytes, header.begin() + kSumAt);
  PLAYHEAD_TRY(Keys keys, derive_keys(key, header, identity));
  PLAYHEAD_TRY(const Sha256Digest proof, hmac(keys.header.view(), bytes.first(kProofAt)));
  std::copy_n(proof.begin(), kProofBytes, header.begin() + kProofAt);
  PLAYHEAD_TRY(AesGcm256 cipher, AesGcm256::make(keys.chunks.view()));
  return VaultCipher(header, std::move(identity), std::move(cipher), std::move(keys.digest));
}

Result<VaultCipher> VaultCipher::read(const ContentKey& key, const VaultFileId& id,
                                      ByteView bytes) {
  PLAYHEAD_TRY(std::string identity, identity_of(id));
  const Error damaged = make_error(ErrorCode::kOfflineDamaged, "its header", -1);
  if (bytes.size() != kVaultHeaderBytes || !is_same(bytes.first(kMagic.size()), kMagic)) {
    return damaged;
  }
  PLAYHEAD_TRY(const bool is_whole, has_sum(bytes));
  if (!is_whole) return damaged;
  if (bytes[kVersionAt] != kVersion || bytes[kVersionAt + 1] != kChunkLog2) {
    return make_error(ErrorCode::kStoreNewer, "a media file of another version");
  }
  Header header{};
  std::copy(bytes.begin(), bytes.end(), header.begin());
  PLAYHEAD_TRY(Keys keys, derive_keys(key, header, identity));
  PLAYHEAD_TRY(const Sha256Digest proof, hmac(keys.header.view(), bytes.first(kProofAt)));
  if (!is_same(ByteView(proof).first(kProofBytes), bytes.subspan(kProofAt))) {
    return make_error(ErrorCode::kOfflineTampered, "a file stands in the place of another");
  }
  PLAYHEAD_TRY(AesGcm256 cipher, AesGcm256::make(keys.chunks.view()));
  return VaultCipher(header, std::move(identity), std::move(cipher), std::move(keys.digest));
}

Result<void> VaultCipher::begin_run() { return fill_random(run_); }

std::string VaultCipher::context_of(uint32_t chunk, bool is_last) const {
  std::string context = identity_;
  append_number(context, chunk);
  context += is_last ? '\1' : '\0';
  return context;
}

Result<void> VaultCipher::seal(uint32_t chunk, bool is_last, std::span<const ByteView> plain,
                               std::span<uint8_t> record) {
  std::copy(run_.begin(), run_.end(), record.begin());
  return cipher_.seal(nonce_of(run_, chunk), as_bytes(context_of(chunk, is_last)), plain,
                      record.data() + kVaultRunBytes);
}

Result<void> VaultCipher::add_seal(Sha256& seals, ByteView record) {
  if (auto added = seals.update(record.first(kVaultRunBytes)); !added) return added;
  return seals.update(record.last(AesGcm256::kTagBytes));
}

Result<Sha256Digest> VaultCipher::digest(Sha256 seals, int64_t media_bytes) const {
  PLAYHEAD_TRY(const Sha256Digest hash, seals.finish());
  std::string whole(as_text(header_));
  append_number(whole, static_cast<uint64_t>(media_bytes));
  whole += as_text(hash);
  return hmac(digest_key_.view(), as_bytes(whole));
}

Result<void> VaultCipher::open(uint32_t chunk, bool is_last, ByteView record,
                               std::span<uint8_t> plain) {
  const auto nonce = nonce_of(record.first(kVaultRunBytes), chunk);
  auto done = cipher_.open(nonce, as_bytes(context_of(chunk, is_last)),
                           record.subspan(kVaultRunBytes), plain.data());
  if (done || done.error().code != ErrorCode::kOfflineTampered) return done;
  return make_error(ErrorCode::kOfflineDamaged, "chunk " + std::to_string(chunk),
                    static_cast<int32_t>(chunk));
}

}  // namespace playhead::offline
