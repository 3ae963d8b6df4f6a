// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/timed_facts_mapper.h"

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/url.h"
#include "manifest/base64.h"

namespace playhead::dash {
namespace {

std::string absolute(const Mpd& mpd, std::string_view reference) {
  Result<std::string> url = resolve_url(mpd.url, reference);
  return url ? *std::move(url) : std::string(reference);
}

}  // namespace

LiveInfo live_info_of(const Mpd& mpd) {
  LiveInfo live;
  live.suggested_delay = mpd.suggested_presentation_delay;
  live.time_shift_buffer_depth = mpd.time_shift_buffer_depth;
  live.update_period = mpd.minimum_update_period;
  live.availability_start = mpd.availability_start_time;
  live.availability_end = mpd.availability_end_time;
  live.publish_time = mpd.publish_time;
  if (mpd.latency) {
    live.latency = {mpd.latency->target,   mpd.latency->min,
                    mpd.latency->max,      mpd.latency->min_rate,
                    mpd.latency->max_rate, std::string(mpd.latency->reference_id)};
  }
  for (const Descriptor& timing : mpd.utc_timings) {
    live.utc_timings.push_back({std::string(timing.scheme), std::string(timing.value)});
  }
  for (const std::string_view location : mpd.locations) {
    if (!location.empty()) live.locations.push_back(absolute(mpd, location));
  }
  // 5.15: a patch names the MPD by id and publish time; without them none can fit.
  if (mpd.publish_time && !mpd.id.empty()) {
    for (const PatchLocation& location : mpd.patch_locations) {
      if (!location.url.empty()) {
        live.patch_locations.push_back({absolute(mpd, location.url), location.ttl});
      }
    }
  }
  return live;
}

ContentSteering steering_of(const Mpd& mpd) {
  ContentSteering steering;
  if (!mpd.steering->url.empty()) steering.server_url = absolute(mpd, mpd.steering->url);
  steering.default_pathway = mpd.steering->default_location;
  steering.query_before_start = mpd.steering->query_before_start;
  if (!mpd.steering->proxy_url.empty()) {
    steering.proxy_url = absolute(mpd, mpd.steering->proxy_url);
  }
  return steering;
}

void map_events(const std::vector<EventStream>& streams, MediaTime period_start,
                std::vector<TimedEvent>& out, int& warnings) {
  for (const EventStream& stream : streams) {
    for (const Event& source : stream.events) {
      TimedEvent event;
      event.scheme = stream.scheme;
      event.value = stream.value;
      event.id = source.id;
      // 5.10.2.1: relative to the Period's start, less the stream's offset.
      const std::optional<int64_t> ticks =
          checked_add(source.presentation_time, -stream.presentation_time_offset);
      const std::optional<int64_t> start =
          ticks ? checked_add(period_start.us, ticks_to_us(*ticks, stream.timescale))
                : std::nullopt;
      if (start) {
        event.start = MediaTime{*start};
      } else {
        ++warnings;
      }
      if (source.duration)
        event.duration = Duration{ticks_to_us(*source.duration, stream.timescale)};
      std::optional<std::vector<uint8_t>> bytes;
      if (source.is_base64) {
        bytes = decode_base64(source.body);
        if (!bytes) ++warnings;
      }
      if (!bytes) bytes.emplace(source.body.begin(), source.body.end());
      event.message = SharedBytes(*std::move(bytes));
      out.push_back(std::move(event));
    }
  }
}

void map_reference_times(const std::vector<ProducerReferenceTime>& sources, int64_t timescale,
                         Duration media_offset, std::vector<playhead::ProducerReferenceTime>& out,
                         int& warnings) {
  using Type = playhead::ProducerReferenceTime::Type;
  for (const ProducerReferenceTime& source : sources) {
    playhead::ProducerReferenceTime& reference = out.emplace_back();
    reference.id = source.id;
    reference.type = source.type == "captured"      ? Type::kCaptured
                     : source.type == "application" ? Type::kApplication
                                                    : Type::kEncoder;
    reference.application_scheme = source.application_scheme;
    reference.is_inband = source.is_inband;
    const std::optional<int64_t> time =
        checked_add(ticks_to_us(source.presentation_time, timescale), media_offset.count());
    reference.time = MediaTime{time.value_or(0)};
    reference.date = parse_iso_date_time(source.wall_clock_time);
    if (!time || !reference.date) ++warnings;
    if (source.utc_timing) {
      reference.utc_timing =
          UtcTiming{std::string(source.utc_timing->scheme), std::string(source.utc_timing->value)};
    }
  }
}

}  // namespace playhead::dash
