// SPDX-License-Identifier: Apache-2.0
#include "aes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace playhead {
namespace {

enum class Mode : uint8_t { kCtr, kCbc, kGcm, kEcb };

// EVP counts in int: more than that goes in several calls. A multiple of the block.
constexpr std::size_t kMaxCallBytes = std::size_t{1} << 30;

// Counter mode: where beginning anew costs more than encrypting counters one by one and adding them
// does (measured). In whole blocks.
constexpr std::size_t kPadBytes = 3072;

Error openssl_error(const char* step) {
  return make_error(ErrorCode::kInternal, std::string("AES cannot be ") + step);
}

const EVP_CIPHER* cipher_of(Mode mode, std::size_t key_bytes) {
  const bool is_long = key_bytes == 32;
  switch (mode) {
    case Mode::kCtr:
      return is_long ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
    case Mode::kCbc:
      return is_long ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
    case Mode::kGcm:
      return is_long ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
    case Mode::kEcb:
      return is_long ? EVP_aes_256_ecb() : EVP_aes_128_ecb();
  }
  return nullptr;
}

Result<AesContext> make_context(Mode mode, ByteView key, bool encrypts = false) {
  if (key.size() != 16 && key.size() != 32) {
    return make_error(ErrorCode::kDrmLicense,
                      "an AES key has 16 or 32 bytes, this one " + std::to_string(key.size()));
  }
  AesContext context(EVP_CIPHER_CTX_new());
  if (!context || EVP_CipherInit_ex(context.get(), cipher_of(mode, key.size()), nullptr, key.data(),
                                    nullptr, encrypts ? 1 : 0) != 1) {
    return openssl_error("set up");
  }
  // Counters are never padded, and who says so pays for it at each start.
  if (mode == Mode::kCbc || mode == Mode::kEcb) EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return context;
}

Result<void> start_context(evp_cipher_ctx_st* context, const uint8_t* iv) {
  if (EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, iv) != 1) {
    return openssl_error("started");
  }
  return {};
}

// In the direction the context was made for.
Result<void> run(evp_cipher_ctx_st* context, ByteView in, uint8_t* out) {
  while (!in.empty()) {
    const std::size_t count = std::min(in.size(), kMaxCallBytes);
    int written = 0;
    if (EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(count)) != 1 ||
        static_cast<std::size_t>(written) != count) {
      return openssl_error("continued");
    }
    in = in.subspan(count);
    out += count;
  }
  return {};
}

// out = a ^ b; `out` may be either.
void add_bytes(const uint8_t* a, const uint8_t* b, uint8_t* out, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) out[n] = static_cast<uint8_t>(a[n] ^ b[n]);
}
// Two words at once, as GCC and Clang have it for any processor.
using Words = uint64_t __attribute__((vector_size(16)));
static_assert(sizeof(Words) == kAesBlockBytes);

Words load(const uint8_t* from) {
  Words words;
  std::memcpy(&words, from, sizeof(words));
  return words;
}
void store(const Words& words, uint8_t* to) { std::memcpy(to, &words, sizeof(words)); }

// The same in place.
void add_to(uint8_t* bytes, const uint8_t* added, std::size_t count) {
  for (; count >= 64; count -= 64, bytes += 64, added += 64) {
    const Words first = load(bytes) ^ load(added);
    const Words second = load(bytes + 16) ^ load(added + 16);
    const Words third = load(bytes + 32) ^ load(added + 32);
    const Words fourth = load(bytes + 48) ^ load(added + 48);
    store(first, bytes);
    store(second, bytes + 16);
    store(third, bytes + 32);
    store(fourth, bytes + 48);
  }
  for (std::size_t n = 0; n < count; ++n) bytes[n] = static_cast<uint8_t>(bytes[n] ^ added[n]);
}

// As wipe(), which goes word by word and would take half as long as the cipher itself. What stands
// behind a volatile pointer cannot be left out.
void wipe_quickly(uint8_t* bytes, std::size_t count) {
  static void* (*const volatile set)(void*, int, std::size_t) = &std::memset;
  set(bytes, 0, count);
}

