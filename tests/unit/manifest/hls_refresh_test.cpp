// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "manifest/hls/hls_presentation.h"
#include "manifest/hls/hls_segment_index.h"
#include "manifest/hls/media_playlist_refresh.h"
#include "manifest/manifest_parser.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead::hls {
namespace {

const std::string kUrl = "https://h.example/live/list.m3u8";
using PlaylistPtr = std::shared_ptr<const MediaPlaylist>;

PlaylistPtr parse(const std::string& text) {
  Result<MediaPlaylist> playlist = parse_media_playlist(test::bytes_of(text), kUrl, nullptr);
  REQUIRE_MESSAGE(playlist.has_value(), text);
  return std::make_shared<const MediaPlaylist>(*std::move(playlist));
}

Result<RefreshedPlaylist> refresh(const PlaylistPtr& previous, const std::string& text) {
  return refresh_media_playlist(previous, {test::bytes_of(text), kUrl, nullptr, {}, nullptr, 0});
}

PlaylistPtr refreshed(const PlaylistPtr& previous, const std::string& text) {
  Result<RefreshedPlaylist> result = refresh(previous, text);
  REQUIRE_MESSAGE(result.has_value(), text);
  CHECK(result->outcome == RefreshOutcome::kUpdated);
  return result->playlist;
}

// Segments first..last of 2 s, "s<number>.ts".
std::string simple(int first, int last, const std::string& tail = "") {
  std::string text =
      "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first) + "\n";
  for (int n = first; n <= last; ++n) text += "#EXTINF:2,\ns" + std::to_string(n) + ".ts\n";
  return text + tail;
}

// A channel that was broadcast, from which playlists are cut.
class Channel {
 public:
  explicit Channel(unsigned seed) : random_(seed) {
    WallTime date{1'700'000'000'000'000};
    Moment moment;
    for (int n = 0; n < 400; ++n) {
      moment.number = n;
      moment.duration_ms = chance(4) ? 1800 + static_cast<int>(random_() % 200) : 2000;
      moment.starts_discontinuity = n > 0 && chance(15);
      if (moment.starts_discontinuity) {
        ++moment.discontinuity;
        date += 50ms;
      }
      if (n == 0 || chance(12)) moment.map = n;
      if (chance(10)) moment.key = chance(3) ? -1 : n;
      moment.is_gap = chance(20);
      if (chance(8)) moment.kbps = static_cast<int>(random_() % 5000);
      moment.start_ms = total_ms_;
      moment.date = date;
      moments_.push_back(moment);
      total_ms_ += moment.duration_ms;
      date += std::chrono::milliseconds{moment.duration_ms};
    }
  }

  // Segments first..last; the first `skipped` of them as EXT-X-SKIP.
  [[nodiscard]] std::string playlist(int first, int last, int skipped = 0) const {
    std::string text =
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:" +
        std::to_string(first) + "\n";
    const Moment& start = at(first);
    // The tag of the first segment is still there.
    const int base = start.discontinuity - (start.starts_discontinuity ? 1 : 0);
    text += "#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(base) + "\n";
    if (skipped > 0) text += "#EXT-X-SKIP:SKIPPED-SEGMENTS=" + std::to_string(skipped) + "\n";
    const Moment* before = skipped > 0 ? &at(first + skipped - 1) : nullptr;
    for (int n = first + skipped; n <= last; ++n) {
      write(at(n), before, text);
      before = &at(n);
    }
    return text;
  }

  // Does a playlist say what was broadcast, with the times of a client that began at `origin`?
  void check(const PlaylistPtr& playlist, int first, int last, int origin) const {
    const HlsSegmentIndex index(playlist);
    REQUIRE(index.size() == static_cast<std::size_t>(last - first + 1));
    for (std::size_t i = 0; i < index.size(); ++i) {
      const Moment& moment = at(first + static_cast<int>(i));
      const Segment segment = index.at(i);
      CAPTURE(moment.number);
      CHECK(segment.number == static_cast<uint64_t>(moment.number));
      CHECK(segment.start.us == (moment.start_ms - at(origin).start_ms) * 1000);
      CHECK(segment.duration() == std::chrono::milliseconds{moment.duration_ms});
      CHECK(segment.media.url ==
            "https://h.example/live/s" + std::to_string(moment.number) + ".ts");
      CHECK(segment.discontinuity_sequence == static_cast<uint64_t>(moment.discontinuity));
      CHECK(segment.is_gap == moment.is_gap);
      CHECK(segment.init->url == "https://h.example/live/i" + std::to_string(moment.map) + ".mp4");
      CHECK((segment.keys == nullptr) == (moment.key < 0));
      if (segment.keys != nullptr && moment.key >= 0) {
        CHECK(segment.keys->front().uri == "https://h.example/live/k" + std::to_string(moment.key));
      }
      CHECK(segment.bitrate.bps == int64_t{1000} * moment.kbps);
      REQUIRE(segment.date.has_value());
      CHECK(std::abs((*segment.date - moment.date).count()) <= 1000);
    }
  }

  [[nodiscard]] int size() const { return static_cast<int>(moments_.size()); }
  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }

