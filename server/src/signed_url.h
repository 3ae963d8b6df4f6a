// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "result.h"

namespace playhead::server {

// Signed media URLs: `/media/<title>/...?exp=<epoch s>&sig=<base64url>`. The signature is
// HMAC-SHA256 over exp and the title's folder, so that one signature serves every file of a title
// and the media path (or a CDN edge that has the key) can verify it alone. Any thread.
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

 private:
  [[nodiscard]] std::string signature(std::string_view title, std::string_view exp) const;

  std::string key_;  // raw bytes
};

}  // namespace playhead::server
