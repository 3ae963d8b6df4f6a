// SPDX-License-Identifier: Apache-2.0
#include "ts_encryptor.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "mp4_box.h"
#include "sample_aes.h"

using namespace playhead::server;

namespace {

const std::string kSampleKey(16, 'K');
const std::string kIv(16, 'I');
constexpr int kPmt = 0x100, kVideo = 0x101, kAudio = 0x102;

std::string number(std::size_t width, uint64_t value) {
  std::string text;
  append_number(text, width, value);
  return text;
}

// Packets of `payload`, the last one stuffed.
std::string packets(int pid, std::string payload, int& counter) {
  std::string out;
  bool is_first = true;
  while (!payload.empty()) {
    const std::size_t taken = std::min<std::size_t>(payload.size(), 184);
    const std::size_t stuffing = 184 - taken;
    out += number(1, 0x47) + number(2, (is_first ? 0x4000u : 0u) | static_cast<unsigned>(pid)) +
           number(1, (stuffing > 0 ? 0x30u : 0x10u) | static_cast<unsigned>(counter++ % 16));
    if (stuffing > 0) out += number(1, stuffing - 1);
    if (stuffing > 1) out += '\0' + std::string(stuffing - 2, '\xFF');
    out += payload.substr(0, taken);
    payload.erase(0, taken);
    is_first = false;
  }
  return out;
}

std::string table(int pid, const std::string& body) {
  std::string section = body + number(4, 0);  // nobody looks at the check sum
  write_number(section, 1, 2, 0xB000 | (section.size() - 3));
  std::string out = number(1, 0x47) + number(2, 0x4000u | static_cast<unsigned>(pid)) +
                    number(1, 0x10) + '\0' + section;
  out.resize(188, '\xFF');
  return out;
}

std::string pes(uint8_t id, const std::string& media) {
  std::string bytes = std::string("\0\0\1", 3) + static_cast<char>(id) +
                      number(2, media.size() + 8) +
                      std::string("\x80\x80\x05\x21\x00\x01\x00\x01", 8);
  return bytes + media;
}

std::string adts(std::size_t payload) {
  const std::size_t total = payload + 7;
  return number(1, 0xFF) + number(1, 0xF1) + number(1, 0x4C) + number(1, 0x80 | (total >> 11)) +
         number(1, total >> 3 & 0xFF) + number(1, (total & 7) << 5 | 0x1F) + number(1, 0xFC) +
         std::string(payload, 'a');
}

struct Segment {
  std::string slice = "\x65" + std::string(400, 's');
  std::string sound = adts(100) + adts(7);

  [[nodiscard]] std::string bytes() const {
    int video = 14, audio = 3;
    const std::string unit = std::string("\0\0\0\1\x09\xF0\0\0\0\1", 10) + slice;
    return table(0, number(1, 0) + number(2, 0) + number(5, 0x0001C10000) + number(2, 1) +
                        number(2, 0xE000 | kPmt)) +
           table(kPmt, number(1, 2) + number(2, 0) + number(5, 0x0001C10000) +
                           number(2, 0xE000 | kVideo) + number(2, 0xF000) + number(1, 0x1B) +
                           number(2, 0xE000 | kVideo) + number(2, 0xF000) + number(1, 0x0F) +
                           number(2, 0xE000 | kAudio) + number(2, 0xF000)) +
           packets(kVideo, pes(0xE0, unit), video) + packets(kAudio, pes(0xC0, sound), audio);
  }
};

// The payloads of a PID, and whether its counter goes on without a hole.
std::string payload_of(const std::string& segment, int pid, bool& is_continuous) {
  std::string all;
  int last = -1;
  is_continuous = segment.size() % 188 == 0;
  for (std::size_t at = 0; at + 188 <= segment.size(); at += 188) {
    if (static_cast<int>(read_number(segment, at + 1, 2) & 0x1FFF) != pid) continue;
    const auto control = read_number(segment, at + 3, 1);
    const int counter = static_cast<int>(control & 15);
    if (last >= 0 && counter != (last + 1) % 16) is_continuous = false;
    last = counter;
    const std::size_t skip = (control & 0x20) != 0 ? 1 + read_number(segment, at + 4, 1) : 0;
    all += segment.substr(at + 4 + skip, 184 - skip);
  }
  return all;
}

}  // namespace

