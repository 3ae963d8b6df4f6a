// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "playhead/result.h"
#include "session/api_types.h"

namespace playhead {

// The control plane's JSON, both ways. Pure. Only this file's .cpp sees the JSON library.
// Every parser: kApiBadAnswer naming the field, for text over 1 MiB or nested deeper than 64, for
// broken JSON, for missing fields and wrong types. Unknown fields are ignored.

[[nodiscard]] Result<StreamGrant> parse_stream_grant(std::string_view text);
// The answer of POST /v1/playback/start, and its body. `pin`: of the profile; empty: none.
[[nodiscard]] Result<StreamGrant> parse_playback_grant(std::string_view text);
[[nodiscard]] std::string playback_body(const PlaybackQuery& query, const std::string& pin);
[[nodiscard]] Result<DownloadGrant> parse_download_grant(std::string_view text);
// Body of POST /api/v1/download.
[[nodiscard]] std::string download_body(const DownloadQuery& query);

// {"error": {"code": "...", "message": "..."}}: how the service says no.
struct ApiProblem {
  std::string code;     // for programs; may be empty
  std::string message;  // for people; may be empty; control characters removed, at most 300 bytes
};
// Nothing when the text is anything else, for example a proxy's HTML page.
[[nodiscard]] std::optional<ApiProblem> parse_problem(std::string_view text);

// Body of POST /api/v1/stream/progress.
[[nodiscard]] std::string progress_body(const ProgressReport& report);

// A report as it waits in the Store.
[[nodiscard]] std::string encode_progress(const ProgressReport& report);
[[nodiscard]] Result<ProgressReport> decode_progress(std::string_view text);

}  // namespace playhead
