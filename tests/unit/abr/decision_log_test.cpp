// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/decision_log.h"

#include <vector>

#include <doctest/doctest.h>

#include "ladder.h"

namespace playhead::abr {
namespace {

using test::inputs_of;
using test::ladder_of;

std::vector<DecisionRecord> some_records(const Controller& controller) {
  std::vector<DecisionRecord> records;
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
      transfer.elapsed = 9s;
      transfer.active = 8s;
      records.push_back(make_record(segment, level, transfer, controller.judge(transfer)));
      ++segment;
    }
  }
  const DecisionInputs nothing;
  records.push_back(make_record(segment, 0s, nothing, controller.decide(nothing)));
  return records;
}

TEST_CASE("decision log: what is written is read, and decided again") {
  for (const Algorithm algorithm : {Algorithm::kRate, Algorithm::kBuffer, Algorithm::kDefault}) {
    const auto controller = make_controller(algorithm, {});
    for (const DecisionRecord& record : some_records(*controller)) {
      const std::string line = encode(record);
      CAPTURE(line);
      const auto read = parse_record(line);
      REQUIRE(read.has_value());
      CHECK(encode(*read) == line);
      CHECK(read->decision == record.decision);
      CHECK(replays(*controller, *read));
    }
  }
}

TEST_CASE("decision log: a different decision is noticed") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  for (DecisionRecord record : some_records(*controller)) {
    DecisionRecord other = record;
    other.decision.chosen = other.decision.chosen.value_or(0) + 1;
    CHECK_FALSE(replays(*controller, other));
    if (record.decision.scores.empty()) continue;
    record.decision.scores.back() += 1;
    CHECK_FALSE(replays(*controller, record));
  }
}

TEST_CASE("decision log: lines that are none") {
  const auto controller = make_controller(Algorithm::kDefault, {});
  const std::string good = encode(some_records(*controller)[2]);
  CHECK(parse_record(good).has_value());
  const std::string cases[] = {"",
                               "decide",
                               "guess" + good.substr(6),
                               good + " 1",
                               good + " x y",
                               good.substr(0, good.size() / 2),
                               "decide 1 2 - 99999999999999999999 0 0 0 0 0 0 0 0 0 - 0 - start",
                               "decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - 100000 - start",
                               "decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - -1 - start",
                               "decide 1 2 - 0 0 0 0 0 0 0 0 0 0 - 0 - because"};
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
  for (const DecisionRecord& record : records) log.add(record);
  CHECK(log.records().size() == 3);
  CHECK(log.records().back().segment == records.back().segment);
  CHECK(log.dropped() == static_cast<int64_t>(records.size()) - 3);
}

}  // namespace
}  // namespace playhead::abr
