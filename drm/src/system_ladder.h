// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "playhead/drm/drm_system.h"
#include "playhead/error.h"
#include "system_choice.h"

// In which order systems, and levels of one system, are tried for one set of keys. Pure.
namespace playhead::drm {

// What is known of a registered system when a ladder is made.
struct LadderSystem {
  std::string name;              // DrmSystem::name()
  bool is_distrusted = false;    // failed on this device before
  DrmCapabilities capabilities;  // for the track in question
};

// The level of what a system protects best names its rung.
[[nodiscard]] SecurityLevel level_of(const DrmSystem& system);

// "widevine/3000": how a system with its level is called in events and in what is remembered.
[[nodiscard]] std::string rung_name(const std::string& name, SecurityLevel level);

// What of `choices` (see choose_systems()) can open samples of that scheme (none: not known),
// reordered: the levels of one system stand together, as they were registered, and what is
// distrusted comes last. A system the manifest does not speak of is no way out when one of those it
// speaks of is there: nobody would answer its request.
[[nodiscard]] std::vector<DrmChoice> make_ladder(std::vector<DrmChoice> choices,
                                                 std::span<const LadderSystem> systems,
                                                 std::optional<SampleScheme> scheme);

// What a failure means for the ladder.
enum class Fallback : uint8_t {
  kStay,    // another system would fare the same: the network, the answer
  kKeys,    // the next one is tried for these keys; others may still be asked of this one
  kSystem,  // the system cannot be used: the next one is tried, this one is not asked again
};
enum class FailureSource : uint8_t {
  kSystem,   // the system or its session
  kService,  // the licence service, or the way to it
};
[[nodiscard]] Fallback fallback_of(ErrorCode code, FailureSource source);

// Of two reasons why there is no licence the one that tells more to a person: a refusal of the
// service before a system that is missing.
[[nodiscard]] const Error& better_reason(const Error& first, const Error& second);

}  // namespace playhead::drm
