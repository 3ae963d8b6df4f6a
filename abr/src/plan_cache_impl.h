// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>

#include "playhead/abr/plan_cache.h"
#include "value_table.h"

namespace playhead::abr {

class PlanCache::Impl {
 public:
  explicit Impl(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // The table made from `spec`; valid until the next call.
  const ValueTable& table(const ValueTableSpec& spec);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t most_bytes() const { return most_bytes_; }
  [[nodiscard]] std::size_t builds() const { return builds_; }

 private:
  struct Entry {
    ValueTableSpec spec;
    ValueTable table;
  };
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::size_t most_bytes_ = 0;
  std::size_t builds_ = 0;
  std::list<Entry> entries_;  // most recently used first; never empty once asked
};

}  // namespace playhead::abr
