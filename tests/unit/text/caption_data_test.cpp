// SPDX-License-Identifier: Apache-2.0
#include "text/caption_data.h"

#include <bit>
#include <string>

#include <doctest/doctest.h>

#include "unit/text/byte_writer.h"

using namespace playhead;
using namespace playhead::text;
using test::ByteWriter;

namespace {

// An SEI message with these constructs of three bytes.
std::vector<uint8_t> caption_sei(const std::vector<uint8_t>& constructs, uint8_t flags = 0xc0) {
  ByteWriter body;
  body.number(1, 0xb5).number(2, 0x31).text("GA94").number(1, 3);
  body.number(1, flags | constructs.size() / 3).number(1, 0xff).append(constructs).number(1, 0xff);
  return ByteWriter().number(1, 4).number(1, body.bytes.size()).append(body.bytes).bytes;
}
std::vector<uint8_t> h264(const std::vector<uint8_t>& sei) {
  return ByteWriter().number(1, 0x06).append(sei).number(1, 0x80).bytes;
}
std::vector<uint8_t> hevc(const std::vector<uint8_t>& sei, int type) {
  return ByteWriter()
      .number(1, static_cast<uint64_t>(type) << 1)
      .number(1, 1)
      .append(sei)
      .number(1, 0x80)
      .bytes;
}
std::vector<uint8_t> with_length(const std::vector<uint8_t>& nal, int width = 4) {
  return ByteWriter().number(width, nal.size()).append(nal).bytes;
}
const NalFraming kAvc{CaptionCodec::kH264, 4};
const std::vector<uint8_t> kSlice{0x65, 1, 2, 3};

}  // namespace

