// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/drm/drm_system.h"
#include "playhead/drm/license_store.h"

namespace playhead {

struct ClearKeyOptions {
  // Persistent sessions: where licences are kept; outlives the system and its sessions. Null: no
  // persistent sessions.
  LicenseStore* store = nullptr;
  // Open at a time; chosen: one for each key of a title with many. >= 1.
  int max_sessions = 32;
};

// Clear Key (W3C Encrypted Media Extensions §9.1): licences are JSON with the keys in them, samples
// are decrypted in the library, kSl1000. Licences may say when they end by an "expires_at" (seconds
// since 1970) beside the W3C's members: from then on their keys are kExpired, by the wall clock of
// the session's executor or by the time that has passed since the licence came, whichever is first.
// Persistent licences are of type "persistent-license".
[[nodiscard]] std::unique_ptr<DrmSystem> make_clear_key_system(const ClearKeyOptions& options);

}  // namespace playhead
