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

// A server that does one thing at a time, in the order it came, and clients that have a position to tell every so often:
// twice as many in all as can be served. Who is refused keeps its newest position until it may come back, or (impatient)
// asks again at once and is not read: at first for a second, then for as long as it was told, a minute at most.
class Overload {
 public:
  struct Plan {
    int clients = 0;
    double refusal_cost = 0;  // of what serving costs
    bool are_impatient = false;
  };
  struct Outcome {
    int done = 0;  // within a second of being due
    int late = 0;
    int refused = 0;
    int64_t longest_wait_us = 0;
  };
  static constexpr int kPerSecond = 1'000;  // can be served

  explicit Overload(const Plan& plan)
      : plan_(plan), period_us_(plan.clients * kSecondUs / (2 * kPerSecond)), clients_(plan.clients) {
    for (int i = 0; i < plan.clients; ++i) due_.emplace(period_us_ * i / plan.clients, i);
  }

  // What comes of those who are looked at from `from_us` to `until_us`.
  Outcome run(int64_t from_us, int64_t until_us) {
    Outcome outcome;
    while (now_us_ < until_us) {
      become_due();
      if (line_.empty()) {
        now_us_ = due_.top().first;
        continue;
      }
      const auto [since_us, who] = line_.front();
      line_.pop_front();
      if (who == kProbe) {
        note(probes_.front());
        probes_.pop_front();
      } else {
        look_at(who, since_us, now_us_ >= from_us ? outcome : ignored_);
      }
    }
    return outcome;
  }

 private:
  static constexpr int kProbe = -1;
  struct Client {
    bool is_waiting = false;
    bool has_asked_early = false;
    int64_t away_until_us = 0;
    int64_t told_until_us = 0;
  };
  struct Probe {
    int64_t sent_us = 0;
    std::size_t requests = 0;
  };

  void become_due() {
    while (!due_.empty() && due_.top().first <= now_us_) {
      const auto [at_us, who] = due_.top();
      due_.pop();
      Client& client = clients_[static_cast<std::size_t>(who)];
      const bool comes_back = client.away_until_us == at_us;
      if (!comes_back) {
        // A tenth sooner or later.
        due_.emplace(at_us + period_us_ * 9 / 10 + static_cast<int64_t>(random_() % (period_us_ / 5 + 1)), who);
      }
      if (client.is_waiting || at_us < client.away_until_us) continue;
      client.is_waiting = true;
      line_.emplace_back(at_us, who);
    }
  }

  void look_at(int who, int64_t since_us, Outcome& outcome) {
    probe();
    Client& client = clients_[static_cast<std::size_t>(who)];
    client.is_waiting = false;
    const int64_t excess_us = shedder_.excess_us(now_us_);
    const int64_t cost_us = kSecondUs / kPerSecond;
    outcome.longest_wait_us = std::max(outcome.longest_wait_us, now_us_ - since_us);
    if (excess_us == 0) {
      now_us_ += cost_us;
      ++(now_us_ - since_us <= kSecondUs ? outcome.done : outcome.late);
      return;
    }
    ++outcome.refused;
    const int64_t told_us = std::max<int64_t>(1, (excess_us + kSecondUs / 2) / kSecondUs) * kSecondUs;
    client.has_asked_early |= now_us_ < client.told_until_us;
    client.told_until_us = now_us_ + told_us;
    const int64_t held_us = client.has_asked_early ? std::min(told_us, 60 * kSecondUs) : kSecondUs;
    client.away_until_us = now_us_ + (plan_.are_impatient ? held_us : told_us);
    due_.emplace(client.away_until_us, who);
    now_us_ += static_cast<int64_t>(plan_.refusal_cost * static_cast<double>(cost_us));
  }

  // As QueueProbe.
  void probe() {
    ++requests_;
    if (probes_.size() < 32 && now_us_ - sent_us_ >= (probes_.empty() ? 1'000 : 20'000)) {
      sent_us_ = now_us_;
      probes_.push_back({now_us_, requests_});
      line_.emplace_back(now_us_, kProbe);
    }
    const bool is_older = !probes_.empty() && now_us_ - probes_.front().sent_us > waited_us_;
    if (is_older && now_us_ - noted_us_ >= 10'000) note(probes_.front());
  }
  void note(const Probe& probe) {
    noted_us_ = now_us_;
    waited_us_ = now_us_ - probe.sent_us;
    shedder_.note(now_us_, waited_us_, requests_ - probe.requests);
  }

  const Plan plan_;
  const int64_t period_us_;
  std::vector<Client> clients_;
  std::mt19937 random_{1};
  using Due = std::pair<int64_t, int>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::deque<Due> line_;
  LoadShedder shedder_{{}};
  int64_t now_us_ = 0;
  std::deque<Probe> probes_;
  std::size_t requests_ = 0;
  int64_t sent_us_ = 0;
  int64_t noted_us_ = 0;
  int64_t waited_us_ = 0;
  Outcome ignored_;
};

}  // namespace

