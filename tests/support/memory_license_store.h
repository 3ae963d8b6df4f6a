// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "playhead/drm/license_store.h"

namespace playhead::test {

// What lies in it outlives systems and managers, as a file would.
class MemoryLicenseStore final : public LicenseStore {
 public:
  Result<void> put(const std::string& id, ByteView record) override {
    if (is_broken) return make_error(ErrorCode::kStoreIo, "planned");
    if (is_full) return make_error(ErrorCode::kStoreFull, "no room");
    records[id].assign(record.begin(), record.end());
    return {};
  }
  Result<std::vector<uint8_t>> get(const std::string& id) override {
    if (is_broken) return make_error(ErrorCode::kStoreIo, "planned");
    const auto found = records.find(id);
    if (found == records.end()) return make_error(ErrorCode::kDrmNoLicense, "not kept");
    return found->second;
  }
  Result<void> remove(const std::string& id) override {
    if (is_stuck) return make_error(ErrorCode::kStoreIo, "planned");
    records.erase(id);
    return {};
  }

  std::map<std::string, std::vector<uint8_t>> records;
  bool is_full = false;
  bool is_broken = false;  // neither writes nor reads
  bool is_stuck = false;   // removes nothing
};

}  // namespace playhead::test
