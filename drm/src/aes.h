// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "counter_blocks.h"
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
  ~AesCtr();
  AesCtr(AesCtr&&) noexcept;
  AesCtr& operator=(AesCtr&&) noexcept;

  // Begins anew with that counter block.
  void start(const CipherIv& counter);
  // The next bytes of the stream, of any number.
  Result<void> decrypt(std::span<uint8_t> bytes) { return decrypt(bytes, bytes.data()); }
  // `out` has room for bytes.size(); the same place, or apart.
  Result<void> decrypt(ByteView bytes, uint8_t* out);

 private:
  // Encrypted counters that wait to be used; wiped as they are.
  struct Pad;

  AesCtr(AesContext stream, AesContext blocks);

  std::size_t take_pad(ByteView bytes, uint8_t* out);
  Result<void> fill_pad(std::size_t bytes);
  Result<void> decrypt_stream(ByteView bytes, uint8_t* out);
  Result<void> start_stream();

  Registers registers_;
  AesContext stream_;  // counter mode of OpenSSL: the fastest, but slow to begin anew
  AesContext blocks_;  // encrypts counters one by one: for samples that are over soon
  std::unique_ptr<Pad> pad_;
  uint64_t first_half_ = 0;     // of the counter, as its bytes stand in memory
  uint64_t next_ = 0;           // the other half: the number of the next block
  bool is_stream_ = false;      // stream_ has taken over, next_ does not count
  uint64_t bytes_to_wrap_ = 0;  // of stream_
};

// Cipher block chaining without padding: whole blocks only.
class AesCbc {
 public:
  static Result<AesCbc> make(ByteView key);
  // Begins a chain.
  void start(const CipherIv& iv);
  // The next blocks of the chain. Errors: kInvalidArgument (not whole blocks).
  Result<void> decrypt(std::span<uint8_t> blocks) { return decrypt(blocks, blocks.data()); }
  Result<void> decrypt(ByteView blocks, uint8_t* out);

 private:
  explicit AesCbc(AesContext context) : context_(std::move(context)) {}

  AesContext context_;  // one chain from the beginning to the end
  AesBlock last_{};     // block that it was given
  AesBlock joint_{};    // turns the first block of this chain from a later into a first one
  bool is_first_ = false;
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

}  // namespace playhead
