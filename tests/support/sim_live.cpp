// SPDX-License-Identifier: Apache-2.0
#include "support/sim_live.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "support/sim_media.h"
#include "support/web_dates.h"

namespace playhead::test {

namespace {

constexpr int64_t kFrameUs = 40'000;
constexpr int64_t kAudioFrameUs = 20'000;
constexpr int64_t kAudioBps = 128'000;
// By so much the container's time jumps at a discontinuity.
constexpr int64_t kJumpUs = 5'000'000'000;

std::string decimal(int64_t us) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                static_cast<long long>(us % 1'000'000));
  return text;
}

std::optional<int64_t> parameter(const std::string& query, const std::string& name) {
  const std::size_t at = query.find(name + "=");
  if (at == std::string::npos) return std::nullopt;
  return std::stoll(query.substr(at + name.size() + 1));
}

}  // namespace

int64_t SimLive::made_us(WallTime now) const {
  int64_t made = now.us - began.us;
  if (ends) made = std::min(made, ends->us - began.us);
  if (stops && now > *stops && !(resumes && now >= *resumes)) made = stops->us - began.us;
  return std::max<int64_t>(made, 0);
}

std::optional<WebAnswer> SimLive::answer(const WebRequest& request, WallTime now) const {
  if (request.url.rfind(base_url, 0) != 0) return std::nullopt;
  std::string name = request.url.substr(base_url.size());
  if (name.rfind(run_prefix(), 0) == 0) name = name.substr(run_prefix().size());
  const std::size_t mark = std::min(name.find('?'), name.size());
  const std::string query = name.substr(mark);
  name = name.substr(0, mark);
  WebAnswer answer;
  if (name == "live.m3u8") {
    answer = text_answer(multivariant());
  } else if (name == "live.mpd") {
    answer = text_answer(mpd(now));
  } else if (name == "time") {
    answer = text_answer(iso_date(now));
  } else if (name.size() > 5 && name.compare(name.size() - 5, 5, ".m3u8") == 0) {
    answer = playlist(name.substr(0, name.size() - 5), query, now);
  } else {
    answer = media_answer(name, now);
  }
  const bool is_clock = name == "time";
  if (is_clock) answer.headers.push_back({"Date", http_date(now)});
  if (!is_clock && date_error) answer.headers.push_back({"Date", http_date(now + *date_error)});
  return answer;
}

WebAnswer SimLive::media_answer(const std::string& name, WallTime now) const {
  // "v0-12.seg", "a-12.3.part"
  long long number = 0;
  int part = 0;
  const std::size_t dash = std::min(name.find('-'), name.size());
  std::sscanf(name.c_str() + dash, "-%lld.%d", &number, &part);
  const bool is_part = name.find(".part") != name.npos;
  const bool is_made_late = is_part ? has_hints : chunk_us > 0;
  const int64_t start = number * segment_us + (is_part ? part * part_us : 0);
  const int64_t length = is_part ? part_us : segment_us;
  const WallTime ready = std::max(now, began + Duration{start + length});
  const Duration wait = ready - now;
  const int64_t lead = is_part ? 2 * segment_us : length - chunk_us;
  const bool waits = is_made_late && wait > Duration{0} && wait.count() <= lead && !ends;
  const auto body = media(name, waits ? ready : now);
  WebAnswer answer = body ? text_answer(*body) : status_answer(404);
  if (!body || !waits) return answer;
  if (is_part) {
    answer.latency = wait;
    return answer;
  }
  const auto size = static_cast<int64_t>(body->size());
  for (int64_t made = chunk_us; made <= length; made += chunk_us) {
    const Duration after = began + Duration{start + made} - now;
    answer.pace.push_back({std::max(after, Duration{0}), size * made / length});
  }
  answer.framing = WebAnswer::Framing::kChunked;
  return answer;
}

std::string SimLive::multivariant() const {
  std::ostringstream out;
  out << "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
         "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,"
         "AUTOSELECT=YES,URI=\"a.m3u8\"\n";
  for (std::size_t i = 0; i < bitrates_bps.size(); ++i) {
    out << "#EXT-X-STREAM-INF:BANDWIDTH=" << bitrates_bps[i] << ",RESOLUTION=" << 320 * (i + 1)
        << "x" << 180 * (i + 1) << ",CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"aac\"\nv" << i
        << ".m3u8\n";
  }
  return out.str();
}

