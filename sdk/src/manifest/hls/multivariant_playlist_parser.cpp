// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/multivariant_playlist_parser.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "manifest/hls/tag_context.h"

namespace playhead::hls {
namespace {

class MultivariantPlaylistParser {
 public:
  MultivariantPlaylistParser(SharedBytes text, const std::string& url)
      : context_(as_text(text.view()), url, nullptr) {
    playlist_.text = std::move(text);
    playlist_.url = url;
  }

  Result<MultivariantPlaylist> parse();

 private:
  using Handler = TagHandler<MultivariantPlaylistParser>;

  void on_tag(std::string_view line);
  void on_uri(std::string_view line);

  // Known, and of no consequence for what can be played.
  void on_ignored(std::string_view) {}
  void on_define(std::string_view value) { context_.define(value); }
  void on_independent_segments(std::string_view) { playlist_.has_independent_segments = true; }
  void on_iframe_stream_inf(std::string_view value);
  void on_media(std::string_view value);
  void on_stream_inf(std::string_view value);
  void on_version(std::string_view value);

  Variant make_variant(std::string_view value);
  int64_t read_bandwidth(std::string_view value);

  TagContext context_;
  MultivariantPlaylist playlist_;
  std::optional<Variant> pending_;  // an EXT-X-STREAM-INF that waits for its URI line
};

// A count of decimal digits followed by a fraction; 0 when it is not one.
double parse_frame_rate(std::string_view text) {
  const std::optional<int64_t> thousandths = parse_decimal(text, 3);
  return thousandths && *thousandths < 1'000'000 ? static_cast<double>(*thousandths) / 1000 : 0;
}

// "1920x1080".
bool parse_resolution(std::string_view text, int& width, int& height) {
  const std::size_t cross = text.find_first_of("xX");
  if (cross == std::string_view::npos) return false;
  const std::optional<uint64_t> w = parse_uint64(trim(text.substr(0, cross)));
  const std::optional<uint64_t> h = parse_uint64(trim(text.substr(cross + 1)));
  constexpr uint64_t kMaxPixels = 1 << 20;
  if (!w || !h || *w > kMaxPixels || *h > kMaxPixels) return false;
  width = static_cast<int>(*w);
  height = static_cast<int>(*h);
  return true;
}

int64_t MultivariantPlaylistParser::read_bandwidth(std::string_view value) {
  const std::optional<int64_t> bandwidth = parse_decimal(value, 0);
  if (!bandwidth) context_.warn();
  return bandwidth.value_or(0);
}

Variant MultivariantPlaylistParser::make_variant(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  Variant variant;
  // BANDWIDTH is required (RFC 8216 §4.3.4.2); a Variant without it sorts first and still plays.
  variant.bandwidth = read_bandwidth(list.get("BANDWIDTH"));
  if (const auto average = list.find("AVERAGE-BANDWIDTH")) {
    variant.average_bandwidth = read_bandwidth(*average);
  }
  if (const auto resolution = list.find("RESOLUTION")) {
    if (!parse_resolution(*resolution, variant.width, variant.height)) context_.warn();
  }
  variant.frame_rate = parse_frame_rate(list.get("FRAME-RATE"));
  variant.uri = list.get("URI");
  variant.codecs = list.get("CODECS");
  variant.audio = list.get("AUDIO");
  variant.video = list.get("VIDEO");
  variant.subtitles = list.get("SUBTITLES");
  variant.stable_id = list.get("STABLE-VARIANT-ID");
  return variant;
}

void MultivariantPlaylistParser::on_stream_inf(std::string_view value) {
  if (pending_) context_.warn();  // the one before had no URI line
  pending_ = make_variant(value);
  pending_->uri = {};
}

void MultivariantPlaylistParser::on_iframe_stream_inf(std::string_view value) {
  const Variant variant = make_variant(value);
  if (variant.uri.empty()) return context_.warn();
  if (playlist_.iframe_variants.size() >= limits::kVariants) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 I-frame variants");
  }
  playlist_.iframe_variants.push_back(variant);
}

void MultivariantPlaylistParser::on_media(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  Rendition rendition;
  const std::string_view type = list.get("TYPE");
  if (type == "AUDIO") {
    rendition.type = Rendition::Type::kAudio;
  } else if (type == "VIDEO") {
    rendition.type = Rendition::Type::kVideo;
  } else if (type == "SUBTITLES") {
    rendition.type = Rendition::Type::kSubtitles;
  } else if (type == "CLOSED-CAPTIONS") {
    rendition.type = Rendition::Type::kClosedCaptions;
  } else {
    return context_.warn();
  }
  rendition.uri = list.get("URI");
  rendition.group_id = list.get("GROUP-ID");
  rendition.name = list.get("NAME");
  rendition.language = list.get("LANGUAGE");
  rendition.characteristics = list.get("CHARACTERISTICS");
  rendition.channels = list.get("CHANNELS");
  rendition.instream_id = list.get("INSTREAM-ID");
  rendition.stable_id = list.get("STABLE-RENDITION-ID");
  rendition.is_default = list.is_yes("DEFAULT");
  rendition.is_autoselect = list.is_yes("AUTOSELECT") || rendition.is_default;
  rendition.is_forced = list.is_yes("FORCED");
  if (rendition.group_id.empty()) context_.warn();
  if (playlist_.renditions.size() >= limits::kVariants) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 renditions");
  }
  playlist_.renditions.push_back(rendition);
}

