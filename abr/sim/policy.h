// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "playhead/abr/controller.h"

namespace playhead::abr_sim {

// What a session is played with: the library's rules by name, and two that show the bounds.
struct Policy {
  std::string name;  // fixed-0, fixed-top, rate-0.8, buffer, default
  abr::Settings settings;
  std::function<std::unique_ptr<abr::Estimator>()> make_estimator;
  std::shared_ptr<abr::Controller> controller;
};

struct PolicyConfig {
  abr::Settings settings;
  std::optional<abr::EstimatorKind> estimator;
};
// Settings from the text of a JSON object: "preset" (vod, live, low_latency, data_saver,
// max_quality), "estimator" (forecast, ewma, harmonic, quantile), and constants by name.
// Errors: kInvalidArgument.
Result<PolicyConfig> parse_config(const std::string& text);

// Errors: kInvalidArgument for a name it does not know.
Result<Policy> make_policy(std::string_view name, const PolicyConfig& config,
                           std::shared_ptr<abr::PlanCache> cache);

}  // namespace playhead::abr_sim
