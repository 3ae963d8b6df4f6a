// SPDX-License-Identifier: Apache-2.0
#include "player/caption_feed.h"

#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "decode/ffmpeg_backend.h"

namespace playhead {
namespace {

constexpr int64_t kPictureUs = 40'000;

uint8_t with_parity(int byte) {
  const auto value = static_cast<uint8_t>(byte);
  return std::popcount(value) % 2 == 1 ? value : static_cast<uint8_t>(value | 0x80);
}

// An H.264 access unit with start codes that carries one byte pair in an SEI message.
std::vector<uint8_t> access_unit(std::pair<int, int> pair) {
  std::vector<uint8_t> sei{0xb5, 0x00, 0x31, 'G', 'A', '9', '4', 3, 0xc1, 0xff};
  for (const int byte : {0xfc, int{with_parity(pair.first)}, int{with_parity(pair.second)}, 0xff}) {
    sei.push_back(static_cast<uint8_t>(byte));
  }
  std::vector<uint8_t> unit{0, 0, 0, 1, 0x06, 4, static_cast<uint8_t>(sei.size())};
  unit.insert(unit.end(), sei.begin(), sei.end());
  for (const int byte : {0x80, 0, 0, 0, 1, 0x41, 1, 2, 3}) {
    unit.push_back(static_cast<uint8_t>(byte));
  }
  return unit;
}

// CC1, pop-on, "HI": loaded by the pictures 0..7, shown by 10, erased by 20.
std::vector<std::pair<int, int>> programme() {
  std::vector<std::pair<int, int>> pairs(30, {0, 0});
  const std::vector<std::pair<int, int>> load{{0x14, 0x20}, {0x14, 0x20}, {0x14, 0x2e},
                                              {0x14, 0x2e}, {0x14, 0x70}, {0x14, 0x70},
                                              {'H', 'I'}};
  std::copy(load.begin(), load.end(), pairs.begin());
  pairs[10] = pairs[11] = {0x14, 0x2f};
  pairs[20] = pairs[21] = {0x14, 0x2c};
  return pairs;
}

// Three pictures decoded out of order, as with B pictures: 2 before 0 and 1.
constexpr std::array<int, 3> kOrder{2, 0, 1};

void feed(CaptionFeed& captions, const std::string& codec = "h264") {
  const auto pairs = programme();
  auto origin = std::make_shared<SampleOrigin>();
  origin->stream.codec = codec;
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    const int shown = i / 3 * 3 + kOrder[static_cast<std::size_t>(i % 3)];
    TimedSample sample;
    sample.pts = MediaTime{shown * kPictureUs};
    sample.dts = MediaTime{(i - 2) * kPictureUs};
    sample.duration = Duration{kPictureUs};
    sample.sample.data = SharedBytes(access_unit(pairs[static_cast<std::size_t>(shown)]));
    sample.origin = origin;
    captions.add(sample);
  }
}

std::string at(const CaptionFeed& captions, int picture) {
  std::string text;
  for (const auto& cue : captions.cues().active_at(MediaTime{picture * kPictureUs})) {
    text += plain_text(*cue);
  }
  return text;
}

TEST_CASE("caption feed: captions of pictures in decoding order are shown at their pictures") {
  FfmpegBackend backend;
  CaptionFeed captions(backend);
  captions.select(1);
  feed(captions);
  CHECK(at(captions, 9) == "");
  CHECK(at(captions, 10) == "HI");
  CHECK(at(captions, 19) == "HI");
  CHECK(at(captions, 20) == "");
  SUBCASE("a restart forgets them, and the same pictures bring them again") {
    captions.restart();
    CHECK(captions.cues().size() == 0);
    feed(captions);
    CHECK(at(captions, 10) == "HI");
  }
  SUBCASE("pictures that come twice change nothing") {
    feed(captions);
    CHECK(at(captions, 10) == "HI");
    CHECK(at(captions, 20) == "");
    CHECK(captions.cues().size() == 1);
  }
  SUBCASE("another channel forgets them") {
    captions.select(3);
    CHECK(captions.cues().size() == 0);
    feed(captions);
    CHECK(captions.cues().size() == 0);
  }
}

TEST_CASE("caption feed: nothing selected, and codecs that carry no captions, cost nothing") {
  FfmpegBackend backend;
  CaptionFeed captions(backend);
  feed(captions);
  CHECK(captions.cues().size() == 0);
  captions.select(1);
  feed(captions, "vp9");
  CHECK(captions.cues().size() == 0);
}

}  // namespace
}  // namespace playhead
