// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/limits.h"
#include "manifest/hls/media_playlist_builder.h"

// The tags of segments (RFC 8216bis §4.4.4), and what a URI line makes of them.
namespace playhead::hls {

void MediaPlaylistBuilder::on_extinf(std::string_view value) {
  const std::size_t comma = value.find(',');
  const std::string_view number = trim(value.substr(0, comma));
  duration_ns_ = parse_duration_ns(number);
  if (comma == std::string_view::npos) context_.violate("4.4.4.1", "EXTINF without a comma");
  if (duration_ns_) {
    if (number.find('.') != std::string_view::npos) {
      context_.require_version(3, "an EXTINF with decimals");
    }
    return;
  }
  // Lists of channels share the file name and say -1; playing them as one title helps nobody.
  if (number.substr(0, 1) == "-") return context_.fail("EXTINF is negative");
  context_.violate("4.4.4.1", "the duration of EXTINF cannot be read");
}

void MediaPlaylistBuilder::on_bitrate(std::string_view value) {
  const bool is_integer =
      !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_integer) return context_.violate("4.4.4.8", "EXT-X-BITRATE is not an integer");
  std::string_view written = context_.lines().raw();
  if (!written.empty() && written.back() == '\r') written.remove_suffix(1);
  constexpr std::string_view kBitrate = "#EXT-X-BITRATE:";
  if (written.size() != kBitrate.size() + value.size()) {
    context_.violate("4.4.4.8", "EXT-X-BITRATE is not an integer alone");
  }
  // What does not fit is as much as fits.
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  bitrate_bps_ = checked_multiply(parse_int64(value).value_or(kMost), 1000).value_or(kMost);
  if (!playlist_.bitrates.empty() && playlist_.bitrates.back().position == playlist_.size()) {
    playlist_.bitrates.back().bps = bitrate_bps_;
  } else if (playlist_.bitrates.empty() || playlist_.bitrates.back().bps != bitrate_bps_) {
    playlist_.bitrates.push_back({playlist_.size(), bitrate_bps_});
  }
}

void MediaPlaylistBuilder::on_byte_range(std::string_view value) {
  byte_range_ = parse_byte_range(value);
  if (!byte_range_) context_.fail("EXT-X-BYTERANGE is not LENGTH[@OFFSET]");
  context_.require_version(4, "EXT-X-BYTERANGE");
}

void MediaPlaylistBuilder::on_date_range(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  playlist_.date_range_lines.push_back(static_cast<uint32_t>(context_.lines().offset()));
  date_ranges_.add_tag(list, context_);
}

void MediaPlaylistBuilder::on_key(std::string_view value) {
  check_before_parts("4.4.4.9", "EXT-X-KEY after a part of its segment");
  if (value == key_value_ && keys_.formats() == 1) return;
  key_value_ = value;
  is_run_open_ = false;
  std::optional<SegmentKey> key = read_key(context_.attributes(value), "4.4.4.4", context_);
  if (!key) return keys_.clear();
  keys_.set(*std::move(key));
  constexpr std::size_t kMaxFormats = 100;  // real playlists have three
  if (keys_.formats() > kMaxFormats || keys_.kept() > limits::kSegmentKeys) {
    context_.fail(ErrorCode::kManifestLimit, "too many keys");
  }
}

std::shared_ptr<const InitSegment> MediaPlaylistBuilder::make_init(const std::string& url,
                                                                   ByteSpan range) {
  auto init = std::make_shared<InitSegment>();
  init->location.url = url;
  init->location.range = to_byte_range(range);
  init->keys = keys_.current();
  // What a refresh knows already stays the same InitSegment.
  if (previous_ != nullptr) {
    for (const SegmentRun* run : {&previous_->runs.back(), &previous_->runs.front()}) {
      if (run->init != nullptr && *run->init == *init) return run->init;
    }
  }
  return init;
}

