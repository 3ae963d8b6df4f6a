// SPDX-License-Identifier: Apache-2.0
#include "streaming/sample_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace playhead {

namespace {

int64_t size_of(const TimedSample& sample) {
  return static_cast<int64_t>(sample.sample.data.size());
}

// Where decoding can begin: every sample of sound is such a place.
bool is_entry(const TimedSample& sample) {
  return sample.sample.is_key_frame || sample.sample.kind != TrackKind::kVideo;
}

}  // namespace

void SampleQueue::push(TimedSample sample) {
  bytes_ += size_of(sample);
  extend_end(sample);
  samples_.push_back(std::move(sample));
}

void SampleQueue::extend_end(const TimedSample& sample) {
  if (sample.decode_only) return;
  if (end_ && sample.pts > *end_ + kHole) holes_.push_back({*end_, sample.pts});
  begin_ = end_ ? std::min(begin_, sample.pts) : sample.pts;
  end_ = end_ ? std::max(*end_, sample.end()) : sample.end();
}

std::optional<MediaTime> SampleQueue::last_dts() const {
  if (samples_.empty()) return std::nullopt;
  return samples_.back().dts;
}

const TimedSample* SampleQueue::peek() const { return has_unread() ? &samples_[cursor_] : nullptr; }

void SampleQueue::advance() {
  if (!has_unread()) return;
  samples_[cursor_].was_read = true;
  ++cursor_;
}

std::optional<std::size_t> SampleQueue::find_entry(MediaTime target) const {
  if (!end_ || target >= *end_) return std::nullopt;
  std::optional<std::size_t> entry;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    // What another segment has shown before is no way to a target before that either.
    const bool is_repeated = samples_[i].decode_only && target < samples_[i].origin->shown_from;
    if (!is_entry(samples_[i]) || is_repeated) continue;
    // A segment's first sample may start a little after the time the segment is declared to start.
    const bool covers =
        samples_[i].pts <= target ||
        (!entry && samples_[i].origin->segment_start <= target && is_first_of_segment(i));
    if (!covers) break;
    entry = i;
  }
  return entry;
}

std::optional<MediaTime> SampleQueue::entry_before(MediaTime target) const {
  const auto entry = find_entry(target);
  if (!entry) return std::nullopt;
  return std::min(samples_[*entry].pts, target);
}

bool SampleQueue::seek(MediaTime target) {
  const auto entry = find_entry(target);
  if (!entry) return false;
  cursor_ = *entry;
  return true;
}

std::size_t SampleQueue::unread_before_entry(MediaTime target) const {
  if (!end_) return 0;
  const auto entry = find_entry(std::min(target, *end_ - Duration{1}));
  return entry && *entry > cursor_ ? *entry - cursor_ : 0;
}

void SampleQueue::seek_to_entry() {
  for (std::size_t i = std::min(cursor_ + 1, samples_.size()); i > 0; --i) {
    if (!is_entry(samples_[i - 1])) continue;
    cursor_ = i - 1;
    return;
  }
}

bool SampleQueue::pass_to(MediaTime target) {
  const bool is_known = !has_trimmed_ || samples_.front().pts <= target;
  const auto next = std::find_if(samples_.begin(), samples_.end(), [&](const TimedSample& sample) {
    return is_entry(sample) && sample.pts >= target;
  });
  if (!is_known || (next == samples_.end() && end_ && *end_ > target)) return false;
  cursor_ = static_cast<std::size_t>(next - samples_.begin());
  return true;
}

bool SampleQueue::is_first_of_segment(std::size_t index) const {
  if (index > 0) return samples_[index - 1].origin->transfer != samples_[index].origin->transfer;
  return is_front_first_;
}

void SampleQueue::trim_back(MediaTime keep_from) {
  // The last entry at or before keep_from must stay, with all that follows.
  std::size_t keep = 0;
  for (std::size_t i = 0; i < cursor_; ++i) {
    if (samples_[i].pts > keep_from) break;
    if (is_entry(samples_[i])) keep = i;
  }
  for (std::size_t i = 0; i < keep; ++i) {
    is_front_first_ =
        samples_.size() > 1 && samples_[0].origin->transfer != samples_[1].origin->transfer;
    const TimedSample& front = samples_.front();
    count_out(front);
    if (!front.decode_only)
      trimmed_end_ = std::max(trimmed_end_.value_or(front.end()), front.end());
    samples_.pop_front();
    has_trimmed_ = true;
  }
  cursor_ -= keep;
  if (!samples_.empty()) {
    std::erase_if(holes_, [&](const Hole& hole) { return hole.to <= samples_.front().pts; });
  }
}

