// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/dash_presentation.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <set>

#include "base/decimal.h"
#include "base/url.h"
#include "manifest/codecs.h"
#include "manifest/dash/segment_resolver.h"

namespace playhead::dash {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::optional<TrackKind> kind_of(const std::string& content_type, const std::string& mime_type,
                                 const std::string& codecs) {
  const std::string_view main_type = std::string_view(mime_type).substr(0, mime_type.find('/'));
  for (const std::string_view type : {std::string_view(content_type), main_type}) {
    if (type == "video") return TrackKind::kVideo;
    if (type == "audio") return TrackKind::kAudio;
    if (type == "text") return TrackKind::kText;
    if (type == "image") return std::nullopt;
  }
  if (contains(mime_type, "ttml") || has_text_codec(codecs)) return TrackKind::kText;
  if (has_video_codec(codecs)) return TrackKind::kVideo;
  if (has_audio_codec(codecs)) return TrackKind::kAudio;
  return std::nullopt;
}

Container container_of(std::string_view mime_type) {
  if (contains(mime_type, "/mp4") || contains(mime_type, "/iso.segment")) return Container::kFmp4;
  if (contains(mime_type, "mp2t")) return Container::kMpegTs;
  if (contains(mime_type, "vtt")) return Container::kWebVtt;
  return Container::kUnknown;
}

// "25", "30000/1001"; 0 when it is neither.
double parse_frame_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<int64_t> numerator = parse_decimal(text.substr(0, slash), 3);
  if (!numerator) return 0;
  int64_t denominator = 1000;
  if (slash != std::string_view::npos) {
    denominator = parse_decimal(text.substr(slash + 1), 3).value_or(0);
  }
  if (denominator <= 0) return 0;
  const double rate = static_cast<double>(*numerator) / static_cast<double>(denominator);
  constexpr double kMaxRate = 1000;
  return rate <= kMaxRate ? rate : 0;
}

int parse_count(std::string_view text) {
  const std::optional<uint64_t> value = parse_uint64(text.substr(0, text.find(' ')));
  return value && *value <= 1'000'000 ? static_cast<int>(*value) : 0;
}

int channels_of(const std::vector<Descriptor>& configurations) {
  for (const Descriptor& configuration : configurations) {
    const std::string_view scheme = configuration.scheme;
    if (contains(scheme, "dolby")) {
      // A mask of 16 loudspeakers from L (highest bit); these bits stand for a pair each.
      constexpr uint32_t kPairs = 0x0674;
      uint32_t mask = 0;
      const std::string& value = configuration.value;
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), mask, 16);
      if (error != std::errc{} || mask > 0xFFFF) continue;
      return std::popcount(mask) + std::popcount(mask & kPairs);
    }
    const int value = parse_count(configuration.value);
    // ChannelConfiguration values of ISO/IEC 23091-3; up to 6 they are the number itself.
    if (contains(scheme, "cicp") || contains(scheme, "23003")) {
      constexpr std::array<int, 15> kChannels{0, 1, 2, 3, 4, 5, 6, 8, 2, 3, 4, 7, 8, 24, 8};
      if (value < static_cast<int>(kChannels.size())) {
        return kChannels[static_cast<std::size_t>(value)];
      }
      continue;
    }
    if (value > 0 && value <= 64) return value;
  }
  return 0;
}

const std::string& inner_or(const std::string& inner, const std::string& outer) {
  return inner.empty() ? outer : inner;
}

bool is_trick_or_image(const AdaptationSet& set) {
  const auto& properties = set.common.essential_properties;
  return std::any_of(properties.begin(), properties.end(), [](const Descriptor& property) {
    return contains(property.scheme, "trickmode") || contains(property.scheme, "thumbnail_tile");
  });
}

class PresentationMapper {
 public:
  explicit PresentationMapper(const Mpd& mpd) : mpd_(mpd) {}

  Result<Presentation> map();

 private:
  struct PeriodTimes {
    MediaTime start;
    std::optional<Duration> duration;
  };
  std::vector<PeriodTimes> period_times() const;
  void map_period(std::size_t index, const PeriodTimes& times);
  std::optional<playhead::AdaptationSet> map_set(const Period& period, const AdaptationSet& set,
                                                 const std::string& base_url,
                                                 SegmentResolver& resolver);
  playhead::Representation describe(const AdaptationSet& set, const Representation& source) const;
  std::string resolve_base(const std::string& outer, const std::vector<std::string>& urls);
  std::string unique_id(const std::string& wanted, const char* fallback);
  static void choose_defaults(std::vector<playhead::AdaptationSet>& sets);

