// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "account_store.h"
#include "clock.h"
#include "jwt.h"
#include "result.h"

namespace playhead::server {

struct TokenLives {
  int64_t access_s = 3600;
  int64_t refresh_s = int64_t{30} * 86'400;  // of each; a family lives as long as it is used
};

// What a client gets; secrets.
struct TokenPair {
  std::string access_token;
  std::string refresh_token;
  int64_t access_s = 0;
  int64_t refresh_expires_at_s = 0;
};

// Short access tokens, and refresh tokens of which each is good once. A refresh token that comes a
// second time was stolen by one of the two who had it: all tokens of that login end. Runs inside
// Store::transact(), but for what says otherwise.
class TokenService {
 public:
  TokenService(AccountStore& store, const JwtCodec& codec, const Clock& clock, TokenLives lives)
      : store_(store), codec_(codec), clock_(clock), lives_(lives) {}

  // The first pair of a login.
  [[nodiscard]] Result<TokenPair> log_in(std::string_view user_id);

  // 401 `refresh_invalid` for a token that was never given out, or whose login has ended: so that
  // such do not queue with those who write. Any thread.
  [[nodiscard]] Status check_known(std::string_view refresh_token);

  // Errors that are the client's: 401 `refresh_invalid`, `refresh_expired`, `refresh_reused`. What
  // reuse revokes is to be committed all the same.
  [[nodiscard]] Result<TokenPair> refresh(std::string_view refresh_token);

 private:
  [[nodiscard]] Result<TokenPair> issue(const std::string& user_id, const std::string& family);

  AccountStore& store_;
  const JwtCodec& codec_;
  const Clock& clock_;
  const TokenLives lives_;
};

}  // namespace playhead::server
