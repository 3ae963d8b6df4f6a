// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "playhead/time.h"

namespace playhead {

// Something a manifest does that its specification forbids, or that the parser passed over.
struct Diagnostic {
  enum class Severity : uint8_t {
    kViolation,  // a MUST of the specification is broken; an error in strict mode
    kSkipped,    // unknown or without a use here; never an error
  };
  int64_t line = 0;  // from 1; 0 unknown, or the manifest as a whole
  int64_t byte = 0;  // offset from the start; 0 unknown
  Severity severity = Severity::kViolation;
  std::string rule;     // the clause: "RFC 8216bis 4.4.4.1", "ISO/IEC 23009-1 5.3.9"; may be empty
  std::string message;  // one sentence for people
};

// Collects them, up to a cap: a manifest that breaks a rule on each line is no longer read by
// people. Not thread-safe; one parse at a time.
class Diagnostics {
 public:
  static constexpr std::size_t kMaxItems = 1'000;

  void add(Diagnostic diagnostic) {
    count_one(diagnostic.severity);
    if (items_.size() < kMaxItems) items_.push_back(std::move(diagnostic));
  }
  // True: a further one is only counted, and need not be put into words.
  [[nodiscard]] bool is_full() const { return items_.size() >= kMaxItems; }
  void count_one(Diagnostic::Severity severity) {
    ++count_;
    if (severity == Diagnostic::Severity::kViolation) ++violations_;
  }
  // In the order they were found.
  [[nodiscard]] const std::vector<Diagnostic>& items() const { return items_; }
  // All of them, those beyond the cap included.
  [[nodiscard]] int count() const { return count_; }
  // Those of them that break a MUST, beyond the cap as well.
  [[nodiscard]] int violations() const { return violations_; }

 private:
  std::vector<Diagnostic> items_;
  int count_ = 0;
  int violations_ = 0;
};

// How parsers treat what breaks the specification.
struct ParseOptions {
  // False: read on wherever there is one sensible reading, and count a warning. True: the first
  // violation of a MUST is an error.
  bool strict = false;
  // Where violations and skipped parts are listed; null: they are only counted.
  Diagnostics* diagnostics = nullptr;
  // DASH, dynamic: the time by which availability of segments is judged (ISO/IEC 23009-1 A.3).
  // None: everything announced is listed.
  std::optional<WallTime> now;
};

}  // namespace playhead