  const Mpd& mpd_;
  Presentation presentation_;
  std::string period_id_;
  std::set<std::string> representation_ids_;
};

// 5.3.2.1: a Period starts where it says, else where the one before ends; it lasts as long as it
// says, else up to the next one's start or the presentation's end.
std::vector<PresentationMapper::PeriodTimes> PresentationMapper::period_times() const {
  std::vector<PeriodTimes> times(mpd_.periods.size());
  MediaTime next{0};
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Period& period = mpd_.periods[i];
    times[i].start = period.start ? MediaTime{period.start->count()} : next;
    times[i].duration = period.duration;
    next = times[i].start;
    int64_t end = 0;
    if (period.duration && !__builtin_add_overflow(next.us, period.duration->count(), &end)) {
      next.us = end;
    }
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i].duration) continue;
    if (i + 1 < times.size()) {
      // Only a start of its own says anything; a copied one would mean no length.
      if (mpd_.periods[i + 1].start) {
        times[i].duration = std::max(times[i + 1].start - times[i].start, Duration{0});
      }
    } else if (mpd_.media_presentation_duration) {
      times[i].duration = std::max(
          *mpd_.media_presentation_duration - (times[i].start - MediaTime{0}), Duration{0});
    }
  }
  return times;
}

std::string PresentationMapper::resolve_base(const std::string& outer,
                                             const std::vector<std::string>& urls) {
  // 5.6.4: alternatives; the first is as good as any.
  if (urls.empty() || urls.front().empty()) return outer;
  Result<std::string> url = resolve_url(outer, urls.front());
  if (url) return *std::move(url);
  ++presentation_.warnings;
  return outer;
}

std::string PresentationMapper::unique_id(const std::string& wanted, const char* fallback) {
  const std::string plain = wanted.empty() ? fallback : wanted;
  const std::string prefixed = mpd_.periods.size() > 1 ? period_id_ + "/" + plain : plain;
  std::string id = prefixed;
  for (int n = 2; !representation_ids_.insert(id).second; ++n) {
    id = prefixed + "#" + std::to_string(n);
  }
  return id;
}

playhead::Representation PresentationMapper::describe(const AdaptationSet& set,
                                                      const Representation& source) const {
  const CommonAttributes& own = source.common;
  const CommonAttributes& outer = set.common;
  playhead::Representation representation;
  representation.bandwidth = Bitrate{source.bandwidth};
  representation.codecs = inner_or(own.codecs, outer.codecs);
  representation.container = container_of(inner_or(own.mime_type, outer.mime_type));
  representation.width = own.width > 0 ? own.width : outer.width;
  representation.height = own.height > 0 ? own.height : outer.height;
  representation.frame_rate = parse_frame_rate(inner_or(own.frame_rate, outer.frame_rate));
  representation.sample_rate =
      parse_count(inner_or(own.audio_sampling_rate, outer.audio_sampling_rate));
  representation.channels = channels_of(own.channel_configurations);
  if (representation.channels == 0) {
    representation.channels = channels_of(outer.channel_configurations);
  }
  return representation;
}

std::optional<playhead::AdaptationSet> PresentationMapper::map_set(const Period& period,
                                                                   const AdaptationSet& set,
                                                                   const std::string& base_url,
                                                                   SegmentResolver& resolver) {
  playhead::AdaptationSet mapped;
  std::optional<TrackKind> kind;
  const std::string set_base = resolve_base(base_url, set.base_urls);
  mapped.is_encrypted = !set.common.content_protections.empty();
  for (const Representation& source : set.representations) {
    playhead::Representation representation = describe(set, source);
    const std::string& mime_type = inner_or(source.common.mime_type, set.common.mime_type);
    if (!kind) kind = kind_of(set.content_type, mime_type, representation.codecs);
    if (!kind) break;
    const std::string base = resolve_base(set_base, source.base_urls);
    if (!resolver.resolve({&period.segments, &set.segments, &source.segments}, source.id, base,
                          representation)) {
      ++presentation_.warnings;
      continue;
    }
    // WebM indexes its segments by other means than sidx.
    if (representation.index_source.kind == IndexSource::Kind::kSidx &&
        contains(mime_type, "webm")) {
      ++presentation_.warnings;
      continue;
    }
    representation.id = unique_id(source.id, "r");
    mapped.is_encrypted = mapped.is_encrypted || !source.common.content_protections.empty();
    mapped.may_carry_audio = mapped.may_carry_audio ||
                             (*kind == TrackKind::kVideo && has_audio_codec(representation.codecs));
    mapped.representations.push_back(std::move(representation));
  }
  if (!kind || mapped.representations.empty()) return std::nullopt;
  mapped.kind = *kind;
  mapped.language = set.language;
  mapped.label = set.label;
  mapped.is_autoselect = true;
  for (const Descriptor& role : set.roles) {
    mapped.roles.push_back(role.value);
    if (role.value == "main") mapped.is_default = true;
    if (role.value == "forced-subtitle" || role.value == "forced_subtitle") mapped.is_forced = true;
    if (role.value == "commentary" || role.value == "description") mapped.is_autoselect = false;
  }
  std::stable_sort(mapped.representations.begin(), mapped.representations.end(),
                   [](const playhead::Representation& a, const playhead::Representation& b) {
                     return a.bandwidth < b.bandwidth;
                   });
  return mapped;
}

