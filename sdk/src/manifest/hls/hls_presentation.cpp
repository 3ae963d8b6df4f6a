// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/hls_presentation.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/decimal.h"
#include "base/url.h"
#include "manifest/codecs.h"
#include "manifest/hls/hls_segment_index.h"
#include "manifest/hls/line_reader.h"

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
  const std::string extension = extension_of(playlist.uri(0));
  for (const Row& row : kExtensions) {
    if (row.extension == extension) return row.container;
  }
  return extension == "ec3" ? Container::kPackedAudio : Container::kUnknown;
}

class MultivariantMapper {
 public:
  explicit MultivariantMapper(const MultivariantPlaylist& playlist) : playlist_(playlist) {}

  Result<Presentation> map();

 private:
  void map_variants();
  void map_variant(std::size_t position, AdaptationSet& set);
  void map_renditions();
  bool carries_audio(const Variant& variant) const;
  IndexSource source_of(std::string_view url) const;
  std::string unique_id(const std::string& wanted);

  const MultivariantPlaylist& playlist_;
  Presentation presentation_;
  std::vector<AdaptationSet> rendition_sets_;
  AdaptationSet video_;
  AdaptationSet audio_;
  std::set<std::string> ids_;
};

// A Variant whose codecs are all sound. Without CODECS nothing is known, and video is the rule.
bool is_audio_only(const Variant& variant) {
  return variant.width == 0 && !variant.codecs.empty() && has_only_audio_codecs(variant.codecs);
}

// With no audio group, or with a Rendition that has no URI, the sound is in the Variant
// (RFC 8216 §4.3.4.2.1).
bool MultivariantMapper::carries_audio(const Variant& variant) const {
  bool has_group = false;
  for (const Rendition& rendition : playlist_.renditions) {
    if (variant.audio.empty() || rendition.type != Rendition::Type::kAudio) continue;
    if (rendition.group_id != variant.audio) continue;
    if (rendition.uri.empty()) return true;
    has_group = true;
  }
  if (has_group) return false;
  return variant.codecs.empty() || has_audio_codec(variant.codecs);
}

IndexSource MultivariantMapper::source_of(std::string_view url) const {
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  source.location.url = url;
  if (!playlist_.variables->empty()) source.variables = playlist_.variables;
  return source;
}

std::string MultivariantMapper::unique_id(const std::string& wanted) {
  std::string id = wanted;
  for (int n = 2; !ids_.insert(id).second; ++n) id = wanted + "#" + std::to_string(n);
  return id;
}

void MultivariantMapper::map_variant(std::size_t position, AdaptationSet& set) {
  const Variant& variant = playlist_.variants[position];
  Result<std::string> url = resolve_url(playlist_.url, variant.uri);
  if (!url) {
    ++presentation_.warnings;
    return;
  }
  const std::string audio_group(variant.audio);
  for (Representation& known : set.representations) {
    if (known.index_source.location.url != *url) continue;
    auto& groups = known.alternate_audio_groups;
    const bool is_new = known.audio_group != audio_group &&
                        std::find(groups.begin(), groups.end(), audio_group) == groups.end();
    if (is_new && !audio_group.empty()) groups.push_back(audio_group);
    return;
  }
  Representation representation;
  representation.id = unique_id(variant.stable_id.empty() ? "v" + std::to_string(position)
                                                          : std::string(variant.stable_id));
  representation.bandwidth = Bitrate{variant.bandwidth};
  representation.average_bandwidth = Bitrate{variant.average_bandwidth};
  representation.codecs = variant.codecs;
  representation.width = variant.width;
  representation.height = variant.height;
  representation.frame_rate = variant.frame_rate;
  representation.audio_group = audio_group;
  representation.text_group = variant.subtitles;
  representation.index_source = source_of(*url);
  set.may_carry_audio =
      set.may_carry_audio || (set.kind == TrackKind::kVideo && carries_audio(variant));
  set.representations.push_back(std::move(representation));
}

void MultivariantMapper::map_variants() {
  video_.id = "video";
  video_.kind = TrackKind::kVideo;
  video_.is_default = true;
  video_.is_autoselect = true;
  audio_.id = "audio";
  audio_.kind = TrackKind::kAudio;
  for (std::size_t i = 0; i < playlist_.variants.size(); ++i) {
    map_variant(i, is_audio_only(playlist_.variants[i]) ? audio_ : video_);
  }
  // Sound alone: the Variants are the main choice.
  audio_.is_default = audio_.is_autoselect = video_.representations.empty();
  for (const Rendition& rendition : playlist_.renditions) {
    // The sound inside the Variants has no AdaptationSet of its own; its language goes with them.
    if (rendition.type == Rendition::Type::kAudio && rendition.uri.empty() &&
        video_.language.empty()) {
      video_.language = rendition.language;
    }
  }
}

