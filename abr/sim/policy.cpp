// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace playhead::abr_sim {

namespace {

using abr::Algorithm;
using abr::EstimatorKind;

// Always the lowest, or always the highest.
class FixedController final : public abr::Controller {
 public:
  explicit FixedController(bool is_top) : is_top_(is_top) {}
  [[nodiscard]] abr::Decision decide(const abr::DecisionInputs& in) const override {
    abr::Decision decision;
    if (in.ladder.empty()) return decision;
    decision.chosen = is_top_ ? in.ladder.size() - 1 : 0;
    decision.reason = abr::Reason::kOnlyOne;
    return decision;
  }
  [[nodiscard]] abr::Decision judge(const abr::TransferInputs& in) const override {
    abr::Decision decision;
    decision.chosen = in.running;
    decision.reason = abr::Reason::kKeep;
    return decision;
  }

 private:
  bool is_top_;
};

struct NamedEstimator {
  const char* name;
  EstimatorKind kind;
};
constexpr NamedEstimator kEstimators[] = {{"forecast", EstimatorKind::kForecast},
                                          {"ewma", EstimatorKind::kDualEwma},
                                          {"harmonic", EstimatorKind::kHarmonicMean},
                                          {"quantile", EstimatorKind::kSlidingQuantile}};

Error bad(const std::string& what) { return make_error(ErrorCode::kInvalidArgument, what); }

Result<void> set_word(PolicyConfig& config, const std::string& key, const std::string& value) {
  if (key == "preset") return {};  // read first
  if (key == "estimator") {
    for (const NamedEstimator& named : kEstimators) {
      if (value != named.name) continue;
      config.estimator = named.kind;
      return {};
    }
  }
  return bad("config: " + key + " cannot be " + value);
}

}  // namespace

Result<PolicyConfig> parse_config(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return bad("a config is a JSON object");
  PolicyConfig config;
  if (json.contains("preset")) {
    bool is_known = false;
    for (const abr::Preset preset : abr::kAllPresets) {
      if (json["preset"] != abr::to_string(preset)) continue;
      config.settings = abr::settings_for(preset);
      is_known = true;
    }
    if (!is_known) return bad("config: no such preset");
  }
  for (const auto& [key, value] : json.items()) {
    Result<void> set;
    if (value.is_string()) {
      set = set_word(config, key, value.get<std::string>());
    } else if (value.is_number()) {
      set = abr::set_setting(config.settings, key, value.get<double>());
    } else {
      return bad("config: " + key + " is neither a number nor a word");
    }
    if (!set) return std::move(set).error();
  }
  return config;
}

Result<Policy> make_policy(std::string_view name, const PolicyConfig& config,
                           std::shared_ptr<abr::PlanCache> cache) {
  Policy policy;
  policy.name = name;
  policy.settings = config.settings;
  EstimatorKind estimator = config.estimator.value_or(EstimatorKind::kForecast);
  if (name == "fixed-0" || name == "fixed-top") {
    policy.controller = std::make_shared<FixedController>(name == "fixed-top");
  } else if (name == "rate-0.8") {
    estimator = config.estimator.value_or(EstimatorKind::kHarmonicMean);
    policy.controller = abr::make_controller(Algorithm::kRate, config.settings);
  } else if (name == "buffer") {
    policy.controller = abr::make_controller(Algorithm::kBuffer, config.settings);
  } else if (name == "default") {
    policy.controller =
        abr::make_controller(Algorithm::kDefault, config.settings, std::move(cache));
  } else {
    return bad("no algorithm is called " + std::string(name));
  }
  policy.make_estimator = [estimator, settings = config.settings] {
    return abr::make_estimator(estimator, settings);
  };
  return policy;
}

}  // namespace playhead::abr_sim
