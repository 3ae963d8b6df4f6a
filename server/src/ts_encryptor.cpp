// SPDX-License-Identifier: Apache-2.0
#include "ts_encryptor.h"

#include <algorithm>
#include <optional>

#include "media_cipher.h"
#include "mp4_box.h"
#include "sample_aes.h"

namespace playhead::server {
namespace {

constexpr std::size_t kPacketBytes = 188;  // ISO/IEC 13818-1 §2.4.3.2
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kPesHeaderBytes = 9;  // before its optional fields
constexpr std::size_t kCrcBytes = 4;

Error bad(const char* what) {
  return Error{422, "bad_ts", std::string("The segment cannot be encrypted: ") + what + "."};
}

unsigned packet_byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
unsigned number_at(std::string_view bytes, std::size_t at) {
  return packet_byte(bytes, at) << 8 | packet_byte(bytes, at + 1);
}

int pid_of(std::string_view packet) { return static_cast<int>(number_at(packet, 1) & 0x1FFF); }
bool begins_unit(std::string_view packet) { return (packet_byte(packet, 1) & 0x40) != 0; }

// What stands behind the header and the adaptation field.
std::string_view payload_of(std::string_view packet) {
  const unsigned control = packet_byte(packet, 3) >> 4 & 3;
  if ((control & 1) == 0) return {};
  std::size_t at = kHeaderBytes;
  if ((control & 2) != 0) at += 1 + packet_byte(packet, kHeaderBytes);
  return at <= packet.size() ? packet.substr(at) : std::string_view();
}

// The adaptation field but for its length and its stuffing; nothing where it says nothing.
std::string_view fields_of(std::string_view packet) {
  const unsigned length = packet_byte(packet, kHeaderBytes);
  const bool is_there = (packet_byte(packet, 3) & 0x20) != 0;
  if (!is_there || length == 0 || length > kPacketBytes - kHeaderBytes - 1) return {};
  const std::string_view field = packet.substr(kHeaderBytes + 1, length);
  const unsigned flags = packet_byte(field, 0);
  if (flags == 0) return {};
  std::size_t used = 1 + ((flags & 0x10) != 0 ? 6 : 0) + ((flags & 0x08) != 0 ? 6 : 0) +
                     ((flags & 0x04) != 0 ? 1 : 0);
  for (const unsigned counted : {0x02u, 0x01u}) {  // private data, extension
    if ((flags & counted) != 0 && used < field.size()) used += 1 + packet_byte(field, used);
  }
  return field.substr(0, std::min(used, field.size()));
}

// The section that begins in this packet and, as required, ends in it.
std::optional<std::string_view> section_of(std::string_view packet) {
  std::string_view bytes = payload_of(packet);
  if (bytes.empty() || bytes.size() < 1 + packet_byte(bytes, 0) + std::size_t{3}) return std::nullopt;
  bytes = bytes.substr(1 + packet_byte(bytes, 0));
  const std::size_t length = 3 + (number_at(bytes, 1) & 0x0FFF);
  if (length > bytes.size() || length < 12 + kCrcBytes) return std::nullopt;
  return bytes.substr(0, length);
}

// ISO/IEC 13818-1 annex A.
uint32_t crc_of(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<uint32_t>(static_cast<unsigned char>(byte)) << 24;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ ((crc >> 31) != 0 ? 0x04C11DB7u : 0);
  }
  return crc;
}

std::string descriptor(uint8_t tag, const std::string& body) {
  return std::string(1, static_cast<char>(tag)) + static_cast<char>(body.size()) + body;
}

}  // namespace

