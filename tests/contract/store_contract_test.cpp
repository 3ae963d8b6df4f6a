// SPDX-License-Identifier: Apache-2.0
// What every Store promises, run on the real one (SQLite, its own thread, a real disk), on one that
// an app brings through the C interface, and on the simulated one.
#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "storage_adapter.h"
#include "support/memory_store.h"
#include "support/temp_folder.h"
#include "support/virtual_executor.h"

namespace playhead::test {

namespace {

using Kind = StoreWrite::Kind;
using Records = std::vector<StoreRecord>;

// A store to test, and how to wait for its answers.
class Rig {
 public:
  virtual ~Rig() = default;
  virtual Store& store() = 0;
  virtual Executor& executor() = 0;
  // Closes the store in good order and opens it again on the same data.
  virtual void reopen() = 0;
  // Runs `start` where it may use the executor, then waits until `finished` says so.
  virtual void wait(UniqueFunction<bool()> finished) = 0;

  Result<uint64_t> write(std::vector<StoreWrite> writes) {
    auto answer = std::make_shared<std::optional<Result<uint64_t>>>();
    store().write(std::move(writes), executor(),
                  [answer](Result<uint64_t> result) { *answer = std::move(result); });
    wait([answer] { return answer->has_value(); });
    return **answer;
  }
  Records list(const std::string& collection, const std::string& after = "", int limit = 1000) {
    auto answer = std::make_shared<std::optional<Result<Records>>>();
    store().list(collection, after, limit, executor(),
                 [answer](Result<Records> result) { *answer = std::move(result); });
    wait([answer] { return answer->has_value(); });
    REQUIRE((*answer)->has_value());
    return ***answer;
  }
};

class MemoryRig final : public Rig {
 public:
  Store& store() override { return store_; }
  Executor& executor() override { return executor_; }
  void reopen() override { executor_.run_for(1s); }
  void wait(UniqueFunction<bool()> finished) override {
    REQUIRE(executor_.run_until_true([&] { return finished(); }, 10s));
  }

 private:
  VirtualExecutor executor_;
  MemoryStore store_{executor_};
};

class ThreadRig : public Rig {
 public:
  Store& store() override { return *store_; }
  Executor& executor() override { return executor_; }
  // Answers arrive as tasks, so asking in tasks sees each of them without a race.
  void wait(UniqueFunction<bool()> finished) override {
    while (true) {
      std::promise<bool> promise;
      executor_.post([&] { promise.set_value(finished()); });
      if (promise.get_future().get()) return;
    }
  }

 private:
  ThreadExecutor executor_{"store test"};

 protected:
  std::shared_ptr<Store> store_;
};

class SqliteRig final : public ThreadRig {
 public:
  SqliteRig() { SqliteRig::reopen(); }
  void reopen() override {
    store_.reset();
    auto opened = SqliteStore::open(folder_.path("records.db"));
    REQUIRE(opened.has_value());
    store_ = *std::move(opened);
  }

 private:
  TempFolder folder_;
};

// What an app keeps, in its own words; it outlives each of its stores.
class AppRecords {
 public:
  [[nodiscard]] playhead_store table() {
    playhead_store table = PLAYHEAD_STORE_INIT;
    table.user = this;
    table.write = [](void* user, const playhead_store_write* const* writes, uint64_t count,
                     uint64_t* out_version) {
      auto& self = *static_cast<AppRecords*>(user);
      ++self.version_;
      const bool puts = std::any_of(writes, writes + count, [](const playhead_store_write* one) {
        return one->kind == PLAYHEAD_STORE_PUT;
      });
      if (puts) *out_version = self.version_;  // else there is nothing that has it
      for (uint64_t i = 0; i < count; ++i) self.apply(*writes[i]);
      return playhead_status{PLAYHEAD_OK};
    };
    table.list = [](void* user, const char* collection, const void* after_key,
                    uint64_t after_key_bytes, int32_t limit, playhead_store_page* page) {
      const auto& records = static_cast<AppRecords*>(user)->records_;
      auto record = records.upper_bound({collection, text(after_key, after_key_bytes)});
      for (; record != records.end() && record->first.first == collection && limit > 0; --limit) {
        const std::string& key = record->first.second;
        const auto& [value, version] = record++->second;
        const auto added = playhead_store_page_add(page, key.data(), key.size(), value.data(),
                                                   value.size(), version);
        if (added != PLAYHEAD_OK) return added;
      }
      return playhead_status{PLAYHEAD_OK};
    };
    return table;
  }

