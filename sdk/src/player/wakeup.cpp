// SPDX-License-Identifier: Apache-2.0
#include "player/wakeup.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace playhead {

namespace {

// A wake-up that has not returned after so long does more than signal (chosen). Less: a device that
// is busy for a moment is blamed on the app; more: nobody learns why its events come late.
constexpr Duration kLate = 1s;

}  // namespace

struct Wakeup::State {
  std::mutex mutex;
  std::condition_variable changed;
  // Under mutex.
  std::shared_ptr<Call> call;  // null: none
  Executor* notifier = nullptr;
  bool is_closed = false;
  bool is_rung = false;    // it was posted, and has not begun
  MonotonicTime rung;      // when
  int running = 0;         // calls, one inside the other where the notifier is a simulated one
  std::thread::id runner;  // the thread of those
  MonotonicTime began;     // when the running one was rung
  bool is_late_told = false;

  void run() {
    Running mine{*this, nullptr};
    {
      const std::lock_guard lock(mutex);
      is_rung = false;
      ++running;
      runner = std::this_thread::get_id();
      began = rung;
      mine.call = call;
    }
    if (mine.call) (*mine.call)();
  }

 private:
  // Whatever way it ends. What the call owns goes first: who waits for its end is told of that.
  struct Running {
    State& state;
    std::shared_ptr<Call> call;
    ~Running() {
      call.reset();
      const std::lock_guard lock(state.mutex);
      if (--state.running > 0) return;
      state.is_late_told = false;
      state.changed.notify_all();
    }
  };
};

Wakeup::Wakeup() : state_(std::make_shared<State>()) {}
Wakeup::~Wakeup() = default;

void Wakeup::set(Call call, Executor* notifier, bool waits) {
  auto next = call ? std::make_shared<Call>(std::move(call)) : nullptr;
  replace(std::move(next), notifier, waits, false);
}

void Wakeup::close(bool waits) { replace(nullptr, nullptr, waits, true); }

void Wakeup::replace(std::shared_ptr<Call> next, Executor* notifier, bool waits, bool is_last) {
  std::unique_lock lock(state_->mutex);
  if (state_->is_closed) return;
  state_->is_closed = is_last;
  state_->call.swap(next);
  if (notifier != nullptr) state_->notifier = notifier;
  if (waits && state_->runner != std::this_thread::get_id()) {
    state_->changed.wait(lock, [this] { return state_->running == 0; });
  }
  lock.unlock();  // the one before ends after the lock, or with its running call
}

void Wakeup::ring(MonotonicTime now) {
  Executor* notifier = nullptr;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->call || std::exchange(state_->is_rung, true)) return;
    state_->rung = now;
    notifier = state_->notifier;
  }
  notifier->post([state = state_] { state->run(); });
}

bool Wakeup::is_late(MonotonicTime now) {
  const std::lock_guard lock(state_->mutex);
  const bool is_late = (state_->running > 0 && now - state_->began >= kLate) ||
                       (state_->is_rung && now - state_->rung >= kLate);
  return is_late && !std::exchange(state_->is_late_told, true);
}

}  // namespace playhead
