// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_list.h"

#include <algorithm>

#include "plan/stable_key.h"

namespace playhead::offline {

PlanList::Text PlanList::keep(std::string_view text, const Text& before) {
  if (view(before) == text) return before;
  const Text kept{text_.size(), static_cast<uint32_t>(text.size())};
  text_ += text;
  return kept;
}

void PlanList::add(const PlannedResource& resource) {
  const std::string_view url = resource.url;
  const std::size_t end = std::min(url.find_first_of("?#"), url.size());
  const std::size_t slash = url.substr(0, end).rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  Entry entry;
  const Entry before = entries_.empty() ? Entry{} : entries_.back();
  entry.folder = keep(url.substr(0, name), before.folder);
  entry.name = keep(url.substr(name, end - name), before.name);
  entry.query = keep(url.substr(end), before.query);
  entry.track = keep(resource.track, before.track);
  if (const auto& range = resource.key.range) {
    entry.range_first = range->first;
    entry.range_last = range->last.value_or(-1);
  }
  entry.start = resource.start;
  entry.end = resource.end;
  entry.size = resource.size;
  entry.seq = resource.seq;
  entry.kind = resource.kind;
  entry.is_size_exact = resource.is_size_exact;
  order_.push_back(static_cast<uint32_t>(entries_.size()));
  entries_.push_back(entry);
}

void PlanList::put_first(const std::vector<PlannedResource>& resources) {
  for (const PlannedResource& resource : resources) add(resource);
  const auto count = static_cast<std::ptrdiff_t>(resources.size());
  std::rotate(order_.begin(), order_.end() - count, order_.end());
}

void PlanList::sort_by_start() {
  std::stable_sort(order_.begin(), order_.end(), [this](uint32_t a, uint32_t b) {
    return entries_[a].start < entries_[b].start;
  });
}

PlannedResource PlanList::operator[](std::size_t position) const {
  const Entry& entry = entries_[order_[position]];
  PlannedResource resource;
  resource.url.reserve(entry.folder.size + entry.name.size + entry.query.size);
  resource.url.append(view(entry.folder)).append(view(entry.name)).append(view(entry.query));
  resource.key.stable_key = stable_key(resource.url);
  if (entry.range_first >= 0) {
    ByteRange& range = resource.key.range.emplace(ByteRange{entry.range_first, std::nullopt});
    if (entry.range_last >= 0) range.last = entry.range_last;
  }
  resource.track = view(entry.track);
  resource.seq = entry.seq;
  resource.kind = entry.kind;
  resource.play_order = static_cast<int64_t>(position);
  resource.start = entry.start;
  resource.end = entry.end;
  resource.size = entry.size;
  resource.is_size_exact = entry.is_size_exact;
  return resource;
}

}  // namespace playhead::offline
