// SPDX-License-Identifier: Apache-2.0
// What every Executor promises (playhead/executor.h), run on the real one and the virtual one.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"
#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

// An executor and a way to wait for what happens on it.
class ThreadWorld {
 public:
  Executor& executor() { return *executor_; }
  void end() { executor_.reset(); }
  // Runs tasks until `done`, which tasks make true and report by changed().
  void wait(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, done);
  }
  template <typename Change>
  void change(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<ThreadExecutor> executor_ = std::make_unique<ThreadExecutor>("contract");
};

class VirtualWorld {
 public:
  Executor& executor() { return *executor_; }
  void end() { executor_.reset(); }
  void wait(const std::function<bool()>& done) { executor_->run_until_true(done, 1h); }
  template <typename Change>
  void change(Change change) {
    change();
  }

 private:
  std::unique_ptr<VirtualExecutor> executor_ = std::make_unique<VirtualExecutor>();
};

#define PLAYHEAD_EXECUTORS ThreadWorld, VirtualWorld

TEST_CASE_TEMPLATE("executor: posted tasks run in their order, on its thread", World,
                   PLAYHEAD_EXECUTORS) {
  World world;
  std::vector<int> order;
  bool is_current = true;
  for (int i = 0; i < 100; ++i) {
    world.executor().post([&, i] {
      is_current = is_current && world.executor().is_current();
      world.change([&] { order.push_back(i); });
    });
  }
  world.wait([&] { return order.size() == 100; });
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(is_current);
}

TEST_CASE_TEMPLATE("executor: a task never runs inside post", World, PLAYHEAD_EXECUTORS) {
  World world;
  bool is_posting = false;
  bool was_inside = false;
  bool is_done = false;
  world.executor().post([&] {
    is_posting = true;
    world.executor().post([&] { was_inside = was_inside || is_posting; });
    CancelHandle timer = world.executor().post_at(world.executor().now(),
                                                  [&] { was_inside = was_inside || is_posting; });
    is_posting = false;
    world.executor().post([&, timer = std::move(timer)] { world.change([&] { is_done = true; }); });
  });
  world.wait([&] { return is_done; });
  CHECK_FALSE(was_inside);
}

TEST_CASE_TEMPLATE("executor: timers run in order of deadline, then of start, never early", World,
                   PLAYHEAD_EXECUTORS) {
  World world;
  std::vector<int> order;
  bool was_early = false;
  std::vector<CancelHandle> timers;
  world.executor().post([&] {
    const MonotonicTime base = world.executor().now() + 5ms;
    const auto add = [&](Duration after, int number) {
      const MonotonicTime deadline = base + after;
      timers.push_back(world.executor().post_at(deadline, [&, deadline, number] {
        was_early = was_early || world.executor().now() < deadline;
        world.change([&] { order.push_back(number); });
      }));
    };
    add(3ms, 3);
    add(1ms, 1);
    add(3ms, 4);
    add(2ms, 2);
    add(-100ms, 0);
  });
  world.wait([&] { return order.size() == 5; });
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
  CHECK_FALSE(was_early);
  bool is_cleared = false;
  world.executor().post([&] {
    timers.clear();
    world.change([&] { is_cleared = true; });
  });
  world.wait([&] { return is_cleared; });
}

TEST_CASE_TEMPLATE("executor: a cancelled timer does not run and lets go of what it owns", World,
                   PLAYHEAD_EXECUTORS) {
  World world;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  bool has_run = false;
  bool was_released = false;
  bool is_done = false;
  world.executor().post([&] {
    const MonotonicTime now = world.executor().now();
    CancelHandle timer =
        world.executor().post_at(now, [&, kept = std::move(owned)] { has_run = *kept == 1; });
    timer.reset();
    was_released = watch.expired();
  });
  CancelHandle last;
  world.executor().post([&] {
    last = world.executor().post_at(world.executor().now() + 1ms, [&] {
      last.reset();  // a timer may drop its own handle
      world.change([&] { is_done = true; });
    });
  });
  world.wait([&] { return is_done; });
  CHECK_FALSE(has_run);
  CHECK(was_released);
}

TEST_CASE_TEMPLATE("executor: tasks left at its end are destroyed unrun", World,
                   PLAYHEAD_EXECUTORS) {
  World world;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  std::atomic<bool> has_run{false};
  CancelHandle timer = world.executor().post_at(
      world.executor().now() + 1h, [&, kept = std::move(owned)] { has_run = *kept == 1; });
  world.end();
  CHECK(watch.expired());
  CHECK_FALSE(has_run);
  timer.reset();  // handles may outlive the executor
}

