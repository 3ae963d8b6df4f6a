// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite_record_file.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace playhead {

namespace {

// Bumped with every change of kSchema, together with a step that upgrades the version before.
constexpr int64_t kSchemaVersion = 1;
// "PLHD": tells our files from those of other programs (SQLite's application_id).
constexpr int64_t kApplicationId = 0x504c4844;
// Damaged files kept beside a store; more would let a dying disk fill itself up.
constexpr int kMaxDamagedFiles = 4;

constexpr char kSchema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS records(collection BLOB NOT NULL, key BLOB NOT NULL,"
    " value BLOB NOT NULL, version INTEGER NOT NULL,"
    " PRIMARY KEY(collection, key)) WITHOUT ROWID;"
    // One row: the version of the latest write, never taken back, so that no version comes twice.
    "CREATE TABLE IF NOT EXISTS last_version(id INTEGER PRIMARY KEY CHECK(id = 1),"
    " version INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO last_version VALUES(1, 0);"
    "PRAGMA application_id = 1347176516;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

// FULL: NORMAL loses acknowledged rows when the power goes. journal_size_limit (bytes): gives disk
// space back after a burst.
constexpr char kSettings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 1048576;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;";

Error system_error(const std::string& what) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT;
  return make_error(full ? ErrorCode::kStoreFull : ErrorCode::kStoreIo, what, number);
}

// Holds "<path>-lock" while a store is opened: two processes that open at once must not both
// create, or both replace, the file. The kernel drops it if the process dies.
class OpeningLock {
 public:
  static Result<OpeningLock> take(const std::string& path) {
    const std::string name = path + "-lock";
    const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return system_error("the store's folder cannot be written");
    OpeningLock lock(file);
    while (::flock(file, LOCK_EX) != 0) {
      if (errno != EINTR) return system_error("the store cannot be locked");
    }
    return lock;
  }
  OpeningLock(OpeningLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  OpeningLock(const OpeningLock&) = delete;
  OpeningLock& operator=(const OpeningLock&) = delete;
  ~OpeningLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  explicit OpeningLock(int file) : file_(file) {}
  int file_;
};

// What was watched is nobody else's business: the file is created private to its user. SQLite gives
// its side files the same mode.
Result<void> create_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return system_error("the store's file cannot be opened for writing");
  ::close(file);
  return {};
}

bool exists(const std::string& path) {
  struct stat ignored {};
  return ::lstat(path.c_str(), &ignored) == 0;
}

Result<std::string> move_aside(const std::string& path) {
  int number = 1;
  while (number < kMaxDamagedFiles && exists(path + ".corrupt-" + std::to_string(number))) {
    ++number;
  }
  const std::string target = path + ".corrupt-" + std::to_string(number);
  // The database goes first: a crash in between leaves a WAL without a database, which SQLite
  // discards, instead of a database without its WAL, which would look healthy but old.
  if (std::rename(path.c_str(), target.c_str()) != 0) {
    return system_error("the damaged store cannot be moved aside");
  }
  std::rename((path + "-wal").c_str(), (target + "-wal").c_str());
  std::remove((path + "-shm").c_str());
  return target;
}

// Fails for anything but an empty database or one of ours that passes SQLite's check.
Result<void> check(SqliteDatabase& database) {
  PLAYHEAD_TRY(const int64_t tables, database.query_integer("SELECT count(*) FROM sqlite_master"));
  PLAYHEAD_TRY(const int64_t application, database.query_integer("PRAGMA application_id"));
  PLAYHEAD_TRY(const int64_t version, database.query_integer("PRAGMA user_version"));
  if (tables == 0 && application == 0 && version == 0) return {};
  if (application != kApplicationId) {
    return make_error(ErrorCode::kStoreIo, "the file is another program's database");
  }
  if (version > kSchemaVersion) {
    return make_error(ErrorCode::kStoreNewer,
                      "its schema is " + std::to_string(version) + ", this library knows " +
                          std::to_string(kSchemaVersion),
                      static_cast<int32_t>(version));
  }
  PLAYHEAD_TRY(const std::string health, database.query_text("PRAGMA quick_check(1)"));
  if (health != "ok") return make_error(ErrorCode::kStoreCorrupt, health);
  return {};
}

}  // namespace

