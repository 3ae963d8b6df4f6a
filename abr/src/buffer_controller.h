// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/abr/controller.h"

namespace playhead::abr {

// BOLA (Spiteri, Urgaonkar, Sitaraman, INFOCOM 2016): the picture follows the buffer level alone.
// One addition keeps it from swinging: a climb stops at what the forecast sustains (BOLA-O).
class BufferController final : public Controller {
 public:
  explicit BufferController(const Settings& settings) : settings_(settings) {}
  [[nodiscard]] Decision decide(const DecisionInputs& in) const override;
  [[nodiscard]] Decision judge(const TransferInputs& in) const override;

 private:
  Settings settings_;
};

}  // namespace playhead::abr
