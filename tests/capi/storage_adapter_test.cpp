// SPDX-License-Identifier: Apache-2.0
// What an app's storage and clock may do wrong; that a storage keeps the contract of stores is
// shown by tests/contract.
#include "storage_adapter.h"

#include <functional>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"
#include "guard.h"

namespace playhead::capi {
namespace {

// An app's storage that does what a case says.
struct OddStorage {
  std::function<playhead_status(uint64_t&)> on_write;
  std::function<playhead_status(playhead_store_page*)> on_list;
  int destroyed = 0;
  playhead_store_page* last_page = nullptr;

  [[nodiscard]] std::shared_ptr<Store> open() {
    playhead_store table = PLAYHEAD_STORE_INIT;
    table.user = this;
    table.destroy = [](void* user) { ++static_cast<OddStorage*>(user)->destroyed; };
    table.write = [](void* user, const playhead_store_write* const*, uint64_t,
                     uint64_t* out_version) {
      return static_cast<OddStorage*>(user)->on_write(*out_version);
    };
    table.list = [](void* user, const char*, const void*, uint64_t, int32_t,
                    playhead_store_page* page) {
      auto& self = *static_cast<OddStorage*>(user);
      self.last_page = page;
      return self.on_list(page);
    };
    return make_c_store(CallbackTable<playhead_store>::adopt(&table));
  }
};

ErrorCode code_of_write(Store& store, Executor& executor) {
  std::promise<ErrorCode> code;
  store.write({{StoreWrite::Kind::kPut, "c", "k", "v", 0}}, executor, [&](Result<uint64_t> done) {
    code.set_value(done ? ErrorCode::kTimedOut : done.error().code);
  });
  return code.get_future().get();
}

ErrorCode code_of_list(Store& store, Executor& executor) {
  std::promise<ErrorCode> code;
  store.list("c", "b", 2, executor, [&](Result<std::vector<StoreRecord>> done) {
    code.set_value(done ? ErrorCode::kTimedOut : done.error().code);
  });
  return code.get_future().get();
}

constexpr ErrorCode kWentWell = ErrorCode::kTimedOut;  // which no storage answers

TEST_CASE("storage table: what it answers wrongly is an error of stores") {
  ThreadExecutor executor("test");
  OddStorage app;
  auto store = app.open();
  struct Write {
    const char* name;
    std::function<playhead_status(uint64_t&)> answer;
    ErrorCode code;
  };
  const Write writes[] = {
      {"well", [](uint64_t& version) { return version = 7, 0; }, kWentWell},
      {"the same version", [](uint64_t& version) { return version = 7, 0; },
       ErrorCode::kStoreCorrupt},
      {"no version", [](uint64_t&) { return 0; }, ErrorCode::kStoreCorrupt},
      {"full", [](uint64_t&) { return -PLAYHEAD_ERROR_STORE_FULL; }, ErrorCode::kStoreFull},
      {"anything", [](uint64_t&) { return 5; }, ErrorCode::kStoreIo},
      {"thrown", [](uint64_t&) -> playhead_status { throw 1; }, ErrorCode::kStoreIo},
      {"well again", [](uint64_t& version) { return version = 8, 0; }, kWentWell},
  };
  for (const Write& c : writes) {
    CAPTURE(std::string(c.name));
    app.on_write = c.answer;
    CHECK(code_of_write(*store, executor) == c.code);
  }
  const auto add = [](playhead_store_page* page, const char* key, uint64_t version) {
    return playhead_store_page_add(page, key, std::string(key).size(), nullptr, 0, version);
  };
  struct List {
    const char* name;
    std::function<playhead_status(playhead_store_page*)> answer;
    ErrorCode code;
  };
  const List lists[] = {
      {"two", [&](playhead_store_page* page) { return add(page, "c", 1), add(page, "d", 2); },
       kWentWell},
      {"too many",
       [&](playhead_store_page* page) {
         return add(page, "c", 1), add(page, "d", 2), add(page, "e", 3), 0;
       },
       ErrorCode::kStoreCorrupt},
      {"one before the page", [&](playhead_store_page* page) { return add(page, "b", 1), 0; },
       ErrorCode::kStoreCorrupt},
      {"out of order",
       [&](playhead_store_page* page) { return add(page, "d", 1), add(page, "c", 1), 0; },
       ErrorCode::kStoreCorrupt},
      {"without a version", [&](playhead_store_page* page) { return add(page, "c", 0), 0; },
       ErrorCode::kStoreCorrupt},
      {"damaged", [](playhead_store_page*) { return -PLAYHEAD_ERROR_STORE_CORRUPT; },
       ErrorCode::kStoreCorrupt},
      {"thrown", [](playhead_store_page*) -> playhead_status { throw 1; }, ErrorCode::kStoreIo},
  };
  for (const List& c : lists) {
    CAPTURE(std::string(c.name));
    app.on_list = c.answer;
    CHECK(code_of_list(*store, executor) == c.code);
    CHECK(add(app.last_page, "x", 1) == -PLAYHEAD_ERROR_INVALID_HANDLE);
  }
  CHECK(add(nullptr, "x", 1) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  CHECK(app.destroyed == 0);
  store.reset();
  CHECK(app.destroyed == 1);
}

// What functions of the C interface answer that are not for the log, a storage or a clock.
playhead_status call_inside() {
  return guard([] { return PLAYHEAD_OK; });
}

TEST_CASE("storage and clock tables: from inside nothing else is called") {
  ThreadExecutor executor("test");
  std::vector<playhead_status> answers;
  OddStorage app;
  app.on_write = [&](uint64_t& version) {
    answers.push_back(call_inside());
    return version = 1, 0;
  };
  app.on_list = [&](playhead_store_page* page) {
    answers.push_back(call_inside());
    return playhead_store_page_add(page, "c", 1, nullptr, 0, 1);
  };
  auto store = app.open();
  CHECK(code_of_write(*store, executor) == kWentWell);
  CHECK(code_of_list(*store, executor) == kWentWell);
  store.reset();
  playhead_clock table = PLAYHEAD_CLOCK_INIT;
  table.user = &answers;
  table.now_us = [](void* user) {
    static_cast<std::vector<playhead_status>*>(user)->push_back(call_inside());
    return int64_t{0};
  };
  CHECK(CClock(CallbackTable<playhead_clock>::adopt(&table)).now() == WallTime{0});
  CHECK(answers == std::vector<playhead_status>(3, -PLAYHEAD_ERROR_INVALID_STATE));
}

TEST_CASE("clock table: is the wall clock of the threads it is given to") {
  playhead_clock table = PLAYHEAD_CLOCK_INIT;
  int64_t now_us = 42;
  table.user = &now_us;
  table.now_us = [](void* user) {
    const int64_t now = *static_cast<int64_t*>(user);
    if (now < 0) throw 1;
    return now;
  };
  const auto clock = std::make_shared<CClock>(CallbackTable<playhead_clock>::adopt(&table));
  ThreadExecutor executor("test", clock);
  CHECK(executor.wall_now() == WallTime{42});
  now_us = 7;
  CHECK(executor.wall_now() == WallTime{7});
  CHECK(executor.now().us != 7);
  now_us = -1;
  CHECK(executor.wall_now() == WallTime{0});
}

}  // namespace
}  // namespace playhead::capi
