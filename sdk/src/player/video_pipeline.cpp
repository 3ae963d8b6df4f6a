// SPDX-License-Identifier: Apache-2.0
#include "player/video_pipeline.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Decoded frames kept ready: enough to ride over a slow frame, few enough that 1080p stays < 20 MB.
constexpr std::size_t kFramesAhead = 5;

// Pictures so late are left out when there is a key frame to go on with (chosen). Less: a hiccup
// costs pictures that a fast decoder catches up with; more: lips and words part for longer.
constexpr Duration kTooLate = 1s;

// Periods may use one id for different things.
bool is_other(const RepresentationInfo& a, const RepresentationInfo& b) {
  return a.id != b.id || a.bitrate != b.bitrate || a.width != b.width || a.height != b.height;
}

}  // namespace

VideoPipeline::VideoPipeline(MediaBackend& backend, Executor& executor,
                             std::shared_ptr<VideoSink> sink, KeyGate* keys,
                             PipelineListener& listener)
    : backend_(backend),
      executor_(executor),
      sink_(std::move(sink)),
      keys_(keys),
      listener_(listener),
      decoder_(TrackKind::kVideo, listener) {}

VideoPipeline::~VideoPipeline() = default;

void VideoPipeline::restart(MediaTime target) {
  decoder_.flush();
  frames_.clear();
  origins_.clear();
  target_ = target;
  has_shown_ = is_kept_ = may_catch_up_ = false;
  held_ = KeyGate::Answer::kOpen;
  shown_start_ = shown_end_ = target;
  if (captions_) captions_->restart();
}

void VideoPipeline::feed(SampleQueue& queue, bool complete) {
  if (decoder_.has_failed()) return;
  if (decoder_.is_draining() && decoder_.is_drained() && queue.has_unread()) {
    // Drained for a change of stream.
    decoder_.close();
    decoder_.set_drained(false);
  }
  while (frames_.size() < kFramesAhead && !decoder_.is_draining()) {
    const TimedSample* sample = queue.peek();
    if (!sample) {
      held_ = KeyGate::Answer::kOpen;
      if (complete && decoder_ && !decoder_.is_drained()) decoder_.drain();
      if (complete && !decoder_) decoder_.set_drained(true);
      return;
    }
    held_ = keys_ ? keys_->ask(*sample) : KeyGate::Answer::kOpen;
    if (is_held()) {
      // All that is clear is shown; a decoder keeps some of it until it hears that no more comes.
      const bool is_last = held_ == KeyGate::Answer::kNever;
      if (is_last && decoder_ && !decoder_.is_drained()) decoder_.drain();
      return;
    }
    if (!decoder_) decoding_ = sample->origin;
    if (!decoder_ && !open_decoder(*sample->origin)) return;
    if (origin_ && origin_ != sample->origin &&
        needs_new_decoder(origin_->stream, sample->origin->stream)) {
      decoder_.drain();
      return;
    }
    if (decoder_->room() <= 0) return;
    note_origin(*sample);
    const bool show = !sample->decode_only && sample->end() > target_;
    if (captions_ && !sample->sample.crypto) captions_->add(*sample);
    decoder_->decode(sample->sample, sample->pts, show);
    ++progress_;
    queue.advance();
  }
}

void VideoPipeline::set_off(bool is_off, MediaTime here) {
  restart(here);
  decoder_.reopen(false);
  is_off_ = is_off;
}

void VideoPipeline::pass_over(SampleQueue& queue, MediaTime position) {
  leave_out(queue, queue.unread_before_entry(position));
}

int VideoPipeline::leave_out(SampleQueue& queue, std::size_t count) {
  int left_out = 0;
  for (; count > 0; --count) {
    if (captions_ && !queue.peek()->sample.crypto) captions_->add(*queue.peek());
    if (!queue.peek()->decode_only) ++left_out;
    queue.advance();
  }
  return left_out;
}

