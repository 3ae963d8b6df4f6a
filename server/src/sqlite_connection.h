// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace playhead::server {

// One connection with its prepared statements. Used by one thread at a time.
class SqliteConnection {
 public:
  SqliteConnection() = default;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection();

  [[nodiscard]] Status open(const std::filesystem::path& file, bool writable);

  // One or several statements without parameters and rows.
  [[nodiscard]] Status execute(const char* sql);

  // What "PRAGMA user_version" says.
  [[nodiscard]] Result<int> schema_version();

  // Rows that the last statement that writes has changed.
  [[nodiscard]] int64_t changes() const;

  // Prepared once; `sql` is a literal: it is known by its address. Null when SQLite refuses it.
  [[nodiscard]] sqlite3_stmt* prepared(const char* sql);

  // 503 `storage_unavailable` with SQLite's own words.
  [[nodiscard]] Error failure(const char* doing) const;

 private:
  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// One use of a prepared statement: parameters in order, then rows. Gives the statement back clean.
// Texts that are bound stay where they are until then.
class SqlStatement {
 public:
  SqlStatement(SqliteConnection& connection, const char* sql);
  ~SqlStatement();
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;

  SqlStatement& text(std::string_view value);
  SqlStatement& integer(int64_t value);
  SqlStatement& null();

  // True: a row is there to be read. False: that was all, or it failed, as status() says.
  [[nodiscard]] bool next();
  [[nodiscard]] Status status() const;
  // For statements without rows.
  [[nodiscard]] Status run();

  [[nodiscard]] int64_t integer_at(int column) const;
  [[nodiscard]] std::string text_at(int column) const;
  [[nodiscard]] bool is_null_at(int column) const;

 private:
  SqliteConnection& connection_;
  sqlite3_stmt* const statement_;
  int bound_ = 0;
  int code_ = 0;
};

}  // namespace playhead::server
