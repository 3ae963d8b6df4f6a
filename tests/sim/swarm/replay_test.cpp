// SPDX-License-Identifier: Apache-2.0
// What the flight recorder writes of simulated sessions with faults is played again; what was
// changed in it is found.
#include "sim/replay/replay.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <doctest/doctest.h>

#include "sim/swarm/swarm.h"
#include "support/temp_folder.h"

namespace playhead::swarm {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Recordings of a session, one for each life of its app.
std::vector<std::string> record(uint64_t seed, int minutes, std::optional<std::set<int>> faults,
                                int64_t max_bytes = kDefaultRecordingBytes) {
  const test::TempFolder folder;
  ScenarioOptions options;
  options.length = std::chrono::minutes(minutes);
  Scenario scenario = draw_scenario(seed, options);
  if (faults) scenario = with_faults(scenario, *faults);
  RunOptions run;
  run.record = folder.path() + "/flight";
  run.record_bytes = max_bytes;
  (void)run_session(scenario, run);
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    texts.push_back(text_of(entry.path().string()));
  }
  return texts;
}

const std::string& quiet_recording() {
  static const std::string text = record(1, 1, std::set<int>{}).front();
  return text;
}

std::string told(const replay::Outcome& outcome) {
  std::ostringstream out;
  replay::print(out, outcome);
  return out.str();
}

TEST_CASE("recorder: sessions with faults are played again to the same events") {
  int64_t events = 0;
  for (const uint64_t seed : {1, 4, 5, 7, 11, 17, 19, 23}) {
    CAPTURE(seed);
    const auto texts = record(seed, 2, std::nullopt);
    REQUIRE(!texts.empty());
    for (const std::string& text : texts) {
      const auto recording = replay::parse_recording(text);
      REQUIRE(recording);
      CHECK(recording->end == "whole");
      const auto outcome = replay::play_again(*recording);
      INFO(told(outcome));
      CHECK(!outcome.divergence);
      events += outcome.events;
    }
  }
  CHECK(events > 200);
}

TEST_CASE("recorder: what is changed in a recording is found") {
  struct Case {
    const char* name;
    // Of the first step of that kind after the first frame, its line after the change.
    void (*change)(replay::RecordedStep&);
    bool (*is_meant)(const replay::RecordedStep&);
  };
  const Case cases[] = {
      {"the time of an event",
       [](replay::RecordedStep& step) { step.events.front().insert(2, "1"); },
       [](const replay::RecordedStep& step) { return !step.events.empty(); }},
      {"an event that never was",
       [](replay::RecordedStep& step) { step.events.emplace_back("1,0,0,ended,0"); },
       [](const replay::RecordedStep& step) { return step.events.empty(); }},
      {"what was asked for",
       [](replay::RecordedStep& step) { step.effects.front().replace(0, 1, "Q"); },
       [](const replay::RecordedStep& step) {
         return !step.effects.empty() && step.effects.front().front() == 'R';
       }},
      {"how much of the sound was heard",
       [](replay::RecordedStep& step) {
         for (auto& effect : step.effects) {
           if (effect.rfind("f1=", 0) == 0) effect = "f1=1";
         }
       },
       [](const replay::RecordedStep& step) {
         return std::any_of(step.effects.begin(), step.effects.end(), [](const auto& effect) {
           return effect.rfind("f1=", 0) == 0 && effect.size() > 8;
         });
       }},
      {"when something came", [](replay::RecordedStep& step) { step.at = step.at + 1s; },
       [](const replay::RecordedStep& step) {
         return step.kind == 'T' &&
                std::any_of(step.effects.begin(), step.effects.end(),
                            [](const auto& effect) { return effect[0] == 't'; });
       }},
      {"a task that never ran", [](replay::RecordedStep& step) { step.kind = 'X'; },
       [](const replay::RecordedStep& step) { return step.kind == 't'; }},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    auto recording = replay::parse_recording(quiet_recording());
    REQUIRE(recording);
    auto& steps = recording->steps;
    const auto found = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2),
                                    steps.end(), c.is_meant);
    REQUIRE(found != steps.end());
    c.change(*found);
    const auto outcome = replay::play_again(*recording);
    REQUIRE(outcome.divergence);
    // There, or soon where it shows.
    CHECK(outcome.divergence->line >= found->line);
    CHECK(outcome.divergence->line < found->line + 200);
    CHECK(told(outcome).find("expected: ") != std::string::npos);
  }
}

