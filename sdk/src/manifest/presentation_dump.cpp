// SPDX-License-Identifier: Apache-2.0
#include "manifest/presentation_dump.h"

#include <cmath>
#include <string_view>

namespace playhead {
namespace {

std::string_view name_of(TrackKind kind) {
  switch (kind) {
    case TrackKind::kVideo:
      return "video";
    case TrackKind::kAudio:
      return "audio";
    case TrackKind::kText:
      return "text";
    case TrackKind::kImage:
      return "image";
  }
  return "?";
}

std::string_view name_of(Container container) {
  switch (container) {
    case Container::kUnknown:
      return "unknown";
    case Container::kFmp4:
      return "fmp4";
    case Container::kMpegTs:
      return "mpeg-ts";
    case Container::kPackedAudio:
      return "packed-audio";
    case Container::kWebVtt:
      return "webvtt";
  }
  return "?";
}

std::string_view name_of(PresentationType type) {
  switch (type) {
    case PresentationType::kVod:
      return "vod";
    case PresentationType::kEvent:
      return "event";
    case PresentationType::kLive:
      return "live";
  }
  return "?";
}

std::string_view name_of(IndexSource::Kind kind) {
  switch (kind) {
    case IndexSource::Kind::kInline:
      return "inline";
    case IndexSource::Kind::kHlsMediaPlaylist:
      return "media-playlist";
    case IndexSource::Kind::kSidx:
      return "sidx";
  }
  return "?";
}

// Writes lines of "name key=value …"; what is empty or 0 is left out.
class Printer {
 public:
  Printer(std::string_view base_url, const DumpOptions& options) : options_(options) {
    const std::size_t slash = base_url.substr(0, base_url.find_first_of("?#")).rfind('/');
    if (options.relative_urls && slash != std::string_view::npos) {
      folder_ = base_url.substr(0, slash + 1);
    }
  }

  void line(int depth, std::string_view name) {
    if (!text_.empty()) text_ += '\n';
    text_.append(static_cast<std::size_t>(depth) * 2, ' ');
    text_ += name;
  }
  void field(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text_ += ' ';
    text_ += key;
    text_ += '=';
    // Quoted when it could be mistaken for something else.
    const bool is_plain = value.find_first_of(" \"\n\r") == std::string_view::npos;
    if (!is_plain) text_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c == '\n' || c == '\r' ? ' ' : c;
    }
    if (!is_plain) text_ += '"';
  }
  void number(std::string_view key, int64_t value) {
    if (value != 0) field(key, std::to_string(value));
  }
  void flag(std::string_view name, bool is_set) {
    if (!is_set) return;
    text_ += ' ';
    text_ += name;
  }
  // Seconds with all six decimals.
  void time(std::string_view key, int64_t us) {
    const bool is_negative = us < 0;
    const uint64_t magnitude =
        is_negative ? 0 - static_cast<uint64_t>(us) : static_cast<uint64_t>(us);
    std::string fraction = std::to_string(magnitude % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    field(key, (is_negative ? "-" : "") + std::to_string(magnitude / 1'000'000) + "." + fraction);
  }
  void location(std::string_view key, const ResourceLocation& location) {
    std::string_view url = location.url;
    if (!folder_.empty() && url.substr(0, folder_.size()) == folder_) {
      url.remove_prefix(folder_.size());
    }
    std::string text(url);
    if (location.range) {
      text += "[" + std::to_string(location.range->first) + "-" +
              (location.range->last ? std::to_string(*location.range->last) : "") + "]";
    }
    field(key, text);
  }

  void segment(int depth, const SegmentIndex& index, std::size_t position);
  void segments(int depth, const SegmentIndex& index);
  void representation(const Representation& representation);
  void adaptation_set(const AdaptationSet& set);
  void period(const Period& period);
  void presentation(const Presentation& presentation);
  std::string take() { return std::move(text_) + "\n"; }

 private:
  DumpOptions options_;
  std::string folder_;
  std::string text_;
};

void Printer::segment(int depth, const SegmentIndex& index, std::size_t position) {
  const Segment segment = index.at(position);
  line(depth, "segment");
  field("number", std::to_string(segment.number));
  time("start", segment.start.us);
  time("end", segment.end.us);
  location("media", segment.media);
  if (segment.init != nullptr) location("init", *segment.init);
  number("discontinuity", static_cast<int64_t>(segment.discontinuity_sequence));
  flag("gap", segment.is_gap);
}

void Printer::segments(int depth, const SegmentIndex& index) {
  line(depth, "segments");
  field("count", std::to_string(index.size()));
  time("start", index.start().us);
  time("end", index.end().us);
  for (std::size_t i = 0; i < index.size() && i < options_.max_segments; ++i) {
    segment(depth + 1, index, i);
  }
  if (index.size() > options_.max_segments) {
    line(depth + 1, "...");
    segment(depth + 1, index, index.size() - 1);
  }
}

void Printer::representation(const Representation& r) {
  line(3, "representation");
  field("id", r.id);
  number("bandwidth", r.bandwidth.bps);
  number("average_bandwidth", r.average_bandwidth.bps);
  field("codecs", r.codecs);
  field("container", name_of(r.container));
  number("width", r.width);
  number("height", r.height);
  number("frame_rate_millihertz", std::llround(r.frame_rate * 1000));
  number("sample_rate", r.sample_rate);
  number("channels", r.channels);
  field("audio_group", r.audio_group);
  for (const std::string& group : r.alternate_audio_groups) field("alternate_audio_group", group);
  field("text_group", r.text_group);
  if (r.media_offset) time("media_offset", r.media_offset->count());
  if (r.index_source.kind != IndexSource::Kind::kInline) {
    line(4, "index");
    field("kind", name_of(r.index_source.kind));
    location("location", r.index_source.location);
    if (r.index_source.init != nullptr) location("init", *r.index_source.init);
  }
  if (r.segments != nullptr) segments(4, *r.segments);
}

void Printer::adaptation_set(const AdaptationSet& set) {
  line(2, "adaptation_set");
  field("id", set.id);
  field("kind", name_of(set.kind));
  field("group", set.group);
  field("language", set.language);
  field("label", set.label);
  for (const std::string& role : set.roles) field("role", role);
  flag("may_carry_audio", set.may_carry_audio);
  flag("default", set.is_default);
  flag("autoselect", set.is_autoselect);
  flag("forced", set.is_forced);
  flag("encrypted", set.is_encrypted);
  for (const Representation& r : set.representations) representation(r);
}

void Printer::period(const Period& period) {
  line(1, "period");
  field("id", period.id);
  time("start", period.start.us);
  if (period.duration) time("duration", period.duration->count());
  for (const AdaptationSet& set : period.adaptation_sets) adaptation_set(set);
}

void Printer::presentation(const Presentation& presentation) {
  line(0, "presentation");
  field("format", presentation.format == ManifestFormat::kHls ? "hls" : "dash");
  field("type", name_of(presentation.type));
  if (presentation.duration) time("duration", presentation.duration->count());
  number("warnings", presentation.warnings);
  for (const Period& p : presentation.periods) period(p);
}

}  // namespace

std::string dump(const Presentation& presentation, const DumpOptions& options) {
  Printer printer(presentation.url, options);
  printer.presentation(presentation);
  return printer.take();
}

std::string dump(const SegmentIndex& index, const std::string& base_url,
                 const DumpOptions& options) {
  Printer printer(base_url, options);
  printer.segments(0, index);
  return printer.take();
}

}  // namespace playhead
