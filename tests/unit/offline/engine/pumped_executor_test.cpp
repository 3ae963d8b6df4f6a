// SPDX-License-Identifier: Apache-2.0
#include "engine/pumped_executor.h"

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/thread_executor.h"

namespace playhead::offline {
namespace {

// Time passes by being looked at: a millisecond each.
class LookedAtClock final : public Executor {
 public:
  [[nodiscard]] MonotonicTime now() const override { return now_ += 1ms; }
  [[nodiscard]] WallTime wall_now() const override { return WallTime{now_.us}; }
  void post(Task) override { FAIL("a clock alone"); }
  CancelHandle post_at(MonotonicTime, Task) override {
    FAIL("a clock alone");
    return {};
  }
  uint64_t random() override { return 1; }
  [[nodiscard]] bool is_current() const override { return false; }

 private:
  mutable MonotonicTime now_{1'000'000};
};

bool nothing(MonotonicTime) { return false; }

}  // namespace

TEST_CASE("pumped_executor: tasks in order, timers when they are due, nobody between pumps") {
  PumpedExecutor executor(std::make_shared<LookedAtClock>());
  std::string order;
  const CancelHandle later = executor.post_at(executor.now() + 50ms, [&] { order += 'L'; });
  const CancelHandle soon = executor.post_at(executor.now() + 1ms, [&] { order += 'S'; });
  CancelHandle never = executor.post_at(executor.now() + 1ms, [&] { order += 'N'; });
  never.reset();
  executor.post([&] {
    order += 'a';
    CHECK(executor.is_current());
    executor.post([&] { order += 'c'; });
  });
  executor.post([&] { order += 'b'; });
  CHECK(order.empty());
  CHECK_FALSE(executor.is_current());
  executor.pump(20ms, nothing);
  CHECK(order == "Sabc");
  CHECK_FALSE(executor.is_current());
  executor.pump(1s, [&](MonotonicTime) { return order.back() != 'L'; });
  CHECK(order == "SabcL");
}

TEST_CASE("pumped_executor: a slice ends though there is always more to do") {
  const auto clock = std::make_shared<LookedAtClock>();
  PumpedExecutor executor(clock);
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    executor.post(again);
  };
  executor.post(again);
  const MonotonicTime begin = clock->now();
  executor.pump(100ms, [](MonotonicTime) { return true; });
  CHECK(runs > 10);
  CHECK(clock->now() - begin < 150ms);
  executor.pump(0ms, [](MonotonicTime) { return true; });
  const int before = runs;
  executor.pump(-1s, [](MonotonicTime) { return true; });
  CHECK(runs == before);
}

TEST_CASE("pumped_executor: with nothing to wait for a slice ends at once, asked for its end") {
  const auto clock = std::make_shared<LookedAtClock>();
  PumpedExecutor executor(clock);
  int asked = 0;
  const MonotonicTime begin = clock->now();
  executor.pump(1h, [&](MonotonicTime end) {
    ++asked;
    CHECK(end - begin >= 1h);
    CHECK(executor.is_current());
    return false;
  });
  CHECK(asked == 1);
  CHECK(clock->now() - begin < 1s);
}

TEST_CASE("pumped_executor: what another thread posts wakes who pumps, and runs there") {
  PumpedExecutor executor(std::make_shared<ThreadExecutor>("clock"));
  const auto pumping = std::this_thread::get_id();
  bool is_done = false;  // of the pumping thread
  bool was_here = false;
  std::thread other;
  executor.post([&] {
    other = std::thread([&] {
      executor.post([&] {
        is_done = true;
        was_here = std::this_thread::get_id() == pumping;
      });
    });
  });
  executor.pump(1h, [&](MonotonicTime) { return !is_done; });
  other.join();
  CHECK(is_done);
  CHECK(was_here);
}

TEST_CASE("pumped_executor: work of another thread has its turn between tasks") {
  PumpedExecutor executor(std::make_shared<ThreadExecutor>("clock"));
  int runs = 0;  // without a lock: never two at once
  std::atomic<bool> is_over = false;
  std::latch begun(1);
  std::function<void()> again = [&] {
    if (runs++ == 0) begun.count_down();
    if (!is_over) executor.post(again);
  };
  executor.post(again);
  std::thread other([&] {
    begun.wait();  // from here on there is always a task before it
    for (int n = 0; n < 100; ++n) executor.run([&] { ++runs; });
    executor.run([&] { is_over = true; });
  });
  while (!is_over) executor.pump(10ms, [&](MonotonicTime) { return !is_over; });
  other.join();
  CHECK(runs > 100);
}

}  // namespace playhead::offline