 private:
  struct Moment {
    int number = 0, duration_ms = 0, discontinuity = 0, map = 0, key = -1, kbps = 0;
    bool starts_discontinuity = false, is_gap = false;
    int64_t start_ms = 0;
    WallTime date;
  };
  bool chance(unsigned n) { return random_() % n == 0; }
  [[nodiscard]] const Moment& at(int n) const { return moments_[static_cast<std::size_t>(n)]; }

  static void write(const Moment& moment, const Moment* before, std::string& text) {
    if (moment.starts_discontinuity) text += "#EXT-X-DISCONTINUITY\n";
    if (before == nullptr || before->key != moment.key) {
      text += moment.key < 0 ? "#EXT-X-KEY:METHOD=NONE\n"
                             : "#EXT-X-KEY:METHOD=AES-128,URI=\"k" + std::to_string(moment.key) +
                                   "\",IV=0x" + std::to_string(moment.key) + "\n";
    }
    if (before == nullptr || before->map != moment.map) {
      text += "#EXT-X-MAP:URI=\"i" + std::to_string(moment.map) + ".mp4\"\n";
    }
    if (before == nullptr || before->kbps != moment.kbps) {
      text += "#EXT-X-BITRATE:" + std::to_string(moment.kbps) + "\n";
    }
    if (before == nullptr || moment.starts_discontinuity) {
      text += "#EXT-X-PROGRAM-DATE-TIME:" + iso(moment.date) + "\n";
    }
    if (moment.is_gap) text += "#EXT-X-GAP\n";
    text += "#EXTINF:" + std::to_string(moment.duration_ms / 1000) + "." +
            std::to_string(1000 + moment.duration_ms % 1000).substr(1) + ",\ns" +
            std::to_string(moment.number) + ".ts\n";
  }
  // Within the day of 2023-11-14T22:13:20Z = 1,700,000,000 s.
  static std::string iso(WallTime date) {
    const int64_t ms = date.us / 1000 - 1'700'000'000'000 + ((22 * 60 + 13) * 60 + 20) * 1000;
    const auto two = [](int64_t value) { return std::to_string(100 + value % 100).substr(1); };
    return "2023-11-14T" + two(ms / 3'600'000) + ":" + two(ms / 60'000 % 60) + ":" +
           two(ms / 1000 % 60) + "." + std::to_string(1000 + ms % 1000).substr(1) + "Z";
  }

  std::mt19937 random_;
  std::vector<Moment> moments_;
  int64_t total_ms_ = 0;
};

}  // namespace

TEST_CASE("hls refresh: whatever is broadcast, segments keep number, time and all they need") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Channel channel(seed);
    const int origin = static_cast<int>(channel.draw(10));
    int first = origin;
    int last = first + 5;
    PlaylistPtr playlist = parse(channel.playlist(first, last));
    channel.check(playlist, first, last, origin);
    while (last + 4 < channel.size()) {
      const int known_last = last;
      last += static_cast<int>(1 + channel.draw(3));
      if (channel.draw(4) != 0) first += static_cast<int>(channel.draw(4));
      first = std::min(first, known_last);
      // A delta update may skip what is known.
      const int skipped = channel.draw(2) == 0 ? known_last - first : 0;
      CAPTURE(first);
      CAPTURE(skipped);
      playlist = refreshed(playlist, channel.playlist(first, last, skipped));
      channel.check(playlist, first, last, origin);
      if (first == known_last) continue;
    }
  }
}

