// SPDX-License-Identifier: Apache-2.0
#include "decode/id3_timestamp.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::test {

namespace {

using namespace std::string_literals;

std::string sync_safe(std::size_t n) {
  return {static_cast<char>(n >> 21 & 0x7f), static_cast<char>(n >> 14 & 0x7f),
          static_cast<char>(n >> 7 & 0x7f), static_cast<char>(n & 0x7f)};
}

std::string frame(const std::string& id, const std::string& body) {
  return id + sync_safe(body.size()) + "\0\0"s + body;
}

std::string tag(const std::string& frames, char version = 4, char flags = 0) {
  return "ID3"s + version + '\0' + flags + sync_safe(frames.size()) + frames;
}

const std::string kOwner = "com.apple.streaming.transportStreamTimestamp\0"s;
const std::string kTicks = "\0\0\0\x01\x02\x03\x04\x05"s;
constexpr int64_t kExpected = 0x1'0203'0405;

}  // namespace

TEST_CASE("id3_timestamp: RFC 8216 §3.4 start time of packed audio") {
  struct Case {
    const char* name;
    std::string bytes;
    std::optional<int64_t> ticks;
  };
  const std::string priv = frame("PRIV", kOwner + kTicks);
  const Case cases[] = {
      {"alone", tag(priv), kExpected},
      {"behind another frame", tag(frame("TIT2", "\x03title"s) + priv), kExpected},
      {"behind another PRIV", tag(frame("PRIV", "other\0data"s) + priv), kExpected},
      {"version 2.3", tag(priv, 3), kExpected},
      {"behind an extended header of 2.4", tag("\0\0\0\x06\x01\0"s + priv, 4, 0x40), kExpected},
      {"bits above 33 are dropped", tag(frame("PRIV", kOwner + "\xff\xff\xff\xff\0\0\0\x01"s)),
       0x1'0000'0001},
      {"followed by padding", tag(priv + std::string(20, '\0')), kExpected},
      {"no PRIV frame", tag(frame("TIT2", "\x03title"s)), {}},
      {"PRIV too short", tag(frame("PRIV", kOwner + "\0\0"s)), {}},
      {"a frame longer than the tag", tag(priv.substr(0, 20)), {}},
      {"not a tag", "IDX" + tag(priv).substr(3), {}},
      {"nothing", "", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(id3_transport_timestamp(as_bytes(c.bytes)) == c.ticks);
  }
}

TEST_CASE("id3_timestamp: a tag's length") {
  CHECK(id3_tag_bytes(as_bytes(tag(std::string(300, 'x')))) == 310);
  CHECK(id3_tag_bytes(as_bytes(tag("", 4, 0x10))) == 20);  // with its footer
  CHECK(id3_tag_bytes(as_bytes("ID3\x04")) == 0);
  CHECK(id3_tag_bytes(as_bytes("not an ID3 tag")) == 0);
}

}  // namespace playhead::test
