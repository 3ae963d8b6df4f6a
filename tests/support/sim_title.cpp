// SPDX-License-Identifier: Apache-2.0
#include "support/sim_title.h"

#include <cstdio>
#include <iterator>
#include <sstream>

#include "support/sim_media.h"

namespace playhead::test {

namespace {

constexpr int kFramesPerSecond = 25;
constexpr int kAudioFramesPerSecond = 50;
constexpr int64_t kKeyFrameUs = 2'000'000;
constexpr int64_t kImageUs = 20'000'000;
constexpr int64_t kIframeBps[] = {40'000, 400'000};

// The head of a JPEG of 800 × 180, and nothing that could be decoded.
std::string make_image() {
  std::string image("\xFF\xD8\xFF\xE0\x00\x04JF\xFF\xC0\x00\x11\x08\x00\xB4\x03\x20", 17);
  image.resize(20'000, 'i');
  return image;
}

}  // namespace

std::optional<std::string> SimTitle::body(const std::string& url) const {
  if (url.rfind(base_url, 0) != 0) return std::nullopt;
  std::string name = url.substr(base_url.size());
  name = name.substr(0, name.find('?'));
  if (name == "master.m3u8") return multivariant();
  for (const auto& [part, spoilt_body] : spoilt) {
    if (name.find(part) != std::string::npos) return spoilt_body;
  }
  if (name.size() > 5 && name.compare(name.size() - 5, 5, ".m3u8") == 0) {
    return media_playlist(name.substr(0, name.size() - 5));
  }
  return segment(name);
}

std::string SimTitle::multivariant() const {
  std::ostringstream out;
  out << "#EXTM3U\n";
  if (has_audio) {
    out << "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,"
           "AUTOSELECT=YES,URI=\"a-en.m3u8\"\n"
        << "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"Deutsch\",LANGUAGE=\"de\","
           "AUTOSELECT=YES,URI=\"a-de.m3u8\"\n";
  }
  const auto list_text = [&out](const std::string& language, const char* prefix, bool is_forced) {
    out << "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"" << prefix << language
        << "\",LANGUAGE=\"" << language << "\",AUTOSELECT=YES,FORCED=" << (is_forced ? "YES" : "NO")
        << ",URI=\"" << prefix << language << ".m3u8\"\n";
  };
  for (const std::string& language : subtitles) list_text(language, "t-", false);
  for (const std::string& language : forced_subtitles) list_text(language, "f-", true);
  for (std::size_t i = 0; i < captions.size(); ++i) {
    out << "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"Captions\",LANGUAGE=\""
        << captions[i] << "\",INSTREAM-ID=\"CC" << i + 1 << "\"\n";
  }
  for (std::size_t i = 0; has_iframes && i < std::size(kIframeBps); ++i) {
    out << "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=" << kIframeBps[i]
        << ",RESOLUTION=320x180,CODECS=\"" << video_codec << "\",URI=\"k" << i << ".m3u8\"\n";
  }
  if (has_thumbnails) {
    out << "#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9000,RESOLUTION=160x90,CODECS=\"jpeg\","
           "URI=\"g0.m3u8\"\n";
  }
  const bool has_text = !subtitles.empty() || !forced_subtitles.empty();
  for (std::size_t i = 0; i < bitrates_bps.size(); ++i) {
    out << "#EXT-X-STREAM-INF:BANDWIDTH=" << bitrates_bps[i] << ",RESOLUTION=" << 320 * (i + 1)
        << "x" << 180 * (i + 1) << ",CODECS=\"" << video_codec << ",mp4a.40.2\"";
    if (i < hdcp_levels.size()) out << ",HDCP-LEVEL=" << hdcp_levels[i];
    if (has_audio) out << ",AUDIO=\"aac\"";
    if (has_text) out << ",SUBTITLES=\"subs\"";
    if (!captions.empty()) out << ",CLOSED-CAPTIONS=\"cc\"";
    out << "\nv" << i << ".m3u8\n";
  }
  return out.str();
}

std::string SimTitle::preview_playlist(const std::string& prefix) const {
  const bool is_image = prefix[0] == 'g';
  const int64_t each_us = is_image ? kImageUs : kKeyFrameUs;
  std::ostringstream out;
  out << "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" << each_us / 1'000'000
      << "\n#EXT-X-PLAYLIST-TYPE:VOD\n"
      << (is_image ? "#EXT-X-IMAGES-ONLY\n" : "#EXT-X-I-FRAMES-ONLY\n");
  for (int64_t i = 0; i * each_us < duration_us(); ++i) {
    out << "#EXTINF:" << each_us / 1'000'000 << ",\n";
    if (is_image) out << "#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=5x2,DURATION=2\n";
    out << prefix << '-' << i << (is_image ? ".jpg\n" : ".seg\n");
  }
  out << "#EXT-X-ENDLIST\n";
  return out.str();
}

std::string SimTitle::media_playlist(const std::string& prefix) const {
  if (prefix[0] == 'k' || prefix[0] == 'g') return preview_playlist(prefix);
  std::ostringstream out;
  out << "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" << (segment_us + 999'999) / 1'000'000
      << "\n#EXT-X-PLAYLIST-TYPE:VOD\n";
  if (!date_ranges.empty()) out << "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n";
  for (const std::string& line : date_ranges) out << line << '\n';
  const int count = segments + (prefix[0] == 'a' ? extra_audio_segments : 0);
  for (int i = 0; i < count; ++i) {
    char duration[32];
    std::snprintf(duration, sizeof duration, "%lld.%06lld",
                  static_cast<long long>(segment_us / 1'000'000),
                  static_cast<long long>(segment_us % 1'000'000));
    out << "#EXTINF:" << duration << ",\n" << prefix << "-" << i << ".seg\n";
  }
  out << "#EXT-X-ENDLIST\n";
  return out.str();
}

std::string SimTitle::text_segment(const std::string& words, int number) const {
  // Local time 0 is the container time of the first picture.
  std::string text = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:" +
                     std::to_string(container_start_us * 9 / 100) + "\n\n";
  const int64_t first = number * segment_us / 1'000'000;
  const int64_t end = (number + 1) * segment_us / 1'000'000;
  for (int64_t second = first; second < end; ++second) {
    if (second % 4 != 0) continue;
    char times[64];
    std::snprintf(times, sizeof times, "%02d:%02d:%02d.000 --> %02d:%02d:%02d.000",
                  static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60),
                  static_cast<int>(second % 60), static_cast<int>((second + 2) / 3600),
                  static_cast<int>((second + 2) / 60 % 60), static_cast<int>((second + 2) % 60));
    text += std::string(times) + "\n" + words + " " + std::to_string(second) + "\n\n";
  }
  return text;
}

std::optional<std::string> SimTitle::segment(const std::string& name) const {
  int rung = 0;
  int number = 0;
  char language[3] = "";
  char kind = 0;
  if (std::sscanf(name.c_str(), "%c-%2[a-z]-%d.seg", &kind, language, &number) == 3 &&
      (kind == 't' || kind == 'f') && number >= 0 && number < segments) {
    return text_segment((kind == 'f' ? "forced " : "") + std::string(language), number);
  }
  if (std::sscanf(name.c_str(), "g0-%d.jpg", &number) == 1) {
    return number * kImageUs < duration_us() ? std::optional(make_image()) : std::nullopt;
  }
  SimSegmentSpec spec;
  if (std::sscanf(name.c_str(), "k%d-%d.seg", &rung, &number) == 2) {
    if (rung < 0 || rung > 1 || number * kKeyFrameUs >= duration_us()) return std::nullopt;
    spec.samples = spec.samples_per_gop = 1;
    spec.start_us = container_start_us + number * kKeyFrameUs;
    spec.duration_us = 1'000'000 / kFramesPerSecond;
    spec.bytes = kIframeBps[rung] * kKeyFrameUs / 8 / 1'000'000;
    return make_sim_segment(spec);
  }
  int64_t bps = 0;
  if (std::sscanf(name.c_str(), "v%d-%d.seg", &rung, &number) == 2) {
    if (rung < 0 || rung >= static_cast<int>(bitrates_bps.size())) return std::nullopt;
    bps = bitrates_bps[static_cast<std::size_t>(rung)];
    spec.kind = TrackKind::kVideo;
    spec.samples = static_cast<int>(kFramesPerSecond * segment_us / 1'000'000);
    spec.samples_per_gop = kFramesPerSecond * 2;
    spec.codec_config = "v" + std::to_string(rung);
  } else if (std::sscanf(name.c_str(), "a-%2[a-z]-%d.seg", language, &number) == 2) {
    bps = audio_bps;
    spec.kind = TrackKind::kAudio;
    spec.samples = static_cast<int>(kAudioFramesPerSecond * segment_us / 1'000'000);
    spec.samples_per_gop = 1;
    spec.codec_config = language;
  } else {
    return std::nullopt;
  }
  const int count = segments + (spec.kind == TrackKind::kAudio ? extra_audio_segments : 0);
  if (number < 0 || number >= count) return std::nullopt;
  spec.start_us = container_start_us + number * segment_us;
  spec.duration_us = segment_us;
  spec.bytes = bps * segment_us / 8 / 1'000'000;
  return make_sim_segment(spec);
}

}  // namespace playhead::test