TEST_CASE("hls refresh: outcomes") {
  struct Case {
    const char* name;
    std::string before, after;
    const char* outcome;  // or a part of the error
    int64_t start_us;     // of the first segment then
    std::size_t size;
  };
  const Case cases[] = {
      {"the same text", simple(5, 9), simple(5, 9), "unchanged", 0, 5},
      {"after the end", simple(5, 9, "#EXT-X-ENDLIST\n"), simple(6, 10), "unchanged", 0, 5},
      {"one more", simple(5, 9), simple(5, 10), "updated", 0, 6},
      {"the window slides", simple(5, 9), simple(7, 11), "updated", 4'000'000, 5},
      {"the end comes", simple(5, 9), simple(7, 11, "#EXT-X-ENDLIST\n"), "updated", 4'000'000, 5},
      {"nothing in common, next number", simple(5, 9), simple(10, 11), "updated", 10'000'000, 2},
      {"three were missed", simple(5, 9), simple(13, 14), "updated", 16'000'000, 2},
      {"an older state", simple(7, 11), simple(6, 10), "stale", 0, 5},
      {"shorter than before", simple(7, 11), simple(7, 10), "stale", 0, 5},
      {"more history", simple(7, 9), simple(5, 10), "updated", -4'000'000, 6},
      {"started over", simple(100, 104), simple(0, 4), "started over", 0, 5},
      {"started over beside the old numbers", simple(2, 6),
       "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na\n#EXTINF:2,\nb\n#EXTINF:2,\nc\n",
       "started over", 0, 5},
      {"started over, without segments", simple(5, 9), simple(0, -1), "stale", 0, 5},
      {"no segment, and an end", simple(5, 9), simple(5, 4, "#EXT-X-ENDLIST\n"), "no segment", 0,
       0},
      {"an older state, from before its segments", simple(0, 1), simple(0, -1), "stale", 0, 2},
      {"it had only begun", simple(5, 4), simple(5, 6), "updated", 0, 2},
      {"… from number 0", simple(0, -1), simple(0, 1), "updated", 0, 2},
      {"… and two were missed", simple(5, 4), simple(7, 8), "updated", 4'000'000, 2},
      {"… and has begun again", simple(5, 4), simple(0, 1), "started over", 0, 0},
      {"… and ended", simple(5, 4), simple(5, 6, "#EXT-X-ENDLIST\n"), "updated", 0, 2},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const PlaylistPtr before = parse(c.before);
    const Result<RefreshedPlaylist> after = refresh(before, c.after);
    if (!after) {
      CHECK(after.error().context.find(c.outcome) != std::string::npos);
      continue;
    }
    const std::string outcome = after->outcome == RefreshOutcome::kUpdated     ? "updated"
                                : after->outcome == RefreshOutcome::kUnchanged ? "unchanged"
                                : after->outcome == RefreshOutcome::kStale     ? "stale"
                                                                               : "started over";
    CHECK(outcome == c.outcome);
    CHECK(after->playlist->time_at(0).us == c.start_us);
    CHECK(after->playlist->size() == c.size);
    CHECK((after->outcome == RefreshOutcome::kUpdated) == (after->playlist != before));
  }
}

