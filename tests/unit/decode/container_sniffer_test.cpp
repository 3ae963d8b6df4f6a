// SPDX-License-Identifier: Apache-2.0
#include "decode/container_sniffer.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::test {

using namespace std::string_literals;

TEST_CASE("container_sniffer: what the first bytes say") {
  struct Case {
    const char* name;
    std::string bytes;
    SegmentFormat format;
  };
  const Case cases[] = {
      {"init segment", "\0\0\0\x18"s + "ftyp", SegmentFormat::kFmp4},
      {"media segment", "\0\0\0\x18"s + "styp", SegmentFormat::kFmp4},
      {"bare fragment", "\0\0\x02\x18"s + "moof", SegmentFormat::kFmp4},
      {"event first", "\0\0\0\x40"s + "emsg", SegmentFormat::kFmp4},
      {"WebM", "\x1a\x45\xdf\xa3\x9f\x42\x86\x81"s, SegmentFormat::kWebm},
      {"MPEG-TS", "\x47\x40\x00\x10\x00\x00\xb0\x0d"s, SegmentFormat::kMpegTs},
      {"ID3 in front", "ID3\x04\0\0\0\0"s, SegmentFormat::kId3},
      {"ADTS MPEG-4", "\xff\xf1\x50\x80\0\0\0\0"s, SegmentFormat::kAdts},
      {"ADTS MPEG-2 with CRC", "\xff\xf8\x50\x80\0\0\0\0"s, SegmentFormat::kAdts},
      {"MP3", "\xff\xfb\x90\x64\0\0\0\0"s, SegmentFormat::kMpegAudio},
      {"MPEG-2.5 layer 3", "\xff\xe3\x90\x64\0\0\0\0"s, SegmentFormat::kMpegAudio},
      {"AC-3", "\x0b\x77\0\0\0\x40\0\0"s, SegmentFormat::kAc3},
      {"E-AC-3", "\x0b\x77\0\0\0\x80\0\0"s, SegmentFormat::kEac3},
      {"HTML", "<!DOCTYPE html>", SegmentFormat::kUnknown},
      {"JSON", "{\"error\": 1}", SegmentFormat::kUnknown},
      {"WebVTT", "WEBVTT\n\n", SegmentFormat::kUnknown},
      {"one byte", "G", SegmentFormat::kUnknown},
      {"nothing", "", SegmentFormat::kUnknown},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(sniff_segment(as_bytes(c.bytes).first(std::min<std::size_t>(c.bytes.size(), 8))) ==
          c.format);
  }
}

TEST_CASE("container_sniffer: MPEG-TS that does not begin with a packet") {
  for (const std::size_t packet : {188U, 192U, 204U}) {
    CAPTURE(packet);
    std::string bytes(37, 'x');
    for (int i = 0; i < 3; ++i) bytes += '\x47' + std::string(packet - 1, '\0');
    CHECK(contains_ts_packets(as_bytes(bytes)));
    CHECK_FALSE(contains_ts_packets(as_bytes(bytes).first(bytes.size() - packet)));
  }
  CHECK_FALSE(contains_ts_packets(as_bytes(std::string(4096, 'G').replace(0, 4096, 4096, 'x'))));
}

}  // namespace playhead::test
