// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/live.h"
#include "playhead/media.h"
#include "playhead/protection.h"
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

// The same media at another place: a further BaseURL, a redundant Variant. Fails over from one to
// the next in this order; times and numbers of the segments are the same.
struct ServiceLocation {
  std::string name;  // @serviceLocation, PATHWAY-ID; the host when the manifest gives none
  int priority = 1;  // DVB: 1 is used first
  int weight = 1;    // DVB: among equal priorities
  // DASH @availabilityTimeOffset of the BaseURL: segments appear that much earlier.
  Duration availability_time_offset{0};
  std::shared_ptr<const SegmentIndex> segments;  // null until loaded through index_source
  IndexSource index_source;
};

enum class VideoRange : uint8_t { kUnknown, kSdr, kPq, kHlg };
// HLS HDCP-LEVEL: what the output has to protect with.
enum class HdcpLevel : uint8_t { kNone, kType0, kType1 };

// A DASH DescriptorType (5.8.2) that the model carries without knowing its meaning.
struct Descriptor {
  std::string scheme;
  std::string value;
  std::string id;
  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

// How pictures of thumbnails lie in one image (DASH-IF IOP 6.2.6 "WxH", HLS EXT-X-TILES).
struct TileLayout {
  int columns = 1, rows = 1;
  Duration tile_duration{0};  // of one picture; 0: the segment's duration over columns × rows
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
  std::string supplemental_codecs;  // HLS SUPPLEMENTAL-CODECS, DASH scte214:supplementalCodecs
  VideoRange video_range = VideoRange::kUnknown;
  HdcpLevel hdcp_level = HdcpLevel::kNone;
  std::optional<double> score;  // HLS SCORE, DASH @qualityRanking turned round; higher is better
  std::vector<std::string> allowed_cpc;        // HLS ALLOWED-CPC, as "KEYFORMAT:label/label"
  std::string video_layout;                    // HLS REQ-VIDEO-LAYOUT, as written
  std::string stable_id;                       // HLS STABLE-VARIANT-ID / STABLE-RENDITION-ID
  double max_playout_rate = 0;                 // DASH @maxPlayoutRate, trick play; 0 unknown
  std::optional<TileLayout> tiles;             // images only
  std::vector<ContentProtection> protections;  // its own; AdaptationSet::protections apply as well
  std::vector<Descriptor> essential_properties;     // not understood by the parser
  std::vector<Descriptor> supplemental_properties;  // not understood by the parser
  // DASH InbandEventStream, its own and its AdaptationSet's: schemes of emsg boxes in the segments.
  std::vector<Descriptor> inband_events;
  // DASH ProducerReferenceTime, its own or, without one, those of its AdaptationSet.
  std::vector<ProducerReferenceTime> producer_reference_times;
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
  // Name of the place `segments` and `index_source` are at, and where else the same media is.
  std::string service_location;
  std::vector<ServiceLocation> alternatives;
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
  std::vector<ContentProtection> protections;
  // DASH Accessibility; each of HLS CHARACTERISTICS with the scheme "hls:trait".
  std::vector<Descriptor> accessibilities;
  std::vector<Descriptor> viewpoints;
  std::vector<Descriptor> essential_properties;     // not understood by the parser
  std::vector<Descriptor> supplemental_properties;  // not understood by the parser
  // Captions inside the pictures: "CC1", "SERVICE3" … (HLS INSTREAM-ID, DASH CEA descriptors) and
  // their language.
  struct ClosedCaption {
    std::string channel, language, label;
  };
  std::vector<ClosedCaption> closed_captions;
  // Key frames only, for trick play: the id of the AdaptationSet they belong to (DASH-IF
  // trickmode); HLS I-frame playlists: the first video set. Empty otherwise.
  std::string trick_mode_for;
  std::vector<std::string> switchable_with;  // DASH adaptation-set-switching: ids
  int selection_priority = 1;                // DASH @selectionPriority
  // HLS: the rendition group, so that variants can name the audio that goes with them.
  std::string group;
  std::vector<Representation> representations;  // ascending by bandwidth, never empty
};

struct Period {
  std::string id;
  MediaTime start;
  std::optional<Duration> duration;  // unknown for an open last Period, and HLS before loading
  std::vector<AdaptationSet> adaptation_sets;
  std::vector<TimedEvent> events;  // DASH EventStream of this Period
  // DASH Preselection: AdaptationSets and ContentComponents meant to be played together.
  struct Preselection {
    std::string id, language, label, codecs;
    std::vector<std::string> components;
    std::vector<std::string> roles;
  };
  std::vector<Preselection> preselections;
  std::string asset_id;  // AssetIdentifier: equal values continue the same asset
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
  std::optional<LiveInfo> live;      // kLive and kEvent
  // EXT-X-START of the multivariant playlist; negative counts from the end.
  struct StartPoint {
    Duration offset{0};
    bool is_precise = false;
  };
  std::optional<StartPoint> start;
  std::optional<ContentSteering> content_steering;
  std::vector<ContentProtection>
      session_keys;  // HLS EXT-X-SESSION-KEY: licences can be fetched early
  struct SessionData {
    std::string id, value, url, language, format;
  };
  std::vector<SessionData> session_data;    // HLS EXT-X-SESSION-DATA
  std::optional<Duration> min_buffer_time;  // DASH @minBufferTime
  std::string title;                        // DASH ProgramInformation/Title
};

}  // namespace playhead
