// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

// The statements of the corpus (../shared/corpus/README.md: asserts, facts) against a model that
// was written in its vocabulary.
namespace playhead::corpus {

enum class Outcome { kMatched, kMismatched, kNotApplicable };

// `base`: URL the manifest was parsed under; URIs are equal when they resolve to the same.
struct Context {
  nlohmann::json model;
  std::string base;
};

// [path, op, value?]. kNotApplicable: the model has no such name.
Outcome evaluate(const nlohmann::json& statement, const Context& context);

struct Tally {
  int matched = 0, mismatched = 0, not_applicable = 0;
  void add(Outcome outcome) {
    (outcome == Outcome::kMatched      ? matched
     : outcome == Outcome::kMismatched ? mismatched
                                       : not_applicable)++;
  }
};

// Every leaf of a whole expected object; `on_mismatch(path, expected, actual)`.
template <typename OnMismatch>
void compare_facts(const nlohmann::json& expected, const nlohmann::json& actual,
                   const std::string& path, const Context& context, Tally& tally,
                   const OnMismatch& on_mismatch);

// Are a value of the model and an expected one the same, as far as their notations go?
bool is_equal(const std::string& path, const nlohmann::json& actual, const nlohmann::json& expected,
              const Context& context);

template <typename OnMismatch>
void compare_facts(const nlohmann::json& expected, const nlohmann::json& actual,
                   const std::string& path, const Context& context, Tally& tally,
                   const OnMismatch& on_mismatch) {
  if (expected.is_object() && actual.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const auto found = actual.find(key);
      if (found == actual.end()) {
        tally.add(Outcome::kNotApplicable);
      } else {
        compare_facts(value, *found, path.empty() ? key : path + "." + key, context, tally,
                      on_mismatch);
      }
    }
    return;
  }
  if (expected.is_array() && actual.is_array() && expected.size() == actual.size() &&
      !expected.empty() && expected[0].is_object()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      compare_facts(expected[i], actual[i], path + "[" + std::to_string(i) + "]", context, tally,
                    on_mismatch);
    }
    return;
  }
  const bool is_same = is_equal(path, actual, expected, context);
  tally.add(is_same ? Outcome::kMatched : Outcome::kMismatched);
  if (!is_same) on_mismatch(path, expected, actual);
}

}  // namespace playhead::corpus
