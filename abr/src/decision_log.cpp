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
// Longest buffer a line may hold: half a day of ten-second segments.
constexpr int64_t kMaxBuffered = 5000;
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
  int32_t number_of_32_bits() {
    const int64_t value = number();
    const auto small = static_cast<int32_t>(value);
    if (small != value) is_good_ = false;
    return is_good_ ? small : 0;
  }
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

void write_forecast(LineWriter& out, const Forecast& forecast) {
  out.number(forecast.throughput.bps).number(forecast.ttfb.count());
  out.number(forecast.spread_permille).number(forecast.volatility_permille);
  out.number(forecast.is_remembered ? 1 : 0);
}

void read_forecast(LineReader& in, Forecast& forecast) {
  forecast.throughput = {in.number()};
  forecast.ttfb = Duration{in.number()};
  forecast.spread_permille = in.number_of_32_bits();
  forecast.volatility_permille = in.number_of_32_bits();
  forecast.is_remembered = in.number() != 0;
}

void write_inputs(LineWriter& out, const DecisionInputs& in, const std::vector<Candidate>& ladder) {
  out.optional(in.current);
  write_forecast(out, in.forecast);
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
  read_forecast(in, out.forecast);
  out.buffer_level = Duration{in.number()};
  out.buffer_cap = Duration{in.number()};
  out.segment_duration = Duration{in.number()};
  out.typical_duration = Duration{in.number()};
  out.ahead_segments = in.number_of_32_bits();
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
      decision.scores.push_back(in.number_of_32_bits());
    }
  }
  if (!decision.scores.empty() && decision.scores.size() != ladder_size) in.fail();
}

LogRecord read_decided(LineReader& in, std::string_view kind) {
  DecisionRecord record;
  record.is_judgement = kind == "judge";
  if (!record.is_judgement && kind != "decide") in.fail();
  record.number = in.number();
  record.at = Duration{in.number()};
  if (record.is_judgement) {
    record.transfer.running = static_cast<std::size_t>(in.number());
    record.transfer.received_bytes = in.number();
    record.transfer.active = Duration{in.number()};
    record.transfer.earlier_bytes = in.number();
    record.transfer.recent_bytes = in.number();
    record.transfer.recent = Duration{in.number()};
  }
  read_inputs(in, record.transfer.now, record.ladder);
  if (in.is_good()) read_decision(in, record.decision, record.ladder.size());
  return record;
}

void write_replacement(LineWriter& out, const ReplacementRecord& record) {
  const ReplacementInputs& in = record.from;
  out.word("replace").number(record.number).number(record.at.count());
  out.number(in.lowest.bps).number(in.highest.bps).number(in.chosen.bps).number(in.segment_bytes);
  write_forecast(out, in.forecast);
  out.number(in.buffer_level.count()).number(static_cast<int64_t>(record.buffered.size()));
  for (const BufferedSegment& segment : record.buffered) {
    out.number(segment.starts_in.count()).number(segment.duration.count());
    out.number(segment.bitrate.bps);
  }
  out.number(static_cast<int64_t>(record.replaced));
}

LogRecord read_replacement(LineReader& in) {
  ReplacementRecord record;
  record.number = in.number();
  record.at = Duration{in.number()};
  record.from.lowest = {in.number()};
  record.from.highest = {in.number()};
  record.from.chosen = {in.number()};
  record.from.segment_bytes = in.number();
  read_forecast(in, record.from.forecast);
  record.from.buffer_level = Duration{in.number()};
  const int64_t count = in.number();
  if (count < 0 || count > kMaxBuffered) in.fail();
  for (int64_t i = 0; i < count && in.is_good(); ++i) {
    BufferedSegment segment;
    segment.starts_in = Duration{in.number()};
    segment.duration = Duration{in.number()};
    segment.bitrate = {in.number()};
    record.buffered.push_back(segment);
  }
  record.replaced = static_cast<std::size_t>(in.number());
  if (record.replaced >= record.buffered.size()) in.fail();
  return record;
}

}  // namespace

TransferInputs DecisionRecord::inputs() const {
  TransferInputs in = transfer;
  in.now.ladder = ladder;
  return in;
}

ReplacementInputs ReplacementRecord::inputs() const {
  ReplacementInputs in = from;
  in.buffered = buffered;
  return in;
}

DecisionRecord make_record(int64_t number, Duration at, const DecisionInputs& in,
                           Decision decision) {
  DecisionRecord record;
  record.number = number;
  record.at = at;
  record.ladder.assign(in.ladder.begin(), in.ladder.end());
  record.transfer.now = in;
  record.transfer.now.ladder = {};
  record.decision = std::move(decision);
  return record;
}

DecisionRecord make_record(int64_t number, Duration at, const TransferInputs& in,
                           Decision decision) {
  DecisionRecord record = make_record(number, at, in.now, std::move(decision));
  record.is_judgement = true;
  record.transfer = in;
  record.transfer.now.ladder = {};
  return record;
}

ReplacementRecord make_record(int64_t number, Duration at, const ReplacementInputs& in,
                              std::size_t replaced) {
  ReplacementRecord record{number, at, {in.buffered.begin(), in.buffered.end()}, in, replaced};
  record.from.buffered = {};
  return record;
}

bool replays(const Controller& controller, const Settings& settings, const LogRecord& record) {
  if (const auto* replacement = std::get_if<ReplacementRecord>(&record)) {
    return advise_replacement(replacement->inputs(), settings) == replacement->replaced;
  }
  const auto& decided = std::get<DecisionRecord>(record);
  const TransferInputs in = decided.inputs();
  const Decision again = decided.is_judgement ? controller.judge(in) : controller.decide(in.now);
  return again == decided.decision;
}

std::string encode(const LogRecord& record) {
  LineWriter out;
  if (const auto* replacement = std::get_if<ReplacementRecord>(&record)) {
    write_replacement(out, *replacement);
    return out.take();
  }
  const auto& decided = std::get<DecisionRecord>(record);
  out.word(decided.is_judgement ? "judge" : "decide");
  out.number(decided.number).number(decided.at.count());
  if (decided.is_judgement) {
    out.number(static_cast<int64_t>(decided.transfer.running));
    out.number(decided.transfer.received_bytes).number(decided.transfer.active.count());
    out.number(decided.transfer.earlier_bytes).number(decided.transfer.recent_bytes);
    out.number(decided.transfer.recent.count());
  }
  write_inputs(out, decided.transfer.now, decided.ladder);
  write_decision(out, decided.decision);
  return out.take();
}

Result<LogRecord> parse_record(std::string_view line) {
  LineReader in(line);
  const std::string_view kind = in.word();
  LogRecord record = kind == "replace" ? read_replacement(in) : read_decided(in, kind);
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

void DecisionLog::add(LogRecord record) {
  records_.push_back(std::move(record));
  while (records_.size() > capacity_) {
    records_.pop_front();
    ++dropped_;
  }
}

}  // namespace playhead::abr
