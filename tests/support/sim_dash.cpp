// SPDX-License-Identifier: Apache-2.0
#include "support/sim_dash.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "support/sim_media.h"

namespace playhead::test {

namespace {

constexpr int64_t kFrameUs = 40'000;
constexpr int64_t kAudioFrameUs = 20'000;
constexpr int64_t kAudioSegmentUs = 4'000'000;
constexpr int64_t kAudioBps = 128'000;

std::string seconds(int64_t us) {
  char text[48];
  std::snprintf(text, sizeof text, "PT%lld.%06lldS", static_cast<long long>(us / 1'000'000),
                static_cast<long long>(us % 1'000'000));
  return text;
}

std::string segment_template(const std::string& name, const SimPeriod& period, int64_t segment_us) {
  return "<SegmentTemplate timescale=\"1000000\" startNumber=\"0\" duration=\"" +
         std::to_string(segment_us) + "\" presentationTimeOffset=\"" +
         std::to_string(period.container_start_us) + "\" media=\"" + name + "-$Number$.seg\"/>";
}

constexpr int64_t kTrickSegmentUs = 8'000'000;

// What stands beside the played AdaptationSets.
std::string previews(const SimPeriod& period, std::size_t p) {
  const std::string prefix = "p" + std::to_string(p);
  const std::string trick =
      "<EssentialProperty schemeIdUri=\"http://dashif.org/guidelines/trickmode\" value=\"1\"/>";
  return "<AdaptationSet id=\"90\" contentType=\"image\" mimeType=\"image/jpeg\" lang=\"de\">"
         "<EssentialProperty schemeIdUri=\"http://dashif.org/guidelines/thumbnail_tile\" "
         "value=\"10x1\"/><Representation id=\"tiles\" bandwidth=\"9000\" width=\"1600\" "
         "height=\"90\">" +
         segment_template(prefix + "-tiles", period, period.duration_us) +
         "</Representation></AdaptationSet>\n"
         "<AdaptationSet id=\"91\" contentType=\"video\" mimeType=\"video/mp4\">" +
         trick + "<Representation id=\"fast\" bandwidth=\"90000\" codecs=\"avc1.64001f\">" +
         segment_template(prefix + "-fast", period, kTrickSegmentUs) +
         "</Representation></AdaptationSet>\n"
         "<AdaptationSet id=\"92\" contentType=\"audio\" mimeType=\"audio/mp4\" lang=\"de\">" +
         trick + "<Representation id=\"fast-sound\" bandwidth=\"9000\" codecs=\"mp4a.40.2\">" +
         segment_template(prefix + "-fast-sound", period, kAudioSegmentUs) +
         "</Representation></AdaptationSet>\n";
}

}  // namespace

int64_t SimDash::duration_us() const {
  int64_t total = 0;
  for (const SimPeriod& period : periods) total += period.duration_us;
  return total;
}

std::optional<std::string> SimDash::body(const std::string& url) const {
  if (url.rfind(base_url, 0) != 0) return std::nullopt;
  const std::string name = url.substr(base_url.size());
  return name == "title.mpd" ? mpd() : segment(name);
}

std::string SimDash::mpd() const {
  std::ostringstream out;
  out << "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
         "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"PT2S\" "
         "mediaPresentationDuration=\""
      << seconds(duration_us()) << "\">\n";
  for (std::size_t p = 0; p < periods.size(); ++p) {
    const SimPeriod& period = periods[p];
    const std::string protection =
        period.is_encrypted
            ? "<ContentProtection schemeIdUri=\"urn:mpeg:dash:mp4protection:2011\" value=\"cenc\"/>"
            : "";
    out << "<Period duration=\"" << seconds(period.duration_us) << "\">\n";
    out << period.events;
    if (period.has_previews) out << previews(period, p);
    if (!period.video.empty()) {
      out << "<AdaptationSet id=\"1\" contentType=\"video\" mimeType=\"video/mp4\">" << protection
          << '\n';
    }
    for (std::size_t r = 0; r < period.video.size(); ++r) {
      const std::string name = "p" + std::to_string(p) + "-v" + std::to_string(r);
      out << "<Representation id=\"v" << r << "\" bandwidth=\"" << period.video[r].bps
          << "\" codecs=\"" << period.video_codec << (period.is_muxed ? ",mp4a.40.2" : "") << "\">"
          << segment_template(name, period, period.video[r].segment_us) << "</Representation>\n";
    }
    if (!period.video.empty()) out << "</AdaptationSet>\n";
    for (const std::string& language : period.languages) {
      if (period.is_muxed) break;
      out << "<AdaptationSet contentType=\"audio\" mimeType=\"audio/mp4\" lang=\"" << language
          << "\">" << protection << "<Representation id=\"a-" << language
          << "\" bandwidth=\"128000\" codecs=\"mp4a.40.2\">"
          << segment_template("p" + std::to_string(p) + "-a-" + language, period, kAudioSegmentUs)
          << "</Representation></AdaptationSet>\n";
    }
    for (const std::string& language : period.subtitles) {
      out << "<AdaptationSet contentType=\"text\" mimeType=\"text/vtt\" lang=\"" << language
          << "\"><Representation id=\"t-" << language << "\" bandwidth=\"100\"><BaseURL>p" << p
          << "-t-" << language << ".vtt</BaseURL></Representation></AdaptationSet>\n";
    }
    out << "</Period>\n";
  }
  out << "</MPD>\n";
  return out.str();
}

std::optional<std::string> SimDash::segment(const std::string& name) const {
  unsigned p = 0;
  unsigned rung = 0;
  int64_t number = 0;
  long long parsed = 0;
  char language[9] = "";
  SimSegmentSpec spec;
  int64_t bps = kAudioBps;
  int64_t segment_us = kAudioSegmentUs;
  if (std::sscanf(name.c_str(), "p%u-t-%2[a-z].vtt", &p, language) == 2 && p < periods.size()) {
    const std::string words = "p" + std::to_string(p) + " " + language;
    return "WEBVTT\n\n00:02.000 --> 00:04.000\n" + words + "\n\n00:10.000 --> 09:00.000\n" + words +
           " end\n";
  }
  if (std::sscanf(name.c_str(), "p%u-tiles-%lld.seg", &p, &parsed) == 2) {
    const bool is_there = p < periods.size() && periods[p].serves_previews && parsed == 0;
    return is_there ? std::optional(std::string(5'000, 'i')) : std::nullopt;
  }
  if (std::sscanf(name.c_str(), "p%u-fast-%lld.seg", &p, &parsed) == 2) {
    if (p >= periods.size() || !periods[p].serves_previews) return std::nullopt;
    segment_us = kTrickSegmentUs;
    bps = 90'000;
    spec.samples_per_gop = 1;
    spec.codec_config = "fast";
  } else if (std::sscanf(name.c_str(), "p%u-v%u-%lld.seg", &p, &rung, &parsed) == 3) {
    if (p >= periods.size() || rung >= periods[p].video.size()) return std::nullopt;
    bps = periods[p].video[rung].bps;
    segment_us = periods[p].video[rung].segment_us;
    spec.samples_per_gop = 50;
    spec.first_key_frame = periods[p].first_key_frame;
    spec.codec_config = "p" + std::to_string(p) + "v" + std::to_string(rung);
  } else if (std::sscanf(name.c_str(), "p%u-a-%8[a-z]-%lld.seg", &p, language, &parsed) == 3) {
    if (p >= periods.size()) return std::nullopt;
    spec.kind = TrackKind::kAudio;
    spec.samples_per_gop = 1;
    spec.codec_config = language;
  } else {
    return std::nullopt;
  }
  number = parsed;
  const SimPeriod& period = periods[p];
  const int64_t end = period.duration_us + period.overrun_us;
  if (number < 0 || number * segment_us >= end) return std::nullopt;
  const bool is_video = spec.kind == TrackKind::kVideo;
  spec.start_us = period.container_start_us + number * segment_us;
  spec.duration_us = std::min(segment_us, end - number * segment_us);
  spec.samples = static_cast<int>(spec.duration_us / (is_video ? kFrameUs : kAudioFrameUs));
  if (is_video && period.is_muxed) {
    spec.muxed_audio_samples = static_cast<int>(spec.duration_us / kAudioFrameUs);
  }
  if (spec.codec_config == "fast") spec.samples = static_cast<int>(spec.duration_us / 1'000'000);
  spec.bytes = bps * spec.duration_us / 8 / 1'000'000;
  return make_sim_segment(spec);
}

}  // namespace playhead::test
