// SPDX-License-Identifier: Apache-2.0
#include "player/license_returns.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace playhead {

namespace {

// For giving licences back when a title is over (chosen: what a service answers within). More: keys
// stay for longer, and whoever ends a client waits for longer; less: the service thinks they are
// still in use.
constexpr Duration kClosing = 2s;

struct OverTitle {
  std::unique_ptr<TitleProtection> title;
  Executor* executor = nullptr;
  std::shared_ptr<Executor> kept;  // null: a player has it
};

}  // namespace

struct LicenseReturns::State {
  explicit State(Executor& executor) : graveyard(executor) {}

  Executor& graveyard;
  std::mutex mutex;
  std::condition_variable is_less;
  std::vector<OverTitle> titles;  // under mutex

  // On the title's executor.
  void let_go(const TitleProtection* title) {
    OverTitle over;
    {
      const std::lock_guard lock(mutex);
      const auto found = std::find_if(titles.begin(), titles.end(),
                                      [&](const auto& each) { return each.title.get() == title; });
      if (found == titles.end()) return;
      over = std::move(*found);
    }
    // An executor does not end on its own thread.
    over.title.reset();
    if (over.kept) graveyard.post([kept = std::move(over.kept)] {});
    const std::lock_guard lock(mutex);
    std::erase_if(titles, [](const auto& each) { return !each.title; });
    is_less.notify_all();
  }
};

LicenseReturns::LicenseReturns(Executor& executor) : state_(std::make_shared<State>(executor)) {}

LicenseReturns::~LicenseReturns() { clear(); }

void LicenseReturns::add(std::unique_ptr<TitleProtection> title, Executor& executor) {
  TitleProtection* const over = title.get();
  {
    const std::lock_guard lock(state_->mutex);
    state_->titles.push_back({std::move(title), &executor, nullptr});
  }
  // Not from inside a call of what then ends.
  over->stop(kClosing, [over, &executor, weak = std::weak_ptr(state_)] {
    executor.post([over, weak] {
      if (const auto state = weak.lock()) state->let_go(over);
    });
  });
}

void LicenseReturns::outlive(const std::shared_ptr<Executor>& executor) {
  const std::lock_guard lock(state_->mutex);
  for (OverTitle& over : state_->titles) {
    // Without a title it is being let go of right now, which the player's executor waits for.
    if (over.title && over.executor == executor.get()) over.kept = executor;
  }
}

bool LicenseReturns::wait(Duration patience) {
  std::unique_lock lock(state_->mutex);
  return state_->is_less.wait_for(lock, patience, [this] {
    return std::all_of(state_->titles.begin(), state_->titles.end(),
                       [](const OverTitle& over) { return over.executor->is_current(); });
  });
}

void LicenseReturns::clear() {
  std::vector<OverTitle> left;
  {
    const std::lock_guard lock(state_->mutex);
    left.swap(state_->titles);
  }
  left.clear();
}

}  // namespace playhead
