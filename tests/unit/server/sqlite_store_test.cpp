// SPDX-License-Identifier: Apache-2.0
#include "sqlite_store.h"

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <thread>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "progress_writer.h"
#include "server_fixture.h"
#include "stored_reports.h"

using namespace playhead::server;
using playhead::server::test::stored_reports;
using playhead::server::test::TempDir;

namespace {

std::unique_ptr<SqliteStore> open_store(const TempDir& dir) {
  auto store = SqliteStore::open(dir.path() / "playhead.db");
  REQUIRE(store.ok());
  return std::move(store.value());
}

ProgressWrite row(std::string user, std::string movie, int64_t position_ms,
                  int64_t recorded_at_ms) {
  return {std::move(user), std::move(movie), position_ms, recorded_at_ms, 0, ""};
}

// Whether there may be more.
bool prune(SqliteStore& store, int64_t before_ms, int64_t most) {
  bool has_more = false;
  REQUIRE(store
              .transact([&]() -> Status {
                const auto left = store.prune(before_ms, most);
                has_more = left.ok() && left.value();
                return left.ok() ? Status(Done{}) : left.error();
              })
              .ok());
  return has_more;
}

const SystemClock kClock;

int64_t saved_position(Store& store, std::string_view user, std::string_view movie) {
  const auto saved = store.position(user, movie);
  REQUIRE(saved.ok());
  return saved.value() ? saved.value()->position_ms : -1;
}

// While it lives, what databases that are opened make the system write to the disk of their logs is counted.
class SyncCounter {
 public:
  SyncCounter() : real_(sqlite3_vfs_find(nullptr)) {
    opens_ = real_->xOpen;
    counting_ = *real_;
    counting_.zName = "sync-counter";
    counting_.pNext = nullptr;
    counting_.xOpen = open;
    sqlite3_vfs_register(&counting_, 1);
  }
  ~SyncCounter() {
    sqlite3_vfs_unregister(&counting_);
    sqlite3_vfs_register(real_, 1);
  }
  SyncCounter(const SyncCounter&) = delete;
  SyncCounter& operator=(const SyncCounter&) = delete;
  static int count() { return syncs_; }

 private:
  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    const int result = opens_(vfs, name, file, flags, out);
    if (result != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return result;
    if (file->pMethods != &methods_) {
      methods_ = *file->pMethods;
      sync_ = methods_.xSync;
      methods_.xSync = sync;
    }
    file->pMethods = &methods_;
    return result;
  }
  static int sync(sqlite3_file* file, int flags) {
    ++syncs_;
    return sync_(file, flags);
  }

  static inline std::atomic<int> syncs_{0};
  static inline int (*opens_)(sqlite3_vfs*, const char*, sqlite3_file*, int, int*) = nullptr;
  static inline int (*sync_)(sqlite3_file*, int) = nullptr;
  static inline sqlite3_io_methods methods_{};
  sqlite3_vfs* const real_;
  sqlite3_vfs counting_{};
};

// While it lives, of databases that are opened, rows that statements came past without an index.
class ScanCounter {
 public:
  ScanCounter() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch)); }
  ~ScanCounter() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch)); }
  ScanCounter(const ScanCounter&) = delete;
  ScanCounter& operator=(const ScanCounter&) = delete;
  static int take() { return rows_.exchange(0); }

 private:
  static int watch(sqlite3* db, char**, const sqlite3_api_routines*) {
    return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, &note, nullptr);
  }
  static int note(unsigned, void*, void* statement, void*) {
    rows_ += sqlite3_stmt_status(static_cast<sqlite3_stmt*>(statement), SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    return 0;
  }
  static inline std::atomic<int> rows_{0};
};

