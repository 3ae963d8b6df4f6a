// SPDX-License-Identifier: Apache-2.0
#include "callback_table.h"

#include <doctest/doctest.h>

#include "playhead/playhead.h"

using namespace playhead::capi;

TEST_CASE("callback_table: destroy runs once, when the last holder is gone") {
  int destroyed = 0;
  playhead_wakeup table = PLAYHEAD_WAKEUP_INIT;
  table.user = &destroyed;
  table.destroy = [](void* user) { ++*static_cast<int*>(user); };

  auto first = CallbackTable<playhead_wakeup>::adopt(&table);
  table.user = nullptr;  // ours is a copy
  auto second = first;
  first.reset();
  CHECK(destroyed == 0);
  second.reset();
  CHECK(destroyed == 1);
}

TEST_CASE("callback_table: what cannot be read is not taken") {
  int destroyed = 0;
  playhead_wakeup table = PLAYHEAD_WAKEUP_INIT;
  table.user = &destroyed;
  table.destroy = [](void* user) { ++*static_cast<int*>(user); };
  table.struct_size = 0;
  CHECK(CallbackTable<playhead_wakeup>::adopt(&table) == nullptr);
  CHECK(CallbackTable<playhead_wakeup>::adopt(nullptr) == nullptr);
  CHECK(destroyed == 0);
}

TEST_CASE("callback_table: a table without destroy ends quietly") {
  const playhead_wakeup table = PLAYHEAD_WAKEUP_INIT;
  CHECK(CallbackTable<playhead_wakeup>::adopt(&table) != nullptr);
}
