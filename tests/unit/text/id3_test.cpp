// SPDX-License-Identifier: Apache-2.0
#include "text/id3.h"

#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "unit/text/byte_writer.h"
#include "unit/text/real_files.h"

using namespace playhead;
using namespace playhead::text;
using test::ByteWriter;
using namespace std::string_literals;

namespace {

uint64_t sync_safe(uint64_t n) {
  return (n & 0x7f) | (n & 0x3f80) << 1 | (n & 0x1fc000) << 2 | (n & 0xfe00000) << 3;
}
std::vector<uint8_t> frame(const std::string& id, const std::string& body, int flags = 0,
                           int version = 4) {
  ByteWriter w;
  const uint64_t size = version == 4 ? sync_safe(body.size()) : body.size();
  return w.text(id).number(4, size).number(2, static_cast<uint64_t>(flags)).text(body).bytes;
}
std::vector<uint8_t> tag(const std::vector<uint8_t>& frames, int flags = 0, int version = 4) {
  ByteWriter w;
  return w.text("ID3")
      .number(1, static_cast<uint64_t>(version))
      .number(1, 0)
      .number(1, static_cast<uint64_t>(flags))
      .number(4, sync_safe(frames.size()))
      .append(frames)
      .bytes;
}

}  // namespace

TEST_CASE("id3: frames, ID3v2.4 4 and ID3v2.3 4") {
  struct Case {
    const char* name;
    std::vector<uint8_t> bytes;
    std::string id, description, text, data;
  };
  const Case cases[] = {
      {"UTF-8 text", tag(frame("TIT2", "\x03h\xc3\xa9"s)), "TIT2", "", "h\xc3\xa9",
       "\x03h\xc3\xa9"},
      {"Latin-1 text with an end", tag(frame("TIT2", "\0h\xe9\0"s)), "TIT2", "", "h\xc3\xa9",
       "\0h\xe9\0"s},
      {"UTF-16 with a mark", tag(frame("TIT2", "\x01\xff\xfeh\0i\0"s)), "TIT2", "", "hi",
       "\x01\xff\xfeh\0i\0"s},
      {"UTF-16 big endian", tag(frame("TIT2", "\x02\0h\0i"s)), "TIT2", "", "hi", "\x02\0h\0i"s},
      {"several values",
       tag(frame("TPE1",
                 "\x03"
                 "a\0b"s)),
       "TPE1", "", "a\nb",
       "\x03"
       "a\0b"s},
      {"user text", tag(frame("TXXX", "\x03key\0value"s)), "TXXX", "key", "value",
       "\x03key\0value"s},
      {"user text in UTF-16", tag(frame("TXXX", "\x01\xff\xfek\0\0\0\xff\xfev\0"s)), "TXXX", "k",
       "v", "\x01\xff\xfek\0\0\0\xff\xfev\0"s},
      {"private", tag(frame("PRIV", "com.x\0\x01\x02\x00"s)), "PRIV", "com.x", "", "\x01\x02\0"s},
      {"object",
       tag(frame("GEOB",
                 "\x03"
                 "a/b\0n.x\0what\0\xff\x01"s)),
       "GEOB", "what", "", "\xff\x01"},
      {"link", tag(frame("WXXX", "\x03what\0http://x"s)), "WXXX", "what", "http://x",
       "\x03what\0http://x"s},
      {"comment",
       tag(frame("COMM",
                 "\x03"
                 "engshort\0long"s)),
       "COMM", "short", "long",
       "\x03"
       "engshort\0long"s},
      {"version 3", tag(frame("TIT2", "\0x"s, 0, 3), 0, 3), "TIT2", "", "x", "\0x"s},
      {"length indicator", tag(frame("TIT2", "\0\0\0\x02\x03x"s, 0x0001)), "TIT2", "", "x",
       "\x03x"},
      {"group", tag(frame("TIT2", "\x01\x03x"s, 0x0040)), "TIT2", "", "x", "\x03x"},
      {"unsynchronised frame", tag(frame("PRIV", "a\0\xff\0\xe0"s, 0x0002)), "PRIV", "a", "",
       "\xff\xe0"},
      {"unsynchronised version 3 tag", tag(frame("PRIV", "a\0\xff\0\xe0"s, 0, 3), 0x80, 3), "", "",
       "", ""},
      {"extended header",
       tag(ByteWriter().number(4, 6).number(2, 0).append(frame("TIT2", "\x03x")).bytes, 0x40),
       "TIT2", "", "x", "\x03x"},
      {"after an encrypted one",
       tag(ByteWriter()
               .append(frame("TALB", "\x03y", 0x0004))
               .append(frame("TIT2", "\x03x"))
               .bytes),
       "TIT2", "", "x", "\x03x"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto parsed = parse_id3(c.bytes);
    REQUIRE(parsed);
    if (c.id.empty()) {  // the frame's size counts bytes that are no longer there
      CHECK(parsed->frames.empty());
      continue;
    }
    REQUIRE(parsed->frames.size() == 1);
    const Id3Frame& f = parsed->frames[0];
    CHECK(f.id == c.id);
    CHECK(f.description == c.description);
    CHECK(f.text == c.text);
    CHECK(std::string(f.data.begin(), f.data.end()) == c.data);
  }
}

TEST_CASE("id3: damaged tags") {
  CHECK(parse_id3({}).error().code == ErrorCode::kContainerSyntax);
  CHECK(parse_id3(as_bytes("ID3\4\0\0\0\0"s)).error().code == ErrorCode::kContainerSyntax);
  CHECK(parse_id3(tag({}, 0, 2)).error().code == ErrorCode::kContainerUnsupported);
  CHECK(parse_id3(std::vector<uint8_t>(limits::kMetadataBytes + 1)).error().code ==
        ErrorCode::kTooLarge);
  const std::vector<uint8_t> whole =
      tag(ByteWriter().append(frame("TIT2", "\x03x")).append(frame("PRIV", "a\0bc"s)).bytes);
  for (std::size_t size = 10; size < whole.size(); ++size) {
    const auto cut = parse_id3(ByteView(whole).first(size));
    REQUIRE(cut);
    CHECK(cut->frames.size() == (size < 22 ? 0 : 1));
  }
  std::vector<uint8_t> two = whole;
  two.insert(two.end(), whole.begin(), whole.end());
  two.insert(two.end(), {1, 2, 3});
  CHECK(parse_id3(two)->frames.size() == 4);
}

TEST_CASE("id3: as an event") {
  const std::vector<uint8_t> bytes = tag(ByteWriter()
                                             .append(frame("TXXX", "\x03key\0value"s))
                                             .append(frame("PRIV", "own\0\x01\xab"s))
                                             .append(frame("TIT2", "\x03t"))
                                             .bytes);
  const TimedEvent event = id3_event(bytes, *parse_id3(bytes), {5}, "x");
  CHECK(event.start == MediaTime{5});
  CHECK(event.id == "x");
  CHECK(event.message.size() == bytes.size());
  CHECK(event.attributes.at("TXXX:key") == "value");
  CHECK(event.attributes.at("PRIV:own") == "01ab");
  CHECK(event.attributes.at("TIT2") == "t");
}

TEST_CASE("id3: the tag in front of real packed audio") {
  const auto file = test::shared_media("shaka-player/hls-raw-aac/fileSequence0.aac");
  if (file.empty()) {
    MESSAGE("skipped: ../shared/media is not there");
    return;
  }
  const auto parsed = parse_id3(ByteView(file).first(std::min<std::size_t>(file.size(), 4096)));
  REQUIRE(parsed);
  REQUIRE(parsed->frames.size() == 1);
  CHECK(parsed->frames[0].description == "com.apple.streaming.transportStreamTimestamp");
  const std::vector<uint8_t> ticks{0, 0, 0, 0, 0, 0x0d, 0x99, 0xf4};  // 891,380
  CHECK(parsed->frames[0].data == ticks);
}
