// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "playhead/drm/license_keeper.h"
#include "playhead/kept_license.h"
#include "vault/sealer.h"

// What stands, sealed, in a row of the journal's licence table: a note without keys, and what the
// DRM system keeps of the licence, each sealed for itself and bound to its download. Any thread.
namespace playhead::offline {

// How licences were asked for; the same is asked to renew them, and to give them back.
struct LicenceOrigin {
  bool is_of_service = false;       // a title of the client's service
  std::string system;               // DrmGrant::type
  std::string license_url;          // signed, do not log; may be empty
  std::vector<LicenseWish> wishes;  // without what media say
};

struct LicenceNote {
  KeptLicense license;
  LicenceOrigin origin;
};

// `record`: of the LicenseStore, with keys in it; empty: the system keeps licences elsewhere.
// Errors: those of Sealer.
[[nodiscard]] Result<std::vector<uint8_t>> seal_licence(Sealer& sealer, const std::string& download,
                                                        const LicenceNote& note, ByteView record);
// Errors of these: kOfflineTampered, kOfflineOtherDevice, kStoreCorrupt.
[[nodiscard]] Result<LicenceNote> open_licence_note(Sealer& sealer, const std::string& download,
                                                    ByteView sealed);
// The caller wipes it. More errors: kDrmNoLicense (nothing was kept here).
[[nodiscard]] Result<std::vector<uint8_t>> open_licence_record(Sealer& sealer,
                                                               const std::string& download,
                                                               const std::string& persistent_id,
                                                               ByteView sealed);
// The same without the record, for open_licence_note(); for what outlives the keys.
[[nodiscard]] Result<std::vector<uint8_t>> without_record(ByteView sealed);

}  // namespace playhead::offline