// Where no set of a kind is the main one, the first is.
void PresentationMapper::choose_defaults(std::vector<playhead::AdaptationSet>& sets) {
  for (const TrackKind kind : {TrackKind::kVideo, TrackKind::kAudio}) {
    const auto is_kind = [kind](const playhead::AdaptationSet& set) { return set.kind == kind; };
    const bool has_default = std::any_of(
        sets.begin(), sets.end(), [&](const auto& set) { return is_kind(set) && set.is_default; });
    const auto first = std::find_if(sets.begin(), sets.end(), is_kind);
    if (!has_default && first != sets.end()) first->is_default = true;
  }
}

void PresentationMapper::map_period(std::size_t index, const PeriodTimes& times) {
  const Period& source = mpd_.periods[index];
  playhead::Period period;
  period.id = source.id.empty() ? "p" + std::to_string(index) : source.id;
  period_id_ = period.id;
  period.start = times.start;
  period.duration = times.duration;

  const std::string mpd_base = resolve_base(mpd_.url, mpd_.base_urls);
  const std::string base_url = resolve_base(mpd_base, source.base_urls);
  SegmentResolver resolver({times.start, times.duration, mpd_.is_dynamic});
  for (std::size_t i = 0; i < source.adaptation_sets.size(); ++i) {
    const AdaptationSet& set = source.adaptation_sets[i];
    if (is_trick_or_image(set)) continue;
    std::optional<playhead::AdaptationSet> mapped = map_set(source, set, base_url, resolver);
    if (!mapped) {
      ++presentation_.warnings;
      continue;
    }
    // AdaptationSet@id is optional and, in the field, not always unique.
    mapped->id = set.id.empty() ? "as" + std::to_string(i) : set.id;
    for (const playhead::AdaptationSet& other : period.adaptation_sets) {
      if (other.id == mapped->id) mapped->id += "#" + std::to_string(i);
    }
    period.adaptation_sets.push_back(*std::move(mapped));
  }
  presentation_.warnings += resolver.warnings();
  if (period.adaptation_sets.empty()) {
    ++presentation_.warnings;
    return;
  }
  choose_defaults(period.adaptation_sets);
  presentation_.periods.push_back(std::move(period));
}

Result<Presentation> PresentationMapper::map() {
  presentation_.format = ManifestFormat::kDash;
  presentation_.type = mpd_.is_dynamic ? PresentationType::kLive : PresentationType::kVod;
  presentation_.url = mpd_.url;
  presentation_.warnings = mpd_.warnings;
  const std::vector<PeriodTimes> times = period_times();
  for (std::size_t i = 0; i < times.size(); ++i) map_period(i, times[i]);
  if (presentation_.periods.empty()) {
    return make_error(ErrorCode::kManifestEmpty, "no media of the MPD can be addressed");
  }
  std::stable_sort(
      presentation_.periods.begin(), presentation_.periods.end(),
      [](const playhead::Period& a, const playhead::Period& b) { return a.start < b.start; });
  if (mpd_.is_dynamic) return std::move(presentation_);

  presentation_.duration = mpd_.media_presentation_duration;
  if (!presentation_.duration) {
    const playhead::Period& last = presentation_.periods.back();
    MediaTime end = last.start + last.duration.value_or(Duration{0});
    for (const playhead::AdaptationSet& set : last.adaptation_sets) {
      const auto& segments = set.representations.front().segments;
      if (!last.duration && segments != nullptr) end = std::max(end, segments->end());
    }
    if (end.us > 0) presentation_.duration = end - MediaTime{0};
  }
  return std::move(presentation_);
}

}  // namespace

Result<Presentation> make_presentation(const Mpd& mpd) { return PresentationMapper(mpd).map(); }

}  // namespace playhead::dash
