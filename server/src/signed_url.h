// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "result.h"

namespace playhead::server {

inline constexpr std::string_view kLicensePrefix = "/v1/license/";  // the title's id follows

// Signed media URLs: `/media/<title>/...?exp=<epoch s>&sig=<base64url>`. The signature is
// HMAC-SHA256 over exp and the title's folder, so that one signature serves every file of a title
// and the media path (or a CDN edge that has the key) can verify it alone. Licence URLs,
// `/v1/license/<title>?user=<base64url>&exp=...&sig=...`, are signed with the user's name as
// well. Neither signature is good for the other. Any thread.
class UrlSigner {
 public:
  explicit UrlSigner(std::string key) : key_(std::move(key)) {}

  // "exp=...&sig=..." for everything below /media/<title>/.
  [[nodiscard]] std::string query_for(std::string_view title, int64_t exp_s) const;

  // The verified "exp=...&sig=..." and nothing else of the query. Fails with 403
  // `signature_expired` from the second `exp` on and 403 `signature_invalid` for all else that is
  // wrong. A changed exp is invalid, not expired: the signature is checked first.
  [[nodiscard]] Result<std::string> verify(std::string_view title, std::string_view query,
                                           int64_t now_s) const;

  // "user=...&exp=...&sig=..." for licences of that title.
  [[nodiscard]] std::string license_query_for(std::string_view title, std::string_view user,
                                              int64_t exp_s) const;

  // The user a licence URL was made for. Errors as verify().
  [[nodiscard]] Result<std::string> verify_license(std::string_view title, std::string_view query,
                                                   int64_t now_s) const;

 private:
  [[nodiscard]] std::string signature(std::string_view title, std::string_view exp) const;
  [[nodiscard]] std::string license_signature(std::string_view title, std::string_view user,
                                              std::string_view exp) const;

  std::string key_;  // raw bytes
};

}  // namespace playhead::server
