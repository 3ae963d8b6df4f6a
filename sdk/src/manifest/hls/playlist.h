// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/hls/variables.h"
#include "manifest/timeline.h"
#include "playhead/bytes.h"
#include "playhead/segment_index.h"

// What playlists say, in the words of RFC 8216. hls_presentation maps it onto the common model.
namespace playhead::hls {

// EXT-X-MEDIA (RFC 8216 §4.3.4.1). Views into MultivariantPlaylist::text or ::strings.
struct Rendition {
  enum class Type : uint8_t { kAudio, kVideo, kSubtitles, kClosedCaptions };
  Type type = Type::kAudio;
  std::string_view uri;  // empty: the media is in the Variant
  std::string_view group_id;
  std::string_view name;
  std::string_view language;
  std::string_view characteristics;
  std::string_view channels;
  std::string_view instream_id;
  std::string_view stable_id;
  bool is_default = false;
  bool is_autoselect = false;
  bool is_forced = false;
};

// EXT-X-STREAM-INF or EXT-X-I-FRAME-STREAM-INF (RFC 8216 §4.3.4.2, §4.3.4.3).
struct Variant {
  std::string_view uri;
  int64_t bandwidth = 0;          // bit/s; 0 when missing
  int64_t average_bandwidth = 0;  // bit/s; 0 unknown
  std::string_view codecs;
  int width = 0, height = 0;  // 0 unknown
  double frame_rate = 0;      // 0 unknown
  std::string_view audio;     // GROUP-IDs; empty for none
  std::string_view video;
  std::string_view subtitles;
  std::string_view stable_id;
};

// Move-only: its views point into what it owns.
struct MultivariantPlaylist {
  MultivariantPlaylist() = default;
  MultivariantPlaylist(MultivariantPlaylist&&) = default;
  MultivariantPlaylist& operator=(MultivariantPlaylist&&) = default;
  MultivariantPlaylist(const MultivariantPlaylist&) = delete;
  MultivariantPlaylist& operator=(const MultivariantPlaylist&) = delete;

  SharedBytes text;
  std::deque<std::string> strings;  // values in which variables were substituted
  std::string url;                  // base of its URIs
  int version = 1;
  bool has_independent_segments = false;
  std::vector<Variant> variants;
  std::vector<Variant> iframe_variants;
  std::vector<Rendition> renditions;
  std::shared_ptr<VariableMap> variables = std::make_shared<VariableMap>();
  int warnings = 0;
};

// EXT-X-KEY (RFC 8216 §4.3.2.4), kept for the DRM layer.
struct Key {
  enum class Method : uint8_t { kAes128, kSampleAes, kSampleAesCtr, kUnknown };
  Method method = Method::kAes128;
  std::string uri;  // absolute
  std::string iv;   // hexadecimal digits without 0x; empty: the media sequence number
  std::string key_format = "identity";
  std::string key_format_versions;
};
// All keys in force at once, one for each KEYFORMAT. Never empty.
using KeySet = std::vector<Key>;

// EXT-X-MAP (RFC 8216 §4.3.2.5).
struct InitSegment {
  ResourceLocation location;
  std::shared_ptr<const KeySet> keys;  // null: clear
};

// Neighbouring segments that share everything but their place and time.
struct SegmentRun {
  std::size_t first_position = 0;
  uint64_t discontinuity_sequence = 0;
  std::shared_ptr<const InitSegment> init;  // null: none needed
  std::shared_ptr<const KeySet> keys;       // null: clear
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

// Retains the playlist's text; segments are spans of it.
struct MediaPlaylist {
  enum class Type : uint8_t { kNone, kEvent, kVod };

  SharedBytes text;
  std::string substituted;  // URIs in which variables were substituted; spans beyond `text`
  std::string url;          // base of its URIs
  int version = 1;
  Duration target_duration{0};
  uint64_t media_sequence = 0;
  uint64_t discontinuity_sequence = 0;
  Type type = Type::kNone;
  bool has_end_list = false;
  bool has_independent_segments = false;
  bool is_iframes_only = false;
  std::optional<Duration> start_offset;  // EXT-X-START; negative counts from the end
  uint64_t skipped_segments = 0;         // EXT-X-SKIP
  // Ticks of kTicksPerSecond; numbers are media sequence numbers.
  Timeline timeline{kTicksPerSecond, Duration{0}};
  std::vector<TextSpan> uris;         // one for each segment
  std::vector<ByteSpan> byte_ranges;  // one for each segment, or empty when none has one
  std::vector<SegmentRun> runs;       // ascending by first_position
  std::vector<DateAnchor> dates;      // ascending by position
  bool is_encrypted = false;
  int warnings = 0;

  // EXTINF has as many decimals as its author likes; nanoseconds keep sums of a day within 0.1 ms.
  static constexpr int64_t kTicksPerSecond = 1'000'000'000;

  [[nodiscard]] std::size_t size() const { return uris.size(); }
  // Bytes it holds on to, the text included.
  [[nodiscard]] std::size_t memory_bytes() const;
  // As written (after substitution); position < size().
  [[nodiscard]] std::string_view uri(std::size_t position) const;
  [[nodiscard]] const SegmentRun& run(std::size_t position) const;
  // Wall-clock time of a segment's start; nothing when the playlist has no dates. Before the first
  // date it is counted back (RFC 8216 §6.3.3).
  [[nodiscard]] std::optional<WallTime> date(std::size_t position) const;
};

}  // namespace playhead::hls
