// SPDX-License-Identifier: Apache-2.0
#include "session/progress_reporter.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {

namespace {

struct Step {
  PlayActivity activity;
  int64_t now_ms;
  int64_t position_ms;
};

std::string name_of(ProgressCause cause) {
  switch (cause) {
    case ProgressCause::kCadence:
      return "cadence";
    case ProgressCause::kPaused:
      return "paused";
    case ProgressCause::kSeeked:
      return "seeked";
    case ProgressCause::kEnded:
      return "ended";
    case ProgressCause::kStopped:
      return "stopped";
  }
  return {};
}

// "cause@position_ms/now_ms" for every report; calls at next_due() between the steps, as an engine
// does, with the position moving in real time while playing.
std::vector<std::string> run(const std::vector<Step>& steps, Duration interval,
                             bool calls_in_between = true) {
  ProgressReporter reporter(interval);
  std::vector<std::string> reports;
  const auto update = [&](const Step& step) {
    const auto decision = reporter.update(
        {step.activity, MediaTime{step.position_ms * 1000}, MonotonicTime{step.now_ms * 1000}});
    if (decision) {
      reports.push_back(name_of(decision->cause) + "@" +
                        std::to_string(decision->position.us / 1000) + "/" +
                        std::to_string(step.now_ms));
    }
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i > 0 && calls_in_between) {
      Step last = steps[i - 1];
      for (auto due = reporter.next_due(); due && due->us < steps[i].now_ms * 1000;
           due = reporter.next_due()) {
        const int64_t passed = due->us / 1000 - last.now_ms;
        last.now_ms += passed;
        if (last.activity == PlayActivity::kPlaying) last.position_ms += passed;
        update(last);
      }
    }
    update(steps[i]);
  }
  return reports;
}

constexpr auto kIdle = PlayActivity::kIdle;
constexpr auto kPlay = PlayActivity::kPlaying;
constexpr auto kPause = PlayActivity::kPaused;
constexpr auto kBuffer = PlayActivity::kBuffering;
constexpr auto kSeek = PlayActivity::kSeeking;
constexpr auto kEnd = PlayActivity::kEnded;
constexpr auto kStop = PlayActivity::kStopped;

}  // namespace

