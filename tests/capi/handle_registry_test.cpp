// SPDX-License-Identifier: Apache-2.0
#include "handle_registry.h"

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "handle.h"

using namespace playhead::capi;

namespace {

struct Thing {
  static constexpr auto kKind = HandleKind::kSnapshot;
  explicit Thing(std::atomic<int>& count) : alive(count) { ++alive; }
  ~Thing() { --alive; }
  std::atomic<int>& alive;
};
struct Other {
  static constexpr auto kKind = HandleKind::kAnswer;
};

}  // namespace

TEST_CASE("handles: an object lives until it was taken and nobody uses it") {
  std::atomic<int> alive{0};
  Thing* const handle = make_handle(std::make_unique<Thing>(alive));
  CHECK((number_of(handle) & 1) == 1);  // no pointer to anything
  CHECK(handles().users(number_of(handle)) == 1);
  {
    const Pinned mine(handle);
    REQUIRE(mine);
    CHECK(&mine->alive == &alive);
    CHECK_FALSE(Pinned(reinterpret_cast<Other*>(handle)));
    {
      const auto taken = Pinned<Thing>::take(handle);
      REQUIRE(taken);
      CHECK_FALSE(Pinned<Thing>::take(handle));  // once
    }
    CHECK_FALSE(Pinned(handle));
    CHECK(Pinned(handle).status() == -PLAYHEAD_ERROR_INVALID_HANDLE);
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
  CHECK(handles().users(number_of(handle)) == 0);
  CHECK(Pinned<Thing>(nullptr).status() == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("handles: none is given twice, and what lies behind the last slot is none") {
  std::atomic<int> alive{0};
  std::set<uintptr_t> seen;
  std::vector<Thing*> kept;
  for (int i = 0; i < 5'000; ++i) {
    kept.push_back(make_handle(std::make_unique<Thing>(alive)));
    CHECK(seen.insert(number_of(kept.back())).second);
    if (i % 3 != 0) continue;
    static_cast<void>(Pinned<Thing>::take(kept.back()));
    kept.pop_back();
  }
  CHECK(alive == static_cast<int>(kept.size()));
  for (Thing* handle : kept) CHECK(Pinned(handle));
  for (Thing* handle : kept) static_cast<void>(Pinned<Thing>::take(handle));
  CHECK(alive == 0);
  for (const uintptr_t number :
       {uintptr_t{1}, ~uintptr_t{0}, uintptr_t{0x7fff'ffff}, uintptr_t{2}}) {
    CHECK(handles().pin(HandleKind::kSnapshot, number) == nullptr);
    CHECK(handles().close(HandleKind::kSnapshot, number) == nullptr);
  }
}

TEST_CASE("handles: what is lent is found for as long") {
  std::atomic<int> alive{0};
  Thing thing(alive);
  Thing* handle = nullptr;
  {
    const Lent<Thing> lent(thing);
    handle = lent.get();
    CHECK(&*Pinned(handle) == &thing);
  }
  CHECK_FALSE(Pinned(handle));
  CHECK(alive == 1);
}

TEST_CASE("U09 handles: threads that use and take the same ones") {
  std::atomic<int> alive{0};
  std::vector<Thing*> shared;
  for (int i = 0; i < 500; ++i) shared.push_back(make_handle(std::make_unique<Thing>(alive)));
  std::atomic<int> taken{0}, found{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2'000; ++i) {
        Thing* const handle = shared[static_cast<std::size_t>(i * (t + 1) % 500)];
        if (const Pinned pinned(handle); pinned && pinned->alive > 0) ++found;
        if (i % 4 == t && Pinned<Thing>::take(handle)) ++taken;
        Thing* const own = make_handle(std::make_unique<Thing>(alive));
        static_cast<void>(Pinned<Thing>::take(own));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Thing* handle : shared) {
    if (Pinned<Thing>::take(handle)) ++taken;
  }
  CHECK(found > 0);
  CHECK(taken == 500);
  CHECK(alive == 0);
}
