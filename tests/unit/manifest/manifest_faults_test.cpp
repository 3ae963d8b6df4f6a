// SPDX-License-Identifier: Apache-2.0
// Manifests that are broken, hostile or far too large, by their names in the fault catalogue.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bench/cpu_clock.h"
#include "manifest/manifest_parser.h"
#include "support/peak_memory.h"
#include "unit/manifest/manifest_samples.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead {
namespace {

const std::string kHead = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n";
const std::string kUrl = "https://h.example/dir/m";

Result<Presentation> parse(const std::string& text) {
  return parse_manifest(test::bytes_of(text), kUrl);
}

// One AdaptationSet with one Representation, addressed by that.
std::string mpd(const std::string& addressing, const std::string& duration = "PT1H") {
  return "<MPD mediaPresentationDuration='" + duration +
         "'><Period><AdaptationSet mimeType='video/mp4'>" + addressing +
         "<Representation id='1' bandwidth='1'/></AdaptationSet></Period></MPD>";
}

const SegmentIndex* index_of(const Presentation& presentation) {
  return presentation.periods[0].adaptation_sets[0].representations[0].segments.get();
}

// Whatever was read, its segments can be asked for and are in order.
void walk(const Presentation& presentation) {
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& representation : set.representations) {
        const SegmentIndex* index = representation.segments.get();
        if (!index || index->size() == 0) continue;
        const Segment first = index->at(0);
        const Segment last = index->at(index->size() - 1);
        CHECK(first.start <= first.end);
        CHECK(last.start <= last.end);
        CHECK(first.start <= last.start);
        (void)index->find(MediaTime::max());
      }
    }
  }
}

