// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "corpus/corpus_assert.h"
#include "playhead/presentation.h"

// What the tests of other projects say about DASH Presentations, each project in its own words.
namespace playhead::corpus {

// Counts statements about one file and remembers those that do not hold.
struct Check {
  Tally tally;
  std::vector<std::string> failures;

  // `statement` is only made when it is needed: pass what it says when false.
  void expect(bool holds, const std::string& statement) {
    tally.add(holds ? Outcome::kMatched : Outcome::kMismatched);
    if (!holds) failures.push_back(statement);
  }
};

// The Presentation in the vocabulary of `asserts`.
nlohmann::json translate(const Presentation& presentation);

// [{uris, start, end, start_byte?}] of the first video set's first Representation, over all
// Periods.
void check_segment_list(const nlohmann::json& segments, const Presentation& presentation,
                        Check& check);
// `facts` of rx-player.
void check_rx_player(const nlohmann::json& facts, const Presentation& presentation, Check& check);
// `facts` of mpd-parser.
void check_mpd_parser(const nlohmann::json& facts, const Presentation& presentation, Check& check);
// `mpd`, `periods`, `consumed_segments` of streamlink.
void check_streamlink(const nlohmann::json& expects, const Presentation& presentation,
                      Check& check);
// `formats` of yt-dlp.
void check_yt_dlp(const nlohmann::json& expects, const Presentation& presentation, Check& check);
// `reference_output` of shaka-player.
void check_shaka(const nlohmann::json& output, const Presentation& presentation, Check& check);

}  // namespace playhead::corpus
