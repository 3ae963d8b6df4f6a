// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/sqlite_database.h"
#include "playhead/store.h"

namespace playhead {

// The records of a SqliteStore in their file: schema, transactions, repair. No threads: one thread
// at a time. All calls block for the disk.
class SqliteRecordFile {
 public:
  struct Opened;
  // Opens, checks and if need be replaces a damaged file (see SqliteStore).
  static Result<Opened> open(const std::string& path, Duration busy_timeout);

  // Applies every change of every group in one transaction; the answer has one version per group.
  Result<std::vector<uint64_t>> apply(std::span<const std::span<const StoreWrite>> groups);
  Result<std::vector<StoreRecord>> list(const std::string& collection, const std::string& after_key,
                                        int limit);
  // See SqliteDatabase::has_moved().
  [[nodiscard]] bool has_moved() const { return database_.has_moved(); }

 private:
  explicit SqliteRecordFile(SqliteDatabase database) : database_(std::move(database)) {}
  static Result<SqliteRecordFile> open_healthy(const std::string& path, Duration busy_timeout);
  Result<void> prepare();
  Result<std::vector<uint64_t>> apply_in_transaction(
      std::span<const std::span<const StoreWrite>> groups);
  Result<void> apply_one(const StoreWrite& write, uint64_t version);

  SqliteDatabase database_;
  // Declared after the database: destroyed before it.
  SqliteStatement put_;
  SqliteStatement erase_;
  SqliteStatement erase_version_;
  SqliteStatement list_;
  SqliteStatement read_version_;
  SqliteStatement write_version_;
};

struct SqliteRecordFile::Opened {
  SqliteRecordFile file;
  std::string damaged_file;  // where a damaged predecessor went; empty when there was none
};

}  // namespace playhead
