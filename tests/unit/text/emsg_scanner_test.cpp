// SPDX-License-Identifier: Apache-2.0
#include "text/emsg_scanner.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "unit/text/byte_writer.h"

using namespace playhead;
using namespace playhead::text;
using test::ByteWriter;

namespace {

std::vector<uint8_t> message(uint32_t id, const std::string& body) {
  ByteWriter w;
  return w.number(4, 0x01000000)
      .number(4, 1000)
      .number(8, 500)
      .number(4, 0)
      .number(4, id)
      .string("urn:a")
      .string("1")
      .text(body)
      .bytes;
}

// What is found when the bytes come in pieces of that size.
std::string found_in(const std::vector<uint8_t>& bytes, std::size_t piece) {
  EventMessageScanner scanner;
  std::string found;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const ByteView view(bytes);
    for (const auto& one : scanner.append(view.subspan(at, std::min(piece, bytes.size() - at)))) {
      found += std::to_string(one.message.id) + std::string(as_text(one.message.message)) + ' ';
    }
  }
  return found;
}

}  // namespace

TEST_CASE("emsg_scanner: finds the boxes however the bytes come, and passes over the rest") {
  struct Case {
    const char* name;
    std::vector<uint8_t> bytes;
    const char* found;
  };
  const std::vector<uint8_t> sample_data(5000, 0x65);
  const Case cases[] = {
      {"before moof",
       ByteWriter()
           .box("styp", "iso6")
           .box("emsg", message(7, "x"))
           .box("moof", sample_data)
           .box("mdat", sample_data)
           .bytes,
       "7x "},
      {"between chunks",
       ByteWriter()
           .box("moof", "")
           .box("mdat", sample_data)
           .box("emsg", message(1, "a"))
           .box("emsg", message(2, "b"))
           .box("mdat", "")
           .bytes,
       "1a 2b "},
      {"with a 64-bit size",
       ByteWriter()
           .number(4, 1)
           .text("free")
           .number(8, 20)
           .number(4, 0)
           .box("emsg", message(3, "c"))
           .bytes,
       "3c "},
      {"inside another box",
       ByteWriter().box("free", ByteWriter().box("emsg", message(4, "d")).bytes).bytes, ""},
      {"a damaged one is passed over",
       ByteWriter().box("emsg", "ab").box("emsg", message(5, "e")).bytes, "5e "},
      {"A10 a box smaller than its header",
       ByteWriter().number(4, 7).text("free").box("emsg", message(6, "f")).bytes, ""},
      {"A10 a box to the end",
       ByteWriter().number(4, 0).text("mdat").box("emsg", message(6, "f")).bytes, ""},
      {"A10 a box of 2^32 - 1 bytes",
       ByteWriter().number(4, 0xffffffff).text("emsg").append(message(6, "f")).bytes, ""},
      {"A10 a box of 2^64 - 1 bytes",
       ByteWriter().number(4, 1).text("emsg").number(8, ~uint64_t{0}).append(message(6, "f")).bytes,
       ""},
      {"cut off", ByteWriter().number(4, 100).text("emsg").append(message(6, "f")).bytes, ""},
      {"MPEG-TS", std::vector<uint8_t>(1880, 0x47), ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
      CAPTURE(piece);
      CHECK(found_in(c.bytes, piece) == c.found);
    }
  }
}

TEST_CASE("emsg_scanner: so many of a segment, no more") {
  ByteWriter all;
  for (uint32_t i = 0; i < limits::kEventMessages + 5; ++i) all.box("emsg", message(i, ""));
  EventMessageScanner scanner;
  CHECK(scanner.append(all.bytes).size() <= limits::kEventMessages);
  CHECK(scanner.append(all.bytes).empty());
}
