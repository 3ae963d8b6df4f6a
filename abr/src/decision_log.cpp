// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/decision_log.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace playhead::abr {

namespace {

// Longest ladder a line may hold; more is no ladder.
constexpr int64_t kMaxLadder = 1000;
constexpr int64_t kMillion = 1'000'000;

class LineWriter {
 public:
  LineWriter& number(int64_t value) { return word(std::to_string(value)); }
  template <typename T>
  LineWriter& optional(const std::optional<T>& value) {
    return value ? number(static_cast<int64_t>(*value)) : word("-");
  }
  LineWriter& word(std::string_view text) {
    if (!line_.empty()) line_ += ' ';
    line_ += text;
    return *this;
  }
  std::string take() { return std::move(line_); }

 private:
  std::string line_;
};

// Reads words until one is wrong; then everything after it is zero.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}
  std::string_view word() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (word.empty()) is_good_ = false;
    return word;
  }
  int64_t number() { return parse(word()); }
  std::optional<int64_t> optional() {
    const std::string_view text = word();
    if (text == "-") return std::nullopt;
    return parse(text);
  }
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const { return rest_.find_first_not_of(' ') == rest_.npos; }
  void fail() { is_good_ = false; }

 private:
  int64_t parse(std::string_view text) {
    int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size()) is_good_ = false;
    return is_good_ ? value : 0;
  }
  std::string_view rest_;
  bool is_good_ = true;
};

constexpr Reason kReasons[] = {Reason::kEmptyLadder, Reason::kOnlyOne,    Reason::kStart,
                               Reason::kRemembered,  Reason::kThroughput, Reason::kBuffer,
                               Reason::kGuard,       Reason::kKeep,       Reason::kStallAhead};

void write_inputs(LineWriter& out, const DecisionInputs& in, const std::vector<Candidate>& ladder) {
  out.optional(in.current).number(in.forecast.throughput.bps).number(in.forecast.ttfb.count());
  out.number(in.forecast.spread_permille).number(in.forecast.volatility_permille);
  out.number(in.forecast.is_remembered ? 1 : 0);
  out.number(in.buffer_level.count()).number(in.buffer_cap.count());
  out.number(in.segment_duration.count()).number(in.typical_duration.count());
  out.number(in.ahead_segments).optional(in.segments_left);
  out.number(static_cast<int64_t>(ladder.size()));
  for (const Candidate& candidate : ladder) {
    out.number(candidate.bitrate.bps).number(candidate.next_bytes).number(candidate.ahead_bytes);
  }
}

std::optional<std::size_t> to_index(std::optional<int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

void read_inputs(LineReader& in, DecisionInputs& out, std::vector<Candidate>& ladder) {
  out.current = to_index(in.optional());
  out.forecast.throughput = {in.number()};
  out.forecast.ttfb = Duration{in.number()};
  out.forecast.spread_permille = static_cast<int32_t>(in.number());
  out.forecast.volatility_permille = static_cast<int32_t>(in.number());
  out.forecast.is_remembered = in.number() != 0;
  out.buffer_level = Duration{in.number()};
  out.buffer_cap = Duration{in.number()};
  out.segment_duration = Duration{in.number()};
  out.typical_duration = Duration{in.number()};
  out.ahead_segments = static_cast<int32_t>(in.number());
  out.segments_left = in.optional();
  const int64_t count = in.number();
  if (count < 0 || count > kMaxLadder) return in.fail();
  for (int64_t i = 0; i < count && in.is_good(); ++i) {
    Candidate candidate;
    candidate.bitrate = {in.number()};
    candidate.next_bytes = in.number();
    candidate.ahead_bytes = in.number();
    ladder.push_back(candidate);
  }
}

void write_decision(LineWriter& out, const Decision& decision) {
  out.optional(decision.chosen).word(to_string(decision.reason));
  for (const int32_t score : decision.scores) {
    if (score == kExcluded) {
      out.word("x");
    } else {
      out.number(score);
    }
  }
}

void read_decision(LineReader& in, Decision& decision, std::size_t ladder_size) {
  decision.chosen = to_index(in.optional());
  const std::string_view name = in.word();
  bool is_known = false;
  for (const Reason reason : kReasons) {
    if (name != to_string(reason)) continue;
    decision.reason = reason;
    is_known = true;
  }
  if (!is_known) return in.fail();
  while (in.is_good() && !in.is_at_end() && decision.scores.size() < ladder_size) {
    LineReader before = in;
    if (before.word() == "x") {
      in.word();
      decision.scores.push_back(kExcluded);
    } else {
      decision.scores.push_back(static_cast<int32_t>(in.number()));
    }
  }
  if (!decision.scores.empty() && decision.scores.size() != ladder_size) in.fail();
}

}  // namespace