 private:
  static std::string text(const void* bytes, uint64_t size) {
    return {static_cast<const char*>(bytes), size};
  }
  void apply(const playhead_store_write& write) {
    const std::pair at(std::string(write.collection), text(write.key, write.key_bytes));
    if (write.kind == PLAYHEAD_STORE_PUT) {
      records_[at] = {text(write.value, write.value_bytes), version_};
    } else if (write.kind == PLAYHEAD_STORE_ERASE) {
      records_.erase(at);
    } else if (const auto found = records_.find(at);
               found != records_.end() && found->second.second == write.version) {
      records_.erase(found);
    }
  }

  std::map<std::pair<std::string, std::string>, std::pair<std::string, uint64_t>> records_;
  uint64_t version_ = 0;
};

class CStorageRig final : public ThreadRig {
 public:
  CStorageRig() { CStorageRig::reopen(); }
  ~CStorageRig() override { store_.reset(); }
  void reopen() override {
    store_.reset();
    const playhead_store table = records_.table();
    store_ = capi::make_c_store(capi::CallbackTable<playhead_store>::adopt(&table));
  }

 private:
  AppRecords records_;
};

std::vector<std::string> keys_of(const Records& records) {
  std::vector<std::string> keys;
  for (const StoreRecord& record : records) keys.push_back(record.key);
  return keys;
}

StoreWrite put(std::string key, std::string value, std::string collection = "c") {
  return {Kind::kPut, std::move(collection), std::move(key), std::move(value), 0};
}

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE_TEMPLATE("store: keeps the newest value of a key", RigType, MemoryRig, SqliteRig,
                   CStorageRig) {
  RigType rig;
  CHECK(rig.list("c").empty());
  const auto first = rig.write({put("a", "1")});
  const auto second = rig.write({put("a", "2")});
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(*first > 0);
  CHECK(*second > *first);
  const Records records = rig.list("c");
  REQUIRE(records.size() == 1);
  CHECK(records[0].key == "a");
  CHECK(records[0].value == "2");
  CHECK(records[0].version == *second);
}

TEST_CASE_TEMPLATE("store: every byte survives", RigType, MemoryRig, SqliteRig, CStorageRig) {
  RigType rig;
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes.push_back(static_cast<char>(c));
  REQUIRE(rig.write({put(bytes, bytes), put("empty", "")}).has_value());
  rig.reopen();
  const Records records = rig.list("c");
  REQUIRE(records.size() == 2);
  CHECK(records[0].key == bytes);
  CHECK(records[0].value == bytes);
  CHECK(records[1].value.empty());
}

TEST_CASE_TEMPLATE("store: lists in byte order, page by page", RigType, MemoryRig, SqliteRig,
                   CStorageRig) {
  RigType rig;
  REQUIRE(
      rig.write({put("b", ""), put("a", ""), put("\xff", ""), put("B", ""), put("other", "", "d")})
          .has_value());
  CHECK(keys_of(rig.list("c")) == Keys{"B", "a", "b", "\xff"});
  CHECK(keys_of(rig.list("c", "", 2)) == Keys{"B", "a"});
  CHECK(keys_of(rig.list("c", "a", 2)) == Keys{"b", "\xff"});
  CHECK(keys_of(rig.list("c", "\xff", 2)).empty());
  CHECK(keys_of(rig.list("c", "", 0)) == Keys{"B"});  // the limit is clamped, not an error
  CHECK(keys_of(rig.list("none")).empty());
}

TEST_CASE_TEMPLATE("store: erases", RigType, MemoryRig, SqliteRig, CStorageRig) {
  RigType rig;
  const auto old_version = rig.write({put("a", "1"), put("b", "1")});
  const auto new_version = rig.write({put("b", "2")});
  REQUIRE(new_version.has_value());
  REQUIRE(rig.write({{Kind::kErase, "c", "a", "", 0}, {Kind::kErase, "c", "absent", "", 0}})
              .has_value());
  CHECK(keys_of(rig.list("c")) == Keys{"b"});
  REQUIRE(rig.write({{Kind::kEraseIfVersion, "c", "b", "", *old_version}}).has_value());
  CHECK(keys_of(rig.list("c")) == Keys{"b"});  // it was put again since
  REQUIRE(rig.write({{Kind::kEraseIfVersion, "c", "b", "", *new_version}}).has_value());
  CHECK(rig.list("c").empty());
}

TEST_CASE_TEMPLATE("store: no version comes twice, not even after erasing and reopening", RigType,
                   MemoryRig, SqliteRig, CStorageRig) {
  RigType rig;
  const auto before = rig.write({put("a", "1")});
  REQUIRE(rig.write({{Kind::kErase, "c", "a", "", 0}}).has_value());
  rig.reopen();
  const auto after = rig.write({put("a", "2")});
  REQUIRE(after.has_value());
  CHECK(*after > *before);
  REQUIRE(rig.write({{Kind::kEraseIfVersion, "c", "a", "", *before}}).has_value());
  CHECK(keys_of(rig.list("c")) == Keys{"a"});
}

TEST_CASE_TEMPLATE("store: a call is applied whole or not at all", RigType, MemoryRig, SqliteRig,
                   CStorageRig) {
  RigType rig;
  const auto refused = rig.write({put("a", "1"), put("b", std::string((1 << 20) + 1, 'x'))});
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  CHECK(rig.list("c").empty());
  CHECK(!rig.write({put("", "1")}).has_value());
  CHECK(!rig.write({put("a", "1", "")}).has_value());
  CHECK(!rig.write({put(std::string(1025, 'k'), "1")}).has_value());
  CHECK(rig.write({put(std::string(1024, 'k'), std::string(1 << 20, 'x'))}).has_value());
  CHECK(rig.write({}).has_value());  // nothing to do is no error
}

TEST_CASE_TEMPLATE("store: calls take effect in their order", RigType, MemoryRig, SqliteRig,
                   CStorageRig) {
  RigType rig;
  constexpr int kCalls = 300;
  auto answered = std::make_shared<int>(0);
  auto listed = std::make_shared<std::vector<std::string>>();
  for (int i = 0; i < kCalls; ++i) {
    rig.store().write({put("a", std::to_string(i))}, rig.executor(),
                      [answered](const Result<uint64_t>& result) {
                        if (result) ++*answered;
                      });
    if (i % 100 != 99) continue;
    rig.store().list("c", "", 1, rig.executor(), [listed](Result<Records> records) {
      if (records && records->size() == 1) listed->push_back(records->front().value);
    });
  }
  rig.wait([=] { return *answered == kCalls && listed->size() == 3; });
  CHECK(*listed == Keys{"99", "199", "299"});
}

TEST_CASE_TEMPLATE("store: nothing completes inside the call", RigType, MemoryRig, SqliteRig,
                   CStorageRig) {
  RigType rig;
  auto inside = std::make_shared<bool>(true);
  auto completions = std::make_shared<int>(0);
  // On the executor's own thread, where a completion could only run inside the call.
  rig.executor().post([&, inside, completions] {
    const auto done = [inside, completions](const auto&) { *completions += *inside ? 100 : 1; };
    rig.store().write({put("a", "1")}, rig.executor(), done);
    rig.store().write({put("", "1")}, rig.executor(), done);
    rig.store().list("c", "", 1, rig.executor(), done);
    *inside = false;
  });
  rig.wait([=] { return *completions >= 3; });
  CHECK(*completions == 3);
}

TEST_CASE_TEMPLATE("store: closing finishes what was queued", RigType, MemoryRig, SqliteRig,
                   CStorageRig) {
  RigType rig;
  for (int i = 0; i < 50; ++i) {
    rig.store().write({put("k" + std::to_string(i), "v")}, rig.executor(),
                      [](const Result<uint64_t>&) {});
  }
  rig.reopen();
  CHECK(rig.list("c").size() == 50);
}

}  // namespace playhead::test
