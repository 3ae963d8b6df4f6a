// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_builder.h"

// What only the whole media playlist can break.
namespace playhead::hls {

void MediaPlaylistBuilder::check_server_control() {
  constexpr std::string_view kClause = "4.4.3.8";
  const ServerControl control = playlist_.server_control.value_or(ServerControl{});
  const Duration target = playlist_.target_duration;
  if (control.can_skip_until && *control.can_skip_until < 6 * target) {
    context_.violate_at(0, kClause, "CAN-SKIP-UNTIL is less than six target durations");
  }
  if (control.hold_back && *control.hold_back < 3 * target) {
    context_.violate_at(0, kClause, "HOLD-BACK is less than three target durations");
  }
  if (!playlist_.part_target) return;
  if (has_target_duration_ && *playlist_.part_target > target) {
    context_.violate_at(0, "4.4.3.7", "PART-TARGET is longer than the target duration");
  }
  if (!control.part_hold_back) {
    context_.violate_at(0, kClause, "EXT-X-PART-INF without PART-HOLD-BACK");
  } else if (*control.part_hold_back < 2 * *playlist_.part_target) {
    context_.violate_at(0, kClause, "PART-HOLD-BACK is less than two part targets");
  }
}

void MediaPlaylistBuilder::check_rules() {
  if (!has_target_duration_) {
    context_.violate_at(0, "4.4.3.1", "EXT-X-TARGETDURATION is missing");
  } else {
    // §4.4.3.1: rounded to the nearest integer, no EXTINF is longer.
    constexpr int64_t kSecondNs = 1'000'000'000;
    const int64_t rounded = longest_ns_ / kSecondNs + (longest_ns_ % kSecondNs >= kSecondNs / 2);
    if (Duration{playlist_.target_duration} < std::chrono::seconds{rounded}) {
      context_.violate_at(longest_offset_, "4.4.3.1",
                          "a segment is longer than the target duration");
    }
  }
  if (previous_ != nullptr && has_target_duration_ &&
      previous_->target_duration != playlist_.target_duration) {
    context_.violate_at(0, "6.2.1", "the target duration differs from the playlist's before");
  }
  if (duration_ns_) context_.violate("4.4.4", "an EXTINF without a segment");
  if (has_open_parts()) check_parts_of_segment();
  if (!playlist_.parts.empty() && !playlist_.part_target) {
    context_.violate_at(first_part_offset_, "4.4.3.7", "EXT-X-PART without EXT-X-PART-INF");
  }
  if (!playlist_.date_ranges.empty() && playlist_.dates.empty()) {
    const auto& lines = playlist_.date_range_lines;
    context_.violate_at(lines.empty() ? 0 : lines.front(), "4.4.5.1",
                        "EXT-X-DATERANGE without any EXT-X-PROGRAM-DATE-TIME");
  }
  check_server_control();
  context_.check_version();
}

}  // namespace playhead::hls