Result<SqliteRecordFile> SqliteRecordFile::open_healthy(const std::string& path,
                                                        Duration busy_timeout) {
  if (Result<void> created = create_private(path); !created) return created.error();
  PLAYHEAD_TRY(SqliteDatabase database, SqliteDatabase::open(path, busy_timeout));
  if (Result<void> checked = check(database); !checked) return checked.error();
  PLAYHEAD_TRY(const std::string mode, database.query_text("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return make_error(ErrorCode::kStoreIo, "the disk does not allow a write-ahead log");
  }
  if (Result<void> set = database.execute(kSettings); !set) return set.error();
  SqliteRecordFile file(std::move(database));
  if (Result<void> prepared = file.prepare(); !prepared) return prepared.error();
  return file;
}

Result<void> SqliteRecordFile::prepare() {
  PLAYHEAD_TRY(const int64_t version, database_.query_integer("PRAGMA user_version"));
  if (version < kSchemaVersion) {
    if (Result<void> made = database_.execute(kSchema); !made) {
      database_.rollback();
      return made;
    }
  }
  const std::pair<SqliteStatement&, const char*> statements[] = {
      {put_,
       "INSERT INTO records VALUES(?1, ?2, ?3, ?4) ON CONFLICT(collection, key)"
       " DO UPDATE SET value = excluded.value, version = excluded.version"},
      {erase_, "DELETE FROM records WHERE collection = ?1 AND key = ?2"},
      {erase_version_, "DELETE FROM records WHERE collection = ?1 AND key = ?2 AND version = ?3"},
      {list_,
       "SELECT key, value, version FROM records WHERE collection = ?1 AND key > ?2"
       " ORDER BY key LIMIT ?3"},
      {read_version_, "SELECT version FROM last_version"},
      {write_version_, "UPDATE last_version SET version = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    PLAYHEAD_TRY(statement, database_.prepare(sql));
  }
  return {};
}

Result<SqliteRecordFile::Opened> SqliteRecordFile::open(const std::string& path,
                                                        Duration busy_timeout) {
  if (path.empty()) return make_error(ErrorCode::kInvalidArgument, "a store needs a file name");
  PLAYHEAD_TRY(const OpeningLock lock, OpeningLock::take(path));
  Result<SqliteRecordFile> first = open_healthy(path, busy_timeout);
  if (first) return Opened{*std::move(first), {}};
  if (first.error().code != ErrorCode::kStoreCorrupt) return first.error();
  PLAYHEAD_TRY(std::string damaged, move_aside(path));
  PLAYHEAD_TRY(SqliteRecordFile fresh, open_healthy(path, busy_timeout));
  return Opened{std::move(fresh), std::move(damaged)};
}

Result<void> SqliteRecordFile::apply_one(const StoreWrite& write, uint64_t version) {
  switch (write.kind) {
    case StoreWrite::Kind::kPut:
      return put_.bind(1, write.collection)
          .bind(2, write.key)
          .bind(3, write.value)
          .bind(4, static_cast<int64_t>(version))
          .run();
    case StoreWrite::Kind::kErase:
      return erase_.bind(1, write.collection).bind(2, write.key).run();
    case StoreWrite::Kind::kEraseIfVersion:
      return erase_version_.bind(1, write.collection)
          .bind(2, write.key)
          .bind(3, static_cast<int64_t>(write.version))
          .run();
  }
  return {};
}

Result<std::vector<uint64_t>> SqliteRecordFile::apply_in_transaction(
    std::span<const std::span<const StoreWrite>> groups) {
  PLAYHEAD_TRY(const bool row, read_version_.step());
  if (!row) return make_error(ErrorCode::kStoreCorrupt, "the version counter is missing");
  auto version = static_cast<uint64_t>(read_version_.integer(0));
  read_version_.reset();
  std::vector<uint64_t> versions;
  versions.reserve(groups.size());
  for (const auto& group : groups) {
    ++version;
    for (const StoreWrite& write : group) {
      if (Result<void> applied = apply_one(write, version); !applied) return applied.error();
    }
    versions.push_back(version);
  }
  Result<void> counted = write_version_.bind(1, static_cast<int64_t>(version)).run();
  if (!counted) return counted.error();
  return versions;
}

Result<std::vector<uint64_t>> SqliteRecordFile::apply(
    std::span<const std::span<const StoreWrite>> groups) {
  if (Result<void> begun = database_.begin(); !begun) return begun.error();
  Result<std::vector<uint64_t>> versions = apply_in_transaction(groups);
  if (versions) {
    if (Result<void> committed = database_.commit(); !committed) versions = committed.error();
  }
  if (!versions) database_.rollback();
  return versions;
}

Result<std::vector<StoreRecord>> SqliteRecordFile::list(const std::string& collection,
                                                        const std::string& after_key, int limit) {
  list_.bind(1, collection).bind(2, after_key).bind(3, int64_t{limit});
  std::vector<StoreRecord> records;
  while (true) {
    PLAYHEAD_TRY(const bool row, list_.step());
    if (!row) return records;
    records.push_back({list_.bytes(0), list_.bytes(1), static_cast<uint64_t>(list_.integer(2))});
  }
}

}  // namespace playhead