int VideoPipeline::catch_up(SampleQueue& queue, MediaTime position) {
  const TimedSample* next = queue.peek();
  const bool is_late = next && position - next->pts > kTooLate;
  // Each time something must be seen of it, however slow the decoder is.
  if (!is_late || !may_catch_up_ || !decoder_ || decoder_.is_draining() || is_held()) return 0;
  const std::size_t count = queue.unread_before_entry(position);
  if (count == 0) return 0;
  may_catch_up_ = false;
  decoder_.flush();  // what refers to the pictures left out must not be decoded
  return leave_out(queue, count);
}

void VideoPipeline::note_origin(const TimedSample& sample) {
  if (origin_ == sample.origin && !origins_.empty()) return;
  if (std::exchange(segment_, sample.origin->transfer) != sample.origin->transfer) ++segment_number_;
  origin_ = decoding_ = sample.origin;
  origins_.push_back({sample.pts, sample.origin});
}

bool VideoPipeline::open_decoder(const SampleOrigin& origin) {
  VideoDecoderCallbacks callbacks = decoder_.callbacks();
  callbacks.on_frame = [this](VideoFrame frame) {
    frames_.push_back(std::move(frame));
    ++progress_;
    listener_.on_pipeline_progress();
  };
  callbacks.on_captions = [this](MediaTime time, const SharedBytes& packets) {
    if (captions_) captions_->add(time, packets.view());
  };
  origin_.reset();
  return decoder_.take(backend_.open_video_decoder(
      origin.stream, keys_ ? keys_->decryptor() : nullptr, executor_, std::move(callbacks)));
}

VideoPipeline::Presented VideoPipeline::present(MediaTime position) {
  Presented result;
  std::optional<VideoFrame> due;
  while (!frames_.empty() &&
         (frames_.front().time <= position || (!has_shown_ && !due.has_value()))) {
    if (due) ++result.dropped;
    due = std::move(frames_.front());
    frames_.pop_front();
  }
  if (due) {
    shown_start_ = due->time;
    shown_end_ = due->time + due->duration;
  }
  // Where a gap begins is a moment to look at, too.
  if (!frames_.empty()) {
    const bool is_before_gap = has_shown_ && position < shown_end_;
    result.next = is_before_gap ? std::min(frames_.front().time, shown_end_) : frames_.front().time;
  }
  if (!due) return result;

  has_shown_ = may_catch_up_ = true;
  is_kept_ = false;
  ++result.shown;
  width_ = due->width;
  height_ = due->height;
  if (sink_) sink_->show(*due);
  while (origins_.size() > 1 && origins_[1].from <= due->time) origins_.pop_front();
  if (!origins_.empty()) {
    const auto before = std::exchange(shown_, origins_.front().origin);
    if (!before || is_other(before->representation, shown_->representation)) {
      result.changed = shown_;
    }
  }
  return result;
}

std::optional<MediaTime> VideoPipeline::next_picture(MediaTime position) const {
  if (!has_shown_) return std::nullopt;
  if (is_kept_) {
    if (frames_.empty()) return std::nullopt;
    return std::max(frames_.front().time, position);
  }
  if (position < shown_end_) return std::max(shown_start_, position);
  if (frames_.empty()) return std::nullopt;
  // Within a segment pictures may be as far apart as they like.
  const MediaTime next = frames_.front().time;
  const bool is_next_segment = origins_.size() > 1 && origins_[1].from <= next;
  if (!is_next_segment) return position;
  return std::max(frames_.front().time, position);
}

std::optional<MediaTime> VideoPipeline::shown_after(MediaTime position) const {
  if (!has_shown_ || shown_start_ <= position) return std::nullopt;
  return shown_start_;
}

bool VideoPipeline::is_finished(MediaTime position) const {
  return decoder_.has_failed() ||
         (decoder_.is_drained() && frames_.empty() && !is_held() && position >= shown_end_);
}

const TimedSample* VideoPipeline::held_sample(const SampleQueue& queue, MediaTime position) const {
  if (!is_held() || !frames_.empty() || (has_shown_ && position < shown_end_)) return nullptr;
  // Clear pictures may still be inside the decoder.
  const bool is_empty = decoder_.is_drained() || !decoder_;
  return held_ == KeyGate::Answer::kWait || is_empty ? queue.peek() : nullptr;
}

}  // namespace playhead
