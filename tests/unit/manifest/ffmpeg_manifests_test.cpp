// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "container/box_reader.h"
#include "manifest/manifest_parser.h"
#include "unit/manifest/manifest_test_support.h"

// Manifests a packager in wide use writes, parsed and checked against the files it wrote.
namespace playhead {
namespace {

bool is_ffmpeg_missing() {
  if (std::system("ffmpeg -version >/dev/null 2>&1") == 0) return false;
  MESSAGE("skipped: manifests made by the ffmpeg command, which is not installed");
  return true;
}

constexpr const char* kInputs =
    "ffmpeg -v error -y -f lavfi -i testsrc2=s=160x90:r=25:d=9 -f lavfi -i sine=d=9:r=48000 "
    "-map 0:v -map 1:a -c:v libx264 -preset ultrafast -g 50 -sc_threshold 0 -b:v 100k -c:a aac "
    "-b:a 48k ";

const std::string kBase = "https://h.example/t/";

// Bytes of the file that a URL of the test's title names; -1 when there is none.
int64_t file_size_of(const std::filesystem::path& folder, const std::string& url) {
  if (url.substr(0, kBase.size()) != kBase) return -1;
  std::error_code error;
  const auto size = std::filesystem::file_size(folder / url.substr(kBase.size()), error);
  return error ? -1 : static_cast<int64_t>(size);
}

// Loads what a Representation's index source names, from the folder.
std::shared_ptr<const SegmentIndex> segments_of(const std::filesystem::path& folder,
                                                const Representation& r, Container* container) {
  *container = r.container;
  if (r.segments != nullptr) return r.segments;
  const ResourceLocation& location = r.index_source.location;
  std::string bytes = test::read_file(folder / location.url.substr(kBase.size()));
  if (location.range) {
    bytes = bytes.substr(static_cast<std::size_t>(location.range->first),
                         static_cast<std::size_t>(location.range->length()));
  }
  const auto index = parse_index(r.index_source, r, test::bytes_of(bytes), location.url);
  REQUIRE_MESSAGE(index.has_value(), (index ? "" : describe(index.error())));
  *container = index->container;
  return index->segments;
}

}  // namespace

TEST_CASE("ffmpeg manifests: every listed segment exists, times abut and add up") {
  if (is_ffmpeg_missing()) return;
  struct Case {
    const char* name;
    const char* arguments;
    const char* manifest;
    std::size_t sets;
    Container container;
    std::size_t min_segments;
  };
  const Case cases[] = {
      {"HLS MPEG-TS", "-f hls -hls_time 2 -hls_list_size 0 -hls_playlist_type vod m.m3u8", "m.m3u8",
       1, Container::kMpegTs, 5},
      {"HLS fMP4, byte ranges",
       "-f hls -hls_time 2 -hls_list_size 0 -hls_segment_type fmp4 -hls_flags single_file m.m3u8",
       "m.m3u8", 1, Container::kFmp4, 5},
      {"HLS multivariant, alternate audio",
       "-f hls -hls_time 2 -hls_list_size 0 -hls_segment_type fmp4 -master_pl_name m.m3u8 "
       "-var_stream_map 'a:0,agroup:aud,default:yes,language:en v:0,agroup:aud' v%v.m3u8",
       "m.m3u8", 2, Container::kFmp4, 5},
      {"DASH numbers", "-f dash -seg_duration 2 -use_timeline 0 -use_template 1 m.mpd", "m.mpd", 2,
       Container::kFmp4, 4},
      {"DASH timeline", "-f dash -seg_duration 2 -use_timeline 1 -use_template 1 m.mpd", "m.mpd", 2,
       Container::kFmp4, 5},
      {"DASH list", "-f dash -seg_duration 2 -use_timeline 0 -use_template 0 m.mpd", "m.mpd", 2,
       Container::kFmp4, 4},
      {"DASH single file", "-f dash -seg_duration 2 -single_file 1 m.mpd", "m.mpd", 2,
       Container::kFmp4, 4},
      {"DASH single file with a global index",
       "-f dash -seg_duration 2 -single_file 1 -global_sidx 1 -use_template 0 -use_timeline 0 "
       "m.mpd",
       "m.mpd", 2, Container::kFmp4, 4},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const test::TemporaryFolder folder;
    const std::string command = "cd '" + folder.path().string() + "' && " + kInputs + c.arguments;
    REQUIRE(std::system(command.c_str()) == 0);
    const std::string text = test::read_file(folder.path() / c.manifest);
    CAPTURE(text);
    const auto presentation = parse_manifest(test::bytes_of(text), kBase + c.manifest);
    REQUIRE(presentation.has_value());
    const auto& sets = presentation->periods.at(0).adaptation_sets;
    REQUIRE(sets.size() == c.sets);
    for (const AdaptationSet& set : sets) {
      CAPTURE(set.id);
      Container container = Container::kUnknown;
      const auto index = segments_of(folder.path(), set.representations.at(0), &container);
      CHECK(container == c.container);
      CHECK(index->size() >= c.min_segments);
      CHECK(index->start().us < 100'000);
      CHECK(index->end().us > 8'900'000);
      CHECK(index->end().us < 9'200'000);
      for (std::size_t i = 0; i < index->size(); ++i) {
        const Segment segment = index->at(i);
        const int64_t size = file_size_of(folder.path(), segment.media.url);
        REQUIRE_MESSAGE(size > 0, segment.media.url);
        if (segment.media.range) CHECK(*segment.media.range->last < size);
        if (segment.init) CHECK(file_size_of(folder.path(), segment.init->url) > 0);
        if (i > 0) CHECK(index->at(i - 1).end == segment.start);
        CHECK(segment.start < segment.end);
      }
    }
  }
}

TEST_CASE("ffmpeg manifests: a file with a global sidx, addressed by SegmentBase") {
  if (is_ffmpeg_missing()) return;
  const test::TemporaryFolder folder;
  const std::string command =
      "cd '" + folder.path().string() +
      "' && ffmpeg -v error -y -f lavfi -i testsrc2=s=160x90:r=25:d=9 -c:v libx264 -preset "
      "ultrafast -g 50 -sc_threshold 0 -bf 0 -movflags dash+global_sidx+frag_keyframe f.mp4";
  REQUIRE(std::system(command.c_str()) == 0);
  const std::string file = test::read_file(folder.path() / "f.mp4");
  std::optional<Box> sidx;
  BoxReader boxes(as_bytes(file));
  for (auto box = boxes.next(); box && *box && !sidx; box = boxes.next()) {
    if ((*box)->type == fourcc("sidx")) sidx = *box;
  }
  REQUIRE(sidx.has_value());
  const std::string range =
      std::to_string(sidx->offset) + "-" + std::to_string(sidx->offset + sidx->size - 1);
  const auto presentation = parse_manifest(
      test::bytes_of("<MPD mediaPresentationDuration='PT9S'><Period><AdaptationSet "
                     "mimeType='video/mp4'><Representation><BaseURL>f.mp4</BaseURL><SegmentBase "
                     "indexRange='" +
                     range + "'/></Representation></AdaptationSet></Period></MPD>"),
      kBase + "m.mpd");
  REQUIRE(presentation.has_value());
  const Representation& r = presentation->periods.at(0).adaptation_sets.at(0).representations.at(0);
  CHECK(r.index_source.init->range == ByteRange{0, sidx->offset - 1});
  Container container = Container::kUnknown;
  const auto index = segments_of(folder.path(), r, &container);
  REQUIRE(index->size() == 5);
  CHECK(index->start() == MediaTime{0});
  CHECK(index->end() == MediaTime{9'000'000});
  int64_t next = sidx->offset + sidx->size;
  for (std::size_t i = 0; i < index->size(); ++i) {
    const ByteRange bytes = *index->at(i).media.range;
    CHECK(bytes.first == next);
    CHECK(file.substr(static_cast<std::size_t>(bytes.first) + 4, 4) == "moof");
    next = *bytes.last + 1;
  }
  CHECK(next <= static_cast<int64_t>(file.size()));
}

}  // namespace playhead
