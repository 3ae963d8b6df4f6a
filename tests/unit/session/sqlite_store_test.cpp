// SPDX-License-Identifier: Apache-2.0
// What the SQLite store does beyond the Store contract: damage, full disks, other processes, other
// versions. The contract itself is tested in tests/contract.
#include "base/sqlite_store.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sqlite_database.h"
#include "base/thread_executor.h"
#include "support/temp_folder.h"

namespace playhead::test {

namespace {

using Kind = StoreWrite::Kind;
using Records = std::vector<StoreRecord>;

// Waits for a store's answers without timing anything. The executor outlives the stores.
class Waiter {
 public:
  Result<uint64_t> write(Store& store, std::vector<StoreWrite> writes) {
    std::promise<Result<uint64_t>> promise;
    store.write(std::move(writes), executor_,
                [&](Result<uint64_t> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  Result<uint64_t> put(Store& store, const std::string& key, std::string value = "v") {
    return write(store, {{Kind::kPut, "c", key, std::move(value), 0}});
  }
  Result<Records> list(Store& store) {
    std::promise<Result<Records>> promise;
    store.list("c", "", 1000, executor_,
               [&](Result<Records> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  Executor& executor() { return executor_; }

 private:
  ThreadExecutor executor_{"waiter"};
};

std::unique_ptr<SqliteStore> open(const std::string& path) {
  auto store = SqliteStore::open(path);
  if (!store) MESSAGE(describe(store.error()));
  REQUIRE(store.has_value());
  return *std::move(store);
}

void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A store with a few records, closed in good order; its bytes.
std::string make_file(Waiter& waiter, const std::string& path) {
  const auto store = open(path);
  for (int i = 0; i < 40; ++i) {
    REQUIRE(waiter.put(*store, "k" + std::to_string(i), std::string(300, 'v')).has_value());
  }
  return {};
}

}  // namespace

TEST_CASE("sqlite_store: what cannot be opened") {
  const TempFolder folder;
  CHECK(SqliteStore::open("").error().code == ErrorCode::kInvalidArgument);
  CHECK(SqliteStore::open(folder.path("none/a.db")).error().code == ErrorCode::kStoreIo);
  REQUIRE(::mkdir(folder.path("folder").c_str(), 0755) == 0);
  CHECK(SqliteStore::open(folder.path("folder")).error().code == ErrorCode::kStoreIo);
}

TEST_CASE("sqlite_store: a folder that cannot be written") {
  const TempFolder folder;
  const std::string inner = folder.path("locked");
  REQUIRE(::mkdir(inner.c_str(), 0555) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  // Root may write anywhere: be somebody else for a moment.
  const bool is_root = ::geteuid() == 0;
  if (is_root) REQUIRE(::seteuid(65534) == 0);
  const auto store = SqliteStore::open(inner + "/a.db");
  if (is_root) REQUIRE(::seteuid(0) == 0);
  REQUIRE(!store.has_value());
  CHECK(store.error().code == ErrorCode::kStoreIo);
}

TEST_CASE("sqlite_store: the files are for their user only") {
  const TempFolder folder;
  Waiter waiter;
  const auto store = open(folder.path("a.db"));
  REQUIRE(waiter.put(*store, "k").has_value());
  for (const char* name : {"a.db", "a.db-wal", "a.db-shm", "a.db-lock"}) {
    CAPTURE(name);
    struct stat facts {};
    REQUIRE(::stat(folder.path(name).c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0077) == 0);
  }
}

TEST_CASE("sqlite_store: a newer schema is refused and left alone") {
  const TempFolder folder;
  Waiter waiter;
  make_file(waiter, folder.path("a.db"));
  {
    auto database = SqliteDatabase::open(folder.path("a.db"), 1s);
    REQUIRE(database->execute("PRAGMA user_version = 7").has_value());
  }
  const std::string before = read_all(folder.path("a.db"));
  const auto store = SqliteStore::open(folder.path("a.db"));
  REQUIRE(!store.has_value());
  CHECK(store.error().code == ErrorCode::kStoreNewer);
  CHECK(store.error().detail == 7);
  CHECK(read_all(folder.path("a.db")) == before);
}

TEST_CASE("sqlite_store: another program's database is refused and left alone") {
  const TempFolder folder;
  {
    auto database = SqliteDatabase::open(folder.path("a.db"), 1s);
    REQUIRE(database->execute("CREATE TABLE theirs(x)").has_value());
  }
  CHECK(SqliteStore::open(folder.path("a.db")).error().code == ErrorCode::kStoreIo);
  CHECK(!std::filesystem::exists(folder.path("a.db.corrupt-1")));
}

TEST_CASE("sqlite_store: what is no database is moved aside, each time") {
  const TempFolder folder;
  Waiter waiter;
  const std::string path = folder.path("a.db");
  for (int i = 1; i <= 6; ++i) {
    CAPTURE(i);
    overwrite(path, "number " + std::to_string(i) + std::string(2000, 'x'));
    const auto store = open(path);
    CHECK(store->damaged_file() == path + ".corrupt-" + std::to_string(std::min(i, 4)));
    CHECK(read_all(store->damaged_file()).substr(0, 8) == "number " + std::to_string(i));
    CHECK(waiter.list(*store)->empty());
    CHECK(waiter.put(*store, "k").has_value());
  }
  CHECK(!std::filesystem::exists(path + ".corrupt-5"));
  CHECK(open(path)->damaged_file().empty());
}

TEST_CASE("sqlite_store: an empty file is a new store") {
  const TempFolder folder;
  Waiter waiter;
  overwrite(folder.path("a.db"), "");
  const auto store = open(folder.path("a.db"));
  CHECK(store->damaged_file().empty());
  CHECK(waiter.put(*store, "k").has_value());
}

TEST_CASE("sqlite_store: any damage ends in a store that works") {
  const TempFolder folder;
  Waiter waiter;
  const std::string path = folder.path("a.db");
  make_file(waiter, path);
  const std::string healthy = read_all(path);
  REQUIRE(healthy.size() > 8192);
  std::mt19937_64 random(4);
  int replaced = 0;
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    std::string damaged = healthy;
    switch (i % 3) {
      case 0:  // flipped bytes
        for (int n = 0; n < 1 + i / 3; ++n) damaged[random() % damaged.size()] ^= 0x41;
        break;
      case 1:  // cut off
        damaged.resize(random() % damaged.size());
        break;
      default:  // a lost page
        damaged.replace(random() % (damaged.size() / 4096) * 4096, 4096, std::string(4096, '\0'));
    }
    for (const char* side : {"-wal", "-shm"}) std::filesystem::remove(path + side);
    overwrite(path, damaged);
    auto store = SqliteStore::open(path);
    if (!store) {
      // Flips in the header may also make it look newer or foreign: refused, but never a crash.
      const ErrorCode code = store.error().code;
      CHECK((code == ErrorCode::kStoreNewer || code == ErrorCode::kStoreIo));
      continue;
    }
    replaced += !(*store)->damaged_file().empty();
    CHECK(waiter.put(**store, "new").has_value());
    const auto records = waiter.list(**store);
    REQUIRE(records.has_value());
    CHECK(!records->empty());
  }
  CHECK(replaced > 20);
}

TEST_CASE("sqlite_store: a damaged write-ahead log loses at most what follows the damage") {
  const TempFolder folder;
  Waiter waiter;
  const std::string path = folder.path("a.db");
  const std::string copy = folder.path("b.db");
  const auto store = open(path);
  for (int i = 0; i < 20; ++i) REQUIRE(waiter.put(*store, "k" + std::to_string(i)).has_value());
  const std::string database = read_all(path);
  const std::string log = read_all(path + "-wal");
  REQUIRE(log.size() > 20'000);
  std::mt19937_64 random(5);
  for (int i = 0; i < 30; ++i) {
    CAPTURE(i);
    std::string damaged = log;
    if (i % 2 == 0) {
      damaged[random() % damaged.size()] ^= 0x10;
    } else {
      damaged.resize(random() % damaged.size());
    }
    for (const char* side : {"", "-shm"}) std::filesystem::remove(copy + side);
    overwrite(copy, database);
    overwrite(copy + "-wal", damaged);
    const auto other = open(copy);
    const auto records = waiter.list(*other);
    REQUIRE(records.has_value());
    std::set<std::string> found;
    for (const StoreRecord& record : *records) found.insert(record.key);
    std::set<std::string> first_ones;
    for (std::size_t n = 0; n < found.size(); ++n) first_ones.insert("k" + std::to_string(n));
    CHECK(found == first_ones);
    CHECK(waiter.put(*other, "new").has_value());
  }
}

TEST_CASE("sqlite_store: a full disk is told, changes nothing, and passes") {
  const TempFolder folder;
  Waiter waiter;
  const auto store = open(folder.path("a.db"));
  REQUIRE(waiter.put(*store, "before").has_value());
  // A limit on file sizes is the full disk an unprivileged test can have.
  struct rlimit limit {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = limit;
  small.rlim_cur = 256 * 1024;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto large = waiter.put(*store, "large", std::string(1 << 20, 'x'));
  const auto after = waiter.put(*store, "small");
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, ignored);
  REQUIRE(!large.has_value());
  CHECK(large.error().code == ErrorCode::kStoreFull);
  CHECK(after.has_value());
  CHECK(waiter.list(*store)->size() == 2);
  CHECK(waiter.put(*store, "large", std::string(1 << 20, 'x')).has_value());
}

TEST_CASE(
    "sqlite_store: in a burst a call that is too much for the disk does not take others with it") {
  const TempFolder folder;
  Waiter waiter;
  const auto store = open(folder.path("a.db"));
  REQUIRE(waiter.put(*store, "before").has_value());
  struct rlimit limit {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = limit;
  small.rlim_cur = 256 * 1024;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::promise<void> finished;
  int succeeded = 0;
  int answered = 0;
  for (int i = 0; i < 9; ++i) {
    const std::size_t size = i == 4 ? 1 << 20 : 10;
    store->write({{Kind::kPut, "c", "k" + std::to_string(i), std::string(size, 'x'), 0}},
                 waiter.executor(), [&](const Result<uint64_t>& result) {
                   succeeded += result.has_value();
                   if (++answered == 9) finished.set_value();
                 });
  }
  finished.get_future().get();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, ignored);
  CHECK(succeeded == 8);
  CHECK(waiter.list(*store)->size() == 9);
}

TEST_CASE("sqlite_store: a file that is deleted or moved away is replaced by a new one") {
  const TempFolder folder;
  Waiter waiter;
  const std::string path = folder.path("a.db");
  const auto store = open(path);
  REQUIRE(waiter.put(*store, "old").has_value());
  for (const char* side : {"", "-wal", "-shm"}) std::filesystem::remove(path + side);
  REQUIRE(waiter.put(*store, "new").has_value());
  // It is in the file that is there now, for another connection to see.
  const auto other = open(path);
  const auto records = waiter.list(*other);
  REQUIRE(records->size() == 1);
  CHECK(records->front().key == "new");
}

TEST_CASE("sqlite_store: damage that appears while it is open is answered once, then healed") {
  const TempFolder folder;
  Waiter waiter;
  const std::string path = folder.path("a.db");
  const auto store = open(path);
  REQUIRE(waiter.put(*store, "old").has_value());
  // Somebody writes over the file and its log in place.
  for (const char* side : {"", "-wal", "-shm"}) {
    std::fstream file(path + side, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(path + side);
    const std::string noise(size, 'Z');
    file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
  bool works = false;
  for (int i = 0; i < 3 && !works; ++i) works = waiter.put(*store, "new").has_value();
  CHECK(works);
  const auto records = waiter.list(*store);
  REQUIRE(records.has_value());
  CHECK(records->size() >= 1);
}

TEST_CASE("sqlite_store: two stores on one file take turns") {
  const TempFolder folder;
  Waiter waiter;
  const auto first = open(folder.path("a.db"));
  const auto second = open(folder.path("a.db"));
  constexpr int kEach = 100;
  std::promise<void> finished;
  int answered = 0;
  int failed = 0;
  for (int i = 0; i < kEach; ++i) {
    for (const auto& [store, name] : {std::pair{first.get(), "a"}, std::pair{second.get(), "b"}}) {
      store->write({{Kind::kPut, "c", name + std::to_string(i), "v", 0}}, waiter.executor(),
                   [&](const Result<uint64_t>& result) {
                     failed += !result.has_value();
                     if (++answered == 2 * kEach) finished.set_value();
                   });
    }
  }
  finished.get_future().get();
  CHECK(failed == 0);
  CHECK(waiter.list(*first)->size() == 2 * kEach);
  // Versions are of the file, not of the store object.
  const auto a = waiter.put(*first, "x");
  const auto b = waiter.put(*second, "x");
  CHECK(*b > *a);
  REQUIRE(waiter.write(*first, {{Kind::kEraseIfVersion, "c", "x", "", *a}}).has_value());
  CHECK(waiter.list(*second)->size() == 2 * kEach + 1);
}

TEST_CASE("sqlite_store: many open a new file at once") {
  const TempFolder folder;
  constexpr int kProcesses = 6;
  std::vector<pid_t> children;
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  std::cout.flush();  // or every child would print it as well
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      char go = 0;
      ::close(gate[1]);
      const auto ready = ::read(gate[0], &go, 1);  // returns when the parent closes its end
      const auto store = SqliteStore::open(folder.path("a.db"));
      ::_exit(ready == 0 && store.has_value() ? 0 : 1);
    }
    children.push_back(child);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("sqlite_store: a lock held too long is an error, not a hang") {
  const TempFolder folder;
  Waiter waiter;
  SqliteStore::Options options;
  options.busy_timeout = 20ms;
  auto store = SqliteStore::open(folder.path("a.db"), options);
  REQUIRE(store.has_value());
  auto other = SqliteDatabase::open(folder.path("a.db"), 1s);
  REQUIRE(other->begin().has_value());
  CHECK(waiter.put(**store, "k").error().code == ErrorCode::kStoreIo);
  REQUIRE(other->commit().has_value());
  CHECK(waiter.put(**store, "k").has_value());
}

}  // namespace playhead::test