TEST_CASE("progress_reporter: what is reported when") {
  struct Case {
    const char* name;
    std::vector<Step> steps;
    std::vector<std::string> reports;
  };
  const Case cases[] = {
      {"every 4 s of play",
       {{kPlay, 0, 0}, {kStop, 9'000, 9'000}},
       {"cadence@4000/4000", "cadence@8000/8000", "stopped@9000/9000"}},
      {"buffering does not count",
       {{kPlay, 0, 0}, {kBuffer, 3'000, 3'000}, {kPlay, 60'000, 3'000}, {kStop, 61'500, 4'500}},
       {"cadence@4000/61000", "stopped@4500/61500"}},
      {"a pause is reported at once and stops the count",
       {{kPlay, 0, 0}, {kPause, 3'000, 3'000}, {kPlay, 60'000, 3'000}, {kStop, 61'500, 4'500}},
       {"paused@3000/3000", "cadence@4000/61000", "stopped@4500/61500"}},
      {"a seek is reported with its target, and the time it takes does not count",
       {{kPlay, 0, 0}, {kSeek, 3'000, 3'000}, {kPlay, 9'000, 90'000}, {kStop, 10'500, 91'500}},
       {"seeked@90000/9000", "cadence@91000/10000", "stopped@91500/10500"}},
      {"a seek or pause shortly before a report falls due stands for it",
       {{kPlay, 0, 0},
        {kSeek, 3'950, 0},
        {kPlay, 4'100, 60'000},
        {kPause, 7'550, 63'450},
        {kPlay, 8'000, 63'450},
        {kStop, 12'200, 67'650}},
       {"seeked@60000/4100", "paused@63450/7550", "cadence@67450/12000", "stopped@67650/12200"}},
      {"a seek while paused",
       {{kPlay, 0, 0},
        {kPause, 1'000, 1'000},
        {kSeek, 5'000, 1'000},
        {kPause, 5'500, 70'000},
        {kStop, 9'000, 70'000}},
       {"paused@1000/1000", "seeked@70000/5500"}},
      {"a seek into buffering",
       {{kPlay, 0, 0}, {kSeek, 1'000, 0}, {kBuffer, 1'200, 50'000}, {kStop, 2'000, 50'000}},
       {"seeked@50000/1200"}},
      {"of a burst of seeks the first and the last",
       {{kPlay, 0, 0},
        {kSeek, 100, 0},
        {kPlay, 200, 10'000},
        {kSeek, 300, 0},
        {kPlay, 400, 20'000},
        {kSeek, 500, 0},
        {kPause, 600, 30'000},
        {kPause, 5'000, 30'000}},
       {"seeked@10000/200", "seeked@30000/1200"}},
      {"a burst of seeks ended by a stop is not lost",
       {{kPlay, 0, 0},
        {kSeek, 100, 0},
        {kPlay, 200, 10'000},
        {kSeek, 300, 0},
        {kPlay, 400, 20'000},
        {kStop, 500, 20'100}},
       {"seeked@10000/200", "stopped@20100/500"}},
      {"the end is reported once, a stop after it adds nothing",
       {{kPlay, 0, 0}, {kEnd, 2'000, 2'000}, {kEnd, 3'000, 2'000}, {kStop, 4'000, 2'000}},
       {"ended@2000/2000"}},
      {"the end is reported even where the last report was",
       {{kPlay, 0, 0}, {kPause, 2'000, 2'000}, {kPlay, 3'000, 2'000}, {kEnd, 3'000, 2'000}},
       {"paused@2000/2000", "ended@2000/3000"}},
      {"played again after the end",
       {{kPlay, 0, 0},
        {kEnd, 2'000, 2'000},
        {kSeek, 3'000, 0},
        {kPlay, 3'100, 0},
        {kStop, 7'500, 4'400}},
       {"ended@2000/2000", "seeked@0/3100", "cadence@2000/5100", "stopped@4400/7500"}},
      {"an aborted start reports nothing",
       {{kIdle, 0, 0}, {kBuffer, 1'000, 0}, {kPause, 2'000, 0}, {kStop, 20'000, 0}},
       {}},
      {"an error before the first frame reports nothing", {{kBuffer, 0, 0}, {kStop, 9'000, 0}}, {}},
      {"stopped twice",
       {{kPlay, 0, 0}, {kStop, 1'000, 1'000}, {kStop, 2'000, 1'000}},
       {"stopped@1000/1000"}},
      {"a stop where the pause was adds nothing",
       {{kPlay, 0, 0}, {kPause, 1'000, 1'000}, {kStop, 2'000, 1'000}},
       {"paused@1000/1000"}},
      {"pause storms",
       {{kPlay, 0, 0},
        {kPause, 10, 10},
        {kPlay, 20, 10},
        {kPause, 30, 20},
        {kPlay, 40, 20},
        {kPause, 50, 30},
        {kPause, 3'000, 30}},
       {"paused@10/10", "paused@30/1010"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(run(c.steps, 4s) == c.reports);
  }
}

TEST_CASE("progress_reporter: exactly one report per interval of true play time") {
  for (const Duration interval : {Duration{4s}, Duration{10s}}) {
    std::vector<Step> steps;
    int64_t now = 0;
    int64_t played = 0;
    for (int i = 0; i < 200; ++i) {  // 1.5 s of play, then 0.7 s of buffering
      steps.push_back({kPlay, now, played});
      now += 1'500;
      played += 1'500;
      steps.push_back({kBuffer, now, played});
      now += 700;
    }
    const auto reports = run(steps, interval);
    CHECK(static_cast<int64_t>(reports.size()) == played / to_ms(interval));
  }
}

TEST_CASE("progress_reporter: a late call catches up with one report") {
  const std::vector<Step> steps = {
      {kPlay, 0, 0}, {kPlay, 9'000, 9'000}, {kPlay, 11'999, 11'999}, {kPlay, 12'000, 12'000}};
  CHECK(run(steps, 4s, /*calls_in_between=*/false) ==
        std::vector<std::string>{"cadence@9000/9000", "cadence@12000/12000"});
}

TEST_CASE("progress_reporter: what is not reported yet can be saved at any time, and stands for what is due") {
  ProgressReporter reporter(4s);
  const auto at = [](PlayActivity activity, int64_t ms) {
    return PlayState{activity, MediaTime{ms * 1'000}, MonotonicTime{ms * 1'000}};
  };
  CHECK(!reporter.save(at(PlayActivity::kBuffering, 0)));  // an aborted start
  CHECK(!reporter.update(at(PlayActivity::kPlaying, 0)));
  CHECK(reporter.save(at(PlayActivity::kPlaying, 3'000))->position == MediaTime{3'000'000});
  CHECK(!reporter.save(at(PlayActivity::kPlaying, 3'000)));
  CHECK(!reporter.update(at(PlayActivity::kPlaying, 6'999)));
  CHECK(reporter.update(at(PlayActivity::kPlaying, 7'000)));
  CHECK(!reporter.update(at(PlayActivity::kSeeking, 8'000)));
  CHECK(!reporter.save(at(PlayActivity::kSeeking, 9'000)));  // the old position counts no more
  CHECK(!reporter.save(at(PlayActivity::kIdle, 9'000)));
}

TEST_CASE("progress_reporter: an interval below a second is taken as one") {
  CHECK(run({{kPlay, 0, 0}, {kPlay, 2'500, 2'500}}, 1ms).size() == 2);
}

}  // namespace playhead
