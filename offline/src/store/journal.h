// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/sqlite_database.h"
#include "playhead/bytes.h"
#include "playhead/result.h"
#include "playhead/time.h"

namespace playhead::offline {

// One text of two literals, at compile time.
template <std::size_t A, std::size_t B>
constexpr std::array<char, A + B - 1> joined_sql(const char (&first)[A], const char (&second)[B]) {
  std::array<char, A + B - 1> text{};
  std::copy_n(first, A - 1, text.begin());
  std::copy_n(second, B, text.begin() + (A - 1));
  return text;
}

// One connection to the journal, with its prepared statements. One thread at a time.
class Journal {
 public:
  // Opens or creates it, checks it after an unclean end and brings it up to date. Errors: those of
  // migrate(), kStoreCorrupt.
  static Result<Journal> open_for_writing(const std::string& path);
  // A second connection beside the first, which must be there.
  static Result<Journal> open_for_reading(const std::string& path);

  [[nodiscard]] SqliteDatabase& database() { return database_; }
  // Prepared once. `sql`: a literal; its address is its name.
  Result<SqliteStatement*> statement(const char* sql);
  // Everything is in the database itself and nothing in the log when it returns. No other
  // connection reads meanwhile. Errors: kStoreIo (one does), kStoreFull.
  Result<void> empty_log();

 private:
  explicit Journal(SqliteDatabase database) : database_(std::move(database)) {}
  static Result<Journal> open_connection(const std::string& path);

  SqliteDatabase database_;
  std::unordered_map<const char*, SqliteStatement> statements_;  // destroyed before the database
};

// A statement in use: parameters and columns one after the other. Ends the use when it goes.
// Errors of prepare() and bind() are those of step().
class Query {
 public:
  Query(Journal& journal, const char* sql);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  Query& with(std::string_view value);
  Query& with(const std::string& value) { return with(std::string_view(value)); }
  Query& with(const char* value) { return with(std::string_view(value)); }
  Query& with(ByteView value) { return with(as_text(value)); }
  Query& with(int64_t value);
  Query& with(Duration value) { return with(value.count()); }
  template <typename Line>
  Query& with(TimePoint<Line> value) {
    return with(value.us);
  }
  template <typename T>
  requires std::is_enum_v<T> || std::is_same_v<T, bool> || std::is_same_v<T, int> ||
      std::is_same_v<T, uint64_t>
          Query& with(T value) {
    return with(static_cast<int64_t>(value));
  }
  template <typename T>
  Query& with(const std::optional<T>& value) {
    return value ? with(*value) : with_null();
  }
  Query& with_null();

  Result<bool> step();
  Result<void> run();

  // Columns, each once and in order.
  int64_t integer();
  bool flag() { return integer() != 0; }
  std::string text();
  std::vector<uint8_t> blob();
  Duration duration() { return Duration{integer()}; }
  WallTime time() { return WallTime{integer()}; }
  [[nodiscard]] bool is_null() const;  // the next one
  std::optional<WallTime> maybe_time();
  // A number that means no `T` (the highest is `last`) makes check() fail.
  template <typename T>
  T kind(T last) {
    const int64_t number = integer();
    if (number >= 0 && number <= static_cast<int64_t>(last)) return static_cast<T>(number);
    is_strange_ = true;
    return T{};
  }
  // kStoreCorrupt when something read so far cannot be meant.
  [[nodiscard]] Result<void> check() const;
  void doubt() { is_strange_ = true; }

 private:
  SqliteStatement* statement_ = nullptr;
  std::optional<Error> error_;
  int parameter_ = 0;
  int column_ = 0;
  bool is_strange_ = false;
};

}  // namespace playhead::offline
