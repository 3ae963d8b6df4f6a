// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/representation_mapper.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "base/decimal.h"
#include "manifest/codecs.h"
#include "manifest/dash/xml_text.h"

namespace playhead::dash {
namespace {

// Schemes of events in the segments of one Representation: more than any service has.
constexpr std::size_t kMostInbandEvents = 64;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view inner_or(std::string_view inner, std::string_view outer) {
  return inner.empty() ? outer : inner;
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

double parse_rate(std::string_view text) {
  const std::optional<int64_t> value = parse_decimal(text, 3);
  return value ? static_cast<double>(*value) / 1000 : 0;
}

int parse_count(std::string_view text) {
  const std::optional<uint64_t> value = parse_uint64(text.substr(0, text.find(' ')));
  return value && *value <= 1'000'000 ? static_cast<int>(*value) : 0;
}

int channels_of(const std::vector<Descriptor>& configurations) {
  for (const Descriptor& configuration : configurations) {
    const std::string_view scheme = configuration.scheme;
    if (contains(scheme, "dolby")) {
      // Masks of loudspeakers; the bits of the second one stand for a pair each. ETSI TS 102 366
      // annex I (16 bits) and, for the 2015 scheme, TS 103 190-2 annex G (24 bits).
      const bool is_ac4 = contains(scheme, "2015");
      const uint32_t valid = is_ac4 ? 0x07FFFF : 0xFFFF;
      const uint32_t pairs = is_ac4 ? 0x0721BD : 0x0674;
      uint32_t mask = 0;
      const std::string_view value = configuration.value;
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), mask, 16);
      if (error != std::errc{} || (mask & ~valid) != 0) continue;
      return std::popcount(mask) + std::popcount(mask & pairs);
    }
    if (contains(scheme, "outputChannelPositionList")) {
      int count = 0;
      for_each_word(configuration.value, [&count](std::string_view) { ++count; });
      if (count > 0 && count <= 64) return count;
      continue;
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

// "WxH" (DASH-IF IOP 6.2.6): pictures side by side.
std::optional<TileLayout> tiles_of(std::string_view text) {
  const std::size_t x = text.find('x');
  if (x == std::string_view::npos) return std::nullopt;
  const int columns = parse_count(text.substr(0, x));
  const int rows = parse_count(text.substr(x + 1));
  constexpr int kMax = 1'000;
  if (columns < 1 || rows < 1 || columns > kMax || rows > kMax) return std::nullopt;
  return TileLayout{columns, rows, Duration{0}};
}

VideoRange range_of(std::string_view transfer) {
  const int value = parse_count(transfer);  // ISO/IEC 23091-2 TransferCharacteristics
  if (value == 16) return VideoRange::kPq;
  if (value == 18) return VideoRange::kHlg;
  return value == 1 || value == 6 || value == 13 || value == 14 || value == 15
             ? VideoRange::kSdr
             : VideoRange::kUnknown;
}

playhead::Descriptor carried(const Descriptor& source) {
  return {std::string(source.scheme), std::string(source.value), std::string(source.id)};
}

// Properties whose meaning goes into fields of its own.
bool is_understood(const Descriptor& property) {
  constexpr std::array<std::string_view, 5> kSchemes{
      "http://dashif.org/guidelines/trickmode", "urn:mpeg:mpegB:cicp:TransferCharacteristics",
      "urn:mpeg:dash:adaptation-set-switching:2016", "urn:mpeg:dash:urlparam:2014",
      "urn:mpeg:dash:urlparam:2016"};
  return contains(property.scheme, "thumbnail_tile") ||
         std::find(kSchemes.begin(), kSchemes.end(), property.scheme) != kSchemes.end();
}

void read_property(const Descriptor& property, playhead::Representation& out) {
  if (contains(property.scheme, "thumbnail_tile")) out.tiles = tiles_of(property.value);
  if (property.scheme == "urn:mpeg:mpegB:cicp:TransferCharacteristics") {
    out.video_range = range_of(property.value);
  }
}

void carry(const std::vector<Descriptor>& sources, std::vector<playhead::Descriptor>& out) {
  for (const Descriptor& source : sources) {
    if (!is_understood(source)) out.push_back(carried(source));
  }
}

// SCTE 214-1: "CC1=eng;CC3=swe", "eng;swe", "1=lang:eng;2=lang:deu,war:1".
void read_captions(const Descriptor& descriptor, playhead::AdaptationSet& out) {
  const bool is_708 = contains(descriptor.scheme, "cea-708");
  if (!is_708 && !contains(descriptor.scheme, "cea-608")) return;
  std::string_view rest = descriptor.value;
  for (int position = 0; !rest.empty() || position == 0; ++position) {
    const std::size_t end = rest.find(';');
    const std::string_view item = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const std::size_t equals = item.find('=');
    playhead::AdaptationSet::ClosedCaption caption;
    if (equals != std::string_view::npos) {
      const std::string_view channel = item.substr(0, equals);
      caption.channel = is_708 ? "SERVICE" + std::string(channel) : std::string(channel);
      std::string_view language = item.substr(equals + 1);
      if (language.substr(0, 5) == "lang:") language.remove_prefix(5);
      caption.language = language.substr(0, language.find(','));
    } else {
      // Only the language is said: fields of CEA-608 in order, services in order.
      caption.channel = is_708 ? "SERVICE" + std::to_string(position + 1)
                               : "CC" + std::to_string(2 * position + 1);
      caption.language = item;
    }
    constexpr std::size_t kMaxCaptions = 64;
    if (out.closed_captions.size() < kMaxCaptions)
      out.closed_captions.push_back(std::move(caption));
  }
}

}  // namespace

std::optional<TrackKind> kind_of(std::string_view content_type, std::string_view mime_type,
                                 std::string_view codecs) {
  const std::string_view main_type = mime_type.substr(0, mime_type.find('/'));
  for (const std::string_view type : {content_type, main_type}) {
    if (type == "video") return TrackKind::kVideo;
    if (type == "audio") return TrackKind::kAudio;
    if (type == "text") return TrackKind::kText;
    if (type == "image") return TrackKind::kImage;
  }
  if (contains(mime_type, "ttml") || has_text_codec(codecs)) return TrackKind::kText;
  if (has_video_codec(codecs)) return TrackKind::kVideo;
  if (has_audio_codec(codecs)) return TrackKind::kAudio;
  return std::nullopt;
}

void describe(const AdaptationSet& set, const Representation& source,
              playhead::Representation& out) {
  const CommonAttributes& own = source.common;
  const CommonAttributes& outer = set.common;
  out.bandwidth = Bitrate{source.bandwidth};
  out.codecs = inner_or(own.codecs, outer.codecs);
  out.supplemental_codecs = inner_or(own.supplemental_codecs, outer.supplemental_codecs);
  out.container = container_of(inner_or(own.mime_type, outer.mime_type));
  out.width = own.width > 0 ? own.width : outer.width;
  out.height = own.height > 0 ? own.height : outer.height;
  out.frame_rate = parse_frame_rate(inner_or(own.frame_rate, outer.frame_rate));
  out.sample_rate = parse_count(inner_or(own.audio_sampling_rate, outer.audio_sampling_rate));
  out.max_playout_rate = parse_rate(inner_or(own.max_playout_rate, outer.max_playout_rate));
  out.channels = channels_of(own.channel_configurations);
  if (out.channels == 0) out.channels = channels_of(outer.channel_configurations);
  // A lower ranking is better (5.3.5.2).
  if (source.quality_ranking) out.score = -static_cast<double>(*source.quality_ranking);
  for (const CommonAttributes* level : {&outer, &own}) {
    for (const Descriptor& property : level->essential_properties) read_property(property, out);
    for (const Descriptor& property : level->supplemental_properties) read_property(property, out);
  }
  carry(own.essential_properties, out.essential_properties);
  carry(own.supplemental_properties, out.supplemental_properties);
  for (const CommonAttributes* level : {&own, &outer}) {
    for (const Descriptor& stream : level->inband_events) {
      if (out.inband_events.size() >= kMostInbandEvents) break;
      out.inband_events.push_back(
          {std::string(stream.scheme), std::string(stream.value), std::string(stream.id)});
    }
  }
}

void describe_set(const AdaptationSet& source, playhead::AdaptationSet& out) {
  out.language = source.language;
  out.label = source.label;
  out.selection_priority = source.selection_priority;
  out.is_autoselect = true;
  out.roles.reserve(source.roles.size());
  for (const Descriptor& role : source.roles) {
    out.roles.emplace_back(role.value);
    if (role.value == "main") out.is_default = true;
    if (role.value == "forced-subtitle" || role.value == "forced_subtitle") out.is_forced = true;
    if (role.value == "commentary" || role.value == "description") out.is_autoselect = false;
  }
  for (const Descriptor& descriptor : source.accessibilities) {
    read_captions(descriptor, out);
    out.accessibilities.push_back(carried(descriptor));
  }
  for (const Descriptor& descriptor : source.viewpoints) {
    out.viewpoints.push_back(carried(descriptor));
  }
  for (const auto* properties :
       {&source.common.essential_properties, &source.common.supplemental_properties}) {
    for (const Descriptor& property : *properties) {
      if (property.scheme == "http://dashif.org/guidelines/trickmode") {
        out.trick_mode_for = std::string(property.value.empty() ? kUnnamedMainSet : property.value);
      } else if (property.scheme == "urn:mpeg:dash:adaptation-set-switching:2016") {
        std::string_view rest = property.value;
        while (!rest.empty()) {
          const std::size_t comma = rest.find(',');
          const std::string_view id = rest.substr(0, comma);
          for_each_word(id, [&](std::string_view word) { out.switchable_with.emplace_back(word); });
          rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
      }
    }
  }
  carry(source.common.essential_properties, out.essential_properties);
  carry(source.common.supplemental_properties, out.supplemental_properties);
}

}  // namespace playhead::dash
