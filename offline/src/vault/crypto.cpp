// SPDX-License-Identifier: Apache-2.0
#include "vault/crypto.h"

#include <algorithm>
#include <string>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace playhead::offline {
namespace {

// EVP counts in int.
constexpr std::size_t kMaxCallBytes = std::size_t{1} << 30;

Error openssl_error(const char* step) {
  return make_error(ErrorCode::kInternal, std::string("OpenSSL cannot ") + step);
}

struct KdfFree {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// Looking an algorithm up by its name costs more than hashing a short text by it. Looked up once
// and never freed: OpenSSL's own end at exit comes first.
EVP_KDF* hkdf() {
  static EVP_KDF* const found = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  return found;
}

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const found = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return found;
}

// OpenSSL takes parameters as writable and leaves them as they are.
OSSL_PARAM octets(const char* name, ByteView bytes) {
  static const uint8_t kNothing = 0;
  const uint8_t* data = bytes.empty() ? &kNothing : bytes.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(data), bytes.size());
}

// Authenticated, not encrypted.
bool feed_context(EVP_CIPHER_CTX* context, ByteView bytes) {
  int count = 0;
  return bytes.empty() || EVP_CipherUpdate(context, nullptr, &count, bytes.data(),
                                           static_cast<int>(bytes.size())) == 1;
}

bool begin(EVP_CIPHER_CTX* context, const AesGcm256::Nonce& nonce, bool encrypts, ByteView aad) {
  return EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce.data(), encrypts ? 1 : 0) ==
             1 &&
         feed_context(context, aad);
}

// Moves `out` on.
bool feed(EVP_CIPHER_CTX* context, ByteView in, uint8_t*& out) {
  int count = 0;
  const bool is_done = in.empty() || EVP_CipherUpdate(context, out, &count, in.data(),
                                                      static_cast<int>(in.size())) == 1;
  out += count;
  return is_done;
}

}  // namespace

void wipe(std::span<uint8_t> bytes) {
  if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

SecretKey::SecretKey(std::span<const uint8_t, kBytes> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  wipe(other.bytes_);
  return *this;
}

Result<void> fill_random(std::span<uint8_t> out) {
  if (RAND_priv_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    return openssl_error("make random bytes");
  }
  return {};
}

Result<void> derive(ByteView key, ByteView salt, ByteView info, std::span<uint8_t> out) {
  const std::unique_ptr<EVP_KDF_CTX, KdfFree> context(hkdf() != nullptr ? EVP_KDF_CTX_new(hkdf())
                                                                        : nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt),
      octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  if (!context || EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) != 1) {
    return openssl_error("derive a key");
  }
  return {};
}

Result<SecretKey> derive_key(ByteView key, std::string_view info) {
  SecretKey derived;
  if (auto done = derive(key, {}, as_bytes(info), derived.bytes()); !done) return done.error();
  return derived;
}

Result<Sha256Digest> hmac(ByteView key, ByteView bytes) {
  Sha256Digest digest{};
  unsigned int size = 0;
  if (HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
           digest.data(), &size) == nullptr ||
      size != digest.size()) {
    return openssl_error("authenticate");
  }
  return digest;
}

bool is_same(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<Sha256Digest> sha256(ByteView bytes) {
  PLAYHEAD_TRY(Sha256 hash, Sha256::make());
  if (auto done = hash.update(bytes); !done) return done.error();
  return hash.finish();
}

void HashContextFree::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Result<Sha256> Sha256::make() {
  Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), sha256_algorithm(), nullptr) != 1) {
    return openssl_error("begin a hash");
  }
  return Sha256(std::move(context));
}

Result<void> Sha256::update(ByteView bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) {
    return openssl_error("go on with a hash");
  }
  return {};
}

Result<Sha256Digest> Sha256::finish() {
  Sha256Digest digest{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1 || size != digest.size()) {
    return openssl_error("end a hash");
  }
  return digest;
}

void CipherContextFree::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

Result<AesGcm256> AesGcm256::make(std::span<const uint8_t, SecretKey::kBytes> key) {
  Context context(EVP_CIPHER_CTX_new());
  if (!context ||
      EVP_CipherInit_ex(context.get(), aes_256_gcm(), nullptr, key.data(), nullptr, 1) != 1) {
    return openssl_error("set AES up");
  }
  return AesGcm256(std::move(context));
}

Result<void> AesGcm256::seal(const Nonce& nonce, ByteView context, std::span<const ByteView> plain,
                             uint8_t* out) {
  std::size_t size = 0;
  for (const ByteView part : plain) size += std::min(part.size(), kMaxCallBytes + 1);
  if (size > kMaxCallBytes) return openssl_error("encrypt that much at once");
  bool is_done = begin(context_.get(), nonce, true, context);
  for (const ByteView part : plain) is_done = is_done && feed(context_.get(), part, out);
  int count = 0;  // `out` is at the tag's place
  if (!is_done || EVP_CipherFinal_ex(context_.get(), out, &count) != 1 ||
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, out) != 1) {
    return openssl_error("encrypt");
  }
  return {};
}

Result<void> AesGcm256::open(const Nonce& nonce, ByteView context, ByteView sealed, uint8_t* out) {
  if (sealed.size() < kTagBytes || sealed.size() > kMaxCallBytes) {
    return make_error(ErrorCode::kOfflineTampered, "not of the size of what was sealed");
  }
  const ByteView body = sealed.first(sealed.size() - kTagBytes);
  std::array<uint8_t, kTagBytes> tag{};  // EVP takes it as writable
  std::copy(sealed.end() - kTagBytes, sealed.end(), tag.begin());
  int count = 0;
  uint8_t* end = out;
  const bool is_run =
      begin(context_.get(), nonce, false, context) && feed(context_.get(), body, end) &&
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1;
  if (is_run && EVP_CipherFinal_ex(context_.get(), tag.data(), &count) == 1) return {};
  wipe({out, body.size()});
  if (!is_run) return openssl_error("decrypt");
  return make_error(ErrorCode::kOfflineTampered, "not what was sealed");
}

}  // namespace playhead::offline