Result<std::string> TsEncryptor::segment(std::string_view clear, const std::string& key,
                                         const std::string& iv) {
  if (clear.empty() || clear.size() % kPacketBytes != 0) return bad("it is not made of packets");
  if (Status read = read_tables(clear); !read.ok()) return read.error();
  std::vector<std::string> packets(clear.size() / kPacketBytes);
  std::vector<bool> is_written(packets.size());
  for (const auto& [pid, kind] : streams_) {
    if (kind == Kind::kOther) continue;
    auto all = collect(clear, pid);
    if (!all.ok()) return all.error();
    for (Pes& pes : all.value()) {
      if (Status done = encrypt(pes, kind, key, iv); !done.ok()) return done.error();
      write(pes, clear, packets);
      for (const std::size_t at : pes.packets) is_written[at] = true;
    }
  }
  std::string out;
  out.reserve(clear.size() + clear.size() / 64);
  for (std::size_t at = 0; at < packets.size(); ++at) {
    const std::string_view packet = clear.substr(at * kPacketBytes, kPacketBytes);
    if (is_written[at]) {
      out += packets[at];
    } else if (pid_of(packet) == pmt_pid_ && begins_unit(packet)) {
      const std::string table = encrypted_pmt(packet);
      if (table.empty()) return bad("its PMT has no room for what is to be said");
      out += table;
    } else {
      out += packet;
    }
  }
  return out;
}

Status TsEncryptor::read_tables(std::string_view clear) {
  pmt_pid_ = -1;
  streams_.clear();
  for (std::size_t at = 0; at < clear.size(); at += kPacketBytes) {
    const std::string_view packet = clear.substr(at, kPacketBytes);
    if (packet[0] != 0x47) return bad("a packet does not begin where it should");
    const int pid = pid_of(packet);
    if (!begins_unit(packet) || (pid != 0 && pid != pmt_pid_) || !streams_.empty()) continue;
    const auto section = section_of(packet);
    if (!section) return bad("a table does not fit into one packet");
    if (pid == 0) {
      pmt_pid_ = static_cast<int>(number_at(*section, 10) & 0x1FFF);
    } else if (Status read = read_pmt(*section); !read.ok()) {
      return read;
    }
  }
  if (streams_.empty()) return bad("it says of no streams");
  return Done{};
}

// ISO/IEC 13818-1 §2.4.4.9: 12 bytes, descriptors, then 5 bytes and descriptors of each stream.
Status TsEncryptor::read_pmt(std::string_view section) {
  std::size_t at = 12 + (number_at(section, 10) & 0x0FFF);
  while (at + 5 + kCrcBytes <= section.size()) {
    const unsigned type = packet_byte(section, at);
    const Kind kind = type == 0x1B ? Kind::kAvc : type == 0x0F ? Kind::kAac : Kind::kOther;
    streams_[static_cast<int>(number_at(section, at + 1) & 0x1FFF)] = kind;
    at += 5 + (number_at(section, at + 3) & 0x0FFF);
  }
  if (at + kCrcBytes != section.size()) return bad("its PMT contradicts itself");
  return Done{};
}

std::string TsEncryptor::encrypted_pmt(std::string_view packet) const {
  const auto section = section_of(packet);
  if (!section) return {};
  std::size_t at = 12 + (number_at(*section, 10) & 0x0FFF);
  std::string table(section->substr(0, at));
  while (at + 5 + kCrcBytes <= section->size()) {
    const std::size_t length = 5 + (number_at(*section, at + 3) & 0x0FFF);
    const std::string_view entry = section->substr(at, length);
    const auto found = streams_.find(static_cast<int>(number_at(entry, 1) & 0x1FFF));
    table += stream_entry(entry, found == streams_.end() ? Kind::kOther : found->second);
    at += length;
  }
  write_number(table, 1, 2, (number_at(table, 1) & 0xF000) | (table.size() + kCrcBytes - 3));
  append_number(table, kCrcBytes, crc_of(table));
  const std::size_t before = static_cast<std::size_t>(section->data() - packet.data());
  if (before + table.size() > kPacketBytes) return {};
  table.insert(0, packet.substr(0, before));
  table.resize(kPacketBytes, '\xFF');
  return table;
}

// The type of the encrypted codec, and descriptors: private_data_indicator, of sound also what a
// decoder needs (registration "apad" with AudioSetupInformation).
std::string TsEncryptor::stream_entry(std::string_view entry, Kind kind) const {
  std::string made(entry);
  if (kind == Kind::kOther) return made;
  made[0] = kind == Kind::kAvc ? '\xDB' : '\xCF';
  made += descriptor(0x0F, kind == Kind::kAvc ? "zavc" : "zaac");
  if (kind == Kind::kAac) {
    std::string setup = "apadzaac";
    append_number(setup, 2, 0);  // priming: not known
    append_number(setup, 1, 1);  // version
    append_number(setup, 1, audio_config_.size());
    made += descriptor(0x05, setup + audio_config_);
  }
  write_number(made, 3, 2, (number_at(made, 3) & 0xF000) | (made.size() - 5));
  return made;
}

