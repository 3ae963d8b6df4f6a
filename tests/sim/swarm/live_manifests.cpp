// SPDX-License-Identifier: Apache-2.0
// What a live title says of itself.
#include <algorithm>
#include <cstdio>

#include "sim/swarm/cdns.h"
#include "sim/swarm/live_title.h"
#include "support/web_dates.h"

namespace playhead::swarm {

namespace {

// Delta updates leave out what is older than so many segments (RFC 8216bis §4.4.3.8: six at least).
constexpr int64_t kNotSkipped = 6;
// Parts of the last segments are listed.
constexpr int64_t kWithParts = 3;

std::string seconds_text(Duration time) {
  char text[48];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(time.count() / 1'000'000),
                static_cast<long long>(time.count() % 1'000'000));
  return text;
}

std::string period_text(Duration time) { return "PT" + seconds_text(time) + "S"; }

}  // namespace

// ---- HLS ----

std::string LiveTitle::multivariant(const std::string& signature) const {
  std::string out = "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (std::size_t cdn = 0; cdn < shape_.cdns; ++cdn) add_variants(out, cdn, signature);
  return out;
}

void LiveTitle::add_variants(std::string& out, std::size_t cdn,
                             const std::string& signature) const {
  const std::string place = cdn > 0 ? std::string(cdn_url(cdn)) + kFolder : "";
  const std::string group = cdn > 0 ? "\"a" + std::to_string(cdn) + '"' : "\"a\"";
  const bool has_group = !shape_.languages.empty() && !shape_.is_muxed;
  for (std::size_t i = 0; has_group && i < shape_.languages.size(); ++i) {
    const std::string& language = shape_.languages[i];
    out += "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=" + group + ",NAME=\"" + language + "\",LANGUAGE=\"" +
           language + "\",DEFAULT=" + (i == 0 ? "YES" : "NO") + ",AUTOSELECT=YES,URI=\"" + place +
           'a' + language + ".m3u8" + signature + "\"\n";
  }
  for (std::size_t r = 0; r < shape_.video_bps.size(); ++r) {
    const int64_t both = shape_.video_bps[r] + (has_group ? shape_.audio_bps : 0);
    out += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(both) +
           ",RESOLUTION=" + std::to_string(320 * (r + 1)) + "x" + std::to_string(180 * (r + 1)) +
           ",CODECS=\"avc1.64001f" + (shape_.languages.empty() ? "" : ",mp4a.40.2") + "\"" +
           (has_group ? ",AUDIO=" + group : "") + '\n' + place + 'v' + std::to_string(r) + ".m3u8" +
           signature + '\n';
  }
}

std::string LiveTitle::playlist(const std::string& name, const std::string& signature,
                                const View& view, bool skips) const {
  // Only the run of the newest segment: an encoder that begins anew knows nothing of before.
  int64_t newest = view.end - 1;
  while (newest > view.first && !encoder_.of_segment(newest)) --newest;
  const Stretch* last = encoder_.of_segment(newest);
  const int run = last ? last->run : encoder_.stretches().back().run;
  const Stretch* next = encoder_.of_segment(view.end);
  const bool lists_next = live_.part > Duration{0} && next && next->run == run && !view.has_ended;
  const auto is_listed = [&](int64_t segment) {
    const Stretch* stretch = encoder_.of_segment(segment);
    return stretch && stretch->run == run;
  };
  int64_t first = view.first;
  while (first < view.end && !is_listed(first)) ++first;
  const Stretch* oldest = encoder_.of_segment(first);
  const int64_t number = oldest ? oldest->first_number + first - oldest->first : 0;
  // The count begins with the run; a seam before the first segment still stands there.
  const bool has_seam = oldest && first == oldest->first && number > 0;
  const int first_part = oldest ? oldest->part - oldest->run_part - (has_seam ? 1 : 0) : 0;
  std::string out = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:" +
                    std::to_string(shape_.segment.count() / 1'000'000) +
                    "\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(number) +
                    "\n#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(first_part) + '\n';
  if (live_.part > Duration{0}) {
    out += "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=" +
           seconds_text(kNotSkipped * shape_.segment) +
           ",PART-HOLD-BACK=" + seconds_text(3 * live_.part) +
           "\n#EXT-X-PART-INF:PART-TARGET=" + seconds_text(live_.part) + '\n';
  } else if (live_.delay > Duration{0}) {
    out += "#EXT-X-SERVER-CONTROL:HOLD-BACK=" +
           seconds_text(std::max(live_.delay, 3 * shape_.segment)) + '\n';
  }
  if (skips && view.end - first > kNotSkipped) {
    int64_t skipped = 0;
    for (; first < view.end - kNotSkipped; ++first) skipped += is_listed(first) ? 1 : 0;
    out += "#EXT-X-SKIP:SKIPPED-SEGMENTS=" + std::to_string(skipped) + '\n';
  }
  for (int64_t segment = first; segment < view.end + (lists_next ? 1 : 0); ++segment) {
    if (is_listed(segment)) add_segment(out, name, signature, view, segment);
  }
  if (view.has_ended) out += "#EXT-X-ENDLIST\n";
  return out;
}

