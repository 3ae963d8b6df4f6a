// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/live_mpd.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "manifest/dash/presentation_refresh.h"
#include "manifest/manifest_parser.h"
#include "manifest/presentation_dump.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead::dash {
namespace {

const std::string kUrl = "https://h.example/d/m.mpd";

struct Channel {
  std::string attributes = "timeShiftBufferDepth='PT10H'";
  std::string head = "<BaseURL>b/</BaseURL>";
  std::string between;  // Periods
  std::string prefix;
  int publish = 0;

  // Periods first..last of 20 s; the last one has `segments` of 2 s so far.
  [[nodiscard]] std::string mpd(int first, int last, int segments) const {
    std::string text = "<" + prefix +
                       "MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z' "
                       "publishTime='1970-01-01T00:00:0" +
                       std::to_string(publish % 10) + "Z' " + attributes + ">" + head;
    for (int p = first; p <= last; ++p) text += between + period(p, p == last ? segments : 10);
    return text + between + "<UTCTiming schemeIdUri='urn:x' value='t'/></" + prefix + "MPD>";
  }
  [[nodiscard]] std::string period(int p, int segments) const {
    std::string text = "<" + prefix + "Period id='" + std::to_string(p) + "' start='PT" +
                       std::to_string(p * 20) + "S'>";
    for (const char* kind : {"video", "audio"}) {
      text += std::string("<AdaptationSet id='") + kind + "' mimeType='" + kind +
              "/mp4'><SegmentTemplate media='$RepresentationID$/$Time$' initialization='i'>"
              "<SegmentTimeline><S t='0' d='2' r='" +
              std::to_string(segments - 1) + "'/></SegmentTimeline></SegmentTemplate>" +
              "<Representation id='1' bandwidth='5'/><Representation id='2' bandwidth='none'/>"
              "</AdaptationSet>";
    }
    return text + "</" + prefix + "Period>";
  }
};

ParseOptions at(int64_t now_s) {
  ParseOptions options;
  options.now = WallTime{now_s * 1'000'000};
  return options;
}

std::shared_ptr<const Presentation> update(LiveMpd& live, const std::string& text,
                                           const ParseOptions& options) {
  auto updated = live.update(test::bytes_of(text), kUrl, options);
  REQUIRE_MESSAGE(updated.has_value(), updated.error().context);
  return *updated;
}

// What is answered without taking anything over.
Presentation anew(const Presentation* previous, const std::string& text,
                  const ParseOptions& options) {
  Result<Presentation> parsed = parse_manifest(test::bytes_of(text), kUrl, options);
  REQUIRE(parsed.has_value());
  return previous == nullptr ? *std::move(parsed) : refresh(*previous, *std::move(parsed));
}

std::string text_of(const Presentation& presentation) {
  return dump(presentation, {100, true}) + std::to_string(presentation.warnings);
}

const SegmentIndex* index_of(const Presentation& presentation, const std::string& id) {
  for (const playhead::Period& period : presentation.periods) {
    if (period.id == id) return period.adaptation_sets[0].representations[0].segments.get();
  }
  return nullptr;
}

}  // namespace

TEST_CASE("live mpd: what stands there again is taken over") {
  struct Case {
    const char* name;
    std::string before, after;
    std::size_t taken_over;
    int64_t now_s = 190;  // of the second one
  };
  const Channel plain;
  Channel later = plain;
  later.publish = 3;
  Channel shallow = plain;
  shallow.attributes = "timeShiftBufferDepth='PT50S'";
  Channel other_base = plain;
  other_base.head = "<BaseURL>c/</BaseURL>";
  Channel prefixed = plain;
  prefixed.prefix = "mpd:";
  Channel spaced = plain;
  spaced.between = "\n  ";
  Channel commented = plain;
  commented.between = "<!-- next -->";
  Channel hidden = plain;
  hidden.head = "<!--" + plain.period(4, 10) + "--><BaseURL>b/</BaseURL>";
  const std::string before = plain.mpd(0, 8, 5);
  std::string moved = before;  // a Period starts later
  moved.insert(moved.find("<UTCTiming"), "<Period id='x' start='PT172S'/>");
  std::string doubled = before;
  doubled.insert(doubled.find("<UTCTiming"), plain.period(3, 10));
  const Case cases[] = {
      {"the same", before, before, 9},
      {"the same, later", before, before, 9, 400},
      {"the last one grows", before, later.mpd(0, 8, 6), 8},
      {"the window slides", before, later.mpd(3, 8, 6), 5},
      {"a new one, and the one before is closed", before, later.mpd(0, 9, 1), 8},
      {"another buffer depth", before, shallow.mpd(0, 8, 5), 0},
      {"a buffer that moves", shallow.mpd(0, 8, 5), shallow.mpd(0, 8, 5), 9, 400},
      {"another base", before, other_base.mpd(0, 8, 5), 0},
      {"a prefix", prefixed.mpd(0, 8, 5), prefixed.mpd(0, 8, 6), 8},
      {"white space between them", spaced.mpd(0, 8, 5), spaced.mpd(0, 8, 6), 8},
      {"comments between them: not found again", commented.mpd(0, 8, 5), commented.mpd(0, 8, 6), 0},
      {"one stands in a comment, too", before, hidden.mpd(0, 8, 5), 0},
      {"a length that follows from what is new", before, moved, 0},
      {"one stands there twice", before, doubled, 0},
      {"all is new", before, plain.mpd(20, 22, 3), 0, 460},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    LiveMpd live;
    const auto first = update(live, c.before, at(190));
    CHECK(live.taken_over() == 0);
    CHECK(text_of(*first) == text_of(anew(nullptr, c.before, at(190))));
    const std::string expected = text_of(anew(first.get(), c.after, at(c.now_s)));
    const auto second = update(live, c.after, at(c.now_s));
    CHECK(live.taken_over() == c.taken_over);
    CHECK(live.latest() == second);
    CHECK(text_of(*second) == expected);
  }
}