void MediaPlaylistBuilder::on_map(std::string_view value) {
  check_before_parts("4.4.4.9", "EXT-X-MAP after a part of its segment");
  const bool is_same_text = value == map_value_ && init_ != nullptr;
  if (is_same_text && init_->keys == keys_.current()) return;
  map_value_ = value;
  context_.require_version(playlist_.is_iframes_only ? 5 : 6, "EXT-X-MAP");
  const AttributeList& list = context_.attributes(value);
  std::optional<std::string> uri = resolve(list.get("URI"));
  if (!uri) return context_.violate("4.4.4.5", "EXT-X-MAP without a usable URI");
  InitKey key{*std::move(uri), 0, -1, keys_.current().get()};
  if (const auto written = list.find("BYTERANGE")) {
    const std::optional<WrittenByteRange> range = parse_byte_range(*written);
    if (!range) return context_.fail("BYTERANGE of EXT-X-MAP is not LENGTH[@OFFSET]");
    key.first = range->offset.value_or(0);
    key.length = range->length;
  }
  is_run_open_ = false;
  std::shared_ptr<const InitSegment>& known = inits_[key];
  if (known == nullptr) {
    known = make_init(key.url, {key.first, key.length});
    if (inits_.size() > limits::kInitSegments) {
      context_.fail(ErrorCode::kManifestLimit, "too many init segments");
    }
  }
  init_ = known;
}

void MediaPlaylistBuilder::on_program_date_time(std::string_view value) {
  date_ = parse_iso_date_time(value);
  if (!date_) context_.violate("4.4.4.6", "EXT-X-PROGRAM-DATE-TIME is not a date with a time");
}

void MediaPlaylistBuilder::on_tiles(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  const std::string_view layout = list.get("LAYOUT");
  const std::size_t cross = layout.find('x');
  constexpr int64_t kMaxTiles = 1'000;
  const std::optional<int64_t> columns = parse_count(layout.substr(0, cross), kMaxTiles);
  const std::optional<int64_t> rows =
      parse_count(cross < layout.size() ? layout.substr(cross + 1) : std::string_view(), kMaxTiles);
  if (!columns || !rows || *columns == 0 || *rows == 0) {
    return context_.skip("EXT-X-TILES without a usable LAYOUT");
  }
  if (playlist_.tiles) return;
  TileLayout tiles;
  tiles.columns = static_cast<int>(*columns);
  tiles.rows = static_cast<int>(*rows);
  tiles.tile_duration = Duration{parse_decimal(list.get("DURATION"), 6).value_or(0)};
  playlist_.tiles = tiles;
}

void MediaPlaylistBuilder::add_byte_range(std::string_view uri) {
  if (!byte_range_) {
    next_offset_.reset();
    if (!playlist_.byte_ranges.empty()) playlist_.byte_ranges.push_back({});
    return;
  }
  // RFC 8216 §4.3.2.2: without an offset it continues the segment before.
  std::optional<int64_t> first = byte_range_->offset;
  const std::size_t position = playlist_.size();
  if (!first && position > 0 && uri == playlist_.uri(position - 1)) first = next_offset_;
  if (!first) {
    // That one has to be a sub-range of the same resource. Where it is not, the peers that read on
    // agree with the start of the resource in the usual case, the first segment of a file.
    context_.violate("4.4.4.2", "EXT-X-BYTERANGE without an offset has nothing to continue");
    first = 0;
  }
  next_offset_ = checked_add(*first, byte_range_->length);
  if (!next_offset_) return context_.fail("EXT-X-BYTERANGE ends beyond 63 bits");
  playlist_.byte_ranges.resize(position);
  playlist_.byte_ranges.push_back({*first, byte_range_->length});
}

