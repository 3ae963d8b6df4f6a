// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/multivariant_playlist_parser.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/url.h"
#include "manifest/hls/key_tracker.h"
#include "manifest/hls/multivariant_rules.h"
#include "manifest/hls/tag_context.h"

namespace playhead::hls {
namespace {

class MultivariantPlaylistParser {
 public:
  MultivariantPlaylistParser(SharedBytes text, const std::string& url, const ParseOptions& options)
      : context_(as_text(text.view()), url, nullptr, TagRule::Place::kMultivariant, options) {
    playlist_.text = std::move(text);
    playlist_.url = url;
    // Lines have some hundred bytes; a guess that is too low costs copies, no more.
    constexpr std::size_t kBytesEach = 256;
    const std::size_t guess = std::min(playlist_.text.size() / kBytesEach, limits::kVariants);
    playlist_.variants.reserve(guess);
    playlist_.renditions.reserve(guess);
  }

  Result<MultivariantPlaylist> parse();

 private:
  using Handler = TagHandler<MultivariantPlaylistParser>;

  void on_tag(std::string_view line);
  void on_uri(std::string_view line);

  void on_nothing(std::string_view) {}
  void on_content_steering(std::string_view value);
  void on_define(std::string_view value) { context_.define(value); }
  void on_iframe_stream_inf(std::string_view value) {
    add_with_uri(value, "4.4.6.3", playlist_.iframe_variants);
  }
  void on_image_stream_inf(std::string_view value) {
    add_with_uri(value, "", playlist_.image_variants);
  }
  void on_independent_segments(std::string_view) { playlist_.has_independent_segments = true; }
  void on_media(std::string_view value);
  void on_session_data(std::string_view value);
  void on_session_key(std::string_view value);
  void on_start(std::string_view value);
  void on_stream_inf(std::string_view value);
  void on_version(std::string_view value) { context_.on_version(value); }

  Variant make_variant(std::string_view value, std::string_view clause);
  void read_attribute(const Attribute& item, std::string_view clause, Variant& variant);
  void read_attribute(const Attribute& item, Rendition& rendition);
  void check(const Rendition& rendition, bool has_autoselect_no);
  void add_with_uri(std::string_view value, std::string_view clause, std::vector<Variant>& to);
  int64_t read_bandwidth(const Attribute& item, std::string_view clause);