// What fakes of the store have in common: nothing of licences.
class ProgressStore : public Store {
 public:
  Status write_license_events(std::span<const LicenseEvent>) override {
    return Error{503, "storage_unavailable", "full"};
  }
  Result<std::vector<LicenseEvent>> license_events(std::string_view, std::size_t) override {
    return std::vector<LicenseEvent>();
  }
  Result<std::optional<Entitlement>> entitlement(std::string_view, std::string_view) override {
    return std::optional<Entitlement>();
  }
  Status set_entitlement(std::string_view, std::string_view, std::optional<Entitlement>) override {
    return Done{};
  }
  Status transact(const std::function<Status()>&) override {
    return Error{503, "storage_unavailable", "full"};
  }
};

// Refuses every write, as a full disk would.
class FailingStore final : public ProgressStore {
 public:
  Status write_progress(std::span<const ProgressWrite>) override {
    return Error{503, "storage_unavailable", "full"};
  }
  Result<std::optional<SavedPosition>> position(const Viewer&, std::string_view) override {
    return std::optional<SavedPosition>();
  }
  Result<std::vector<SavedPosition>> recent_positions(const Viewer&, std::size_t) override {
    return std::vector<SavedPosition>();
  }
};

// Holds the writer in its first commit until it is let go, and notes the sizes of the batches.
class GatedStore final : public ProgressStore {
 public:
  Status write_license_events(std::span<const LicenseEvent> batch) override {
    batches.push_back(batch.size());
    return Done{};
  }
  Status write_progress(std::span<const ProgressWrite> batch) override {
    std::unique_lock lock(mutex_);
    batches.push_back(batch.size());
    entered_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return Done{};
  }
  Result<std::optional<SavedPosition>> position(const Viewer&, std::string_view) override {
    return std::optional<SavedPosition>();
  }
  Result<std::vector<SavedPosition>> recent_positions(const Viewer&, std::size_t) override {
    return std::vector<SavedPosition>();
  }
  void wait_entered() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return entered_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

  std::vector<std::size_t> batches;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
  bool open_ = false;
};

}  // namespace

