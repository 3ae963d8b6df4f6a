// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <mutex>

#include "playhead/abr/plan_cache.h"
#include "value_table.h"

namespace playhead::abr {

class PlanCache::Impl {
 public:
  explicit Impl(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // The table made from `spec`, by this call when there is none. Tables are made without the lock:
  // two threads that want the same one at once both make it.
  std::shared_ptr<const ValueTable> table(const ValueTableSpec& spec);

  void clear();
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t most_bytes() const;
  [[nodiscard]] std::size_t builds() const;

 private:
  struct Entry {
    ValueTableSpec spec;
    std::shared_ptr<const ValueTable> table;
  };
  // The table kept for `spec`, now the most recently used; null when there is none. Locked.
  std::shared_ptr<const ValueTable> find(const ValueTableSpec& spec);
  // Drops what was used longest ago until so many bytes more fit. Locked.
  void make_room(std::size_t needed);

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;  // of everything below
  std::size_t bytes_ = 0;
  std::size_t most_bytes_ = 0;
  std::size_t builds_ = 0;
  std::list<Entry> entries_;  // most recently used first
};

}  // namespace playhead::abr
