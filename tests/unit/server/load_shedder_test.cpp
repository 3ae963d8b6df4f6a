// SPDX-License-Identifier: Apache-2.0
#include "load_shedder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace playhead::server;

namespace {

constexpr int64_t kSecondUs = 1'000'000;

// So many come at `now_us`: how many are let in.
int enter(LoadShedder& shedder, int count, int64_t now_us) {
  int entered = 0;
  for (int i = 0; i < count; ++i) entered += shedder.enter(now_us) == 0 ? 1 : 0;
  return entered;
}

void leave(LoadShedder& shedder, int count, int64_t now_us) {
  for (int i = 0; i < count; ++i) shedder.leave(now_us);
}

// A thousand a second.
int64_t drain(LoadShedder& shedder, int count, int64_t at_us) {
  for (; count > 0; count -= 10) leave(shedder, 10, at_us += 10'000);
  return at_us;
}

// Each of 140 waits 140 ms, for 2 s. When the last one leaves.
int64_t work(LoadShedder& shedder, int64_t at_us) {
  CHECK(enter(shedder, 140, at_us) == 140);
  for (int i = 0; i < 200; ++i) {
    at_us = drain(shedder, 10, at_us);
    CHECK(enter(shedder, 10, at_us) == 10);
  }
  return drain(shedder, 140, at_us);
}

// Of lots of 100, each is inside for half a second, and before the last of one leaves the next has come: how many of the
// third are let in. 200 a second are done.
int third_lot(LoadShedder& shedder) {
  CHECK(enter(shedder, 100, 0) == 100);
  leave(shedder, 99, kSecondUs / 2);
  CHECK(enter(shedder, 100, kSecondUs / 2) == 100);
  leave(shedder, 1, kSecondUs / 2);
  leave(shedder, 99, kSecondUs);
  return enter(shedder, 1'000, kSecondUs);
}

// A server that does one thing at a time: it reads what has come before it does what it has read (as Worker). Its
// clients have a position to tell every so often: twice as many in all as can be done. Who is refused keeps its
// newest position until it may come back.
class Overload {
 public:
  struct Plan {
    int clients = 0;
    double refusal_cost = 0;  // with reading it, of what doing costs with reading it
  };
  struct Outcome {
    int done = 0;  // within a second of being due
    int late = 0;
    int refused = 0;
    int64_t longest_refusal_us = 0;  // from when it was sent
  };
  static constexpr int kPerSecond = 1'000;  // can be done

  explicit Overload(const Plan& plan)
      : period_us_(plan.clients * kSecondUs / (2 * kPerSecond)),
        refusal_us_(static_cast<int64_t>(plan.refusal_cost * kCostUs) - kReadingUs),
        clients_(static_cast<std::size_t>(plan.clients)) {
    for (int i = 0; i < plan.clients; ++i) due_.emplace(period_us_ * i / plan.clients, i);
  }

  // What comes of those who are answered from `from_us` to `until_us`.
  Outcome run(int64_t from_us, int64_t until_us) {
    Outcome before;
    Outcome counted;
    while (now_us_ < until_us) {
      become_due();
      Outcome& outcome = now_us_ < from_us ? before : counted;
      if (arrived_.empty() && turns_.empty()) now_us_ = due_.top().first;
      for (int i = 0; i < 128 && !arrived_.empty(); ++i) read(outcome);
      for (int i = 0; i < 64 && !turns_.empty(); ++i) do_one(outcome);
    }
    return counted;
  }

 private:
  static constexpr int64_t kCostUs = kSecondUs / kPerSecond;
  static constexpr int64_t kReadingUs = kCostUs / 5;
  struct Client {
    bool is_waiting = false;
    int64_t away_until_us = 0;
  };
  struct Asked {
    int64_t at_us = 0;
    std::size_t who = 0;
  };

  void become_due() {
    while (!due_.empty() && due_.top().first <= now_us_) {
      const auto [at_us, who] = due_.top();
      due_.pop();
      Client& client = clients_[static_cast<std::size_t>(who)];
      // A tenth sooner or later; who comes back does so beside that.
      const bool comes_back = client.away_until_us == at_us && at_us > 0;
      if (!comes_back) {
        due_.emplace(at_us + period_us_ * 9 / 10 + static_cast<int64_t>(random_() % (period_us_ / 5 + 1)), who);
      }
      if (client.is_waiting || at_us < client.away_until_us) continue;
      client.is_waiting = true;
      arrived_.push_back({at_us, static_cast<std::size_t>(who)});
    }
  }

  void read(Outcome& outcome) {
    const Asked asked = arrived_.front();
    arrived_.pop_front();
    now_us_ += kReadingUs;
    const int64_t wait_us = shedder_.enter(now_us_);
    if (wait_us == 0) return turns_.push_back(asked);
    now_us_ += refusal_us_;
    ++outcome.refused;
    outcome.longest_refusal_us = std::max(outcome.longest_refusal_us, now_us_ - asked.at_us);
    Client& client = clients_[asked.who];
    client.is_waiting = false;
    client.away_until_us = now_us_ + retry_after_s(wait_us) * kSecondUs;
    due_.emplace(client.away_until_us, static_cast<int>(asked.who));
  }

  void do_one(Outcome& outcome) {
    const Asked asked = turns_.front();
    turns_.pop_front();
    now_us_ += kCostUs - kReadingUs;
    shedder_.leave(now_us_);
    clients_[asked.who].is_waiting = false;
    ++(now_us_ - asked.at_us <= kSecondUs ? outcome.done : outcome.late);
  }

  const int64_t period_us_;
  const int64_t refusal_us_;
  std::vector<Client> clients_;
  std::mt19937 random_{1};
  using Due = std::pair<int64_t, int>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::deque<Asked> arrived_;
  std::deque<Asked> turns_;
  LoadShedder shedder_{{}};
  int64_t now_us_ = 0;
};

}  // namespace

TEST_CASE("load shedder: as many are let in as are done in the time one may wait, when they wait at all") {
  LoadShedder shedder({.wait_us = 150'000, .least = 10, .most = 1'000});
  // Nobody has ever waited.
  CHECK(enter(shedder, 1'100, 0) == 1'000);
  leave(shedder, 1'000, 10'000);
  // A thousand a second are done.
  const int64_t worked_us = work(shedder, kSecondUs);
  CHECK(enter(shedder, 1'000, worked_us) == 150);
  drain(shedder, 150, worked_us);
  // Nobody was heard of for long: whoever comes then is let in, until they turn out to wait.
  CHECK(enter(shedder, 1'000, 10 * kSecondUs) == 1'000);
  CHECK(enter(shedder, 1, 10 * kSecondUs + 80'000) == 0);
  leave(shedder, 900, 10 * kSecondUs + 80'000);
  CHECK(enter(shedder, 1'000, 10 * kSecondUs + 80'000) == 50);
}

TEST_CASE("load shedder: a disk that takes its time makes nobody excess, and few are no queue") {
  // One that has not left, and as many as are done in 150 ms with it.
  LoadShedder fast({.wait_us = 150'000, .least = 10, .most = 1'000});
  CHECK(third_lot(fast) == 30 - 1);
  // In the time of three commits.
  LoadShedder slow({.wait_us = 150'000, .least = 10, .most = 1'000});
  for (int i = 0; i < 40; ++i) slow.note_commit(300'000);
  CHECK(third_lot(slow) == 180 - 1);

  LoadShedder few({.wait_us = 150'000, .least = 200, .most = 1'000});
  const int64_t worked_us = work(few, 0);
  CHECK(enter(few, 1'000, worked_us) == 200);
}

TEST_CASE("load shedder: those who are refused get places one after another, at a small part of what can be done") {
  LoadShedder shedder({.wait_us = 150'000, .least = 10, .most = 1'000});
  const int64_t now_us = work(shedder, 0);
  REQUIRE(enter(shedder, 150, now_us) == 150);
  std::vector<int64_t> told;
  for (int i = 0; i < 60; ++i) told.push_back(shedder.enter(now_us));
  told.push_back(shedder.microseconds_to_wait(now_us));  // who is refused for another reason has one, too
  CHECK(told.front() > kSecondUs);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK((told.back() - told.front()) / 60 == 10'000);  // 100 a second
  // Nobody is sent away for longer than two minutes.
  for (int i = 0; i < 20'000; ++i) CHECK(shedder.enter(now_us) <= 120 * kSecondUs);

  CHECK(retry_after_s(1) == 1);
  CHECK(retry_after_s(1'600'000) == 2);
}

TEST_CASE("load shedder: H08 with twice the load, nine tenths of what can be done are done in time") {
  // As long as it takes those who are too many to have been told.
  constexpr int64_t kSettled = 30 * kSecondUs;
  for (const auto& plan : std::vector<Overload::Plan>{{1'000, 0.5}, {4'000, 0.5}, {10'000, 0.5}, {1'000, 0.3}}) {
    CAPTURE(plan.clients);
    CAPTURE(plan.refusal_cost);
    const auto got = Overload(plan).run(kSettled, kSettled + 60 * kSecondUs);
    CHECK(got.done >= 60 * Overload::kPerSecond * 9 / 10);
    CHECK(got.late == 0);
    CHECK(got.refused <= 60 * Overload::kPerSecond / 8);
    CHECK(got.longest_refusal_us < kSecondUs / 4);
  }
}
