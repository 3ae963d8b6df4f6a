// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_parser.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/url.h"
#include "manifest/hls/media_playlist_builder.h"

namespace playhead::hls {

MediaPlaylistBuilder::MediaPlaylistBuilder(MediaPlaylistInput input)
    : context_(as_text(input.text.view()), input.url, input.imports, TagRule::Place::kMedia,
               input.options),
      previous_(input.previous) {
  playlist_.text = std::move(input.text);
  playlist_.url = std::move(input.url);
  playlist_.start_ticks = input.start_ticks;
}

void MediaPlaylistBuilder::on_define(std::string_view value) {
  context_.define(value);
  // What follows depends on more than its own text.
  has_header_after_segments_ = true;
}

void MediaPlaylistBuilder::on_discontinuity(std::string_view) {
  check_before_parts("4.4.4.9", "EXT-X-DISCONTINUITY after a part of its segment");
  ++discontinuity_;
  is_run_open_ = false;
}

void MediaPlaylistBuilder::on_discontinuity_sequence(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  constexpr uint64_t kMaxNumber = uint64_t{1} << 62;  // leaves room to count up
  // Segments taken over for EXT-X-SKIP are no segments of this text.
  if (!number || *number > kMaxNumber || playlist_.size() > playlist_.skipped_segments ||
      (discontinuity_ > 0 && playlist_.size() == 0)) {
    return context_.violate("4.4.3.3",
                            "EXT-X-DISCONTINUITY-SEQUENCE is no number, or comes too late");
  }
  has_discontinuity_sequence_ = true;
  if (playlist_.size() == 0) playlist_.discontinuity_sequence = *number;
}

void MediaPlaylistBuilder::on_iframes_only(std::string_view) {
  playlist_.is_iframes_only = true;
  context_.require_version(4, "EXT-X-I-FRAMES-ONLY");
}

void MediaPlaylistBuilder::on_media_sequence(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  constexpr uint64_t kMaxNumber = uint64_t{1} << 62;
  if (!number || *number > kMaxNumber || playlist_.size() > 0) {
    return context_.violate("4.4.3.2", "EXT-X-MEDIA-SEQUENCE is no number, or comes too late");
  }
  playlist_.media_sequence = *number;
}

void MediaPlaylistBuilder::on_playlist_type(std::string_view value) {
  if (value == "VOD") {
    playlist_.type = MediaPlaylist::Type::kVod;
  } else if (value == "EVENT") {
    playlist_.type = MediaPlaylist::Type::kEvent;
  } else {
    context_.violate("4.4.3.5", "EXT-X-PLAYLIST-TYPE is neither VOD nor EVENT");
  }
}

void MediaPlaylistBuilder::on_start(std::string_view value) {
  const std::optional<TagContext::Start> start = context_.start(value);
  if (!start) return;
  playlist_.start_offset = Duration{start->offset_us};
  playlist_.is_start_precise = start->is_precise;
}

void MediaPlaylistBuilder::on_target_duration(std::string_view value) {
  // Fractions exist in the field.
  const std::optional<int64_t> us = parse_decimal(value, 6);
  constexpr Duration kMaxTarget = 24h;  // beyond it, it is no statement about segments
  if (!us || value.find('.') != std::string_view::npos) {
    context_.violate("4.4.3.1", "EXT-X-TARGETDURATION is not an integer");
  }
  if (!us || Duration{*us} > kMaxTarget) return context_.skip("an unusable target duration");
  playlist_.target_duration = Duration{*us};
  has_target_duration_ = true;
}

std::optional<std::string> MediaPlaylistBuilder::resolve(std::string_view uri) {
  if (uri.empty()) return std::nullopt;
  Result<std::string> url = resolve_url(playlist_.url, uri);
  if (!url) return std::nullopt;
  return *std::move(url);
}

TextSpan MediaPlaylistBuilder::keep(std::string_view uri) {
  const std::string_view text = as_text(playlist_.text.view());
  if (uri.data() >= text.data() && uri.data() < text.data() + text.size()) {
    return {static_cast<uint32_t>(uri.data() - text.data()), static_cast<uint32_t>(uri.size())};
  }
  const std::size_t offset = text.size() + playlist_.substituted.size();
  playlist_.substituted += uri;
  return {static_cast<uint32_t>(offset), static_cast<uint32_t>(uri.size())};
}

void MediaPlaylistBuilder::on_tag(std::string_view line) {
  using Self = MediaPlaylistBuilder;
  static constexpr std::array<Handler, 28> kRows{{
      {Tag::kExtM3u, &Self::on_nothing},
      {Tag::kVersion, &Self::on_version},
      {Tag::kIndependentSegments, &Self::on_independent_segments},
      {Tag::kStart, &Self::on_start},
      {Tag::kDefine, &Self::on_define},
      {Tag::kTargetDuration, &Self::on_target_duration},
      {Tag::kMediaSequence, &Self::on_media_sequence},
      {Tag::kDiscontinuitySequence, &Self::on_discontinuity_sequence},
      {Tag::kEndList, &Self::on_end_list},
      {Tag::kPlaylistType, &Self::on_playlist_type},
      {Tag::kIFramesOnly, &Self::on_iframes_only},
      {Tag::kImagesOnly, &Self::on_images_only},
      {Tag::kPartInf, &Self::on_part_inf},
      {Tag::kServerControl, &Self::on_server_control},
      {Tag::kExtInf, &Self::on_extinf},
      {Tag::kByteRange, &Self::on_byte_range},
      {Tag::kDiscontinuity, &Self::on_discontinuity},
      {Tag::kKey, &Self::on_key},
      {Tag::kMap, &Self::on_map},
      {Tag::kProgramDateTime, &Self::on_program_date_time},
      {Tag::kGap, &Self::on_gap},
      {Tag::kBitrate, &Self::on_bitrate},
      {Tag::kPart, &Self::on_part},
      {Tag::kTiles, &Self::on_tiles},
      {Tag::kDateRange, &Self::on_date_range},
      {Tag::kSkip, &Self::on_skip},
      {Tag::kPreloadHint, &Self::on_preload_hint},
      {Tag::kRenditionReport, &Self::on_rendition_report},
  }};
  static constexpr auto kHandlers = handlers_by_tag(kRows);

  // Every segment has one: not worth the search.
  constexpr std::string_view kExtInf = "#EXTINF:";
  if (line.substr(0, kExtInf.size()) == kExtInf) {
    context_.see_each(Tag::kExtInf);
    return on_extinf(line.substr(kExtInf.size()));
  }
  const TagLine tag = split_tag(line);
  const std::optional<Tag> admitted = context_.admit(tag);
  if (!admitted) return;
  const auto row = static_cast<std::size_t>(*admitted);
  if (kTagRules[row].is_header && playlist_.size() > 0 && *admitted != Tag::kEndList) {
    has_header_after_segments_ = true;
  }
  if (kHandlers[row] == nullptr) return context_.skip("no use for #", tag.name);
  (this->*kHandlers[row])(tag.value);
}

Result<MediaPlaylist> MediaPlaylistBuilder::build() {
  context_.begin();
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

// A live playlist that has only begun says how often it is worth reading again (§4.4.3.1), or lists
// parts of its first segment. Without either it is as good as none.
bool MediaPlaylistBuilder::may_begin() const {
  const bool will_grow = !playlist_.has_end_list && playlist_.type != MediaPlaylist::Type::kVod;
  return will_grow && playlist_.is_complete && (has_target_duration_ || has_open_parts());
}

// What is known of the segment in progress stands where a first segment would leave it.
void MediaPlaylistBuilder::begin_playlist() {
  place_first_segment();
  open_run();
  if (date_) playlist_.dates.push_back({0, *date_});
  longest_ns_ = part_start_ns_;  // where the parts so far end
}

Result<MediaPlaylist> MediaPlaylistBuilder::finish() {
  if (context_.has_failed()) return context_.take_error();
  if (playlist_.size() == 0 && !may_begin()) {
    return make_error(ErrorCode::kManifestEmpty, "the playlist lists no segment");
  }
  if (playlist_.size() == 0) begin_playlist();
  describe_segment_in_progress();
  playlist_.version = context_.version();
  playlist_.date_ranges = date_ranges_.take();
  check_rules();
  if (context_.has_failed()) return context_.take_error();
  if (playlist_.target_duration.count() == 0) {
    playlist_.target_duration = Duration{longest_ns_ / 1000};
  }
  playlist_.warnings = context_.warnings();
  if (has_header_after_segments_ || !playlist_.substituted.empty()) playlist_.tail_offset = 0;
  playlist_.timeline.shrink_to_fit();
  playlist_.uris.shrink_to_fit();
  playlist_.byte_ranges.shrink_to_fit();
  playlist_.runs.shrink_to_fit();
  playlist_.dates.shrink_to_fit();
  return std::move(playlist_);
}

Result<MediaPlaylist> parse_media_playlist(MediaPlaylistInput input) {
  if (static_cast<int64_t>(input.text.size()) > limits::kManifestBytes) {
    return make_error(ErrorCode::kManifestLimit, "the playlist is larger than 32 MiB");
  }
  return MediaPlaylistBuilder(std::move(input)).build();
}

}  // namespace playhead::hls
