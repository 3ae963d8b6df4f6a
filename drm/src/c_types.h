// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/drm/cdm.h"
#include "playhead/drm/drm_system.h"
#include "playhead/drm/security_level.h"
#include "playhead/log.h"

// The values of cdm.h and those of the C++ contract, in both directions. Pure.
namespace playhead::drm {

// Of a C function: 0 or a negated number.
using Status = int32_t;

// A zeroed struct with its size filled in.
template <typename Struct>
[[nodiscard]] Struct c_sized() {
  Struct value = Struct();
  value.struct_size = static_cast<uint32_t>(sizeof(Struct));
  return value;
}

// What the other side's struct says, as far as both know it; the rest is zero. `theirs` may be
// null.
template <typename Struct>
[[nodiscard]] Struct c_copied(const Struct* theirs) {
  Struct ours = Struct();
  if (theirs != nullptr) {
    std::memcpy(static_cast<void*>(&ours), theirs,
                std::min<std::size_t>(theirs->struct_size, sizeof(Struct)));
  }
  return ours;
}

// Fills the other side's struct as far as it reaches; its struct_size stays.
template <typename Struct>
void c_fill(const Struct& ours, Struct* theirs) {
  const uint32_t size = theirs->struct_size;
  std::memcpy(static_cast<void*>(theirs), &ours, std::min<std::size_t>(size, sizeof(Struct)));
  if (size >= sizeof(uint32_t)) theirs->struct_size = size;
}

// Text of at most `most` bytes; none when it is longer or null.
[[nodiscard]] std::optional<std::string_view> c_text(const char* text, std::size_t most);

[[nodiscard]] Status status_of(const Error& error);
[[nodiscard]] inline Status status_of(ErrorCode code) { return -static_cast<Status>(code); }
// `error` may be null.
void fill_error(const Error& error, playhead_cdm_error* filled);
// What a failed function says; `what` names it. A number that is none of ours is kDrmModule. The
// text is one line of plain characters, queries of URLs left out.
[[nodiscard]] Error error_of(Status status, const playhead_cdm_error* error, const char* what);

[[nodiscard]] uint32_t c_track(TrackKind track);
[[nodiscard]] std::optional<TrackKind> track_of(uint32_t track);
[[nodiscard]] uint32_t c_kind(SessionKind kind);
[[nodiscard]] std::optional<SessionKind> kind_of(uint32_t kind);
[[nodiscard]] uint32_t c_init_type(InitDataType type);
[[nodiscard]] std::optional<InitDataType> init_type_of(uint32_t type);
[[nodiscard]] uint32_t c_message_type(DrmMessageType type);
[[nodiscard]] std::optional<DrmMessageType> message_type_of(uint32_t type);
[[nodiscard]] uint32_t c_key_status(KeyStatus status);
[[nodiscard]] KeyStatus key_status_of(uint32_t status);  // others: kError
[[nodiscard]] uint32_t c_scheme(SampleScheme scheme);
[[nodiscard]] std::optional<SampleScheme> scheme_of(uint32_t scheme);
[[nodiscard]] std::vector<SampleScheme> schemes_of(uint32_t schemes);
[[nodiscard]] SecurityLevel level_of(uint32_t level);  // rounded down
[[nodiscard]] uint32_t c_output(OutputProtection output);
[[nodiscard]] LogLevel log_level_of(uint32_t level);

[[nodiscard]] playhead_cdm_capabilities c_capabilities(const DrmCapabilities& capabilities);
[[nodiscard]] DrmCapabilities capabilities_of(const playhead_cdm_capabilities& capabilities);

}  // namespace playhead::drm
