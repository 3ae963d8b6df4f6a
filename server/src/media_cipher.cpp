// SPDX-License-Identifier: Apache-2.0
#include "media_cipher.h"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>

namespace playhead::server {
namespace {

constexpr std::size_t kBlockBytes = 16;
// EVP takes an int.
constexpr std::size_t kMaxPieceBytes = std::size_t{1} << 30;

Error failed() { return Error{500, "cipher_failed", "The cipher could not be used."}; }

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// One direction of one cipher with one key; the context wipes it.
class Cipher {
 public:
  Cipher(const EVP_CIPHER* kind, std::string_view key, std::string_view iv, bool is_padded)
      : context_(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free) {
    is_good_ = context_ != nullptr && key.size() == kBlockBytes && iv.size() == kBlockBytes &&
               EVP_EncryptInit_ex(context_.get(), kind, nullptr, bytes(key), bytes(iv)) == 1 &&
               EVP_CIPHER_CTX_set_padding(context_.get(), is_padded ? 1 : 0) == 1;
  }

  [[nodiscard]] bool is_good() const { return is_good_; }

  bool restart(std::string_view iv) {
    return EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, bytes(iv)) == 1;
  }

  // In place.
  bool update(std::string& media, std::size_t offset, std::size_t size) {
    auto* const data = reinterpret_cast<unsigned char*>(media.data()) + offset;
    int written = 0;
    return size <= kMaxPieceBytes &&
           EVP_EncryptUpdate(context_.get(), data, &written, data, static_cast<int>(size)) == 1 &&
           static_cast<std::size_t>(written) == size;
  }

  bool whole(std::string_view file, std::string& out) {
    if (file.size() > kMaxPieceBytes) return false;
    out.resize(file.size() + kBlockBytes);
    auto* const data = reinterpret_cast<unsigned char*>(out.data());
    int written = 0;
    int last = 0;
    if (EVP_EncryptUpdate(context_.get(), data, &written, bytes(file),
                          static_cast<int>(file.size())) != 1 ||
        EVP_EncryptFinal_ex(context_.get(), data + written, &last) != 1) {
      return false;
    }
    out.resize(static_cast<std::size_t>(written + last));
    return true;
  }

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
  bool is_good_ = false;
};

bool fits(const std::string& media, const ByteSpan& span) {
  return span.offset <= media.size() && span.size <= media.size() - span.offset;
}

}  // namespace

Status encrypt_cenc(std::string& media, std::span<const ByteSpan> spans, std::string_view key,
                    std::string_view iv) {
  Cipher cipher(EVP_aes_128_ctr(), key, iv, false);
  if (!cipher.is_good()) return failed();
  for (const ByteSpan& span : spans) {
    if (!fits(media, span) || !cipher.update(media, span.offset, span.size)) return failed();
  }
  return Done{};
}

Status encrypt_cbcs(std::string& media, std::span<const ByteSpan> spans, std::string_view key,
                    std::string_view iv, std::size_t crypt, std::size_t skip) {
  Cipher cipher(EVP_aes_128_cbc(), key, iv, false);
  if (!cipher.is_good()) return failed();
  for (const ByteSpan& span : spans) {
    if (!fits(media, span) || !cipher.restart(iv)) return failed();
    std::size_t left = span.size / kBlockBytes;
    std::size_t at = span.offset;
    while (left > 0) {
      const std::size_t count = skip == 0 ? left : std::min(left, crypt);
      if (!cipher.update(media, at, count * kBlockBytes)) return failed();
      left -= count;
      const std::size_t clear = std::min(left, skip);
      left -= clear;
      at += (count + clear) * kBlockBytes;
    }
  }
  return Done{};
}

Result<std::string> encrypt_file(std::string_view file, std::string_view key, std::string_view iv) {
  Cipher cipher(EVP_aes_128_cbc(), key, iv, true);
  std::string out;
  if (!cipher.is_good() || !cipher.whole(file, out)) return failed();
  return out;
}

}  // namespace playhead::server