WebAnswer SimLive::playlist(const std::string& prefix, const std::string& query,
                            WallTime now) const {
  const bool skips = part_us > 0 && query.find("_HLS_skip=YES") != std::string::npos;
  const auto number = parameter(query, "_HLS_msn");
  if (part_us <= 0 || !number) return text_answer(playlist_text(prefix, now, skips));
  // The answer comes when the playlist has what is asked for.
  const auto part = parameter(query, "_HLS_part");
  const int64_t wanted = *number * segment_us + (part ? (*part + 1) * part_us : segment_us);
  const WallTime ready{std::max(now.us, began.us + wanted)};
  WebAnswer answer = text_answer(playlist_text(prefix, ready, skips));
  answer.latency = ready - now;
  return answer;
}

std::string SimLive::playlist_text(const std::string& prefix, WallTime now, bool skips) const {
  const int64_t made = made_us(now);
  const int64_t count = made / segment_us;
  const int64_t kept = std::max<int64_t>(0, count - window.count() / segment_us);
  const int64_t first = std::max(kept, std::min(listed_from, count));
  const auto gone = std::count_if(discontinuities.begin(), discontinuities.end(),
                                  [&](int64_t n) { return n < first; });
  std::ostringstream out;
  out << "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:" << (segment_us + 999'999) / 1'000'000
      << "\n#EXT-X-MEDIA-SEQUENCE:" << first << "\n#EXT-X-DISCONTINUITY-SEQUENCE:" << gone << '\n';
  if (part_us > 0) {
    out << "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=" << decimal(6 * segment_us)
        << ",PART-HOLD-BACK=" << decimal(3 * part_us)
        << "\n#EXT-X-PART-INF:PART-TARGET=" << decimal(part_us) << '\n';
  }
  int64_t from = first;
  if (skips && count - first > 6) {
    from = count - 6;
    out << "#EXT-X-SKIP:SKIPPED-SEGMENTS=" << from - first << '\n';
  }
  for (int64_t n = from; n <= count; ++n) {
    const bool is_whole = n < count;
    if (!is_whole && part_us <= 0) break;
    if (std::count(discontinuities.begin(), discontinuities.end(), n) > 0) {
      out << "#EXT-X-DISCONTINUITY\n";
    }
    if (has_dates && is_whole) {
      out << "#EXT-X-PROGRAM-DATE-TIME:" << iso_date(began + Duration{n * segment_us}) << '\n';
    }
    if (part_us > 0 && n + 3 > count) {
      for (int64_t k = 0; k < segment_us / part_us; ++k) {
        if (n * segment_us + (k + 1) * part_us > made) break;
        out << "#EXT-X-PART:DURATION=" << decimal(part_us) << ",URI=\"" << run_prefix() << prefix
            << '-' << n << '.' << k << ".part\""
            << (k * part_us / kFrameUs % frames_per_gop == 0 ? ",INDEPENDENT=YES" : "") << '\n';
      }
    }
    const bool is_gap = std::count(gaps.begin(), gaps.end(), n) > 0;
    const int64_t listed = std::min((made - n * segment_us) / std::max<int64_t>(part_us, 1),
                                    segment_us / std::max<int64_t>(part_us, 1));
    if (!is_whole && has_hints) {
      out << "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" << run_prefix() << prefix << '-' << n << '.'
          << listed << ".part\"\n";
    }
    if (is_whole && is_gap) out << "#EXT-X-GAP\n";
    if (is_whole) {
      out << "#EXTINF:" << decimal(segment_us) << ",\n"
          << run_prefix() << prefix << '-' << n << ".seg\n";
    }
  }
  if (part_us > 0 && has_hints) {
    const int64_t parts = (made - count * segment_us) / part_us;
    for (const std::string& other : {std::string("a"), std::string("v0"), std::string("v1")}) {
      if (other == prefix) continue;
      out << "#EXT-X-RENDITION-REPORT:URI=\"" << other
          << ".m3u8\",LAST-MSN=" << (parts > 0 ? count : count - 1)
          << ",LAST-PART=" << (parts > 0 ? parts - 1 : segment_us / part_us - 1) << '\n';
    }
  }
  if (ends && now >= *ends) out << "#EXT-X-ENDLIST\n";
  return out.str();
}

std::string SimLive::mpd(WallTime now) const {
  std::ostringstream out;
  out << "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"dynamic\" "
         "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"PT2S\" "
         "availabilityStartTime=\""
      << iso_date(began) << "\" timeShiftBufferDepth=\"PT" << decimal(window.count())
      << "S\" minimumUpdatePeriod=\"PT" << decimal(segment_us)
      << "S\" suggestedPresentationDelay=\"PT" << decimal(3 * segment_us) << "S\">\n";
  if (latency_target > Duration{0}) {
    out << "<ServiceDescription><Latency target=\"" << latency_target.count() / 1000
        << "\"/><PlaybackRate min=\"0.96\" max=\"1.04\"/></ServiceDescription>\n";
  }
  for (const auto& [scheme, value] : utc_timings) {
    out << "<UTCTiming schemeIdUri=\"" << scheme << "\" value=\""
        << (value == "now" ? iso_date(now) : value) << "\"/>\n";
  }
  const auto segment_template = [&](const std::string& name) {
    return "<SegmentTemplate timescale=\"1000000\" startNumber=\"0\" duration=\"" +
           std::to_string(segment_us) + "\" presentationTimeOffset=\"" +
           std::to_string(container_start_us) + "\" media=\"" + name + "-$Number$.seg\"" +
           (chunk_us > 0 ? " availabilityTimeComplete=\"false\" availabilityTimeOffset=\"" +
                               decimal(segment_us - chunk_us) + "\""
                         : "") +
           "/>";
  };
  out << "<Period id=\"1\" start=\"PT0S\">\n<AdaptationSet id=\"1\" contentType=\"video\" "
         "mimeType=\"video/mp4\">\n";
  for (std::size_t i = 0; i < bitrates_bps.size(); ++i) {
    out << "<Representation id=\"v" << i << "\" bandwidth=\"" << bitrates_bps[i]
        << "\" codecs=\"avc1.64001f\">" << segment_template("v" + std::to_string(i))
        << "</Representation>\n";
  }
  out << "</AdaptationSet>\n<AdaptationSet id=\"2\" contentType=\"audio\" mimeType=\"audio/mp4\" "
         "lang=\"en\"><Representation id=\"a\" bandwidth=\"128000\" codecs=\"mp4a.40.2\">"
      << segment_template("a") << "</Representation></AdaptationSet>\n</Period>\n</MPD>\n";
  return out.str();
}

std::optional<std::string> SimLive::media(const std::string& name, WallTime now) const {
  unsigned rung = 0;
  long long number = 0;
  int part = -1;
  SimSegmentSpec spec;
  int64_t bps = kAudioBps;
  const bool is_part = name.size() > 5 && name.compare(name.size() - 5, 5, ".part") == 0;
  if (std::sscanf(name.c_str(), is_part ? "v%u-%lld.%d" : "v%u-%lld", &rung, &number, &part) >= 2) {
    if (rung >= bitrates_bps.size()) return std::nullopt;
    bps = bitrates_bps[rung];
    spec.codec_config = "v" + std::to_string(rung);
  } else if (std::sscanf(name.c_str(), is_part ? "a-%lld.%d" : "a-%lld", &number, &part) >= 1) {
    spec.kind = TrackKind::kAudio;
    spec.codec_config = "a";
  } else {
    return std::nullopt;
  }
  const int64_t start = number * segment_us + (is_part ? part * part_us : 0);
  spec.duration_us = is_part ? part_us : segment_us;
  const int64_t made = made_us(now);
  const int64_t oldest = made - window.count() - 2 * segment_us;
  const bool is_missing = std::count(gaps.begin(), gaps.end(), number) > 0 ||
                          std::count(missing.begin(), missing.end(), number) > 0;
  if (is_missing) return std::nullopt;
  if (number < 0 || start + spec.duration_us > made || start < oldest) return std::nullopt;
  const auto jumps = std::count_if(discontinuities.begin(), discontinuities.end(),
                                   [&](int64_t n) { return n <= number; });
  spec.start_us = container_start_us + start + jumps * kJumpUs;
  const bool is_video = spec.kind == TrackKind::kVideo;
  spec.samples = static_cast<int>(spec.duration_us / (is_video ? kFrameUs : kAudioFrameUs));
  spec.samples_per_gop = is_video ? frames_per_gop : 1;
  if (is_video) {
    const auto into_gop = static_cast<int>(start / kFrameUs % frames_per_gop);
    spec.first_key_frame = into_gop == 0 ? 0 : std::min(frames_per_gop - into_gop, spec.samples);
  }
  spec.bytes = bps * spec.duration_us / 8 / 1'000'000;
  return make_sim_segment(spec);
}

}  // namespace playhead::test