// A number as its bytes stand in memory, the most significant first; and back.
uint64_t big_endian(uint64_t number) {
  if constexpr (std::endian::native == std::endian::big) return number;
  number = (number & 0x00FF00FF00FF00FF) << 8 | (number >> 8 & 0x00FF00FF00FF00FF);
  number = (number & 0x0000FFFF0000FFFF) << 16 | (number >> 16 & 0x0000FFFF0000FFFF);
  return number << 32 | number >> 32;
}

// Blocks that count up from the first one, of which the last byte alone changes.
void write_counters(Words block, std::size_t blocks, uint8_t* to) {
  constexpr uint64_t kOne = std::endian::native == std::endian::little ? uint64_t{1} << 56 : 1;
  std::size_t n = 0;
  for (; n + 4 <= blocks; n += 4, to += 4 * kAesBlockBytes) {
    store(block, to);
    store(block + Words{0, kOne}, to + 16);
    store(block + Words{0, 2 * kOne}, to + 32);
    store(block + Words{0, 3 * kOne}, to + 48);
    block += Words{0, 4 * kOne};
  }
  for (; n < blocks; ++n, to += kAesBlockBytes, block += Words{0, kOne}) store(block, to);
}

}  // namespace

void wipe(std::span<uint8_t> bytes) {
  if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

void AesContextFree::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

struct AesCtr::Pad {
  ~Pad() { wipe(bytes); }

  alignas(64) std::array<uint8_t, kPadBytes> bytes{};  // in whole lines of the cache
  std::size_t begin = 0, end = 0;                      // what is not used yet
};

AesCtr::AesCtr(AesContext stream, AesContext blocks)
    : stream_(std::move(stream)), blocks_(std::move(blocks)), pad_(std::make_unique<Pad>()) {}
AesCtr::~AesCtr() = default;
AesCtr::AesCtr(AesCtr&&) noexcept = default;
AesCtr& AesCtr::operator=(AesCtr&&) noexcept = default;

Result<AesCtr> AesCtr::make(ByteView key) {
  PLAYHEAD_TRY(AesContext stream, make_context(Mode::kCtr, key));
  PLAYHEAD_TRY(AesContext blocks, make_context(Mode::kEcb, key, true));
  return AesCtr(std::move(stream), std::move(blocks));
}

void AesCtr::start(const CipherIv& counter) {
  std::array<uint64_t, 2> halves;
  std::memcpy(halves.data(), counter.data(), sizeof(halves));
  first_half_ = halves[0];
  next_ = big_endian(halves[1]);
  if (pad_->begin != pad_->end) wipe_quickly(&pad_->bytes[pad_->begin], pad_->end - pad_->begin);
  pad_->begin = pad_->end = 0;
  is_stream_ = false;
}

Result<void> AesCtr::decrypt(ByteView bytes, uint8_t* out) {
  if (is_stream_) return decrypt_stream(bytes, out);
  const std::size_t taken = take_pad(bytes, out);
  bytes = bytes.subspan(taken);
  out += taken;
  if (bytes.empty()) return {};
  if (bytes.size() > kPadBytes) {
    if (auto started = start_stream(); !started) return started;
    return decrypt_stream(bytes, out);
  }
  if (auto filled = fill_pad(bytes.size()); !filled) return filled;
  take_pad(bytes, out);
  return {};
}

// As many of the bytes as there is something for.
std::size_t AesCtr::take_pad(ByteView bytes, uint8_t* out) {
  const std::size_t count = std::min(bytes.size(), pad_->end - pad_->begin);
  uint8_t* const pad = pad_->bytes.data() + pad_->begin;
  if (bytes.data() == out) {
    add_to(out, pad, count);
  } else {
    add_bytes(bytes.data(), pad, out, count);
  }
  wipe_quickly(pad, count);
  pad_->begin += count;
  return count;
}

// For so many bytes, rounded up to blocks; the pad is used up.
Result<void> AesCtr::fill_pad(std::size_t bytes) {
  const std::size_t size = (bytes + kAesBlockBytes - 1) / kAesBlockBytes * kAesBlockBytes;
  uint8_t* const pad = pad_->bytes.data();
  for (std::size_t at = 0; at < size;) {
    constexpr uint64_t kRun = 256;  // until more than the last byte changes
    const std::size_t blocks =
        std::min<std::size_t>((size - at) / kAesBlockBytes, kRun - next_ % kRun);
    write_counters(Words{first_half_, big_endian(next_)}, blocks, pad + at);
    next_ += blocks;  // modulo 2^64: nothing is carried
    at += blocks * kAesBlockBytes;
  }
  if (auto done = run(blocks_.get(), ByteView(pad, size), pad); !done) return done;
  pad_->begin = 0;
  pad_->end = size;
  return {};
}

Result<void> AesCtr::start_stream() {
  const uint64_t left = ~next_;  // blocks to go, less one
  constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();
  bytes_to_wrap_ = left < kNever / kAesBlockBytes ? (left + 1) * kAesBlockBytes : kNever;
  is_stream_ = true;
  AesBlock counter;
  store(Words{first_half_, big_endian(next_)}, counter.data());
  return start_context(stream_.get(), counter.data());
}

Result<void> AesCtr::decrypt_stream(ByteView bytes, uint8_t* out) {
  if (bytes.size() >= bytes_to_wrap_) {
    const std::size_t before = static_cast<std::size_t>(bytes_to_wrap_);
    if (auto done = run(stream_.get(), bytes.first(before), out); !done) return done;
    next_ = 0;  // EVP would carry into the first half
    if (auto started = start_stream(); !started) return started;
    bytes = bytes.subspan(before);
    out += before;
  }
  bytes_to_wrap_ -= bytes.size();
  return run(stream_.get(), bytes, out);
}

Result<AesCbc> AesCbc::make(ByteView key) {
  PLAYHEAD_TRY(AesContext context, make_context(Mode::kCbc, key));
  if (auto started = start_context(context.get(), AesBlock{}.data()); !started) {
    return std::move(started).error();
  }
  return AesCbc(std::move(context));
}

// A block comes out as its own decryption plus the block before it. OpenSSL, which is slow to begin
// anew, goes on with the chain before; what it adds to the first block is taken off again.
void AesCbc::start(const CipherIv& iv) {
  add_bytes(last_.data(), iv.data(), joint_.data(), kAesBlockBytes);
  is_first_ = true;
}

Result<void> AesCbc::decrypt(ByteView blocks, uint8_t* out) {
  if (blocks.size() % kAesBlockBytes != 0) {
    return make_error(ErrorCode::kInvalidArgument, "AES-CBC takes whole blocks");
  }
  if (blocks.empty()) return {};
  std::memcpy(last_.data(), blocks.last(kAesBlockBytes).data(), kAesBlockBytes);
  if (auto done = run(context_.get(), blocks, out); !done) {
    last_ = {};
    is_first_ = false;
    if (auto restarted = start_context(context_.get(), last_.data()); !restarted) return restarted;
    return done;
  }
  if (is_first_) add_to(out, joint_.data(), kAesBlockBytes);
  is_first_ = false;
  return {};
}

Result<AesGcm> AesGcm::make(ByteView key) {
  PLAYHEAD_TRY(AesContext context, make_context(Mode::kGcm, key));
  return AesGcm(std::move(context));
}

Result<void> AesGcm::start(ByteView iv) {
  if (iv.empty() || iv.size() > sizeof(CipherIv)) {
    return make_error(ErrorCode::kInvalidArgument, "an AES-GCM vector has 1 to 16 bytes");
  }
  if (EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()),
                          nullptr) != 1) {
    return openssl_error("started");
  }
  return start_context(context_.get(), iv.data());
}

Result<void> AesGcm::decrypt(ByteView bytes, uint8_t* out) {
  return run(context_.get(), bytes, out);
}

bool AesGcm::is_authentic(std::span<const uint8_t, kTagBytes> tag) {
  AesBlock copy{};  // EVP takes it as writable
  std::copy(tag.begin(), tag.end(), copy.begin());
  int written = 0;
  return EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, copy.data()) == 1 &&
         EVP_DecryptFinal_ex(context_.get(), copy.data(), &written) == 1;
}

Result<AesBlock> encrypt_block(ByteView key, const AesBlock& block) {
  PLAYHEAD_TRY(const AesContext context, make_context(Mode::kEcb, key, true));
  AesBlock out{};
  int written = 0;
  if (EVP_EncryptUpdate(context.get(), out.data(), &written, block.data(),
                        static_cast<int>(block.size())) != 1 ||
      static_cast<std::size_t>(written) != out.size()) {
    return openssl_error("continued");
  }
  return out;
}

}  // namespace playhead
