// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account_store.h"
#include "result.h"
#include "token_service.h"

// The JSON of profiles, ratings and tokens. Pure; any thread. Errors as in json_body.h.
namespace playhead::server {

// POST /api/v1/profiles
struct ProfileBody {
  std::optional<std::string> profile_id;  // absent: a new one
  std::string name;
  Maturity maturity = Maturity::kTvMa;
  std::string pin;         // empty: none
  bool keeps_pin = false;  // absent in a change: the old one stays; null takes it away
};
// Also 422 `bad_maturity`, `bad_pin`.
[[nodiscard]] Result<ProfileBody> parse_profile(std::string_view text);
[[nodiscard]] std::string profile_json(const Profile& profile);
[[nodiscard]] std::string profiles_json(const std::vector<Profile>& profiles);

// POST /api/v1/ratings. Also 422 `bad_rating`.
struct RatingBody {
  std::string movie_id;
  std::string profile_id;  // empty = not given
  int stars = 0;           // 1 to 5
};
[[nodiscard]] Result<RatingBody> parse_rating(std::string_view text);

// POST /api/v1/token/refresh, POST /api/v1/dev/login
[[nodiscard]] Result<std::string> parse_refresh(std::string_view text);
[[nodiscard]] Result<std::string> parse_login(std::string_view text);
[[nodiscard]] std::string tokens_json(const TokenPair& tokens);

}  // namespace playhead::server