TEST_CASE("ts_encryptor: what is encrypted is said, and everything else is what it was") {
  TsEncryptor encryptor;
  const Segment segment;
  for (int round = 0; round < 2; ++round) {  // counters go on from segment to segment
    const auto made = encryptor.segment(segment.bytes(), kSampleKey, kIv);
    REQUIRE(made.ok());
    bool is_continuous = false;
    const std::string video = payload_of(made.value(), kVideo, is_continuous);
    CHECK(is_continuous);
    const auto unit =
        encrypt_avc_unit(std::string("\0\0\0\1\x09\xF0\0\0\0\1", 10) + segment.slice, kSampleKey, kIv);
    REQUIRE(unit.ok());
    CHECK(video.substr(14) == unit.value());
    CHECK(read_number(video, 4, 2) == video.size() - 6);
    const std::string audio = payload_of(made.value(), kAudio, is_continuous);
    CHECK(is_continuous);
    CHECK(audio.substr(14) == encrypt_adts(segment.sound, kSampleKey, kIv).value());
    const std::string pmt = payload_of(made.value(), kPmt, is_continuous);
    CHECK(read_number(pmt, 13, 1) == 0xDB);
    CHECK(pmt.find(std::string("\x0F\x04zavc", 6)) != std::string::npos);
    CHECK(pmt.find(std::string("\x0F\x04zaac", 6)) != std::string::npos);
    CHECK(pmt.find(std::string("apadzaac\0\0\1\2\x11\x90", 14)) != std::string::npos);
  }
}

TEST_CASE("sample_aes: slices and frames, and what stays clear of them") {
  const auto clear_of = [](const std::string& a, const std::string& b) {
    std::size_t same = 0;
    while (same < a.size() && a[same] == b[same]) ++same;
    return same;
  };
  struct Case {
    const char* name;
    std::string nal;
    std::size_t clear;  // at the front, the start code included; the whole: nothing is encrypted
  };
  const Case cases[] = {{"a slice", "\x41" + std::string(200, 'x'), 35},
                        {"a slice of 48 bytes", "\x41" + std::string(47, 'x'), 51},
                        {"a slice of 49 bytes", "\x65" + std::string(48, 'x'), 35},
                        {"parameters", "\x67" + std::string(200, 'x'), 204}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const std::string unit = std::string("\0\0\1", 3) + c.nal;
    const auto made = encrypt_avc_unit(unit, kSampleKey, kIv);
    REQUIRE(made.ok());
    CHECK(clear_of(unit, made.value()) == c.clear);
  }
  const std::string frame = adts(40);
  CHECK(clear_of(frame, encrypt_adts(frame, kSampleKey, kIv).value()) == 23);
  CHECK(encrypt_adts(frame, kSampleKey, kIv).value().substr(39) == frame.substr(39));
  CHECK(encrypt_adts(adts(31), kSampleKey, kIv).value() == adts(31));  // not a whole block
}

TEST_CASE("ts_encryptor: segments that cannot be encrypted are refused") {
  struct Case {
    const char* name;
    std::string bytes;
  };
  const std::string good = Segment().bytes();
  Segment cut;
  cut.sound.resize(60);
  std::string out_of_step = good;
  out_of_step[188 * 3] = 'x';
  const Case cases[] = {{"nothing", ""},
                        {"no packets", "hello"},
                        {"cut in a packet", good.substr(0, good.size() - 1)},
                        {"no tables", good.substr(2 * 188)},
                        {"a packet that does not begin", out_of_step},
                        {"half a frame of sound", cut.bytes()},
                        {"begins in a frame", good.substr(0, 2 * 188) + good.substr(3 * 188)}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    TsEncryptor encryptor;
    const auto made = encryptor.segment(c.bytes, kSampleKey, kIv);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().http_status == 422);
  }
}
