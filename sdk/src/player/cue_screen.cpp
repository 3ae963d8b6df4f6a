// SPDX-License-Identifier: Apache-2.0
#include "player/cue_screen.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Looks the same, whatever its times: segments repeat and lengthen cues.
bool looks_alike(const std::shared_ptr<const Cue>& a, const std::shared_ptr<const Cue>& b) {
  return a == b || (a->id == b->id && a->spans == b->spans && a->placement == b->placement &&
                    a->language == b->language);
}

}  // namespace

std::optional<CuesChanged> CueScreen::update(const text::CueTimeline& subtitles,
                                             const text::CueTimeline& captions,
                                             MediaTime position) {
  CuesChanged now{subtitles.active_at(position)};
  for (auto& cue : captions.active_at(position)) now.cues.push_back(std::move(cue));
  if (std::equal(now.cues.begin(), now.cues.end(), shown_.begin(), shown_.end(), looks_alike)) {
    return std::nullopt;
  }
  shown_ = now.cues;
  return now;
}

std::optional<CuesChanged> CueScreen::clear() {
  if (std::exchange(shown_, {}).empty()) return std::nullopt;
  return CuesChanged{};
}

std::optional<MediaTime> next_cue_change(const text::CueTimeline& subtitles,
                                         const text::CueTimeline& captions, MediaTime position) {
  const auto first = subtitles.next_change_after(position);
  const auto second = captions.next_change_after(position);
  if (!first || !second) return first ? first : second;
  return std::min(*first, *second);
}

}  // namespace playhead