void MultivariantPlaylistParser::on_version(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  if (!number || *number > 1000) return context_.warn();
  playlist_.version = static_cast<int>(*number);
}

void MultivariantPlaylistParser::on_uri(std::string_view line) {
  if (!pending_) return context_.warn();
  if (playlist_.variants.size() >= limits::kVariants) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 variants");
  }
  pending_->uri = context_.substituted(line);
  playlist_.variants.push_back(*pending_);
  pending_.reset();
}

void MultivariantPlaylistParser::on_tag(std::string_view line) {
  using Self = MultivariantPlaylistParser;
  static constexpr std::array<Handler, 11> kTags{{
      {"EXT-X-CONTENT-STEERING", &Self::on_ignored},
      {"EXT-X-DEFINE", &Self::on_define},
      {"EXT-X-I-FRAME-STREAM-INF", &Self::on_iframe_stream_inf},
      {"EXT-X-INDEPENDENT-SEGMENTS", &Self::on_independent_segments},
      {"EXT-X-MEDIA", &Self::on_media},
      {"EXT-X-SESSION-DATA", &Self::on_ignored},
      {"EXT-X-SESSION-KEY", &Self::on_ignored},
      {"EXT-X-START", &Self::on_ignored},
      {"EXT-X-STREAM-INF", &Self::on_stream_inf},
      {"EXT-X-VERSION", &Self::on_version},
      {"EXTM3U", &Self::on_ignored},
  }};
  static_assert(is_sorted_by_name(kTags));

  const TagLine tag = split_tag(line);
  const Handler* handler = find_handler(kTags, tag.name);
  if (handler == nullptr) return context_.warn();
  (this->*handler->handle)(tag.value);
}

Result<MultivariantPlaylist> MultivariantPlaylistParser::parse() {
  std::string_view line;
  while (context_.next(line)) {
    if (line.front() != '#') {
      on_uri(line);
    } else if (is_tag(line)) {
      on_tag(line);
    }  // else a comment
  }
  if (context_.has_failed()) return context_.take_error();
  if (pending_) context_.warn();
  bool has_media = !playlist_.variants.empty();
  for (const Rendition& rendition : playlist_.renditions) {
    has_media = has_media || !rendition.uri.empty();
  }
  if (!has_media) {
    return make_error(ErrorCode::kManifestEmpty, "the multivariant playlist names no media");
  }
  playlist_.strings = std::move(context_.strings());
  playlist_.variables = context_.variables();
  playlist_.warnings = context_.warnings();
  return std::move(playlist_);
}

}  // namespace

bool is_multivariant_playlist(std::string_view text) {
  LineReader lines(text);
  std::string_view line;
  while (lines.next(line)) {
    if (!is_tag(line)) continue;
    const std::string_view name = split_tag(line).name;
    if (name == "EXTINF" || name == "EXT-X-TARGETDURATION" || name == "EXT-X-MEDIA-SEQUENCE") {
      return false;
    }
    if (name == "EXT-X-STREAM-INF" || name == "EXT-X-MEDIA" || name == "EXT-X-I-FRAME-STREAM-INF") {
      return true;
    }
  }
  return false;
}

Result<MultivariantPlaylist> parse_multivariant_playlist(SharedBytes text, const std::string& url) {
  if (static_cast<int64_t>(text.size()) > limits::kManifestBytes) {
    return make_error(ErrorCode::kManifestLimit, "the playlist is larger than 32 MiB");
  }
  return MultivariantPlaylistParser(std::move(text), url).parse();
}

}  // namespace playhead::hls
