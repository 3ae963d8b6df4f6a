// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "streaming/timed_sample.h"

namespace playhead {

// The buffer of one kind of track: samples in decoding order with a read position. What was read
// stays for a while (the back buffer), so that a short rewind fetches nothing. Engine thread.
class SampleQueue {
 public:
  void push(TimedSample sample);

  // The next sample to decode; null when everything was read.
  [[nodiscard]] const TimedSample* peek() const;
  // Moves the read position past peek(), which stays in the back buffer.
  void advance();

  // Moves the read position to the last key frame at or before `target`. False, and nothing moves,
  // unless the buffer covers `target`.
  bool seek(MediaTime target);

  // Where seek(`target`) would begin; nothing when the buffer does not cover it.
  [[nodiscard]] std::optional<MediaTime> entry_before(MediaTime target) const;

  // How many unread samples come before the last place at or before `target` where decoding can
  // begin: a decoder that is late may leave them out. 0: there is no such place ahead.
  [[nodiscard]] std::size_t unread_before_entry(MediaTime target) const;

  // For a decoder that begins anew where reading was: moves the read position back to the key frame
  // that what is read next depends on.
  void seek_to_entry();

  // For a `target` at which nothing of this kind plays: what comes after it is read next. False,
  // and nothing moves, when that is not known.
  bool pass_to(MediaTime target);

  // Forgets read samples that no seek to `keep_from` or later needs.
  void trim_back(MediaTime keep_from);
  // Forgets unread samples of segments that start at `from` or later; answers the start of the
  // first forgotten segment, nothing when there was none.
  std::optional<MediaTime> drop_segments_from(MediaTime from);
  // Where the segment starts of which a sample was read last; nothing when it is not here.
  [[nodiscard]] std::optional<MediaTime> last_read_segment() const;
  // Segments of which nothing was read yet, in order.
  [[nodiscard]] std::vector<std::shared_ptr<const SampleOrigin>> unread_segments() const;
  // Puts `samples` in the place of those of that transfer. False, and nothing changes, when they
  // are not there any more or reading has begun.
  bool replace(uint64_t transfer, std::vector<TimedSample> samples);
  // Forgets unread samples of that transfer.
  void drop_unread_of(uint64_t transfer);
  void clear();

  // End of the latest sample that is shown or heard; nothing when there is none.
  [[nodiscard]] std::optional<MediaTime> end() const { return end_; }
  // Decoding time of what was pushed last; nothing when there is nothing.
  [[nodiscard]] std::optional<MediaTime> last_dts() const;
  // Media ahead of `position`; 0 when nothing is. Holes of more than kHole are none.
  static constexpr Duration kHole = 2s;  // longer than what rounding and lost pictures leave out
  [[nodiscard]] Duration level(MediaTime position) const;
  // Some sample that is to be shown or heard lies within [from, to].
  [[nodiscard]] bool has_shown_between(MediaTime from, MediaTime to) const;
  [[nodiscard]] int64_t bytes() const { return bytes_; }
  [[nodiscard]] int64_t unread_bytes() const;  // of samples that never were read
  // Bytes of samples that were forgotten, or replaced, without having been read; since the last
  // call.
  [[nodiscard]] int64_t take_wasted_bytes() { return std::exchange(wasted_bytes_, 0); }
  [[nodiscard]] bool has_unread() const { return cursor_ < samples_.size(); }

 private:
  // It is about to be forgotten.
  void count_out(const TimedSample& sample);
  void recompute_end();
  void extend_end(const TimedSample& sample);
  // The index of the sample that decoding for `target` begins with.
  [[nodiscard]] std::optional<std::size_t> find_entry(MediaTime target) const;
  [[nodiscard]] bool is_first_of_segment(std::size_t index) const;

  std::deque<TimedSample> samples_;
  bool is_front_first_ = true;  // the front is its segment's first sample
  bool has_trimmed_ = false;
  std::size_t cursor_ = 0;  // index of the next unread sample
  int64_t bytes_ = 0;
  int64_t wasted_bytes_ = 0;
  std::optional<MediaTime> end_;
  MediaTime begin_{0};  // of the earliest shown since clear(), while there is an `end_`
  std::optional<MediaTime> trimmed_end_;  // of what trim_back() forgot
  struct Hole {
    MediaTime from, to;
  };
  std::vector<Hole> holes_;  // before `end_`, ascending
};

}  // namespace playhead
