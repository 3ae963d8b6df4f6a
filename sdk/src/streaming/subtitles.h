// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "manifest/manifest_source.h"
#include "streaming/index_table.h"
#include "streaming/live_refresher.h"
#include "streaming/played_tracks.h"
#include "streaming/streaming_listener.h"
#include "streaming/text_track.h"

namespace playhead {

// The subtitles of a title: which Period's and Representation's are fetched, for all of their cues
// or for the forced ones alone. They come after everything else and nothing waits for them; what
// cannot be had is told once and not asked for again until it is chosen again. Engine thread.
class Subtitles {
 public:
  // What is referred to belongs to the StreamingEngine.
  struct Context {
    IdentityKeyRing& keys;
    ManifestSource& manifests;
    Executor& executor;
    IndexTable& indexes;
    const TimelineMapper& mapper;
    StreamingListener& listener;
    const std::shared_ptr<const Presentation>& presentation;  // null before open()
    const PlayedTracks& played;
  };
  explicit Subtitles(const Context& context);

  // Those of the Period at `position` come next: the title begins there, or goes on there.
  void start(MediaTime position) { period_ = context_.played.period_at(position); }
  // What could not be had is tried again: other text was chosen, or its URLs were renewed.
  void forgive() { lost_.clear(); }
  // Each turn once there is media. `wall`: the time of whoever makes a live title. `duration`: the
  // title's. Answers how long until the next turn is needed.
  Duration turn(MonotonicTime now, WallTime wall, MediaTime position,
                std::optional<Duration> duration);
  [[nodiscard]] bool is_off() const { return track_.is_off(); }
  [[nodiscard]] const text::CueTimeline& cues() const { return track_.cues(); }

 private:
  // What the track was given.
  struct Given {
    std::size_t period = 0;
    std::string representation_id;
    std::shared_ptr<const SegmentIndex> segments;
    bool only_forced_cues = false;
    friend bool operator==(const Given&, const Given&) = default;
  };

  // Which Period's are fetched: those of the next one a little ahead.
  void follow_period(MediaTime position);
  // What is fetched of the Period's text, for all of its cues or for the forced ones alone.
  [[nodiscard]] const AdaptationSet* set_of(std::size_t period) const;
  [[nodiscard]] bool shows_only_forced() const;
  // The Representation that is shown; null: none is, or none can be had.
  [[nodiscard]] const Representation* representation() const;
  void give(const Representation& representation, std::shared_ptr<const SegmentIndex> segments,
            std::optional<Duration> duration);
  void lose(const Representation& representation, const Error& error);
  void on_error(const Error& error);

  Context context_;
  TextTrack track_;
  LiveRefresher refresher_;  // of HLS playlists; one that is late is nobody's fault
  std::size_t period_ = 0;   // fetched for
  std::optional<Given> given_;
  std::set<std::string> lost_;  // Representations that cannot be had
};

}  // namespace playhead
