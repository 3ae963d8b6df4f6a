// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "manifest/dash/presentation_refresh.h"
#include "manifest/manifest_parser.h"
#include "manifest/segment_index.h"
#include "unit/manifest/manifest_test_support.h"

// Dynamic MPDs against a clock, and one MPD after the other.
namespace playhead::dash {
namespace {

constexpr int64_t kSecond = 1'000'000;

Presentation present(const std::string& text, std::optional<int64_t> now_s) {
  ParseOptions options;
  if (now_s) options.now = WallTime{*now_s * kSecond};
  Result<Presentation> presentation =
      parse_manifest(test::bytes_of(text), "https://h.example/d/m.mpd", options);
  REQUIRE_MESSAGE(presentation.has_value(), presentation.error().context);
  return *std::move(presentation);
}

// A dynamic MPD that began at 1970-01-01T00:01:40Z, 100 s.
std::string live(const std::string& attributes, const std::string& period_attributes,
                 const std::string& inside) {
  return "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:01:40Z' " + attributes +
         "><Period id='p' start='PT0S' " + period_attributes +
         "><AdaptationSet id='v' mimeType='video/mp4'>" + inside + "<Representation id='r'/>" +
         "</AdaptationSet></Period></MPD>";
}

const playhead::Representation& only(const Presentation& presentation) {
  return presentation.periods.at(0).adaptation_sets.at(0).representations.at(0);
}

std::string listed(const SegmentIndex& index) {
  if (index.size() == 0) return "none";
  const Segment first = index.at(0);
  const Segment last = index.at(index.size() - 1);
  CHECK(index.start() == first.start);
  CHECK(index.end() == last.end);
  CHECK(index.find(last.start) == index.size() - 1);
  CHECK(index.find(index.end()) == std::nullopt);
  CHECK(index.find_number(last.number) == index.size() - 1);
  CHECK(index.find_number(last.number + 1) == std::nullopt);
  return std::to_string(first.number) + "-" + std::to_string(last.number);
}

const std::string kNumbers = "<SegmentTemplate media='$Number$' duration='2'/>";

}  // namespace

TEST_CASE("dash live: what can be fetched is listed") {
  struct Case {
    const char* name;
    std::string mpd;
    std::optional<int64_t> now_s;
    const char* numbers;
  };
  const Case cases[] = {
      {"nothing yet", live("", "", kNumbers), 101, "none"},
      {"before it began", live("", "", kNumbers), 0, "none"},
      {"the first is complete", live("", "", kNumbers), 102, "1-1"},
      {"all since the beginning", live("", "", kNumbers), 1101, "1-500"},
      {"no clock: everything", live("", "duration='PT20S'", kNumbers), {}, "1-10"},
      {"time shift buffer", live("timeShiftBufferDepth='PT10S'", "", kNumbers), 1101, "496-500"},
      {"time shift buffer of nothing keeps the last",
       live("timeShiftBufferDepth='PT0S'", "", kNumbers), 1101, "500-500"},
      {"the Period's end", live("", "duration='PT20S'", kNumbers), 1101, "1-10"},
      {"availabilityEndTime", live("availabilityEndTime='1970-01-01T00:02:10Z'", "", kNumbers),
       1101, "1-15"},
      {"availabilityTimeOffset",
       live("", "",
            "<SegmentTemplate media='$Number$' duration='2' availabilityTimeOffset='1.5'/>"),
       1101, "1-501"},
      {"availabilityTimeOffset of BaseURL and template",
       live("", "",
            "<BaseURL availabilityTimeOffset='2'>b/</BaseURL><SegmentTemplate media='$Number$' "
            "duration='2' availabilityTimeOffset='1.5'/>"),
       1101, "1-502"},
      {"availabilityTimeOffset without end",
       live("", "duration='PT20S'",
            "<SegmentTemplate media='$Number$' duration='2' availabilityTimeOffset='INF'/>"),
       100, "1-10"},
      {"since 1970, without a window",
       "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z'><Period start='PT0S'>"
       "<AdaptationSet mimeType='video/mp4'>" +
           kNumbers +
           "<Representation/></AdaptationSet>"
           "</Period></MPD>",
       1'700'000'000, "1-850000000"},
      {"a timeline is announced whatever the clock says",
       live("", "",
            "<SegmentTemplate media='$Time$'><SegmentTimeline><S t='0' d='2' r='9'/>"
            "</SegmentTimeline></SegmentTemplate>"),
       101, "1-10"},
      {"but not by a future Period",
       live("", "",
            "<SegmentTemplate media='$Time$'><SegmentTimeline><S t='0' d='2' r='9'/>"
            "</SegmentTimeline></SegmentTemplate>"),
       99, "none"},
      {"an open timeline goes to the live edge",
       live("timeShiftBufferDepth='PT10S'", "",
            "<SegmentTemplate media='$Time$'><SegmentTimeline><S t='0' d='4'/><S d='2' r='-1'/>"
            "</SegmentTimeline></SegmentTemplate>"),
       150, "20-24"},
      {"a clock that is ahead leaves the window of the timeline",
       live("timeShiftBufferDepth='PT10S'", "",
            "<SegmentTemplate media='$Time$'><SegmentTimeline><S t='0' d='2' r='9'/>"
            "</SegmentTimeline></SegmentTemplate>"),
       100'000, "6-10"},
      {"an empty timeline",
       live("", "", "<SegmentTemplate media='$Time$'><SegmentTimeline/></SegmentTemplate>"), 150,
       "none"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Presentation presentation = present(c.mpd, c.now_s);
    CHECK(presentation.type == PresentationType::kLive);
    CHECK(listed(*only(presentation).segments) == c.numbers);
  }
}

TEST_CASE("dash live: what was announced for after the end is no part of a title that has ended") {
  const auto period = [](const std::string& id, const std::string& times) {
    return "<Period id='" + id + "' " + times + "><AdaptationSet id='v' mimeType='video/mp4'>" +
           kNumbers + "<Representation id='r'/></AdaptationSet></Period>";
  };
  const auto mpd = [&](const std::string& attributes) {
    return "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:01:40Z' " + attributes + ">" +
           period("a", "start='PT0S' duration='PT10S'") +
           period("b", "start='PT10S' duration='PT10S'") + period("c", "start='PT20S'") + "</MPD>";
  };
  struct Case {
    const char* name;
    std::string attributes;
    std::size_t periods;
    Duration last;
  };
  const Case cases[] = {{"still being made", "minimumUpdatePeriod='PT2S'", 3, 0s},
                        {"its end is announced and may change",
                         "minimumUpdatePeriod='PT2S' mediaPresentationDuration='PT20S'", 3, 0s},
                        {"between two Periods", "mediaPresentationDuration='PT20S'", 2, 10s},
                        {"within one", "mediaPresentationDuration='PT14S'", 2, 4s},
                        {"within the last", "mediaPresentationDuration='PT26S'", 3, 6s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Presentation title = present(mpd(c.attributes), 300);
    REQUIRE(title.periods.size() == c.periods);
    CHECK(title.periods.back().duration.value_or(Duration{0}) == c.last);
  }
}

TEST_CASE("dash live: the window moves without the MPD") {
  const Presentation first = present(live("timeShiftBufferDepth='PT10S'", "", kNumbers), 1101);
  const Presentation later = listed_at(first, WallTime{1201 * kSecond});
  CHECK(listed(*only(first).segments) == "496-500");
  CHECK(listed(*only(later).segments) == "546-550");
  CHECK(only(later).segments->at(0).start == MediaTime{1090 * kSecond});
}

TEST_CASE("dash live: what a dynamic MPD says about itself") {
  const Presentation presentation = present(R"(<MPD id="m" type="dynamic"
 availabilityStartTime="1970-01-01T00:00:10Z" publishTime="1970-01-01T00:00:20Z"
 minimumUpdatePeriod="PT2S" timeShiftBufferDepth="PT30S" suggestedPresentationDelay="PT6S"
 minBufferTime="PT1S"><ProgramInformation><Title>T</Title></ProgramInformation>
<Location>../l.mpd</Location><PatchLocation ttl="60">p.mpp</PatchLocation>
<ServiceDescription><Latency target="3000" min="2000" max="6000" referenceId="7"/><PlaybackRate min="0.96" max="1.04"/>
</ServiceDescription><ContentSteering defaultServiceLocation="b" queryBeforeStart="true">s</ContentSteering>
<BaseURL serviceLocation="a" dvb:priority="2">https://a.example/</BaseURL>
<BaseURL serviceLocation="b" dvb:priority="1" dvb:weight="5">https://b.example/x/</BaseURL>
<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="https://t.example/"/>
<Period start="PT0S"><AdaptationSet contentType="video"><SegmentTemplate media="$Number$" duration="2"/>
<Representation id="r"/></AdaptationSet></Period></MPD>)",
                                            60);
  REQUIRE(presentation.live.has_value());
  const LiveInfo& live = *presentation.live;
  CHECK(live.suggested_delay == 6s);
  CHECK(live.latency.reference_id == "7");
  CHECK(live.time_shift_buffer_depth == 30s);
  CHECK(live.update_period == 2s);
  CHECK(live.latency.target == 3s);
  CHECK(live.latency.max_rate == doctest::Approx(1.04));
  CHECK(live.availability_start == WallTime{10 * kSecond});
  CHECK(live.publish_time == WallTime{20 * kSecond});
  CHECK(live.utc_timings.at(0).value == "https://t.example/");
  CHECK(live.locations == std::vector<std::string>{"https://h.example/l.mpd"});
  CHECK(live.patch_locations.at(0).url == "https://h.example/d/p.mpp");
  CHECK(live.patch_locations.at(0).ttl == 60s);
  CHECK(presentation.title == "T");
  CHECK(presentation.min_buffer_time == 1s);
  REQUIRE(presentation.content_steering.has_value());
  CHECK(presentation.content_steering->default_pathway == "b");
  CHECK(presentation.content_steering->server_url == "https://h.example/d/s");
  CHECK(presentation.content_steering->query_before_start);
  const playhead::Representation& r = only(presentation);
  CHECK(r.service_location == "b");
  CHECK(r.segments->at(0).media.url == "https://b.example/x/11");
  REQUIRE(r.alternatives.size() == 1);
  CHECK(r.alternatives[0].name == "a");
  CHECK(r.alternatives[0].segments->at(0).media.url == "https://a.example/11");
}

TEST_CASE("dash live: parts of segments, those of the one in progress as they come") {
  const Presentation presentation =
      present(live("", "",
                   "<SegmentSequenceProperties cadence='2'/><SegmentTemplate "
                   "media='$Number$-$SubNumber$' duration='4' k='4'/>"),
              100 + 4 * 10 + 2);
  const SegmentIndex& index = *only(presentation).segments;
  REQUIRE(index.size() == 10);
  const std::vector<PartialSegment> parts = index.parts(9);
  REQUIRE(parts.size() == 4);
  CHECK(parts[0].start == index.at(9).start);
  CHECK(parts[0].end == parts[1].start);
  CHECK(parts[3].end == index.at(9).end);
  CHECK(parts[3].media.url == "https://h.example/d/10-4");
  CHECK(parts[0].is_independent);
  CHECK_FALSE(parts[1].is_independent);
  CHECK(parts[2].is_independent);
  CHECK(index.parts(10).size() == 2);
  CHECK(index.parts(11).empty());
}

TEST_CASE("dash live: a refresh keeps identity") {
  const auto mpd = [](const std::string& entries, const char* media) {
    return live("", "",
                std::string("<SegmentTemplate initialization='i' media='") + media +
                    "'><SegmentTimeline>" + entries + "</SegmentTimeline></SegmentTemplate>");
  };
  const Presentation first = present(mpd("<S t='0' d='2' r='9'/>", "$Time$"), 1000);
  const playhead::Representation& before = only(first);

  const Presentation same = refresh(first, present(mpd("<S t='0' d='2' r='9'/>", "$Time$"), 1000));
  CHECK(only(same).segments == before.segments);

  const Presentation moved = refresh(first, present(mpd("<S t='8' d='2' r='9'/>", "$Time$"), 1000));
  const SegmentIndex& after = *only(moved).segments;
  CHECK(only(moved).id == before.id);
  CHECK(listed(after) == "5-14");
  CHECK(after.at(0).start == before.segments->at(4).start);
  CHECK(after.at(0).init == before.segments->at(0).init);
  CHECK(after.at(0).media.url == "https://h.example/d/8");

  const Presentation twice =
      refresh(moved, present(mpd("<S t='10' d='2' r='9'/>", "$Time$"), 1000));
  CHECK(listed(*only(twice).segments) == "6-15");
  const Presentation jumped = refresh(moved, present(mpd("<S t='90' d='2'/>", "$Time$"), 1000));
  CHECK(listed(*only(jumped).segments) == "15-15");
  // Numbers in URLs are the MPD's own.
  const Presentation numbered = refresh(first, present(mpd("<S t='8' d='2'/>", "$Number$"), 1000));
  CHECK(listed(*only(numbered).segments) == "1-1");
}

TEST_CASE("dash live: 24 h of 2 s segments on 8 Representations stay below 4 MB") {
  std::string sets;
  for (int set = 0; set < 2; ++set) {
    sets += "<AdaptationSet id='" + std::to_string(set) + "' mimeType='" +
            (set == 0 ? "video" : "audio") + "/mp4'><SegmentTemplate timescale='48000' " +
            "media='$RepresentationID$/$Time$' initialization='i'><SegmentTimeline>";
    // No two neighbours of the same length: the worst case.
    for (int i = 0; i < 43'200; ++i) {
      sets += "<S d='" + std::to_string(96'000 + (i % 2 == 0 ? 256 : -256 - set)) + "'/>";
    }
    sets += "</SegmentTimeline></SegmentTemplate>";
    for (int r = 0; r < 4; ++r) {
      sets += "<Representation id='" + std::to_string(set * 4 + r) + "' bandwidth='1'/>";
    }
    sets += "</AdaptationSet>";
  }
  const Presentation presentation = present(
      "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z' "
      "timeShiftBufferDepth='P1D'><Period id='p' start='PT0S'>" +
          sets + "</Period></MPD>",
      86'400);
  std::size_t timelines = 0;
  std::size_t rest = 0;
  const Timeline* known = nullptr;
  for (const playhead::AdaptationSet& set : presentation.periods[0].adaptation_sets) {
    for (const playhead::Representation& r : set.representations) {
      const auto* index = TimelineSegmentIndex::of(r.segments.get());
      REQUIRE(index != nullptr);
      CHECK(index->size() >= 43'199);
      const std::size_t shared = index->timeline()->memory_bytes();
      if (index->timeline().get() != known) timelines += shared;
      known = index->timeline().get();
      rest += index->memory_bytes() - shared;
    }
  }
  MESSAGE("24 h, 8 Representations: " << timelines + rest << " bytes");
  CHECK(timelines + rest < 4'000'000);
}

namespace {

// 140 Periods of 256 s with a video and an audio timeline each; the window starts with `first`.
std::string long_dvr(int first) {
  std::string text =
      "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z' "
      "timeShiftBufferDepth='PT10H'>";
  for (int p = first; p < first + 140; ++p) {
    text += "<Period id='" + std::to_string(p) + "' start='PT" + std::to_string(p * 256) + "S'>";
    for (const char* kind : {"video", "audio"}) {
      text += std::string("<AdaptationSet id='") + kind + "' mimeType='" + kind +
              "/mp4'><SegmentTemplate timescale='1000' media='$RepresentationID$/$Time$' "
              "initialization='i'><SegmentTimeline>";
      // Each S its own run; the last Period is still growing.
      const int segments = p == first + 139 ? 64 + first : 128;
      for (int i = 0; i < segments; ++i) {
        text += i % 2 == 0 ? "<S d='2001'/>" : "<S d='1999'/>";
      }
      text +=
          "</SegmentTimeline></SegmentTemplate><Representation id='1' bandwidth='1'/>"
          "<Representation id='2' bandwidth='2'/></AdaptationSet>";
    }
    text += "</Period>";
  }
  return text + "</MPD>";
}

std::size_t held_bytes(const Presentation& presentation) {
  std::size_t bytes = 0;
  for (const playhead::Period& period : presentation.periods) {
    for (const playhead::AdaptationSet& set : period.adaptation_sets) {
      for (const playhead::Representation& r : set.representations) {
        bytes += r.segments->memory_bytes();
      }
    }
  }
  return bytes;
}

const playhead::Representation& of_period(const Presentation& presentation, const char* id) {
  for (const playhead::Period& period : presentation.periods) {
    if (period.id == id) return period.adaptation_sets[0].representations[0];
  }
  REQUIRE(false);
  return only(presentation);
}

}  // namespace

TEST_CASE("dash live: a long window refreshed again and again keeps its memory flat") {
  const int64_t now_s = 140 * 256;
  Presentation current = present(long_dvr(0), now_s);
  const std::size_t at_first = held_bytes(current);
  const std::weak_ptr<const SegmentIndex> dropped = of_period(current, "0").segments;
  const std::weak_ptr<const SegmentIndex> kept = of_period(current, "100").segments;
  for (int round = 1; round <= 8; ++round) {
    current = refresh(current, present(long_dvr(round), now_s));
    CHECK(held_bytes(current) < at_first + at_first / 10);
  }
  CHECK(dropped.expired());
  CHECK(of_period(current, "100").segments == kept.lock());
}

}  // namespace playhead::dash
