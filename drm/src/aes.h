// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/result.h"

// AES by OpenSSL, as the ciphers of media need it: a context is made once for a key and started
// anew for every sample, without an allocation. Keys live in OpenSSL's contexts alone, which wipe
// them when they are freed. One thread at a time for each object; no globals.
struct evp_cipher_ctx_st;

namespace playhead {

inline constexpr std::size_t kAesBlockBytes = 16;
using AesBlock = std::array<uint8_t, kAesBlockBytes>;

// Overwrites with zeros; the compiler cannot leave it out.
void wipe(std::span<uint8_t> bytes);

struct AesContextFree {
  void operator()(evp_cipher_ctx_st* context) const;
};
using AesContext = std::unique_ptr<evp_cipher_ctx_st, AesContextFree>;

// The makers below take keys of 16 or 32 bytes; kDrmLicense for others. Everything else fails only
// where OpenSSL itself does: kInternal.

// Counter mode. The last 8 bytes of the counter count blocks and begin at 0 again after their
// largest value, without a carry into the first 8 (ISO/IEC 23001-7 §9.3).
class AesCtr {
 public:
  static Result<AesCtr> make(ByteView key);
  // Begins anew with that counter block.
  Result<void> start(const CipherIv& counter);
  // The next bytes of the stream, of any number.
  Result<void> decrypt(std::span<uint8_t> bytes) { return decrypt(bytes, bytes.data()); }
  // `out` has room for bytes.size(); the same place, or apart.
  Result<void> decrypt(ByteView bytes, uint8_t* out);

 private:
  explicit AesCtr(AesContext context) : context_(std::move(context)) {}

  AesContext context_;
  CipherIv counter_{};
  uint64_t bytes_to_wrap_ = 0;
};

// Cipher block chaining without padding: whole blocks only.
class AesCbc {
 public:
  static Result<AesCbc> make(ByteView key);
  // Begins a chain.
  Result<void> start(const CipherIv& iv);
  // The next blocks of the chain. Errors: kInvalidArgument (not whole blocks).
  Result<void> decrypt(std::span<uint8_t> blocks) { return decrypt(blocks, blocks.data()); }
  Result<void> decrypt(ByteView blocks, uint8_t* out);

 private:
  explicit AesCbc(AesContext context) : context_(std::move(context)) {}

  AesContext context_;
};

// Galois/counter mode. What decrypt() gives must not be used before is_authentic() said so.
class AesGcm {
 public:
  static constexpr std::size_t kTagBytes = 16;

  static Result<AesGcm> make(ByteView key);
  // Begins anew; `iv` of 1 … 16 bytes. Errors: kInvalidArgument (others).
  Result<void> start(ByteView iv);
  Result<void> decrypt(ByteView bytes, uint8_t* out);
  // Once, at the end: whether everything since start() is what was encrypted with this key.
  bool is_authentic(std::span<const uint8_t, kTagBytes> tag);

 private:
  explicit AesGcm(AesContext context) : context_(std::move(context)) {}

  AesContext context_;
};

// One block by itself (ECB): for check sums of keys.
Result<AesBlock> encrypt_block(ByteView key, const AesBlock& block);

}  // namespace playhead
