// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/hls/text_arena.h"
#include "manifest/hls/variables.h"
#include "manifest/timeline.h"
#include "playhead/bytes.h"
#include "playhead/live.h"
#include "playhead/presentation.h"
#include "playhead/protection.h"
#include "playhead/segment_index.h"

// What playlists say, in the words of RFC 8216. hls_presentation maps it onto the common model.
namespace playhead::hls {

// EXT-X-MEDIA (RFC 8216bis §4.4.6.1). Views into MultivariantPlaylist::text or ::strings.
struct Rendition {
  enum class Type : uint8_t { kAudio, kVideo, kSubtitles, kClosedCaptions };
  Type type = Type::kAudio;
  std::string_view uri;  // empty: the media is in the Variant
  std::string_view group_id;
  std::string_view name;
  std::string_view language;
  std::string_view associated_language;
  std::string_view characteristics;
  std::string_view channels;
  std::string_view instream_id;
  std::string_view stable_id;
  int sample_rate = 0, bit_depth = 0;
  bool is_default = false;
  bool is_autoselect = false;
  bool is_forced = false;
};

// EXT-X-STREAM-INF, EXT-X-I-FRAME-STREAM-INF (RFC 8216bis §4.4.6.2, §4.4.6.3) or
// EXT-X-IMAGE-STREAM-INF.
struct Variant {
  std::string_view uri;
  int64_t bandwidth = 0;          // bit/s; 0 when missing
  int64_t average_bandwidth = 0;  // bit/s; 0 unknown
  std::string_view codecs;
  std::string_view supplemental_codecs;
  int width = 0, height = 0;    // 0 unknown
  double frame_rate = 0;        // 0 unknown
  std::optional<double> score;  // >= 0, higher is better
  VideoRange video_range = VideoRange::kUnknown;
  HdcpLevel hdcp_level = HdcpLevel::kNone;
  std::string_view allowed_cpc;
  std::string_view video_layout;
  std::string_view audio;  // GROUP-IDs; empty for none
  std::string_view video;
  std::string_view subtitles;
  std::string_view closed_captions;     // a GROUP-ID; empty for none or NONE
  bool has_no_closed_captions = false;  // CLOSED-CAPTIONS=NONE
  std::string_view name;
  std::string_view pathway_id;
  std::string_view stable_id;
  std::size_t text_offset = 0;  // of its tag
};

// EXT-X-SESSION-DATA (§4.4.6.4).
struct SessionData {
  std::string_view id, value, uri, language, format;
};

// Move-only: its views point into what it owns.
struct MultivariantPlaylist {
  MultivariantPlaylist() = default;
  MultivariantPlaylist(MultivariantPlaylist&&) = default;
  MultivariantPlaylist& operator=(MultivariantPlaylist&&) = default;
  MultivariantPlaylist(const MultivariantPlaylist&) = delete;
  MultivariantPlaylist& operator=(const MultivariantPlaylist&) = delete;

  SharedBytes text;
  TextArena strings;  // values in which variables were substituted
  std::string url;    // base of its URIs
  int version = 1;
  bool has_independent_segments = false;
  std::vector<Variant> variants;
  std::vector<Variant> iframe_variants;
  std::vector<Variant> image_variants;
  std::vector<Rendition> renditions;
  std::vector<SessionData> session_data;
  std::vector<SegmentKey> session_keys;  // URIs are absolute
  std::optional<Presentation::StartPoint> start;
  std::optional<ContentSteering> content_steering;
  std::shared_ptr<VariableMap> variables = std::make_shared<VariableMap>();
  int warnings = 0;
};

// EXT-X-MAP (RFC 8216 §4.3.2.5).
struct InitSegment {
  ResourceLocation location;
  std::shared_ptr<const SegmentKeys> keys;  // null: clear
  friend bool operator==(const InitSegment& a, const InitSegment& b);
};

// Neighbouring segments that share everything but their place and time.
struct SegmentRun {
  std::size_t first_position = 0;
  uint64_t discontinuity_sequence = 0;
  std::shared_ptr<const InitSegment> init;  // null: none needed
  std::shared_ptr<const SegmentKeys> keys;  // null: clear
  bool is_gap = false;
};

// Bytes `offset`.. of a text.
struct TextSpan {
  uint32_t offset = 0;
  uint32_t length = 0;
};

struct ByteSpan {
  int64_t first = 0;
  int64_t length = -1;  // -1: the whole resource
};

// EXT-X-PROGRAM-DATE-TIME where it says more than the one before it: dates of the segments in
// between follow from their times, to within a millisecond.
struct DateAnchor {
  std::size_t position = 0;
  WallTime date;
};

// EXT-X-BITRATE (RFC 8216bis §4.4.4.8): from this segment on, those with a byte range left out.
struct BitrateChange {
  std::size_t position = 0;
  int64_t bps = 0;
};

// EXT-X-PART (§4.4.4.9).
struct Part {
  TextSpan uri;
  ByteSpan range;
  int64_t start_ns = 0;  // from the start of its segment
  int64_t duration_ns = 0;
  bool is_independent = false;
  bool is_gap = false;
};
// parts[first..] up to the next group belong to segment `position`; size(): the one in progress.
struct PartGroup {
  std::size_t position = 0;
  std::size_t first = 0;
};

// EXT-X-DATERANGE (§4.4.5.1), all tags with its ID merged. Its `start` is unknown here.
struct DateRange {
  TimedEvent event;
  std::optional<WallTime> end;  // END-DATE
};

// Retains the playlist's text; segments are spans of it. A live playlist that has only begun has
// none yet: size() == 0.
struct MediaPlaylist {
  enum class Type : uint8_t { kNone, kEvent, kVod };

