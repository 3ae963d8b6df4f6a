// SPDX-License-Identifier: Apache-2.0
#include "streaming/title_events.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace playhead {

bool is_told(const text::EventMessage& message,
             const std::optional<std::vector<Descriptor>>& announced) {
  if (!announced || message.scheme == text::kId3Scheme) return true;
  return std::any_of(announced->begin(), announced->end(), [&](const Descriptor& stream) {
    return stream.scheme == message.scheme &&
           (stream.value.empty() || stream.value == message.value);
  });
}

void TitleEvents::add(std::vector<TimedEvent> found) {
  for (TimedEvent& event : found) {
    if (found_.size() < limits::kEventMessages) found_.push_back(std::move(event));
  }
}

std::optional<std::vector<TimedEvent>> TitleEvents::take(
    const std::shared_ptr<const Presentation>& presentation, const LoadedIndex* index) {
  const auto segments = index ? index->segments : nullptr;
  std::vector<TimedEvent> events = std::exchange(found_, {});
  if (presentation_ == presentation && (!segments || segments_ == segments)) {
    return events.empty() ? std::nullopt : std::optional(std::move(events));
  }
  presentation_ = presentation;
  if (segments) segments_ = segments;
  for (const Period& period : presentation->periods) {
    events.insert(events.end(), period.events.begin(), period.events.end());
  }
  if (index) events.insert(events.end(), index->events.begin(), index->events.end());
  return events;
}

}  // namespace playhead
