// SPDX-License-Identifier: Apache-2.0
// Other packagers' clear media through the engine: playlist, fetch, FFmpeg, timeline, decoders and
// sinks that take every frame at once. No clock is involved, so a slow machine drops nothing.
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "corpus/media_play.h"

namespace playhead::test {
namespace {

using nlohmann::json;

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/";

// What the manifest says a vector holds.
struct Expected {
  int64_t pictures = 0;
  int64_t sound_samples = 0;
  bool is_counted = true;  // the manifest has numbers
};

// Packets as ffprobe counted them: samples of MP4 and WebM, frames of MPEG-TS.
Expected expected_of(const json& vector) {
  Expected expected;
  const json& facts = vector.at("expected");
  if (vector.at("container") == "packed") {
    expected.is_counted = facts.contains("frames") && facts["frames"].is_number();
    if (expected.is_counted) expected.sound_samples = facts["frames"].get<int64_t>();
    return expected;
  }
  const json streams = facts.contains("ffprobe") ? facts["ffprobe"].at("streams") : json::array();
  for (const json& stream : streams) {
    const std::string kind = stream.value("codec_type", "");
    const int64_t packets = std::stoll(stream.value("nb_read_packets", "0"));
    if (kind == "video") expected.pictures += packets;
    if (kind == "audio") expected.sound_samples += packets;
  }
  return expected;
}

bool is_text_alone(const json& vector) {
  const json& facts = vector.at("expected");
  if (!facts.contains("tracks")) return false;
  for (const json& track : facts["tracks"]) {
    if (track.value("handler", "") != "text") return false;
  }
  return !facts["tracks"].empty();
}

Duration length_of(const json& vector) {
  const json& facts = vector.at("expected");
  const json probe = facts.value("ffprobe", json::object());
  const auto seconds = probe.find("duration");
  if (seconds == probe.end() || !seconds->is_string()) return 5s;
  return from_seconds(std::stod(seconds->get<std::string>()));
}

std::vector<json> clear_vectors() {
  std::ifstream in(kFolder + "manifest.json");
  std::vector<json> found;
  if (!in) {
    MESSAGE("skipped: ../shared/media/manifest.json is not beside the project");
    return found;
  }
  const json manifest = json::parse(in, nullptr, false);
  REQUIRE(manifest.is_object());
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("class") == "clear") found.push_back(vector);
  }
  CHECK(found.size() >= 30);
  return found;
}

TEST_CASE("media files: every clear one decodes to the number of frames its manifest says") {
  for (const json& vector : clear_vectors()) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    if (is_text_alone(vector)) {
      MESSAGE("passed over: " << id << " holds subtitles alone");
      continue;
    }
    // Declared clear for parsing alone: its samples are encrypted with a key nobody published.
    if (vector.at("features").get<std::string>().find("encrypted") != std::string::npos) {
      MESSAGE("passed over: " << id << " is encrypted");
      continue;
    }
    MediaPlay play(kFolder, vector.at("files").get<std::vector<std::string>>(), length_of(vector));
    const MediaPlay::Outcome outcome = play.run();
    const Expected expected = expected_of(vector);
    if (!expected.is_counted) {
      CHECK(outcome.sound_samples + outcome.pictures > 0);
      CHECK_FALSE(outcome.failure);
      continue;
    }
    CHECK(outcome.pictures == expected.pictures);
    CHECK(outcome.sound_samples == expected.sound_samples);
    // The last frame of that file is cut: ffmpeg cannot decode it either.
    CHECK(outcome.decode_errors == (id == "clear-ts-ac3" ? 1 : 0));
    if (expected.pictures + expected.sound_samples == 0) {
      REQUIRE(outcome.failure);  // no samples at all: told, not hung
      CHECK(describe(*outcome.failure).size() > 20);
    } else {
      CHECK_FALSE(outcome.failure);
    }
    if (expected.sound_samples > 0) CHECK(outcome.heard_s > 0);
    CHECK(outcome.is_in_order);
  }
}

TEST_CASE("A06 a 33-bit wrap in the middle of a title: the position goes on to the millisecond") {
  for (const json& vector : clear_vectors()) {
    const std::string id = vector.at("id");
    if (id != "clear-ts-pts-wrap" && id != "clear-ts-rollover") continue;
    CAPTURE(id);
    MediaPlay play(kFolder, vector.at("files").get<std::vector<std::string>>(), length_of(vector));
    const MediaPlay::Outcome outcome = play.run();
    REQUIRE(outcome.times.size() > 60);
    std::set<int64_t> steps;
    for (std::size_t i = 1; i < outcome.times.size(); ++i) {
      steps.insert((outcome.times[i] - outcome.times[i - 1]).count());
    }
    // One step for all pictures, rounding and the clock of 90 kHz aside.
    CHECK(*steps.rbegin() - *steps.begin() <= 1'000);
    CHECK(*steps.begin() > 30'000);
    CHECK(*steps.rbegin() < 45'000);
  }
}

}  // namespace
}  // namespace playhead::test
