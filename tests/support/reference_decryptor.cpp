// SPDX-License-Identifier: Apache-2.0
#include "support/reference_decryptor.h"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>

namespace playhead::test {
namespace {

using Block = std::array<uint8_t, 16>;

// AES-128 of single blocks.
class BlockCipher {
 public:
  BlockCipher(const CipherKey& key, bool encrypts)
      : context_(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free) {
    EVP_CipherInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr, encrypts);
    EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  }
  Block run(const Block& in) {
    Block out{};
    int size = 0;
    EVP_CipherUpdate(context_.get(), out.data(), &size, in.data(), static_cast<int>(in.size()));
    return out;
  }

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
};

bool is_counter(SampleScheme scheme) {
  return scheme == SampleScheme::kCenc || scheme == SampleScheme::kCens;
}

class Decryptor {
 public:
  Decryptor(const CryptoInfo& info, const CipherKey& key)
      : info_(info), cipher_(key, is_counter(info.scheme)), chain_(info.iv) {}

  // The encrypted part of one subsample.
  void open(uint8_t* bytes, std::size_t size) {
    const bool is_patterned = info_.crypt_blocks > 0 && info_.skip_blocks > 0;
    if (info_.scheme == SampleScheme::kCbcs) chain_ = info_.iv;
    std::size_t block = 0;
    for (std::size_t at = 0; at < size; at += 16, ++block) {
      const std::size_t period = is_patterned ? info_.crypt_blocks + info_.skip_blocks : 1U;
      if (is_patterned && block % period >= info_.crypt_blocks) continue;
      const std::size_t count = std::min<std::size_t>(16, size - at);
      if (info_.scheme == SampleScheme::kCenc) {
        for (std::size_t i = 0; i < count; ++i) bytes[at + i] ^= next_key_byte();
      } else if (count == 16) {
        open_block(bytes + at);
      }
    }
  }

 private:
  uint8_t next_key_byte() {
    if (used_ == 16) {
      stream_ = cipher_.run(chain_);
      for (std::size_t i = 16; i-- > 8 && ++chain_[i] == 0;) {
      }
      used_ = 0;
    }
    return stream_[used_++];
  }
  void open_block(uint8_t* bytes) {
    if (info_.scheme == SampleScheme::kCens) {
      for (std::size_t i = 0; i < 16; ++i) bytes[i] ^= next_key_byte();
      return;
    }
    Block in{};
    std::copy_n(bytes, 16, in.begin());
    const Block out = cipher_.run(in);
    for (std::size_t i = 0; i < 16; ++i) bytes[i] = out[i] ^ chain_[i];
    chain_ = in;
  }

  const CryptoInfo& info_;
  BlockCipher cipher_;
  Block chain_;
  Block stream_{};
  std::size_t used_ = 16;
};

int digit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

}  // namespace

std::array<uint8_t, 16> from_hex(const std::string& digits) {
  std::array<uint8_t, 16> out{};
  for (std::size_t i = 0; i < 16 && 2 * i + 1 < digits.size(); ++i) {
    out[i] = static_cast<uint8_t>(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
  }
  return out;
}

std::string sha256_hex(const std::vector<uint8_t>& bytes) {
  std::array<uint8_t, 32> hash{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr);
  std::string out;
  for (const uint8_t byte : hash) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

void decrypt_by_reference(const CryptoInfo& info, const CipherKey& key,
                          std::vector<uint8_t>& sample) {
  Decryptor decryptor(info, key);
  if (info.subsamples.empty()) decryptor.open(sample.data(), sample.size());
  std::size_t at = 0;
  for (const Subsample& part : info.subsamples) {
    at += part.clear;
    decryptor.open(sample.data() + at, part.encrypted);
    at += part.encrypted;
  }
}

}  // namespace playhead::test
