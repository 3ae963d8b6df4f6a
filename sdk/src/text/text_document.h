// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/cues.h"

namespace playhead::text {

// Something a document does that its specification forbids, or that is not shown.
struct TextDiagnostic {
  int64_t line = 0;     // from 1; 0 unknown
  std::string rule;     // the clause: "WebVTT 6.1", "TTML2 10.2.1"
  std::string message;  // one sentence for people
};

// Collects them up to a cap; counts all.
class TextDiagnostics {
 public:
  static constexpr std::size_t kMaxItems = 100;

  void add(int64_t line, const char* rule, std::string message) {
    ++count_;
    if (items_.size() < kMaxItems) items_.push_back({line, rule, std::move(message)});
  }
  [[nodiscard]] const std::vector<TextDiagnostic>& items() const { return items_; }
  [[nodiscard]] int count() const { return count_; }

 private:
  std::vector<TextDiagnostic> items_;
  int count_ = 0;
};

// HLS X-TIMESTAMP-MAP (RFC 8216 §3.5): the cue time `local` is the MPEG-2 timestamp `mpeg_ticks`.
struct TimestampMap {
  MediaTime local;
  int64_t mpeg_ticks = 0;  // 90 kHz; values of 2^33 and more are taken modulo 2^33
  friend bool operator==(const TimestampMap&, const TimestampMap&) = default;
};

// What a parser made of one file or segment. Times of the cues are the document's own: see
// text_timing.h for how they get onto the presentation timeline.
struct TextDocument {
  // Appends a cue that shows something; false and a diagnostic: there are too many cues or spans.
  bool add(Cue cue, int64_t line = 0);

  std::vector<Cue> cues;  // in document order
  std::optional<TimestampMap> timestamp_map;
  TextDiagnostics diagnostics;
  std::size_t span_count = 0;  // of all cues
  bool is_full = false;        // add() refused one: reading on is of no use
};

}  // namespace playhead::text
