// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "playhead/result.h"
#include "playhead/store.h"

namespace playhead {

// What a Store accepts: names of up to 1 KiB, values of up to 1 MiB. Records are small facts; what
// is larger belongs in a file.
inline constexpr std::size_t kMaxStoreNameBytes = 1024;
inline constexpr std::size_t kMaxStoreValueBytes = std::size_t{1} << 20;

// kInvalidArgument unless every write is within the limits.
[[nodiscard]] inline Result<void> check_writes(const std::vector<StoreWrite>& writes) {
  const auto is_name = [](const std::string& name) {
    return !name.empty() && name.size() <= kMaxStoreNameBytes;
  };
  const bool allowed = std::all_of(writes.begin(), writes.end(), [&](const StoreWrite& write) {
    return is_name(write.collection) && is_name(write.key) &&
           write.value.size() <= kMaxStoreValueBytes;
  });
  if (allowed) return {};
  return make_error(ErrorCode::kInvalidArgument, "a store record is empty or too large");
}

}  // namespace playhead
