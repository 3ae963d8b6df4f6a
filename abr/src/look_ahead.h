// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "plan_cache_impl.h"
#include "plan_ladder.h"
#include "playhead/abr/controller.h"

namespace playhead::abr {

// The default controller: one exact step over the real sizes of the next segment, every outcome
// weighed, then the value table for what follows. Above it stand the margin, as a guard while the
// buffer is low, and the start rule.
class LookAhead final : public Controller {
 public:
  LookAhead(const Settings& settings, std::shared_ptr<PlanCache> cache);
  [[nodiscard]] Decision decide(const DecisionInputs& in) const override;
  [[nodiscard]] Decision judge(const TransferInputs& in) const override;

 private:
  [[nodiscard]] std::optional<std::size_t> last_exit(const TransferInputs& in,
                                                     const PlanLadder& ladder, std::size_t running,
                                                     double left) const;
  // What the next transfer is expected to do, in the units of the model.
  struct Prospect {
    double log_bps = 0;
    double ttfb_s = 0;
    OutcomeModel model;
    std::shared_ptr<const ValueTable> table;  // of afterwards
    ValueTable::Stage afterwards;
  };
  [[nodiscard]] Prospect prospect(const PlanLadder& ladder, const DecisionInputs& in) const;
  // Expected worth of fetching `bits` of `step` after `last`, the first byte coming after ttfb_s.
  [[nodiscard]] double worth(const PlanLadder& ladder, const Prospect& prospect, std::size_t step,
                             std::optional<std::size_t> last, double bits, double ttfb_s) const;

  Settings settings_;
  std::shared_ptr<PlanCache> cache_;  // changes no answer
};

}  // namespace playhead::abr
