// SPDX-License-Identifier: Apache-2.0
#include "decode/ts_table_reader.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::test {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

uint8_t high(std::size_t value) { return static_cast<uint8_t>(value >> 8); }
uint8_t low(std::size_t value) { return static_cast<uint8_t>(value & 0xff); }

// A section with a CRC of nothing: libavformat checks it, the tables are only looked at.
Bytes section(uint8_t table, const Bytes& body) {
  const std::size_t length = 5 + body.size() + 4;
  return Bytes{table, static_cast<uint8_t>(0xb0 | high(length)), low(length), 0, 1, 0xc1, 0, 0} +
         body + Bytes(4, 0xee);
}

Bytes pat(std::size_t pmt_pid) {
  return section(
      0, {0, 0, 0xe0, 0x10, 0, 1, static_cast<uint8_t>(0xe0 | high(pmt_pid)), low(pmt_pid)});
}

struct Stream {
  uint8_t type;
  std::size_t pid;
  std::size_t descriptor_bytes = 0;
};
Bytes pmt(const std::vector<Stream>& streams, std::size_t info_bytes = 0) {
  Bytes body{0xe1, 0, static_cast<uint8_t>(0xf0 | high(info_bytes)), low(info_bytes)};
  // As a stream of an encrypted type would look.
  body = body + Bytes(info_bytes, 0xdb);
  for (const Stream& s : streams) {
    body = body +
           Bytes{s.type, static_cast<uint8_t>(0xe0 | high(s.pid)), low(s.pid),
                 static_cast<uint8_t>(0xf0 | high(s.descriptor_bytes)), low(s.descriptor_bytes)} +
           Bytes(s.descriptor_bytes, 0xcf);
  }
  return section(2, body);
}

// Packets of one PID; `adaptation`: bytes of an adaptation field in each.
Bytes packets(std::size_t pid, const Bytes& section, std::size_t adaptation = 0,
              uint8_t pointer = 0) {
  Bytes payload = Bytes{pointer} + Bytes(pointer, 0xab) + section;
  Bytes out;
  bool is_first = true;
  while (!payload.empty()) {
    Bytes packet{0x47, static_cast<uint8_t>((is_first ? 0x40 : 0) | high(pid)), low(pid),
                 static_cast<uint8_t>(adaptation > 0 ? 0x30 : 0x10)};
    if (adaptation > 0) {
      packet.push_back(static_cast<uint8_t>(adaptation));
      packet.resize(packet.size() + adaptation, 0);
    }
    const std::size_t count = std::min(188 - packet.size(), payload.size());
    packet.insert(packet.end(), payload.begin(),
                  payload.begin() + static_cast<std::ptrdiff_t>(count));
    payload.erase(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(count));
    packet.resize(188, 0xff);
    out = out + packet;
    is_first = false;
  }
  return out;
}

// Encrypted PIDs, however the bytes come.
std::string encrypted(const Bytes& bytes) {
  std::string whole;
  for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{100}}) {
    TsTableReader tables;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      tables.read(ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    }
    std::string found;
    for (int pid = 0; pid < 0x2000; ++pid) {
      if (tables.is_encrypted(pid)) found += std::to_string(pid) + ' ';
    }
    if (piece == bytes.size()) whole = found;
    CHECK(found == whole);
  }
  return whole;
}

}  // namespace

TEST_CASE("ts_table_reader: streams of encrypted types are found") {
  const Bytes programs = packets(0, pat(4096));
  std::vector<Stream> many;
  for (std::size_t i = 0; i < 40; ++i) {
    many.push_back({static_cast<uint8_t>(i == 39 ? 0xdb : 0x1b), 300 + i, 7});
  }
  const Bytes video = packets(256, Bytes(184 * 3, 0xdb));
  struct Case {
    const char* name;
    Bytes bytes;
    const char* expected;
  };
  const Case cases[] = {
      {"all four types",
       programs + packets(4096, pmt({{0xdb, 256}, {0xcf, 257}, {0xc1, 258}, {0xc2, 259}})),
       "256 257 258 259 "},
      {"clear ones beside them", programs + packets(4096, pmt({{0x1b, 256}, {0xcf, 257, 9}})),
       "257 "},
      {"descriptors of the program", programs + packets(4096, pmt({{0xdb, 256}}, 11)), "256 "},
      {"a table over several packets, media between them",
       programs + video + packets(4096, pmt(many)) + video, "339 "},
      {"adaptation fields", packets(0, pat(80), 90) + packets(80, pmt({{0xdb, 81}}), 120), "81 "},
      {"what is left of another section in front",
       programs + packets(4096, pmt({{0xdb, 256}}), 0, 20), "256 "},
      {"the last table counts",
       programs + packets(4096, pmt({{0xdb, 256}})) + packets(4096, pmt({{0x1b, 256}})), ""},
      {"a table nobody announced", packets(4096, pmt({{0xdb, 256}})), ""},
      {"another table there", programs + packets(4096, section(0x42, {0xdb, 1, 0, 0, 0})), ""},
      {"packets begin later", Bytes{1, 2, 3} + programs + packets(4096, pmt({{0xdb, 256}})),
       "256 "},
      {"a section that claims to be long", programs + packets(4096, {2, 0xbf, 0xff, 0, 1}), ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(encrypted(c.bytes) == c.expected);
  }
}

}  // namespace playhead::test