  TagContext context_;
  MultivariantPlaylist playlist_;
  std::optional<Variant> pending_;  // an EXT-X-STREAM-INF that waits for its URI line
};

constexpr std::string_view kMediaClause = "4.4.6.1";

// A number with up to three decimals, below a million.
std::optional<double> parse_thousandths(std::string_view text) {
  const std::optional<int64_t> thousandths = parse_decimal(text, 3);
  constexpr int64_t kMax = 1'000'000'000;
  if (!thousandths || *thousandths >= kMax) return std::nullopt;
  return static_cast<double>(*thousandths) / 1000;
}

// "1920x1080".
bool parse_resolution(std::string_view text, int& width, int& height) {
  const std::size_t cross = text.find_first_of("xX");
  if (cross == std::string_view::npos) return false;
  constexpr int64_t kMaxPixels = 1 << 20;
  const std::optional<int64_t> w = parse_count(trim(text.substr(0, cross)), kMaxPixels);
  const std::optional<int64_t> h = parse_count(trim(text.substr(cross + 1)), kMaxPixels);
  if (!w || !h) return false;
  width = static_cast<int>(*w);
  height = static_cast<int>(*h);
  return true;
}

int64_t MultivariantPlaylistParser::read_bandwidth(const Attribute& item, std::string_view clause) {
  const std::optional<int64_t> bandwidth = parse_decimal(item.value, 0);
  if (!bandwidth || item.value.find('.') != std::string_view::npos) {
    context_.violate(clause, "a bandwidth is not an integer");
  }
  return bandwidth.value_or(0);
}

void MultivariantPlaylistParser::read_attribute(const Attribute& item, std::string_view clause,
                                                Variant& variant) {
  enum : int {
    kBandwidth,
    kAverage,
    kCodecs,
    kSupplemental,
    kResolution,
    kFrameRate,
    kScore,
    kRange,
    kHdcp,
    kCpc,
    kLayout,
    kAudio,
    kVideo,
    kSubtitles,
    kCaptions,
    kName,
    kPathway,
    kStable,
    kUri,
    kProgram,
    kCount
  };
  static constexpr NameTable kNames(std::array<std::string_view, kCount>{"BANDWIDTH",
                                                                         "AVERAGE-BANDWIDTH",
                                                                         "CODECS",
                                                                         "SUPPLEMENTAL-CODECS",
                                                                         "RESOLUTION",
                                                                         "FRAME-RATE",
                                                                         "SCORE",
                                                                         "VIDEO-RANGE",
                                                                         "HDCP-LEVEL",
                                                                         "ALLOWED-CPC",
                                                                         "REQ-VIDEO-LAYOUT",
                                                                         "AUDIO",
                                                                         "VIDEO",
                                                                         "SUBTITLES",
                                                                         "CLOSED-CAPTIONS",
                                                                         "NAME",
                                                                         "PATHWAY-ID",
                                                                         "STABLE-VARIANT-ID",
                                                                         "URI",
                                                                         "PROGRAM-ID"});
  const std::string_view value = item.value;
  switch (kNames.find(item.name)) {
    case kBandwidth:
      variant.bandwidth = read_bandwidth(item, clause);
      break;
    case kAverage:
      variant.average_bandwidth = read_bandwidth(item, clause);
      break;
    case kCodecs:
      variant.codecs = value;
      break;
    case kSupplemental:
      variant.supplemental_codecs = value;
      break;
    case kResolution:
      if (!parse_resolution(value, variant.width, variant.height)) {
        context_.violate(clause, "RESOLUTION is not WIDTHxHEIGHT");
      }
      break;
    case kFrameRate:
      variant.frame_rate = parse_thousandths(value).value_or(0);
      if (!parse_thousandths(value)) context_.violate(clause, "FRAME-RATE is not a number");
      break;
    case kScore:
      variant.score = parse_thousandths(value);
      if (!variant.score) context_.violate(clause, "SCORE is not a positive number");
      break;
    case kRange:
      variant.video_range = value == "SDR"   ? VideoRange::kSdr
                            : value == "PQ"  ? VideoRange::kPq
                            : value == "HLG" ? VideoRange::kHlg
                                             : VideoRange::kUnknown;
      if (variant.video_range == VideoRange::kUnknown) {
        context_.violate(clause, "VIDEO-RANGE is none of SDR, HLG and PQ");
      }
      break;
    case kHdcp:
      variant.hdcp_level = value == "TYPE-0"   ? HdcpLevel::kType0
                           : value == "TYPE-1" ? HdcpLevel::kType1
                                               : HdcpLevel::kNone;
      if (variant.hdcp_level == HdcpLevel::kNone && value != "NONE") {
        context_.violate(clause, "HDCP-LEVEL is none of TYPE-0, TYPE-1 and NONE");
      }
      break;
    case kCpc:
      variant.allowed_cpc = value;
      if (!value.empty() && value.find(':') == std::string_view::npos) {
        context_.violate(clause, "ALLOWED-CPC names no key format");
      }
      break;
    case kLayout:
      variant.video_layout = value;
      context_.require_version(12, "REQ-VIDEO-LAYOUT");
      break;
    case kAudio:
      variant.audio = value;
      break;
    case kVideo:
      variant.video = value;
      break;
    case kSubtitles:
      variant.subtitles = value;
      break;
    case kCaptions:
      if (item.is_quoted) {
        variant.closed_captions = value;
      } else {
        variant.has_no_closed_captions = value == "NONE";
        if (value != "NONE") context_.violate(clause, "CLOSED-CAPTIONS is no quoted string");
      }
      break;
    case kName:
      variant.name = value;
      break;
    case kPathway:
      variant.pathway_id = value;
      break;
    case kStable:
      variant.stable_id = value;
      break;
    case kUri:
      variant.uri = value;
      break;
    case kProgram:
      break;  // removed from the protocol; without a meaning
    default:
      break;  // attributes to come are ignored (§6.3.1)
  }
}

Variant MultivariantPlaylistParser::make_variant(std::string_view value, std::string_view clause) {
  const AttributeList& list = context_.attributes(value);
  Variant variant;
  variant.text_offset = context_.lines().offset();
  for (const Attribute& item : list.items()) read_attribute(item, clause, variant);
  // A Variant without BANDWIDTH sorts first and still plays.
  if (list.find_item("BANDWIDTH") == nullptr) context_.violate(clause, "BANDWIDTH is missing");
  return variant;
}

void MultivariantPlaylistParser::on_stream_inf(std::string_view value) {
  pending_ = make_variant(value, "4.4.6.2");
  pending_->uri = {};
}

void MultivariantPlaylistParser::add_with_uri(std::string_view value, std::string_view clause,
                                              std::vector<Variant>& to) {
  const Variant variant = make_variant(value, clause);
  if (variant.uri.empty()) return context_.violate(clause, "URI is missing");
  if (to.size() >= limits::kVariants) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 variants of a kind");
  }
  to.push_back(variant);
}

void MultivariantPlaylistParser::read_attribute(const Attribute& item, Rendition& rendition) {
  enum : int {
    kType,
    kUri,
    kGroup,
    kName,
    kLanguage,
    kAssociated,
    kCharacteristics,
    kChannels,
    kInstream,
    kStable,
    kSampleRate,
    kBitDepth,
    kDefault,
    kAutoselect,
    kForced,
    kCount
  };
  static constexpr NameTable kNames(std::array<std::string_view, kCount>{
      "TYPE", "URI", "GROUP-ID", "NAME", "LANGUAGE", "ASSOC-LANGUAGE", "CHARACTERISTICS",
      "CHANNELS", "INSTREAM-ID", "STABLE-RENDITION-ID", "SAMPLE-RATE", "BIT-DEPTH", "DEFAULT",
      "AUTOSELECT", "FORCED"});
  const auto read_yes = [&](bool& flag) {
    flag = item.value == "YES";
    if (!flag && item.value != "NO") context_.violate(kMediaClause, "a flag is neither YES nor NO");
  };
  const auto read_count = [&](int& count) {
    count = static_cast<int>(parse_count(item.value, 1'000'000).value_or(0));
  };
  switch (kNames.find(item.name)) {
    case kUri:
      rendition.uri = item.value;
      break;
    case kGroup:
      rendition.group_id = item.value;
      break;
    case kName:
      rendition.name = item.value;
      break;
    case kLanguage:
      rendition.language = item.value;
      break;
    case kAssociated:
      rendition.associated_language = item.value;
      break;
    case kCharacteristics:
      rendition.characteristics = item.value;
      break;
    case kChannels:
      rendition.channels = item.value;
      break;
    case kInstream:
      rendition.instream_id = item.value;
      break;
    case kStable:
      rendition.stable_id = item.value;
      break;
    case kSampleRate:
      read_count(rendition.sample_rate);
      break;
    case kBitDepth:
      read_count(rendition.bit_depth);
      break;
    case kDefault:
      read_yes(rendition.is_default);
      break;
    case kAutoselect:
      read_yes(rendition.is_autoselect);
      break;
    case kForced:
      read_yes(rendition.is_forced);
      break;
    default:
      break;
  }
}

void MultivariantPlaylistParser::check(const Rendition& rendition, bool has_autoselect_no) {
  using Type = Rendition::Type;
  const bool is_captions = rendition.type == Type::kClosedCaptions;
  if (rendition.group_id.empty()) context_.violate(kMediaClause, "GROUP-ID is missing");
  if (rendition.name.empty()) context_.violate(kMediaClause, "NAME is missing");
  if (rendition.type == Type::kSubtitles && rendition.uri.empty()) {
    context_.violate(kMediaClause, "subtitles without URI");
  }
  if (is_captions && !rendition.uri.empty()) {
    context_.violate(kMediaClause, "closed captions with a URI");
  }
  if (is_captions && rendition.instream_id.empty()) {
    context_.violate(kMediaClause, "closed captions without INSTREAM-ID");
  }
  if (rendition.is_forced && rendition.type != Type::kSubtitles) {
    context_.violate(kMediaClause, "FORCED for what are not subtitles");
  }
  if (rendition.is_default && has_autoselect_no) {
    context_.violate(kMediaClause, "DEFAULT=YES with AUTOSELECT=NO");
  }
  if (!is_captions && !rendition.instream_id.empty()) {
    context_.require_version(13, "INSTREAM-ID of what are not closed captions");
  }
  if (rendition.instream_id.substr(0, 7) == "SERVICE") {
    context_.require_version(7, "an INSTREAM-ID with SERVICE");
  }
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
    return context_.violate(kMediaClause, "TYPE is missing or unknown");
  }
  for (const Attribute& item : list.items()) read_attribute(item, rendition);
  const bool has_autoselect_no =
      rendition.is_default && !rendition.is_autoselect && list.find_item("AUTOSELECT") != nullptr;
  check(rendition, has_autoselect_no);
  rendition.is_autoselect = rendition.is_autoselect || rendition.is_default;
  if (playlist_.renditions.size() >= limits::kVariants) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 renditions");
  }
  playlist_.renditions.push_back(rendition);
}

