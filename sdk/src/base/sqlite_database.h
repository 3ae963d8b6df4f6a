// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "playhead/result.h"
#include "playhead/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace playhead {

// A prepared statement. Belongs to its database, which must outlive it. Same thread rule.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&& other) noexcept;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  // Parameters count from 1; what is not bound is NULL; values are copied. A failed bind is reported by the next step().
  SqliteStatement& bind(int index, std::string_view value);  // as a blob: any bytes
  SqliteStatement& bind(int index, int64_t value);

  // True: a row can be read. False: done; the statement is reset and may be bound again.
  Result<bool> step();
  // step() for statements without rows.
  Result<void> run();
  void reset();

  // Columns count from 0; valid after step() answered true.
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int64_t integer(int column) const;  // 0 for NULL
  [[nodiscard]] std::string bytes(int column) const;

 private:
  friend class SqliteDatabase;
  SqliteStatement(sqlite3* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;
};

// One connection to a database file; the only class that sees sqlite3.h. Used by one thread at a
// time. Errors: kStoreFull (disk, quota or file size limit), kStoreCorrupt (damaged or not a
// database), kOutOfMemory, kStoreIo (everything else, a lock held too long included); `detail` is
// SQLite's extended result code.
class SqliteDatabase {
 public:
  // Opens or creates. `path` is a plain file name, never a URI, never in memory.
  // `busy_timeout`: how long any later call waits for another process's lock.
  static Result<SqliteDatabase> open(const std::string& path, Duration busy_timeout);

  SqliteDatabase(SqliteDatabase&& other) noexcept;
  SqliteDatabase& operator=(SqliteDatabase&& other) noexcept;
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  // Runs all statements of `sql`; rows are ignored.
  Result<void> execute(const char* sql);
  Result<SqliteStatement> prepare(std::string_view sql);
  // First column of the first row; 0 or "" when there is no row.
  Result<int64_t> query_integer(std::string_view sql);
  Result<std::string> query_text(std::string_view sql);

  // A write transaction; waits for other writers up to the busy timeout.
  Result<void> begin();
  Result<void> commit();
  // Ends a transaction that is still open; harmless when there is none.
  void rollback();

  // Of the latest INSERT, UPDATE or DELETE: rows it changed, triggers not counted; row it inserted.
  [[nodiscard]] int64_t changes() const;
  [[nodiscard]] int64_t last_row() const;

  // The file was renamed, replaced or deleted under the connection: what is written now is lost.
  [[nodiscard]] bool has_moved() const;

 private:
  explicit SqliteDatabase(sqlite3* handle) : handle_(handle) {}

  sqlite3* handle_ = nullptr;
};

}  // namespace playhead
