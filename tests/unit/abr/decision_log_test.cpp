// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/decision_log.h"

#include <vector>

#include <doctest/doctest.h>

#include "ladder.h"

namespace playhead::abr {
namespace {

using test::inputs_of;
using test::ladder_of;

std::vector<BufferedSegment> low_segments() {
  std::vector<BufferedSegment> buffered;
  for (int i = 0; i < 10; ++i) buffered.push_back({i * 4s, 4s, {400'000}});
  return buffered;
}

ReplacementInputs wide_link(const std::vector<BufferedSegment>& buffered) {
  ReplacementInputs in;
  in.buffered = buffered;
  in.lowest = {400'000};
  in.highest = in.chosen = {3'500'000};
  in.forecast.throughput = {20'000'000};
  in.forecast.ttfb = 40ms;
  in.forecast.spread_permille = 300;
  in.buffer_level = 40s;
  return in;
}

std::vector<LogRecord> some_records(const Controller& controller) {
  std::vector<LogRecord> records;
  const auto ladder = ladder_of({400'000, 900'000, 1'800'000, 3'500'000});
  int64_t segment = 0;
  for (const int64_t bps : {0, 700'000, 3'000'000, 40'000'000}) {
    for (const Duration level : {0s, 6s, 30s}) {
      DecisionInputs in = inputs_of(ladder, bps, level, std::nullopt);
      if (segment % 2 == 0) in.current = 2;
      if (segment % 3 == 0) in.segments_left = 10;
      records.push_back(make_record(segment, level, in, controller.decide(in)));
      TransferInputs transfer;
      transfer.now = in;
      transfer.running = 3;
      transfer.received_bytes = 1'000;
      transfer.active = 8s;
      transfer.earlier_bytes = 400;
      transfer.recent_bytes = 500;
      transfer.recent = 3s;
      records.push_back(make_record(segment, level, transfer, controller.judge(transfer)));
      ++segment;
    }
  }
  const DecisionInputs nothing;
  records.push_back(make_record(segment, 0s, nothing, controller.decide(nothing)));
  const auto buffered = low_segments();
  const ReplacementInputs in = wide_link(buffered);
  records.push_back(make_record(segment, 40s, in, *advise_replacement(in, {})));
  return records;
}

TEST_CASE("decision log: what is written is read, and decided again") {
  for (const Algorithm algorithm : {Algorithm::kRate, Algorithm::kBuffer, Algorithm::kDefault}) {
    const auto controller = make_controller(algorithm, {});
    for (const LogRecord& record : some_records(*controller)) {
      const std::string line = encode(record);
      CAPTURE(line);
      const auto read = parse_record(line);
      REQUIRE(read.has_value());
      CHECK(encode(*read) == line);
      CHECK(replays(*controller, {}, *read));
    }
  }
}

TEST_CASE("decision log: a different decision is noticed") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (const LogRecord& record : some_records(*controller)) {
    if (auto other = record; auto* replacement = std::get_if<ReplacementRecord>(&other)) {
      replacement->replaced += 1;
      CHECK_FALSE(replays(*controller, {}, other));
      Settings never;
      never.replace_min_gain = 2;
      CHECK_FALSE(replays(*controller, never, record));
      continue;
    }
    DecisionRecord decided = std::get<DecisionRecord>(record);
    decided.decision.chosen = decided.decision.chosen.value_or(0) + 1;
    CHECK_FALSE(replays(*controller, {}, decided));
    decided = std::get<DecisionRecord>(record);
    if (decided.decision.scores.empty()) continue;
    decided.decision.scores.back() += 1;
    CHECK_FALSE(replays(*controller, {}, decided));
  }
}

TEST_CASE("decision log: lines that are none") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  const std::string good = encode(some_records(*controller)[2]);
  CHECK(parse_record(good).has_value());
  CHECK(parse_record("decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - 0 - start").has_value());
  CHECK(parse_record("replace 1 2 3 4 4 0 1 0 0 0 0 40 1 0 4 3 0").has_value());
  const std::string cases[] = {"",
                               "decide",
                               "guess" + good.substr(6),
                               good + " 1",
                               good + " x y",
                               good.substr(0, good.size() / 2),
                               "decide 1 2 - 99999999999999999999 0 0 0 0 0 0 0 0 0 - 0 - start",
                               "decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - 100000 - start",
                               "decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - -1 - start",
                               "decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - 0 - because",
                               "decide 1 2 - 0 0 4294967296 0 0 0 0 0 0 0 - 0 - start",
                               "replace 1 2 3 4 4 0 1 0 0 0 0 40 0 0",
                               "replace 1 2 3 4 4 0 1 0 0 0 0 40 1 0 4 3 1",
                               "replace 1 2 3 4 4 0 1 0 0 0 0 40 -1 0",
                               "replace 1 2 3 4 4 0 1 0 0 0 0 40 9999999 0"};
  for (const std::string& line : cases) {
    CAPTURE(line);
    CHECK_FALSE(parse_record(line).has_value());
  }
}

TEST_CASE("decision log: settings") {
  for (const Preset preset : kAllPresets) {
    const Settings settings = settings_for(preset);
    const auto read = parse_settings(encode(settings));
    REQUIRE(read.has_value());
    for (const SettingField& field : setting_fields()) {
      CAPTURE(field.name);
      CHECK((*read).*field.value == settings.*field.value);
    }
  }
  CHECK(encode(Settings()).empty());
  for (const char* words : {"margin", "margin=", "margin=x", "nothing=1", "margin=-5", "=1"}) {
    CAPTURE(words);
    CHECK_FALSE(parse_settings(words).has_value());
  }
}

TEST_CASE("decision log: keeps the last") {
  DecisionLog log(3);
  const auto controller = make_controller(Algorithm::kRate, {});
  const auto records = some_records(*controller);
  for (const LogRecord& record : records) log.add(record);
  CHECK(log.records().size() == 3);
  CHECK(encode(log.records().back()) == encode(records.back()));
  CHECK(log.dropped() == static_cast<int64_t>(records.size()) - 3);
}

}  // namespace
}  // namespace playhead::abr