void LiveTitle::add_segment(std::string& out, const std::string& name, const std::string& signature,
                            const View& view, int64_t segment) const {
  const Stretch& stretch = *encoder_.of_segment(segment);
  const int64_t number = stretch.first_number + segment - stretch.first;
  const std::string place =
      'r' + std::to_string(stretch.run) + '-' + name + '-' + std::to_string(number);
  const bool is_whole = segment < view.end;
  if (segment == stretch.first && number > 0) out += "#EXT-X-DISCONTINUITY\n";
  if (live_.has_dates && is_whole) {
    out += "#EXT-X-PROGRAM-DATE-TIME:" + test::iso_date(wall(segment * shape_.segment)) + '\n';
  }
  for (int64_t k = 0; live_.part > Duration{0} && segment + kWithParts > view.end; ++k) {
    const Duration end = segment * shape_.segment + (k + 1) * live_.part;
    if ((k + 1) * live_.part > shape_.segment || end > view.made) break;
    const bool is_key = (k * live_.part / shape_.frame) % shape_.frames_per_gop == 0;
    out += "#EXT-X-PART:DURATION=" + seconds_text(live_.part) + ",URI=\"" + place + '.' +
           std::to_string(k) + ".part" + signature + '"' + (is_key ? ",INDEPENDENT=YES" : "") +
           '\n';
  }
  if (!is_whole) return;
  out += "#EXTINF:" + seconds_text(shape_.segment) + ",\n" + place + ".seg" + signature + '\n';
}

// ---- DASH ----

std::string LiveTitle::mpd(const std::string& signature, const View& view) {
  using Form = LiveShape::Form;
  if (signature != kept_signature_) kept_.clear();
  kept_signature_ = signature;
  const bool is_static = view.has_ended && live_.form == Form::kDashTimeline;
  const Duration update = live_.update_period > Duration{0} ? live_.update_period : shape_.segment;
  std::string out =
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
      "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"PT2S\" type=\"" +
      std::string(is_static ? "static" : "dynamic") + "\" availabilityStartTime=\"" +
      test::iso_date(zero_wall_) + "\" publishTime=\"" + test::iso_date(wall(view.made)) + '"';
  if (view.has_ended) out += " mediaPresentationDuration=\"" + period_text(*ends_) + '"';
  if (!view.has_ended) out += " minimumUpdatePeriod=\"" + period_text(update) + '"';
  if (!is_static) out += " timeShiftBufferDepth=\"" + period_text(live_.window) + '"';
  if (live_.delay > Duration{0}) {
    out += " suggestedPresentationDelay=\"" + period_text(live_.delay) + '"';
  }
  out += ">\n" + base_urls(kFolder, shape_.cdns);
  if (live_.latency_target > Duration{0}) {
    out += "<ServiceDescription><Latency target=\"" +
           std::to_string(live_.latency_target.count() / 1000) +
           "\"/><PlaybackRate min=\"0.96\" max=\"1.04\"/></ServiceDescription>\n";
  }
  if (live_.has_utc_timing) {
    out += "<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-iso:2014\" value=\"time" + signature +
           "\"/>\n";
  }
  std::erase_if(kept_,
                [&](const auto& kept) { return kept.first < encoder_.stretches().front().part; });
  for (const Stretch& stretch : encoder_.stretches()) {
    const bool is_listed = live_.form == Form::kDashTimeline ? stretch.first < view.end
                                                             : stretch.first <= view.end + 2;
    if (!is_listed || stretch.end <= view.first) continue;
    const bool is_settled = stretch.first >= view.first && stretch.end <= view.end;
    if (!is_settled) {
      kept_.erase(stretch.part);
      out += period(stretch, signature, view);
      continue;
    }
    std::string& kept = kept_[stretch.part];
    if (kept.empty()) kept = period(stretch, signature, view);
    out += kept;
  }
  return out + "</MPD>\n";
}

