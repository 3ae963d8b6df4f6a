// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/controller.h"

#include <utility>

#include "buffer_controller.h"
#include "look_ahead.h"
#include "rate_controller.h"

namespace playhead::abr {

const char* to_string(Reason reason) {
  switch (reason) {
    case Reason::kEmptyLadder:
      return "empty_ladder";
    case Reason::kOnlyOne:
      return "only_one";
    case Reason::kStart:
      return "start";
    case Reason::kRemembered:
      return "remembered";
    case Reason::kThroughput:
      return "throughput";
    case Reason::kBuffer:
      return "buffer";
    case Reason::kGuard:
      return "guard";
    case Reason::kKeep:
      return "keep";
    case Reason::kStallAhead:
      return "stall_ahead";
  }
  return "unknown";
}

const char* to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRate:
      return "rate";
    case Algorithm::kBuffer:
      return "buffer";
    case Algorithm::kDefault:
      return "default";
  }
  return "unknown";
}

std::unique_ptr<Controller> make_controller(Algorithm algorithm, const Settings& settings,
                                            std::shared_ptr<PlanCache> cache) {
  switch (algorithm) {
    case Algorithm::kRate:
      return std::make_unique<RateController>(settings);
    case Algorithm::kBuffer:
      return std::make_unique<BufferController>(settings);
    case Algorithm::kDefault:
      break;
  }
  return std::make_unique<LookAhead>(settings, std::move(cache));
}

}  // namespace playhead::abr
