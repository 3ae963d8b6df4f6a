// SPDX-License-Identifier: Apache-2.0
#include "recorder/redactor.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/url.h"

namespace playhead::recorder {
namespace {

using Kind = ResourceKind;

// Everything that may be in no recording.
constexpr const char* kSecrets[] = {"Canary",   "canary", "CANARY", "alice",    "4711",
                                    "sig=",     "secret", "Oscar",  "Holmberg", "c2VjcmV0",
                                    "deadbeef", "Hello",  "world",  "example"};

struct Case {
  const char* name;
  Kind kind;
  std::string body;
  std::vector<const char*> kept;
};

std::string box(const std::string& type, const std::string& content) {
  const auto size = static_cast<uint32_t>(content.size() + 8);
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((size >> shift) & 255U);
  return out + type + content;
}

std::vector<Case> cases() {
  const std::string init =
      box("ftyp", std::string("iso6\0\0\0\0", 8)) +
      box("moov", box("mvhd", std::string(100, '\1')) + box("udta", "Canary title") +
                      box("trak", box("mdia", box("hdlr", std::string(8, '\0') + "text" +
                                                              std::string(12, '\0') + "Canary"))) +
                      box("pssh", std::string(20, '\0') + "secret"));
  return {
      {"HLS",
       Kind::kManifest,
       "#EXTM3U\n# a comment about Canary\n#EXT-X-VERSION:6\n#EXT-X-CANARY:secret\n"
       "#EXT-X-DEFINE:NAME=\"canary\",VALUE=\"secret\"\n"
       "#EXT-X-KEY:METHOD=AES-128,URI=\"data:text/plain;base64,c2VjcmV0\",IV=0xdeadbeef\n"
       "#EXT-X-SESSION-DATA:DATA-ID=\"com.example.title\",VALUE=\"Oscar\",LANGUAGE=\"en\"\n"
       "#EXT-X-DATERANGE:ID=\"alice\",START-DATE=\"2026-01-01T00:00:00Z\",X-USER=\"4711\","
       "X-Oscar=4711\n"
       "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"canary\",NAME=\"Oscar\",LANGUAGE=\"en\",URI=\"a.m3u8\"\n"
       "#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS=\"avc1.64001f\",RESOLUTION=640x360\n"
       "https://cdn.example.com:8443/Canary/v1.m3u8?user=alice&sig=secret\n"
       "#EXTINF:6.006,The Canary\n../4711/{$canary}/seg-1.m4s?exp=4711\n#EXT-X-ENDLIST\n",
       {"#EXT-X-VERSION:6", "BANDWIDTH=1280000", "CODECS=\"avc1.64001f\"", "RESOLUTION=640x360",
        "#EXTINF:6.006,", "LANGUAGE=\"en\"", "https://", ":8443/", ".m3u8", ".m4s",
        "METHOD=AES-128", "#EXT-X-ENDLIST", "../", "{$"}},
      {"DASH",
       Kind::kManifest,
       "<?xml version=\"1.0\"?><!-- Canary --><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
       "type=\"static\" mediaPresentationDuration=\"PT12S\" id=\"Canary\">"
       "<ProgramInformation><Title>Oscar &amp; Holmberg</Title></ProgramInformation>"
       "<BaseURL serviceLocation='canary'>https://alice:secret@cdn.example.com/Canary/"
       "?a=4711&amp;sig=deadbeef</BaseURL>"
       "<Period id='4711'><AdaptationSet lang=\"en\"><ContentProtection "
       "schemeIdUri=\"urn:uuid:1\"><cenc:pssh>c2VjcmV0</cenc:pssh></ContentProtection>"
       "<SegmentTemplate media=\"Canary-$RepresentationID$-$Number%05d$.m4s?sig=secret\" "
       "timescale=\"1000\" startNumber=\"7\"><SegmentTimeline><S t=\"0\" d=\"2000\" r=\"3\"/>"
       "</SegmentTimeline></SegmentTemplate><Representation id=\"Canary_720p\" "
       "bandwidth=\"900000\" codecs=\"avc1.4d401f\"/></AdaptationSet>"
       "<EventStream schemeIdUri=\"https://ads.example.com/\"><Event "
       "messageData=\"alice\">Canary</Event></EventStream></Period></MPD>",
       {"mediaPresentationDuration=\"PT12S\"", "lang=\"en\"", "$RepresentationID$",
        "$Number%05d$.m4s", "timescale=\"1000\"", "<S t=\"0\" d=\"2000\" r=\"3\"/>",
        "bandwidth=\"900000\"", "codecs=\"avc1.4d401f\"", "https://", "&amp;"}},
      {"the service",
       Kind::kApi,
       R"({"asset_id":"Canary","stream_url":"https:\/\/cdn.example.com/Canary.m3u8?sig=secret",)"
       R"("resume_position_seconds":12.5,"user":{"alice":4711},"name":"H\u00e9llo Canary",)"
       R"("expires_at":"2026-01-01T00:00:00Z","manifest_type":"hls"})",
       {"\"stream_url\":", "\"resume_position_seconds\":12.5", "2026-01-01T00:00:00Z", "\"hls\""}},
      {"steering",
       Kind::kManifest,
       R"({"VERSION":1,"TTL":300,"RELOAD-URI":"https://steer.example.com/?u=alice",)"
       R"("PATHWAY-PRIORITY":["CANARY","4711"],"PATHWAY-CLONES":[{"BASE-ID":"CANARY","ID":"Oscar",)"
       R"("URI-REPLACEMENT":{"HOST":"cdn.example.com","PARAMS":{"canary":"secret"}}}]})",
       {"\"TTL\":300", "\"PATHWAY-PRIORITY\":", "\"HOST\":"}},
      {"WebVTT",
       Kind::kText,
       "WEBVTT Canary\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\nNOTE secret\n\n"
       "00:01.000 --> 00:02.000 line:10%\n<v Oscar>Hello world 4711\n",
       {"WEBVTT", "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000",
        "00:01.000 --> 00:02.000 line:10%"}},
      {"TTML",
       Kind::kText,
       "<tt xmlns=\"http://www.w3.org/ns/ttml\" xml:lang=\"en\" ttp:timeBase=\"media\"><body>"
       "<p xml:id=\"Canary\" begin=\"1s\" end=\"2s\" tts:color=\"white\">Hello &lt;world</p>"
       "</body></tt>",
       {"begin=\"1s\" end=\"2s\"", "tts:color=\"white\"", "xml:lang=\"en\"", "&lt;"}},
      {"subtitles in MP4",
       Kind::kText,
       box("styp", "iso6") + box("mdat", box("vttc", box("payl", "Hello world")) +
                                             box("vttc", box("payl", "Canary"))),
       {"vttc", "payl"}},
      {"an InitSegment", Kind::kInit, init, {"moov", "mvhd", "text"}},
      {"something else", Kind::kManifest, "Canary secret alice", {}},
      {"keys", Kind::kKey, "secret", {}},
      {"pictures", Kind::kMedia, "Canary", {}},
  };
}

TEST_CASE("redactor: bodies keep their shape and nothing of anybody") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    Redactor redactor;
    const std::string redacted = redactor.body(c.kind, c.body);
    CAPTURE(redacted);
    const bool is_hidden = c.kind == Kind::kKey || c.kind == Kind::kMedia;
    CHECK(redacted.size() == (is_hidden ? 0 : c.body.size()));
    for (const char* secret : kSecrets) {
      CAPTURE(secret);
      CHECK(redacted.find(secret) == std::string::npos);
    }
    for (const char* kept : c.kept) {
      CAPTURE(kept);
      CHECK(redacted.find(kept) != std::string::npos);
    }
    // Whatever is cut off on the way is redacted as well.
    for (std::size_t cut = 0; cut < c.body.size(); cut += 3) {
      CHECK(Redactor().body(c.kind, c.body.substr(0, cut)).size() == (is_hidden ? 0 : cut));
    }
  }
}

