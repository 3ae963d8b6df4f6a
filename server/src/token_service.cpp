// SPDX-License-Identifier: Apache-2.0
#include "token_service.h"

#include "base64url.h"
#include "crypto.h"

namespace playhead::server {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kFamilyBytes = 16;

Error not_known() {
  return Error{401, "refresh_invalid", "This refresh token is not known."};
}

// The tokens are random and long: a plain digest is enough, so that a stolen database opens
// nothing.
std::string digest_of(std::string_view token) {
  return base64url_encode(hmac_sha256("playhead refresh token", token));
}

}  // namespace

Result<TokenPair> TokenService::log_in(std::string_view user_id) {
  const auto family = random_bytes(kFamilyBytes);
  if (!family.ok()) return family.error();
  return issue(std::string(user_id), base64url_encode(family.value()));
}

Status TokenService::check_known(std::string_view refresh_token) {
  const auto known = store_.knows_refresh_token(digest_of(refresh_token));
  if (!known.ok()) return known.error();
  return known.value() ? Status(Done{}) : Status(not_known());
}

Result<TokenPair> TokenService::refresh(std::string_view refresh_token) {
  const auto found = store_.refresh_token(digest_of(refresh_token));
  if (!found.ok()) return found.error();
  if (!found.value()) return not_known();
  const RefreshToken& token = *found.value();
  if (token.is_used) {
    if (Status revoked = store_.revoke_family(token.family); !revoked.ok()) return revoked.error();
    return Error{401, "refresh_reused",
                 "This refresh token was used before; the login has been ended."};
  }
  if (token.expires_at_s <= clock_.now_s()) {
    return Error{401, "refresh_expired", "This refresh token has expired."};
  }
  if (Status used = store_.use_refresh_token(token.digest); !used.ok()) return used.error();
  return issue(token.user_id, token.family);
}

Result<TokenPair> TokenService::issue(const std::string& user_id, const std::string& family) {
  const auto bytes = random_bytes(kTokenBytes);
  if (!bytes.ok()) return bytes.error();
  const int64_t now_s = clock_.now_s();
  TokenPair pair;
  pair.refresh_token = base64url_encode(bytes.value());
  pair.access_token = codec_.mint(user_id, now_s, lives_.access_s);
  pair.access_s = lives_.access_s;
  pair.refresh_expires_at_s = now_s + lives_.refresh_s;
  const RefreshToken row{digest_of(pair.refresh_token), family, user_id, pair.refresh_expires_at_s};
  if (Status added = store_.add_refresh_token(row); !added.ok()) return added.error();
  return pair;
}

}  // namespace playhead::server
