// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <system_error>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/journal.h"
#include "store/reconcile.h"
#include "store/reserve.h"
#include "store/schema.h"
#include "store_world.h"
#include "support/faulty_file_system.h"
#include "support/faulty_sqlite.h"

namespace playhead::offline {
namespace {

using namespace test;  // NOLINT: a test of what it holds
using playhead::test::FaultySqlite;
using Fault = FaultySqlite::Fault;

// One call of each kind that writes, in an order that makes sense.
using Step = std::function<Result<void>(DownloadStore&)>;

template <typename T>
Result<void> plain(const Result<T>& result) {
  return result ? Result<void>() : Result<void>(result.error());
}

LicenceRow licence_of(std::string_view sealed) {
  LicenceRow licence;
  licence.scheme = "clearkey";
  licence.sealed = blob_of(sealed);
  return licence;
}

const std::vector<Step>& steps() {
  static const std::vector<Step> kSteps = {
      [](DownloadStore& s) { return s.add(download_of("a")); },
      [](DownloadStore& s) { return s.add(download_of("b", 1)); },
      [](DownloadStore& s) { return s.set_content_key("a", blob_of("key of a")); },
      [](DownloadStore& s) { return plain(s.set_plan("a", facts_of(12), segments(12), kNow)); },
      [](DownloadStore& s) {
        return s.set_state("a", {DownloadState::kDownloading, {}, {}, {}}, kNow);
      },
      [](DownloadStore& s) {
        const ResourceProgress progress{3, 65'536, 90'000, {}};
        return plain(s.save_progress(std::span(&progress, 1)));
      },
      [](DownloadStore& s) {
        const FinishedResource batch[] = {finished(1), finished(2), finished(4)};
        return plain(s.finish(batch));
      },
      [](DownloadStore& s) {
        return s.set_rights("a", {{}, {}, 2}, blob_of("rights of a"));
      },
      [](DownloadStore& s) {
        return s.change_licences("a", {{licence_of("licence 1")}, {}, {}});
      },
      [](DownloadStore& s) {
        return s.change_licences("a", {{licence_of("licence 2")}, {}, {}});
      },
      [](DownloadStore& s) {
        const PendingRelease release{0, "", "clearkey", "https://l", blob_of("2"), 0, kNow};
        return s.change_licences("a", {{licence_of("licence 3")}, {2}, {release}});
      },
      [](DownloadStore& s) { return plain(s.set_plan("a", facts_of(3), segments(3), kNow)); },
      [](DownloadStore& s) { return s.discard_file("a", "https://cdn/v/1.m4s"); },
      [](DownloadStore& s) { return s.destroy_keys("a", kNow); },
      [](DownloadStore& s) {
        const PendingRelease release{0, "", "clearkey", "https://l", blob_of("bye"), 0, kNow};
        return s.begin_removal("b", std::span(&release, 1), kNow);
      },
      [](DownloadStore& s) { return s.finish_removal("b", kNow); },
  };
  return kSteps;
}

// What the store holds before each step, and after the last.
std::vector<std::string> healthy_dumps() {
  const TempFolder folder;
  const auto files = make_file_system();
  const auto store = open_store(*files, folder.path());
  std::vector<std::string> dumps = {dump(*store)};
  for (const Step& step : steps()) {
    done(step(*store));
    dumps.push_back(dump(*store));
  }
  return dumps;
}

// From that step on; the first that fails.
std::size_t run_from(DownloadStore& store, std::size_t first) {
  while (first < steps().size() && steps()[first](store)) ++first;
  return first;
}

TEST_CASE("store: a write that fails has changed nothing, whichever it is") {
  const std::vector<std::string> dumps = healthy_dumps();
  FaultySqlite disk(FaultySqlite::Power::kStays);
  const auto files = make_file_system();
  int64_t call = 0;
  bool has_failed = true;
  while (has_failed) {
    ++call;
    CAPTURE(call);
    const TempFolder folder;
    disk.fail_at(call, Fault::kIoError);
    auto opened = DownloadStore::open(*files, folder.path());
    std::unique_ptr<DownloadStore> store;
    if (opened) {
      store = *std::move(opened);
    } else {
      CHECK(opened.error().code == ErrorCode::kStoreIo);
      store = open_store(*files, folder.path());
    }
    const std::size_t stopped = run_from(*store, 0);
    CAPTURE(stopped);
    has_failed = disk.has_failed();
    const std::string now = dump(*store);
    // Of the two that destroy keys the first half may have been done.
    CHECK((now == dumps[stopped] || (stopped >= 12 && now == dumps[stopped + 1])));
    check_sums(*store);
    CHECK(run_from(*store, stopped) == steps().size());
    CHECK(dump(*store) == dumps.back());
    store.reset();
    CHECK(dump(*open_store(*files, folder.path())) == dumps.back());
  }
  CHECK(call > 50);
}

TEST_CASE("store: S07 what was acknowledged survives a power cut at any write") {
  const std::vector<std::string> dumps = healthy_dumps();
  const auto files = make_file_system();
  int64_t call = 0;
  bool has_failed = true;
  while (has_failed) {
    ++call;
    CAPTURE(call);
    const TempFolder folder;
    FaultySqlite disk;
    std::size_t stopped = 0;
    {
      auto store = open_store(*files, folder.path());
      disk.fail_at(call, Fault::kGone);
      stopped = run_from(*store, 0);
    }
    CAPTURE(stopped);
    has_failed = disk.has_failed();
    if (!has_failed) break;
    disk.restart();
    const auto store = open_store(*files, folder.path());
    const std::string now = dump(*store);
    // The one under way may have been written before it could be acknowledged.
    const bool is_next = stopped < steps().size() && now == dumps[stopped + 1];
    CHECK((now == dumps[stopped] || is_next));
    check_sums(*store);
    CHECK(run_from(*store, is_next ? stopped + 1 : stopped) == steps().size());
    CHECK(dump(*store) == dumps.back());
  }
  CHECK(call > 50);
}

TEST_CASE("store: S06 what was acknowledged survives a kill at any write") {
  const std::vector<std::string> dumps = healthy_dumps();
  const auto files = make_file_system();
  int64_t call = -2;
  bool was_killed = true;
  while (was_killed) {
    call += 3;
    CAPTURE(call);
    const TempFolder folder;
    int acks[2];
    REQUIRE(::pipe(acks) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      FaultySqlite disk(FaultySqlite::Power::kStays);
      auto store = DownloadStore::open(*files, folder.path());
      disk.fail_at(call, Fault::kKill);
      for (const Step& step : steps()) {
        if (!step(**store) || ::write(acks[1], "", 1) != 1) ::_exit(2);
      }
      ::_exit(0);
    }
    ::close(acks[1]);
    std::size_t acknowledged = 0;
    char byte = 0;
    while (::read(acks[0], &byte, 1) == 1) ++acknowledged;
    ::close(acks[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    was_killed = WIFSIGNALED(status);
    CHECK((was_killed || WEXITSTATUS(status) == 0));
    const auto store = open_store(*files, folder.path());
    const std::string now = dump(*store);
    const bool is_next = acknowledged < steps().size() && now == dumps[acknowledged + 1];
    CHECK((now == dumps[acknowledged] || is_next));
    check_sums(*store);
    CHECK(run_from(*store, is_next ? acknowledged + 1 : acknowledged) == steps().size());
    CHECK(dump(*store) == dumps.back());
  }
  CHECK(call > 50);
}

// Acknowledgements come through a pipe; the kill falls wherever the child is by then.
TEST_CASE("store: S06 a child killed in a loop of commits has lost nothing it acknowledged") {
  // Far more than are acknowledged before the last kill.
  constexpr int64_t kPlanned = 400;
  const auto files = make_file_system();
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    const TempFolder folder;
    int acks[2];
    REQUIRE(::pipe(acks) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = DownloadStore::open(*files, folder.path());
      if (!(*store)->add(download_of("a"))) ::_exit(2);
      if (!(*store)->set_plan("a", facts_of(kPlanned), segments(kPlanned), kNow)) ::_exit(2);
      for (int64_t row = 1; row <= kPlanned; ++row) {
        const FinishedResource one = finished(row);
        if (!(*store)->finish(std::span(&one, 1)) || ::write(acks[1], "", 1) != 1) ::_exit(2);
      }
      ::_exit(0);
    }
    ::close(acks[1]);
    int64_t acknowledged = 0;
    char byte = 0;
    while (acknowledged < 1 + round * 7 && ::read(acks[0], &byte, 1) == 1) ++acknowledged;
    REQUIRE(::kill(child, SIGKILL) == 0);
    while (::read(acks[0], &byte, 1) == 1) ++acknowledged;
    ::close(acks[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const auto store = open_store(*files, folder.path());
    const DownloadRow row = got(store->find("a"));
    CHECK(row.resources == kPlanned);
    CHECK(row.resources_done >= acknowledged);
    CHECK(row.resources_done <= acknowledged + 1);
    for (const ResourceRow& resource : got(store->resources("a", 0, 10'000))) {
      if (resource.row <= acknowledged) CHECK(resource.state == ResourceState::kDone);
    }
  }
}

TEST_CASE("store: S01 on a full disk states are still written, and nothing else") {
  const TempFolder folder;
  const auto files = make_file_system();
  FaultySqlite disk;
  auto store = open_store(*files, folder.path());
  for (std::size_t n = 0; n < 7; ++n) done(steps()[n](*store));
  const std::string reserve = layout::reserve(folder.path());
  REQUIRE(std::filesystem::file_size(reserve) == Reserve::kBytes);
  const std::string before = dump(*store);
  disk.fail_at(1, Fault::kFull, reserve);
  const FinishedResource one = finished(5);
  CHECK(code_of(store->finish(std::span(&one, 1))) == ErrorCode::kStoreFull);
  CHECK(code_of(store->add(download_of("c"))) == ErrorCode::kStoreFull);
  CHECK(dump(*store) == before);
  CHECK(std::filesystem::exists(reserve));
  StateChange waits{DownloadState::kWaiting, WaitReason::kStorage, {}, {}};
  done(store->set_state("a", waits, kNow));
  CHECK_FALSE(std::filesystem::exists(reserve));
  disk.fail_at(0, Fault::kNone);  // there is room again
  got(store->finish(std::span(&one, 1)));
  CHECK(std::filesystem::exists(reserve));
  check_sums(*store);
  store.reset();
  store = open_store(*files, folder.path());
  CHECK(got(store->find("a")).waits_for == WaitReason::kStorage);
}

TEST_CASE("store: on a full disk downloads are removed and their keys destroyed") {
  const TempFolder folder;
  const auto files = make_file_system();
  FaultySqlite disk;
  const auto store = open_store(*files, folder.path());
  for (std::size_t n = 0; n < 9; ++n) done(steps()[n](*store));
  disk.fail_at(1, Fault::kFull, layout::reserve(folder.path()));
  done(store->begin_removal("a", {}, kNow));
  CHECK(got(store->sealed_records("a")).content_key.empty());
  CHECK(got(store->licences("a")).empty());
}

TEST_CASE("store: a journal on a full disk can be opened") {
  const TempFolder folder;
  const auto files = make_file_system();
  {
    const auto store = open_store(*files, folder.path());
    for (std::size_t n = 0; n < 7; ++n) done(steps()[n](*store));
  }
  FaultySqlite disk;
  disk.fail_at(1, Fault::kFull, layout::reserve(folder.path()));
  const auto store = open_store(*files, folder.path());
  CHECK(got(store->list()).size() == 2);
  done(store->set_state("a", {DownloadState::kPaused, {}, {}, {}}, kNow));
  CHECK(disk.has_failed());
}

TEST_CASE("reserve: taken where there is room, and only there") {
  playhead::test::FaultyFileSystem files;
  done(files.make_folder("/r"));
  files.set_free_bytes(Reserve::kWhenFree - 1);
  Reserve reserve(files, "/r");
  reserve.take();
  CHECK_FALSE(files.exists("/r/reserve"));
  CHECK_FALSE(reserve.give_up());
  files.set_free_bytes(Reserve::kWhenFree);
  files.fail_at(4, playhead::test::FaultyFileSystem::Fault::kFullOnce);
  for (int tries = 0; tries < 2; ++tries) reserve.take();
  REQUIRE(files.exists("/r/reserve"));
  CHECK(files.bytes_of("/r/reserve").size() == Reserve::kBytes);
  CHECK(reserve.give_up());
  CHECK_FALSE(files.exists("/r/reserve"));
}

TEST_CASE("store: S11 another process, or a second store, finds it busy") {
  StoreWorld world;
  done(world->add(download_of("a")));
  CHECK(code_of(DownloadStore::open(*world.files, world.folder.path())) == ErrorCode::kOfflineBusy);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = DownloadStore::open(*world.files, world.folder.path());
    ::_exit(!second && second.error().code == ErrorCode::kOfflineBusy ? 7 : 8);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 7);
  done(world->add(download_of("b")));
  world.reopen();
  CHECK(got(world->list()).size() == 2);
}

std::string bytes_of(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  std::string bytes(none ? 0 : size, '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), std::ssize(bytes));
  return bytes;
}
void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST_CASE("store: S09 S10 a damaged journal is told and left as it is, with all content") {
  struct Case {
    const char* name;
    void (*damage)(std::string& bytes);
  };
  const Case cases[] = {
      {"no database", [](std::string& b) { b.assign(5'000, 'x'); }},
      {"the header", [](std::string& b) { b.replace(0, 16, std::string(16, '\0')); }},
      {"cut in half", [](std::string& b) { b.resize(b.size() / 2 + 100); }},
      {"empty", [](std::string& b) { b.clear(); }},
      {"gone but for a page", [](std::string& b) { b.resize(4096); }},
      {"all pages but the first",
       [](std::string& b) { std::fill(b.begin() + 4096, b.end(), '\x5A'); }},
  };
  const auto files = make_file_system();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TempFolder folder;
    {
      const auto store = open_store(*files, folder.path());
      for (std::size_t n = 0; n < 7; ++n) done(steps()[n](*store));
    }
    const std::string content = layout::folder(folder.path(), "a");
    done(files->make_folder(content));
    write_bytes(content + "/1.vault", "media");
    const std::string path = layout::journal(folder.path());
    std::string bytes = bytes_of(path);
    c.damage(bytes);
    write_bytes(path, bytes);
    write_bytes(path + "-wal", std::string(64, 'w'));  // as after a bad end: it is looked through
    const auto opened = DownloadStore::open(*files, folder.path());
    CHECK(code_of(opened) == ErrorCode::kStoreCorrupt);
    CHECK(bytes_of(content + "/1.vault") == "media");
    if (!bytes.empty()) CHECK(bytes_of(path).substr(100) == bytes.substr(100));
  }
}

TEST_CASE("store: S09 random damage is an error or goes unnoticed, and never ends the process") {
  const auto files = make_file_system();
  const TempFolder folder;
  {
    const auto store = open_store(*files, folder.path());
    for (std::size_t n = 0; n < 10; ++n) done(steps()[n](*store));
  }
  const std::string path = layout::journal(folder.path());
  const std::string whole = bytes_of(path);
  uint64_t random = 1;
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    std::string bytes = whole;
    for (int n = 0; n < 20; ++n) {
      random = random * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
      bytes[(random >> 33) % bytes.size()] = static_cast<char>(random >> 56);
    }
    write_bytes(path, bytes);
    std::filesystem::remove(path + "-wal");
    std::filesystem::remove(path + "-shm");
    const auto store = DownloadStore::open(*files, folder.path());
    if (!store) continue;
    static_cast<void>((*store)->list());
    static_cast<void>((*store)->resources("a", 0, 100));
    static_cast<void>((*store)->lookup("a", {"https://cdn/v/1.m4s", {}}));
    static_cast<void>((*store)->set_plan("a", {}, segments(50), kNow));
    static_cast<void>((*store)->begin_removal("a", {}, kNow));
    static_cast<void>((*store)->finish_removal("a", kNow));
    static_cast<void>((*store)->events());
  }
}

TEST_CASE("store: S09 a flipped bit of the log costs what came after it, and is no lie") {
  const auto files = make_file_system();
  const TempFolder folder;
  std::string journal, log;
  {
    const auto store = open_store(*files, folder.path());
    for (std::size_t n = 0; n < 7; ++n) done(steps()[n](*store));
    journal = bytes_of(layout::journal(folder.path()));
    log = bytes_of(layout::journal(folder.path()) + "-wal");
  }
  const std::vector<std::string> dumps = healthy_dumps();
  REQUIRE(log.size() > 8'000);
  int earlier = 0;
  for (int n = 0; n < 24; ++n) {
    CAPTURE(n);
    const TempFolder damaged;
    std::string bytes = log;
    bytes[bytes.size() * static_cast<std::size_t>(2 * n + 1) / 48] ^= 4;
    write_bytes(layout::journal(damaged.path()), journal);
    write_bytes(layout::journal(damaged.path()) + "-wal", bytes);
    const auto store = DownloadStore::open(*files, damaged.path());
    if (!store) {
      CHECK(code_of(store) == ErrorCode::kStoreCorrupt);
      continue;
    }
    const std::string now = dump(**store);
    CHECK(std::find(dumps.begin(), dumps.begin() + 8, now) != dumps.begin() + 8);
    earlier += now != dumps[7] ? 1 : 0;
  }
  CHECK(earlier > 0);
}

TEST_CASE("store: S03 a folder that may not be written is told") {
  const TempFolder folder;
  const auto files = make_file_system();
  { const auto store = open_store(*files, folder.path()); }
  if (::geteuid() == 0) {
    // Nothing is forbidden to this user: a folder of which nothing can be made stands for it.
    write_bytes(folder.path("file"), "");
    CHECK(code_of(DownloadStore::open(*files, folder.path("file") + "/downloads")) ==
          ErrorCode::kStoreIo);
    return;
  }
  ::chmod(layout::journal(folder.path()).c_str(), 0400);
  ::chmod(layout::lock(folder.path()).c_str(), 0400);
  ::chmod(folder.path().c_str(), 0500);
  CHECK(code_of(DownloadStore::open(*files, folder.path())) == ErrorCode::kStoreIo);
  ::chmod(folder.path().c_str(), 0700);
}

TEST_CASE("store: its files are private to their user") {
  StoreWorld world;
  done(world->add(download_of("a")));
  for (const char* name : {"offline.db", "offline.db-wal", "offline.db-shm", "reserve", "lock"}) {
    CAPTURE(name);
    struct stat status {};
    REQUIRE(::stat(world.folder.path(name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("schema: S15 journals are brought up to date step by step, or refused") {
  constexpr const char* kSteps[] = {
      "CREATE TABLE a(x); INSERT INTO a VALUES(1);",
      "ALTER TABLE a ADD COLUMN y DEFAULT 2;",
      "UPDATE a SET x = x + y;",
  };
  const TempFolder folder;
  auto database = SqliteDatabase::open(folder.path("a.db"), 1s);
  REQUIRE(database);
  const std::span<const char* const> all(kSteps);
  done(migrate(*database, all.first(1)));
  CHECK(got(version_of(*database, all)) == 1);
  constexpr const char* kBroken[] = {kSteps[0], kSteps[1], "UPDATE a SET x = 9; NOT SQL;"};
  CHECK(code_of(migrate(*database, kBroken)) == ErrorCode::kStoreIo);
  CHECK(got(version_of(*database, all)) == 2);  // the step that failed has changed nothing
  CHECK(got(database->query_integer("SELECT x FROM a")) == 1);
  done(migrate(*database, all));
  CHECK(got(database->query_integer("SELECT x FROM a")) == 3);
  done(migrate(*database, all));
  CHECK(got(database->query_integer("SELECT x FROM a")) == 3);
  const auto older = migrate(*database, all.first(2));
  CHECK(code_of(older) == ErrorCode::kStoreNewer);
  CHECK(older.error().detail == 3);
}

TEST_CASE("schema: S15 a journal of the first version is opened with all it holds") {
  const TempFolder folder;
  const auto files = make_file_system();
  {
    auto database = SqliteDatabase::open(layout::journal(folder.path()), 1s);
    REQUIRE(database);
    done(migrate(*database, journal_migrations().first(1)));
    done(database->execute(
        "INSERT INTO download(id, identity, title_id, profile_id, request, app_data, priority,"
        " added_at, changed_at) VALUES(CAST('a' AS BLOB), CAST('a' AS BLOB), x'', x'', x'', x'',"
        " 0, 1, 1);"
        "INSERT INTO tracks(download, chosen) VALUES(1, x'');"
        "INSERT INTO resource(download, stable_key, range_start, range_length, plan, kind, track,"
        " seq, play_order, starts, ends, size, size_exact, url)"
        " VALUES(1, CAST('https://cdn/film.mp4' AS BLOB), 0, 1000, 1, 3, x'', 0, 0, 0, 1, 1000, 1,"
        " x'');"
        "UPDATE resource SET state = 2, sha256 = zeroblob(32);"));
  }
  const auto store = open_store(*files, folder.path());
  REQUIRE(got(store->list()).size() == 1);
  CHECK(got(store->list())[0].bytes_done == 1'000);
  const auto rows = got(store->resources("a", 0, 10));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].state == ResourceState::kDone);
  CHECK_FALSE(rows[0].file_size);
  // By what it is checked: what stood there then. What is finished from here on has the other kind.
  CHECK(rows[0].digest == FileDigest{FileDigest::Kind::kMedia, {}});
  const FinishedResource anew{rows[0].row, 1'000, {FileDigest::Kind::kSeals, {7}}, {}};
  got(store->finish(std::span(&anew, 1)));
  CHECK(got(store->resource(rows[0].row)).digest == anew.digest);
}

TEST_CASE("schema: S15 a power cut at any write leaves one of the versions, whole") {
  constexpr const char* kSteps[] = {
      "CREATE TABLE a(x); INSERT INTO a VALUES(1);",
      "ALTER TABLE a ADD COLUMN y DEFAULT 2; UPDATE a SET x = 20;",
      "CREATE TABLE b(z); INSERT INTO b SELECT y FROM a; UPDATE a SET x = 30;",
  };
  const std::span<const char* const> all(kSteps);
  FaultySqlite disk;
  std::set<int64_t> versions;
  bool has_failed = true;
  for (int64_t call = 1; has_failed; ++call) {
    CAPTURE(call);
    const TempFolder folder;
    const std::string path = folder.path("a.db");
    disk.fail_at(0, Fault::kNone);
    {
      auto database = SqliteDatabase::open(path, 1s);
      REQUIRE(database);
      REQUIRE(database->query_text("PRAGMA journal_mode = WAL"));
      done(database->execute("PRAGMA synchronous = FULL"));
      done(migrate(*database, all.first(1)));
      disk.fail_at(call, Fault::kGone);
      static_cast<void>(migrate(*database, all));
    }
    has_failed = disk.has_failed();  // closing writes, too
    if (has_failed) disk.restart();
    auto database = SqliteDatabase::open(path, 1s);
    REQUIRE(database);
    const int64_t version = got(version_of(*database, all));
    versions.insert(version);
    CHECK(got(database->query_integer("SELECT x FROM a")) == (version == 1 ? 1 : version * 10));
    CHECK(got(database->query_integer("SELECT count(*) FROM sqlite_master")) ==
          (version == 3 ? 2 : 1));
    done(migrate(*database, all));
    CHECK(got(database->query_integer("SELECT z FROM b")) == 2);
  }
  CHECK(versions == std::set<int64_t>{1, 2, 3});
}

// Complete downloads of so many files each, as the store would have written them.
void fill(const std::string& root, int64_t downloads, int64_t files) {
  static_cast<void>(open_store(*make_file_system(), root));
  auto journal = got(SqliteDatabase::open(layout::journal(root), 1s));
  const auto numbers = [](int64_t count) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
           std::to_string(count) + ") ";
  };
  const std::string sql = "BEGIN;" + numbers(downloads) +
                          R"sql(INSERT INTO download(id, identity, title_id, profile_id, request,
      app_data, priority, added_at, changed_at, state)
    SELECT CAST(i AS BLOB), CAST(i AS BLOB), x'6d', x'70', x'7b7d', x'', 0, i, i, 6 FROM n;)sql" +
                          numbers(files) +
                          R"sql(INSERT INTO resource(download, stable_key, range_start,
      range_length, plan, kind, track, seq, play_order, starts, ends, size, size_exact, url)
    SELECT d.row, CAST(printf('https://cdn.example/%d.m4s', i) AS BLOB), 0, -1, 1, 3, x'7630', i, i,
      i, i + 1, 1000, 1, zeroblob(60) FROM download d, n;
    UPDATE resource SET state = 2, digest = zeroblob(32);
    COMMIT)sql";
  done(journal.execute(sql.c_str()));
}

TEST_CASE("store: O29 a start and a list read of downloads, not of their files") {
  const auto read_of = [](int64_t downloads, int64_t files) {
    const TempFolder folder;
    fill(folder.path(), downloads, files);
    FaultySqlite disk;
    const auto file_system = make_file_system();
    const auto store = open_store(*file_system, folder.path());
    Reconciler reconciler(*file_system, *store);
    done(reconciler.start(kNow));
    CHECK(static_cast<int64_t>(got(store->list()).size()) == downloads);
    return disk.bytes_read();
  };
  const int64_t few = read_of(100, 5);
  CHECK(few > 10'000);
  CHECK(read_of(100, 50) < few + few / 4);
  CHECK(read_of(200, 5) < 3 * few);
}

TEST_CASE("store: S13 without descriptors nothing is opened, and nothing is lost") {
  const TempFolder folder;
  const auto files = make_file_system();
  { done(open_store(*files, folder.path())->add(download_of("a"))); }
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  int refused = 0;
  // As many as are open now, and a few more each time.
  const int lowest = ::dup(0);
  REQUIRE(lowest >= 0);
  ::close(lowest);
  for (rlim_t more = 0; more < 12; ++more) {
    CAPTURE(more);
    const rlimit few{static_cast<rlim_t>(lowest) + more, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    const auto opened = DownloadStore::open(*files, folder.path());
    const auto added = opened ? (*opened)->add(download_of("b")) : Result<void>();
    ::setrlimit(RLIMIT_NOFILE, &before);
    if (opened && added) break;
    ++refused;
    CHECK((opened ? code_of(added) : code_of(opened)) == ErrorCode::kStoreIo);
  }
  CHECK(refused > 0);
  const auto store = open_store(*files, folder.path());
  CHECK(got(store->list()).size() == 2);
}

TEST_CASE("schema: S14 a newer journal and a stranger's database stay as they are") {
  struct Case {
    const char* name;
    const char* sql;
    ErrorCode code;
  };
  const Case cases[] = {
      {"newer", "PRAGMA user_version = 99", ErrorCode::kStoreNewer},
      {"another program's", "PRAGMA application_id = 5", ErrorCode::kStoreCorrupt},
      {"without a version", "PRAGMA user_version = 0", ErrorCode::kStoreCorrupt}};
  const auto files = make_file_system();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TempFolder folder;
    { done(open_store(*files, folder.path())->add(download_of("a"))); }
    const std::string path = layout::journal(folder.path());
    done(SqliteDatabase::open(path, 1s)->execute(c.sql));
    const std::string bytes = bytes_of(path);
    CHECK(code_of(DownloadStore::open(*files, folder.path())) == c.code);
    CHECK((bytes_of(path) == bytes));
  }
}

}  // namespace
}  // namespace playhead::offline