void MultivariantMapper::map_renditions() {
  for (const Rendition& rendition : playlist_.renditions) {
    const bool is_audio = rendition.type == Rendition::Type::kAudio;
    if (!is_audio && rendition.type != Rendition::Type::kSubtitles) continue;
    if (rendition.uri.empty()) continue;
    Result<std::string> url = resolve_url(playlist_.url, rendition.uri);
    if (!url) {
      ++presentation_.warnings;
      continue;
    }
    AdaptationSet set;
    set.kind = is_audio ? TrackKind::kAudio : TrackKind::kText;
    set.group = rendition.group_id;
    set.language = rendition.language;
    set.label = rendition.name;
    set.is_default = rendition.is_default;
    set.is_autoselect = rendition.is_autoselect;
    set.is_forced = rendition.is_forced;
    set.id = unique_id(std::string(is_audio ? "audio/" : "text/") + set.group + "/" + set.label);
    Representation representation;
    representation.id =
        rendition.stable_id.empty() ? set.id : unique_id(std::string(rendition.stable_id));
    // CHANNELS: "6", "16/JOC" (RFC 8216 §4.3.4.1).
    const std::string_view channels = rendition.channels.substr(0, rendition.channels.find('/'));
    const std::optional<uint64_t> count = parse_uint64(channels);
    if (count && *count <= 64) representation.channels = static_cast<int>(*count);
    representation.index_source = source_of(*url);
    set.representations.push_back(std::move(representation));
    rendition_sets_.push_back(std::move(set));
  }
}

Result<Presentation> MultivariantMapper::map() {
  presentation_.format = ManifestFormat::kHls;
  presentation_.url = playlist_.url;
  presentation_.warnings = playlist_.warnings;
  map_variants();
  map_renditions();
  // A Variant that only repeats a Rendition (sound alone, same URI) is not another choice.
  auto& lone = audio_.representations;
  if (!video_.representations.empty()) {
    lone.erase(std::remove_if(lone.begin(), lone.end(),
                              [this](const Representation& variant) {
                                return std::any_of(
                                    rendition_sets_.begin(), rendition_sets_.end(),
                                    [&](const AdaptationSet& set) {
                                      return set.representations.front().index_source.location ==
                                             variant.index_source.location;
                                    });
                              }),
               lone.end());
  }

  Period period;
  period.id = "0";
  for (AdaptationSet* set : {&video_, &audio_}) {
    if (set->representations.empty()) continue;
    std::stable_sort(
        set->representations.begin(), set->representations.end(),
        [](const Representation& a, const Representation& b) { return a.bandwidth < b.bandwidth; });
    period.adaptation_sets.push_back(std::move(*set));
  }
  for (AdaptationSet& set : rendition_sets_) period.adaptation_sets.push_back(std::move(set));
  if (period.adaptation_sets.empty()) {
    return make_error(ErrorCode::kManifestEmpty, "no URI of the playlist can be resolved");
  }
  presentation_.periods.push_back(std::move(period));
  return std::move(presentation_);
}

}  // namespace

Result<Presentation> make_presentation(const MultivariantPlaylist& playlist) {
  return MultivariantMapper(playlist).map();
}

Presentation make_presentation(std::shared_ptr<const MediaPlaylist> playlist) {
  const LoadedIndex index = make_loaded_index(playlist);
  Representation representation;
  representation.id = "v0";
  representation.container = index.container;
  representation.segments = index.segments;
  representation.index_source.location.url = playlist->url;

  AdaptationSet set;
  set.kind = index.container == Container::kPackedAudio ? TrackKind::kAudio
             : index.container == Container::kWebVtt    ? TrackKind::kText
                                                        : TrackKind::kVideo;
  set.id = set.kind == TrackKind::kAudio  ? "audio"
           : set.kind == TrackKind::kText ? "text"
                                          : "video";
  // Nothing tells what is inside but the media itself.
  set.may_carry_audio = set.kind == TrackKind::kVideo;
  set.is_default = set.is_autoselect = true;
  set.is_encrypted = index.is_encrypted;
  set.representations.push_back(std::move(representation));

  Presentation presentation;
  presentation.format = ManifestFormat::kHls;
  presentation.type = index.type;
  presentation.url = playlist->url;
  presentation.warnings = index.warnings;
  Period period;
  period.id = "0";
  if (index.type == PresentationType::kVod) {
    presentation.duration = index.segments->end() - MediaTime{};
    period.duration = presentation.duration;
  }
  period.adaptation_sets.push_back(std::move(set));
  presentation.periods.push_back(std::move(period));
  return presentation;
}

LoadedIndex make_loaded_index(std::shared_ptr<const MediaPlaylist> playlist) {
  LoadedIndex index;
  index.container = guess_container(*playlist);
  // RFC 8216 §6.2.1: only EXT-X-ENDLIST says that nothing will be added.
  index.type = playlist->has_end_list                          ? PresentationType::kVod
               : playlist->type == MediaPlaylist::Type::kEvent ? PresentationType::kEvent
                                                               : PresentationType::kLive;
  index.target_duration = playlist->target_duration;
  index.start_offset = playlist->start_offset;
  index.is_encrypted = playlist->is_encrypted;
  index.url = playlist->url;
  index.warnings = playlist->warnings;
  index.segments = std::make_shared<HlsSegmentIndex>(playlist);
  index.playlist = std::move(playlist);
  return index;
}

}  // namespace playhead::hls
