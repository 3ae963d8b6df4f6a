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
  // An attribute is taken as it is, or read by a function.
  template <typename Target>
  struct AttributeRow {
    std::string_view name;
    std::string_view Target::*text;
    void (MultivariantPlaylistParser::*read)(const Attribute& item, Target& target);
  };
  template <typename Target, std::size_t N>
  static constexpr auto names_of(const std::array<AttributeRow<Target>, N>& rows) {
    std::array<std::string_view, N> names;
    for (std::size_t i = 0; i < N; ++i) names[i] = rows[i].name;
    return NameTable(names);
  }
  // `row` -1: attributes to come are ignored (§6.3.1).
  template <typename Target, std::size_t N>
  void read_row(const std::array<AttributeRow<Target>, N>& rows, int row, const Attribute& item,
                Target& target) {
    if (row < 0) return;
    const AttributeRow<Target>& found = rows[static_cast<std::size_t>(row)];
    if (found.text != nullptr) {
      target.*found.text = item.value;
    } else {
      (this->*found.read)(item, target);
    }
  }

  void read_attribute(const Attribute& item, Variant& variant);
  void read_peak_bandwidth(const Attribute& item, Variant& variant) {
    variant.bandwidth = read_bandwidth(item);
  }
  void read_average_bandwidth(const Attribute& item, Variant& variant) {
    variant.average_bandwidth = read_bandwidth(item);
  }
  void read_resolution(const Attribute& item, Variant& variant);
  void read_frame_rate(const Attribute& item, Variant& variant);
  void read_score(const Attribute& item, Variant& variant);
  void read_video_range(const Attribute& item, Variant& variant);
  void read_hdcp_level(const Attribute& item, Variant& variant);
  void read_allowed_cpc(const Attribute& item, Variant& variant);
  void read_video_layout(const Attribute& item, Variant& variant);
  void read_closed_captions(const Attribute& item, Variant& variant);

  void read_attribute(const Attribute& item, Rendition& rendition);
  bool read_yes(const Attribute& item);
  static int read_count(const Attribute& item) {
    return static_cast<int>(parse_count(item.value, 1'000'000).value_or(0));
  }
  void read_sample_rate(const Attribute& item, Rendition& rendition) {
    rendition.sample_rate = read_count(item);
  }
  void read_bit_depth(const Attribute& item, Rendition& rendition) {
    rendition.bit_depth = read_count(item);
  }
  void read_default(const Attribute& item, Rendition& rendition) {
    rendition.is_default = read_yes(item);
  }
  void read_autoselect(const Attribute& item, Rendition& rendition) {
    rendition.is_autoselect = read_yes(item);
  }
  void read_forced(const Attribute& item, Rendition& rendition) {
    rendition.is_forced = read_yes(item);
  }
  void check(const Rendition& rendition, bool has_autoselect_no);
  void add_with_uri(std::string_view value, std::string_view clause, std::vector<Variant>& to);
  int64_t read_bandwidth(const Attribute& item);

  TagContext context_;
  MultivariantPlaylist playlist_;
  std::string_view clause_;         // of the tag whose attributes are read
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

int64_t MultivariantPlaylistParser::read_bandwidth(const Attribute& item) {
  const std::optional<int64_t> bandwidth = parse_decimal(item.value, 0);
  if (!bandwidth || item.value.find('.') != std::string_view::npos) {
    context_.violate(clause_, "a bandwidth is not an integer");
  }
  return bandwidth.value_or(0);
}

void MultivariantPlaylistParser::read_resolution(const Attribute& item, Variant& variant) {
  if (!parse_resolution(item.value, variant.width, variant.height)) {
    context_.violate(clause_, "RESOLUTION is not WIDTHxHEIGHT");
  }
}

void MultivariantPlaylistParser::read_frame_rate(const Attribute& item, Variant& variant) {
  const std::optional<double> rate = parse_thousandths(item.value);
  variant.frame_rate = rate.value_or(0);
  if (!rate) context_.violate(clause_, "FRAME-RATE is not a number");
}

void MultivariantPlaylistParser::read_score(const Attribute& item, Variant& variant) {
  variant.score = parse_thousandths(item.value);
  if (!variant.score) context_.violate(clause_, "SCORE is not a positive number");
}

void MultivariantPlaylistParser::read_video_range(const Attribute& item, Variant& variant) {
  variant.video_range = item.value == "SDR"   ? VideoRange::kSdr
                        : item.value == "PQ"  ? VideoRange::kPq
                        : item.value == "HLG" ? VideoRange::kHlg
                                              : VideoRange::kUnknown;
  if (variant.video_range == VideoRange::kUnknown) {
    context_.violate(clause_, "VIDEO-RANGE is none of SDR, HLG and PQ");
  }
}

