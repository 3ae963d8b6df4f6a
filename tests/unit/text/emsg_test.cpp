// SPDX-License-Identifier: Apache-2.0
#include "text/emsg.h"

#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "unit/text/byte_writer.h"
#include "unit/text/real_files.h"

using namespace playhead;
using namespace playhead::text;
using test::ByteWriter;

namespace {

std::vector<uint8_t> version0(uint32_t timescale, uint32_t delta, uint32_t duration) {
  ByteWriter w;
  return w.number(4, 0)
      .string("urn:a")
      .string("1")
      .number(4, timescale)
      .number(4, delta)
      .number(4, duration)
      .number(4, 7)
      .text("body")
      .bytes;
}
std::vector<uint8_t> version1(uint32_t timescale, uint64_t time, uint32_t duration) {
  ByteWriter w;
  return w.number(4, 0x01000000)
      .number(4, timescale)
      .number(8, time)
      .number(4, duration)
      .number(4, 7)
      .string("urn:a")
      .string("1")
      .text("body")
      .bytes;
}

}  // namespace

TEST_CASE("emsg: both versions, ISO/IEC 23009-1 5.10.3.3") {
  struct Case {
    const char* name;
    std::vector<uint8_t> box;
    std::optional<int64_t> start_us, duration_us;
  };
  // The segment starts at 100 s, the track is shown 50 s later than it counts.
  const Case cases[] = {
      {"version 0 counts from the segment", version0(1000, 500, 2000), 100'500'000, 2'000'000},
      {"version 1 counts on the track", version1(1000, 500, 2000), 50'500'000, 2'000'000},
      {"duration not known", version1(1000, 500, 0xffffffff), 50'500'000, {}},
      {"duration 0", version0(1000, 0, 0), 100'000'000, 0},
      {"a time beyond 64 bits", version1(1, ~uint64_t{0}, 0), {}, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto message = parse_emsg(c.box);
    REQUIRE(message);
    CHECK(message->scheme == "urn:a");
    CHECK(message->value == "1");
    CHECK(as_text(message->message) == "body");
    const TimedEvent event = to_timed_event(*message, {100'000'000}, Duration{50'000'000});
    CHECK(event.id == "7");
    CHECK((event.start ? std::optional(event.start->us) : std::nullopt) == c.start_us);
    CHECK((event.duration ? std::optional(event.duration->count()) : std::nullopt) ==
          c.duration_us);
    CHECK(as_text(event.message.view()) == "body");
  }
}

TEST_CASE("emsg: damaged boxes") {
  const std::vector<uint8_t> v0 = version0(1000, 0, 0), v1 = version1(1000, 0, 0);
  for (const auto& whole : {v0, v1}) {
    for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
      CAPTURE(size);
      const auto cut = parse_emsg(ByteView(whole).first(size));
      REQUIRE_FALSE(cut);
      CHECK(cut.error().code == ErrorCode::kContainerSyntax);
    }
  }
  CHECK(parse_emsg(version0(0, 0, 0)).error().code == ErrorCode::kContainerSyntax);
  CHECK(parse_emsg(ByteWriter().number(4, 0x02000000).number(8, 0).bytes).error().code ==
        ErrorCode::kContainerUnsupported);
  std::vector<uint8_t> huge = v1;
  huge.resize(huge.size() + limits::kMetadataBytes);
  CHECK(parse_emsg(huge).error().code == ErrorCode::kTooLarge);
}

TEST_CASE("emsg: boxes of a segment") {
  ByteWriter w;
  w.box("styp", "msdh").box("emsg", version0(1000, 0, 0)).box("emsg", "bad");
  w.box("emsg", version1(1000, 0, 0)).box("moof", "").number(4, 100).text("mdat");
  CHECK(find_event_messages(w.bytes).size() == 2);
  ByteWriter many;
  for (std::size_t i = 0; i < limits::kEventMessages + 5; ++i) many.box("emsg", version0(1, 0, 0));
  CHECK(find_event_messages(many.bytes).size() == limits::kEventMessages);
}

TEST_CASE("emsg: real segments") {
  const auto v0 = test::shared_media("media3/dash/multi-segment-with-emsg0/segment_1.m4s");
  const auto v1 = test::shared_media("media3/dash/multi-segment-with-emsg1/video.mp4");
  if (v0.empty() || v1.empty()) {
    MESSAGE("skipped: ../shared/media is not there");
    return;
  }
  const auto first = find_event_messages(v0);
  REQUIRE(first.size() == 1);
  CHECK(first[0].is_relative);
  CHECK(first[0].scheme == "urn:example:event");
  CHECK(first[0].timescale == 30'000);
  CHECK(first[0].message.size() == 16);
  const auto second = find_event_messages(v1);
  REQUIRE(second.size() == 2);
  CHECK(second[1].scheme == "urn:test");
  CHECK(second[1].value == "2");
  CHECK(second[1].time == 15'000);
  CHECK(second[1].duration == 65'535);
  CHECK(to_timed_event(second[1], {0}, Duration{0}).start == MediaTime{500'000});
}
