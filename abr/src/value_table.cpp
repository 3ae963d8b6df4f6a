// SPDX-License-Identifier: Apache-2.0
#include "value_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace playhead::abr {

namespace {

// Grids (chosen). Finer: bigger tables, longer to make; coarser: decisions wobble.
constexpr double kLevelStepS = 1;
constexpr std::size_t kMinLevels = 17;  // for buffers of a few seconds
constexpr std::size_t kMaxLevels = 65;
constexpr double kLogStep = 0.3;
constexpr std::size_t kMaxColumns = 40;
// The forecast's grid reaches this far below the lowest and above the highest bitrate: beyond, more
// or less throughput changes nothing.
constexpr double kBelowLowest = 0.15;
constexpr double kAboveTop = 4;

// Stages near the end are kept one by one, further out some: between them values grow evenly.
constexpr int kKeptStages[] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30, 36, 43, 51, 60};
constexpr std::size_t kScratchStages = 3;  // held while a table is made

}  // namespace

// Where fetching a step leads from a forecast with one outcome, and what it costs: the same however
// many segments are left. Small, for a table has thousands of them.
struct ValueTable::Transition {
  double seconds = 0;      // the fetch takes
  float probability = 0;   // of the outcome
  float column_share = 0;  // of the column above `column`
  float gained_share = 0;  // of one level more than `gained`
  int32_t gained = 0;      // levels, rounded down
  uint16_t column = 0;     // of the forecast afterwards
  uint16_t dry = 0;        // levels below it run dry on the way
  uint16_t full = 0;       // levels from it on end at the top
};

struct ValueTable::Scratch {
  std::vector<float> before;  // values with one segment less to go
  std::vector<float> choice;  // value of fetching each step next
  std::vector<float> after;
  std::vector<Transition> transitions;  // [step][column][outcome]
};

void ValueTable::lay_out(const ValueTableSpec& spec) {
  steps_ = spec.bps.size();
  const double top_s = std::max(spec.cap_s - spec.segment_s, spec.segment_s);
  const double wanted = std::ceil(top_s / kLevelStepS) + 1;
  levels_ = static_cast<std::size_t>(
      std::clamp(wanted, static_cast<double>(kMinLevels), static_cast<double>(kMaxLevels)));
  level_step_ = top_s / static_cast<double>(levels_ - 1);
  log_least_ = std::log(spec.bps.front() * kBelowLowest);
  const double span = std::log(spec.bps.back() * kAboveTop) - log_least_;
  columns_ = std::min(static_cast<std::size_t>(std::ceil(span / kLogStep)) + 1, kMaxColumns);
  log_step_ = span / static_cast<double>(columns_ - 1);
  for (const int stage : kKeptStages) {
    if (spec.keeps_stages && stage < spec.horizon) kept_.push_back(stage);
  }
  kept_.push_back(spec.horizon);
}

ValueTable::ValueTable(const ValueTableSpec& spec) {
  lay_out(spec);
  Scratch scratch;
  scratch.transitions = transitions(spec);
  scratch.before.assign(stage_size(), 0);
  scratch.choice.assign(stage_size(), 0);
  scratch.after.assign(stage_size(), 0);
  values_.reserve(kept_.size() * stage_size());
  for (int stage = 1; stage <= spec.horizon; ++stage) {
    induct(spec, scratch);
    if (std::binary_search(kept_.begin(), kept_.end(), stage)) {
      values_.insert(values_.end(), scratch.after.begin(), scratch.after.end());
    }
    scratch.before.swap(scratch.after);
  }
}

std::size_t ValueTable::bytes_to_make(const ValueTableSpec& spec) {
  ValueTable table;
  table.lay_out(spec);
  return (table.kept_.size() + kScratchStages) * table.stage_size() * sizeof(float) +
         table.steps_ * table.columns_ * kOutcomes * sizeof(Transition);
}

std::vector<ValueTable::Transition> ValueTable::transitions(const ValueTableSpec& spec) const {
  const OutcomeModel model = make_outcome_model(spec.spread, spec.silence_chance, spec.persistence);
  std::vector<Transition> found;
  found.reserve(steps_ * columns_ * kOutcomes);
  for (std::size_t step = 0; step < steps_; ++step) {
    for (std::size_t column = 0; column < columns_; ++column) {
      for (const Outcome& outcome : model) {
        found.push_back(transition(spec, outcome, step, column));
      }
    }
  }
  return found;
}

ValueTable::Transition ValueTable::transition(const ValueTableSpec& spec, const Outcome& outcome,
                                              std::size_t step, std::size_t column) const {
  Transition t;
  t.probability = static_cast<float>(outcome.probability);
  const double log_bps = log_least_ + static_cast<double>(column) * log_step_;
  t.seconds = spec.ttfb_s +
              spec.bps[step] * spec.segment_s / std::exp(log_bps + outcome.log_error) +
              outcome.silence_s;
  const double next = std::clamp(static_cast<double>(column) + outcome.log_shift / log_step_, 0.0,
                                 static_cast<double>(columns_ - 1));
  t.column = static_cast<uint16_t>(std::min(static_cast<std::size_t>(next), columns_ - 2));
  t.column_share = static_cast<float>(next - t.column);

  const double levels = static_cast<double>(levels_);
  const double spent = t.seconds / level_step_;
  t.dry = static_cast<uint16_t>(std::clamp(std::ceil(spent), 0.0, levels));
  t.full = t.dry;
  if (t.dry >= levels_) return t;
  const double shift = spec.segment_s / level_step_ - spent;  // levels gained or lost
  t.gained = static_cast<int32_t>(std::floor(shift));
  t.gained_share = static_cast<float>(shift - std::floor(shift));
  // Levels whose neighbours above are still on the grid.
  t.full = static_cast<uint16_t>(std::clamp<double>(levels - 1 - t.gained, t.dry, levels));
  return t;
}