TEST_CASE("caption data: out of SEI messages, ATSC A/53 Part 4 6.2.3") {
  const std::vector<uint8_t> one{0xfc, 0x94, 0x20}, both{0xfc, 0x94, 0x20, 0xfd, 0x15, 0x20};
  struct Case {
    const char* name;
    std::vector<uint8_t> unit;
    NalFraming framing;
    std::vector<CaptionPair> pairs;
  };
  const CaptionPair first{1, {0x94, 0x20}}, second{2, {0x15, 0x20}};
  const Case cases[] = {
      {"avcC",
       ByteWriter().append(with_length(h264(caption_sei(one)))).append(with_length(kSlice)).bytes,
       kAvc,
       {first}},
      {"after the slice",
       ByteWriter().append(with_length(kSlice)).append(with_length(h264(caption_sei(one)))).bytes,
       kAvc,
       {first}},
      {"two-byte lengths",
       with_length(h264(caption_sei(both)), 2),
       {CaptionCodec::kH264, 2},
       {first, second}},
      {"Annex B",
       ByteWriter()
           .number(4, 1)
           .append({0x09, 0xf0})
           .number(4, 1)
           .append(h264(caption_sei(one)))
           .number(3, 1)
           .append(kSlice)
           .bytes,
       {CaptionCodec::kH264, 0},
       {first}},
      {"HEVC prefix", with_length(hevc(caption_sei(one), 39)), {CaptionCodec::kHevc, 4}, {first}},
      {"HEVC suffix", with_length(hevc(caption_sei(one), 40)), {CaptionCodec::kHevc, 4}, {first}},
      {"HEVC in H.264", with_length(hevc(caption_sei(one), 39)), kAvc, {}},
      {"beside another message",
       with_length(h264(ByteWriter().append({5, 2, 7, 7}).append(caption_sei(one)).bytes)),
       kAvc,
       {first}},
      {"two messages",
       with_length(h264(ByteWriter().append(caption_sei(one)).append(caption_sei(both)).bytes)),
       kAvc,
       {first, first, second}},
      {"emulation prevention",
       with_length(h264(ByteWriter()
                            .append({4, 16, 0xb5, 0, 0x31})
                            .text("GA94")
                            .append({3, 0xc1, 0xff, 0xfc, 0, 0, 3, 0xff, 0x80})
                            .bytes)),
       kAvc,
       {{1, {0, 0}}}},
      {"invalid and CEA-708 ones",
       with_length(h264(caption_sei({0xf8, 1, 1, 0xfe, 1, 1, 0xff, 1, 1, 0xfc, 0x94, 0x20}))),
       kAvc,
       {first}},
      {"not to be processed", with_length(h264(caption_sei(one, 0x80))), kAvc, {}},
      {"a count beyond the message", with_length(h264(caption_sei(one, 0xde))), kAvc, {first}},
      {"another identifier",
       with_length(h264({4, 10, 0xb5, 0, 0x31, 'D', 'T', 'G', '1', 3, 0xc1, 0xff})),
       kAvc,
       {}},
      {"a size beyond the unit", with_length(h264({4, 200, 0xb5, 0})), kAvc, {}},
      {"a length beyond the data",
       ByteWriter().number(4, 100).append(h264(caption_sei(one))).bytes,
       kAvc,
       {}},
      {"nothing", {}, kAvc, {}},
      {"no start code", {1, 2, 3}, {CaptionCodec::kH264, 0}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(extract_captions(c.unit, c.framing) == c.pairs);
  }
}

TEST_CASE("caption data: how units are framed") {
  const std::vector<uint8_t> avcc{1, 100, 0, 31, 0xff}, annex_b{0, 0, 0, 1, 0x67};
  std::vector<uint8_t> hvcc(23, 0);
  hvcc[0] = 1, hvcc[21] = 0x0d;
  CHECK(nal_framing("h264", avcc)->length_bytes == 4);
  CHECK(nal_framing("h264", annex_b)->length_bytes == 0);
  CHECK(nal_framing("h264", {})->length_bytes == 0);
  CHECK(nal_framing("hevc", hvcc)->length_bytes == 2);
  CHECK(nal_framing("hevc", hvcc)->codec == CaptionCodec::kHevc);
  CHECK_FALSE(nal_framing("av1", {}));
}

TEST_CASE("caption data: presentation order") {
  // Decoding order I P B B, dts 0..3, shown 2 5 3 4.
  CaptionReorderer reorderer;
  std::string order;
  const auto note = [&order](const std::vector<TimedCaptions>& out) {
    for (const TimedCaptions& one : out) order += std::to_string(one.pts) + " ";
  };
  note(reorderer.add(2, 0, {}));
  note(reorderer.add(5, 1, {}));
  note(reorderer.add(3, 2, {}));
  CHECK(order.empty());
  note(reorderer.add(4, 3, {}));
  CHECK(order == "2 ");
  note(reorderer.add(8, 4, {}));
  CHECK(order == "2 3 ");
  note(reorderer.flush());
  CHECK(order == "2 3 4 5 8 ");
  // A clock that never moves does not hold everything for ever.
  for (int i = 0; i < 1000; ++i) note(reorderer.add(i, -1, {}));
  CHECK(reorderer.flush().size() == 64);
}

TEST_CASE("caption data: one channel of four, CTA-608 4 and 8") {
  struct Case {
    const char* name;
    int channel;
    std::vector<CaptionPair> in;
    std::string out;  // of two letters: hexadecimal bytes without parity
  };
  // Control codes 0x14 0x20 (CC1), 0x1c 0x20 (CC2), 0x15 0x20 (CC3), 0x1d 0x20 (CC4).
  const CaptionPair cc1{1, {0x94, 0x20}}, cc2{1, {0x1c, 0x20}}, cc3{2, {0x15, 0x20}},
      cc4{2, {0x9d, 0x20}}, ab1{1, {0xc1, 0xc2}}, ab2{2, {0xc1, 0xc2}}, xds{2, {0x01, 0x83}},
      xds_end{2, {0x8f, 0x20}}, text{1, {0x94, 0x2a}}, fill{1, {0x80, 0x80}}, row2{1, {0x19, 0xd0}},
      row3{2, {0x15, 0xd0}};
  const Case cases[] = {
      {"CC1", 1, {cc1, ab1}, "1420 4142 "},
      {"CC2 is not CC1", 1, {cc2, ab1}, ""},
      {"CC2 becomes CC1's codes", 2, {cc2, ab1}, "1420 4142 "},
      {"field 2 is not field 1", 1, {cc3, ab2}, ""},
      {"CC3", 3, {cc3, ab2}, "1420 4142 "},
      {"CC4", 4, {cc4, ab2}, "1420 4142 "},
      {"the channels take turns", 1, {cc1, ab1, cc2, ab1, cc1, ab1}, "1420 4142 1420 4142 "},
      {"letters before any code belong to nobody", 1, {ab1}, ""},
      {"filling", 1, {cc1, fill, ab1}, "1420 4142 "},
      {"data services interrupt", 3, {cc3, xds, ab2, xds_end, ab2}, "1420 4142 "},
      {"a caption code ends data services", 3, {cc3, xds, ab2, cc3, ab2}, "1420 1420 4142 "},
      {"the text service is no caption", 1, {cc1, text, ab1, cc1, ab1}, "1420 1420 4142 "},
      {"rows keep their number", 2, {row2}, "1150 "},
      {"row codes of field 2 are the same", 3, {row3}, "1550 "},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CaptionChannelFilter filter(c.channel);
    std::string out;
    for (CaptionPair pair : c.in) {
      if (!filter.take(pair)) continue;
      constexpr char kDigits[] = "0123456789abcdef";
      for (const uint8_t byte : pair.bytes) {
        out += kDigits[byte >> 4 & 7];
        out += kDigits[byte & 15];
        CHECK(std::popcount(byte) % 2 == 1);  // odd parity
      }
      out += ' ';
    }
    CHECK(out == c.out);
  }
}
