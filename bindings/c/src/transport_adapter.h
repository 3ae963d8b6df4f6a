// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "callback_table.h"
#include "handle.h"
#include "playhead/http_client.h"
#include "playhead/playhead.h"

struct playhead_transfer {
  static constexpr auto kKind = playhead::capi::HandleKind::kTransfer;
  explicit playhead_transfer(std::shared_ptr<playhead::HttpAnswer> to) : answer(std::move(to)) {}
  const std::shared_ptr<playhead::HttpAnswer> answer;
};

namespace playhead::capi {

[[nodiscard]] inline bool is_complete(const playhead_transport& table) {
  return table.start != nullptr && table.cancel != nullptr;
}

// A transport over an app's callback table, which is_complete().
[[nodiscard]] std::shared_ptr<Transport> make_c_transport(SharedTable<playhead_transport> table);

}  // namespace playhead::capi