// Adds what a transition contributes at every level of one forecast to `out`. `before`: values of
// its step with one segment less to go. All levels shift by the same amount, so the grid is walked,
// not searched, by loops that a compiler makes vectors of.
void ValueTable::add_outcome(const ValueTableSpec& spec, const Transition& t, const float* before,
                             float* out) const {
  const float* a = before + t.column * levels_;
  const float* b = a + levels_;
  std::array<float, kMaxLevels> next;  // values afterwards, by level
  for (std::size_t level = 0; level < levels_; ++level) {
    next[level] = a[level] + t.column_share * (b[level] - a[level]);
  }
  // Runs dry: whatever the level was, one segment is there afterwards.
  if (t.dry > 0) {
    const double after = std::min(spec.segment_s / level_step_, static_cast<double>(levels_ - 1));
    const std::size_t i = std::min(static_cast<std::size_t>(after), levels_ - 2);
    const float share = static_cast<float>(after - static_cast<double>(i));
    const float value = next[i] + share * (next[i + 1] - next[i]);
    for (int level = 0; level < t.dry; ++level) {
      const double stall = t.seconds - level * level_step_;
      out[level] += t.probability * (value - static_cast<float>(spec.stall_price * stall));
    }
  }
  if (t.dry < t.full) {
    const float* here = next.data() + t.dry + t.gained;
    float* to = out + t.dry;
    const int count = t.full - t.dry;
    for (int i = 0; i < count; ++i) {
      to[i] += t.probability * (here[i] + t.gained_share * (here[i + 1] - here[i]));
    }
  }
  const float top = next[levels_ - 1];
  for (std::size_t level = t.full; level < levels_; ++level) out[level] += t.probability * top;
}

void ValueTable::induct(const ValueTableSpec& spec, Scratch& scratch) const {
  const Transition* t = scratch.transitions.data();
  for (std::size_t step = 0; step < steps_; ++step) {
    const float gain = static_cast<float>(spec.quality[step] * spec.segment_s / 4);
    const float* before = &scratch.before[at(step, 0)];
    for (std::size_t column = 0; column < columns_; ++column) {
      float* out = &scratch.choice[at(step, column)];
      std::fill(out, out + levels_, gain);
      for (std::size_t i = 0; i < kOutcomes; ++i) add_outcome(spec, *t++, before, out);
    }
  }
  for (std::size_t last = 0; last < steps_; ++last) {
    for (std::size_t step = 0; step < steps_; ++step) {
      const float price =
          static_cast<float>(spec.switch_price * std::abs(spec.quality[step] - spec.quality[last]));
      const float* from = &scratch.choice[at(step, 0)];
      float* to = &scratch.after[at(last, 0)];
      const std::size_t count = columns_ * levels_;
      if (step == 0) {
        for (std::size_t i = 0; i < count; ++i) to[i] = from[i] - price;
      } else {
        for (std::size_t i = 0; i < count; ++i) to[i] = std::max(to[i], from[i] - price);
      }
    }
  }
}

ValueTable::Stage ValueTable::stage(int segments_to_go) const {
  Stage stage;
  stage.table_ = this;
  if (segments_to_go <= 0) return stage;
  const auto above = std::lower_bound(kept_.begin(), kept_.end(), segments_to_go);
  const std::size_t high =
      above == kept_.end() ? kept_.size() - 1 : static_cast<std::size_t>(above - kept_.begin());
  const std::size_t low = high > 0 && above != kept_.end() ? high - 1 : high;
  stage.low_ = &values_[low * stage_size()];
  stage.high_ = &values_[high * stage_size()];
  if (high != low) {
    stage.share_ = static_cast<float>(segments_to_go - kept_[low]) /
                   static_cast<float>(kept_[high] - kept_[low]);
  }
  return stage;
}

double ValueTable::Stage::value(std::size_t step, double buffer_s, double log_bps) const {
  if (!low_) return 0;
  const ValueTable& t = *table_;
  const double level =
      std::clamp(buffer_s / t.level_step_, 0.0, static_cast<double>(t.levels_ - 1));
  const double column =
      std::clamp((log_bps - t.log_least_) / t.log_step_, 0.0, static_cast<double>(t.columns_ - 1));
  const std::size_t i = std::min(static_cast<std::size_t>(level), t.levels_ - 2);
  const std::size_t j = std::min(static_cast<std::size_t>(column), t.columns_ - 2);
  const double level_share = level - static_cast<double>(i);
  const double column_share = column - static_cast<double>(j);
  const auto read = [&](const float* values) {
    const float* a = values + t.at(step, j) + i;
    const float* b = values + t.at(step, j + 1) + i;
    const double left = a[0] + level_share * (a[1] - a[0]);
    const double right = b[0] + level_share * (b[1] - b[0]);
    return left + column_share * (right - left);
  };
  const double low = read(low_);
  if (share_ == 0) return low;
  return low + static_cast<double>(share_) * (read(high_) - low);
}

std::size_t ValueTable::bytes() const { return values_.size() * sizeof(float); }

}  // namespace playhead::abr
