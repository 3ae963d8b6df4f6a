// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/plan_cache.h"

#include <algorithm>

#include "plan_cache_impl.h"

namespace playhead::abr {

PlanCache::PlanCache(std::size_t max_bytes) : impl_(std::make_unique<Impl>(max_bytes)) {}
PlanCache::~PlanCache() = default;
PlanCache::PlanCache(PlanCache&&) noexcept = default;
PlanCache& PlanCache::operator=(PlanCache&&) noexcept = default;

void PlanCache::clear() { impl_->clear(); }
std::size_t PlanCache::bytes() const { return impl_->bytes(); }
std::size_t PlanCache::most_bytes() const { return impl_->most_bytes(); }
std::size_t PlanCache::builds() const { return impl_->builds(); }

void PlanCache::Impl::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  bytes_ = 0;
}

std::size_t PlanCache::Impl::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t PlanCache::Impl::most_bytes() const {
  const std::lock_guard lock(mutex_);
  return most_bytes_;
}

std::size_t PlanCache::Impl::builds() const {
  const std::lock_guard lock(mutex_);
  return builds_;
}

std::shared_ptr<const ValueTable> PlanCache::Impl::find(const ValueTableSpec& spec) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.spec == spec; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().table;
}

void PlanCache::Impl::make_room(std::size_t needed) {
  while (bytes_ + needed > max_bytes_ && !entries_.empty()) {
    bytes_ -= entries_.back().table->bytes();
    entries_.pop_back();
  }
}

std::shared_ptr<const ValueTable> PlanCache::Impl::table(const ValueTableSpec& spec) {
  {
    const std::lock_guard lock(mutex_);
    if (auto kept = find(spec)) return kept;
    // Room is made first: the old and the new together would be twice what was allowed.
    const std::size_t needed = ValueTable::bytes_to_make(spec);
    make_room(needed);
    most_bytes_ = std::max(most_bytes_, bytes_ + needed);
  }
  auto made = std::make_shared<const ValueTable>(spec);
  const std::lock_guard lock(mutex_);
  ++builds_;
  if (auto kept = find(spec)) return kept;
  make_room(made->bytes());  // others may have made theirs meanwhile
  bytes_ += made->bytes();
  entries_.push_front({spec, made});
  return made;
}

}  // namespace playhead::abr
