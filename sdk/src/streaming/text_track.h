// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "net/fetcher.h"
#include "playhead/events.h"
#include "playhead/presentation.h"
#include "playhead/unique_function.h"
#include "streaming/segment_load.h"
#include "streaming/timeline_mapper.h"
#include "text/cue_timeline.h"
#include "text/text_document.h"

namespace playhead {

// The subtitles that are shown, as the manifest tells them for one Period.
struct TextSource {
  std::string representation_id;
  std::shared_ptr<const SegmentIndex> segments;  // never null
  bool is_hls = false;
  std::optional<Duration> media_offset;  // Representation::media_offset
  MediaTime period_start;
  std::optional<MediaTime> period_end;
  bool only_forced_cues = false;
};

// Fetches the segments of one text track around the playback position and keeps their cues.
// Subtitles never hold up playback: one transfer at a time, nobody waits for it, and what cannot be
// had or read is reported and left out. After kMaxFailures in a row the track is off. Engine
// thread.
class TextTrack {
 public:
  // How far ahead cues are fetched. Larger: more that is thrown away at a change of language;
  // smaller: cues come late on a slow link. Chosen: three common segments.
  static constexpr Duration kAhead = std::chrono::seconds(30);
  // Kept behind the position for rewinds.
  static constexpr Duration kBehind = std::chrono::seconds(120);
  static constexpr int kMaxFailures = 3;

  // `on_error`: subtitles of a segment are missing (recoverable), or the track is off (is_off()).
  // `on_loaded`: a file or segment is there; what it holds is among the cues.
  TextTrack(IdentityKeyRing& keys, const TimelineMapper& mapper,
            UniqueFunction<void(const Error&)> on_error,
            UniqueFunction<void(const SegmentLoaded&)> on_loaded = {});

  // Another track: forgets all cues, unless it goes on where the last one ends (the same language
  // in the next Period). The same Representation again: its index was refreshed.
  void select(TextSource source, bool continues = false);
  // No subtitles.
  void turn_off();

  // Each turn: starts and drops transfers for this position.
  void update(MediaTime position);

  [[nodiscard]] const text::CueTimeline& cues() const { return cues_; }
  [[nodiscard]] bool is_off() const { return !source_; }
  // Nothing is coming, and all that is known and wanted at `position` was read.
  [[nodiscard]] bool is_settled(MediaTime position) const {
    return !load_ && (!source_ || !next_segment(position));
  }

 private:
  struct Load {
    Segment segment;
    Duration container_offset{0};
    std::optional<SharedBytes> init, media;
    SegmentLoaded report;
    // Last: their callbacks use what is above.
    CancelHandle init_fetch, media_fetch;
  };

  void trim(MediaTime position);
  [[nodiscard]] bool is_wanted(const Segment& segment, MediaTime position) const;
  [[nodiscard]] std::optional<Segment> next_segment(MediaTime position) const;
  void start(Segment segment, Duration container_offset);
  void fetch_init();
  void on_bytes();
  void finish(Result<text::TextDocument> document);

  IdentityKeyRing& keys_;
  const TimelineMapper& mapper_;
  UniqueFunction<void(const Error&)> on_error_;
  UniqueFunction<void(const SegmentLoaded&)> on_loaded_;
  std::optional<TextSource> source_;
  text::CueTimeline cues_;
  InitCache inits_;
  // Segments that were read, or cannot be; by number.
  struct Span {
    MediaTime start, end;
  };
  std::map<uint64_t, Span> done_;
  int failures_ = 0;  // in a row
  std::unique_ptr<Load> load_;
};

}  // namespace playhead