Result<std::vector<TsEncryptor::Pes>> TsEncryptor::collect(std::string_view clear, int pid) const {
  std::vector<Pes> all;
  for (std::size_t at = 0; at < clear.size(); at += kPacketBytes) {
    const std::string_view packet = clear.substr(at, kPacketBytes);
    if (pid_of(packet) != pid) continue;
    if (begins_unit(packet)) all.emplace_back();
    if (all.empty()) return bad("it begins in the middle of a frame");
    all.back().packets.push_back(at / kPacketBytes);
    all.back().bytes += payload_of(packet);
  }
  return all;
}

Status TsEncryptor::encrypt(Pes& pes, Kind kind, const std::string& key, const std::string& iv) {
  std::string& bytes = pes.bytes;
  if (bytes.size() < kPesHeaderBytes || bytes.compare(0, 3, std::string("\0\0\1", 3)) != 0) {
    return bad("a PES packet does not begin where it should");
  }
  const std::size_t header = kPesHeaderBytes + packet_byte(bytes, 8);
  if (header > bytes.size()) return bad("a PES packet is cut off");
  std::string media = bytes.substr(header);
  bytes.resize(header);
  if (kind == Kind::kAac && audio_config_.empty()) audio_config_ = adts_config(media);
  auto encrypted = kind == Kind::kAvc ? encrypt_avc_unit(media, key, iv)
                                      : encrypt_adts(std::move(media), key, iv);
  if (!encrypted.ok()) return encrypted.error();
  bytes += encrypted.value();
  // ISO/IEC 13818-1 §2.4.3.7: of pictures the length may stay open.
  const std::size_t length = bytes.size() - 6;
  if (number_at(bytes, 4) != 0) write_number(bytes, 4, 2, length > 0xFFFF ? 0 : length);
  return Done{};
}

// In the places of its packets, what is more behind the last of them.
void TsEncryptor::write(const Pes& pes, std::string_view clear, std::vector<std::string>& packets) {
  std::string_view rest = pes.bytes;
  bool is_first = true;
  for (const std::size_t at : pes.packets) {
    const std::string_view packet = clear.substr(at * kPacketBytes, kPacketBytes);
    const int pid = pid_of(packet);
    counters_.try_emplace(pid, static_cast<int>(packet_byte(packet, 3) & 0x0F));
    packets[at] = next_packet(pid, fields_of(packet), rest, is_first);
    is_first = false;
  }
  const std::size_t last = pes.packets.back();
  const int pid = pid_of(clear.substr(last * kPacketBytes, kPacketBytes));
  while (!rest.empty()) packets[last] += next_packet(pid, {}, rest, false);
}

std::string TsEncryptor::next_packet(int pid, std::string_view fields, std::string_view& bytes,
                                     bool is_first) {
  if (bytes.empty() && fields.empty()) return {};
  const std::size_t room = kPacketBytes - kHeaderBytes - (fields.empty() ? 0 : 1 + fields.size());
  const std::size_t taken = std::min(room, bytes.size());
  const bool has_field = !fields.empty() || taken < room;
  int& counter = counters_[pid];
  if (taken == 0) counter = (counter + 15) % 16;  // §2.4.3.3: it counts payloads
  std::string packet;
  append_number(packet, 1, 0x47);
  append_number(packet, 2, static_cast<unsigned>(pid) | (is_first ? 0x4000u : 0u));
  append_number(
      packet, 1,
      (has_field ? 0x20u : 0u) | (taken > 0 ? 0x10u : 0u) | static_cast<unsigned>(counter));
  counter = (counter + 1) % 16;
  if (has_field) {
    const std::size_t length = kPacketBytes - kHeaderBytes - 1 - taken;
    append_number(packet, 1, length);
    packet += fields;
    if (fields.empty() && length > 0) packet += '\0';
    packet.resize(kHeaderBytes + 1 + length, '\xFF');
  }
  packet += bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  return packet;
}

}  // namespace playhead::server
