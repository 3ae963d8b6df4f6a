// SPDX-License-Identifier: Apache-2.0
#include "container/movie_file.h"

#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "container/box_reader.h"
#include "container/fragment_samples.h"
#include "container/sample_layout.h"
#include "support/boxes.h"

namespace playhead {
namespace {

using namespace playhead::test;

struct TrackSpec {
  uint32_t id = 1;
  const char* handler = "vide";
  uint32_t timescale = 1'000;
  Bytes stts, ctts, stss, stsz, stsc, stco;
};

Bytes track(const TrackSpec& spec) {
  Bytes tables = join({full_box("stsd", 0, 0, u32(1) + video_entry("avc1", {})),
                       full_box("stts", 0, 0, spec.stts), full_box("stsc", 0, 0, spec.stsc),
                       full_box("stsz", 0, 0, spec.stsz), full_box("stco", 0, 0, spec.stco)});
  if (!spec.ctts.empty()) tables = tables + full_box("ctts", 0, 0, spec.ctts);
  if (!spec.stss.empty()) tables = tables + full_box("stss", 0, 0, spec.stss);
  const Bytes minf = box("minf", join({box("vmhd", zeros(12)), box("stbl", tables)}));
  const Bytes mdia =
      box("mdia", join({full_box("mdhd", 0, 0, zeros(8) + u32(spec.timescale)),
                        full_box("hdlr", 0, 0, zeros(4) + text(spec.handler)), minf}));
  return box("trak", join({full_box("tkhd", 0, 0, zeros(8) + u32(spec.id)),
                           box("edts", text("kept")), mdia}));
}

// Five pictures of 2 s, the first and the fourth key frames; two to a chunk, at 1000 and 3000.
TrackSpec pictures() {
  TrackSpec spec;
  spec.stts = u32(1) + u32(5) + u32(2'000);
  spec.ctts = join({u32(2), u32(1), u32(500), u32(4), u32(0)});
  spec.stss = join({u32(2), u32(1), u32(4)});
  spec.stsz = join({u32(0), u32(5), u32(100), u32(10), u32(20), u32(200), u32(30)});
  spec.stsc = join({u32(1), u32(1), u32(2), u32(1)});
  spec.stco = join({u32(3), u32(1'000), u32(3'000), u32(5'000)});
  return spec;
}

// Ten sounds of 1 s behind them, five at 2000 and five at 4000.
TrackSpec sounds() {
  TrackSpec spec;
  spec.id = 2;
  spec.handler = "soun";
  spec.timescale = 10;
  spec.stts = u32(1) + u32(10) + u32(10);
  spec.stsz = u32(7) + u32(10);
  spec.stsc = join({u32(1), u32(1), u32(5), u32(1)});
  spec.stco = join({u32(2), u32(2'000), u32(4'000)});
  return spec;
}

// As in front of fragments.
TrackSpec nothing_listed() {
  TrackSpec spec;
  spec.stts = spec.stsc = spec.stco = u32(0);
  spec.stsz = u32(0) + u32(0);
  return spec;
}

// A moof with one track fragment, number 1.
MovieFile::Moof moof(int64_t offset, uint32_t tfhd_flags, const Bytes& tfhd, uint64_t decode_ticks,
                     const Bytes& trun) {
  const Bytes traf = join({full_box("tfhd", 0, tfhd_flags, u32(1) + tfhd),
                           full_box("tfdt", 1, 0, u64(decode_ticks)), trun});
  return {offset, box("moof", full_box("mfhd", 0, 0, u32(1)) + box("traf", traf))};
}

// When each sample of a fragment is shown.
std::vector<int64_t> times_of(const MovieFile::Fragment& fragment) {
  Bytes segment = fragment.head;
  for (const auto& stretch : fragment.body) {
    segment = segment + zeros(static_cast<std::size_t>(stretch.size));
  }
  TrackHeader header;
  header.track_id = 1;
  const auto parsed = parse_fragments(segment, header);
  REQUIRE(parsed);
  std::vector<int64_t> times;
  for (const FragmentSample& sample : parsed->samples) times.push_back(sample.start_ticks);
  return times;
}

Bytes moov(const Bytes& boxes) {
  return box("moov", join({full_box("mvhd", 0, 0, zeros(96)), boxes}));
}

std::string text_of(const MovieFile::Fragment& fragment) {
  std::string out;
  for (const auto& stretch : fragment.body) {
    out += std::to_string(stretch.offset) + "+" + std::to_string(stretch.size) + " ";
  }
  return out;
}

// Where the samples of a fragment lie in it, as who plays it finds out.
std::string layout_of(const MovieFile::Fragment& fragment) {
  std::string out;
  BoxReader top(fragment.head);
  const auto moof = top.next();
  REQUIRE(moof);
  REQUIRE(*moof);
  BoxReader boxes((*moof)->payload);
  uint64_t end = 0;
  while (true) {
    const auto traf = boxes.next();
    REQUIRE(traf);
    if (!*traf) return out;
    if ((*traf)->type != fourcc("traf")) continue;
    BoxReader inner((*traf)->payload);
    const auto header = inner.next();
    REQUIRE(header);
    const auto parsed = parse_fragment_header((*header)->payload);
    REQUIRE(parsed);
    const auto samples = fragment_layout((*traf)->payload, *parsed, {}, 0, end);
    REQUIRE(samples);
    out += std::to_string(parsed->track_id) + ":";
    for (const SampleExtent& sample : *samples) {
      const uint64_t body = sample.offset - fragment.head.size();
      out += " " + std::to_string(body) + "+" + std::to_string(sample.size);
    }
    out += "; ";
  }
}

}  // namespace

TEST_CASE("movie_file: fragments begin with key frames and are stretches of the file") {
  const auto movie = MovieFile::parse(moov(track(sounds()) + track(pictures())));
  REQUIRE(movie);
  REQUIRE(movie->fragment_count() == 2);
  CHECK(movie->duration_of(0) == 6s);
  CHECK(movie->duration_of(1) == 4s);
  const auto first = movie->fragment(0);
  // Two pictures and one; five sounds and the sixth.
  CHECK(text_of(first) == "1000+110 2000+35 3000+20 4000+7 ");
  CHECK(layout_of(first) == "1: 0+100 100+10 145+20; 2: 110+7 117+7 124+7 131+7 138+7 165+7; ");
  const auto second = movie->fragment(1);
  CHECK(text_of(second) == "3020+200 4007+28 5000+30 ");
  CHECK(layout_of(second) == "1: 0+200 228+30; 2: 200+7 207+7 214+7 221+7; ");
}

TEST_CASE("movie_file: the InitSegment has all of a track but its samples") {
  const auto movie = MovieFile::parse(moov(track(pictures())));
  REQUIRE(movie);
  const auto& init = movie->init_segment();
  const std::string bytes(init.begin(), init.end());
  for (const char* kept : {"ftyp", "mvhd", "tkhd", "edts", "mdhd", "hdlr", "avc1", "trex"}) {
    CAPTURE(kept);
    CHECK(bytes.find(kept) != std::string::npos);
  }
  for (const char* gone : {"stss", "ctts"}) CHECK(bytes.find(gone) == std::string::npos);
  BoxReader top(init);
  REQUIRE(top.next());
  const auto box = top.next();
  REQUIRE(box);
  REQUIRE(*box);
  CHECK((*box)->offset + (*box)->size == static_cast<int64_t>(init.size()));
}

TEST_CASE("movie_file: sound alone is cut by time, a second picture and others are left out") {
  TrackSpec cover = pictures();
  cover.id = 3;
  TrackSpec words = sounds();
  words.id = 4;
  words.handler = "text";
  const auto both = MovieFile::parse(
      moov(join({track(pictures()), track(cover), track(words), track(sounds())})));
  REQUIRE(both);
  CHECK(layout_of(both->fragment(0)).find("3:") == std::string::npos);
  CHECK(layout_of(both->fragment(0)).find("4:") == std::string::npos);
  const auto alone = MovieFile::parse(moov(track(sounds())));
  REQUIRE(alone);
  CHECK(alone->fragment_count() == 3);  // 4 s, 4 s, 2 s
  CHECK(alone->duration_of(2) == 2s);
}

TEST_CASE("movie_file: samples that moofs list, wherever they count their offsets from") {
  const Bytes trex =
      full_box("trex", 0, 0, join({u32(1), u32(1), u32(1'000), u32(7), u32(0x10000)}));
  const Bytes head = moov(join({track(nothing_listed()), box("mvex", trex)}));
  CHECK(*MovieFile::is_fragmented(head));
  CHECK_FALSE(*MovieFile::is_fragmented(moov(track(pictures()))));
  // Data offset and the first sample's flags; sizes as well.
  const Bytes two = full_box("trun", 0, 0x205, join({u32(2), u32(0), u32(0), u32(100), u32(10)}));
  const Bytes late = full_box("trun", 0, 0x5, join({u32(2), u32(80), u32(0)}));
  const Bytes dependent = full_box("trun", 0, 0x1, u32(1) + u32(80));
  const std::vector<MovieFile::Moof> moofs = {
      moof(1'000, 0x1, u64(5'000), 0, two),            // from the file's beginning
      moof(7'000, 0x20000, {}, 3'000, dependent),      // from the moof, a second late
      moof(8'000, 0x20008, u32(2'000), 5'000, late)};  // with a duration of its own
  const auto movie = MovieFile::parse(head, moofs);
  REQUIRE(movie);
  REQUIRE(movie->fragment_count() == 2);
  CHECK(movie->duration_of(0) == 5s);
  CHECK(movie->duration_of(1) == 4s);
  CHECK(text_of(movie->fragment(0)) == "5000+110 7080+7 ");
  CHECK(layout_of(movie->fragment(0)) == "1: 0+100 100+10 110+7; ");
  CHECK(times_of(movie->fragment(0)) == std::vector<int64_t>{0, 1'000, 3'000});
  CHECK(text_of(movie->fragment(1)) == "8080+14 ");
  CHECK(times_of(movie->fragment(1)) == std::vector<int64_t>{5'000, 7'000});
}

TEST_CASE("movie_file: moofs that cannot be") {
  const Bytes head = moov(join({track(nothing_listed()), box("mvex", {})}));
  const Bytes one = full_box("trun", 0, 0x301, join({u32(1), u32(80), u32(1'000), u32(100)}));
  const auto parse = [&](MovieFile::Moof moof) {
    const auto movie = MovieFile::parse(head, std::span(&moof, 1));
    return movie ? ErrorCode::kInternal : movie.error().code;
  };
  CHECK(parse(moof(1'000, 0x20000, {}, 0, one)) == ErrorCode::kInternal);
  CHECK(parse({1'000, box("moov", {})}) == ErrorCode::kContainerSyntax);
  CHECK(parse({1'000, box("moof", box("traf", {}))}) == ErrorCode::kContainerSyntax);
  // Two samples, and one is there.
  const Bytes cut = full_box("trun", 0, 0x301, join({u32(2), u32(80), u32(1'000), u32(100)}));
  CHECK(parse(moof(1'000, 0x20000, {}, 0, cut)) == ErrorCode::kContainerSyntax);
  CHECK(parse(moof(1'000, 0x20000, {}, uint64_t{1} << 61, one)) == ErrorCode::kContainerSyntax);
}

TEST_CASE("movie_file: what cannot be, typed") {
  TrackSpec no_clock = pictures();
  no_clock.timescale = 0;
  TrackSpec cut_off = pictures();
  cut_off.stsz = join({u32(0), u32(1'000'000'000)});
  TrackSpec far_away = pictures();
  far_away.stts = u32(4'000'000'000) + u32(1) + u32(1);
  struct Case {
    const char* name;
    Bytes bytes;
    ErrorCode code;  // kInternal: it is taken
  };
  const Case cases[] = {
      {"nothing", {}, ErrorCode::kContainerSyntax},
      {"another box", box("mdat", zeros(8)), ErrorCode::kContainerSyntax},
      {"cut off", {0, 0, 1, 0, 'm', 'o', 'o', 'v'}, ErrorCode::kContainerSyntax},
      {"no track", moov({}), ErrorCode::kContainerUnsupported},
      {"fragments, and none there", moov(join({track(nothing_listed()), box("mvex", {})})),
       ErrorCode::kContainerUnsupported},
      {"no clock", moov(track(no_clock)), ErrorCode::kContainerSyntax},
      {"a table that is not there", moov(track(cut_off)), ErrorCode::kContainerSyntax},
      {"durations that end too early", moov(track(far_away)), ErrorCode::kInternal}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto movie = MovieFile::parse(c.bytes);
    CHECK((movie ? ErrorCode::kInternal : movie.error().code) == c.code);
  }
}

}  // namespace playhead