std::optional<MediaTime> SampleQueue::drop_segments_from(MediaTime from) {
  const auto unread = samples_.begin() + static_cast<std::ptrdiff_t>(cursor_);
  const auto first = std::find_if(unread, samples_.end(), [&](const TimedSample& sample) {
    return sample.origin->segment_start >= from;
  });
  if (first == samples_.end()) return std::nullopt;
  const MediaTime start = first->origin->segment_start;
  std::for_each(first, samples_.end(), [&](const TimedSample& sample) { count_out(sample); });
  samples_.erase(first, samples_.end());
  recompute_end();
  return start;
}

std::optional<MediaTime> SampleQueue::last_read_segment() const {
  if (cursor_ == 0) return std::nullopt;
  return samples_[cursor_ - 1].origin->segment_start;
}

std::vector<std::shared_ptr<const SampleOrigin>> SampleQueue::unread_segments() const {
  std::vector<std::shared_ptr<const SampleOrigin>> segments;
  if (!has_unread()) return segments;
  std::optional<uint64_t> last;  // not this one again
  if (!is_first_of_segment(cursor_)) last = samples_[cursor_].origin->transfer;
  for (std::size_t i = cursor_; i < samples_.size(); ++i) {
    const auto& origin = samples_[i].origin;
    if (last != origin->transfer) segments.push_back(origin);
    last = origin->transfer;
  }
  return segments;
}

bool SampleQueue::replace(uint64_t transfer, std::vector<TimedSample> samples) {
  const auto is_of = [&](const TimedSample& sample) { return sample.origin->transfer == transfer; };
  const auto unread = samples_.begin() + static_cast<std::ptrdiff_t>(cursor_);
  const auto first = std::find_if(samples_.begin(), samples_.end(), is_of);
  if (first == samples_.end() || first < unread) return false;
  const auto last = std::find_if_not(first, samples_.end(), is_of);
  std::for_each(first, last, [&](const TimedSample& sample) { count_out(sample); });
  for (const TimedSample& sample : samples) bytes_ += size_of(sample);
  const auto place = samples_.erase(first, last);
  samples_.insert(place, std::make_move_iterator(samples.begin()),
                  std::make_move_iterator(samples.end()));
  recompute_end();
  return true;
}

void SampleQueue::drop_unread_of(uint64_t transfer) {
  while (has_unread() && samples_.back().origin->transfer == transfer) {
    count_out(samples_.back());
    samples_.pop_back();
  }
  recompute_end();
}

void SampleQueue::clear() {
  for (const TimedSample& sample : samples_) count_out(sample);
  samples_.clear();
  is_front_first_ = true;
  has_trimmed_ = false;
  cursor_ = 0;
  bytes_ = 0;
  end_.reset();
  trimmed_end_.reset();
  holes_.clear();
}

Duration SampleQueue::level(MediaTime position) const {
  if (!end_ || *end_ <= position) return Duration{0};
  Duration level = *end_ - position;
  if (begin_ > position + kHole) level -= begin_ - position;
  for (const Hole& hole : holes_) {
    if (hole.to > position) level -= hole.to - std::max(hole.from, position);
  }
  return level;
}

bool SampleQueue::has_shown_between(MediaTime from, MediaTime to) const {
  return from < to && std::any_of(samples_.begin(), samples_.end(), [&](const TimedSample& sample) {
           return !sample.decode_only && sample.pts >= from && sample.end() <= to;
         });
}

int64_t SampleQueue::unread_bytes() const {
  int64_t sum = 0;
  for (const TimedSample& sample : samples_) sum += sample.was_read ? 0 : size_of(sample);
  return sum;
}

void SampleQueue::count_out(const TimedSample& sample) {
  bytes_ -= size_of(sample);
  if (!sample.was_read) wasted_bytes_ += size_of(sample);
}

void SampleQueue::recompute_end() {
  // What was here is not forgotten: who asks for it again gets it to decode, not to show.
  end_ = trimmed_end_;
  holes_.clear();
  for (const TimedSample& sample : samples_) extend_end(sample);
}

}  // namespace playhead
