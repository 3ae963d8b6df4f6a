// SPDX-License-Identifier: Apache-2.0
#include "corpus/corpus_report.h"

namespace playhead::corpus {

Row Report::sum() const {
  Row sum;
  for (const auto& [source, row] : rows_) {
    sum.read += row.read;
    sum.unread += row.unread;
    sum.refused += row.refused;
    sum.not_refused += row.not_refused;
    sum.over_refused += row.over_refused;
    sum.facts.matched += row.facts.matched;
    sum.facts.mismatched += row.facts.mismatched;
    sum.facts.not_applicable += row.facts.not_applicable;
  }
  return sum;
}

std::string Report::table() const {
  std::string text =
      "\n| source | read / not | refused / let pass | facts matched / differ / not in the model | "
      "refused too much |\n";
  const auto line = [&text](const std::string& source, const Row& row) {
    const auto join = [](std::initializer_list<int> counts) {
      std::string joined;
      for (const int count : counts)
        joined += (joined.empty() ? "" : " / ") + std::to_string(count);
      return joined;
    };
    text += "| " + source + " | " + join({row.read, row.unread}) + " | " +
            join({row.refused, row.not_refused}) + " | " +
            join({row.facts.matched, row.facts.mismatched, row.facts.not_applicable}) + " | " +
            join({row.over_refused}) + " |\n";
  };
  for (const auto& [source, row] : rows_) line(source, row);
  line("all", sum());
  return text;
}

}  // namespace playhead::corpus
