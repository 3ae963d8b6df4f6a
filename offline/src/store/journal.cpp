// SPDX-License-Identifier: Apache-2.0
#include "store/journal.h"

#include <filesystem>
#include <system_error>

#include "store/schema.h"

namespace playhead::offline {
namespace {

// Nobody else opens the journal; a person with the sqlite3 command may.
constexpr Duration kBusyTimeout = 5s;

// FULL: NORMAL loses acknowledged rows when the power goes. secure_delete: destroyed keys are
// overwritten. journal_size_limit (bytes): gives space back after a large plan. No memory mapping:
// a file cut off under it would end the process.
constexpr char kSettings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA fullfsync = ON;"
    "PRAGMA checkpoint_fullfsync = ON;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA journal_size_limit = 4194304;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;";

// SQLite removes its log when the last connection ends as it should.
bool was_ended_badly(const std::string& path) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(path + "-wal", none);
  return !none && bytes > 0;
}

}  // namespace

Result<Journal> Journal::open_connection(const std::string& path) {
  PLAYHEAD_TRY(SqliteDatabase database, SqliteDatabase::open(path, kBusyTimeout));
  return Journal(std::move(database));
}

Result<Journal> Journal::open_for_writing(const std::string& path) {
  const bool is_doubtful = was_ended_badly(path);
  PLAYHEAD_TRY(Journal journal, open_connection(path));
  SqliteDatabase& database = journal.database_;
  // Before anything is written: a newer journal or a stranger's file stays as it is.
  if (auto known = version_of(database, journal_migrations()); !known) return known.error();
  if (is_doubtful) {
    PLAYHEAD_TRY(const std::string health, database.query_text("PRAGMA quick_check(1)"));
    if (health != "ok") return make_error(ErrorCode::kStoreCorrupt, health);
  }
  PLAYHEAD_TRY(const std::string mode, database.query_text("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return make_error(ErrorCode::kStoreIo, "the disk does not allow a write-ahead log");
  }
  if (auto set = database.execute(kSettings); !set) return set.error();
  if (auto migrated = migrate(database, journal_migrations()); !migrated) return migrated.error();
  // Of keys destroyed just before the end copies may be in the log. A full disk has to be lived
  // with; the next destroy_keys() tells.
  if (is_doubtful) static_cast<void>(journal.empty_log());
  return journal;
}

Result<Journal> Journal::open_for_reading(const std::string& path) {
  PLAYHEAD_TRY(Journal journal, open_connection(path));
  if (auto set = journal.database_.execute(kSettings); !set) return set.error();
  if (auto set = journal.database_.execute("PRAGMA query_only = ON"); !set) return set.error();
  return journal;
}

Result<SqliteStatement*> Journal::statement(const char* sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return &known->second;
  PLAYHEAD_TRY(SqliteStatement prepared, database_.prepare(sql));
  return &statements_.emplace(sql, std::move(prepared)).first->second;
}

Result<void> Journal::empty_log() {
  PLAYHEAD_TRY(const int64_t is_busy, database_.query_integer("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (is_busy == 0) return {};
  return make_error(ErrorCode::kStoreIo, "somebody else reads the journal");
}

Query::Query(Journal& journal, const char* sql) {
  auto prepared = journal.statement(sql);
  if (prepared) {
    statement_ = *prepared;
  } else {
    error_ = prepared.error();
  }
}

Query::~Query() {
  if (statement_ != nullptr) statement_->reset();
}

Query& Query::with(std::string_view value) {
  ++parameter_;
  if (statement_ != nullptr) statement_->bind(parameter_, value);
  return *this;
}

Query& Query::with(int64_t value) {
  ++parameter_;
  if (statement_ != nullptr) statement_->bind(parameter_, value);
  return *this;
}

Query& Query::with_null() {
  ++parameter_;
  return *this;
}

Result<bool> Query::step() {
  column_ = 0;
  parameter_ = 0;
  if (error_) return *error_;
  return statement_->step();
}

Result<void> Query::run() {
  PLAYHEAD_TRY(const bool row, step());
  if (row) statement_->reset();
  return {};
}

int64_t Query::integer() { return statement_->integer(column_++); }

std::string Query::text() { return statement_->bytes(column_++); }

std::vector<uint8_t> Query::blob() {
  const std::string bytes = text();
  return {bytes.begin(), bytes.end()};
}

bool Query::is_null() const { return statement_->is_null(column_); }

std::optional<WallTime> Query::maybe_time() {
  if (!is_null()) return time();
  ++column_;
  return std::nullopt;
}

Result<void> Query::check() const {
  if (!is_strange_) return {};
  return make_error(ErrorCode::kStoreCorrupt, "a row of the journal cannot be meant");
}

}  // namespace playhead::offline
