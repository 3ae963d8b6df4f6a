// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sim/swarm/title.h"

namespace playhead::swarm {

// A stretch of a live title without a seam: a Period, what is between two discontinuities.
struct Stretch {
  int part = 0;              // counts on
  int64_t first = 0;         // segment: content from first * segment on
  int64_t end = INT64_MAX;   // segment after the last
  int run = 0;               // of the encoder; another one counts from 0 again
  int run_part = 0;          // first part of the run
  int64_t first_number = 0;  // media sequence of `first` in its run
  int64_t container_start_us = 0;
};

// Where the encoder stands: its stretches, in order. Pure bookkeeping, no clock.
class Encoder {
 public:
  explicit Encoder(const TitleShape& shape);

  // Begins the stretches that begin before that segment.
  void advance(int64_t segment);
  // The next segment not yet begun begins a new stretch, after `lost` segments that never were.
  void begin_stretch(int64_t lost, bool is_new_run);
  // Forgets stretches that end before it.
  void forget(int64_t segment);

  [[nodiscard]] const std::deque<Stretch>& stretches() const { return stretches_; }
  [[nodiscard]] const Stretch* of_segment(int64_t segment) const;
  [[nodiscard]] const Stretch* of_part(int part) const;
  // The segment of that number in that run.
  [[nodiscard]] std::optional<int64_t> numbered(int run, int64_t number) const;
  [[nodiscard]] bool has_hole(int64_t from, int64_t to) const;

 private:
  [[nodiscard]] int64_t container_start(int part) const;

  int64_t per_stretch_ = 0;  // segments; 0: without end
  bool has_dates_ = true;
  int64_t begun_ = 0;  // segments up to here are settled
  std::deque<Stretch> stretches_;
  std::deque<std::pair<int64_t, int64_t>> holes_;
};

// A title that is being made: HLS with a sliding window (parts, blocking reload and delta updates
// with low latency), or a dynamic MPD. Segments lie on one grid of content time, so that every
// picture says when it was made.
class LiveTitle final : public WebTitle {
 public:
  static constexpr const char* kFolder = "live/";

  LiveTitle(TitleShape shape, MonotonicTime now, Duration wall_ahead);
  [[nodiscard]] std::string url() const override;
  [[nodiscard]] std::optional<Duration> duration() const override { return std::nullopt; }
  std::optional<test::WebAnswer> answer(const std::string& url, MonotonicTime now) override;
  Duration strike(const Fault& fault, MonotonicTime now) override;
  void heal(MonotonicTime now) override;
  [[nodiscard]] std::optional<Duration> made(MonotonicTime now) const override;
  [[nodiscard]] bool has_hole(Duration from, Duration to) const override;
  [[nodiscard]] bool has_rival_runs(Duration content) const override;
  [[nodiscard]] bool has_lost(MonotonicTime now) const override;

 private:
  // What a manifest is made of: the state of the title at a moment.
  struct View {
    Duration made{0};
    int64_t first = 0, end = 0;  // whole segments listed
    bool has_ended = false;
  };
  [[nodiscard]] View view(Duration made) const;
  // The moment that caches and a stuck origin answer for.
  [[nodiscard]] Duration told(MonotonicTime now);
  [[nodiscard]] Duration content(MonotonicTime now) const { return now - zero_; }
  [[nodiscard]] WallTime wall(Duration content) const { return zero_wall_ + content; }
  [[nodiscard]] Duration clock_error(MonotonicTime now) const;

  test::WebAnswer playlist_answer(const std::string& name, const std::string& query,
                                  MonotonicTime now);
  [[nodiscard]] std::string multivariant(const std::string& signature) const;
  void add_variants(std::string& out, std::size_t cdn, const std::string& signature) const;
  [[nodiscard]] std::string playlist(const std::string& name, const std::string& signature,
                                     const View& view, bool skips) const;
  void add_segment(std::string& out, const std::string& name, const std::string& signature,
                   const View& view, int64_t segment) const;
  [[nodiscard]] std::string mpd(const std::string& signature, const View& view);
  [[nodiscard]] std::string period(const Stretch& stretch, const std::string& signature,
                                   const View& view) const;
  [[nodiscard]] std::string segment_template(const Stretch& stretch, const std::string& name,
                                             const std::string& signature, const View& view) const;
  [[nodiscard]] std::optional<test::WebAnswer> media(const std::string& name,
                                                     MonotonicTime now) const;
  struct Asked {
    bool is_video = true;
    unsigned rung = 0;
    char language = 'e';
    int64_t segment = 0;
    int part = -1;
  };
  [[nodiscard]] std::optional<Asked> read_name(const std::string& name) const;
  [[nodiscard]] test::WebAnswer make_media(const Asked& asked) const;

  TitleShape shape_;
  LiveShape live_;
  MonotonicTime zero_;  // of the content
  WallTime zero_wall_;  // by the service's clock
  Encoder encoder_;
  int64_t oldest_ = 0;  // segments before it were lost by the origin
  std::optional<Duration> ends_;
  std::map<int, std::string> kept_;  // Periods that do not change any more, by part
  std::string kept_signature_;

  // Troubles, each until that time.
  struct Trouble {
    MonotonicTime until;
    Duration amount{0};
  };
  Trouble stale_, back_, missing_, clock_, timing_;
  bool is_back_ = false;  // every other answer
};

}  // namespace playhead::swarm
