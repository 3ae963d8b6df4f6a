// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "result.h"

namespace playhead::server {

struct Identity {
  std::string user_id;  // the `sub` claim, 1 to 128 bytes
};

// What a genuine token says; whether it is valid depends on the time as well.
struct TokenClaims {
  std::string user_id;
  int64_t exp_s = 0;
  int64_t nbf_s = 0;
};

// For whom tokens of this API are made (RFC 7519 §4.1.3).
inline constexpr std::string_view kTokenAudience = "playhead-api";

// RFC 7519 tokens with HS256 (RFC 7518 §3.2) and nothing else: the algorithm is fixed here, not
// read from the token. Tokens found genuine lately are remembered, by their whole text: a client sends the same one
// with every call. Any thread.
class JwtCodec {
 public:
  explicit JwtCodec(std::string key) : key_(std::move(key)) {}

  // `now_s` is the time of the request. Fails with 401 `token_invalid` or `token_expired`; a token
  // is valid while now_s < exp, and for this API only when `aud` says so.
  [[nodiscard]] Result<Identity> verify(std::string_view token, int64_t now_s) const;

  [[nodiscard]] std::string mint(std::string_view user_id, int64_t now_s, int64_t ttl_s) const;

 private:
  [[nodiscard]] Result<TokenClaims> open(std::string_view token, int64_t now_s) const;
  [[nodiscard]] std::optional<TokenClaims> recall(std::string_view token) const;

  const std::string key_;  // raw bytes
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, TokenClaims> genuine_;  // under mutex_; bounded
};

// Longest token looked at, in bytes. Ours have about 150.
inline constexpr std::size_t kMaxTokenBytes = 4096;
inline constexpr std::size_t kMaxUserIdBytes = 128;

}  // namespace playhead::server
