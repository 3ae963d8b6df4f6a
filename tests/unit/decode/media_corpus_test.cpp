// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

// Other packagers' media, when it lies beside the project.
std::vector<uint8_t> corpus_file(const std::string& name) {
  if (name.empty()) return {};
  return read_file(std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/" + name);
}

struct Case {
  const char* name;
  const char* init;
  const char* segment;
  std::size_t video_samples;
  std::size_t audio_samples;
  std::optional<ErrorCode> error;
};

const Case kCases[] = {
    {"CMAF audio, first segment",
     "media3/cmaf/multi-segment/audio_init.mp4",
     "media3/cmaf/multi-segment/audio_1.m4s",
     0,
     12,
     {}},
    {"CMAF video, fourth segment",
     "media3/cmaf/multi-segment/video_init.mp4",
     "media3/cmaf/multi-segment/video_4.m4s",
     7,
     0,
     {}},
    {"emsg version 0",
     "media3/dash/multi-segment-with-emsg0/segment_init.mp4",
     "media3/dash/multi-segment-with-emsg0/segment_1.m4s",
     15,
     0,
     {}},
    {"emsg version 1", "", "media3/dash/multi-segment-with-emsg1/video.mp4", 30, 0, {}},
    {"two tracks and a sidx", "", "media3/mp4/sample_fragmented_seekable.mp4", 30, 46, {}},
    {"several sidx", "", "media3/mp4/sample_fragmented_seekable_multiple_sidx.mp4", 600, 0, {}},
    {"AAC with sidx", "", "mp4ff/bbb5s_aac_sidx.mp4", 0, 235, {}},
    {"several trun per traf",
     "shaka-player/multiple-trun-init.mp4",
     "shaka-player/multiple-trun-segment.mp4",
     180,
     0,
     {}},
    {"unknown boxes", "", "wpt/test-boxes-audio.mp4", 0, 346, {}},
    {"a sidx alone", "", "vhs/sidx.mp4", 0, 0, ErrorCode::kContainerSyntax},
    {"no init segment", "", "mp4ff/multi_sidx_segment.m4s", 0, 0, ErrorCode::kContainerSyntax},
    {"TS H.264", "", "media3/ts/sample_h264.ts", 30, 0, {}},
    {"TS H.265", "", "media3/ts/sample_h265.ts", 30, 0, {}},
    {"TS MPEG-2, MP2 and SCTE-35", "", "media3/ts/sample_scte35.ts", 3, 4, {}},
    {"TS AAC-LATM", "", "media3/ts/sample_latm.ts", 0, 5, {}},
    {"TS with timed ID3", "", "shaka-player/id3-metadata.ts", 0, 117, {}},
    {"TS whose times wrap", "", "shaka-packager/bear-640x360_ptswraparound.ts", 82, 119, {}},
    {"TS with tables only", "", "vhs/zeroLength.ts", 0, 0, ErrorCode::kContainerSyntax},
    {"packed AAC", "", "shaka-player/hls-raw-aac/fileSequence0.aac", 0, 215, {}},
    {"packed AC-3", "", "vhs/ac3WithId3.ac3", 0, 31, {}},
    {"WebM",
     "shaka-packager/live-profile-with-webm/bear-640x360-video-init.webm",
     "shaka-packager/live-profile-with-webm/bear-640x360-video-1.webm",
     30,
     0,
     {}},
    {"WebM header alone", "", "shaka-packager/live-profile-with-webm/bear-640x360-video-init.webm",
     0, 0, ErrorCode::kContainerSyntax},
    {"encrypted, clear lead", "", "shaka-packager/encryption/bear-640x360-video.mp4", 82, 0, {}},
    {"AES-128 segment without its key", "", "derived/hls-aes128/a_iv_0.ts", 0, 0,
     ErrorCode::kContainerUnsupported},
};

}  // namespace

TEST_CASE("media_corpus: other packagers' segments") {
  DecodeRig rig;
  for (const Case& c : kCases) {
    CAPTURE(std::string(c.name));
    std::vector<uint8_t> bytes = corpus_file(c.init);
    const std::vector<uint8_t> segment = corpus_file(c.segment);
    if (segment.empty()) {
      MESSAGE("skipped, not beside the project: " << std::string(c.segment));
      continue;
    }
    bytes.insert(bytes.end(), segment.begin(), segment.end());
    const Demuxed demuxed = demux(rig, bytes, 4096);
    CHECK(samples_of(demuxed, TrackKind::kVideo).size() == c.video_samples);
    CHECK(samples_of(demuxed, TrackKind::kAudio).size() == c.audio_samples);
    REQUIRE(demuxed.error.has_value() == c.error.has_value());
    if (c.error) CHECK(demuxed.error->code == *c.error);
  }
}

TEST_CASE("media_corpus: times of MPEG-TS stay within 33 bits where they wrap") {
  const std::vector<uint8_t> bytes = corpus_file("shaka-packager/bear-640x360_ptswraparound.ts");
  if (bytes.empty()) return;
  DecodeRig rig;
  const Demuxed demuxed = demux(rig, bytes);
  bool wraps = false;
  int64_t last = -1;
  for (const EncodedSample& sample : samples_of(demuxed, TrackKind::kAudio)) {
    CHECK(sample.pts_ticks >= 0);
    CHECK(sample.pts_ticks < int64_t{1} << 33);
    if (sample.pts_ticks < last) wraps = true;
    last = sample.pts_ticks;
  }
  CHECK(wraps);
}

TEST_CASE("media_corpus: ID3 tags in MPEG-TS and in front of packed audio are handed on") {
  struct Row {
    const char* file;
    std::vector<int64_t> ticks;
    const char* text;
  };
  const Row rows[] = {
      {"shaka-player/id3-metadata.ts", {8'102'069'984, 8'102'192'864}, "TIT2"},
      {"shaka-player/hls-raw-aac/fileSequence1.aac", {}, "transportStreamTimestamp"}};
  DecodeRig rig;
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const auto bytes = corpus_file(row.file);
    if (bytes.empty()) {
      MESSAGE("skipped: not beside the project: " << std::string(row.file));
      continue;
    }
    const Demuxed demuxed = demux(rig, bytes, 1000);
    REQUIRE(!demuxed.tags.empty());
    for (std::size_t i = 0; i < row.ticks.size(); ++i) {
      REQUIRE(demuxed.tags.size() == row.ticks.size());
      CHECK(demuxed.tags[i].pts_ticks == row.ticks[i]);
    }
    for (const MetadataSample& tag : demuxed.tags) {
      CHECK(as_text(tag.data.view()).starts_with("ID3"));
      CHECK(as_text(tag.data.view()).find(row.text) != std::string_view::npos);
    }
    CHECK_FALSE(demuxed.samples.empty());
  }
}

}  // namespace playhead::test
