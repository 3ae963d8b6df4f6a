// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_parser.h"

#include <algorithm>
#include <map>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/limits.h"
#include "base/url.h"
#include "manifest/hls/tag_context.h"

namespace playhead::hls {
namespace {

// n[@o] of EXT-X-BYTERANGE (RFC 8216 §4.3.2.2).
struct WrittenByteRange {
  int64_t length = 0;
  std::optional<int64_t> offset;
};

std::optional<WrittenByteRange> parse_byte_range(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::optional<int64_t> length = parse_int64(trim(text.substr(0, at)));
  if (!length || *length <= 0) return std::nullopt;
  WrittenByteRange range{*length, std::nullopt};
  const std::string_view offset = at < text.size() ? trim(text.substr(at + 1)) : "";
  if (offset.empty()) return range;
  range.offset = parse_int64(offset);
  if (!range.offset || *range.offset < 0) return std::nullopt;
  // The last byte's position must fit as well.
  if (!checked_add(*range.offset, range.length)) return std::nullopt;
  return range;
}

class MediaPlaylistParser {
 public:
  MediaPlaylistParser(SharedBytes text, const std::string& url, const VariableMap* imports)
      : context_(as_text(text.view()), url, imports) {
    playlist_.text = std::move(text);
    playlist_.url = url;
  }

  Result<MediaPlaylist> parse();

 private:
  using Handler = TagHandler<MediaPlaylistParser>;

  void on_tag(std::string_view line);
  void on_uri(std::string_view line);

  void on_extm3u(std::string_view) {}
  void on_extinf(std::string_view value);
  void on_byte_range(std::string_view value);
  void on_define(std::string_view value) { context_.define(value); }
  void on_discontinuity(std::string_view) {
    ++discontinuity_;
    is_run_open_ = false;
  }
  void on_discontinuity_sequence(std::string_view value);
  void on_end_list(std::string_view) { playlist_.has_end_list = true; }
  void on_gap(std::string_view) { is_gap_ = true; }
  void on_iframes_only(std::string_view) { playlist_.is_iframes_only = true; }
  void on_independent_segments(std::string_view) { playlist_.has_independent_segments = true; }
  void on_key(std::string_view value);
  void on_map(std::string_view value);
  void on_media_sequence(std::string_view value);
  void on_playlist_type(std::string_view value);
  void on_program_date_time(std::string_view value);
  void on_skip(std::string_view value);
  void on_start(std::string_view value);
  void on_target_duration(std::string_view value);
  void on_version(std::string_view value);

  std::optional<std::string> resolve(std::string_view uri);
  TextSpan keep(std::string_view uri);
  void add_byte_range(std::string_view uri);
  void add_date();
  void open_run();
  Result<MediaPlaylist> finish();

  TagContext context_;
  MediaPlaylist playlist_;

  // What applies to the next segment only.
  std::optional<int64_t> duration_ns_;
  std::optional<WrittenByteRange> byte_range_;
  std::optional<WallTime> date_;
  bool is_gap_ = false;

  // What applies until it is changed.
  uint64_t discontinuity_ = 0;  // tags so far
  std::map<std::string, Key, std::less<>> keys_by_format_;
  std::shared_ptr<const KeySet> keys_;
  std::shared_ptr<const InitSegment> init_;
  bool is_run_open_ = false;

  // Equal EXT-X-MAPs are the same InitSegment.
  struct InitKey {
    std::string url;
    int64_t first;
    int64_t length;
    const KeySet* keys;
    auto operator<=>(const InitKey&) const = default;
  };
  std::map<InitKey, std::shared_ptr<const InitSegment>> inits_;
  std::size_t key_sets_ = 0;