TEST_CASE_TEMPLATE("executor: deadlines beyond all clocks are waited for like others", World,
                   PLAYHEAD_EXECUTORS) {
  World world;
  bool has_run = false;
  std::vector<CancelHandle> timers;
  for (const MonotonicTime far : {MonotonicTime::max(), MonotonicTime{INT64_MAX / 1000 + 1}}) {
    timers.push_back(world.executor().post_at(far, [&] { has_run = true; }));
  }
  int done = 0;
  for (int i = 0; i < 100; ++i) {  // each time it waits for the earliest of them
    world.executor().post([&] { world.change([&] { ++done; }); });
    world.wait([&, i] { return done == i + 1; });
  }
  CHECK_FALSE(has_run);
}

TEST_CASE_TEMPLATE("executor: time does not go back and random numbers differ", World,
                   PLAYHEAD_EXECUTORS) {
  World world;
  bool went_back = false;
  std::set<uint64_t> numbers;
  bool is_done = false;
  world.executor().post([&] {
    MonotonicTime last = world.executor().now();
    for (int i = 0; i < 1000; ++i) {
      const MonotonicTime now = world.executor().now();
      went_back = went_back || now < last;
      last = now;
      numbers.insert(world.executor().random());
    }
    world.change([&] { is_done = true; });
  });
  world.wait([&] { return is_done; });
  CHECK_FALSE(went_back);
  CHECK(numbers.size() == 1000);
  CHECK(world.executor().wall_now().us > int64_t{1'600'000'000'000'000});  // after 2020
}

TEST_CASE("thread executor: many threads post at once") {
  ThreadWorld world;
  constexpr int kThreads = 4;
  constexpr int kTasks = 2000;
  int run = 0;
  std::vector<std::vector<int>> order(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        world.executor().post([&, t, i] {
          order[static_cast<std::size_t>(t)].push_back(i);
          world.change([&] { ++run; });
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  world.wait([&] { return run == kThreads * kTasks; });
  for (const auto& own : order) CHECK(std::is_sorted(own.begin(), own.end()));
}

TEST_CASE("thread executor: its own task may let go of it") {
  auto executor = std::make_shared<ThreadExecutor>("test");
  std::promise<void> gone;
  ThreadExecutor& borrowed = *executor;
  borrowed.post([last = std::move(executor), &gone]() mutable {
    last.reset();
    gone.set_value();
  });
  gone.get_future().wait();
}

TEST_CASE("thread executor: due timers do not wait behind a flood of tasks") {
  ThreadWorld world;
  bool fired = false;
  std::atomic<bool> is_over{false};
  CancelHandle timer;
  std::function<void()> flood = [&] {
    if (!is_over) world.executor().post(flood);
  };
  world.executor().post([&] {
    timer = world.executor().post_at(world.executor().now() + 2ms, [&] {
      is_over = true;
      world.change([&] { fired = true; });
    });
    flood();
    flood();
  });
  world.wait([&] { return fired; });
  CHECK(fired);
  world.end();
}

TEST_CASE("virtual executor: time that stands still is told, not waited for") {
  struct Case {
    const char* name;
    Duration step;  // between one timer and the next; none: tasks
    bool throws;
  };
  const Case cases[] = {{"tasks that post each other", Duration{-1}, true},
                        {"timers for now", Duration{0}, true},
                        {"as many, but time passes", 1ms, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    VirtualExecutor executor;
    uint64_t left = VirtualExecutor::kMostAtOnce + 100;
    CancelHandle timer;
    const std::function<void()> go_on = [&] {
      if (--left == 0) return;
      if (c.step < Duration{0}) return executor.post(go_on);
      timer = executor.post_at(executor.now() + c.step, go_on);
    };
    executor.post(go_on);
    if (c.throws) {
      CHECK_THROWS_AS(executor.run_for(1h), TimeStandsStill);
      CHECK(left > 0);
    }
    executor.run_for(1h);  // goes on when it is told to
    CHECK(left == 0);
  }
}

TEST_CASE("virtual executor: hours pass at once and the same seed repeats") {
  VirtualExecutor a(7);
  VirtualExecutor b(7);
  VirtualExecutor c(8);
  const uint64_t first = a.random();
  CHECK(first == b.random());
  CHECK(first != c.random());
  int ticks = 0;
  CancelHandle timer;
  std::function<void()> tick = [&] {
    ++ticks;
    timer = a.post_at(a.now() + 1s, tick);
  };
  tick();
  const MonotonicTime start = a.now();
  a.run_for(2h);
  CHECK(ticks == 7201);
  CHECK(a.now() - start == 2h);
  const WallTime wall = a.wall_now();
  a.jump_wall(-1h);
  CHECK(wall - a.wall_now() == 1h);
  CHECK(a.now() - start == 2h);
}

}  // namespace
}  // namespace playhead::test
