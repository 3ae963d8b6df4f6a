// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "trust/time_policy.h"

namespace playhead::offline {

// Downloads of one device.
inline constexpr std::size_t kTrustTitles = 20'000;

// What the device must not be able to forget: the time, and which record of each title's rights is
// the newest.
struct TrustRecord {
  uint64_t counter = 0;  // of writes
  ClockState clock;
  std::map<std::string, uint64_t> generations;  // by download id
  friend bool operator==(const TrustRecord&, const TrustRecord&) = default;
};

[[nodiscard]] std::vector<uint8_t> write_trust_record(const TrustRecord& record);
// Errors: kStoreCorrupt, kStoreNewer.
[[nodiscard]] Result<TrustRecord> parse_trust_record(ByteView bytes);

}  // namespace playhead::offline