TEST_CASE("redactor: relative URLs lead to the same places") {
  const char* const kBases[] = {"https://cdn.example.com/a/b/main.m3u8?sig=1",
                                "http://127.0.0.1:8080/x.mpd", "https://host.test/"};
  const char* const kReferences[] = {"seg-1.ts",
                                     "../c/seg.ts?x=1",
                                     "/root/one",
                                     "//other.test/p",
                                     "?sig=2",
                                     "./a/./b",
                                     "",
                                     "a b",
                                     "https://third.test/z#frag"};
  for (const char* base : kBases) {
    for (const char* reference : kReferences) {
      CAPTURE(base);
      CAPTURE(reference);
      Redactor redactor;
      const auto real = resolve_url(base, reference);
      const auto replayed = resolve_url(redactor.url(base), redactor.url(reference));
      REQUIRE(real);
      REQUIRE(replayed);
      // A space becomes "%20", which belongs to a word then.
      if (std::string_view(reference).find(' ') == std::string_view::npos) {
        CHECK(*replayed == redactor.url(*real));
      }
    }
  }
}

TEST_CASE("redactor: the same is the same everywhere, different things differ") {
  Redactor redactor;
  CHECK(redactor.url("a/b") == redactor.url("a/b"));
  CHECK(redactor.url("a/b") != redactor.url("a/c"));
  CHECK(redactor.host("CDN.example.com") == redactor.host("cdn.EXAMPLE.com"));
  const std::string url = redactor.url("https://cdn.example.com:444/x");
  CHECK(url == "https://" + redactor.host("cdn.example.com") + ":444/" + redactor.url("x"));
  CHECK(redactor.name("12") != redactor.name("13"));
  CHECK(redactor.name("12").find_first_not_of("0123456789") == std::string::npos);
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) seen.insert(redactor.url("word" + std::to_string(i)));
  CHECK(seen.size() == 2000);
}

TEST_CASE("redactor: tags and event messages stay such") {
  Redactor redactor;
  const std::string frame = std::string("TXXX\0\0\0\x0e\0\0\x03", 11) + "Canary\0alice!";
  const std::string tag = std::string("ID3\4\0\0\0\0\0\x18", 10) + frame + std::string(1, '\0');
  const std::string id3 = redactor.id3(tag);
  CHECK(id3.size() == tag.size());
  CHECK(id3.find("Canary") == std::string::npos);
  CHECK(id3.find("TXXX") == 10);
  const std::string message =
      box("emsg", std::string(4, '\0') + std::string("urn:scte\0", 9) + std::string("Canary\0", 7) +
                      std::string(16, '\1') + "alice 4711");
  const std::string event = redactor.event_message(message);
  CHECK(event.size() == message.size());
  CHECK(event.find("urn:scte") != std::string::npos);
  CHECK(event.find("Canary") == std::string::npos);
  CHECK(event.find("alice") == std::string::npos);
}

TEST_CASE("namer: numbers by first appearance") {
  Namer namer;
  CHECK(namer.number("b") == 1);
  CHECK(namer.number("a") == 2);
  CHECK(namer.number("b") == 1);
  CHECK(namer.number("") == 0);
}

}  // namespace
}  // namespace playhead::recorder