TEST_CASE("sqlite_store: H03 the newest recorded_at wins, whatever the order of arrival") {
  struct Write {
    int64_t position_ms;
    int64_t recorded_at_ms;
  };
  struct Case {
    const char* name;
    std::vector<Write> writes;
    int64_t expected_ms;
  };
  const Case cases[] = {
      {"in order", {{1'000, 10}, {2'000, 20}}, 2'000},
      {"reordered", {{2'000, 20}, {1'000, 10}}, 2'000},
      {"seek back: later but smaller", {{9'000, 10}, {1'000, 20}}, 1'000},
      {"equal times: the one written last", {{1'000, 10}, {2'000, 10}}, 2'000},
      {"equal times, smaller: the one written last", {{2'000, 10}, {1'000, 10}}, 1'000},
      {"repeated", {{1'000, 10}, {1'000, 10}}, 1'000},
      {"old one after two", {{1'000, 10}, {3'000, 30}, {2'000, 20}}, 3'000},
  };
  for (const bool one_batch : {true, false}) {
    const TempDir dir;
    const auto store = open_store(dir);
    for (const Case& c : cases) {
      CAPTURE(std::string(c.name));
      CAPTURE(one_batch);
      std::vector<ProgressWrite> rows;
      for (const Write& w : c.writes)
        rows.push_back(row(c.name, "m", w.position_ms, w.recorded_at_ms));
      if (one_batch) {
        REQUIRE(store->write_progress(rows).ok());
      } else {
        for (const ProgressWrite& r : rows) REQUIRE(store->write_progress({&r, 1}).ok());
      }
      CHECK(saved_position(*store, c.name, "m") == c.expected_ms);
    }
  }
}

TEST_CASE("sqlite_store: users and titles are kept apart; survives reopening") {
  const TempDir dir;
  {
    const auto store = open_store(dir);
    const std::vector<ProgressWrite> rows = {row("a", "m1", 1, 10), row("a", "m2", 2, 30),
                                             row("b", "m1", 3, 20), row("a", "m3", 4, 20),
                                             row("a'; DROP TABLE progress;--", "m1", 5, 5)};
    REQUIRE(store->write_progress(rows).ok());
  }
  const auto store = open_store(dir);
  CHECK(saved_position(*store, "a", "m1") == 1);
  CHECK(saved_position(*store, "b", "m1") == 3);
  CHECK(saved_position(*store, "b", "m2") == -1);
  CHECK(saved_position(*store, "a'; DROP TABLE progress;--", "m1") == 5);
  const auto recent = store->recent_positions("a", 2);
  REQUIRE(recent.ok());
  REQUIRE(recent.value().size() == 2);
  CHECK(recent.value()[0].movie_id == "m2");
  CHECK(recent.value()[1].movie_id == "m3");
}

TEST_CASE("sqlite_store: what is said of a title goes before what is said of all") {
  const TempDir dir;
  const auto store = open_store(dir);
  const auto said = [&](std::string_view user, std::string_view movie) {
    const auto found = store->entitlement(user, movie);
    REQUIRE(found.ok());
    if (!found.value()) return std::string("nothing");
    const Entitlement& entitlement = *found.value();
    return (entitlement.is_granted ? "granted" : "revoked") +
           (entitlement.until_s ? " until " + std::to_string(*entitlement.until_s) : "");
  };
  CHECK(said("a", "m1") == "nothing");
  REQUIRE(store->set_entitlement("a", "*", Entitlement{false, {}}).ok());
  CHECK(said("a", "m1") == "revoked");
  CHECK(said("b", "m1") == "nothing");
  REQUIRE(store->set_entitlement("a", "m1", Entitlement{true, 77}).ok());
  CHECK(said("a", "m1") == "granted until 77");
  CHECK(said("a", "M1") == "revoked");
  CHECK(said("a", "_") == "revoked");
  REQUIRE(store->set_entitlement("a", "m1", Entitlement{true, {}}).ok());
  CHECK(said("a", "m1") == "granted");
  REQUIRE(store->set_entitlement("a", "m1", std::nullopt).ok());
  CHECK(said("a", "m1") == "revoked");
}

TEST_CASE(
    "sqlite_store: what became of licences is kept per user, and a database of version 1 grows") {
  const TempDir dir;
  // As the first version of the server left it.
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((dir.path() / "playhead.db").c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db,
                     "CREATE TABLE progress(user_id TEXT NOT NULL, movie_id TEXT NOT NULL,"
                     " position_ms INTEGER NOT NULL, recorded_at_ms INTEGER NOT NULL,"
                     " received_at_ms INTEGER NOT NULL, session_id TEXT NOT NULL,"
                     " PRIMARY KEY(user_id, movie_id)) WITHOUT ROWID;"
                     "CREATE INDEX progress_recent ON progress(user_id, recorded_at_ms DESC);"
                     "INSERT INTO progress VALUES('a', 'm1', 7, 1, 1, '');"
                     "PRAGMA user_version=1",
                     nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const auto store = open_store(dir);
  CHECK(saved_position(*store, "a", "m1") == 7);
  ProgressWriter writer(*store, kClock, {});
  std::atomic<int> confirmed{0};
  const auto count = [&](const Status& status) { confirmed += status.ok() ? 1 : 0; };
  using Kind = LicenseEvent::Kind;
  REQUIRE(writer.submit(LicenseEvent{1, "a", "m1", Kind::kPersistent, "k1 k2"}, count));
  REQUIRE(writer.submit(LicenseEvent{2, "b", "m1", Kind::kPersistent, "k3"}, count));
  REQUIRE(writer.submit(LicenseEvent{3, "a", "m1", Kind::kReleased, "k1"}, count));
  writer.stop();
  CHECK(confirmed == 3);
  const auto events = store->license_events("a", 10);
  REQUIRE(events.ok());
  REQUIRE(events.value().size() == 2);
  CHECK(events.value()[0].kind == Kind::kReleased);
  CHECK(events.value()[0].kids == "k1");
  CHECK(events.value()[1].kind == Kind::kPersistent);
  CHECK(events.value()[1].at_ms == 1);
}

TEST_CASE("sqlite_store: profiles of an account keep their own positions") {
  const TempDir dir;
  const auto store = open_store(dir);
  ProgressWrite kid = row("a", "m1", 5, 10);
  kid.profile_id = "kid";
  REQUIRE(store->write_progress({{row("a", "m1", 3, 20), kid}}).ok());
  CHECK(store->position({"a", "kid"}, "m1").value()->position_ms == 5);
  CHECK(saved_position(*store, "a", "m1") == 3);
  CHECK(store->recent_positions({"a", "kid"}, 9).value().size() == 1);
  CHECK_FALSE(store->position({"a", "other"}, "m1").value());
}

TEST_CASE("sqlite_store: a transaction leaves nothing behind when its last step fails") {
  const TempDir dir;
  const auto store = open_store(dir);
  const Error broken{503, "storage_unavailable", "as if"};
  CHECK_FALSE(store
                  ->transact([&]() -> Status {
                    CHECK(store->put_rating({"a", "", "m1", 5, 1}).ok());
                    return broken;
                  })
                  .ok());
  CHECK(store->ratings("a", 9).value().empty());
}

TEST_CASE("sqlite_store: H02 events and heartbeats that come again are one; old ones are forgotten") {
  const TempDir dir;
  const auto store = open_store(dir);
  const auto add = [&](const char* id, int64_t received_ms) {
    const PlaybackEvent event{"a", id, "s", "pause", 1, received_ms, "{}"};
    const Heartbeat beat{"a", "s", "", "m1", "", received_ms, 10, 1, 0, received_ms};
    return store
        ->transact([&]() -> Status {
          if (Status added = store->add_event(event); !added.ok()) return added;
          return store->add_heartbeat(beat);
        })
        .ok();
  };
  REQUIRE((add("e1", 5) && add("e1", 5) && add("e2", 7)));
  CHECK(stored_reports(dir.path(), "a", "s").events == 2);
  CHECK(stored_reports(dir.path(), "a", "s").heartbeats == 2);
  CHECK(stored_reports(dir.path(), "b", "s").events == 0);
  CHECK_FALSE(prune(*store, 6, 10));
  CHECK(stored_reports(dir.path(), "a", "s").events == 1);
  CHECK(stored_reports(dir.path(), "a", "s").heartbeats == 1);
  // The oldest first, so many at once.
  REQUIRE((add("e3", 8) && add("e4", 8) && add("e5", 9)));
  CHECK(prune(*store, 9, 1));
  CHECK(stored_reports(dir.path(), "a", "s").events == 3);
  CHECK(prune(*store, 9, 1));
  CHECK(stored_reports(dir.path(), "a", "s").events == 1);  // of one millisecond all go
  CHECK(stored_reports(dir.path(), "a", "s").heartbeats == 3);
  CHECK_FALSE(prune(*store, 9, 10));
  CHECK(stored_reports(dir.path(), "a", "s").events == 1);
  CHECK(stored_reports(dir.path(), "a", "s").heartbeats == 1);
}

TEST_CASE("sqlite_store: old sessions and tokens are forgotten so many at once, and none is looked for among the rest") {
  const ScanCounter scans;
  const TempDir dir;
  const auto store = open_store(dir);
  const auto add = [&](const std::string& id, int64_t at_s) {
    const PlaybackSession session{id, "a", "", "m1", "", "tv", at_s * 1000, at_s * 1000};
    return store
        ->transact([&]() -> Status {
          if (Status put = store->put_session(session); !put.ok()) return put;
          return store->add_refresh_token({id, "family " + id, "a", at_s});
        })
        .ok();
  };
  for (int i = 1; i <= 3; ++i) REQUIRE(add("old" + std::to_string(i), i));
  for (int i = 1; i <= 20; ++i) REQUIRE(add("new" + std::to_string(i), 100 + i));
  // Began long ago, and is going on.
  REQUIRE(store->transact([&] { return store->put_session({"long", "a", "", "m1", "", "tv", 1, 1}); }).ok());
  REQUIRE(store->transact([&] { return store->touch_session("long", 100'000, false); }).ok());
  const auto sessions = [&] { return store->recent_sessions("a", 99).value().size(); };
  const auto tokens = [&] {
    int known = 0;
    for (int i = 1; i <= 3; ++i) known += store->knows_refresh_token("old" + std::to_string(i)).value() ? 1 : 0;
    return known;
  };
  ScanCounter::take();
  for (const std::size_t left : {23U, 22U, 21U}) {
    CHECK(prune(*store, 100'000, 1));
    CHECK(ScanCounter::take() == 0);
    CHECK(sessions() == left);
    CHECK(tokens() == 3);
    ScanCounter::take();
  }
  CHECK(prune(*store, 100'000, 2));
  CHECK(tokens() == 1);
  ScanCounter::take();
  CHECK_FALSE(prune(*store, 100'000, 2));
  CHECK(ScanCounter::take() == 0);
  CHECK(tokens() == 0);
  CHECK(sessions() == 21);
  CHECK(store->knows_refresh_token("new1").value());
}

TEST_CASE("sqlite_store: a heartbeat is known by its id, without one by its time, also after a migration") {
  const TempDir dir;
  REQUIRE(open_store(dir) != nullptr);
  // As version 3 left it.
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((dir.path() / "playhead.db").c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db,
                     "DROP TABLE heartbeat;"
                     "CREATE TABLE heartbeat(user_id TEXT NOT NULL, session_id TEXT NOT NULL,"
                     " timestamp_ms INTEGER NOT NULL, profile_id TEXT NOT NULL, movie_id TEXT NOT NULL,"
                     " duration_ms INTEGER NOT NULL, bitrate_kbps INTEGER NOT NULL,"
                     " buffering_count INTEGER NOT NULL, received_at_ms INTEGER NOT NULL,"
                     " PRIMARY KEY(user_id, session_id, timestamp_ms)) WITHOUT ROWID;"
                     "CREATE INDEX heartbeat_received ON heartbeat(received_at_ms);"
                     "INSERT INTO heartbeat VALUES('a', 's', 1, '', 'm1', 10, 1, 0, 5);"
                     "PRAGMA user_version=3",
                     nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const auto store = open_store(dir);
  const auto beats_after = [&](const char* id, int64_t at_ms) {
    const Heartbeat beat{"a", "s", "", "m1", id, at_ms, 10, 1, 0, 6};
    CHECK(store->transact([&] { return store->add_heartbeat(beat); }).ok());
    return stored_reports(dir.path(), "a", "s").heartbeats;
  };
  CHECK(beats_after("", 1) == 1);
  CHECK(beats_after("", 2) == 2);
  CHECK(beats_after("b1", 1) == 3);
  CHECK(beats_after("b1", 3'600'001) == 3);
  CHECK(beats_after("b2", 1) == 4);
  CHECK(beats_after("1", 1) == 5);  // nobody's time
}

TEST_CASE("sqlite_store: what is no database is a typed error") {
  const TempDir dir;
  dir.write("playhead.db", std::string(8192, 'x'));
  const auto broken = SqliteStore::open(dir.path() / "playhead.db");
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().code == "storage_unavailable");
  CHECK_FALSE(SqliteStore::open(dir.path() / "no" / "folder" / "playhead.db").ok());
}

TEST_CASE("progress_writer: every accepted write is in the store when its completion runs") {
  const TempDir dir;
  const auto store = open_store(dir);
  constexpr int kThreads = 4;
  constexpr int kWrites = 100;
  std::atomic<int> confirmed{0};
  std::atomic<int> visible{0};
  {
    ProgressWriter writer(*store, kClock, {});
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kWrites; ++i) {
          const std::string user = std::to_string(t);
          const bool taken =
              writer.submit(row(user, std::to_string(i), i, i), [&, user, i](const Status& status) {
                if (status.ok()) ++confirmed;
                const auto saved = store->position(user, std::to_string(i));
                if (saved.ok() && saved.value() && saved.value()->position_ms == i) ++visible;
              });
          if (!taken) return;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    writer.stop();
    CHECK_FALSE(writer.submit(row("late", "m", 1, 1), [](const Status&) {}));
  }
  CHECK(confirmed == kThreads * kWrites);
  CHECK(visible == kThreads * kWrites);
}

TEST_CASE(
    "progress_writer: what waits during a commit goes into the next one, in bounded batches") {
  GatedStore store;
  ProgressWriter writer(store, kClock, {.max_waiting = 10, .max_batch = 4});
  std::atomic<int> completed{0};
  const auto count = [&](const Status&) { ++completed; };
  REQUIRE(writer.submit(row("u", "m", 1, 1), count));
  store.wait_entered();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(writer.submit(row("u", "m", 1, 1), count));
    REQUIRE(writer.submit(LicenseEvent{1, "u", "m", LicenseEvent::Kind::kPersistent, "k"}, count));
  }
  CHECK_FALSE(writer.submit(row("u", "m", 1, 1), count));  // the queue is full
  CHECK(completed == 0);                                   // nothing is confirmed before its commit
  store.open();
  writer.stop();
  CHECK(completed == 11);
  CHECK(store.batches == std::vector<std::size_t>{1, 4, 1, 4, 1});
}

TEST_CASE("progress_writer: of what waits, what somebody waits for is done before reports") {
  const TempDir dir;
  const auto store = open_store(dir);
  ProgressWriter writer(*store, kClock, {});
  std::binary_semaphore entered{0};
  std::binary_semaphore open{0};
  std::string order;  // the writer's thread's
  const auto note = [&](char what) { return [&order, what](const Status&) { order += what; }; };
  const auto nothing = []() -> Status { return Done{}; };
  REQUIRE(writer.submit(
      [&]() -> Status {
        entered.release();
        open.acquire();
        return Done{};
      },
      note('-')));
  entered.acquire();
  CHECK(writer.submit(row("u", "m", 1, 1), note('p')));
  CHECK(writer.submit_report(nothing, note('r')));
  CHECK(writer.submit(nothing, note('t')));
  CHECK(writer.submit(LicenseEvent{1, "u", "m", LicenseEvent::Kind::kPersistent, "k"}, note('l')));
  CHECK(writer.waiting() == 5);
  open.release();
  writer.stop();
  CHECK(order == "-ltrp");
}

TEST_CASE("sqlite_store: what is acknowledged was given to the disk") {
  SyncCounter syncs;
  TempDir dir;
  const auto store = open_store(dir);
  for (int i = 1; i <= 3; ++i) {
    const int before = SyncCounter::count();
    const std::vector<ProgressWrite> batch{row("u", "m", i, i)};
    REQUIRE(store->write_progress(batch).ok());
    CHECK(SyncCounter::count() > before);
  }
}

TEST_CASE("progress_writer: a failed commit is reported to every writer in it") {
  FailingStore store;
  ProgressWriter writer(store, kClock, {});
  std::atomic<int> failed{0};
  const auto count = [&](const Status& status) { failed += status.ok() ? 0 : 1; };
  for (int i = 0; i < 5; ++i) REQUIRE(writer.submit(row("u", "m", 1, 1), count));
  REQUIRE(writer.submit([]() -> Status { return Done{}; }, count));
  writer.stop();
  CHECK(failed == 6);
  CHECK(writer.waiting() == 0);
}