// RFC 8216bis §4.4.3.6: the bytes before the first key frame of a resource without EXT-X-MAP hold
// what a decoder needs.
void MediaPlaylistBuilder::infer_init(std::string_view uri) {
  const bool is_inferred = init_ == nullptr || init_ == inferred_init_;
  if (!is_inferred || !byte_range_) return;
  std::optional<std::string> url = resolve(uri);
  const int64_t first = playlist_.byte_ranges.back().first;
  if (!url || first == 0) return;
  const InitKey key{*std::move(url), 0, -2, keys_.current().get()};
  std::shared_ptr<const InitSegment>& known = inits_[key];
  if (known == nullptr) known = make_init(key.url, {0, first});
  if (inits_.size() > limits::kInitSegments) {
    return context_.fail(ErrorCode::kManifestLimit, "too many init segments");
  }
  if (init_ != known) is_run_open_ = false;
  init_ = inferred_init_ = known;
}

void MediaPlaylistBuilder::add_date(int64_t start_ticks) {
  if (!playlist_.dates.empty()) {
    constexpr int64_t kTicksPerUs = MediaPlaylist::kTicksPerSecond / 1'000'000;
    const Duration predicted{(start_ticks - date_ticks_) / kTicksPerUs};
    const int64_t difference = (*date_ - (playlist_.dates.back().date + predicted)).count();
    constexpr int64_t kToleranceUs = 1000;  // the usual resolution of these dates
    if (difference > -kToleranceUs && difference < kToleranceUs) return;
  }
  playlist_.dates.push_back({playlist_.size() - 1, *date_});
  date_ticks_ = start_ticks;
}

void MediaPlaylistBuilder::open_run() {
  if (is_run_open_ && playlist_.runs.back().is_gap == is_gap_) return;
  const auto& keys = keys_.current();
  playlist_.runs.push_back({playlist_.size(), discontinuity_sequence(), init_, keys, is_gap_});
  playlist_.is_encrypted =
      playlist_.is_encrypted || keys != nullptr || (init_ != nullptr && init_->keys != nullptr);
  is_run_open_ = true;
}

void MediaPlaylistBuilder::describe_segment_in_progress() {
  const auto& keys = keys_.current();
  playlist_.in_progress = {playlist_.size(), discontinuity_sequence(), init_, keys, is_gap_};
  const bool is_begun = has_open_parts();
  if (is_begun) playlist_.is_encrypted |= keys || (init_ && init_->keys);
}

void MediaPlaylistBuilder::on_uri(std::string_view line) {
  if (playlist_.size() >= limits::kSegments) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 500,000 segments");
  }
  const std::string_view uri = context_.substituted(line);
  if (context_.has_failed()) return;
  if (!duration_ns_) {
    // RFC 8216 §4.3.2.1 requires a readable EXTINF; the target duration is the best there is.
    context_.violate("4.4.4.1", "a segment without EXTINF");
    duration_ns_ = playlist_.target_duration.count() * 1000;
  }
  if (*duration_ns_ > longest_ns_) {
    longest_ns_ = *duration_ns_;
    longest_offset_ = context_.lines().offset();
  }
  const bool is_first = playlist_.size() == 0;
  if (is_first) place_first_segment();
  const std::size_t position = playlist_.size();
  const uint64_t number = playlist_.first_number() + position;
  const int64_t start = is_first ? playlist_.start_ticks : playlist_.timeline.end_ticks();
  if (!playlist_.timeline.append(start, *duration_ns_, 1, number)) {
    return context_.fail("the durations add up to more than 292 years");
  }
  if (has_open_parts()) check_parts_of_segment();
  add_byte_range(uri);
  if (playlist_.is_iframes_only) infer_init(uri);
  open_run();
  playlist_.uris.push_back(keep(uri));
  if (date_) add_date(start);
  context_.strings().clear();

  playlist_.tail_offset = context_.lines().next_offset();
  playlist_.tail_byte = next_offset_;
  has_header_after_segments_ |= is_tail_mixed_;
  part_start_ns_ = 0;
  context_.end_segment();
  if (is_first && previous_ != nullptr) reuse_text();
  duration_ns_.reset();
  byte_range_.reset();
  date_.reset();
  is_gap_ = false;
}

}  // namespace playhead::hls
