// SPDX-License-Identifier: Apache-2.0
#include "sqlite_store.h"

#include <array>

#include <sqlite3.h>

namespace playhead::server {
namespace {

constexpr int kSchemaVersion = 2;
// How long another process (a backup, sqlite3 on the command line) may hold the file, in ms.
constexpr int kBusyTimeoutMs = 5000;

constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS progress(
  user_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  position_ms INTEGER NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  PRIMARY KEY(user_id, movie_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS progress_recent ON progress(user_id, recorded_at_ms DESC);
CREATE TABLE IF NOT EXISTS entitlement(
  user_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  granted INTEGER NOT NULL,
  until_s INTEGER,
  PRIMARY KEY(user_id, movie_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS license_event(
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  kids TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS license_event_of_user ON license_event(user_id, id DESC);
PRAGMA user_version=2;
COMMIT;
)sql";

constexpr const char* kWriteSql = R"sql(
INSERT INTO progress(user_id, movie_id, position_ms, recorded_at_ms, received_at_ms, session_id)
VALUES(?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT(user_id, movie_id) DO UPDATE SET
  position_ms=excluded.position_ms, recorded_at_ms=excluded.recorded_at_ms,
  received_at_ms=excluded.received_at_ms, session_id=excluded.session_id
WHERE excluded.recorded_at_ms >= progress.recorded_at_ms
)sql";

constexpr const char* kPositionSql =
    "SELECT movie_id, position_ms, recorded_at_ms FROM progress WHERE user_id=?1 AND movie_id=?2";
constexpr const char* kRecentSql =
    "SELECT movie_id, position_ms, recorded_at_ms FROM progress WHERE user_id=?1 "
    "ORDER BY recorded_at_ms DESC, movie_id LIMIT ?2";

constexpr const char* kAddEventSql =
    "INSERT INTO license_event(at_ms, user_id, movie_id, kind, kids) VALUES(?1, ?2, ?3, ?4, ?5)";
constexpr const char* kEventsSql =
    "SELECT at_ms, user_id, movie_id, kind, kids FROM license_event WHERE user_id=?1 "
    "ORDER BY id DESC LIMIT ?2";
// '*' sorts before every character of a title's id.
constexpr const char* kEntitlementSql =
    "SELECT granted, until_s FROM entitlement WHERE user_id=?1 AND movie_id IN (?2, '*') "
    "ORDER BY movie_id DESC LIMIT 1";
constexpr const char* kSetEntitlementSql =
    "INSERT OR REPLACE INTO entitlement(user_id, movie_id, granted, until_s) "
    "VALUES(?1, ?2, ?3, ?4)";
constexpr const char* kForgetEntitlementSql =
    "DELETE FROM entitlement WHERE user_id=?1 AND movie_id=?2";

enum StatementId {
  kBegin,
  kCommit,
  kRollback,
  kWrite,
  kPosition,
  kRecent,
  kAddEvent,
  kEvents,
  kEntitlement,
  kSetEntitlement,
  kForgetEntitlement,
  kStatementCount
};
constexpr std::array<const char*, kStatementCount> kStatements = {
    "BEGIN IMMEDIATE", "COMMIT",           "ROLLBACK",           kWriteSql,
    kPositionSql,      kRecentSql,         kAddEventSql,         kEventsSql,
    kEntitlementSql,   kSetEntitlementSql, kForgetEntitlementSql};

}  // namespace

// One connection with its prepared statements. Used by one thread at a time.
class SqliteConnection {
 public:
  SqliteConnection() = default;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  ~SqliteConnection() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  Status open(const std::filesystem::path& file, bool writable) {
    const int flags =
        (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
        SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(file.c_str(), &db_, flags, nullptr) != SQLITE_OK) return failure("open");
    sqlite3_busy_timeout(db_, kBusyTimeoutMs);
    return Done{};
  }

  Status execute(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure("set up");
    return Done{};
  }

  Status prepare() {
    for (std::size_t i = 0; i < kStatements.size(); ++i) {
      if (sqlite3_prepare_v3(db_, kStatements[i], -1, SQLITE_PREPARE_PERSISTENT, &statements_[i],
                             nullptr) != SQLITE_OK) {
        return failure("prepare");
      }
    }
    return Done{};
  }

  Result<int> schema_version() {
    sqlite3_stmt* statement = nullptr;
    int version = -1;
    if (sqlite3_prepare_v2(db_, "PRAGMA user_version", -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      version = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    if (version < 0) return failure("read").error();
    return version;
  }

  sqlite3_stmt* statement(StatementId id) { return statements_[id]; }

  // Runs a statement that returns no rows.
  Status run(StatementId id) {
    sqlite3_stmt* const statement = statements_[id];
    const int code = sqlite3_step(statement);
    if (code != SQLITE_DONE) {
      Status failed = failure("write");
      sqlite3_reset(statement);
      return failed;
    }
    sqlite3_reset(statement);
    return Done{};
  }

  Status failure(const char* doing) const {
    return Error{503, "storage_unavailable",
                 std::string("The database could not ") + doing + ": " +
                     (db_ != nullptr ? sqlite3_errmsg(db_) : "out of memory") + "."};
  }

 private:
  sqlite3* db_ = nullptr;
  std::array<sqlite3_stmt*, kStatementCount> statements_{};
};

namespace {

// The text must stay where it is until the statement is reset. (Not `bind`: with a std::string the
// compiler would find std::bind.)
void bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

void bind_write(sqlite3_stmt* statement, const ProgressWrite& row) {
  bind_text(statement, 1, row.user_id);
  bind_text(statement, 2, row.movie_id);
  sqlite3_bind_int64(statement, 3, row.position_ms);
  sqlite3_bind_int64(statement, 4, row.recorded_at_ms);
  sqlite3_bind_int64(statement, 5, row.received_at_ms);
  bind_text(statement, 6, row.session_id);
}

std::string text_column(sqlite3_stmt* statement, int column) {
  return {reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

void bind_event(sqlite3_stmt* statement, const LicenseEvent& event) {
  sqlite3_bind_int64(statement, 1, event.at_ms);
  bind_text(statement, 2, event.user_id);
  bind_text(statement, 3, event.movie_id);
  sqlite3_bind_int(statement, 4, static_cast<int>(event.kind));
  bind_text(statement, 5, event.kids);
}

LicenseEvent current_event(sqlite3_stmt* statement) {
  LicenseEvent event;
  event.at_ms = sqlite3_column_int64(statement, 0);
  event.user_id = text_column(statement, 1);
  event.movie_id = text_column(statement, 2);
  event.kind = sqlite3_column_int(statement, 3) == static_cast<int>(LicenseEvent::Kind::kReleased)
                   ? LicenseEvent::Kind::kReleased
                   : LicenseEvent::Kind::kPersistent;
  event.kids = text_column(statement, 4);
  return event;
}

SavedPosition current_row(sqlite3_stmt* statement) {
  SavedPosition row;
  row.movie_id = text_column(statement, 0);
  row.position_ms = sqlite3_column_int64(statement, 1);
  row.recorded_at_ms = sqlite3_column_int64(statement, 2);
  return row;
}

Status set_up_writer(SqliteConnection& writer) {
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"}) {
    if (Status set = writer.execute(pragma); !set.ok()) return set;
  }
  const Result<int> version = writer.schema_version();
  if (!version.ok()) return version.error();
  if (version.value() > kSchemaVersion) {
    return Error{503, "storage_unavailable", "The database was written by a newer server."};
  }
  if (version.value() < kSchemaVersion) {
    if (Status created = writer.execute(kSchema); !created.ok()) return created;
  }
  return writer.prepare();
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file) {
  auto writer = std::make_unique<SqliteConnection>();
  if (Status opened = writer->open(file, true); !opened.ok()) return opened.error();
  if (Status ready = set_up_writer(*writer); !ready.ok()) return ready.error();
  return std::unique_ptr<SqliteStore>(new SqliteStore(file, std::move(writer)));
}

SqliteStore::SqliteStore(std::filesystem::path file, std::unique_ptr<SqliteConnection> writer)
    : file_(std::move(file)), writer_(std::move(writer)) {}

SqliteStore::~SqliteStore() = default;

Status SqliteStore::write_progress(std::span<const ProgressWrite> batch) {
  return in_transaction([&]() -> Status {
    for (const ProgressWrite& row : batch) {
      bind_write(writer_->statement(kWrite), row);
      if (Status written = writer_->run(kWrite); !written.ok()) return written;
    }
    return Done{};
  });
}

Status SqliteStore::write_license_events(std::span<const LicenseEvent> batch) {
  return in_transaction([&]() -> Status {
    for (const LicenseEvent& event : batch) {
      bind_event(writer_->statement(kAddEvent), event);
      if (Status written = writer_->run(kAddEvent); !written.ok()) return written;
    }
    return Done{};
  });
}

Status SqliteStore::set_entitlement(std::string_view user_id, std::string_view movie_id,
                                    std::optional<Entitlement> entitlement) {
  return in_transaction([&]() -> Status {
    const StatementId id = entitlement ? kSetEntitlement : kForgetEntitlement;
    sqlite3_stmt* const statement = writer_->statement(id);
    bind_text(statement, 1, user_id);
    bind_text(statement, 2, movie_id);
    if (entitlement) {
      sqlite3_bind_int(statement, 3, entitlement->is_granted ? 1 : 0);
      if (entitlement->until_s)
        sqlite3_bind_int64(statement, 4, *entitlement->until_s);
      else
        sqlite3_bind_null(statement, 4);
    }
    return writer_->run(id);
  });
}

Status SqliteStore::in_transaction(const std::function<Status()>& write) {
  if (Status begun = writer_->run(kBegin); !begun.ok()) return begun;
  Status result = write();
  if (result.ok()) result = writer_->run(kCommit);
  // SQLite may have rolled back by itself already (disk full); then there is nothing to undo.
  if (!result.ok()) [[maybe_unused]]
    const Status undone = writer_->run(kRollback);
  return result;
}

Result<std::optional<SavedPosition>> SqliteStore::position(std::string_view user_id,
                                                           std::string_view movie_id) {
  auto rows = read(user_id, movie_id, 1);
  if (!rows.ok()) return rows.error();
  if (rows.value().empty()) return std::optional<SavedPosition>();
  return std::optional<SavedPosition>(std::move(rows.value().front()));
}

Result<std::vector<SavedPosition>> SqliteStore::recent_positions(std::string_view user_id,
                                                                 std::size_t limit) {
  return read(user_id, {}, limit);
}

// One title's row, or with an empty `movie_id` the newest rows of the user.
Result<std::vector<SavedPosition>> SqliteStore::read(std::string_view user_id,
                                                     std::string_view movie_id, std::size_t limit) {
  auto reader = take_reader();
  if (!reader.ok()) return reader.error();
  sqlite3_stmt* const statement = reader.value()->statement(movie_id.empty() ? kRecent : kPosition);
  bind_text(statement, 1, user_id);
  if (movie_id.empty()) {
    sqlite3_bind_int64(statement, 2, static_cast<sqlite3_int64>(limit));
  } else {
    bind_text(statement, 2, movie_id);
  }
  std::vector<SavedPosition> rows;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) rows.push_back(current_row(statement));
  if (code != SQLITE_DONE) return reader.value()->failure("read").error();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  give_back(std::move(reader.value()));
  return rows;
}

Result<std::vector<LicenseEvent>> SqliteStore::license_events(std::string_view user_id,
                                                              std::size_t limit) {
  auto reader = take_reader();
  if (!reader.ok()) return reader.error();
  sqlite3_stmt* const statement = reader.value()->statement(kEvents);
  bind_text(statement, 1, user_id);
  sqlite3_bind_int64(statement, 2, static_cast<sqlite3_int64>(limit));
  std::vector<LicenseEvent> events;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) events.push_back(current_event(statement));
  if (code != SQLITE_DONE) return reader.value()->failure("read").error();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  give_back(std::move(reader.value()));
  return events;
}

Result<std::optional<Entitlement>> SqliteStore::entitlement(std::string_view user_id,
                                                            std::string_view movie_id) {
  auto reader = take_reader();
  if (!reader.ok()) return reader.error();
  sqlite3_stmt* const statement = reader.value()->statement(kEntitlement);
  bind_text(statement, 1, user_id);
  bind_text(statement, 2, movie_id);
  std::optional<Entitlement> found;
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) {
    found.emplace();
    found->is_granted = sqlite3_column_int(statement, 0) != 0;
    if (sqlite3_column_type(statement, 1) != SQLITE_NULL) {
      found->until_s = sqlite3_column_int64(statement, 1);
    }
  } else if (code != SQLITE_DONE) {
    return reader.value()->failure("read").error();
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  give_back(std::move(reader.value()));
  return found;
}

Result<std::unique_ptr<SqliteConnection>> SqliteStore::take_reader() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  auto reader = std::make_unique<SqliteConnection>();
  if (Status opened = reader->open(file_, false); !opened.ok()) return opened.error();
  if (Status ready = reader->prepare(); !ready.ok()) return ready.error();
  return reader;
}

void SqliteStore::give_back(std::unique_ptr<SqliteConnection> reader) {
  const std::lock_guard lock(mutex_);
  idle_readers_.push_back(std::move(reader));
}

}  // namespace playhead::server