TEST_CASE("hls refresh: a gap is as long as the dates say, when that is plausible") {
  const auto dated = [](int first, const std::string& date) {
    std::string text = simple(first, first + 1);
    text.insert(text.find("#EXTINF"), "#EXT-X-PROGRAM-DATE-TIME:" + date + "\n");
    return text;
  };
  const PlaylistPtr before = parse(dated(0, "2025-01-01T00:00:00Z"));
  CHECK(refreshed(before, dated(5, "2025-01-01T00:00:09.5Z"))->timeline.start(0).us == 9'500'000);
  CHECK(refreshed(before, dated(5, "2026-01-01T00:00:00Z"))->timeline.start(0).us == 10'000'000);
}

TEST_CASE("M13 hls refresh: a number that stands for another segment is of another run") {
  const auto run = [](int first, int last, const std::string& name, const std::string& date) {
    std::string text =
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first) + "\n";
    if (!date.empty()) text += "#EXT-X-PROGRAM-DATE-TIME:" + date + "\n";
    for (int i = first; i <= last; ++i) text += "#EXTINF:2,\n" + name + std::to_string(i) + "\n";
    return text;
  };
  struct Case {
    const char* name;
    std::string after;
    RefreshOutcome outcome;
  };
  const std::string then = "2025-01-01T00:00:00Z", next = "2025-01-01T00:00:02Z",
                    later = "2025-01-01T00:00:20Z";
  const Case cases[] = {
      {"further than the run before", run(0, 6, "b", later), RefreshOutcome::kStartedOver},
      {"right behind the first segment", run(0, 6, "b", next), RefreshOutcome::kStartedOver},
      {"the same media at another host", run(0, 6, "b", then), RefreshOutcome::kUpdated},
      {"dates that were set right", run(0, 6, "a", later), RefreshOutcome::kUpdated},
      {"without dates", run(0, 6, "b", ""), RefreshOutcome::kUpdated}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto after = refresh(parse(run(0, 4, "a", then)), c.after);
    REQUIRE(after);
    CHECK(after->outcome == c.outcome);
  }
  const Case undated[] = {
      {"other files", run(2, 6, "b", ""), RefreshOutcome::kStartedOver},
      {"the same files in another folder", run(2, 6, "x/a", ""), RefreshOutcome::kUpdated},
      {"the same files at another host", run(2, 6, "//h/a", ""), RefreshOutcome::kUpdated}};
  for (const Case& c : undated) {
    CAPTURE(c.name);
    const auto after = refresh(parse(run(0, 4, "a", "")), c.after);
    REQUIRE(after);
    CHECK(after->outcome == c.outcome);
  }
}

TEST_CASE(
    "M13 hls refresh: other parts of a first segment that has only begun are of another run") {
  const auto run = [](const std::string& name, int parts, const std::string& tail,
                      const std::string& date = "") {
    std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n" + date;
    for (int i = 0; i < parts; ++i) {
      text += "#EXT-X-PART:DURATION=1,URI=\"" + name + std::to_string(i) + "\"\n";
    }
    return text + tail;
  };
  const std::string then = "#EXT-X-PROGRAM-DATE-TIME:2025-01-01T00:00:00Z\n";
  const std::string later = "#EXT-X-PROGRAM-DATE-TIME:2025-01-01T00:00:09Z\n";
  struct Case {
    const char* name;
    std::string before, after;
    RefreshOutcome outcome;
  };
  const Case cases[] = {
      {"one more part", run("a", 2, ""), run("a", 3, ""), RefreshOutcome::kUpdated},
      {"in another folder", run("a", 2, ""), run("x/a", 3, ""), RefreshOutcome::kUpdated},
      {"further", run("a", 2, ""), run("b", 3, ""), RefreshOutcome::kStartedOver},
      {"not as far", run("a", 2, ""), run("b", 1, ""), RefreshOutcome::kStartedOver},
      {"whole by now", run("a", 2, ""), run("b", 4, "#EXTINF:4,\nb\n"),
       RefreshOutcome::kStartedOver},
      {"dated when it is whole", run("a", 2, ""), run("b", 4, "#EXTINF:4,\nb\n", later),
       RefreshOutcome::kStartedOver},
      {"of another date", run("a", 2, "", then), run("b", 3, "", later),
       RefreshOutcome::kStartedOver},
      {"of the same date", run("a", 2, "", then), run("b", 3, "", then), RefreshOutcome::kUpdated},
      {"without parts", run("a", 2, ""), run("b", 0, "#EXTINF:4,\nb\n"), RefreshOutcome::kUpdated}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto after = refresh(parse(c.before), c.after);
    REQUIRE(after);
    CHECK(after->outcome == c.outcome);
  }
}

