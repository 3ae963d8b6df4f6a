// SPDX-License-Identifier: Apache-2.0
#include "player/drm_memory.h"

#include <algorithm>
#include <utility>

#include "base/decimal.h"

namespace playhead {

namespace {

constexpr const char* kCollection = "drm-distrusted";
constexpr int kMostRead = 1000;  // stale ones among them

bool is_known(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What is to be removed of the records; `names` gets the others.
std::vector<StoreWrite> take_fresh(const std::vector<StoreRecord>& records, int64_t now_s,
                                   std::vector<std::string>& names) {
  constexpr auto kForgottenS = DrmMemory::kForgotten.count() / 1'000'000;
  std::vector<StoreWrite> stale;
  for (const StoreRecord& record : records) {
    const auto at_s = parse_uint64(record.value);
    const bool is_fresh = at_s && static_cast<int64_t>(*at_s) + kForgottenS > now_s;
    if (!is_fresh) {
      stale.push_back({StoreWrite::Kind::kErase, kCollection, record.key, {}, 0});
    } else if (!is_known(names, record.key)) {
      names.push_back(record.key);
    }
  }
  return stale;
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
  store_.list(kCollection, "", kMostRead, executor_,
              [&store = store_, &executor = executor_, weak = std::weak_ptr(state_),
               now_s](Result<std::vector<StoreRecord>> records) {
                const auto state = weak.lock();
                if (!state || !records) return;
                const std::lock_guard lock(state->mutex);
                auto stale = take_fresh(*records, now_s, state->names);
                if (!stale.empty()) store.write(std::move(stale), executor, [](const auto&) {});
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
