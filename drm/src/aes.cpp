// SPDX-License-Identifier: Apache-2.0
#include "aes.h"

#include <algorithm>
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
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return context;
}

Result<void> start_context(evp_cipher_ctx_st* context, const uint8_t* iv) {
  if (EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, iv) != 1) {
    return openssl_error("started");
  }
  return {};
}

Result<void> run(evp_cipher_ctx_st* context, ByteView in, uint8_t* out) {
  while (!in.empty()) {
    const std::size_t count = std::min(in.size(), kMaxCallBytes);
    int written = 0;
    if (EVP_DecryptUpdate(context, out, &written, in.data(), static_cast<int>(count)) != 1 ||
        static_cast<std::size_t>(written) != count) {
      return openssl_error("continued");
    }
    in = in.subspan(count);
    out += count;
  }
  return {};
}

}  // namespace

void wipe(std::span<uint8_t> bytes) {
  if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

void AesContextFree::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Result<AesCtr> AesCtr::make(ByteView key) {
  PLAYHEAD_TRY(AesContext context, make_context(Mode::kCtr, key));
  return AesCtr(std::move(context));
}

Result<void> AesCtr::start(const CipherIv& counter) {
  uint64_t blocks = 0;  // what is counted already
  for (std::size_t at = 8; at < counter.size(); ++at) blocks = blocks << 8 | counter[at];
  const uint64_t left = ~blocks;  // blocks to go, less one
  constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();
  bytes_to_wrap_ = left < kNever / kAesBlockBytes ? (left + 1) * kAesBlockBytes : kNever;
  counter_ = counter;
  return start_context(context_.get(), counter.data());
}

Result<void> AesCtr::decrypt(ByteView bytes, uint8_t* out) {
  if (bytes.size() >= bytes_to_wrap_) {
    const std::size_t before = static_cast<std::size_t>(bytes_to_wrap_);
    if (auto done = run(context_.get(), bytes.first(before), out); !done) return done;
    // EVP would carry into the first half.
    std::fill(counter_.begin() + 8, counter_.end(), uint8_t{0});
    if (auto started = start(counter_); !started) return started;
    bytes = bytes.subspan(before);
    out += before;
  }
  bytes_to_wrap_ -= bytes.size();
  return run(context_.get(), bytes, out);
}

Result<AesCbc> AesCbc::make(ByteView key) {
  PLAYHEAD_TRY(AesContext context, make_context(Mode::kCbc, key));
  return AesCbc(std::move(context));
}

Result<void> AesCbc::start(const CipherIv& iv) { return start_context(context_.get(), iv.data()); }

Result<void> AesCbc::decrypt(ByteView blocks, uint8_t* out) {
  if (blocks.size() % kAesBlockBytes != 0) {
    return make_error(ErrorCode::kInvalidArgument, "AES-CBC takes whole blocks");
  }
  return run(context_.get(), blocks, out);
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