  std::string_view previous_uri_;         // of the segment before
  std::optional<int64_t> next_offset_;    // where its byte range ended
  std::string previous_substituted_uri_;  // owns previous_uri_ when variables were substituted
  int64_t longest_ns_ = 0;
};

void MediaPlaylistParser::on_extinf(std::string_view value) {
  const std::string_view number = trim(value.substr(0, value.find(',')));
  duration_ns_ = parse_duration_ns(number);
  if (duration_ns_) return;
  // Lists of channels share the file name and say -1; playing them as one title helps nobody.
  if (number.substr(0, 1) == "-") return context_.fail("EXTINF is negative");
  context_.warn();
}

void MediaPlaylistParser::on_byte_range(std::string_view value) {
  byte_range_ = parse_byte_range(value);
  if (!byte_range_) context_.fail("EXT-X-BYTERANGE is not LENGTH[@OFFSET]");
}

void MediaPlaylistParser::on_discontinuity_sequence(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  // RFC 8216 §4.3.3.3: before the first segment and the first EXT-X-DISCONTINUITY.
  if (!number || playlist_.size() > 0 || discontinuity_ > 0) return context_.warn();
  playlist_.discontinuity_sequence = *number;
}

void MediaPlaylistParser::on_media_sequence(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  constexpr uint64_t kMaxNumber = uint64_t{1} << 62;  // leaves room to count up
  // RFC 8216 §4.3.3.2: before the first segment.
  if (!number || *number > kMaxNumber || playlist_.size() > 0) return context_.warn();
  playlist_.media_sequence = *number;
}

void MediaPlaylistParser::on_key(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  const std::string_view method = list.get("METHOD");
  is_run_open_ = false;
  if (method == "NONE") {
    keys_by_format_.clear();
    keys_ = nullptr;
    return;
  }
  Key key;
  if (method == "AES-128") {
    key.method = Key::Method::kAes128;
  } else if (method == "SAMPLE-AES") {
    key.method = Key::Method::kSampleAes;
  } else if (method == "SAMPLE-AES-CTR" || method == "SAMPLE-AES-CENC") {
    key.method = Key::Method::kSampleAesCtr;
  } else {
    key.method = Key::Method::kUnknown;
    context_.warn();
  }
  if (const auto format = list.find("KEYFORMAT")) key.key_format = *format;
  key.key_format_versions = list.get("KEYFORMATVERSIONS");
  std::string_view iv = list.get("IV");
  if (iv.substr(0, 2) == "0x" || iv.substr(0, 2) == "0X") iv.remove_prefix(2);
  key.iv = iv;
  // A key without a usable URI still says that the segments are encrypted.
  std::optional<std::string> uri = resolve(list.get("URI"));
  if (uri) key.uri = *std::move(uri);
  keys_by_format_.insert_or_assign(key.key_format, std::move(key));
  if (keys_by_format_.size() > 100 || ++key_sets_ > limits::kInitSegments) {
    return context_.fail(ErrorCode::kManifestLimit, "too many keys");
  }
  auto keys = std::make_shared<KeySet>();
  for (const auto& [format, entry] : keys_by_format_) keys->push_back(entry);
  keys_ = std::move(keys);
}

void MediaPlaylistParser::on_map(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  std::optional<std::string> uri = resolve(list.get("URI"));
  if (!uri) return context_.fail("EXT-X-MAP without a usable URI");
  InitKey key{*std::move(uri), 0, -1, keys_.get()};
  if (const auto written = list.find("BYTERANGE")) {
    const std::optional<WrittenByteRange> range = parse_byte_range(*written);
    if (!range) return context_.fail("BYTERANGE of EXT-X-MAP is not LENGTH[@OFFSET]");
    key.first = range->offset.value_or(0);
    key.length = range->length;
  }
  is_run_open_ = false;
  std::shared_ptr<const InitSegment>& known = inits_[key];
  if (known == nullptr) {
    auto init = std::make_shared<InitSegment>();
    init->location.url = key.url;
    if (key.length >= 0) init->location.range = ByteRange{key.first, key.first + key.length - 1};
    init->keys = keys_;
    known = std::move(init);
    if (inits_.size() > limits::kInitSegments) {
      context_.fail(ErrorCode::kManifestLimit, "too many init segments");
    }
  }
  init_ = known;
}

void MediaPlaylistParser::on_playlist_type(std::string_view value) {
  if (value == "VOD") {
    playlist_.type = MediaPlaylist::Type::kVod;
  } else if (value == "EVENT") {
    playlist_.type = MediaPlaylist::Type::kEvent;
  } else {
    context_.warn();
  }
}

void MediaPlaylistParser::on_program_date_time(std::string_view value) {
  date_ = parse_iso_date_time(value);
  if (!date_) context_.warn();
}

void MediaPlaylistParser::on_skip(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  const std::optional<uint64_t> count = parse_uint64(list.get("SKIPPED-SEGMENTS"));
  if (!count || *count > limits::kSegments || playlist_.size() > 0) {
    return context_.fail("EXT-X-SKIP without a usable SKIPPED-SEGMENTS");
  }
  playlist_.skipped_segments = *count;
}

void MediaPlaylistParser::on_start(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  const std::optional<int64_t> offset = parse_signed_decimal(list.get("TIME-OFFSET"), 6);
  if (!offset) return context_.warn();
  playlist_.start_offset = Duration{*offset};
}

void MediaPlaylistParser::on_target_duration(std::string_view value) {
  // An integer by RFC 8216 §4.3.3.1; fractions exist in the field.
  const std::optional<int64_t> us = parse_decimal(value, 6);
  constexpr Duration kMaxTarget = 24h;  // beyond it, it is no statement about segments
  if (!us || Duration{*us} > kMaxTarget) return context_.warn();
  playlist_.target_duration = Duration{*us};
}

void MediaPlaylistParser::on_version(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  if (!number || *number > 1000) return context_.warn();
  playlist_.version = static_cast<int>(*number);
}

std::optional<std::string> MediaPlaylistParser::resolve(std::string_view uri) {
  if (uri.empty()) return std::nullopt;
  Result<std::string> url = resolve_url(playlist_.url, uri);
  if (!url) return std::nullopt;
  return *std::move(url);
}

TextSpan MediaPlaylistParser::keep(std::string_view uri) {
  const std::string_view text = as_text(playlist_.text.view());
  if (uri.data() >= text.data() && uri.data() < text.data() + text.size()) {
    return {static_cast<uint32_t>(uri.data() - text.data()), static_cast<uint32_t>(uri.size())};
  }
  const std::size_t offset = text.size() + playlist_.substituted.size();
  playlist_.substituted += uri;
  return {static_cast<uint32_t>(offset), static_cast<uint32_t>(uri.size())};
}

void MediaPlaylistParser::add_byte_range(std::string_view uri) {
  if (!byte_range_) {
    next_offset_.reset();
    if (!playlist_.byte_ranges.empty()) playlist_.byte_ranges.push_back({});
    return;
  }
  // RFC 8216 §4.3.2.2: without an offset it continues the segment before.
  std::optional<int64_t> first = byte_range_->offset;
  if (!first && uri == previous_uri_) first = next_offset_;
  if (!first) {
    // That one has to be a sub-range of the same resource. Where it is not, the peers that read on
    // agree with the start of the resource in the usual case, the first segment of a file.
    context_.warn();
    first = 0;
  }
  next_offset_ = checked_add(*first, byte_range_->length);
  if (!next_offset_) return context_.fail("EXT-X-BYTERANGE ends beyond 63 bits");
  playlist_.byte_ranges.resize(playlist_.size());
  playlist_.byte_ranges.push_back({*first, byte_range_->length});
}

void MediaPlaylistParser::add_date() {
  const std::size_t position = playlist_.size() - 1;
  if (!playlist_.dates.empty()) {
    const DateAnchor& last = playlist_.dates.back();
    const Duration predicted =
        playlist_.timeline.start(position) - playlist_.timeline.start(last.position);
    const int64_t difference = (*date_ - (last.date + predicted)).count();
    constexpr int64_t kToleranceUs = 1000;  // the usual resolution of these dates
    if (difference > -kToleranceUs && difference < kToleranceUs) return;
  }
  playlist_.dates.push_back({position, *date_});
}

void MediaPlaylistParser::open_run() {
  const uint64_t discontinuity = playlist_.discontinuity_sequence + discontinuity_;
  if (is_run_open_ && playlist_.runs.back().is_gap == is_gap_) return;
  playlist_.runs.push_back({playlist_.size(), discontinuity, init_, keys_, is_gap_});
  playlist_.is_encrypted =
      playlist_.is_encrypted || keys_ != nullptr || (init_ != nullptr && init_->keys != nullptr);
  is_run_open_ = true;
}

void MediaPlaylistParser::on_uri(std::string_view line) {
  if (playlist_.size() >= limits::kSegments) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 500,000 segments");
  }
  const std::string_view uri = context_.substituted(line);
  if (context_.has_failed()) return;
  if (!duration_ns_) {
    // RFC 8216 §4.3.2.1 requires a readable EXTINF; the target duration is the best there is.
    context_.warn();
    duration_ns_ = playlist_.target_duration.count() * 1000;
  }
  longest_ns_ = std::max(longest_ns_, *duration_ns_);
  const std::size_t position = playlist_.size();
  const uint64_t number = playlist_.media_sequence + playlist_.skipped_segments + position;
  if (!playlist_.timeline.append(playlist_.timeline.end_ticks(), *duration_ns_, 1, number)) {
    return context_.fail("the durations add up to more than 292 years");
  }
  open_run();
  add_byte_range(uri);
  playlist_.uris.push_back(keep(uri));
  if (date_) add_date();

