// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/time.h"

// What only live presentations, and those who operate them, have to say.
namespace playhead {

// DASH UTCTiming (5.8.4.11), as data: whoever owns the clock asks one of them.
struct UtcTiming {
  std::string scheme;  // "urn:mpeg:dash:utc:http-iso:2014" …
  std::string value;   // a URL, or the time itself for :direct:
};

// Latency and speed the service asks for (DASH ServiceDescription, annex K; HLS SERVER-CONTROL).
struct LatencyTargets {
  std::optional<Duration> target, min, max;
  std::optional<double> min_rate, max_rate;  // 1.0 = normal speed
  // DASH Latency@referenceId: the ProducerReferenceTime::id latency is measured from; empty: none.
  std::string reference_id;
};

// What wall-clock time the media of a presentation time is of (ISO/IEC 23009-1 5.12), so that
// latency can be told: at time t it is the clock's time less (date + t - time). As data: nothing
// in the library acts on it.
struct ProducerReferenceTime {
  enum class Type : uint8_t {
    kEncoder,      // when it was encoded; the default
    kCaptured,     // when it was captured
    kApplication,  // as application_scheme says
  };
  std::string id;  // @id
  Type type = Type::kEncoder;
  std::string application_scheme;       // @applicationScheme, of kApplication
  bool is_inband = false;               // @inband: the media carries prft boxes with the same id
  MediaTime time;                       // @presentationTime, on the presentation timeline
  std::optional<WallTime> date;         // @wallClockTime; none when it cannot be read
  std::optional<UtcTiming> utc_timing;  // the clock @wallClockTime was read from
};

// HLS EXT-X-SERVER-CONTROL (RFC 8216bis §4.4.3.8) and what goes with low latency.
struct ServerControl {
  bool can_block_reload = false;
  bool can_skip_date_ranges = false;
  std::optional<Duration> can_skip_until;
  std::optional<Duration> hold_back, part_hold_back;
};

// HLS EXT-X-RENDITION-REPORT (RFC 8216bis §4.4.5.4): how far another Rendition is.
struct RenditionReport {
  std::string url;  // absolute
  std::optional<uint64_t> last_number, last_part;
};

struct LiveInfo {
  // How far behind the live edge playback starts: DASH @suggestedPresentationDelay, HLS HOLD-BACK
  // or three target durations. None: the player's choice.
  std::optional<Duration> suggested_delay;
  // How much may be seeked back. None: all that is listed.
  std::optional<Duration> time_shift_buffer_depth;
  // When the manifest is worth fetching again. None: it does not change any more. Zero is allowed
  // (DASH: when a segment says so or runs out).
  std::optional<Duration> update_period;
  LatencyTargets latency;
  // Wall-clock time of presentation time 0: DASH @availabilityStartTime, HLS from
  // EXT-X-PROGRAM-DATE-TIME.
  std::optional<WallTime> availability_start;
  std::optional<WallTime> availability_end;  // DASH @availabilityEndTime
  std::optional<WallTime> publish_time;      // DASH @publishTime
  std::vector<UtcTiming> utc_timings;        // by preference
  std::vector<std::string> locations;        // where to refresh from; empty: Presentation::url
  // DASH PatchLocation with the time it stays valid after publish_time.
  struct PatchLocation {
    std::string url;
    std::optional<Duration> ttl;
  };
  std::vector<PatchLocation> patch_locations;
};

// HLS EXT-X-CONTENT-STEERING, DASH ContentSteering.
struct ContentSteering {
  std::string server_url;       // absolute; empty: no server
  std::string default_pathway;  // PATHWAY-ID, @defaultServiceLocation; empty unknown
  bool query_before_start = false;
  std::string proxy_url;  // DASH @proxyServerURL
};

// Something that happens at a time of the presentation: an Event of a DASH EventStream, an HLS
// EXT-X-DATERANGE. Identity: scheme, value and id.
struct TimedEvent {
  std::string scheme;                // @schemeIdUri; "hls:daterange" with `value` the CLASS
  std::string value;                 // @value
  std::string id;                    // ID, @id; unique within scheme and value
  std::optional<MediaTime> start;    // presentation time, once it can be told
  std::optional<WallTime> date;      // HLS START-DATE
  std::optional<Duration> duration;  // none: unknown
  std::optional<Duration> planned_duration;
  bool end_on_next = false;
  SharedBytes message;  // @messageData, the element's content; SCTE-35 bytes of a DATERANGE
  // HLS: every other attribute as written, X-… and SCTE35-… included (quotes taken off).
  std::map<std::string, std::string, std::less<>> attributes;
};

}  // namespace playhead
