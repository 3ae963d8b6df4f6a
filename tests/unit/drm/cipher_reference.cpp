// SPDX-License-Identifier: Apache-2.0
#include "cipher_reference.h"

#include <algorithm>
#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <openssl/evp.h>

namespace playhead::reference {
namespace {

// ISO/IEC 23001-7 §9.3: the last 8 bytes count, without a carry.
void increment(CipherIv& counter) {
  for (std::size_t at = 16; at > 8; --at) {
    if (++counter[at - 1] != 0) return;
  }
}

void chain_block(ByteView key, CipherIv& chain, uint8_t* block) {
  for (std::size_t n = 0; n < 16; ++n) chain[n] ^= block[n];
  chain = encrypt_block(key, chain);
  std::copy(chain.begin(), chain.end(), block);
}

// One sample, range by range.
struct CencEncryptor {
  const CryptoInfo& info;
  ByteView key;
  CipherIv state = info.iv;      // next counter, or the chain
  std::size_t stream_bytes = 0;  // cenc: bytes of key stream used
  CipherIv stream{};

  void stream_byte(uint8_t& byte) {
    if (stream_bytes % 16 == 0) {
      stream = encrypt_block(key, state);
      increment(state);
    }
    byte ^= stream[stream_bytes++ % 16];
  }

  void block(uint8_t* at) {
    if (info.scheme == SampleScheme::kCens) {
      for (std::size_t n = 0; n < 16; ++n) stream_byte(at[n]);
    } else {
      chain_block(key, state, at);
    }
  }

  void range(uint8_t* bytes, std::size_t count) {
    if (info.scheme == SampleScheme::kCenc) {
      for (std::size_t n = 0; n < count; ++n) stream_byte(bytes[n]);
      return;
    }
    if (info.scheme == SampleScheme::kCbcs) state = info.iv;
    const bool has_pattern = info.scheme != SampleScheme::kCbc1 && info.skip_blocks != 0;
    const std::size_t period = std::size_t{info.crypt_blocks} + info.skip_blocks;
    for (std::size_t n = 0; (n + 1) * 16 <= count; ++n) {
      if (!has_pattern || n % period < info.crypt_blocks) block(bytes + n * 16);
    }
  }
};

}  // namespace

CipherIv encrypt_block(ByteView key, const CipherIv& block) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const EVP_CIPHER* cipher = key.size() == 16 ? EVP_aes_128_ecb() : EVP_aes_256_ecb();
  REQUIRE(key.size() == static_cast<std::size_t>(EVP_CIPHER_key_length(cipher)));
  CipherIv out{};
  int written = 0;
  REQUIRE(EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), nullptr) == 1);
  REQUIRE(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  REQUIRE(EVP_EncryptUpdate(context.get(), out.data(), &written, block.data(), 16) == 1);
  REQUIRE(written == 16);
  return out;
}

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

CipherIv iv_from_hex(std::string_view hex) {
  const Bytes bytes = from_hex(hex);
  CipherIv iv{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), iv.size()), iv.begin());
  return iv;
}

Bytes noise(std::size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

Bytes encrypt_cenc(const CryptoInfo& info, ByteView key, Bytes plain) {
  CencEncryptor encryptor{info, key};
  if (info.subsamples.empty()) encryptor.range(plain.data(), plain.size());
  std::size_t at = 0;
  for (const Subsample& part : info.subsamples) {
    encryptor.range(plain.data() + at + part.clear, part.encrypted);
    at += std::size_t{part.clear} + part.encrypted;
  }
  return plain;
}

void encrypt_cbc_blocks(ByteView key, CipherIv chain, Bytes& bytes, std::size_t at,
                        std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) chain_block(key, chain, bytes.data() + at + n * 16);
}

Bytes encrypt_cbc_padded(ByteView key, const CipherIv& iv, Bytes plain) {
  const std::size_t padding = 16 - plain.size() % 16;
  plain.insert(plain.end(), padding, static_cast<uint8_t>(padding));
  encrypt_cbc_blocks(key, iv, plain, 0, plain.size() / 16);
  return plain;
}

Bytes encrypt_nal(ByteView key, const CipherIv& iv, Bytes nal) {
  const int type = nal.empty() ? 0 : nal[0] & 0x1F;
  if ((type != 1 && type != 5) || nal.size() <= 48) return nal;
  CipherIv chain = iv;
  // 32 clear, then 16 encrypted and up to 144 clear as long as more than 16 are left.
  for (std::size_t at = 32; nal.size() - at > 16;) {
    chain_block(key, chain, nal.data() + at);
    at = std::min(at + 160, nal.size());
  }
  Bytes escaped;
  int zeros = 0;
  for (const uint8_t byte : nal) {
    if (zeros == 2 && byte <= 3) {
      escaped.push_back(3);
      zeros = 0;
    }
    escaped.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return escaped;
}

}  // namespace playhead::reference
