// SPDX-License-Identifier: Apache-2.0
#include "text/emsg.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "base/wide_int.h"
#include "container/box_reader.h"

namespace playhead::text {
namespace {

// Takes a string with its terminating zero off the front.
bool take_string(ByteView& bytes, std::string& out) {
  const auto end = std::find(bytes.begin(), bytes.end(), uint8_t{0});
  if (end == bytes.end()) return false;
  const auto length = static_cast<std::size_t>(end - bytes.begin());
  if (length > limits::kMetadataBytes) return false;
  out = clean_utf8(as_text(bytes.first(length)));
  bytes = bytes.subspan(length + 1);
  return true;
}

Error broken(const char* what) { return make_error(ErrorCode::kContainerSyntax, what); }

int64_t saturated_ticks_to_us(uint64_t ticks, int64_t timescale) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return ticks_to_us(static_cast<int64_t>(std::min(ticks, kMost)), timescale);
}

}  // namespace

Result<EventMessage> parse_emsg(ByteView payload) {
  ByteReader head(payload);
  const uint64_t version = head.read(1);
  head.skip(3);
  if (head.has_failed()) return broken("the emsg box is cut off");
  if (version > 1) {
    return make_error(ErrorCode::kContainerUnsupported, "the emsg box is of an unknown version");
  }
  EventMessage out;
  out.is_relative = version == 0;
  constexpr std::size_t kVersionAndFlags = 4, kFieldsV0 = 16, kFieldsV1 = 20;
  ByteView rest = payload.subspan(kVersionAndFlags);
  const auto take_strings = [&] {
    return take_string(rest, out.scheme) && take_string(rest, out.value);
  };
  // Version 0 has its strings in front of the numbers, version 1 behind.
  if (out.is_relative && !take_strings()) return broken("a string of the emsg box has no end");
  ByteReader fields(rest);
  out.timescale = static_cast<uint32_t>(fields.read(4));
  out.time = fields.read(out.is_relative ? 4 : 8);
  out.duration = static_cast<uint32_t>(fields.read(4));
  out.id = static_cast<uint32_t>(fields.read(4));
  if (fields.has_failed()) return broken("the emsg box is cut off");
  rest = rest.subspan(out.is_relative ? kFieldsV0 : kFieldsV1);
  if (!out.is_relative && !take_strings()) return broken("a string of the emsg box has no end");
  if (out.timescale == 0) return broken("the emsg box has a timescale of 0");
  if (rest.size() > limits::kMetadataBytes) {
    return make_error(ErrorCode::kTooLarge, "the message of the emsg box is larger than 1 MiB");
  }
  out.message = rest;
  return out;
}

std::vector<EventMessage> find_event_messages(ByteView segment) {
  std::vector<EventMessage> out;
  BoxReader boxes(segment);
  while (out.size() < limits::kEventMessages) {
    const Result<std::optional<Box>> box = boxes.next();
    if (!box || !box.value()) break;
    if (box.value()->type != fourcc("emsg")) continue;
    if (Result<EventMessage> message = parse_emsg(box.value()->payload)) {
      out.push_back(std::move(*message));
    }
  }
  return out;
}

TimedEvent to_timed_event(const EventMessage& message, MediaTime segment_start,
                          Duration media_offset) {
  TimedEvent event;
  event.scheme = message.scheme;
  event.value = message.value;
  event.id = std::to_string(message.id);
  const MediaTime origin = message.is_relative ? segment_start : MediaTime{media_offset.count()};
  int64_t start = 0;
  if (portable::add(origin.us, saturated_ticks_to_us(message.time, message.timescale), start)) {
    event.start = MediaTime{start};
  }
  if (message.duration != EventMessage::kUnknownDuration) {
    event.duration = Duration{ticks_to_us(message.duration, message.timescale)};
  }
  event.message = SharedBytes(std::vector<uint8_t>(message.message.begin(), message.message.end()));
  return event;
}

}  // namespace playhead::text
