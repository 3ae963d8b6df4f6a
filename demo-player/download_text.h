// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "downloads.h"

// Downloads as people and programs read them.
namespace demo {

// "downloading", "waiting for a network".
[[nodiscard]] std::string download_state_text(const DownloadView& view);
// One word for programs: "waiting".
[[nodiscard]] const char* download_state_name(int32_t state);
[[nodiscard]] const char* download_wait_name(int32_t waits_for);
// "valid", "expired"; a dash while nothing is known.
[[nodiscard]] std::string rights_text(int32_t rights);
// What the user can do about a failure; empty when nothing helps.
[[nodiscard]] std::string next_action_text(int32_t next_action);
// "2026-11-28 20:15 UTC"; by ISO 8601 for programs: "2026-11-28T20:15:00Z".
[[nodiscard]] std::string format_date(int64_t us_since_1970);
[[nodiscard]] std::string format_iso_date(int64_t us_since_1970);
// "12.3 of 45.0 MB (27 %)"; "~45.0" while the size is estimated.
[[nodiscard]] std::string format_amount(int64_t done, int64_t total, bool is_total_exact);

// "m_1001  downloading  12.3 of 45.0 MB (27 %)  8.1 MB/s  0:04 left"; of several the sums.
[[nodiscard]] std::string format_progress(const std::vector<DownloadView>& views, bool has_colours);
// A table with a head, a line for each download.
[[nodiscard]] std::string format_table(const std::vector<DownloadView>& views);
// One JSON object.
[[nodiscard]] std::string format_json(const DownloadView& view);

}  // namespace demo
