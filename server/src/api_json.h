// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue.h"
#include "http_types.h"
#include "license_service.h"
#include "result.h"

// The JSON of the control plane: what comes in, checked, and what goes out. Pure; any thread.
namespace playhead::server {

// POST /api/v1/stream/progress
struct ProgressBody {
  std::string movie_id;
  int64_t position_ms = 0;                // >= 0
  std::optional<int64_t> recorded_at_ms;  // absent = when it arrived
  std::string session_id;                 // empty = not given
  std::string profile_id = {};            // empty = not given
};

// Longest id of a profile that is taken, in bytes; ours have 18.
inline constexpr std::size_t kMaxProfileIdBytes = 256;

// 400 `bad_json` when the text is no JSON object, 400 `bad_field` for a missing member or a wrong
// type, 422 `bad_position` for a negative or impossible position. Unknown members are ignored.
[[nodiscard]] Result<ProgressBody> parse_progress(std::string_view text);

// POST /api/v1/download. Errors as above.
struct DownloadBody {
  std::string movie_id;
  std::string profile_id;  // empty = not given
};
[[nodiscard]] Result<DownloadBody> parse_download(std::string_view text);

struct StreamAnswer {
  std::string stream_url;
  int64_t resume_position_ms = 0;
  std::string manifest_type;                              // "hls" or "dash"
  int64_t expires_at_s = 0;                               // of the URL's signature
  std::optional<std::string> license_url = std::nullopt;  // absent = not protected
  std::optional<int64_t> recorded_at_ms = std::nullopt;   // of the position; absent = none is saved
};
[[nodiscard]] std::string stream_json(const StreamAnswer& answer);

// `expires_at_s` is when the copy may no longer be watched; printed as RFC 3339.
// "drm" is there for protected titles only.
[[nodiscard]] std::string download_json(
    std::string_view url, int64_t expires_at_s,
    const std::optional<std::string>& license_url = std::nullopt);

// POST /v1/license
struct LicenseCall {
  std::string license_url;
  std::string challenge;  // decoded: the W3C's JSON
  int level = 0;          // absent = 0
};

// 400 `bad_json`, 400 `bad_field` as above, 400 `unsupported_scheme` for all but "clearkey". "kids"
// and "session" are checked and left at that: the challenge says which keys and for how long.
[[nodiscard]] Result<LicenseCall> parse_license_call(std::string_view text);

// {"license","expires_at"?,"renew_after"?,"max_height"?,"server_time"}.
[[nodiscard]] SecretText license_json(const LicenseAnswer& answer, int64_t now_s);

struct HomeItem {
  const Title* title = nullptr;
  std::optional<int64_t> position_ms;  // in the continue-watching row only
};
struct HomeRow {
  std::string id;
  std::string name;
  std::vector<HomeItem> items;
};

// {"error":{"code":"...","message":"..."}}
[[nodiscard]] std::string error_json(const Error& error);

[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response error_response(const Error& error);

}  // namespace playhead::server