  SharedBytes text;
  std::string substituted;  // URIs that are not in `text`: spans beyond it
  std::string url;          // base of its URIs
  int version = 1;
  Duration target_duration{0};
  uint64_t media_sequence = 0;
  uint64_t discontinuity_sequence = 0;
  Type type = Type::kNone;
  bool has_end_list = false;
  bool has_independent_segments = false;
  bool is_iframes_only = false;
  bool is_images_only = false;           // EXT-X-IMAGES-ONLY
  std::optional<Duration> start_offset;  // EXT-X-START; negative counts from the end
  bool is_start_precise = false;
  uint64_t skipped_segments = 0;  // EXT-X-SKIP
  bool is_complete = true;        // false: skipped segments are missing here
  int64_t start_ticks = 0;        // of the first segment; not 0 for a refresh
  // Ticks of kTicksPerSecond; numbers are media sequence numbers.
  Timeline timeline{kTicksPerSecond, Duration{0}};
  std::vector<TextSpan> uris;         // one for each segment
  std::vector<ByteSpan> byte_ranges;  // one for each segment, or empty when none has one
  // Ascending by first_position, never empty: without segments, that of the one in progress.
  std::vector<SegmentRun> runs;
  SegmentRun in_progress;  // what the tags behind the last segment say of the next one
  std::vector<DateAnchor> dates;        // ascending by position <= size()
  std::vector<BitrateChange> bitrates;  // ascending by position
  std::vector<Part> parts;
  std::vector<PartGroup> part_groups;            // ascending by position
  std::vector<DateRange> date_ranges;            // in the order of their first tags
  std::vector<std::string> removed_date_ranges;  // EXT-X-SKIP: RECENTLY-REMOVED-DATERANGES
  std::vector<PreloadHint> preload_hints;
  std::vector<RenditionReport> rendition_reports;
  std::optional<ServerControl> server_control;
  std::optional<Duration> part_target;  // EXT-X-PART-INF
  std::optional<TileLayout> tiles;      // the first EXT-X-TILES
  bool is_encrypted = false;
  int warnings = 0;

  // Where the EXT-X-DATERANGE tags are in `text`, ascending.
  std::vector<uint32_t> date_range_lines;
  // Where the text of the last segment ends, for a refresh that goes on from there; 0: it cannot.
  std::size_t tail_offset = 0;
  std::optional<int64_t> tail_byte;  // where its byte range ended

  // EXTINF has as many decimals as its author likes; nanoseconds keep sums of a day within 0.1 ms.
  static constexpr int64_t kTicksPerSecond = 1'000'000'000;

  [[nodiscard]] std::size_t size() const { return uris.size(); }
  // It says that it can never change (§4.4.3.5) and not that it is over: it broke off on the way,
  // or its author left EXT-X-ENDLIST out.
  [[nodiscard]] bool lacks_end() const { return type == Type::kVod && !has_end_list; }
  // Media sequence number of the first segment that is here.
  [[nodiscard]] uint64_t first_number() const {
    return media_sequence + (is_complete ? 0 : skipped_segments);
  }
  // Of the segment after the last one, the one in progress.
  [[nodiscard]] uint64_t end_number() const { return first_number() + size(); }
  // Start of segment `position` <= size(), of the one in progress too.
  [[nodiscard]] int64_t ticks_at(std::size_t position) const {
    if (position < size()) return timeline.start_ticks(position);
    return size() == 0 ? start_ticks : timeline.end_ticks();
  }
  [[nodiscard]] MediaTime time_at(std::size_t position) const;
  // Bytes it holds on to, the text included.
  [[nodiscard]] std::size_t memory_bytes() const;
  [[nodiscard]] std::string_view view(TextSpan span) const;
  // As written (after substitution); position < size().
  [[nodiscard]] std::string_view uri(std::size_t position) const { return view(uris[position]); }
  // Absolute; as written when it cannot be resolved, for the Transport to refuse.
  [[nodiscard]] std::string resolved(TextSpan span) const;
  [[nodiscard]] const SegmentRun& run(std::size_t position) const;
  // Wall-clock time of a segment's start; nothing when the playlist has no dates. Before the first
  // date it is counted back (RFC 8216 §6.3.3). position <= size().
  [[nodiscard]] std::optional<WallTime> date(std::size_t position) const;
  // Where on the presentation timeline a date is; nothing when the playlist has no dates.
  [[nodiscard]] std::optional<MediaTime> time_of(WallTime date) const;
  // What EXT-X-BITRATE says of a segment, in bit/s; 0 unknown. The second one does not look whether
  // the segment is a byte range.
  [[nodiscard]] int64_t bitrate(std::size_t position) const;
  [[nodiscard]] int64_t bitrate_in_force(std::size_t position) const;
  // The parts of a segment, position <= size().
  [[nodiscard]] std::span<const Part> parts_of(std::size_t position) const;
};

[[nodiscard]] inline std::optional<ByteRange> to_byte_range(ByteSpan span) {
  if (span.length <= 0) return std::nullopt;
  return ByteRange{span.first, span.first + span.length - 1};
}

}  // namespace playhead::hls
