// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "manifest/hls/byte_range.h"
#include "manifest/hls/date_range_table.h"
#include "manifest/hls/key_tracker.h"
#include "manifest/hls/media_playlist_parser.h"
#include "manifest/hls/tag_context.h"

// Inside of the media playlist parser; see media_playlist_parser.h for its use.
namespace playhead::hls {

// Reads one media playlist, line by line. Its parts:
//   media_playlist_parser.cpp   the loop, tags of the playlist as a whole
//   media_segment_tags.cpp      tags of segments, and the segment itself
//   low_latency_tags.cpp        parts, hints, reports, server control
//   media_playlist_reuse.cpp    what is taken over from the playlist before
//   media_playlist_rules.cpp    what only the whole playlist can break
class MediaPlaylistBuilder {
 public:
  explicit MediaPlaylistBuilder(MediaPlaylistInput input);
  Result<MediaPlaylist> build();

 private:
  using Handler = TagHandler<MediaPlaylistBuilder>;

  void on_tag(std::string_view line);
  void on_uri(std::string_view line);

  void on_nothing(std::string_view) {}
  void on_define(std::string_view value);
  void on_discontinuity(std::string_view value);
  void on_discontinuity_sequence(std::string_view value);
  void on_end_list(std::string_view) { playlist_.has_end_list = true; }
  void on_iframes_only(std::string_view value);
  void on_images_only(std::string_view) { playlist_.is_images_only = true; }
  void on_independent_segments(std::string_view) { playlist_.has_independent_segments = true; }
  void on_media_sequence(std::string_view value);
  void on_playlist_type(std::string_view value);
  void on_start(std::string_view value);
  void on_target_duration(std::string_view value);
  void on_version(std::string_view value) { context_.on_version(value); }

  void on_extinf(std::string_view value);
  void on_bitrate(std::string_view value);
  void on_byte_range(std::string_view value);
  void on_date_range(std::string_view value);
  void on_gap(std::string_view) { is_gap_ = true; }
  void on_key(std::string_view value);
  void on_map(std::string_view value);
  void on_program_date_time(std::string_view value);
  void on_tiles(std::string_view value);

  void on_part(std::string_view value);
  void on_part_inf(std::string_view value);
  void on_preload_hint(std::string_view value);
  void on_rendition_report(std::string_view value);
  void on_server_control(std::string_view value);
  void on_skip(std::string_view value);

  std::optional<std::string> resolve(std::string_view uri);
  TextSpan keep(std::string_view uri);
  std::shared_ptr<const InitSegment> make_init(const std::string& url, ByteSpan range);
  void add_byte_range(std::string_view uri);
  void infer_init(std::string_view uri);
  void add_date(int64_t start_ticks);
  void open_run();
  void describe_segment_in_progress();
  void check_parts_of_segment();
  void check_before_parts(std::string_view clause, std::string_view what);
  [[nodiscard]] bool has_open_parts() const {
    return !playlist_.part_groups.empty() &&
           playlist_.part_groups.back().position == playlist_.size();
  }
  // Absolute, of what comes next.
  [[nodiscard]] uint64_t discontinuity_sequence() const {
    return playlist_.discontinuity_sequence + discontinuity_;
  }

  // media_playlist_reuse.cpp
  void continue_previous();
  void place_first_segment();
  void continue_discontinuities(uint64_t expected);
  void take_skipped(uint64_t count);
  void reuse_text();
  [[nodiscard]] bool starts_as(std::size_t position) const;
  // Segments [first, end) of the playlist before: all but their URIs.
  void take_segments(std::size_t first, std::size_t end);

  void check_rules();
  void check_server_control();
  [[nodiscard]] bool may_begin() const;
  void begin_playlist();
  Result<MediaPlaylist> finish();

  TagContext context_;
  MediaPlaylist playlist_;
  const MediaPlaylist* previous_;

  // What applies to the next segment only.
  std::optional<int64_t> duration_ns_;
  std::optional<WrittenByteRange> byte_range_;
  std::optional<WallTime> date_;
  bool is_gap_ = false;

  // What applies until it is changed.
  uint64_t discontinuity_ = 0;  // tags so far
  KeyTracker keys_;
  // The latest EXT-X-KEY and EXT-X-MAP as written, if any was: some packagers repeat them for each
  // segment.
  std::optional<std::string_view> key_value_, map_value_;
  std::shared_ptr<const InitSegment> init_;
  std::shared_ptr<const InitSegment> inferred_init_;  // by infer_init(), not by a tag
  bool is_run_open_ = false;
  int64_t bitrate_bps_ = 0;

  // Equal EXT-X-MAPs are the same InitSegment.
  struct InitKey {
    std::string url;
    int64_t first;
    int64_t length;
    const SegmentKeys* keys;
    // By hand: libc++ 14 compares no strings by <=>.
    bool operator<(const InitKey& other) const {
      return std::tie(url, first, length, keys) <
             std::tie(other.url, other.first, other.length, other.keys);
    }
  };
  std::map<InitKey, std::shared_ptr<const InitSegment>> inits_;
  DateRangeTable date_ranges_;

  std::optional<int64_t> next_offset_;  // where the byte range of the segment before ended
  std::optional<int64_t> next_part_offset_;
  int64_t part_start_ns_ = 0;  // of the next part, within its segment
  int64_t date_ticks_ = 0;     // start of the segment playlist_.dates.back() is of
  int64_t longest_ns_ = 0;
  std::size_t longest_offset_ = 0;
  std::size_t first_part_offset_ = 0;
  bool has_discontinuity_sequence_ = false;
  bool has_target_duration_ = false;
  // The text up to here says more than its segments: a refresh must read all of it again.
  bool is_tail_mixed_ = false;
  bool has_header_after_segments_ = false;
};

}  // namespace playhead::hls
