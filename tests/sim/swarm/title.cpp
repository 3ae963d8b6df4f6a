// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/title.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "sim/swarm/cdns.h"
#include "sim/swarm/live_title.h"
#include "sim/swarm/media.h"

namespace playhead::swarm {

namespace {

std::string seconds_text(Duration time) {
  char text[48];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(time.count() / 1'000'000),
                static_cast<long long>(time.count() % 1'000'000));
  return text;
}

int64_t count_of(Duration whole, Duration part) { return (whole + part - Duration{1}) / part; }

}  // namespace

VodTitle::VodTitle(TitleShape shape, int number)
    : shape_(std::move(shape)),
      folder_("title" + (number > 0 ? std::to_string(number) : "") + "/"),
      first_index_(number * kTitleStep) {
  if (number % 2 != 0) shape_.is_dash = !shape_.is_dash;
  Duration start{0};
  for (const Duration period : shape_.periods) {
    starts_.push_back(start);
    start += period;
  }
}

std::string VodTitle::url() const {
  return std::string(cdn_url(0)) + folder_ + (shape_.is_dash ? "title.mpd" : "master.m3u8");
}

std::optional<test::WebAnswer> VodTitle::answer(const std::string& url, MonotonicTime) {
  const auto asked = name_in(folder_, url, shape_.cdns);
  if (!asked) return std::nullopt;
  const std::size_t question = std::min(asked->find('?'), asked->size());
  const std::string name = asked->substr(0, question);
  if (name.find(".seg") != std::string::npos) return segment(name);
  test::WebAnswer answer;
  answer.body = text(name, asked->substr(question));
  if (!answer.body) return std::nullopt;
  return answer;
}

VodTitle::Body VodTitle::text(const std::string& name, const std::string& query) {
  Body& kept = kept_[name + query];
  if (kept) return kept;
  std::string made;
  const bool is_playlist = name.size() > 5 && name.rfind(".m3u8") == name.size() - 5;
  if (name == "title.mpd" && shape_.is_dash) {
    made = mpd(query);
  } else if (name == "master.m3u8" && !shape_.is_dash) {
    made = multivariant(query);
  } else if (is_playlist && !shape_.is_dash) {
    made = playlist(name.substr(0, name.size() - 5), query);
  } else {
    return nullptr;
  }
  if (kept_.size() > 64) kept_.clear();  // signatures change; the old ones are not asked for again
  return kept_[name + query] =
             std::make_shared<const std::vector<uint8_t>>(made.begin(), made.end());
}

std::string VodTitle::multivariant(const std::string& query) const {
  std::string out = "#EXTM3U\n";
  for (std::size_t cdn = 0; cdn < shape_.cdns; ++cdn) add_variants(out, cdn, query);
  return out;
}

// Those of further CDNs are redundant ones, each with groups of its own (RFC 8216bis §4.4.6.2).
void VodTitle::add_variants(std::string& out, std::size_t cdn, const std::string& query) const {
  const std::string place = cdn > 0 ? std::string(cdn_url(cdn)) + folder_ : "";
  const std::string group = cdn > 0 ? "\"a" + std::to_string(cdn) + '"' : "\"a\"";
  const bool has_group = !shape_.languages.empty() && !shape_.is_muxed;
  for (std::size_t i = 0; has_group && i < shape_.languages.size(); ++i) {
    const std::string& language = shape_.languages[i];
    out += "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=" + group + ",NAME=\"" + language + "\",LANGUAGE=\"" +
           language + "\",DEFAULT=" + (i == 0 ? "YES" : "NO") + ",AUTOSELECT=YES,URI=\"" + place +
           "a-" + language + ".m3u8" + query + "\"\n";
  }
  if (shape_.video_bps.empty()) {
    out += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(shape_.audio_bps) +
           ",CODECS=\"mp4a.40.2\",AUDIO=" + group + '\n' + place + "a-" + shape_.languages.front() +
           ".m3u8" + query + '\n';
  }
  for (std::size_t r = 0; r < shape_.video_bps.size(); ++r) {
    const int64_t both = shape_.video_bps[r] + (has_group ? shape_.audio_bps : 0);
    out += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(both) +
           ",RESOLUTION=" + std::to_string(320 * (r + 1)) + "x" + std::to_string(180 * (r + 1)) +
           ",CODECS=\"avc1.64001f" + (shape_.languages.empty() ? "" : ",mp4a.40.2") + "\"" +
           (has_group ? ",AUDIO=" + group : "") + '\n' + place + 'v' + std::to_string(r) + ".m3u8" +
           query + '\n';
  }
}

std::string VodTitle::playlist(const std::string& prefix, const std::string& query) const {
  std::string out = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" +
                    std::to_string(shape_.segment.count() / 1'000'000) +
                    "\n#EXT-X-PLAYLIST-TYPE:VOD\n";
  for (std::size_t p = 0; p < shape_.periods.size(); ++p) {
    if (p > 0) out += "#EXT-X-DISCONTINUITY\n";
    const int64_t count = count_of(shape_.periods[p], shape_.segment);
    for (int64_t n = 0; n < count; ++n) {
      const Duration length = std::min(shape_.segment, shape_.periods[p] - n * shape_.segment);
      out += "#EXTINF:" + seconds_text(length) + ",\np" + std::to_string(p) + "-" + prefix + "-" +
             std::to_string(n) + ".seg" + query + "\n";
    }
  }
  return out + "#EXT-X-ENDLIST\n";
}