TEST_CASE("M01 nothing, one byte, marks, zero bytes and odd line ends") {
  struct Case {
    const char* name;
    std::string text;
    bool is_read;
  };
  const std::string playlist = kHead + "#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n";
  std::string carriage_returns = playlist;
  for (char& c : carriage_returns) c = c == '\n' ? '\r' : c;
  std::string with_zeros = playlist;
  with_zeros.insert(with_zeros.find("a.ts"), std::string(3, '\0'));
  const Case cases[] = {{"empty", "", false},
                        {"one byte", "#", false},
                        {"one zero byte", std::string(1, '\0'), false},
                        {"a byte order mark alone", "\xEF\xBB\xBF", false},
                        {"UTF-16", std::string("\xFF\xFE#\0E\0X\0T\0", 10), false},
                        {"zero bytes alone", std::string(10'000, '\0'), false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation = parse(c.text);
    CHECK(presentation.has_value() == c.is_read);
    if (!presentation) CHECK(!presentation.error().context.empty());
  }
  for (const std::string& text : {carriage_returns, with_zeros}) {
    if (const auto presentation = parse(text)) walk(*presentation);
  }
}

// The least processor time of three reads, in seconds: what the machine does beside does not count.
template <typename Read>
double cost_of(Read read) {
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i < 3; ++i) {
    const double before = bench::cpu_seconds();
    read();
    least = std::min(least, bench::cpu_seconds() - before);
  }
  return least;
}

TEST_CASE("M02 60 manifests cut off at any byte are errors or shorter lists, each within 10 ms") {
  const std::vector<std::string> samples = test::sample_manifests();
  REQUIRE(samples.size() == 60);
  double slowest = 0;
  for (const std::string& text : samples) {
    CAPTURE(text);
    const auto whole = parse(text);
    REQUIRE(whole.has_value());
    const std::size_t segments = index_of(*whole) ? index_of(*whole)->size() : 0;
    for (std::size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      const std::string prefix = text.substr(0, size);
      const double before = bench::cpu_seconds();
      const auto cut = parse(prefix);
      double cost = bench::cpu_seconds() - before;
      if (cost > 0.005) cost = cost_of([&] { (void)parse(prefix); });
      slowest = std::max(slowest, cost);
      if (!cut) continue;
      walk(*cut);
      if (index_of(*cut)) CHECK(index_of(*cut)->size() <= segments);
    }
  }
  // A hundredth of that is usual, with sanitizers.
  CHECK(slowest <= 0.010);
}

// A playlist that lacks nothing but its first line is read: some packagers forget it, and its tags
// leave no doubt. The strict mode of the checker refuses it.
TEST_CASE("M03 what has neither tags of a playlist nor an MPD element is refused") {
  for (const char* text : {"a.ts\nb.ts\n", "<Period/>", "<mpd/>", "{}"}) {
    CAPTURE(text);
    const auto presentation = parse(text);
    REQUIRE_FALSE(presentation.has_value());
    CHECK(presentation.error().code == ErrorCode::kManifestNotRecognised);
  }
}

TEST_CASE("M05 20,000 variants and 100,000 AdaptationSets are refused") {
  std::string variants = "#EXTM3U\n";
  for (int i = 0; i < 20'000; ++i) {
    variants += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(i + 1) + "\nv" + std::to_string(i) +
                ".m3u8\n";
  }
  std::string sets = "<MPD mediaPresentationDuration='PT8S'><Period>";
  for (int i = 0; i < 100'000; ++i) {
    sets += "<AdaptationSet mimeType='video/mp4'><Representation id='r'/></AdaptationSet>";
  }
  for (const std::string& text : {variants, sets + "</Period></MPD>"}) {
    const auto presentation = parse(text);
    REQUIRE_FALSE(presentation.has_value());
    CHECK(presentation.error().code == ErrorCode::kManifestLimit);
  }
}

std::string long_playlist(int segments, const char* end) {
  std::string text = kHead;
  for (int i = 0; i < segments; ++i)
    text += "#EXTINF:4,\nsegment-of-a-film-" + std::to_string(i) + ".m4s?t=0123\n";
  return text + end;
}

TEST_CASE(
    "M06 a playlist of 220,000 segments is read within 150 ms and 64 MiB, each segment found") {
  const SharedBytes text = test::bytes_of(long_playlist(220'000, "#EXT-X-ENDLIST\n"));
  REQUIRE(text.size() > 10'000'000);
  const SharedBytes tenth = test::bytes_of(long_playlist(22'000, "#EXT-X-ENDLIST\n"));
  const test::PeakMemory memory;
  const auto presentation = parse_manifest(text, kUrl);
  const auto growth = memory.growth_bytes();
  REQUIRE(presentation.has_value());
  const SegmentIndex* index = index_of(*presentation);
  REQUIRE(index != nullptr);
  REQUIRE(index->size() == 220'000);
  CHECK(index->at(219'999).media.url ==
        "https://h.example/dir/segment-of-a-film-219999.m4s?t=0123");
  CHECK(index->find(MediaTime{int64_t{4'000'000} * 123'456}) == 123'456);
  if (growth) CHECK(*growth <= int64_t{64} << 20);
  const double cost = cost_of([&] { (void)parse_manifest(text, kUrl); });
  const double cost_of_tenth = cost_of([&] { (void)parse_manifest(tenth, kUrl); });
  CHECK(cost <= 3 * 10 * cost_of_tenth);  // a list that is searched for each segment: 100 times
#ifdef NDEBUG
  CHECK(cost <= 0.150);
#endif
}

// What every answer of a live playlist of 220,000 segments would cost a player that reads it anew.
TEST_CASE("M06 a refresh of such a playlist reads what is new") {
  const std::string text = long_playlist(220'000, "");
  const std::string longer = text + "#EXTINF:4,\nnew.m4s\n";
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  source.location.url = kUrl;
  const auto first = parse_index(source, Representation(), test::bytes_of(text), kUrl);
  REQUIRE(first.has_value());
  const SharedBytes bytes = test::bytes_of(longer);
  const test::PeakMemory memory;
  const auto next = refresh_index(*first, source, bytes, kUrl);
  const auto growth = memory.growth_bytes();
  REQUIRE(next.has_value());
  CHECK(next->is_new);
  REQUIRE(next->index.segments->size() == 220'001);
  CHECK(next->index.segments->at(220'000).media.url == "https://h.example/dir/new.m4s");
  if (growth) CHECK(*growth <= int64_t{64} << 20);
  const double whole = cost_of([&] { (void)parse_index(source, Representation(), bytes, kUrl); });
  const double delta = cost_of([&] { (void)refresh_index(*first, source, bytes, kUrl); });
  CHECK(delta <= whole / 4);
}

TEST_CASE("M07 M08 a manifest beyond 32 MiB and a line beyond 64 KiB are refused") {
  const std::string huge(33 << 20, 'a');
  CHECK(parse(kHead + "#EXTINF:4,\n" + huge).error().code == ErrorCode::kManifestLimit);
  CHECK(parse("<MPD>" + huge).error().code == ErrorCode::kManifestLimit);
  const std::string line(1 << 20, 'a');
  CHECK(parse(kHead + "#EXTINF:4,\n" + line + "\n").error().code == ErrorCode::kManifestLimit);
  CHECK(parse("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,NAME=\"" + line + "\"\nv\n").error().code ==
        ErrorCode::kManifestLimit);
}

TEST_CASE("M09 a document with a DTD is refused outright, whatever the DTD says") {
  struct Case {
    const char* name;
    std::string dtd;
  };
  std::string bomb = "<!ENTITY a0 'ha'>";
  for (int i = 1; i < 40; ++i) {
    const std::string inner = "&a" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY a" + std::to_string(i) + " '" + inner + inner + "'>";
  }
  const Case cases[] = {
      {"a bomb", "<!DOCTYPE MPD [" + bomb + "]>"},
      {"an external entity", "<!DOCTYPE MPD [<!ENTITY a39 SYSTEM 'file:///etc/passwd'>]>"},
      {"an external DTD", "<!DOCTYPE MPD SYSTEM 'http://evil.test/a.dtd'>"},
      {"an empty one", "<!DOCTYPE MPD>"},
      {"behind other things", "<?xml version='1.0'?>\n<!-- MPD -->\n<!DOCTYPE MPD [ ]>"}};
  std::string text = mpd("<SegmentTemplate media='$Number$' duration='4'/>");
  REQUIRE(parse(text).has_value());
  text.replace(text.find("id='1'"), 6, "id='&a39;'");
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation = parse(c.dtd + text);
    REQUIRE_FALSE(presentation.has_value());
    CHECK(presentation.error().code == ErrorCode::kManifestUnsupported);
  }
  // Entities nobody declared stay as they are written.
  const auto plain = parse(text);
  REQUIRE(plain.has_value());
  CHECK(plain->periods[0].adaptation_sets[0].representations[0].id == "&a39;");
}

TEST_CASE("M10 elements 200,000 deep are refused without recursion") {
  std::string deep = "<MPD>";
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  CHECK_FALSE(parse(deep).has_value());
  for (int i = 0; i < 200'000; ++i) deep += "</a>";
  CHECK_FALSE(parse(deep + "</MPD>").has_value());
}

TEST_CASE("M11 durations below zero, beyond all bounds or none at all are refused or saturate") {
  for (const char* duration : {"-1", "NaN", "inf", "1e308", "9223372036854775808", "-0", "0",
                               "99999999999999999999999999", ".", "4e3", "1.7976931348623157"}) {
    CAPTURE(duration);
    const std::string number = duration;
    for (const std::string& text :
         {kHead + "#EXTINF:" + number + ",\na.ts\n#EXTINF:" + number + ",\nb.ts\n",
          "#EXTM3U\n#EXT-X-TARGETDURATION:" + number + "\n#EXTINF:4,\na.ts\n",
          mpd("<SegmentTemplate media='$Number$' duration='4'/>", "PT" + number + "S"),
          mpd("<SegmentTemplate media='$Number$' duration='" + number + "'/>"),
          mpd("<SegmentTemplate media='$Time$'><SegmentTimeline><S t='" + number + "' d='" +
              number + "' r='3'/></SegmentTimeline></SegmentTemplate>")}) {
      if (const auto presentation = parse(text)) walk(*presentation);
    }
  }
}

TEST_CASE("M12 byte ranges that overflow are refused, those that overlap are read") {
  const auto read = [](const std::string& first, const std::string& second) {
    return parse(kHead + "#EXTINF:4,\n#EXT-X-BYTERANGE:" + first +
                 "\na.mp4\n#EXTINF:4,\n#EXT-X-BYTERANGE:" + second + "\na.mp4\n#EXT-X-ENDLIST\n");
  };
  const std::string most = "9223372036854775807";
  for (const auto& c :
       std::vector<std::pair<std::string, std::string>>{{most + "@" + most, "1"},
                                                        {"10@" + most, "10"},
                                                        {"18446744073709551615@1", "1@0"},
                                                        {"10@9223372036854775800", "100"},
                                                        {"-5@0", "5"}}) {
    CAPTURE(c.first);
    const auto presentation = read(c.first, c.second);
    if (!presentation) continue;
    for (std::size_t i = 0; i < index_of(*presentation)->size(); ++i) {
      const Segment segment = index_of(*presentation)->at(i);
      if (!segment.media.range || !segment.media.range->last) continue;
      CHECK(*segment.media.range->last >= segment.media.range->first);
    }
  }
  const auto overlapping = read("100@0", "100@50");
  REQUIRE(overlapping.has_value());
  CHECK(index_of(*overlapping)->at(1).media.range->first == 50);
}

TEST_CASE("M22 a template without a name, a timescale or a duration costs nothing") {
  for (const char* attributes :
       {"media=''", "media='' duration='4'", "media='$Number$' timescale='0' duration='4'",
        "media='$Number$' duration='0'", "media='$Number$' timescale='0' duration='0'",
        "media='$Number$'", "media='$Number$' duration='4' startNumber='18446744073709551615'",
        "media='$Number%999999999d$' duration='4'"}) {
    CAPTURE(attributes);
    if (const auto presentation =
            parse(mpd(std::string("<SegmentTemplate ") + attributes + "/>"))) {
      walk(*presentation);
    }
  }
}

TEST_CASE("M23 a repeat without an end or 2^31 times is bounded by the Period, and lazy") {
  struct Case {
    const char* name;
    const char* entry;
    std::size_t segments;
  };
  const Case cases[] = {{"to the end", "<S t='0' d='4' r='-1'/>", 900},
                        {"2^31 times", "<S t='0' d='4' r='2147483648'/>", 900},
                        {"until the next entry", "<S t='0' d='4' r='-1'/><S t='40' d='4'/>", 11}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation =
        parse(mpd("<SegmentTemplate media='$Time$'><SegmentTimeline>" + std::string(c.entry) +
                  "</SegmentTimeline></SegmentTemplate>"));
    REQUIRE(presentation.has_value());
    CHECK(index_of(*presentation)->size() == c.segments);
  }
}

}  // namespace
}  // namespace playhead
