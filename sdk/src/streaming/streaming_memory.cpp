// SPDX-License-Identifier: Apache-2.0
// How much a StreamingEngine holds: room for what is coming, and what goes when memory is short.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "streaming/buffering_policy.h"
#include "streaming/streaming_engine.h"

namespace playhead {

namespace {

// What comes at a time while less than kLeastAhead is there, bytes.
constexpr int64_t kLeastRoom = int64_t{256} << 10;
// After Client::low_memory() no more than that is fetched ahead, for so long (chosen: whoever ran
// out of memory has by then closed something, or asks again).
constexpr Duration kLeanTarget = 8s;
constexpr Duration kLeanFor = 60s;

}  // namespace

void StreamingEngine::set_buffering(const BufferingConfig& buffering) {
  must_shed_ = must_shed_ || buffering.max_bytes < config_.buffering.max_bytes;
  config_.buffering = buffering;
}

BufferingConfig StreamingEngine::buffering() const {
  BufferingConfig now = config_.buffering;
  if (last_turn_ >= lean_until_) return now;
  now.target = std::min(now.target, std::max({kLeanTarget, now.start, now.after_rebuffer}));
  now.back = Duration{0};
  return now;
}

int64_t StreamingEngine::room_of(const Track& track) const {
  const int64_t most = config_.buffering.max_bytes;
  const bool is_sound = track.stream->kind() == TrackKind::kAudio;
  const bool has_both = tracks_.size() > 1;
  int64_t room = most - buffered_bytes();
  if (has_both) {
    const int64_t share = most / kSoundShare;
    const Track* sound = track_of(TrackKind::kAudio);
    const int64_t sounds = audio_.bytes() + (sound ? sound->stream->waiting_bytes() : 0);
    // The old sound goes as it is heard; the new one must not wait for that.
    if (is_sound) room = std::max(room, share - sounds);
    if (!is_sound && !is_complete(TrackKind::kAudio)) room -= std::max<int64_t>(share - sounds, 0);
  }
  const TrackKind kind = track.stream->kind();
  Duration ahead = level(kind, position_);
  if (!is_sound && track.stream->found_audio(track.period)) {
    ahead = std::min(ahead, audio_.level(position_));
  }
  if (ahead < kLeastAhead) room = std::max(room, kLeastRoom);
  // In small pieces it would be stopped and started for every picture.
  return room < std::min(kLeastRoom, most / 16) ? 0 : room;
}

void StreamingEngine::update_room() {
  for (Track& track : tracks_) {
    const bool has_waited = track.stream->is_held_back();
    track.stream->set_room(room_of(track));
    const bool waits = track.stream->is_held_back();
    if (waits && !has_waited) {
      watch_.hold(track.stream->kind(), executor_.now());
      // Playback may go on with what is there: nothing else is going to come.
      listener_.on_streaming_progress();
    }
    if (!waits && has_waited) watch_.release(track.stream->kind(), executor_.now());
  }
}

void StreamingEngine::begin_network(Bitrate remembered) {
  watch_.begin_network(remembered, executor_.now());
}

bool StreamingEngine::is_full() const {
  std::vector<TrackRoom> rooms;
  for (const Track& track : tracks_) {
    const bool waits_in_vain = track.stream->is_held_back() || is_cut_off(track);
    rooms.push_back({level(track.stream->kind(), position_), waits_in_vain});
  }
  return playhead::is_full(rooms);
}

void StreamingEngine::shed(MediaTime position) {
  const int64_t most = config_.buffering.max_bytes;
  // The memory that is allowed is needed ahead first: pictures wait for room before it is used up,
  // as part of it is kept for the sound.
  const bool is_full = buffered_bytes() >= most ||
                       std::any_of(tracks_.begin(), tracks_.end(),
                                   [](const Track& track) { return track.stream->is_held_back(); });
  const Duration back = is_full ? Duration{0} : buffering().back;
  video_.trim_back(position - back);
  audio_.trim_back(position - back);
  old_audio_.trim_back(position);
  if (!std::exchange(must_shed_, false)) return;
  // What is played last goes first.
  int64_t before = std::numeric_limits<int64_t>::max();
  while (buffered_bytes() > most && buffered_bytes() < before) {
    before = buffered_bytes();
    std::optional<MediaTime> last;
    for (SampleQueue* queue : {&video_, &audio_}) {
      const auto unread = queue->unread_segments();
      if (!unread.empty())
        last = std::max(last.value_or(MediaTime{}), unread.back()->segment_start);
    }
    if (!last || *last <= position + kLeastAhead) return;
    for (Track& track : tracks_) drop_from(track, *last);
  }
}

bool StreamingEngine::drop_from(Track& track, MediaTime from) {
  const TrackKind kind = track.stream->kind();
  const bool was_fetching = track.stream->is_fetching();
  track.stream->stop_replacing();
  std::vector<SampleQueue*> queues;
  if (kind == TrackKind::kVideo) queues.push_back(&video_);
  if (kind == TrackKind::kAudio || tracks_.size() == 1) queues.push_back(&audio_);
  // What was begun stays: before a hole a decoder has pictures of what comes behind it.
  for (const SampleQueue* queue : queues) {
    if (const auto begun = queue->last_read_segment()) from = std::max(from, *begun + Duration{1});
  }
  std::optional<MediaTime> first = track.stream->drop_from(from);
  if (was_fetching && !track.stream->is_fetching()) watch_.abandon(kind, executor_.now());
  for (SampleQueue* queue : queues) {
    const auto unread = queue->drop_segments_from(from);
    if (unread) first = std::min(first.value_or(*unread), *unread);
  }
  if (!first) return false;
  forget_failures(kind);
  track.is_complete = false;
  track.blocked.reset();
  track.period = played_.period_at(*first);
  track.reached.reset();
  track.stream->set_cursor(*first);
  return true;
}

void StreamingEngine::on_low_memory(MonotonicTime now) {
  lean_until_ = now + kLeanFor;
  previews_.forget_images();
  video_.trim_back(position_);
  audio_.trim_back(position_);
  for (Track& track : tracks_) {
    // Parts of low latency are seconds in all.
    const Representation* fetched = representation_of(track, track.last_id);
    const LoadedIndex* index = fetched ? indexes_.find(*fetched) : nullptr;
    if (!index || takes_parts(track, *index)) continue;
    const auto here = index->segments->find(position_);
    if (!here || *here + 2 >= index->segments->size()) continue;
    drop_from(track, index->segments->at(*here + 2).start);
  }
}

}  // namespace playhead
