// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/hls_presentation.h"

#include <algorithm>
#include <array>

#include "manifest/hls/hls_segment_index.h"

namespace playhead::hls {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Lower-case extension of the URI's path, without the dot.
std::string extension_of(std::string_view uri) {
  uri = uri.substr(0, uri.find_first_of("?#"));
  const std::size_t slash = uri.rfind('/');
  if (slash != std::string_view::npos) uri.remove_prefix(slash + 1);
  const std::size_t dot = uri.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string extension(uri.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(), lower);
  return extension;
}

Container guess_container(const MediaPlaylist& playlist) {
  if (playlist.runs.front().init != nullptr) return Container::kFmp4;
  struct Row {
    std::string_view extension;
    Container container;
  };
  static constexpr std::array<Row, 14> kExtensions{{
      {"ts", Container::kMpegTs},
      {"m2ts", Container::kMpegTs},
      {"mts", Container::kMpegTs},
      {"m4s", Container::kFmp4},
      {"mp4", Container::kFmp4},
      {"m4v", Container::kFmp4},
      {"m4a", Container::kFmp4},
      {"cmfv", Container::kFmp4},
      {"cmfa", Container::kFmp4},
      {"aac", Container::kPackedAudio},
      {"mp3", Container::kPackedAudio},
      {"ac3", Container::kPackedAudio},
      {"vtt", Container::kWebVtt},
      {"webvtt", Container::kWebVtt},
  }};
  const std::span<const Part> parts = playlist.parts_of(0);
  const std::string extension = extension_of(playlist.size() > 0 ? playlist.uri(0)
                                             : parts.empty()     ? std::string_view()
                                                                 : playlist.view(parts[0].uri));
  for (const Row& row : kExtensions) {
    if (row.extension == extension) return row.container;
  }
  return extension == "ec3" ? Container::kPackedAudio : Container::kUnknown;
}

std::vector<TimedEvent> events_of(const MediaPlaylist& playlist) {
  std::vector<TimedEvent> events;
  events.reserve(playlist.date_ranges.size());
  for (const DateRange& range : playlist.date_ranges) {
    events.push_back(range.event);
    if (range.event.date) events.back().start = playlist.time_of(*range.event.date);
  }
  return events;
}

LiveInfo live_info_of(const MediaPlaylist& playlist) {
  const ServerControl control = playlist.server_control.value_or(ServerControl{});
  LiveInfo live;
  // RFC 8216bis §6.3.3: three target durations from the end, unless the server says otherwise.
  live.suggested_delay = control.hold_back.value_or(3 * playlist.target_duration);
  live.latency.target = control.part_hold_back;
  live.update_period = playlist.target_duration;
  if (const std::optional<WallTime> date = playlist.date(0)) {
    live.availability_start = *date - (playlist.time_at(0) - MediaTime{});
  }
  return live;
}

bool is_for_system(const SegmentRun& run) {
  const SegmentKeys* init_keys = run.init ? run.init->keys.get() : nullptr;
  return (run.keys && !identity_key(run.keys.get())) || (init_keys && !identity_key(init_keys));
}

bool needs_drm_system(const MediaPlaylist& playlist) {
  if (!playlist.is_encrypted) return false;
  const bool is_begun = !playlist.parts_of(playlist.size()).empty();
  return std::any_of(playlist.runs.begin(), playlist.runs.end(), is_for_system) ||
         (is_begun && is_for_system(playlist.in_progress));
}

}  // namespace

Presentation make_presentation(std::shared_ptr<const MediaPlaylist> playlist) {
  const LoadedIndex index = make_loaded_index(playlist);
  Representation representation;
  representation.id = "v0";
  representation.container = index.container;
  representation.segments = index.segments;
  representation.tiles = index.tiles;
  representation.index_source.location.url = playlist->url;

  AdaptationSet set;
  set.kind = playlist->is_images_only                     ? TrackKind::kImage
             : index.container == Container::kPackedAudio ? TrackKind::kAudio
             : index.container == Container::kWebVtt      ? TrackKind::kText
                                                          : TrackKind::kVideo;
  set.id = set.kind == TrackKind::kImage   ? "image"
           : set.kind == TrackKind::kAudio ? "audio"
           : set.kind == TrackKind::kText  ? "text"
                                           : "video";
  // Nothing tells what is inside but the media itself.
  set.may_carry_audio = set.kind == TrackKind::kVideo;
  set.is_default = set.is_autoselect = true;
  // What identity keys open is played as what is clear.
  set.is_encrypted = index.needs_drm_system;
  set.representations.push_back(std::move(representation));

  Presentation presentation;
  presentation.format = ManifestFormat::kHls;
  presentation.type = index.type;
  presentation.url = playlist->url;
  presentation.warnings = index.warnings;
  presentation.live = index.live;
  if (index.start_offset) {
    presentation.start = Presentation::StartPoint{*index.start_offset, index.is_start_precise};
  }
  Period period;
  period.id = "0";
  period.start = index.segments->start();
  period.events = index.events;
  if (index.type == PresentationType::kVod) {
    presentation.duration = index.segments->end() - index.segments->start();
    period.duration = presentation.duration;
  }
  period.adaptation_sets.push_back(std::move(set));
  presentation.periods.push_back(std::move(period));
  return presentation;
}

LoadedIndex make_loaded_index(std::shared_ptr<const MediaPlaylist> playlist) {
  LoadedIndex index;
  index.container = guess_container(*playlist);
  // RFC 8216 §6.2.1, §4.3.3.5: nothing will be added.
  const bool is_over = playlist->has_end_list || playlist->type == MediaPlaylist::Type::kVod;
  index.type = is_over                                         ? PresentationType::kVod
               : playlist->type == MediaPlaylist::Type::kEvent ? PresentationType::kEvent
                                                               : PresentationType::kLive;
  index.target_duration = playlist->target_duration;
  index.start_offset = playlist->start_offset;
  index.is_start_precise = playlist->is_start_precise;
  index.events = events_of(*playlist);
  if (index.type != PresentationType::kVod) index.live = live_info_of(*playlist);
  index.server_control = playlist->server_control;
  index.part_target = playlist->part_target;
  index.rendition_reports = playlist->rendition_reports;
  index.tiles = playlist->tiles;
  index.is_iframes_only = playlist->is_iframes_only;
  index.is_encrypted = playlist->is_encrypted;
  index.needs_drm_system = needs_drm_system(*playlist);
  index.url = playlist->url;
  index.warnings = playlist->warnings;
  const auto segments = std::make_shared<HlsSegmentIndex>(playlist);
  if (index.type != PresentationType::kVod) index.in_progress = segments->in_progress();
  index.segments = segments;
  index.playlist = std::move(playlist);
  return index;
}

}  // namespace playhead::hls

namespace playhead {

const SegmentKey* identity_key(const SegmentKeys* keys) {
  if (!keys) return nullptr;
  const auto found = std::find_if(keys->begin(), keys->end(), [](const SegmentKey& key) {
    return key.key_format == "identity" && key.method != EncryptionMethod::kUnknown;
  });
  return found == keys->end() ? nullptr : &*found;
}

}  // namespace playhead