TEST_CASE("hls refresh: discontinuities are counted on without EXT-X-DISCONTINUITY-SEQUENCE") {
  const std::string tags = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:";
  const PlaylistPtr before = parse(tags +
                                   "0\n#EXTINF:2,\na\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\nb\n"
                                   "#EXT-X-DISCONTINUITY\n#EXTINF:2,\nc\n");
  const PlaylistPtr kept =
      refreshed(before, tags + "2\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\nc\n#EXTINF:2,\nd\n");
  CHECK(kept->run(0).discontinuity_sequence == 2);
  const PlaylistPtr dropped = refreshed(before, tags + "2\n#EXTINF:2,\nc\n#EXTINF:2,\nd\n");
  CHECK(dropped->run(0).discontinuity_sequence == 2);
  const PlaylistPtr later = refreshed(dropped, tags + "4\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\ne\n");
  CHECK(later->run(0).discontinuity_sequence == 3);
}

TEST_CASE("hls refresh: delta updates merge date ranges and parts") {
  const PlaylistPtr before = parse(
      "#EXTM3U\n#EXT-X-VERSION:10\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=2\n"
      "#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-PROGRAM-DATE-TIME:2025-01-01T00:00:00Z\n"
      "#EXT-X-DATERANGE:ID=\"over\",START-DATE=\"2025-01-01T00:00:00Z\",DURATION=1\n"
      "#EXT-X-DATERANGE:ID=\"gone\",START-DATE=\"2025-01-01T00:00:06Z\"\n"
      "#EXT-X-DATERANGE:ID=\"stays\",START-DATE=\"2025-01-01T00:00:06Z\",X-A=\"1\"\n"
      "#EXTINF:4,\na\n#EXTINF:4,\nb\n#EXT-X-PART:DURATION=2,URI=\"c.0\"\n"
      "#EXT-X-PART:DURATION=2,URI=\"c.1\"\n#EXTINF:4,\nc\n#EXT-X-PART:DURATION=2,URI=\"d.0\"\n");
  const std::string delta =
      "#EXTM3U\n#EXT-X-VERSION:10\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=2\n"
      "#EXT-X-MEDIA-SEQUENCE:11\n"
      "#EXT-X-SKIP:SKIPPED-SEGMENTS=2,RECENTLY-REMOVED-DATERANGES=\"gone\tother\"\n"
      "#EXT-X-DATERANGE:ID=\"stays\",DURATION=3,X-B=\"2\"\n"
      "#EXT-X-PART:DURATION=2,URI=\"d.0\"\n#EXT-X-PART:DURATION=2,URI=\"d.1\"\n#EXTINF:4,\nd\n"
      "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"e.0\"\n";
  const PlaylistPtr after = refreshed(before, delta);
  REQUIRE(after->size() == 3);
  CHECK(after->uri(0) == "b");
  CHECK(after->timeline.start(0) == MediaTime{4'000'000});
  CHECK(after->timeline.number(2) == 13);
  const HlsSegmentIndex index(after);
  REQUIRE(index.parts(1).size() == 2);
  CHECK(index.parts(1)[1].media.url == "https://h.example/live/c.1");
  CHECK(index.parts(1)[1].start == MediaTime{10'000'000});
  REQUIRE(index.parts(2).size() == 2);
  CHECK(index.parts(3).empty());
  CHECK(index.preload_hints().size() == 1);
  const LoadedIndex loaded = make_loaded_index(after);
  REQUIRE(loaded.events.size() == 1);
  CHECK(loaded.events[0].id == "stays");
  CHECK(loaded.events[0].start == MediaTime{6'000'000});
  CHECK(loaded.events[0].duration == Duration{3s});
  CHECK(loaded.events[0].attributes.size() == 2);

  // A second one, on the merged playlist.
  const PlaylistPtr third =
      refreshed(after,
                "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:12\n"
                "#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n#EXTINF:4,\ne\n");
  CHECK(third->uri(0) == "c");
  CHECK(third->uri(1) == "d");
  CHECK(third->timeline.start(2) == MediaTime{16'000'000});

  const auto unknown =
      refresh(before,
              "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:12\n"
              "#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n#EXTINF:4,\nz\n");
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().context.find("line 5") != std::string::npos);
}

