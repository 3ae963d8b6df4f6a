// SPDX-License-Identifier: Apache-2.0
#include "player/drm_memory.h"

#include <algorithm>
#include <utility>

#include "base/decimal.h"

namespace playhead {

namespace {

constexpr const char* kCollection = "drm-distrusted";

bool is_known(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_about_device(ErrorCode reason) {
  // All else is of this title, this moment (sessions in use elsewhere, a full disk) or the service.
  return reason == ErrorCode::kDrmModule || reason == ErrorCode::kDrmProvisioning ||
         reason == ErrorCode::kDrmRevoked;
}

DrmMemory::DrmMemory(Store& store, Executor& executor)
    : store_(store), executor_(executor), state_(std::make_shared<State>()) {
  const int64_t now_s = executor_.wall_now().us / 1'000'000;
  store_.list(kCollection, "", static_cast<int>(kMostRemembered), executor_,
              [weak = std::weak_ptr(state_), now_s](Result<std::vector<StoreRecord>> records) {
                const auto state = weak.lock();
                if (!state || !records) return;
                const std::lock_guard lock(state->mutex);
                for (const StoreRecord& record : *records) {
                  const auto at_s = parse_uint64(record.value);
                  constexpr auto kForgottenS = kForgotten.count() / 1'000'000;
                  const bool is_fresh = at_s && static_cast<int64_t>(*at_s) + kForgottenS > now_s;
                  if (is_fresh && !is_known(state->names, record.key))
                    state->names.push_back(record.key);
                }
              });
}

std::vector<std::string> DrmMemory::distrusted() const {
  const std::lock_guard lock(state_->mutex);
  return state_->names;
}

void DrmMemory::distrust(const std::string& name) {
  if (name.empty()) return;
  {
    const std::lock_guard lock(state_->mutex);
    const bool is_full = state_->names.size() >= kMostRemembered;
    if (!is_known(state_->names, name) && is_full) return;
    if (!is_known(state_->names, name)) state_->names.push_back(name);
  }
  const int64_t now_s = executor_.wall_now().us / 1'000'000;
  // Lost, it fails once more.
  store_.write({{StoreWrite::Kind::kPut, kCollection, name, std::to_string(now_s), 0}}, executor_,
               [](const Result<uint64_t>&) {});
}

}  // namespace playhead
