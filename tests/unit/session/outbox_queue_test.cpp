// SPDX-License-Identifier: Apache-2.0
#include "session/outbox_queue.h"

#include <doctest/doctest.h>

namespace playhead {

namespace {

constexpr MonotonicTime kNow{1'000'000'000};
constexpr uint64_t kLongest = ~uint64_t{0};  // jitter: just under the ceiling

OutboxItem item(const std::string& key, int64_t stamp, const std::string& value = "v") {
  return {key, WallTime{stamp}, value, false};
}

// Fails the next item's attempt.
OutboxQueue::Ticket fail_next(OutboxQueue& queue, MonotonicTime now, uint64_t random = kLongest) {
  const auto ticket = queue.next(now);
  REQUIRE(ticket.has_value());
  queue.failed(ticket->item.key, ticket->serial, {now, std::nullopt, random, false});
  return *ticket;
}

}  // namespace

TEST_CASE("outbox_queue: which of two values waits") {
  struct Case {
    const char* name;
    OutboxItem first;
    OutboxItem second;
    bool is_first_restored;
    bool does_second_win;
  };
  const auto by_server = [](OutboxItem item) {
    item.is_server_time = true;
    return item;
  };
  const Case cases[] = {
      {"newer", item("k", 1), item("k", 2), false, true},
      {"older", item("k", 2), item("k", 1), false, false},
      {"equal: the later put", item("k", 1, "a"), item("k", 1, "b"), false, true},
      {"older, but over an earlier run's", item("k", 2), item("k", 1), true, true},
      {"older by another clock", item("k", 2), by_server(item("k", 1)), false, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    OutboxQueue queue({});
    if (c.is_first_restored) {
      REQUIRE(queue.restore(c.first, 7));
    } else {
      REQUIRE(queue.put(c.first).has_value());
    }
    CHECK(queue.put(c.second).has_value() == c.does_second_win);
    REQUIRE(queue.find("k") != nullptr);
    CHECK(*queue.find("k") == (c.does_second_win ? c.second : c.first));
    CHECK(queue.size() == 1);
  }
}

TEST_CASE("outbox_queue: what is on disk does not come over what was put since") {
  OutboxQueue queue({});
  const auto ticket = queue.put(item("k", 5));
  CHECK(!queue.restore(item("k", 9), 1));
  queue.saving("k");
  REQUIRE(queue.next(kNow).has_value());
  CHECK(queue.finished("k", ticket->serial));
  CHECK(!queue.collect("k").has_value());
  CHECK(!queue.restore(item("k", 9), 1));  // delivered, its save still under way
  CHECK(queue.size() == 0);
}

TEST_CASE("outbox_queue: erases exactly the delivered version") {
  OutboxQueue queue({});
  const auto first = queue.put(item("k", 1));
  queue.saving("k");
  REQUIRE(queue.next(kNow).has_value());
  SUBCASE("saved before it was delivered") {
    CHECK(!queue.saved("k", first->serial, 11).has_value());
    CHECK(queue.finished("k", first->serial));
    const auto erase = queue.collect("k");
    REQUIRE(erase.has_value());
    CHECK(erase->version == 11);
  }
  SUBCASE("delivered before it was saved") {
    CHECK(queue.finished("k", first->serial));
    CHECK(!queue.collect("k").has_value());
    CHECK(!queue.next(kNow).has_value());
    const auto erase = queue.saved("k", first->serial, 11);
    REQUIRE(erase.has_value());
    CHECK(erase->version == 11);
  }
  SUBCASE("delivered, never saved") {
    CHECK(queue.finished("k", first->serial));
    CHECK(!queue.save_failed("k").has_value());
    CHECK(!queue.collect("k").has_value());
  }
  SUBCASE("put again while it was under way: nothing is erased, the new one is sent") {
    const auto second = queue.put(item("k", 2));
    queue.saving("k");
    CHECK(!queue.next(kNow).has_value());  // one request per key
    CHECK(!queue.saved("k", first->serial, 11).has_value());
    CHECK(!queue.finished("k", first->serial));
    CHECK(!queue.collect("k").has_value());
    const auto next = queue.next(kNow);
    REQUIRE(next.has_value());
    CHECK(next->serial == second->serial);
    CHECK(!queue.saved("k", second->serial, 12).has_value());
    CHECK(queue.finished("k", second->serial));
    CHECK(queue.collect("k")->version == 12);
  }
  SUBCASE("the new one could not be saved: what is on disk is erased with it") {
    const auto second = queue.put(item("k", 2));
    queue.saving("k");
    CHECK(!queue.saved("k", first->serial, 11).has_value());
    CHECK(!queue.save_failed("k").has_value());
    CHECK(!queue.finished("k", first->serial));
    REQUIRE(queue.next(kNow).has_value());
    CHECK(queue.finished("k", second->serial));
    CHECK(queue.collect("k")->version == 11);
  }
  SUBCASE("put again after the delivery, before the save: lives on") {
    CHECK(queue.finished("k", first->serial));
    const auto second = queue.put(item("k", 2));
    REQUIRE(second.has_value());
    queue.saving("k");
    CHECK(!queue.saved("k", first->serial, 11).has_value());
    CHECK(queue.size() == 1);
    CHECK(queue.next(kNow)->serial == second->serial);
  }
}

TEST_CASE("outbox_queue: newest first, a few at once") {
  OutboxQueue queue({});
  for (int i = 1; i <= 6; ++i) queue.put(item("k" + std::to_string(i), i));
  for (const char* key : {"k6", "k5", "k4", "k3"}) CHECK(queue.next(kNow)->item.key == key);
  CHECK(!queue.next(kNow).has_value());
  CHECK(!queue.next_due().has_value());
}

TEST_CASE("outbox_queue: backs off with growing ceilings, up to 15 s") {
  OutboxQueue queue({});
  queue.put(item("k", 1));
  MonotonicTime now = kNow;
  const int64_t ceilings_ms[] = {500, 1'000, 2'000, 4'000, 8'000, 15'000, 15'000};
  for (const int64_t ceiling_ms : ceilings_ms) {
    fail_next(queue, now);
    const auto due = queue.next_due();
    REQUIRE(due.has_value());
    CHECK(to_ms(*due - now) >= ceiling_ms - 1);
    CHECK(to_ms(*due - now) <= ceiling_ms);
    CHECK(!queue.next(*due - Duration{1}).has_value());
    now = *due;
  }
  const auto ticket = queue.next(now);
  queue.finished("k", ticket->serial);
  queue.put(item("k", 2));
  fail_next(queue, now);
  CHECK(*queue.next_due() - now <= 500ms);  // forgiven
}

TEST_CASE("outbox_queue: while it fails one request probes, a success opens it") {
  OutboxQueue queue({});
  for (int i = 1; i <= 6; ++i) queue.put(item("k" + std::to_string(i), i));
  fail_next(queue, kNow);
  CHECK(!queue.next(kNow).has_value());
  const MonotonicTime later = *queue.next_due();
  const auto probe = queue.next(later);
  REQUIRE(probe.has_value());
  CHECK(!queue.next(later).has_value());
  queue.finished(probe->item.key, probe->serial);
  for (int i = 0; i < 4; ++i) CHECK(queue.next(later).has_value());
}

TEST_CASE("outbox_queue: one item that always fails does not stop the others") {
  OutboxQueue queue({});
  for (int i = 0; i < 5; ++i) queue.put(item("good" + std::to_string(i), i));
  MonotonicTime now = kNow;
  int delivered = 0;
  for (int round = 0; round < 12; ++round) {
    queue.put(item("bad", 100 + round));  // always the newest
    const auto ticket = queue.next(now);
    REQUIRE(ticket.has_value());
    if (ticket->item.key == "bad") {
      queue.failed("bad", ticket->serial, {now, std::nullopt, kLongest, false});
    } else {
      queue.finished(ticket->item.key, ticket->serial);
      queue.collect(ticket->item.key);
      ++delivered;
    }
    now = *queue.next_due();
  }
  CHECK(delivered == 5);
}

TEST_CASE("outbox_queue: Retry-After holds everything, and hurry does not undercut it") {
  OutboxQueue queue({});
  queue.put(item("a", 1));
  queue.put(item("b", 2));
  const auto ticket = queue.next(kNow);
  queue.failed(ticket->item.key, ticket->serial, {kNow, Duration{90s}, 0, false});
  queue.hurry();
  queue.hurry("a");
  CHECK(!queue.next(kNow + 90s - Duration{1}).has_value());
  CHECK(queue.next_due() == kNow + 90s);
  CHECK(queue.next(kNow + 90s)->item.key == "a");
  OutboxQueue other({});
  other.put(item("a", 1));
  const auto other_ticket = other.next(kNow);
  other.failed("a", other_ticket->serial, {kNow, Duration{24h}, 0, false});
  CHECK(other.next_due() == kNow + 1h);  // a slip of the service
}

TEST_CASE("outbox_queue: hurry forgets back-off") {
  OutboxQueue queue({});
  queue.put(item("a", 1));
  queue.put(item("b", 2));
  CHECK(fail_next(queue, kNow).item.key == "b");
  queue.hurry("a");
  CHECK(queue.next(kNow)->item.key == "a");
  OutboxQueue all({});
  all.put(item("a", 1));
  fail_next(all, kNow);
  all.hurry();
  CHECK(all.next_due() <= kNow);
}

TEST_CASE("outbox_queue: what somebody else is delivering is left to them, for a while") {
  OutboxQueue queue({});
  OutboxItem shared = item("a", 1);
  shared.held_until = kNow + 5s;
  shared.is_with_another = true;
  queue.put(shared);
  queue.hurry();
  CHECK_FALSE(queue.next(kNow + 4s).has_value());
  CHECK(queue.next_due() == kNow + 5s);
  queue.let_go("a");
  queue.let_go("nobody's");
  CHECK_FALSE(queue.next(kNow + 4s).has_value());  // no hurry
  queue.hurry();
  CHECK(queue.next(kNow + 4s)->item.key == "a");
  OutboxQueue late({});
  late.put(shared);
  CHECK(late.next(kNow + 5s)->item.key == "a");
}

TEST_CASE("outbox_queue: strange refusals end after a while, for that value alone") {
  OutboxQueue queue{OutboxLimits{}};
  const auto refuse = [&](MonotonicTime now) {
    queue.hurry();
    const auto ticket = queue.next(now);
    REQUIRE(ticket.has_value());
    return queue.failed(ticket->item.key, ticket->serial, {now, std::nullopt, 0, true});
  };
  queue.put(item("k", 1));
  // However often it was refused by then: a flush offers it at once.
  for (int i = 0; i < 1'000; ++i) CHECK(!refuse(kNow + i * 500ms));
  queue.put(item("k", 2));  // counts anew
  CHECK(!refuse(kNow + 500s));
  CHECK(!refuse(kNow + 500s + 10min - 1us));
  CHECK(refuse(kNow + 500s + 10min));
  CHECK(queue.size() == 0);
  CHECK(queue.bytes() == 0);
}

TEST_CASE("outbox_queue: the oldest goes when there is too much, not what is under way") {
  OutboxLimits limits;
  limits.max_items = 2;
  OutboxQueue queue(limits);
  queue.put(item("a", 1));
  CHECK(!queue.pop_excess().has_value());
  REQUIRE(queue.next(kNow).has_value());
  queue.put(item("b", 2));
  queue.put(item("c", 3));
  const auto excess = queue.pop_excess();
  REQUIRE(excess.has_value());
  CHECK(excess->item.key == "b");
  CHECK(!queue.pop_excess().has_value());
  OutboxLimits small;
  small.max_bytes = 10;
  OutboxQueue by_size(small);
  by_size.put(item("a", 1, "12345678"));
  by_size.put(item("b", 2, "12345678"));
  CHECK(by_size.pop_excess()->item.key == "a");
  CHECK(by_size.bytes() == 9);
}

TEST_CASE("outbox_queue: knows what is not on disk") {
  OutboxQueue queue({});
  const auto a = queue.put(item("a", 1));
  queue.saving("a");
  CHECK(queue.unsaved().empty());  // under way
  queue.save_failed("a");
  REQUIRE(queue.unsaved().size() == 1);
  queue.saving("a");
  queue.saved("a", a->serial, 1);
  CHECK(queue.unsaved().empty());
  queue.restore(item("b", 2), 2);
  CHECK(queue.unsaved().empty());
  queue.forget_saved();
  CHECK(queue.unsaved().size() == 2);
}

}  // namespace playhead