TEST_CASE("recorder: a recording that is full ends, says so, and plays up to there") {
  constexpr int64_t kBytes = 100'000;
  const std::string text = record(1, 1, std::set<int>{}, kBytes).front();
  CHECK(static_cast<int64_t>(text.size()) <= kBytes + 20);
  CHECK(static_cast<int64_t>(text.size()) > kBytes / 2);
  const auto recording = replay::parse_recording(text);
  REQUIRE(recording);
  CHECK(recording->end == "full");
  const auto outcome = replay::play_again(*recording);
  INFO(told(outcome));
  CHECK(!outcome.divergence);
  CHECK(outcome.steps > 100);
  CHECK(told(outcome).find("largest size") != std::string::npos);
}

TEST_CASE("recorder: nothing of the service, the title and the hosts is in a recording") {
  for (const uint64_t seed : {4, 5, 11}) {
    for (const std::string& text : record(seed, 1, std::nullopt)) {
      for (const char* secret :
           {"canary-token", "cdn", "api.test", ".test", "movie_id", "Bearer", "/api/", "live/"}) {
        CAPTURE(secret);
        CHECK(text.find(secret) == std::string::npos);
      }
    }
  }
}

TEST_CASE("recorder: files that are no whole recordings are told apart") {
  const std::string& whole = quiet_recording();
  const std::size_t middle = whole.find('\n', whole.size() / 2) + 1;
  struct Case {
    const char* name;
    std::string text;
    std::optional<ErrorCode> error;
  };
  const Case cases[] = {
      {"empty", "", ErrorCode::kInvalidArgument},
      {"something else", "#EXTM3U\n", ErrorCode::kInvalidArgument},
      {"bytes", std::string(5000, '\xff'), ErrorCode::kInvalidArgument},
      {"of a later format", "playhead-recording 2 9.0.0 1\n", ErrorCode::kVersionMismatch},
      {"no time", "playhead-recording 1 0.1.0 soon\n", ErrorCode::kInvalidArgument},
      {"a line that is none", "playhead-recording 1 0.1.0 1\nt\n", ErrorCode::kInvalidArgument},
      {"a time that overflows", "playhead-recording 1 0.1.0 1\nt 9223372036854775807\n",
       ErrorCode::kInvalidArgument},
      {"a body of odd digits", "playhead-recording 1 0.1.0 1\nH 1 abc\n",
       ErrorCode::kInvalidArgument},
      {"more after its end", whole + "t 1\n", ErrorCode::kInvalidArgument},
      {"broken off after a line", whole.substr(0, middle), std::nullopt},
      {"broken off within one", whole.substr(0, middle + 3), std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto recording = replay::parse_recording(c.text);
    REQUIRE(recording.has_value() == !c.error.has_value());
    if (c.error) {
      CHECK(recording.error().code == *c.error);
      CHECK(!recording.error().context.empty());
      continue;
    }
    const auto outcome = replay::play_again(*recording);
    CHECK(!outcome.divergence);
    CHECK(told(outcome).find("breaks off") != std::string::npos);
  }
}

TEST_CASE("recorder: damaged recordings end in a sentence, never in a crash") {
  const std::string& whole = quiet_recording();
  test::VirtualExecutor dice(7);
  for (int i = 0; i < 60; ++i) {
    std::string text = whole.substr(0, whole.size() / 3);
    for (int k = 0; k < 3; ++k) {
      const auto at = 40 + static_cast<std::size_t>(dice.random() % (text.size() - 40));
      text[at] = static_cast<char>(dice.random() % 256);
    }
    const auto recording = replay::parse_recording(text);
    if (!recording) {
      CHECK(!recording.error().context.empty());
      continue;
    }
    (void)told(replay::play_again(*recording));
  }
}

}  // namespace
}  // namespace playhead::swarm
