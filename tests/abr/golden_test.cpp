// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "abr/traces.h"
#include "runner.h"

namespace playhead::abr_sim {
namespace {

// Agreement asked of two simulators: a thousandth, of the value or absolute.
bool agrees(double ours, double reference) {
  return std::abs(ours - reference) <= std::max(std::abs(reference) * 1e-3, 1e-3);
}

TEST_CASE("simulator: every reference row of the trivial policies" *
          doctest::skip(!test::has_traces())) {
  const auto text = read_file(test::traces_folder() + "/golden.json");
  REQUIRE(text.has_value());
  const auto golden = nlohmann::json::parse(*text);
  REQUIRE(golden.size() == 1560);
  Runner runner({});
  int wrong = 0;
  for (const auto& reference : golden) {
    Job job;
    job.family = reference["family"];
    job.trace = reference["trace"];
    job.ladder = reference["ladder"];
    job.algorithm = reference["algo"];
    job.cap_s = reference["cap"];
    const auto row =
        runner.run(job, test::trace_path(job.family, job.trace), test::ladder_path(job.ladder));
    REQUIRE(row.has_value());
    const auto ours = nlohmann::json::parse(to_json(*row, {}));
    for (const auto& item : reference.items()) {
      const auto& key = item.key();
      const auto& value = item.value();
      CAPTURE(job.trace);
      CAPTURE(job.algorithm);
      CAPTURE(key);
      const bool is_equal = value.is_number()
                                ? agrees(ours.at(key).get<double>(), value.get<double>())
                                : ours.at(key) == value;
      if (!is_equal && ++wrong <= 5) CHECK(ours.at(key) == value);
    }
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace playhead::abr_sim
