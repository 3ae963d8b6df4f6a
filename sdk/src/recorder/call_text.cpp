// SPDX-License-Identifier: Apache-2.0
#include "recorder/call_text.h"

namespace playhead::recorder {

void add(Fields& out, const PlaySource& source, Redactor& redactor) {
  out.text(redactor.name(source.title_id))
      .text(redactor.url(source.url))
      .maybe(source.start)
      .flag(source.start_paused)
      .text(redactor.name(source.download_id))
      .text(redactor.name(source.profile_id));
}

PlaySource read_source(FieldReader& in) {
  PlaySource source;
  source.title_id = in.text();
  source.url = in.text();
  if (const auto start = in.maybe()) source.start = Duration{*start};
  source.start_paused = in.flag();
  // Recordings of before have none.
  if (!in.at_end()) source.download_id = in.text();
  if (!in.at_end()) source.profile_id = in.text();
  return source;
}

void add(Fields& out, const ServiceConfig& config, Redactor& redactor) {
  out.number(static_cast<int64_t>(config.start))
      .text(redactor.name(config.device.id))
      .number(static_cast<int64_t>(config.device.type))
      .flag(config.reports_events)
      .number(config.heartbeat.count());
  for (const auto* list : {&config.device.formats, &config.device.codecs, &config.device.drm}) {
    out.number(static_cast<int64_t>(list->size()));
    for (const std::string& word : *list) out.text(word);
  }
}

ServiceConfig read_service(FieldReader& in) {
  ServiceConfig config;
  if (in.at_end()) return config;  // recordings of before have none
  config.start = static_cast<PlaybackStart>(in.number_within(0, 1));
  config.device.id = in.text();
  config.device.type = static_cast<DeviceType>(in.number_within(0, 6));
  config.reports_events = in.flag();
  config.heartbeat = Duration{in.number()};
  for (auto* list : {&config.device.formats, &config.device.codecs, &config.device.drm}) {
    for (int64_t left = in.number_within(0, 1'000); left > 0; --left) list->push_back(in.text());
  }
  return config;
}

void add(Fields& out, const PictureLimits& limits) {
  out.number(limits.max_bitrate.bps)
      .number(limits.max_height)
      .number(limits.viewport_width)
      .number(limits.viewport_height)
      .real(limits.pixel_ratio)
      .flag(limits.saves_data)
      .number(limits.data_saver_bitrate.bps)
      .number(limits.hdcp_tenths);
}

PictureLimits read_limits(FieldReader& in) {
  const auto integer = [&in] { return static_cast<int>(in.number_within(INT32_MIN, INT32_MAX)); };
  PictureLimits limits;
  limits.max_bitrate.bps = in.number();
  limits.max_height = integer();
  limits.viewport_width = integer();
  limits.viewport_height = integer();
  limits.pixel_ratio = in.real();
  limits.saves_data = in.flag();
  limits.data_saver_bitrate.bps = in.number();
  limits.hdcp_tenths = integer();
  return limits;
}

void add(Fields& out, const PlayerConfig& config, Redactor& redactor) {
  out.number(config.buffering.start.count())
      .number(config.buffering.after_rebuffer.count())
      .number(config.buffering.target.count())
      .number(config.buffering.back.count())
      .number(config.buffering.max_bytes)
      .number(config.progress_interval.count())
      .number(static_cast<int64_t>(config.preset))
      .number(config.live.target_offset.count())
      .number(static_cast<int64_t>(config.live.behind_window))
      .real(config.live.min_speed)
      .real(config.live.max_speed)
      .flag(config.live.low_latency);
  add(out, config.limits);
  out.text(config.audio_language)
      .text(config.audio_role)
      .number(config.audio_channels)
      .text(config.audio_codec)
      .text(redactor.name(config.audio_label))
      .text(config.text_language)
      .flag(config.text_off)
      .number(static_cast<int64_t>(config.cmcd))
      .text(redactor.url(config.cmcd_events.url))
      .number(config.cmcd_events.interval.count())
      .flag(config.cmcd_events.tells_responses);
}

PlayerConfig read_config(FieldReader& in) {
  PlayerConfig config;
  config.buffering.start = Duration{in.number()};
  config.buffering.after_rebuffer = Duration{in.number()};
  config.buffering.target = Duration{in.number()};
  config.buffering.back = Duration{in.number()};
  config.buffering.max_bytes = in.number();
  config.progress_interval = Duration{in.number()};
  config.preset = static_cast<AbrPreset>(in.number_within(0, UINT8_MAX));
  config.live.target_offset = Duration{in.number()};
  config.live.behind_window = static_cast<BehindWindow>(in.number_within(0, UINT8_MAX));
  config.live.min_speed = in.real();
  config.live.max_speed = in.real();
  config.live.low_latency = in.flag();
  config.limits = read_limits(in);
  config.audio_language = in.text();
  config.audio_role = in.text();
  config.audio_channels = static_cast<int>(in.number_within(0, INT32_MAX));
  config.audio_codec = in.text();
  config.audio_label = in.text();
  config.text_language = in.text();
  config.text_off = in.flag();
  // Recordings of before have none.
  if (!in.at_end()) config.cmcd = static_cast<CmcdMode>(in.number_within(0, 2));
  if (in.at_end()) return config;
  config.cmcd_events.url = in.text();
  config.cmcd_events.interval = Duration{in.number()};
  config.cmcd_events.tells_responses = in.flag();
  return config;
}

}  // namespace playhead::recorder
