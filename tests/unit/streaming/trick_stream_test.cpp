// SPDX-License-Identifier: Apache-2.0
#include "streaming/trick_stream.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

Representation made(const char* id, int64_t bps, const char* codecs = "avc1") {
  Representation r;
  r.id = id;
  r.bandwidth = Bitrate{bps};
  r.codecs = codecs;
  return r;
}

TEST_CASE("trick source: what the link carries, then the lowest that is left") {
  Period period;
  AdaptationSet video;
  video.id = "1";
  video.representations = {made("v0", 400'000), made("v1", 900'000)};
  AdaptationSet other = video;  // of another angle
  other.id = "9";
  other.trick_mode_for = "2";
  other.representations = {made("other", 1'000)};
  AdaptationSet tricks;
  tricks.id = "8";
  tricks.trick_mode_for = "3 1";
  tricks.representations = {made("k0", 40'000), made("k1", 100'000, "unheard-of"),
                            made("k2", 400'000)};
  period.adaptation_sets = {video, other, tricks};
  struct Case {
    const char* name;
    int64_t throughput_bps;
    std::set<std::string> lost;
    const char* id;
    bool is_for_tricks;
  };
  const Case cases[] = {{"nothing is known of the link", 0, {}, "k0", true},
                        {"a narrow link", 1'000'000, {}, "k0", true},
                        {"a wide link", 6'400'000, {}, "k2", true},
                        {"the best is lost", 6'400'000, {"k2"}, "k0", true},
                        {"all key frames are lost", 6'400'000, {"k0", "k2"}, "v0", false},
                        {"and the lowest", 6'400'000, {"k0", "k2", "v0"}, "v1", false},
                        {"everything is", 6'400'000, {"k0", "k2", "v0", "v1"}, nullptr, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TrickSource source =
        select_trick_source(period, video, Bitrate{c.throughput_bps}, c.lost,
                            [](const std::string& codecs) { return codecs != "unheard-of"; });
    REQUIRE((source.representation != nullptr) == (c.id != nullptr));
    if (!c.id) continue;
    CHECK(source.representation->id == c.id);
    CHECK(source.is_for_tricks == c.is_for_tricks);
  }
}

}  // namespace
}  // namespace playhead
