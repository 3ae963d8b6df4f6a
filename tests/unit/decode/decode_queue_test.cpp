// SPDX-License-Identifier: Apache-2.0
#include "decode/decode_queue.h"

#include <thread>

#include <doctest/doctest.h>

namespace playhead::test {

namespace {

DecodeItem sample_at(int64_t us) {
  DecodeItem item;
  item.time.us = us;
  return item;
}

DecodeItem speed_of(double speed) {
  DecodeItem item;
  item.kind = DecodeItem::Kind::kSetSpeed;
  item.speed = speed;
  return item;
}

}  // namespace

TEST_CASE("decode_queue: room counts samples only") {
  DecodeQueue queue(2, 0);
  CHECK(queue.room() == 2);
  queue.push(sample_at(1));
  queue.push(speed_of(2));
  CHECK(queue.room() == 1);
  queue.push(sample_at(2));
  CHECK(queue.room() == 0);
  CHECK(queue.pop()->time.us == 1);
  CHECK(queue.room() == 1);
}

TEST_CASE("decode_queue: flush drops what waits, keeps the speed, begins a generation") {
  DecodeQueue queue(8, 0);
  queue.push(speed_of(0.5));
  queue.push(sample_at(1));
  queue.push(speed_of(1.5));
  queue.push(speed_of(2));
  queue.push(sample_at(2));
  CHECK(queue.flush() == 1);
  CHECK(queue.room() == 8);
  queue.push(sample_at(3));
  const auto speed = queue.pop();
  CHECK(speed->kind == DecodeItem::Kind::kSetSpeed);
  CHECK(speed->speed == 2);
  CHECK(speed->generation == 1);
  CHECK(queue.pop()->time.us == 3);
  CHECK_FALSE(queue.has_items());
}

TEST_CASE("decode_queue: close frees a waiting worker") {
  DecodeQueue queue(1, 1);
  bool has_item = true;
  std::thread worker([&] { has_item = queue.pop().has_value(); });
  queue.close();
  worker.join();
  CHECK_FALSE(has_item);
}

TEST_CASE("decode_queue: outputs are held back until one is released, flushed or closed") {
  struct Case {
    const char* name;
    void (*release)(DecodeQueue&);
    bool acquired;
  };
  const Case cases[] = {{"released", [](DecodeQueue& q) { q.release_output(); }, true},
                        {"flushed", [](DecodeQueue& q) { q.flush(); }, false},
                        {"closed", [](DecodeQueue& q) { q.close(); }, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DecodeQueue queue(1, 2);
    CHECK(queue.acquire_output(0));
    CHECK(queue.acquire_output(0));
    bool acquired = !c.acquired;
    std::thread worker([&] { acquired = queue.acquire_output(0); });
    c.release(queue);
    worker.join();
    CHECK(acquired == c.acquired);
  }
}

TEST_CASE("decode_queue: one notice of room at a time") {
  DecodeQueue queue(1, 0);
  CHECK(queue.claim_room_notice());
  CHECK_FALSE(queue.claim_room_notice());
  queue.room_notice_delivered();
  CHECK(queue.claim_room_notice());
}

}  // namespace playhead::test
