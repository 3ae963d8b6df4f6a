// SPDX-License-Identifier: Apache-2.0
#include "elementary_reader.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace playhead::reference {
namespace {

constexpr std::size_t kPacketBytes = 188;

int pid_at(ByteView bytes, std::size_t at) { return (bytes[at] & 0x1F) << 8 | bytes[at + 1]; }

// A section that fits in one packet, behind its pointer field.
ByteView section_of(ByteView payload) { return payload.subspan(std::size_t{payload[0]} + 1); }

std::size_t section_length(ByteView section) {
  return std::size_t{section[1] & 0x0Fu} << 8 | section[2];
}

void read_pmt(ByteView section, ElementaryStream& stream) {
  const std::size_t end = section_length(section) + 3 - 4;  // without the check sum
  std::size_t at = 12 + (std::size_t{section[10] & 0x0Fu} << 8 | section[11]);
  for (; at + 5 <= end; at += 5 + (std::size_t{section[at + 3] & 0x0Fu} << 8 | section[at + 4])) {
    if (stream.pid >= 0 && stream.pid != pid_at(section, at + 1)) continue;
    stream.stream_type = section[at];
    stream.pid = pid_at(section, at + 1);
  }
}

}  // namespace

ElementaryStream read_transport_stream(ByteView bytes) {
  ElementaryStream stream;
  int pmt_pid = -1;
  for (; bytes.size() >= kPacketBytes; bytes = bytes.subspan(kPacketBytes)) {
    REQUIRE(bytes[0] == 0x47);
    const bool begins = (bytes[1] & 0x40) != 0;
    const int pid = pid_at(bytes, 1);
    std::size_t skipped = 4;
    if ((bytes[3] & 0x20) != 0) skipped += std::size_t{bytes[4]} + 1;
    if ((bytes[3] & 0x10) == 0 || skipped >= kPacketBytes) continue;
    ByteView payload = bytes.first(kPacketBytes).subspan(skipped);
    if (pid == 0 && begins) {
      pmt_pid = pid_at(section_of(payload), 10);
    } else if (pid == pmt_pid && begins) {
      read_pmt(section_of(payload), stream);
    } else if (pid == stream.pid) {
      if (begins) {
        stream.payloads.emplace_back();
        payload = payload.subspan(std::size_t{payload[8]} + 9);
      }
      REQUIRE_FALSE(stream.payloads.empty());
      auto& last = stream.payloads.back();
      last.insert(last.end(), payload.begin(), payload.end());
    }
  }
  return stream;
}

ByteView skip_id3(ByteView bytes) {
  while (bytes.size() >= 10 && as_text(bytes.first(3)) == "ID3") {
    const std::size_t length = std::size_t{bytes[6]} << 21 | std::size_t{bytes[7]} << 14 |
                               std::size_t{bytes[8]} << 7 | bytes[9];
    bytes = bytes.subspan(std::min(bytes.size(), length + 10));
  }
  return bytes;
}

}  // namespace playhead::reference
