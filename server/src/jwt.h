// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "result.h"

namespace playhead::server {

struct Identity {
  std::string user_id;  // the `sub` claim, 1 to 128 bytes
};

// For whom tokens of this API are made (RFC 7519 §4.1.3).
inline constexpr std::string_view kTokenAudience = "playhead-api";

// RFC 7519 tokens with HS256 (RFC 7518 §3.2) and nothing else: the algorithm is fixed here, not
// read from the token. Immutable after construction; any thread.
class JwtCodec {
 public:
  explicit JwtCodec(std::string key) : key_(std::move(key)) {}

  // `now_s` is the time of the request. Fails with 401 `token_invalid` or `token_expired`; a token
  // is valid while now_s < exp, and for this API only when `aud` says so.
  [[nodiscard]] Result<Identity> verify(std::string_view token, int64_t now_s) const;

  [[nodiscard]] std::string mint(std::string_view user_id, int64_t now_s, int64_t ttl_s) const;

 private:
  std::string key_;  // raw bytes
};

// Longest token looked at, in bytes. Ours have about 150.
inline constexpr std::size_t kMaxTokenBytes = 4096;
inline constexpr std::size_t kMaxUserIdBytes = 128;

}  // namespace playhead::server
