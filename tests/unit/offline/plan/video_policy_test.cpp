// SPDX-License-Identifier: Apache-2.0
#include "playhead/offline/video_policy.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

constexpr int64_t kMb = 1'000'000;

VideoOffer offer(const char* codec, int height, int64_t bitrate, bool can_decode = true) {
  return {codec, height * 16 / 9, height, bitrate, can_decode};
}

// Every codec in three sizes.
std::vector<VideoOffer> everything() {
  std::vector<VideoOffer> all;
  for (const char* codec : {"av01.0.05M.08", "hvc1.1.6.L93.B0", "avc1.64001f"}) {
    for (const int height : {360, 480, 720, 1080})
      all.push_back(offer(codec, height, height * 3000));
  }
  return all;
}

std::vector<VideoOffer> without(const std::string& codec) {
  std::vector<VideoOffer> all = everything();
  for (VideoOffer& o : all) o.can_decode = o.codecs.rfind(codec, 0) != 0;
  return all;
}

}  // namespace

TEST_CASE("video_policy: codec by device, size by storage, wishes before both") {
  struct Case {
    const char* name;
    VideoQuestion question;
    std::string codec;  // "" none
    int height;
  };
  const VideoWish none;
  const std::vector<Case> cases = {
      {"room for all: 720p av1", {everything(), none, 3001 * kMb}, "av01", 720},
      {"exactly 3000 MB is not above it", {everything(), none, 3000 * kMb}, "hvc1", 480},
      {"some room: 480p hevc", {everything(), none, 2001 * kMb}, "hvc1", 480},
      {"exactly 2000 MB is not above it", {everything(), none, 2000 * kMb}, "avc1", 480},
      {"little room: 480p h264", {everything(), none, 0}, "avc1", 480},
      {"no av1 decoder: hevc", {without("av01"), none, 9000 * kMb}, "hvc1", 720},
      {"no hevc decoder: h264", {without("hvc1"), none, 2500 * kMb}, "avc1", 480},
      {"a size that is missing: the next smaller one",
       {{offer("avc1", 360, 1), offer("avc1", 1080, 2)}, none, 9000 * kMb},
       "avc1",
       360},
      {"only larger ones: the smallest",
       {{offer("avc1", 1080, 1), offer("avc1", 2160, 2)}, none, 0},
       "avc1",
       1080},
      {"of one size the better bitrate",
       {{offer("avc1", 480, 500), offer("avc1", 480, 900)}, none, 0},
       "avc1",
       480},
      {"a wish for the height", {everything(), {1080, 0, {}}, 0}, "avc1", 1080},
      {"a wish for the bitrate", {everything(), {0, 360 * 3000, {}}, 9000 * kMb}, "av01", 360},
      {"a wish for codecs, the best first",
       {everything(), {0, 0, {"hevc", "h264"}}, 9000 * kMb},
       "hvc1",
       720},
      {"sizes nobody tells: by bitrate",
       {{offer("avc1", 0, 400'000), offer("avc1", 0, 1'100'000), offer("avc1", 0, 9'000'000)},
        none,
        0},
       "avc1",
       0},
      {"nothing decodes", {{offer("avc1", 480, 1, false)}, none, 0}, "", 0},
      {"nothing is offered", {{}, none, 0}, "", 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto best = choose_download_video(c.question);
    REQUIRE(best.has_value() == !c.codec.empty());
    if (!best) continue;
    CHECK(c.question.offers[*best].codecs.rfind(c.codec, 0) == 0);
    CHECK(c.question.offers[*best].height == c.height);
  }
  const VideoQuestion by_rate{
      {offer("avc1", 0, 400'000), offer("avc1", 0, 1'100'000), offer("avc1", 0, 9'000'000)},
      none,
      0};
  CHECK(choose_download_video(by_rate) == std::optional<std::size_t>(1));
}

TEST_CASE("video_policy: families of codecs") {
  struct Case {
    const char* codecs;
    const char* family;
  };
  const Case cases[] = {{"avc1.64001f", "h264"},
                        {"mp4a.40.2, avc3.42", "h264"},
                        {"hev1.1.6", "hevc"},
                        {"dvh1.05.01", "hevc"},
                        {"av01.0.05M.08,opus", "av1"},
                        {"vp09.00.10.08", "vp9"},
                        {"mp4a.40.2", ""},
                        {"", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.codecs);
    CHECK(video_codec_family(c.codecs) == c.family);
  }
}

}  // namespace playhead