void MultivariantPlaylistParser::read_hdcp_level(const Attribute& item, Variant& variant) {
  variant.hdcp_level = item.value == "TYPE-0"   ? HdcpLevel::kType0
                       : item.value == "TYPE-1" ? HdcpLevel::kType1
                                                : HdcpLevel::kNone;
  if (variant.hdcp_level == HdcpLevel::kNone && item.value != "NONE") {
    context_.violate(clause_, "HDCP-LEVEL is none of TYPE-0, TYPE-1 and NONE");
  }
}

void MultivariantPlaylistParser::read_allowed_cpc(const Attribute& item, Variant& variant) {
  variant.allowed_cpc = item.value;
  if (!item.value.empty() && item.value.find(':') == std::string_view::npos) {
    context_.violate(clause_, "ALLOWED-CPC names no key format");
  }
}

void MultivariantPlaylistParser::read_video_layout(const Attribute& item, Variant& variant) {
  variant.video_layout = item.value;
  context_.require_version(12, "REQ-VIDEO-LAYOUT");
}

void MultivariantPlaylistParser::read_closed_captions(const Attribute& item, Variant& variant) {
  if (item.is_quoted) {
    variant.closed_captions = item.value;
    return;
  }
  variant.has_no_closed_captions = item.value == "NONE";
  if (item.value != "NONE") context_.violate(clause_, "CLOSED-CAPTIONS is no quoted string");
}

void MultivariantPlaylistParser::read_attribute(const Attribute& item, Variant& variant) {
  using Self = MultivariantPlaylistParser;
  static constexpr std::array<AttributeRow<Variant>, 18> kRows{{
      {"BANDWIDTH", nullptr, &Self::read_peak_bandwidth},
      {"AVERAGE-BANDWIDTH", nullptr, &Self::read_average_bandwidth},
      {"RESOLUTION", nullptr, &Self::read_resolution},
      {"FRAME-RATE", nullptr, &Self::read_frame_rate},
      {"SCORE", nullptr, &Self::read_score},
      {"VIDEO-RANGE", nullptr, &Self::read_video_range},
      {"HDCP-LEVEL", nullptr, &Self::read_hdcp_level},
      {"ALLOWED-CPC", nullptr, &Self::read_allowed_cpc},
      {"REQ-VIDEO-LAYOUT", nullptr, &Self::read_video_layout},
      {"CLOSED-CAPTIONS", nullptr, &Self::read_closed_captions},
      {"CODECS", &Variant::codecs, nullptr},
      {"SUPPLEMENTAL-CODECS", &Variant::supplemental_codecs, nullptr},
      {"AUDIO", &Variant::audio, nullptr},
      {"VIDEO", &Variant::video, nullptr},
      {"SUBTITLES", &Variant::subtitles, nullptr},
      {"NAME", &Variant::name, nullptr},
      {"PATHWAY-ID", &Variant::pathway_id, nullptr},
      {"STABLE-VARIANT-ID", &Variant::stable_id, nullptr},
  }};
  static constexpr NameTable kNames = names_of(kRows);
  read_row(kRows, kNames.find(item.name), item, variant);
}

Variant MultivariantPlaylistParser::make_variant(std::string_view value, std::string_view clause) {
  const AttributeList& list = context_.attributes(value);
  Variant variant;
  clause_ = clause;
  variant.text_offset = context_.lines().offset();
  for (const Attribute& item : list.items()) read_attribute(item, variant);
  variant.uri = list.get("URI");
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

bool MultivariantPlaylistParser::read_yes(const Attribute& item) {
  if (item.value != "YES" && item.value != "NO") {
    context_.violate(kMediaClause, "a flag is neither YES nor NO");
  }
  return item.value == "YES";
}

void MultivariantPlaylistParser::read_attribute(const Attribute& item, Rendition& rendition) {
  using Self = MultivariantPlaylistParser;
  static constexpr std::array<AttributeRow<Rendition>, 14> kRows{{
      {"URI", &Rendition::uri, nullptr},
      {"GROUP-ID", &Rendition::group_id, nullptr},
      {"NAME", &Rendition::name, nullptr},
      {"LANGUAGE", &Rendition::language, nullptr},
      {"ASSOC-LANGUAGE", &Rendition::associated_language, nullptr},
      {"CHARACTERISTICS", &Rendition::characteristics, nullptr},
      {"CHANNELS", &Rendition::channels, nullptr},
      {"INSTREAM-ID", &Rendition::instream_id, nullptr},
      {"STABLE-RENDITION-ID", &Rendition::stable_id, nullptr},
      {"SAMPLE-RATE", nullptr, &Self::read_sample_rate},
      {"BIT-DEPTH", nullptr, &Self::read_bit_depth},
      {"DEFAULT", nullptr, &Self::read_default},
      {"AUTOSELECT", nullptr, &Self::read_autoselect},
      {"FORCED", nullptr, &Self::read_forced},
  }};
  static constexpr NameTable kNames = names_of(kRows);
  read_row(kRows, kNames.find(item.name), item, rendition);
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
  if (handler == nullptr) return context_.skip("no use for #", tag.name);
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
