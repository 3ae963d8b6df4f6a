// SPDX-License-Identifier: Apache-2.0
#include "streaming/sample_queue.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Slack when asking whether a time is covered: the first sample of a title often starts a frame
// late.
constexpr Duration kEdgeTolerance = 100ms;

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
  end_ = end_ ? std::max(*end_, sample.end()) : sample.end();
  samples_.push_back(std::move(sample));
}

const TimedSample* SampleQueue::peek() const { return has_unread() ? &samples_[cursor_] : nullptr; }

void SampleQueue::advance() {
  if (!has_unread()) return;
  last_read_ = last_read_ ? std::max(*last_read_, samples_[cursor_].pts) : samples_[cursor_].pts;
  ++cursor_;
}

bool SampleQueue::seek(MediaTime target) {
  if (!end_ || target >= *end_) return false;
  std::optional<std::size_t> entry;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (!is_entry(samples_[i])) continue;
    // A segment's first sample may start a little after the time the segment is declared to start.
    const bool covers =
        samples_[i].pts <= target ||
        (!entry && samples_[i].origin->segment_start <= target && is_first_of_segment(i));
    if (!covers) break;
    entry = i;
  }
  if (!entry) return false;
  cursor_ = *entry;
  last_read_.reset();
  return true;
}

bool SampleQueue::is_first_of_segment(std::size_t index) const {
  if (index > 0)
    return samples_[index - 1].origin->segment_number != samples_[index].origin->segment_number;
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
    is_front_first_ = samples_.size() > 1 &&
                      samples_[0].origin->segment_number != samples_[1].origin->segment_number;
    bytes_ -= size_of(samples_.front());
    samples_.pop_front();
  }
  cursor_ -= keep;
}

std::optional<MediaTime> SampleQueue::drop_segments_from(MediaTime from) {
  const auto unread = samples_.begin() + static_cast<std::ptrdiff_t>(cursor_);
  const auto first = std::find_if(unread, samples_.end(), [&](const TimedSample& sample) {
    return sample.origin->segment_start >= from;
  });
  if (first == samples_.end()) return std::nullopt;
  const MediaTime start = first->origin->segment_start;
  for (auto it = first; it != samples_.end(); ++it) bytes_ -= size_of(*it);
  samples_.erase(first, samples_.end());
  recompute_end();
  return start;
}

void SampleQueue::drop_unread_of(uint64_t segment_number) {
  while (has_unread() && samples_.back().origin->segment_number == segment_number) {
    bytes_ -= size_of(samples_.back());
    samples_.pop_back();
  }
  recompute_end();
}

void SampleQueue::clear() {
  samples_.clear();
  is_front_first_ = true;
  cursor_ = 0;
  bytes_ = 0;
  end_.reset();
  last_read_.reset();
}

Duration SampleQueue::level(MediaTime position) const {
  return end_ && *end_ > position ? *end_ - position : Duration{0};
}

void SampleQueue::recompute_end() {
  end_.reset();
  for (const TimedSample& sample : samples_) {
    end_ = end_ ? std::max(*end_, sample.end()) : sample.end();
  }
}

}  // namespace playhead
