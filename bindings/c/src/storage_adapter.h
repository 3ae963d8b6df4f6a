// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "callback_table.h"
#include "handle.h"
#include "playhead/playhead.h"
#include "playhead/record_storage.h"
#include "playhead/wall_clock.h"

struct playhead_store_page {
  static constexpr auto kKind = playhead::capi::HandleKind::kStorePage;
  const std::string after_key;
  const std::size_t limit;
  std::vector<playhead::StoreRecord> records = {};
  bool is_bad = false;
};

namespace playhead::capi {

[[nodiscard]] inline bool is_complete(const playhead_store& table) {
  return table.write != nullptr && table.list != nullptr;
}
[[nodiscard]] inline bool is_complete(const playhead_clock& table) {
  return table.now_us != nullptr;
}

// A store over an app's callback table, which is_complete().
[[nodiscard]] std::shared_ptr<Store> make_c_store(SharedTable<playhead_store> table);

class CClock final : public WallClock {
 public:
  explicit CClock(SharedTable<playhead_clock> table) : table_(std::move(table)) {}
  [[nodiscard]] WallTime now() const override;

 private:
  const SharedTable<playhead_clock> table_;
};

}  // namespace playhead::capi
