// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "manifest/dash/mpd_reader.h"

namespace playhead::dash {
namespace {

// "0.96": rates have no unit and need no more than nine digits.
std::optional<double> parse_rate(std::string_view text) {
  const std::optional<int64_t> value = parse_decimal(text, 9);
  if (!value) return std::nullopt;
  return static_cast<double>(*value) / 1e9;
}

}  // namespace

Descriptor MpdReader::read_descriptor(Node node) {
  Descriptor descriptor;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "schemeIdUri") {
      descriptor.scheme = trim(attribute.value());
    } else if (name == "value") {
      descriptor.value = trim(attribute.value());
    } else if (name == "id") {
      descriptor.id = attribute.value();
    }
  }
  return descriptor;
}

ContentProtection MpdReader::read_content_protection(Node node) {
  ContentProtection protection;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "schemeIdUri") {
      protection.scheme = trim(attribute.value());
    } else if (name == "value") {
      protection.value = trim(attribute.value());
    } else if (name == "default_KID") {
      protection.default_kid = trim(attribute.value());
    } else if (name == "robustness") {
      protection.robustness = attribute.value();
    }
  }
  for (const Node child : children_of(node)) {
    const std::string_view name = local_name(child);
    if (name == "pssh") {
      protection.pssh.push_back(text_of(child));
    } else if (name == "pro") {
      protection.playready_object = text_of(child);
    } else if ((name == "Laurl" || name == "laurl") && protection.license_url.empty()) {
      // dashif: and clearkey: write it as content, ms: as an attribute.
      protection.license_url = text_of(child);
      if (protection.license_url.empty()) {
        protection.license_url = trim(attribute_of(child, "licenseUrl"));
      }
    }
  }
  return protection;
}

ProducerReferenceTime MpdReader::read_producer_reference_time(Node node) {
  ProducerReferenceTime reference;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    const std::string_view value = trim(attribute.value());
    if (name == "id") {
      reference.id = value;
    } else if (name == "type") {
      reference.type = value;
    } else if (name == "applicationScheme") {
      reference.application_scheme = value;
    } else if (name == "wallClockTime") {
      reference.wall_clock_time = value;
    } else if (name == "inband") {
      reference.is_inband = value == "true" || value == "1";
    } else if (name == "presentationTime") {
      std::optional<int64_t> time;
      take(parse_int64(value), time, node, attribute);
      reference.presentation_time = time.value_or(0);
    }
  }
  for (const Node child : children_of(node)) {
    if (local_name(child) == "UTCTiming") reference.utc_timing = read_descriptor(child);
  }
  return reference;
}

// Annex I: only the plain form, where the whole query of the MPD's URL goes to the media.
std::string_view MpdReader::read_url_query(Node node) {
  for (const Node child : children_of(node)) {
    if (local_name(child) == "UrlQueryInfo" || local_name(child) == "ExtUrlQueryInfo") {
      const std::string_view use = attribute_of(child, "useMPDUrlQuery");
      if (use == "true" || use == "1") return attribute_of(child, "queryTemplate");
    }
  }
  return {};
}

Event MpdReader::read_event(Node node) {
  Event event;
  std::string_view message;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "id") {
      event.id = attribute.value();
    } else if (name == "presentationTime") {
      std::optional<int64_t> time;
      take(parse_int64(trim(attribute.value())), time, node, attribute);
      event.presentation_time = time.value_or(0);
    } else if (name == "duration") {
      take(parse_int64(trim(attribute.value())), event.duration, node, attribute);
    } else if (name == "messageData") {
      message = attribute.value();
    } else if (name == "contentEncoding") {
      event.is_base64 = std::string_view(attribute.value()) == "base64";
    }
  }
  event.body = message.empty() ? inner_xml(node) : std::string(message);
  return event;
}

EventStream MpdReader::read_event_stream(Node node) {
  EventStream stream;
  const Descriptor descriptor = read_descriptor(node);
  stream.scheme = descriptor.scheme;
  stream.value = descriptor.value;
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    const bool is_timescale = name == "timescale";
    if (!is_timescale && name != "presentationTimeOffset") continue;
    std::optional<int64_t> value;
    take(parse_int64(trim(attribute.value())), value, node, attribute);
    if (is_timescale && value.value_or(0) > 0) stream.timescale = *value;
    if (!is_timescale) stream.presentation_time_offset = value.value_or(0);
  }
  for (const Node child : children_of(node)) {
    if (local_name(child) != "Event") continue;
    if (!count_listed()) break;
    stream.events.push_back(read_event(child));
  }
  return stream;
}

std::optional<Duration> MpdReader::read_milliseconds(Node node, Attribute attribute) {
  std::optional<int64_t> ms;
  take(parse_int64(trim(attribute.value())), ms, node, attribute);
  constexpr int64_t kMaxMs = int64_t{100} * 365 * 24 * 3600 * 1000;
  if (!ms || *ms < 0 || *ms > kMaxMs) return std::nullopt;
  return Duration{*ms * 1000};
}

// Annex K. Several may stand side by side for different clients; the first with a target counts.
Latency MpdReader::read_service_description(Node node) {
  Latency latency;
  for (const Node child : children_of(node)) {
    const std::string_view element = local_name(child);
    for (const Attribute attribute : attributes_of(child)) {
      const std::string_view name = local_name(attribute.name());
      if (element == "Latency") {
        if (name == "target") latency.target = read_milliseconds(child, attribute);
        if (name == "min") latency.min = read_milliseconds(child, attribute);
        if (name == "max") latency.max = read_milliseconds(child, attribute);
        if (name == "referenceId") latency.reference_id = trim(attribute.value());
      } else if (element == "PlaybackRate") {
        if (name == "min") latency.min_rate = parse_rate(trim(attribute.value()));
        if (name == "max") latency.max_rate = parse_rate(trim(attribute.value()));
      }
    }
  }
  return latency;
}

Steering MpdReader::read_steering(Node node) {
  Steering steering;
  steering.url = text_of(node);
  for (const Attribute attribute : attributes_of(node)) {
    const std::string_view name = local_name(attribute.name());
    if (name == "defaultServiceLocation") {
      steering.default_location = trim(attribute.value());
    } else if (name == "proxyServerURL") {
      steering.proxy_url = trim(attribute.value());
    } else if (name == "queryBeforeStart") {
      const std::string_view value = trim(attribute.value());
      steering.query_before_start = value == "true" || value == "1";
    }
  }
  return steering;
}

}  // namespace playhead::dash
