// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite_database.h"

#include <cerrno>
#include <utility>

#include <sqlite3.h>

namespace playhead {

namespace {

// SQLite calls only ENOSPC "full"; to the user a quota or a file size limit is the same.
bool is_full(int system_error) {
  return system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT;
}

// `errno` was 0 before the call that failed. sqlite3_system_errno() is not set by a failing COMMIT.
ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::kStoreFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kStoreCorrupt;
    case SQLITE_NOMEM:
      return ErrorCode::kOutOfMemory;
    case SQLITE_IOERR:
      return is_full(errno) ? ErrorCode::kStoreFull : ErrorCode::kStoreIo;
    default:
      return ErrorCode::kStoreIo;
  }
}

Error error_of(sqlite3* database, int result) {
  const ErrorCode code = code_of(result);
  const char* text = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(result);
  return make_error(code, text, result);
}

}  // namespace

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_error_(other.bind_error_) {}

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement& SqliteStatement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL; empty values are values.
  const char* data = value.empty() ? "" : value.data();
  const int result =
      sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_TRANSIENT);  // NOLINT
  if (result != SQLITE_OK) bind_error_ = result;
  return *this;
}

SqliteStatement& SqliteStatement::bind(int index, int64_t value) {
  const int result = sqlite3_bind_int64(statement_, index, value);
  if (result != SQLITE_OK) bind_error_ = result;
  return *this;
}

Result<bool> SqliteStatement::step() {
  errno = 0;
  const int result = bind_error_ != 0 ? bind_error_ : sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = error_of(database_, result);
  reset();
  return error;
}

Result<void> SqliteStatement::run() {
  const Result<bool> row = step();
  if (!row) return row.error();
  reset();
  return {};
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bind_error_ = 0;
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string SqliteStatement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, Duration busy_timeout) {
  if (path.empty() || path == ":memory:") {
    return make_error(ErrorCode::kInvalidArgument, "a database needs a file name");
  }
  sqlite3* handle = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  errno = 0;
  const int result = sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr);
  SqliteDatabase database(handle);  // a failed open still leaves a handle to close
  if (result != SQLITE_OK) return error_of(handle, result);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(to_ms(busy_timeout)));
  return database;
}

SqliteDatabase::SqliteDatabase(SqliteDatabase&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

SqliteDatabase& SqliteDatabase::operator=(SqliteDatabase&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close_v2(handle_); }

Result<void> SqliteDatabase::execute(const char* sql) {
  errno = 0;
  const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return error_of(handle_, result);
  return {};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  errno = 0;
  const int result =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (result != SQLITE_OK) return error_of(handle_, result);
  return SqliteStatement(handle_, statement);
}

Result<int64_t> SqliteDatabase::query_integer(std::string_view sql) {
  PLAYHEAD_TRY(SqliteStatement statement, prepare(sql));
  PLAYHEAD_TRY(const bool row, statement.step());
  return row ? statement.integer(0) : int64_t{0};
}

Result<std::string> SqliteDatabase::query_text(std::string_view sql) {
  PLAYHEAD_TRY(SqliteStatement statement, prepare(sql));
  PLAYHEAD_TRY(const bool row, statement.step());
  return row ? statement.bytes(0) : std::string();
}

// IMMEDIATE: takes the write lock now, where waiting is possible; a read lock upgraded later would
// fail at once when another process wrote in between.
Result<void> SqliteDatabase::begin() { return execute("BEGIN IMMEDIATE"); }

Result<void> SqliteDatabase::commit() { return execute("COMMIT"); }

void SqliteDatabase::rollback() {
  // Some errors have rolled back already; a failing ROLLBACK has nothing left to undo.
  if (sqlite3_get_autocommit(handle_) == 0) {
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

int64_t SqliteDatabase::changes() const { return sqlite3_changes64(handle_); }

int64_t SqliteDatabase::last_row() const { return sqlite3_last_insert_rowid(handle_); }

bool SqliteDatabase::has_moved() const {
  int moved = 0;
  const int result = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return result == SQLITE_OK && moved != 0;
}

}  // namespace playhead
