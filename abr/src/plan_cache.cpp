// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/plan_cache.h"

#include <algorithm>

#include "plan_cache_impl.h"

namespace playhead::abr {

PlanCache::PlanCache(std::size_t max_bytes) : impl_(std::make_unique<Impl>(max_bytes)) {}
PlanCache::~PlanCache() = default;
PlanCache::PlanCache(PlanCache&&) noexcept = default;
PlanCache& PlanCache::operator=(PlanCache&&) noexcept = default;

std::size_t PlanCache::bytes() const { return impl_->bytes(); }
std::size_t PlanCache::most_bytes() const { return impl_->most_bytes(); }
std::size_t PlanCache::builds() const { return impl_->builds(); }

const ValueTable& PlanCache::Impl::table(const ValueTableSpec& spec) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.spec == spec; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front().table;
  }
  // Room is made first: the old and the new together would be twice what was allowed.
  const std::size_t needed = ValueTable::bytes_to_make(spec);
  while (bytes_ + needed > max_bytes_ && !entries_.empty()) {
    bytes_ -= entries_.back().table.bytes();
    entries_.pop_back();
  }
  most_bytes_ = std::max(most_bytes_, bytes_ + needed);
  entries_.push_front({spec, ValueTable(spec)});
  ++builds_;
  bytes_ += entries_.front().table.bytes();
  return entries_.front().table;
}

}  // namespace playhead::abr
