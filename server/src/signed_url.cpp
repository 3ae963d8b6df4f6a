// SPDX-License-Identifier: Apache-2.0
#include "signed_url.h"

#include <charconv>

#include "base64url.h"
#include "crypto.h"
#include "query.h"

namespace playhead::server {
namespace {

Error invalid(const char* why) { return Error{403, "signature_invalid", why}; }

// Decimal digits only, so that "+1", " 1" or "1e9" never reach the comparison.
bool parse_epoch(std::string_view text, int64_t& out) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string UrlSigner::signature(std::string_view title, std::string_view exp) const {
  // The version allows another layout later; a line break can occur in neither part.
  std::string message = "v1\n";
  message.append(exp).append("\n/media/").append(title).append("/");
  return base64url_encode(hmac_sha256(key_, message));
}

std::string UrlSigner::query_for(std::string_view title, int64_t exp_s) const {
  const std::string exp = std::to_string(exp_s);
  return "exp=" + exp + "&sig=" + signature(title, exp);
}

Result<std::string> UrlSigner::verify(std::string_view title, std::string_view query,
                                      int64_t now_s) const {
  const auto parsed = Query::parse(query);
  if (!parsed.ok()) return invalid("The URL's query cannot be read.");
  const auto exp = parsed.value().find("exp");
  const auto sig = parsed.value().find("sig");
  if (!exp.ok() || !sig.ok() || !exp.value() || !sig.value()) {
    return invalid("The URL needs exactly one 'exp' and one 'sig'.");
  }
  int64_t exp_s = 0;
  if (!parse_epoch(*exp.value(), exp_s)) return invalid("The URL's 'exp' is not a time.");
  if (!equal_constant_time(signature(title, *exp.value()), *sig.value())) {
    return invalid("The URL's signature does not match.");
  }
  if (now_s >= exp_s)
    return Error{403, "signature_expired", "The URL has expired; ask the API for a new one."};
  return "exp=" + *exp.value() + "&sig=" + *sig.value();
}

std::string UrlSigner::license_signature(std::string_view title, std::string_view user,
                                         std::string_view exp) const {
  std::string message = "v1\n";
  message.append(exp).append("\n").append(kLicensePrefix).append(title).append("\n").append(user);
  return base64url_encode(hmac_sha256(key_, message));
}

std::string UrlSigner::license_query_for(std::string_view title, std::string_view user,
                                         int64_t exp_s) const {
  const std::string exp = std::to_string(exp_s);
  const std::string name = base64url_encode(user);
  return "user=" + name + "&exp=" + exp + "&sig=" + license_signature(title, name, exp);
}

Result<std::string> UrlSigner::verify_license(std::string_view title, std::string_view query,
                                              int64_t now_s) const {
  const auto parsed = Query::parse(query);
  if (!parsed.ok()) return invalid("The URL's query cannot be read.");
  const auto user = parsed.value().find("user");
  const auto exp = parsed.value().find("exp");
  const auto sig = parsed.value().find("sig");
  const bool is_whole =
      user.ok() && exp.ok() && sig.ok() && user.value() && exp.value() && sig.value();
  if (!is_whole) return invalid("The URL needs exactly one 'user', one 'exp' and one 'sig'.");
  int64_t exp_s = 0;
  if (!parse_epoch(*exp.value(), exp_s)) return invalid("The URL's 'exp' is not a time.");
  if (!equal_constant_time(license_signature(title, *user.value(), *exp.value()), *sig.value())) {
    return invalid("The URL's signature does not match.");
  }
  if (now_s >= exp_s)
    return Error{403, "signature_expired", "The URL has expired; ask the API for a new one."};
  auto name = base64url_decode(*user.value());
  if (!name || name->empty()) return invalid("The URL's 'user' is not one of this server's.");
  return std::move(*name);
}

}  // namespace playhead::server
