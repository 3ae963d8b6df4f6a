// SPDX-License-Identifier: Apache-2.0
#include "jwt.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base64url.h"
#include "crypto.h"
#include "json_text.h"

namespace playhead::server {
namespace {

using nlohmann::json;

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

Error invalid(const char* why) { return Error{401, "token_invalid", why}; }

// The object in one base64url part, or a discarded value.
json decode_object(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text || !json_depth_within(*text, kMaxJsonDepth)) return json(json::value_t::discarded);
  json value = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  return value.is_object() ? value : json(json::value_t::discarded);
}

bool header_is_ours(const json& header) {
  const auto alg = header.find("alg");
  // RFC 7515 §4.1.11: extensions marked critical must be understood or refused; we have none.
  return alg != header.end() && alg->is_string() && alg->get_ref<const std::string&>() == "HS256" &&
         !header.contains("crit");
}

// RFC 7519 §4.1.3: a text, or a list of them.
bool is_for_us(const json& claims) {
  const auto aud = claims.find("aud");
  if (aud == claims.end()) return false;
  const auto names_us = [](const json& value) {
    return value.is_string() && value.get_ref<const std::string&>() == kTokenAudience;
  };
  return aud->is_array() ? std::any_of(aud->begin(), aud->end(), names_us) : names_us(*aud);
}

Status check_time(int64_t exp_s, int64_t nbf_s, int64_t now_s) {
  if (now_s >= exp_s) return Error{401, "token_expired", "The token has expired."};
  if (nbf_s > now_s) return invalid("The token is not valid yet.");
  return Done{};
}

Result<TokenClaims> read_claims(const json& claims, int64_t now_s) {
  TokenClaims told;
  const auto exp = claims.find("exp");
  if (exp == claims.end() || !exp->is_number_integer())
    return invalid("The token has no valid 'exp' claim.");
  // Unsigned values above the signed range would wrap; no such time is in use.
  const bool fits = !exp->is_number_unsigned() || exp->get<uint64_t>() <= INT64_MAX;
  if (!fits) return invalid("The token's 'exp' claim is out of range.");
  told.exp_s = exp->get<int64_t>();
  if (const auto nbf = claims.find("nbf"); nbf != claims.end()) {
    if (!nbf->is_number_integer()) return invalid("The token's 'nbf' claim is not a whole number.");
    told.nbf_s = nbf->get<int64_t>();
  }
  if (Status timely = check_time(told.exp_s, told.nbf_s, now_s); !timely.ok()) return timely.error();
  const auto sub = claims.find("sub");
  if (sub == claims.end() || !sub->is_string()) return invalid("The token names no user.");
  told.user_id = sub->get<std::string>();
  if (told.user_id.empty() || told.user_id.size() > kMaxUserIdBytes)
    return invalid("The token names no valid user.");
  if (!is_for_us(claims)) return invalid("The token is for another audience.");
  return told;
}

// Remembered at most; more than so many clients at once are all looked at anew.
constexpr std::size_t kMaxGenuine = 16'384;

}  // namespace

Result<Identity> JwtCodec::verify(std::string_view token, int64_t now_s) const {
  if (auto claims = recall(token)) {
    if (Status timely = check_time(claims->exp_s, claims->nbf_s, now_s); !timely.ok()) return timely.error();
    return Identity{std::move(claims->user_id)};
  }
  auto claims = open(token, now_s);
  if (!claims.ok()) return claims.error();
  Identity identity{claims.value().user_id};
  const std::lock_guard lock(mutex_);
  if (genuine_.size() >= kMaxGenuine) genuine_.clear();
  genuine_.emplace(token, std::move(claims.value()));
  return identity;
}

std::optional<TokenClaims> JwtCodec::recall(std::string_view token) const {
  const std::shared_lock lock(mutex_);
  const auto found = genuine_.find(std::string(token));
  return found == genuine_.end() ? std::nullopt : std::optional(found->second);
}

Result<TokenClaims> JwtCodec::open(std::string_view token, int64_t now_s) const {
  if (token.size() > kMaxTokenBytes) return invalid("The token is too long.");
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return invalid("The token is not a JWT.");
  }
  // Nothing inside the token is interpreted before the signature holds.
  const std::string expected = base64url_encode(hmac_sha256(key_, token.substr(0, second)));
  if (!equal_constant_time(expected, token.substr(second + 1))) {
    return invalid("The token's signature does not match.");
  }
  const json header = decode_object(token.substr(0, first));
  if (header.is_discarded() || !header_is_ours(header)) {
    return invalid("The token's header is not the one this server uses.");
  }
  const json claims = decode_object(token.substr(first + 1, second - first - 1));
  if (claims.is_discarded()) return invalid("The token's claims are not a JSON object.");
  return read_claims(claims, now_s);
}

std::string JwtCodec::mint(std::string_view user_id, int64_t now_s, int64_t ttl_s) const {
  const json claims = {{"sub", std::string(user_id)},
                       {"aud", std::string(kTokenAudience)},
                       {"iat", now_s},
                       {"exp", now_s + ttl_s}};
  std::string token = base64url_encode(kHeader);
  token += '.';
  token += base64url_encode(claims.dump(-1, ' ', false, json::error_handler_t::replace));
  const std::string signature = base64url_encode(hmac_sha256(key_, token));
  return token + '.' + signature;
}

}  // namespace playhead::server
