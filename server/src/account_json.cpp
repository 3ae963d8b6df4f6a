// SPDX-License-Identifier: Apache-2.0
#include "account_json.h"

#include "api_json.h"
#include "json_body.h"
#include "jwt.h"
#include "pin_guard.h"
#include "profile_book.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxProfileNameBytes = 64;
// Ours have 43.
constexpr std::size_t kMaxRefreshBytes = 256;

Json profile_object(const Profile& profile) {
  const bool is_default = profile.profile_id.empty();
  return {{"profile_id", is_default ? std::string(kDefaultProfile) : profile.profile_id},
          {"name", profile.name},
          {"maturity_rating", std::string(maturity_name(profile.maturity))},
          {"is_protected", !profile.pin_hash.empty()},
          {"is_default", is_default}};
}

}  // namespace

Result<ProfileBody> parse_profile(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  const Json& json = object.value();
  ProfileBody body;
  auto id = text_member(json, "profile_id", false, kMaxProfileIdBytes);
  if (!id.ok()) return id.error();
  if (!id.value().empty()) body.profile_id = std::move(id.value());
  auto name = text_member(json, "name", true, kMaxProfileNameBytes);
  if (!name.ok()) return name.error();
  body.name = std::move(name.value());
  const auto rating = text_member(json, "maturity_rating", true);
  if (!rating.ok()) return rating.error();
  const auto maturity = parse_maturity(rating.value());
  if (!maturity) {
    return Error{422, "bad_maturity", "'maturity_rating' must be G, PG, PG-13, R or TV-MA."};
  }
  body.maturity = *maturity;
  auto pin = text_member(json, "pin", false);
  if (!pin.ok()) return pin.error();
  body.pin = std::move(pin.value());
  body.keeps_pin = json.find("pin") == json.end();
  if (!body.pin.empty() && !is_pin(body.pin)) {
    return Error{422, "bad_pin", "'pin' must have 4 to 8 digits."};
  }
  return body;
}

std::string profile_json(const Profile& profile) { return dump(profile_object(profile)); }

std::string profiles_json(const std::vector<Profile>& profiles) {
  Json list = Json::array();
  for (const Profile& profile : profiles) list.push_back(profile_object(profile));
  return dump({{"profiles", std::move(list)}});
}

Result<RatingBody> parse_rating(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  auto movie_id = text_member(object.value(), "movie_id", true);
  if (!movie_id.ok()) return movie_id.error();
  auto profile_id = text_member(object.value(), "profile_id", false, kMaxProfileIdBytes);
  if (!profile_id.ok()) return profile_id.error();
  const auto stars = required_int_member(object.value(), "stars", INT64_MIN, INT64_MAX);
  if (!stars.ok()) return stars.error();
  if (stars.value() < 1 || stars.value() > 5) {
    return Error{422, "bad_rating", "'stars' must be from 1 to 5."};
  }
  return RatingBody{std::move(movie_id.value()), std::move(profile_id.value()),
                    static_cast<int>(stars.value())};
}

Result<std::string> parse_refresh(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  return text_member(object.value(), "refresh_token", true, kMaxRefreshBytes);
}

Result<std::string> parse_login(std::string_view text) {
  const auto object = parse_object(text);
  if (!object.ok()) return object.error();
  return text_member(object.value(), "user", true, kMaxUserIdBytes);
}

std::string tokens_json(const TokenPair& tokens) {
  return dump({{"access_token", tokens.access_token},
               {"token_type", "Bearer"},
               {"expires_in", tokens.access_s},
               {"refresh_token", tokens.refresh_token},
               {"refresh_expires_at", tokens.refresh_expires_at_s}});
}

}  // namespace playhead::server
