// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "corpus/corpus_assert.h"

namespace playhead::corpus {

// What came of one project's expectations.
struct Row {
  int read = 0, unread = 0;          // leniently, where they accept
  int refused = 0, not_refused = 0;  // strictly, where they reject
  int over_refused = 0;              // strictly, where they accept
  Tally facts;
};

// Adds up what a corpus test finds, project by project.
class Report {
 public:
  Row& row(const std::string& source) { return rows_[source]; }
  [[nodiscard]] Row sum() const;
  // Lines as in the table of sdk/src/manifest/README.md.
  [[nodiscard]] std::string table() const;
  // A difference that no table explains.
  void add_unknown(std::string difference) { unknown_.push_back(std::move(difference)); }
  [[nodiscard]] const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  std::map<std::string, Row> rows_;
  std::vector<std::string> unknown_;
};

}  // namespace playhead::corpus
