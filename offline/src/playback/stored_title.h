// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "playback/plain_title.h"
#include "playback/sealed_licenses.h"
#include "playhead/kept_license.h"
#include "vault/content_key.h"

namespace playhead::offline {

// What of a download is the same for a whole play. Immutable: any thread.
struct StoredTitle {
  std::string id;
  std::string title_id;
  std::string profile_id;
  std::string source_url;                // of the manifest, as it was asked for
  std::set<std::string> kept;            // ids of Representations; empty: all there are
  ContentKey key;                        // of its files
  std::vector<uint8_t> sealed_key = {};  // the same, as it is in the journal
  std::vector<KeptLicense> licenses = {};
  SealedLicenses::Sealed sealed_licenses = {};
  // The rights know when the licences end, by the service's time: DRM systems are not told, as they
  // only know the device's.
  bool ends_by_rights = false;
  std::shared_ptr<const PlainTitle> plain = nullptr;  // null: it has a manifest
  [[nodiscard]] std::string manifest_url() const { return "offline:" + id; }
};

}  // namespace playhead::offline
