// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "manifest/manifest_parser.h"
#include "manifest/presentation_dump.h"
#include "unit/manifest/manifest_test_support.h"

// Manifests of other projects. Skipped by name where they are not there.
namespace playhead {
namespace {

using nlohmann::json;

bool is_corpus_missing() {
  if (std::filesystem::exists(test::corpus_folder() / "index.json")) return false;
  MESSAGE("skipped: corpus of manifests (../shared/corpus)");
  return true;
}

json load_json(const std::filesystem::path& path) {
  return json::parse(test::read_file(path), nullptr, false);
}

Result<Presentation> parse_file(const std::string& path, const std::string& url) {
  return parse_manifest(test::bytes_of(test::read_file(test::corpus_folder() / path)), url);
}

const SegmentIndex* first_index(const Presentation& presentation) {
  return presentation.periods[0].adaptation_sets[0].representations[0].segments.get();
}

bool is_near(double seconds, MediaTime time) {
  return std::abs(seconds - to_seconds(time)) < 0.001;
}

// Is `expected` (start, end, uris) one of the segments?
bool is_listed(const json& expected, const SegmentIndex& index) {
  for (std::size_t i = 0; i < std::min<std::size_t>(index.size(), 2000); ++i) {
    const Segment segment = index.at(i);
    if (!is_near(expected["start"].get<double>(), segment.start)) continue;
    if (!is_near(expected["end"].get<double>(), segment.end)) continue;
    const auto& uris = expected["uris"];
    const bool has_url = std::any_of(uris.begin(), uris.end(), [&](const json& uri) {
      return uri.get<std::string>() == segment.media.url;
    });
    if (!has_url) continue;
    const int64_t first = expected.value("start_byte", int64_t{0});
    return first == (segment.media.range ? segment.media.range->first : 0);
  }
  return false;
}

}  // namespace

TEST_CASE("corpus: every manifest is answered with a model or a typed error") {
  if (is_corpus_missing()) return;
  int models = 0;
  int errors = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::corpus_folder())) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".m3u8" && extension != ".mpd" && extension != ".xml") continue;
    CAPTURE(entry.path().string());
    const Result<Presentation> presentation = parse_manifest(
        test::bytes_of(test::read_file(entry.path())), "https://h.example/folder/manifest?q=1");
    if (presentation) {
      CHECK_FALSE(dump(*presentation, {3, true}).empty());
      ++models;
    } else {
      const int code = static_cast<int>(presentation.error().code);
      CHECK(code >= 3000);
      CHECK(code < 4000);
      ++errors;
    }
  }
  MESSAGE("corpus: " << models << " models, " << errors << " typed errors");
  CHECK(models >= 2200);
}

TEST_CASE("corpus: media playlists agree with the other parsers in count and duration") {
  if (is_corpus_missing()) return;
  const json peers = load_json(test::corpus_folder() / "peers.json");
  int agreed = 0;
  int differing = 0;
  std::string differences;
  for (const auto& [path, facts] : peers.items()) {
    if (!facts.contains("agree") || !facts["agree"].contains("segments")) continue;
    const Result<Presentation> presentation = parse_file(path, "https://h.example/m.m3u8?q=1");
    if (!presentation) continue;
    const SegmentIndex* index = first_index(*presentation);
    if (index == nullptr) continue;
    const bool is_equal =
        index->size() == facts["agree"]["segments"].get<std::size_t>() &&
        std::abs(to_seconds(index->end()) -
                 facts["agree"].value("total_duration", to_seconds(index->end()))) < 0.01;
    if (is_equal) {
      ++agreed;
    } else {
      ++differing;
      differences += "\n" + path + ": " + std::to_string(index->size()) + " segments, " +
                     std::to_string(to_seconds(index->end())) + " s; " + facts["agree"].dump();
    }
  }
  MESSAGE("corpus: " << agreed << " media playlists agree, " << differing << " differ"
                     << differences);
  CHECK(agreed >= 900);
}

TEST_CASE("corpus: MPD segments are where another player's tests expect them") {
  if (is_corpus_missing()) return;
  int matched = 0;
  int expected_segments = 0;
  std::string missing;
  for (const json& row : load_json(test::corpus_folder() / "index.json")) {
    const std::string path = row["path"];
    if (row["kind"] != "mpd" || !row.contains("expect")) continue;
    const json document = load_json(test::corpus_folder() / row["expect"].get<std::string>());
    for (const json& expects : document["expects"]) {
      // What depends on a clock or on further documents is not the parser's alone.
      if (!expects.contains("first_video_segments") || expects.contains("now_ms")) continue;
      if (expects.contains("resources")) continue;
      const std::string base = expects.value("base", "");
      const Result<Presentation> presentation =
          parse_file(path, base.empty() ? "https://h.example/m.mpd" : base);
      for (const json& expected : expects["first_video_segments"]) {
        ++expected_segments;
        const SegmentIndex* index = presentation ? first_index(*presentation) : nullptr;
        if (index != nullptr && is_listed(expected, *index)) {
          ++matched;
        } else {
          missing += "\n" + path + ": " + expected.dump();
        }
      }
    }
  }
  MESSAGE("corpus: " << matched << " of " << expected_segments << " segments found" << missing);
  // The rest reads startNumber of a SegmentList as an offset in time.
  CHECK(matched >= 136);
}

}  // namespace playhead
