// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "outcome_model.h"

namespace playhead::abr {

// What a value table is made from; everything that changes its numbers is in here.
struct ValueTableSpec {
  std::vector<double> bps;      // ascending, at least two
  std::vector<double> quality;  // of each, 0..1
  double segment_s = 4;
  double cap_s = 60;
  double ttfb_s = 0.05;
  double spread = 0.4;
  double silence_chance = 0.01;
  double persistence = 0.1;
  double stall_price = 1;
  double switch_price = 1;
  int horizon = 30;
  // Keep stages on the way to the horizon too: what is needed near the end of a title.
  bool keeps_stages = false;
  friend bool operator==(const ValueTableSpec&, const ValueTableSpec&) = default;
};

// What is still to be won with n segments to go, for each Representation fetched last, buffer level
// and forecast: the expectation over every outcome, with the best choice after each. Made by
// backward induction over segments of declared size. Immutable.
class ValueTable {
 public:
  explicit ValueTable(const ValueTableSpec& spec);

  // A number of segments to go; cheap, for many look-ups.
  class Stage {
   public:
    // buffer_s when the next segment is requested; any numbers, clamped to the grid.
    [[nodiscard]] double value(std::size_t step, double buffer_s, double log_bps) const;

   private:
    friend class ValueTable;
    const ValueTable* table_ = nullptr;
    const float* low_ = nullptr;  // null: nothing to go
    const float* high_ = nullptr;
    float share_ = 0;  // of high_
  };
  [[nodiscard]] Stage stage(int segments_to_go) const;
  [[nodiscard]] std::size_t bytes() const;
  // What making it takes at most, the table included.
  [[nodiscard]] static std::size_t bytes_to_make(const ValueTableSpec& spec);

 private:
  ValueTable() = default;
  void lay_out(const ValueTableSpec& spec);
  struct Transition;
  struct Scratch;
  [[nodiscard]] std::vector<Transition> transitions(const ValueTableSpec& spec) const;
  [[nodiscard]] Transition transition(const ValueTableSpec& spec, const Outcome& outcome,
                                      std::size_t step, std::size_t column) const;
  void add_outcome(const ValueTableSpec& spec, const Transition& t, const float* before,
                   float* out) const;
  void induct(const ValueTableSpec& spec, Scratch& scratch) const;
  [[nodiscard]] std::size_t at(std::size_t step, std::size_t column) const {
    return (step * columns_ + column) * levels_;
  }
  [[nodiscard]] std::size_t stage_size() const { return steps_ * columns_ * levels_; }

  std::size_t steps_ = 0;
  std::size_t columns_ = 0;  // of the forecast, logarithmic
  std::size_t levels_ = 0;   // of the buffer
  double log_least_ = 0;
  double log_step_ = 1;
  double level_step_ = 1;
  std::vector<int> kept_;      // stages kept, ascending
  std::vector<float> values_;  // kept stages, each [step][column][level]
};

}  // namespace playhead::abr
