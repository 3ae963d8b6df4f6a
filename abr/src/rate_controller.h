// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/abr/controller.h"

namespace playhead::abr {

// Highest bitrate within the margin of the forecast; the lowest if none fits or nothing is known.
class RateController final : public Controller {
 public:
  explicit RateController(const Settings& settings) : settings_(settings) {}
  [[nodiscard]] Decision decide(const DecisionInputs& in) const override;
  [[nodiscard]] Decision judge(const TransferInputs& in) const override;

 private:
  Settings settings_;
};

}  // namespace playhead::abr