std::string LiveTitle::period(const Stretch& stretch, const std::string& signature,
                              const View& view) const {
  std::string out = "<Period id=\"" + std::to_string(stretch.part) + "\" start=\"" +
                    period_text(stretch.first * shape_.segment) + '"';
  if (stretch.end != INT64_MAX) {
    out += " duration=\"" + period_text((stretch.end - stretch.first) * shape_.segment) + '"';
  }
  out += ">\n";
  if (!shape_.video_bps.empty()) {
    out += "<AdaptationSet id=\"1\" contentType=\"video\" mimeType=\"video/mp4\">\n" +
           segment_template(stretch, "$RepresentationID$", signature, view);
    for (std::size_t r = 0; r < shape_.video_bps.size(); ++r) {
      out += "<Representation id=\"v" + std::to_string(r) + "\" bandwidth=\"" +
             std::to_string(shape_.video_bps[r]) + "\" width=\"" + std::to_string(320 * (r + 1)) +
             "\" height=\"" + std::to_string(180 * (r + 1)) + "\" codecs=\"avc1.64001f" +
             (shape_.is_muxed ? ",mp4a.40.2" : "") + "\"/>\n";
    }
    out += "</AdaptationSet>\n";
  }
  for (std::size_t i = 0; !shape_.is_muxed && i < shape_.languages.size(); ++i) {
    const std::string& language = shape_.languages[i];
    out += "<AdaptationSet id=\"" + std::to_string(i + 2) +
           "\" contentType=\"audio\" mimeType=\"audio/mp4\" lang=\"" + language + "\">\n" +
           segment_template(stretch, "$RepresentationID$", signature, view) +
           "<Representation id=\"a" + language + "\" bandwidth=\"" +
           std::to_string(shape_.audio_bps) + "\" codecs=\"mp4a.40.2\"/>\n</AdaptationSet>\n";
  }
  return out + "</Period>\n";
}

std::string LiveTitle::segment_template(const Stretch& stretch, const std::string& name,
                                        const std::string& signature, const View& view) const {
  const std::string length = std::to_string(shape_.segment.count());
  std::string out = "<SegmentTemplate timescale=\"1000000\" presentationTimeOffset=\"" +
                    std::to_string(stretch.container_start_us) + "\" media=\"";
  const std::string part = std::to_string(stretch.part) + '-';
  if (live_.form == LiveShape::Form::kDashNumber) {
    return out + 'p' + part + name + "-$Number$.seg" + signature +
           "\" startNumber=\"0\" duration=\"" + length + "\"/>\n";
  }
  const int64_t first = std::max(stretch.first, view.first);
  const int64_t end = std::min(stretch.end, view.end);
  const int64_t start =
      stretch.container_start_us + (first - stretch.first) * shape_.segment.count();
  return out + 't' + part + name + "-$Time$.seg" + signature + "\"><SegmentTimeline><S t=\"" +
         std::to_string(start) + "\" d=\"" + length + "\" r=\"" + std::to_string(end - first - 1) +
         "\"/></SegmentTimeline></SegmentTemplate>\n";
}

}  // namespace playhead::swarm
