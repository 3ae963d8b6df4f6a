// SPDX-License-Identifier: Apache-2.0
#include "decode/ts_table_reader.h"

#include <algorithm>

namespace playhead {

namespace {

constexpr uint8_t kSync = 0x47;
constexpr std::size_t kPacketBytes = 188;
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kCrcBytes = 4;
// Where the loop of programs, and that of descriptors in front of the streams, begin (tables 2-30
// and 2-33).
constexpr std::size_t kPatLoop = 8, kPmtLoop = 12;
constexpr uint8_t kPatTable = 0, kPmtTable = 2;

bool is_encrypted_type(uint8_t stream_type) {
  return stream_type == 0xdb || stream_type == 0xcf || stream_type == 0xc1 || stream_type == 0xc2;
}

std::size_t number(uint8_t high, uint8_t low, unsigned mask) {
  return (std::size_t{high} << 8 | low) & mask;
}

}  // namespace

void TsTableReader::read(ByteView bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (at_ >= kHeaderBytes && !is_table_) {
      const std::size_t step = std::min(kPacketBytes - at_, bytes.size() - i);
      i += step;
      at_ += step;
    } else {
      const uint8_t byte = bytes[i++];
      if (at_ == 0 && byte != kSync) continue;
      if (at_ < kHeaderBytes) {
        header_[at_] = byte;
        if (at_ + 1 == kHeaderBytes) begin_packet();
      } else if (payload_at_ == 0) {
        payload_at_ = at_ + 1 + byte;  // behind the adaptation field
      } else if (at_ >= payload_at_) {
        read_payload(byte);
      }
      ++at_;
    }
    if (at_ == kPacketBytes) at_ = 0;
  }
}

void TsTableReader::begin_packet() {
  pid_ = static_cast<int>(number(header_[1], header_[2], 0x1fff));
  begins_section_ = (header_[1] & 0x40) != 0;
  const bool has_payload = (header_[3] & 0x10) != 0;
  is_table_ = has_payload && sections_.count(pid_) != 0;
  const bool has_adaptation = (header_[3] & 0x20) != 0;
  payload_at_ = has_adaptation ? 0 : kHeaderBytes;
}

void TsTableReader::read_payload(uint8_t byte) {
  Section& section = sections_[pid_];
  if (begins_section_ && at_ == payload_at_) {
    // pointer_field: what is left of the section before. What comes behind it is what counts.
    section = Section{};
    section.is_reading = true;
    section.skip = byte;
    return;
  }
  if (section.is_reading) read_section(section, byte);
}

void TsTableReader::read_section(Section& section, uint8_t byte) {
  if (section.skip > 0) {
    --section.skip;
    // Descriptors within the section count.
    if (section.at > 0) ++section.at;
  } else {
    const bool is_pat = pid_ == 0;
    const std::size_t loop = is_pat ? kPatLoop : kPmtLoop;
    if (section.at < loop) {
      // The last two bytes seen.
      section.field[3] = section.field[4];
      section.field[4] = byte;
      if (section.at == 0 && byte != (is_pat ? kPatTable : kPmtTable)) section.is_reading = false;
      if (section.at == 2) {
        const std::size_t length = number(section.field[3], byte, 0xfff);
        section.end = 3 + length - std::min(length, kCrcBytes);
      }
      if (!is_pat && section.at + 1 == loop) section.skip = number(section.field[3], byte, 0xfff);
    } else if (section.at < section.end) {
      section.field[section.field_at++] = byte;
      if (section.field_at == (is_pat ? 4 : 5)) read_entry(section, is_pat);
    }
    ++section.at;
  }
  const bool knows_end = section.at > 2;
  if (knows_end && section.at >= section.end) section.is_reading = false;
}

void TsTableReader::read_entry(Section& section, bool is_pat) {
  section.field_at = 0;
  const auto& field = section.field;
  if (is_pat) {
    const bool is_network = field[0] == 0 && field[1] == 0;
    const int pid = static_cast<int>(number(field[2], field[3], 0x1fff));
    // `section` stays where it is: a map.
    if (!is_network && pid != 0 && sections_.size() <= kMaxPrograms) sections_[pid];
    return;
  }
  const int pid = static_cast<int>(number(field[1], field[2], 0x1fff));
  section.skip = number(field[3], field[4], 0xfff);
  if (!is_encrypted_type(field[0])) {
    encrypted_.erase(pid);
  } else if (encrypted_.size() < kMaxStreams) {
    encrypted_.insert(pid);
  }
}

}  // namespace playhead
