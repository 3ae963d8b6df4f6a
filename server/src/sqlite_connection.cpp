// SPDX-License-Identifier: Apache-2.0
#include "sqlite_connection.h"

#include <sqlite3.h>

namespace playhead::server {
namespace {

// How long another process (a backup, sqlite3 on the command line) may hold the file, in ms.
constexpr int kBusyTimeoutMs = 5000;

}  // namespace

SqliteConnection::~SqliteConnection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Status SqliteConnection::open(const std::filesystem::path& file, bool writable) {
  const int flags = (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(file.c_str(), &db_, flags, nullptr) != SQLITE_OK) return failure("open");
  sqlite3_busy_timeout(db_, kBusyTimeoutMs);
  return Done{};
}

Status SqliteConnection::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure("set up");
  return Done{};
}

Result<int> SqliteConnection::schema_version() {
  sqlite3_stmt* statement = nullptr;
  int version = -1;
  if (sqlite3_prepare_v2(db_, "PRAGMA user_version", -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    version = sqlite3_column_int(statement, 0);
  }
  sqlite3_finalize(statement);
  if (version < 0) return failure("read");
  return version;
}

int64_t SqliteConnection::changes() const { return sqlite3_changes(db_); }

sqlite3_stmt* SqliteConnection::prepared(const char* sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

Error SqliteConnection::failure(const char* doing) const {
  return Error{503, "storage_unavailable",
               std::string("The database could not ") + doing + ": " +
                   (db_ != nullptr ? sqlite3_errmsg(db_) : "out of memory") + "."};
}

SqlStatement::SqlStatement(SqliteConnection& connection, const char* sql)
    : connection_(connection),
      statement_(connection.prepared(sql)),
      code_(statement_ == nullptr ? SQLITE_ERROR : SQLITE_OK) {}

SqlStatement::~SqlStatement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqlStatement& SqlStatement::text(std::string_view value) {
  // A view of nothing has no address, and that would be NULL.
  const char* const data = value.empty() ? "" : value.data();
  sqlite3_bind_text(statement_, ++bound_, data, static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}

SqlStatement& SqlStatement::integer(int64_t value) {
  sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}

SqlStatement& SqlStatement::null() {
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool SqlStatement::next() {
  if (statement_ == nullptr) return false;
  code_ = sqlite3_step(statement_);
  return code_ == SQLITE_ROW;
}

Status SqlStatement::status() const {
  if (code_ == SQLITE_DONE || code_ == SQLITE_ROW) return Done{};
  return connection_.failure("read or write");
}

Status SqlStatement::run() {
  while (next()) {
  }
  return status();
}

int64_t SqlStatement::integer_at(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string SqlStatement::text_at(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool SqlStatement::is_null_at(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace playhead::server
