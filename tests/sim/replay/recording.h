// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/result.h"
#include "playhead/time.h"

namespace playhead::replay {

// Larger files are none of the flight recorder's.
inline constexpr int64_t kMaxRecordingBytes = int64_t{1} << 30;

// Something that came from outside, and what the library did about it.
struct RecordedStep {
  char kind = 0;
  MonotonicTime at;
  int64_t wall_offset_us = 0;
  std::string fields;
  std::vector<std::string> effects;
  std::vector<std::string> events;
  bool ends_client = false;  // the client ends within it
  int line = 0;              // of the file, from 1
};

struct Recording {
  std::string version;  // of the library that made it
  MonotonicTime begin;
  std::vector<RecordedStep> steps;
  std::map<uint64_t, std::string> bodies;    // by request
  std::map<uint64_t, std::string> outlines;  // of media segments
  // How it ends: "whole", "full" (it had its largest size), or "" when it breaks off.
  std::string end;
};

// What FlightRecorder wrote (format: sdk/src/recorder/README.md). A last line that is incomplete is
// left out. Errors: kVersionMismatch, kInvalidArgument (with the line), kStoreIo, kTooLarge.
[[nodiscard]] Result<Recording> read_recording(const std::string& path);
[[nodiscard]] Result<Recording> parse_recording(std::string_view text);

}  // namespace playhead::replay
