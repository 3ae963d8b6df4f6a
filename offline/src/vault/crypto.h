// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "playhead/bytes.h"
#include "playhead/result.h"

// What the vault needs of OpenSSL, and the only file that sees it. No globals; each object is for
// one thread at a time. Everything fails only where OpenSSL itself does: kInternal.
struct evp_cipher_ctx_st;
struct evp_md_ctx_st;

namespace playhead::offline {

// Overwrites with zeros; the compiler cannot leave it out.
void wipe(std::span<uint8_t> bytes);

// 32 secret bytes, wiped when they go.
class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  SecretKey() = default;
  explicit SecretKey(std::span<const uint8_t, kBytes> bytes);
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey() { wipe(bytes_); }

  [[nodiscard]] std::span<const uint8_t, kBytes> view() const { return bytes_; }
  [[nodiscard]] std::span<uint8_t, kBytes> bytes() { return bytes_; }

 private:
  std::array<uint8_t, kBytes> bytes_{};
};

// Fit for keys.
Result<void> fill_random(std::span<uint8_t> out);

// HKDF-SHA-256 (RFC 5869), extract and expand; at most 255 * 32 bytes.
Result<void> derive(ByteView key, ByteView salt, ByteView info, std::span<uint8_t> out);
Result<SecretKey> derive_key(ByteView key, std::string_view info);

using Sha256Digest = std::array<uint8_t, 32>;

// HMAC-SHA-256 (RFC 2104). Compare by is_same(), which takes as long for any difference.
Result<Sha256Digest> hmac(ByteView key, ByteView bytes);
[[nodiscard]] bool is_same(ByteView a, ByteView b);

Result<Sha256Digest> sha256(ByteView bytes);

struct HashContextFree {
  void operator()(evp_md_ctx_st* context) const;
};

// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  static Result<Sha256> make();
  Result<void> update(ByteView bytes);
  // Once; nothing else after it.
  Result<Sha256Digest> finish();

 private:
  using Context = std::unique_ptr<evp_md_ctx_st, HashContextFree>;
  explicit Sha256(Context context) : context_(std::move(context)) {}
  Context context_;
};

struct CipherContextFree {
  void operator()(evp_cipher_ctx_st* context) const;
};

// AES-256-GCM (NIST SP 800-38D). A nonce must never come twice with one key.
class AesGcm256 {
 public:
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTagBytes = 16;
  using Nonce = std::array<uint8_t, kNonceBytes>;

  static Result<AesGcm256> make(std::span<const uint8_t, SecretKey::kBytes> key);
  // `out` has room for plain.size() + kTagBytes: the tag comes last. At most 1 GiB.
  Result<void> seal(const Nonce& nonce, ByteView context, ByteView plain, uint8_t* out) {
    return seal(nonce, context, std::span(&plain, 1), out);
  }
  // The same of bytes that lie in several places, one behind the other.
  Result<void> seal(const Nonce& nonce, ByteView context, std::span<const ByteView> plain,
                    uint8_t* out);
  // `sealed` with its tag; `out` has room for what is left without it, and is zeroed when it is
  // not what was sealed. Errors: kOfflineTampered (exactly that).
  Result<void> open(const Nonce& nonce, ByteView context, ByteView sealed, uint8_t* out);

 private:
  using Context = std::unique_ptr<evp_cipher_ctx_st, CipherContextFree>;
  explicit AesGcm256(Context context) : context_(std::move(context)) {}
  Context context_;
};

}  // namespace playhead::offline
