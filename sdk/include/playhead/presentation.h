// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/media.h"
#include "playhead/segment_index.h"
#include "playhead/time.h"

// The one model of a title, whatever manifest it came from. Names are ISO/IEC 23009-1's; HLS is
// mapped onto them: a Variant's video is a Representation of the video AdaptationSet, a Rendition
// group an AdaptationSet for each language and label.
namespace playhead {

// How the segments of a Representation become known when the manifest itself does not list them.
struct IndexSource {
  enum class Kind : uint8_t {
    kInline,            // Representation::segments is set
    kHlsMediaPlaylist,  // fetch and parse the playlist at `location`
    kSidx,              // fetch and parse the box at `location` (ISO/IEC 14496-12 §8.16.3)
  };
  Kind kind = Kind::kInline;
  ResourceLocation location;
  // kSidx only: what the index's segments need, see Segment::init.
  std::shared_ptr<const ResourceLocation> init;
  // kHlsMediaPlaylist only: what the playlist may IMPORT (RFC 8216bis §4.4.2.3); may be null.
  std::shared_ptr<const std::map<std::string, std::string, std::less<>>> variables;
};

struct Representation {
  std::string id;     // unique within the Presentation; stable over refreshes
  Bitrate bandwidth;  // declared peak; 0 when the manifest does not say
  Bitrate average_bandwidth;
  std::string codecs;  // RFC 6381, comma separated; may be empty
  Container container = Container::kUnknown;
  int width = 0, height = 0;
  double frame_rate = 0;  // frames per second, 0 unknown
  int sample_rate = 0, channels = 0;
  // HLS: groups of the Renditions that go with this Variant (AdaptationSet::group); empty for none.
  std::string audio_group;
  std::string text_group;
  // HLS: further audio groups offered with the same media (same URI, several Variants).
  std::vector<std::string> alternate_audio_groups;
  // Presentation time = container time + media_offset. Set by DASH (Period start -
  // presentationTimeOffset); unknown for HLS, where the first sample of a discontinuity tells.
  std::optional<Duration> media_offset;
  std::shared_ptr<const SegmentIndex> segments;  // null until loaded through index_source
  IndexSource index_source;
};

struct AdaptationSet {
  std::string id;  // unique within the Period
  TrackKind kind = TrackKind::kVideo;
  // The segments of a video AdaptationSet may also carry the sound (HLS without an AUDIO group).
  bool may_carry_audio = false;
  std::string language;  // BCP 47, empty unknown
  std::string label;     // for people
  std::vector<std::string>
      roles;  // DASH role scheme values: main, alternate, caption, forced-subtitle …
  bool is_default = false;
  bool is_autoselect = false;
  bool is_forced = false;
  // DASH: a ContentProtection is declared. HLS tells only with the media playlist.
  bool is_encrypted = false;
  // HLS: the rendition group, so that variants can name the audio that goes with them.
  std::string group;
  std::vector<Representation> representations;  // ascending by bandwidth, never empty
};

struct Period {
  std::string id;
  MediaTime start;
  std::optional<Duration> duration;  // unknown for an open last Period, and HLS before loading
  std::vector<AdaptationSet> adaptation_sets;
};

enum class PresentationType : uint8_t { kVod, kEvent, kLive };
enum class ManifestFormat : uint8_t { kHls, kDash };

struct Presentation {
  ManifestFormat format = ManifestFormat::kHls;
  PresentationType type = PresentationType::kVod;
  std::string url;                   // where it came from, after redirects
  std::optional<Duration> duration;  // known for VOD once one index is loaded
  std::vector<Period> periods;       // ascending by start, never empty
  int warnings = 0;                  // tolerated violations and unknown parts
};

}  // namespace playhead
