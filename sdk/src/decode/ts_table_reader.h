// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

#include "playhead/bytes.h"

namespace playhead {

// Watches MPEG-TS packets go by and reads their PAT and PMT (ISO/IEC 13818-1 §2.4.4), for one
// thing: which streams are of the types for encrypted samples ("MPEG-2 Stream Encryption Format for
// HTTP Live Streaming"). libavformat knows those types as well, but does not tell which it met.
// Sections are read as they come, over packets and pieces of any length; nothing is kept of them.
class TsTableReader {
 public:
  // The next bytes of the stream. After bytes that are no packet, packets are looked for again.
  void read(ByteView bytes);

  // The last table that named the stream says so.
  [[nodiscard]] bool is_encrypted(int pid) const { return encrypted_.count(pid) != 0; }

 private:
  // Programs whose tables are read; real segments have one.
  static constexpr std::size_t kMaxPrograms = 64;
  // Streams that are remembered; a transport stream can have no more (§2.4.3.3: 13 bits).
  static constexpr std::size_t kMaxStreams = 8192;

  // Where a section stands that comes byte by byte.
  struct Section {
    bool is_reading = false;
    std::size_t skip = 0;  // bytes that are of no interest, from here on
    std::size_t at = 0;    // within the section
    std::size_t end = 0;   // of its body: where the CRC begins
    std::size_t field_at = 0;
    std::array<uint8_t, 5> field{};  // of the loop
  };

  void begin_packet();
  void read_payload(uint8_t byte);
  void read_section(Section& section, uint8_t byte);
  void read_entry(Section& section, bool is_pat);

  std::size_t at_ = 0;  // within the packet
  std::array<uint8_t, 4> header_{};
  std::size_t payload_at_ = 0;
  bool is_table_ = false;  // the packet belongs to a PAT or PMT
  bool begins_section_ = false;
  int pid_ = 0;
  std::map<int, Section> sections_{{0, {}}};  // of the PAT and every PMT, by PID
  std::set<int> encrypted_;
};

}  // namespace playhead
