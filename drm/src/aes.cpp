// SPDX-License-Identifier: Apache-2.0
#include "aes.h"

#include <algorithm>
#include <array>
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

// Counter mode: up to here beginning anew costs more than counters that are encrypted by themselves
// (measured: as much at 3 to 4 kB). In whole blocks.
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
void add_block(const uint8_t* a, const uint8_t* b, uint8_t* out) {
  std::array<uint64_t, 2> sum, added;
  std::memcpy(sum.data(), a, kAesBlockBytes);
  std::memcpy(added.data(), b, kAesBlockBytes);
  for (std::size_t n = 0; n < sum.size(); ++n) sum[n] ^= added[n];
  std::memcpy(out, sum.data(), kAesBlockBytes);
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
    : registers_(longest_registers()),
      stream_(std::move(stream)),
      blocks_(std::move(blocks)),
      pad_(std::make_unique<Pad>()) {}
AesCtr::~AesCtr() = default;
AesCtr::AesCtr(AesCtr&&) noexcept = default;
AesCtr& AesCtr::operator=(AesCtr&&) noexcept = default;

Result<AesCtr> AesCtr::make(ByteView key) {
  PLAYHEAD_TRY(AesContext stream, make_context(Mode::kCtr, key));
  PLAYHEAD_TRY(AesContext blocks, make_context(Mode::kEcb, key, true));
  return AesCtr(std::move(stream), std::move(blocks));
}

void AesCtr::start(const CipherIv& counter) {
  std::memcpy(&first_half_, counter.data(), sizeof(first_half_));
  uint64_t second_half = 0;
  for (std::size_t n = sizeof(first_half_); n < counter.size(); ++n) {
    second_half = second_half << 8 | counter[n];
  }
  next_ = second_half;
  if (pad_->begin != pad_->end) wipe({&pad_->bytes[pad_->begin], pad_->end - pad_->begin});
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
  use_key_stream(registers_, bytes.first(count), pad_->bytes.data() + pad_->begin, out);
  pad_->begin += count;
  return count;
}

// For so many bytes, rounded up to blocks; the pad is used up.
Result<void> AesCtr::fill_pad(std::size_t bytes) {
  const std::size_t size = (bytes + kAesBlockBytes - 1) / kAesBlockBytes * kAesBlockBytes;
  uint8_t* const pad = pad_->bytes.data();
  const std::size_t blocks = size / kAesBlockBytes;
  write_counters(registers_, first_half_, next_, blocks, pad);
  next_ += blocks;  // modulo 2^64: nothing is carried
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
  write_counters(registers_, first_half_, next_, 1, counter.data());
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
  add_block(last_.data(), iv.data(), joint_.data());
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
  if (is_first_) add_block(out, joint_.data(), out);
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

}  // namespace playhead