TEST_CASE("load shedder: of a queue that stays too long so much is shed as is too much") {
  LoadShedder shedder(
      {.wait_us = 100, .late_us = 1'000, .grace_us = 1'000, .memory_us = 5'000, .longest_us = 50'000, .requests = 10});
  const auto shed_of_100 = [&](int64_t now_us) {
    int shed = 0;
    for (int i = 0; i < 100; ++i) shed += shedder.excess_us(now_us) > 0 ? 1 : 0;
    return shed;
  };
  CHECK(shed_of_100(0) == 0);
  // A burst: long, but not for long.
  for (int64_t at = 0; at < 1'000; at += 200) shedder.note(at, 400, 50);
  CHECK(shed_of_100(999) == 0);
  shedder.note(1'000, 400, 50);
  CHECK(shed_of_100(1'000) == 75);
  shedder.note(1'200, 200, 50);
  CHECK(shed_of_100(1'200) == 50);
  // It is short again; what comes back at once gets no grace.
  shedder.note(1'300, 100, 50);
  CHECK(shed_of_100(1'300) == 0);
  shedder.note(2'000, 200, 50);
  CHECK(shed_of_100(2'000) == 50);
  // Nothing was heard of the queue since: it is gone, and so is what was known.
  CHECK(shed_of_100(2'401) == 0);
  shedder.note(9'000, 400, 50);
  CHECK(shed_of_100(9'000) == 0);
  // Long waits behind few: not a queue.
  for (int64_t at = 20'000; at < 30'000; at += 200) shedder.note(at, 400, 9);
  CHECK(shed_of_100(30'000) == 0);
}

TEST_CASE("load shedder: those who are refused get places one after another, at a small part of what can be served") {
  LoadShedder shedder({.wait_us = 100'000, .late_us = 400'000, .grace_us = 0, .requests = 10});
  // 1,000 per second are served.
  shedder.note(kSecondUs, 200'000, 200);
  std::vector<int64_t> told;
  for (int i = 0; i < 240; ++i) {
    if (const int64_t us = shedder.excess_us(kSecondUs); us > 0) told.push_back(us);
  }
  REQUIRE(told.size() == 120);
  CHECK(told.front() > kSecondUs);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK((told.back() - told.front()) / 119 == 16'666);  // 60 a second
  // Who waited too long is refused in any case, and let back sooner.
  shedder.note(kSecondUs, 500'000, 500);
  for (int i = 0; i < 10; ++i) {
    const int64_t us = shedder.excess_us(kSecondUs);
    CHECK(us > 0);
    CHECK(us < 2 * kSecondUs);
  }
  // Nobody is sent away for longer than two minutes.
  shedder.note(kSecondUs, 399'000, 399);
  for (int i = 0; i < 20'000; ++i) CHECK(shedder.excess_us(kSecondUs) <= 120 * kSecondUs);
}

TEST_CASE("load shedder: with twice the load, nine tenths of what can be served are served in time") {
  struct Case {
    Overload::Plan plan;
    int64_t settled_us;
  };
  // As long as it takes all of them to have asked once or twice.
  for (const auto& [plan, settled_us] : std::vector<Case>{{{1'000, 0.7, false}, 20 * kSecondUs},
                                                          {{4'000, 0.7, false}, 20 * kSecondUs},
                                                          {{10'000, 0.7, false}, 60 * kSecondUs},
                                                          {{1'000, 0.7, true}, 20 * kSecondUs},
                                                          {{4'000, 0.7, true}, 60 * kSecondUs}}) {
    CAPTURE(plan.clients);
    CAPTURE(plan.are_impatient);
    const auto got = Overload(plan).run(settled_us, settled_us + 60 * kSecondUs);
    CHECK(got.done >= 60 * Overload::kPerSecond * 9 / 10);
    CHECK(got.late == 0);
    CHECK(got.refused <= 60 * Overload::kPerSecond / 10);
    CHECK(got.longest_wait_us < kSecondUs);
  }
}