void MultivariantPlaylistParser::on_session_data(std::string_view value) {
  constexpr std::string_view kClause = "4.4.6.4";
  const AttributeList& list = context_.attributes(value);
  SessionData data;
  data.id = list.get("DATA-ID");
  data.value = list.get("VALUE");
  data.uri = list.get("URI");
  data.language = list.get("LANGUAGE");
  data.format = list.get("FORMAT");
  if (data.id.empty()) return context_.violate(kClause, "DATA-ID is missing");
  const bool has_value = list.find_item("VALUE") != nullptr;
  const bool has_uri = list.find_item("URI") != nullptr;
  if (has_value == has_uri) context_.violate(kClause, "either VALUE or URI, not both");
  if (playlist_.session_data.size() >= limits::kAnnouncements) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 session data");
  }
  playlist_.session_data.push_back(data);
}

void MultivariantPlaylistParser::on_session_key(std::string_view value) {
  constexpr std::string_view kClause = "4.4.6.5";
  std::optional<SegmentKey> key = read_key(context_.attributes(value), kClause, context_);
  if (!key) return context_.violate(kClause, "METHOD=NONE announces nothing");
  if (playlist_.session_keys.size() >= limits::kAnnouncements) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 session keys");
  }
  playlist_.session_keys.push_back(*std::move(key));
}

