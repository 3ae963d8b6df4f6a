// SPDX-License-Identifier: Apache-2.0
// What StreamingEngine tells about the title and about what it has of it.
#include <algorithm>
#include <utility>

#include "streaming/streaming_engine.h"

namespace playhead {

RepresentationInfo representation_info(const Representation& representation) {
  RepresentationInfo info;
  info.id = representation.id;
  info.bitrate = representation.bandwidth;
  info.width = representation.width;
  info.height = representation.height;
  info.codecs = representation.codecs;
  return info;
}

int64_t StreamingEngine::buffered_bytes() const {
  int64_t sum = video_.bytes() + audio_.bytes() + old_audio_.bytes();
  for (const Track& track : tracks_) sum += track.stream->waiting_bytes();
  return sum;
}

int64_t StreamingEngine::wasted_bytes() {
  for (SampleQueue* queue : {&video_, &audio_, &old_audio_}) {
    wasted_bytes_ += queue->take_wasted_bytes();
  }
  for (Track& track : tracks_) wasted_bytes_ += track.stream->take_wasted_bytes();
  return wasted_bytes_;
}

int64_t StreamingEngine::unread_bytes() const {
  int64_t sum = video_.unread_bytes() + audio_.unread_bytes() + old_audio_.unread_bytes();
  for (const Track& track : tracks_) sum += track.stream->unplaced_bytes();
  return sum;
}

bool StreamingEngine::plays_video() const {
  const Track* track = track_of(TrackKind::kVideo);
  if (!track) return false;
  // Pictures are seen to the end of their Period, and prepared a little before it begins.
  const std::size_t next = current_period();
  for (const std::size_t period : {played_.period_at(position_), next}) {
    if (played_.set(TrackKind::kVideo, period)) return !track->stream->lacks_video(period);
  }
  // A Period in which nothing at all plays is not the end of the title.
  return !played_.set(TrackKind::kAudio, next);
}

bool StreamingEngine::plays_audio() const {
  if (tracks_.empty()) return false;
  const std::size_t period = current_period();
  if (played_.set(TrackKind::kAudio, period)) return true;
  const Track* video = track_of(TrackKind::kVideo);
  return video && video->stream->found_audio(period);
}

bool StreamingEngine::is_complete(TrackKind kind) const {
  const Track* track = track_of(kind);
  // Where the new sound cannot be had, the old one is played to its end.
  const bool may_come = !track || !track->blocked;
  if (kind == TrackKind::kAudio && is_changing_audio_ && may_come) return false;
  if (!track && kind == TrackKind::kAudio) track = track_of(TrackKind::kVideo);  // muxed
  if (!track) return true;
  const bool is_last = track->is_complete || (track->blocked && !has_failed_);
  // What failed since the last turn may be fetched again.
  return is_last && track->stream->is_idle() && failures_.empty();
}

MediaTime StreamingEngine::settled_until(TrackKind kind) const {
  // Sound comes at any place where the old one has none: the new one.
  if (kind == TrackKind::kAudio && is_changing_audio_) return position_;
  if (is_complete(kind)) return MediaTime::max();
  const Track* own = track_of(kind);
  const Track* video = track_of(TrackKind::kVideo);
  MediaTime settled = own ? own->stream->settled_until() : MediaTime::max();
  const bool may_be_muxed =
      kind == TrackKind::kAudio &&
      (!own || played_.brings_sound(TrackKind::kVideo, 0, played_.last() + 1));
  if (video && may_be_muxed) settled = std::min(settled, video->stream->settled_until());
  return settled;
}

Duration StreamingEngine::level(TrackKind kind, MediaTime position) const {
  if (kind == TrackKind::kAudio && is_changing_audio_) return old_audio_.level(position);
  const Duration queued = (kind == TrackKind::kVideo ? video_ : audio_).level(position);
  const Track* track = track_of(kind);
  if (!track) return queued;
  return std::max(queued, std::min(settled_until(kind), track->nothing_until) - position);
}

std::optional<Duration> StreamingEngine::duration() const {
  if (!presentation_ || is_live()) return std::nullopt;
  if (presentation_->duration) return presentation_->duration;
  for (const Track& track : tracks_) {
    const AdaptationSet* set = set_of(track);
    if (!set) continue;
    // Playlists may differ; one that a host has lost some of does not end the title for the others.
    std::optional<MediaTime> end;
    for (const Representation& representation : set->representations) {
      const LoadedIndex* index = indexes_.find(representation);
      if (!index || index->segments->size() == 0) continue;
      end = std::max(end.value_or(MediaTime{}), index->segments->end());
    }
    if (end) return *end - MediaTime{0};
  }
  return known_duration_;
}

std::vector<TrackInfo> StreamingEngine::audio_tracks() const {
  std::vector<TrackInfo> tracks;
  if (!presentation_ || tracks_.empty()) return tracks;
  const std::size_t period = current_period();
  const auto& sets = played_.period(period).adaptation_sets;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (!is_offered(sets[i])) continue;
    TrackInfo track;
    track.id = sets[i].id;
    track.kind = sets[i].kind;
    track.language = sets[i].language;
    track.label = sets[i].label;
    track.codecs = sets[i].representations.front().codecs;
    track.bitrate = sets[i].representations.front().bandwidth;
    track.channels = sets[i].representations.front().channels;
    track.is_selected = played_.set(sets[i].kind, period) == &sets[i];
    track.is_forced = sets[i].is_forced;
    tracks.push_back(std::move(track));
  }
  const AdaptationSet* video = played_.set(TrackKind::kVideo, period);
  if (!video) return tracks;
  const auto* shown = select_caption(*video, played_.set(TrackKind::kText, period), preferences_);
  for (const AdaptationSet::ClosedCaption& caption : video->closed_captions) {
    if (playhead::caption_channel(caption) == 0) continue;
    TrackInfo track;
    track.id = caption_id(caption);
    track.kind = TrackKind::kText;
    track.language = caption.language;
    track.label = caption.label;
    track.codecs = "cea608";
    track.is_selected = &caption == shown;
    track.is_caption = true;
    tracks.push_back(std::move(track));
  }
  return tracks;
}

int StreamingEngine::caption_channel() const {
  if (tracks_.empty()) return 0;
  const std::size_t period = played_.period_at(position_);
  const AdaptationSet* video = played_.set(TrackKind::kVideo, period);
  if (!video) return 0;
  const AdaptationSet::ClosedCaption* shown =
      select_caption(*video, played_.set(TrackKind::kText, period), preferences_);
  return shown ? playhead::caption_channel(*shown) : 0;
}

std::optional<std::vector<TimedEvent>> StreamingEngine::take_events() {
  if (!presentation_) return std::nullopt;
  // Every playlist of a title has the same dates (RFC 8216bis §6.2.4): one is enough.
  const LoadedIndex* index = nullptr;
  for (const Track& track : tracks_) {
    const Representation* fetched = representation_of(track, track.last_id);
    if (!index && fetched) index = indexes_.find(*fetched);
  }
  return events_.take(presentation_, index);
}

std::vector<RepresentationInfo> StreamingEngine::video_representations() const {
  std::vector<RepresentationInfo> list;
  const Track* track = track_of(TrackKind::kVideo);
  const AdaptationSet* set = track ? set_of(*track) : nullptr;
  if (!set) return list;
  for (const Representation& representation : set->representations) {
    list.push_back(representation_info(representation));
    list.back().is_selected = representation.id == last_video_id_;
    list.back().limit = selector_.limit_of(representation.id);
  }
  return list;
}

}  // namespace playhead