TransferInputs DecisionRecord::inputs() const {
  TransferInputs in = transfer;
  in.now.ladder = ladder;
  return in;
}

DecisionRecord make_record(int64_t segment, Duration at, const DecisionInputs& in,
                           Decision decision) {
  DecisionRecord record;
  record.segment = segment;
  record.at = at;
  record.ladder.assign(in.ladder.begin(), in.ladder.end());
  record.transfer.now = in;
  record.transfer.now.ladder = {};
  record.decision = std::move(decision);
  return record;
}

DecisionRecord make_record(int64_t segment, Duration at, const TransferInputs& in,
                           Decision decision) {
  DecisionRecord record = make_record(segment, at, in.now, std::move(decision));
  record.is_judgement = true;
  record.transfer = in;
  record.transfer.now.ladder = {};
  return record;
}

bool replays(const Controller& controller, const DecisionRecord& record) {
  const TransferInputs in = record.inputs();
  const Decision again = record.is_judgement ? controller.judge(in) : controller.decide(in.now);
  return again == record.decision;
}

std::string encode(const DecisionRecord& record) {
  LineWriter out;
  out.word(record.is_judgement ? "judge" : "decide");
  out.number(record.segment).number(record.at.count());
  if (record.is_judgement) {
    out.number(static_cast<int64_t>(record.transfer.running));
    out.number(record.transfer.received_bytes);
    out.number(record.transfer.elapsed.count()).number(record.transfer.active.count());
  }
  write_inputs(out, record.transfer.now, record.ladder);
  write_decision(out, record.decision);
  return out.take();
}

Result<DecisionRecord> parse_record(std::string_view line) {
  LineReader in(line);
  DecisionRecord record;
  const std::string_view kind = in.word();
  record.is_judgement = kind == "judge";
  if (!record.is_judgement && kind != "decide") in.fail();
  record.segment = in.number();
  record.at = Duration{in.number()};
  if (record.is_judgement) {
    record.transfer.running = static_cast<std::size_t>(in.number());
    record.transfer.received_bytes = in.number();
    record.transfer.elapsed = Duration{in.number()};
    record.transfer.active = Duration{in.number()};
  }
  read_inputs(in, record.transfer.now, record.ladder);
  if (in.is_good()) read_decision(in, record.decision, record.ladder.size());
  if (!in.is_good() || !in.is_at_end()) {
    return make_error(ErrorCode::kInvalidArgument, "not a line of a decision log");
  }
  return record;
}

std::string encode(const Settings& settings) {
  LineWriter out;
  const Settings defaults;
  for (const SettingField& field : setting_fields()) {
    if (settings.*field.value == defaults.*field.value) continue;
    const auto millionths = std::llround(settings.*field.value * static_cast<double>(kMillion));
    out.word(std::string(field.name) + '=' + std::to_string(millionths));
  }
  return out.take();
}

Result<Settings> parse_settings(std::string_view words) {
  Settings settings;
  LineReader in(words);
  while (!in.is_at_end()) {
    const std::string_view word = in.word();
    const std::size_t equals = std::min(word.find('='), word.size());
    LineReader value(word.substr(std::min(equals + 1, word.size())));
    const double millionths = static_cast<double>(value.number());
    if (!value.is_good()) {
      return make_error(ErrorCode::kInvalidArgument, "a setting in the log has no value");
    }
    auto set =
        set_setting(settings, word.substr(0, equals), millionths / static_cast<double>(kMillion));
    if (!set) return std::move(set).error();
  }
  return settings;
}

void DecisionLog::add(DecisionRecord record) {
  records_.push_back(std::move(record));
  while (records_.size() > capacity_) {
    records_.pop_front();
    ++dropped_;
  }
}

}  // namespace playhead::abr
