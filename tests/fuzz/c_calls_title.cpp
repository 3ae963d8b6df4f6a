// SPDX-License-Identifier: Apache-2.0
#include "c_calls_title.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "support/boxes.h"

namespace playhead::test {

namespace {

constexpr uint64_t kTicks = 1000;  // of a second
constexpr int kPictures = 4;       // of a segment, which is a second long

constexpr std::string_view kMultivariant =
    "#EXTM3U\n"
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"one\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"sound.m3u8\"\n"
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"two\",LANGUAGE=\"de\",URI=\"sound.m3u8?2\"\n"
    "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"t\",NAME=\"en\",LANGUAGE=\"en\",AUTOSELECT=YES,URI=\"text.m3u8\"\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=16x16,CODECS=\"avc1.42c00a,mp4a.40.2\",AUDIO=\"a\",SUBTITLES=\"t\"\n"
    "pictures.m3u8\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=32x32,CODECS=\"avc1.42c00a,mp4a.40.2\",AUDIO=\"a\",SUBTITLES=\"t\"\n"
    "pictures.m3u8?high\n";

std::string media_playlist(const std::string& ending, bool has_map, bool is_live) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n";
  text += "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n"
          "#EXT-X-DATERANGE:ID=\"d\",CLASS=\"c\",START-DATE=\"2026-01-01T00:00:00Z\",DURATION=2,X-A=\"b\"\n";
  if (has_map) text += "#EXT-X-MAP:URI=\"init.mp4\"\n";
  for (int i = 0; i < 8; ++i) text += "#EXTINF:1,\n" + std::to_string(i) + ending + '\n';
  return is_live ? text : text + "#EXT-X-ENDLIST\n";
}

Bytes matrix() {
  return join({u32(0x10000), zeros(12), u32(0x10000), zeros(12), u32(0x40000000)});
}

Bytes init_segment() {
  const Bytes avcc = text(std::string("\x01\x42\xc0\x0a\xff\xe1\x00\x04\x67\x42\xc0\x0a\x01\x00\x02\x68\xce", 17));
  const Bytes entry = box("avc1", join({zeros(6), u16(1), zeros(16), u16(16), u16(16), u32(0x480000), u32(0x480000),
                                        zeros(4), u16(1), zeros(32), u16(24), u16(0xffff), box("avcC", avcc)}));
  const Bytes tables = join({full_box("stsd", 0, 0, u32(1) + entry), full_box("stts", 0, 0, u32(0)),
                             full_box("stsc", 0, 0, u32(0)), full_box("stsz", 0, 0, zeros(8)),
                             full_box("stco", 0, 0, u32(0))});
  const Bytes information = box("minf", join({full_box("vmhd", 0, 1, zeros(8)),
                                              box("dinf", full_box("dref", 0, 0, u32(1) + full_box("url ", 0, 1, {}))),
                                              box("stbl", tables)}));
  const Bytes media = box("mdia", join({full_box("mdhd", 0, 0, join({zeros(8), u32(kTicks), u32(0), u32(0x55c40000)})),
                                        full_box("hdlr", 0, 0, join({u32(0), text("vide"), zeros(13)})), information}));
  const Bytes track_header = full_box(
      "tkhd", 0, 3, join({zeros(8), u32(1), zeros(8), zeros(16), matrix(), u32(16 << 16), u32(16 << 16)}));
  const Bytes movie_header = full_box("mvhd", 0, 0, join({zeros(8), u32(kTicks), u32(0), u32(0x10000), u16(0x100),
                                                          zeros(10), matrix(), zeros(24), u32(2)}));
  const Bytes extends = box("mvex", full_box("trex", 0, 0, join({u32(1), u32(1), zeros(12)})));
  return join({box("ftyp", text("iso5") + u32(0) + text("iso5dash")),
               box("moov", join({movie_header, box("trak", track_header + media), extends}))});
}

// Its pictures are one NAL unit of an IDR picture each, of which nothing can be made.
Bytes picture_segment(uint64_t number) {
  const Bytes picture = u32(4) + Bytes{0x65, 0x88, 0x80, 0x40};
  Bytes samples, data;
  for (int i = 0; i < kPictures; ++i) {
    samples = samples + join({u32(kTicks / kPictures), u32(picture.size()), u32(0x2000000)});
    data = data + picture;
  }
  const auto fragment = [&](uint64_t offset) {
    return box("moof", join({full_box("mfhd", 0, 0, u32(number + 1)),
                             box("traf", join({full_box("tfhd", 0, 0x20000, u32(1)),
                                               full_box("tfdt", 1, 0, u64(number * kTicks)),
                                               full_box("trun", 0, 0x701, u32(kPictures) + u32(offset) + samples)}))}));
  };
  return fragment(fragment(0).size() + 8) + box("mdat", data);
}

// A second of silence: 47 frames of AAC-LC, mono, 48 kHz, behind the time they begin at (RFC 8216 §3.4).
Bytes sound_segment(uint64_t number) {
  const Bytes owner = text("com.apple.streaming.transportStreamTimestamp") + u8(0);
  const Bytes frame = join({text("PRIV"), u32(owner.size() + 8), u16(0), owner, u64(number * 90'000)});
  Bytes out = join({text("ID3"), u8(4), u16(0), u32(frame.size()), frame});
  for (int i = 0; i < 47; ++i) {
    out = out + Bytes{0xff, 0xf1, 0x4c, 0x40, 0x01, 0x7f, 0xfc, 0x01, 0x18, 0x20, 0x07};
  }
  return out;
}

std::string text_segment(uint64_t number) {
  const std::string second = "00:0" + std::to_string(number % 10);
  return "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00.000\n\n" + second + ".000 --> " + second +
         ".900 line:0\n<v One>said <b>so</b>\n";
}

constexpr std::string_view kItem =
    R"({"movie_id":"m","name":"n","genre":"g","year":2024,"duration_seconds":8,"maturity_rating":"PG",)"
    R"("position_seconds":1,"score":0.5,"reason":"context")";

std::string service_answer(std::string_view path) {
  const auto is = [&](std::string_view name) { return path.find(name) != std::string_view::npos; };
  const std::string item(kItem);
  if (is("/home")) return R"({"rows":[{"id":"r","name":"R","items":[)" + item + R"(}]}],"next_cursor":"c"})";
  if (is("/profiles")) {
    return R"({"profiles":[{"profile_id":"default","name":"Me","maturity_rating":"TV-MA","is_protected":false,)"
           R"("is_default":true}]})";
  }
  if (is("/playback/start")) {
    return R"({"asset_id":"m","manifest_url":"http://127.0.0.1:1/a.m3u8","manifest_type":"hls","session_id":"s"})";
  }
  if (is("/stream")) return R"({"stream_url":"http://127.0.0.1:1/a.m3u8","resume_position_seconds":1})";
  if (is("/download")) return R"({"download_url":"http://127.0.0.1:1/a.m3u8","expires_at":"2099-01-01T00:00:00Z"})";
  if (is("/titles")) {
    return item + R"(,"description":"d","genres":["g"],"cast":["A"],"formats":["hls"],"is_protected":false,)"
                  R"("chapters":[{"start_seconds":0,"end_seconds":5,"name":"First"}]})";
  }
  return R"({"items":[)" + item + "}]}";
}

Bytes body_of(const std::string& url) {
  const std::string path = url.substr(0, url.find('?'));
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto ends = [&](std::string_view with) {
    return name.size() >= with.size() && name.compare(name.size() - with.size(), with.size(), with) == 0;
  };
  const uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
  if (path.find("/v1/") != std::string::npos) return text(service_answer(path));
  if (name == "pictures.m3u8") return text(media_playlist(".m4s", true, false));
  if (name == "sound.m3u8") return text(media_playlist(".aac", false, false));
  if (name == "text.m3u8") return text(media_playlist(".vtt", false, false));
  if (name == "live.m3u8") return text(media_playlist(".aac", false, true));
  if (ends(".m3u8")) return text(std::string(kMultivariant));
  if (ends(".mp4")) return init_segment();
  if (ends(".m4s")) return picture_segment(number);
  if (ends(".aac")) return sound_segment(number);
  if (ends(".vtt")) return text(text_segment(number));
  return {};
}

}  // namespace

TitleAnswer title_answer(const std::string& url) {
  TitleAnswer answer;
  answer.body = body_of(url);
  answer.status = answer.body.empty() ? 404 : 200;
  return answer;
}

}  // namespace playhead::test