std::string VodTitle::mpd(const std::string& query) const {
  std::string out =
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
      "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"PT2S\" "
      "mediaPresentationDuration=\"PT" +
      seconds_text(shape_.duration()) + "S\">\n" + base_urls(folder_, shape_.cdns);
  for (std::size_t p = 0; p < shape_.periods.size(); ++p) {
    const std::string place = "p" + std::to_string(p) + "-";
    const auto segments = [&](const std::string& name) {
      return "<SegmentTemplate timescale=\"1000000\" startNumber=\"0\" duration=\"" +
             std::to_string(shape_.segment.count()) + "\" presentationTimeOffset=\"" +
             std::to_string(shape_.container_starts_us[p]) + "\" media=\"" + place + name +
             "-$Number$.seg" + query + "\"/></Representation>\n";
    };
    out += "<Period duration=\"PT" + seconds_text(shape_.periods[p]) + "S\">\n";
    if (!shape_.video_bps.empty()) {
      out += "<AdaptationSet id=\"1\" contentType=\"video\" mimeType=\"video/mp4\">\n";
    }
    for (std::size_t r = 0; r < shape_.video_bps.size(); ++r) {
      const std::string id = "v" + std::to_string(r);
      out += "<Representation id=\"" + id + "\" bandwidth=\"" +
             std::to_string(shape_.video_bps[r]) + "\" width=\"" + std::to_string(320 * (r + 1)) +
             "\" height=\"" + std::to_string(180 * (r + 1)) + "\" codecs=\"avc1.64001f" +
             (shape_.is_muxed ? ",mp4a.40.2" : "") + "\">" + segments(id);
    }
    if (!shape_.video_bps.empty()) out += "</AdaptationSet>\n";
    for (std::size_t i = 0; !shape_.is_muxed && i < shape_.languages.size(); ++i) {
      const std::string id = "a-" + shape_.languages[i];
      out += "<AdaptationSet contentType=\"audio\" mimeType=\"audio/mp4\" lang=\"" +
             shape_.languages[i] + "\"><Representation id=\"" + id + "\" bandwidth=\"" +
             std::to_string(shape_.audio_bps) + "\" codecs=\"mp4a.40.2\">" + segments(id) +
             "</AdaptationSet>\n";
    }
    out += "</Period>\n";
  }
  return out + "</MPD>\n";
}

std::optional<test::WebAnswer> VodTitle::segment(const std::string& name) const {
  unsigned part = 0;
  unsigned rung = 0;
  long long number = 0;
  char language[9] = "";
  bool is_video = true;
  if (std::sscanf(name.c_str(), "p%u-v%u-%lld.seg", &part, &rung, &number) == 3) {
    if (rung >= shape_.video_bps.size()) return std::nullopt;
  } else if (std::sscanf(name.c_str(), "p%u-a-%8[a-z]-%lld.seg", &part, language, &number) == 3) {
    is_video = false;
  } else {
    return std::nullopt;
  }
  if (part >= shape_.periods.size() || number < 0) return std::nullopt;
  const Duration from = number * shape_.segment;
  if (from >= shape_.periods[part]) return std::nullopt;
  const Duration length = std::min(shape_.segment, shape_.periods[part] - from);
  const Duration sample = is_video ? shape_.frame : shape_.audio_frame;
  SegmentHeader header;
  header.is_video = is_video;
  header.container_start_us = shape_.container_starts_us[part] + from.count();
  header.sample_us = sample.count();
  header.samples = static_cast<int32_t>(length / sample);
  header.samples_per_gop = is_video ? shape_.frames_per_gop : 1;
  header.first_index = first_index_ + (starts_[part] + from) / sample;
  header.choice = is_video ? static_cast<int32_t>(rung) : language[0];
  header.part = static_cast<int32_t>(part);
  if (is_video && shape_.is_muxed) {
    header.muxed_sample_us = shape_.audio_frame.count();
    header.muxed_samples = static_cast<int32_t>(length / shape_.audio_frame);
    header.first_muxed_index = first_index_ + (starts_[part] + from) / shape_.audio_frame;
  }
  const int64_t bps = is_video ? shape_.video_bps[rung] : shape_.audio_bps;
  header.bytes = std::max<int64_t>(bps * length.count() / 8 / 1'000'000, kHeaderBytes);
  return make_segment(header);
}

std::unique_ptr<WebTitle> make_title(const TitleShape& shape, MonotonicTime now,
                                     Duration wall_ahead, int number) {
  if (shape.live) return std::make_unique<LiveTitle>(shape, now, wall_ahead);
  return std::make_unique<VodTitle>(shape, number);
}

}  // namespace playhead::swarm
