// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/abr/plan_cache.h"
#include "playhead/config.h"
#include "playhead/events.h"
#include "playhead/presentation.h"

namespace playhead {

class IdentityKeys;
class TitleKeys;

// What a StreamingEngine is made with.
struct StreamingConfig {
  BufferingConfig buffering = buffering_for(AbrPreset::kVod);  // all of it set
  AbrPreset preset = AbrPreset::kVod;
  PictureLimits limits;
  LiveConfig live;
  // The URLs are signed and can be renewed.
  bool can_renew = false;
  // Tables of the bitrate rules, kept from title to title; null: its own.
  std::shared_ptr<abr::PlanCache> plans;
  // Who has the keys, outlives the engine; null: nothing that is encrypted is played.
  TitleKeys* keys = nullptr;
  // Where HLS keys go that need no DRM system; null: the engine's own.
  std::shared_ptr<IdentityKeys> identity_keys;
};

// What the app is told about a Representation.
[[nodiscard]] RepresentationInfo representation_info(const Representation& representation);

}  // namespace playhead