  previous_uri_ = uri;
  if (!context_.strings().empty()) {
    previous_substituted_uri_ = std::string(uri);
    previous_uri_ = previous_substituted_uri_;
    context_.strings().clear();
  }
  duration_ns_.reset();
  byte_range_.reset();
  date_.reset();
  is_gap_ = false;
}

void MediaPlaylistParser::on_tag(std::string_view line) {
  static constexpr std::array<Handler, 19> kTags{{
      {"EXT-X-BYTERANGE", &MediaPlaylistParser::on_byte_range},
      {"EXT-X-DEFINE", &MediaPlaylistParser::on_define},
      {"EXT-X-DISCONTINUITY", &MediaPlaylistParser::on_discontinuity},
      {"EXT-X-DISCONTINUITY-SEQUENCE", &MediaPlaylistParser::on_discontinuity_sequence},
      {"EXT-X-ENDLIST", &MediaPlaylistParser::on_end_list},
      {"EXT-X-GAP", &MediaPlaylistParser::on_gap},
      {"EXT-X-I-FRAMES-ONLY", &MediaPlaylistParser::on_iframes_only},
      {"EXT-X-INDEPENDENT-SEGMENTS", &MediaPlaylistParser::on_independent_segments},
      {"EXT-X-KEY", &MediaPlaylistParser::on_key},
      {"EXT-X-MAP", &MediaPlaylistParser::on_map},
      {"EXT-X-MEDIA-SEQUENCE", &MediaPlaylistParser::on_media_sequence},
      {"EXT-X-PLAYLIST-TYPE", &MediaPlaylistParser::on_playlist_type},
      {"EXT-X-PROGRAM-DATE-TIME", &MediaPlaylistParser::on_program_date_time},
      {"EXT-X-SKIP", &MediaPlaylistParser::on_skip},
      {"EXT-X-START", &MediaPlaylistParser::on_start},
      {"EXT-X-TARGETDURATION", &MediaPlaylistParser::on_target_duration},
      {"EXT-X-VERSION", &MediaPlaylistParser::on_version},
      {"EXTINF", &MediaPlaylistParser::on_extinf},
      {"EXTM3U", &MediaPlaylistParser::on_extm3u},
  }};
  static_assert(is_sorted_by_name(kTags));

  const TagLine tag = split_tag(line);
  // Every segment has one: not worth the search.
  if (tag.name == "EXTINF") return on_extinf(tag.value);
  const Handler* handler = find_handler(kTags, tag.name);
  if (handler == nullptr) return context_.warn();
  (this->*handler->handle)(tag.value);
}

Result<MediaPlaylist> MediaPlaylistParser::parse() {
  std::string_view line;
  while (context_.next(line)) {
    if (line.front() != '#') {
      on_uri(line);
    } else if (is_tag(line)) {
      on_tag(line);
    }  // else a comment
  }
  return finish();
}

Result<MediaPlaylist> MediaPlaylistParser::finish() {
  if (context_.has_failed()) return context_.take_error();
  if (playlist_.size() == 0) {
    return make_error(ErrorCode::kManifestEmpty, "the playlist lists no segment");
  }
  if (playlist_.target_duration.count() == 0) {
    context_.warn();  // RFC 8216 §4.3.3.1 requires it
    playlist_.target_duration = Duration{longest_ns_ / 1000};
  }
  playlist_.warnings = context_.warnings();
  playlist_.timeline.shrink_to_fit();
  playlist_.uris.shrink_to_fit();
  playlist_.byte_ranges.shrink_to_fit();
  playlist_.runs.shrink_to_fit();
  playlist_.dates.shrink_to_fit();
  return std::move(playlist_);
}

}  // namespace

Result<MediaPlaylist> parse_media_playlist(SharedBytes text, const std::string& url,
                                           const VariableMap* imports) {
  if (static_cast<int64_t>(text.size()) > limits::kManifestBytes) {
    return make_error(ErrorCode::kManifestLimit, "the playlist is larger than 32 MiB");
  }
  return MediaPlaylistParser(std::move(text), url, imports).parse();
}

}  // namespace playhead::hls