TEST_CASE("hls refresh: the segment in progress of a playlist that had only begun stays") {
  const std::string head =
      "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n"
      "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=3\n#EXT-X-MEDIA-SEQUENCE:7\n"
      "#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-DISCONTINUITY\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n#EXT-X-PART:DURATION=1,URI=\"7.0\"\n";
  const PlaylistPtr begun = parse(head + "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"7.1\"\n");
  CHECK(begun->date(0) == WallTime{1'767'225'600'000'000});
  const PlaylistPtr next = refreshed(begun, head + "#EXT-X-PART:DURATION=1,URI=\"7.1\"\n");
  CHECK(HlsSegmentIndex(next).parts(0).size() == 2);
  const PlaylistPtr complete =
      refreshed(next, head + "#EXT-X-PART:DURATION=1,URI=\"7.1\"\n#EXTINF:2,\n7.mp4\n");
  const HlsSegmentIndex index(complete);
  REQUIRE(index.size() == 1);
  CHECK(index.at(0).number == 7);
  CHECK(index.at(0).start == MediaTime{0});
  CHECK(index.at(0).discontinuity_sequence == 1);
  CHECK(index.at(0).date == begun->date(0));
  CHECK(complete->run(0).init == begun->run(0).init);
  CHECK(index.parts(0).size() == 2);
  const PlaylistPtr empty_again =
      refreshed(complete, "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:8\n");
  CHECK(empty_again->time_at(0) == MediaTime{2'000'000});
}

TEST_CASE("hls refresh: a DVR window that runs long takes the memory of one playlist") {
  PlaylistPtr playlist = parse(simple(0, 500));
  const std::size_t at_first = playlist->memory_bytes();
  for (int n = 1; n < 400; ++n) playlist = refreshed(playlist, simple(n, n + 500));
  CHECK(playlist->memory_bytes() < at_first + at_first / 10);
  CHECK(playlist->timeline.start(0) == MediaTime{399 * 2'000'000});
}

TEST_CASE("M02 hls refresh: what has changed is not taken for whole because it says so") {
  const std::string tag = "#EXT-X-PLAYLIST-TYPE:VOD\n";
  const PlaylistPtr cut = refreshed(parse(simple(1, 3)), simple(1, 5, tag));
  CHECK(make_loaded_index(cut).type == PresentationType::kLive);
  const PlaylistPtr over = refreshed(cut, simple(1, 6, tag + "#EXT-X-ENDLIST\n"));
  CHECK(make_loaded_index(over).type == PresentationType::kVod);
}

TEST_CASE("hls refresh: through the model") {
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  source.location.url = kUrl;
  const auto first = parse_index(source, {}, test::bytes_of(simple(3, 6)), kUrl);
  REQUIRE(first.has_value());
  const auto second = refresh_index(*first, source, test::bytes_of(simple(4, 7)), kUrl);
  REQUIRE(second.has_value());
  CHECK(second->is_new);
  CHECK(second->index.segments->start() == MediaTime{2'000'000});
  const auto stale = refresh_index(second->index, source, test::bytes_of(simple(3, 6)), kUrl);
  REQUIRE(stale.has_value());
  CHECK_FALSE(stale->is_new);
  CHECK(stale->index.segments == second->index.segments);
  const auto html = refresh_index(*first, source, test::bytes_of("<html></html>"), kUrl);
  REQUIRE_FALSE(html.has_value());
  CHECK(html.error().code == ErrorCode::kManifestNotRecognised);
}

}  // namespace playhead::hls
