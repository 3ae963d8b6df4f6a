// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "playhead/segment_index.h"
#include "playhead/time.h"

namespace playhead {

// The segment of `index` that goes on from `cursor`; nothing when none is listed. Pure.
// `goes_on`: `cursor` is where another segment ended. Then a sliver of a segment left over is
// rounding; anything more is fetched, and what was shown of it before is not shown again.
[[nodiscard]] std::optional<std::size_t> next_segment(const SegmentIndex& index, MediaTime cursor,
                                                      bool goes_on);

// What was fetched before.
enum class MediaBefore : uint8_t {
  kNothing,  // of use
  kSame,     // what ends at `cursor`, of this Representation
  kOther,    // what ends at `cursor`, of another Representation: decoding must begin anew
};

// What is fetched next: that segment, or a part of it. Parts are taken where `cursor` stands within
// a segment, and of the segment in progress; unless they go on from the same Representation, from
// one that decoding can begin with, which may lie before `cursor`. Nothing when nothing is listed.
// `in_progress`: what applies to the segment of which only parts are listed; without it what
// applies to the one before.
struct NextMedia {
  Segment segment;  // of a part: its place and time
  bool is_part = false;
  bool is_hint = false;  // a part that is announced and not listed yet; its end is a guess
};
[[nodiscard]] std::optional<NextMedia> next_media(const SegmentIndex& index, MediaTime cursor,
                                                  MediaBefore before, bool takes_parts,
                                                  const std::optional<Segment>& in_progress = {});

// The part that EXT-X-PRELOAD-HINT announces (RFC 8216bis §4.4.5.3), when `cursor` is where it will
// begin. Nothing for a hint of bytes up to the end of their resource: what comes then are several
// parts.
[[nodiscard]] std::optional<NextMedia> hinted_media(const SegmentIndex& index, MediaTime cursor,
                                                    Duration part_target,
                                                    const std::optional<Segment>& in_progress);

// What has become of a part that was asked for when it was announced.
struct HintFate {
  enum class Kind : uint8_t { kAnnounced, kListed, kWrong };
  Kind kind = Kind::kAnnounced;
  std::optional<NextMedia> listed;  // kListed: what it is
};
[[nodiscard]] HintFate fate_of_hint(const SegmentIndex& index, const Segment& hinted,
                                    const std::optional<Segment>& in_progress);

}  // namespace playhead
