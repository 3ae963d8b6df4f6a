// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/live.h"
#include "playhead/result.h"

// Events inside MP4 segments: `emsg` boxes (ISO/IEC 23009-1 5.10.3.3). Pure.
namespace playhead::text {

// The scheme of ID3 tags in emsg (AOM "Carriage of ID3 Timed Metadata in CMAF").
inline constexpr std::string_view kId3Scheme = "https://aomedia.org/emsg/ID3";

struct EventMessage {
  std::string scheme, value;
  uint32_t id = 0;
  uint32_t timescale = 1;  // > 0
  // Version 1: on the track's timeline. Version 0: after the segment's earliest presentation time.
  uint64_t time = 0;
  bool is_relative = false;  // version 0
  uint32_t duration = 0;     // kUnknownDuration: not known
  ByteView message;          // a view into the box
  static constexpr uint32_t kUnknownDuration = 0xffffffff;
};

// `payload` is the box without its header.
// Errors: kContainerSyntax (cut off, strings without an end, timescale 0), kContainerUnsupported (a
// version other than 0 and 1), kTooLarge (a message beyond 1 MiB).
[[nodiscard]] Result<EventMessage> parse_emsg(ByteView payload);

// The emsg boxes on the top level of a segment, in order, up to the first damaged box and at most
// limits::kEventMessages; unreadable ones are passed over.
[[nodiscard]] std::vector<EventMessage> find_event_messages(ByteView segment);

// As an event of the presentation. `segment_start` is the segment's earliest presentation time,
// `media_offset` presentation time minus track time (Representation::media_offset).
// TimedEvent::id is the number of the box: repeated boxes are one event (5.10.3.3.4).
[[nodiscard]] TimedEvent to_timed_event(const EventMessage& message, MediaTime segment_start,
                                        Duration media_offset);

}  // namespace playhead::text