TEST_CASE("live mpd: what is wrong is said as if all had been read, and the latest one stays") {
  LiveMpd live;
  const Channel channel;
  const std::string text = channel.mpd(0, 8, 5);
  const auto first = update(live, text, at(190));
  const std::string broken = text.substr(0, text.size() - 3);
  const auto refused = live.update(test::bytes_of(broken), kUrl, at(190));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().context == parse_manifest(test::bytes_of(broken), kUrl).error().context);
  CHECK(live.latest() == first);
  Diagnostics found;
  ParseOptions options = at(190);
  options.diagnostics = &found;
  update(live, text, options);
  CHECK(live.taken_over() == 0);
  CHECK(found.count() > 0);
}

TEST_CASE("live mpd: a channel refreshed at random answers what reading all of it answers") {
  std::mt19937 random(11);
  for (int run = 0; run < 8; ++run) {
    LiveMpd live;
    std::shared_ptr<const Presentation> previous;
    Channel channel;
    if (run % 2 == 1) channel.attributes = "timeShiftBufferDepth='PT2M'";
    int first = 0;
    int last = 4;
    int segments = 1;
    std::size_t taken_over = 0;
    for (int round = 0; round < 40; ++round) {
      channel.publish = round;
      if (random() % 4 == 0) {
        segments = 10;  // the last one ends
      } else if (segments == 10) {
        ++last;
        segments = 1;
      } else {
        ++segments;
      }
      if (random() % 8 == 0 && first < last) ++first;
      if (random() % 16 == 0) channel.head = "<BaseURL>" + std::to_string(round) + "/</BaseURL>";
      const std::string text = channel.mpd(first, last, segments);
      const ParseOptions options = at(last * 20 + segments * 2 + static_cast<int>(random() % 5));
      const std::string expected = text_of(anew(previous.get(), text, options));
      previous = update(live, text, options);
      REQUIRE(text_of(*previous) == expected);
      taken_over += live.taken_over();
    }
    CHECK(taken_over > 40);
  }
}

TEST_CASE("live mpd: a long window keeps its memory flat and its objects") {
  LiveMpd live;
  const Channel channel;
  std::weak_ptr<const Presentation> dropped = update(live, channel.mpd(0, 139, 1), at(2800));
  const auto bytes = [&] {
    std::size_t sum = 0;
    for (const playhead::Period& period : live.latest()->periods) {
      for (const playhead::AdaptationSet& set : period.adaptation_sets) {
        for (const auto& r : set.representations) sum += r.segments->memory_bytes();
      }
    }
    return sum;
  };
  const std::size_t at_first = bytes();
  for (int round = 1; round < 300; ++round) {
    const int first = round / 10;
    const SegmentIndex* kept = index_of(*live.latest(), std::to_string(first + 70));
    update(live, channel.mpd(first, first + 139, 1 + round % 10), at(2800 + 2 * round));
    CHECK(index_of(*live.latest(), std::to_string(first + 70)) == kept);
    CHECK(bytes() < at_first + at_first / 10);
  }
  CHECK(dropped.expired());
  CHECK(live.taken_over() >= 138);
}

}  // namespace playhead::dash