void MultivariantPlaylistParser::on_content_steering(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  const std::string_view server = list.get("SERVER-URI");
  ContentSteering steering;
  Result<std::string> url = resolve_url(playlist_.url, server);
  if (server.empty() || !url) {
    context_.violate("4.4.6.6", "SERVER-URI is missing or unusable");
  } else {
    steering.server_url = *std::move(url);
  }
  steering.default_pathway = list.get("PATHWAY-ID");
  playlist_.content_steering = std::move(steering);
}

void MultivariantPlaylistParser::on_start(std::string_view value) {
  const std::optional<TagContext::Start> start = context_.start(value);
  if (!start) return;
  playlist_.start = Presentation::StartPoint{Duration{start->offset_us}, start->is_precise};
}

void MultivariantPlaylistParser::on_uri(std::string_view line) {
  if (!pending_) return context_.violate("4.4.6.2", "a URI line without EXT-X-STREAM-INF");
  if (playlist_.variants.size() >= limits::kVariants) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 variants");
  }
  pending_->uri = context_.substituted(line);
  playlist_.variants.push_back(*pending_);
  pending_.reset();
}

void MultivariantPlaylistParser::on_tag(std::string_view line) {
  using Self = MultivariantPlaylistParser;
  static constexpr std::array<Handler, 12> kRows{{
      {Tag::kExtM3u, &Self::on_nothing},
      {Tag::kVersion, &Self::on_version},
      {Tag::kIndependentSegments, &Self::on_independent_segments},
      {Tag::kStart, &Self::on_start},
      {Tag::kDefine, &Self::on_define},
      {Tag::kMedia, &Self::on_media},
      {Tag::kStreamInf, &Self::on_stream_inf},
      {Tag::kIFrameStreamInf, &Self::on_iframe_stream_inf},
      {Tag::kImageStreamInf, &Self::on_image_stream_inf},
      {Tag::kSessionData, &Self::on_session_data},
      {Tag::kSessionKey, &Self::on_session_key},
      {Tag::kContentSteering, &Self::on_content_steering},
  }};
  static constexpr auto kHandlers = handlers_by_tag(kRows);

  const TagLine tag = split_tag(line);
  if (pending_) {
    context_.violate("4.4.6.2", "EXT-X-STREAM-INF is not followed by its URI line");
  }
  const std::optional<Tag> admitted = context_.admit(tag);
  if (!admitted) return;
  const auto handler = kHandlers[static_cast<std::size_t>(*admitted)];
  if (handler == nullptr) return context_.skip("a tag without a use");
  (this->*handler)(tag.value);
}

Result<MultivariantPlaylist> MultivariantPlaylistParser::parse() {
  context_.begin();
  std::string_view line;
  while (context_.next(line)) {
    if (line.front() != '#') {
      on_uri(line);
    } else if (is_tag(line)) {
      on_tag(line);
    }  // else a comment
  }
  if (pending_) context_.violate("4.4.6.2", "the last EXT-X-STREAM-INF has no URI line");
  check_multivariant_rules(playlist_, context_);
  context_.check_version();
  if (context_.has_failed()) return context_.take_error();
  bool has_media = !playlist_.variants.empty();
  for (const Rendition& rendition : playlist_.renditions) {
    has_media = has_media || !rendition.uri.empty();
  }
  if (!has_media) {
    return make_error(ErrorCode::kManifestEmpty, "the multivariant playlist names no media");
  }
  playlist_.version = context_.version();
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
    const int tag = kTagNames.find(split_tag(line).name);
    if (tag < 0) continue;
    const TagRule::Place place = kTagRules[static_cast<std::size_t>(tag)].place;
    if (place != TagRule::Place::kBoth) return place == TagRule::Place::kMultivariant;
  }
  return false;
}

Result<MultivariantPlaylist> parse_multivariant_playlist(SharedBytes text, const std::string& url,
                                                         const ParseOptions& options) {
  if (static_cast<int64_t>(text.size()) > limits::kManifestBytes) {
    return make_error(ErrorCode::kManifestLimit, "the playlist is larger than 32 MiB");
  }
  return MultivariantPlaylistParser(std::move(text), url, options).parse();
}

}  // namespace playhead::hls
