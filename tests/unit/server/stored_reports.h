// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace playhead::server::test {

// How much of a session the database in `folder` holds; asked past the store, which has no use for it. -1: it cannot be
// told.
struct StoredReports {
  int64_t events = 0;
  int64_t heartbeats = 0;
};

inline int64_t stored_rows(sqlite3* db, const char* table, std::string_view user, std::string_view session) {
  const std::string sql = std::string("SELECT count(*) FROM ") + table + " WHERE user_id=?1 AND session_id=?2";
  sqlite3_stmt* query = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &query, nullptr) != SQLITE_OK) return -1;
  sqlite3_bind_text(query, 1, user.data(), static_cast<int>(user.size()), SQLITE_STATIC);
  sqlite3_bind_text(query, 2, session.data(), static_cast<int>(session.size()), SQLITE_STATIC);
  const int64_t rows = sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : -1;
  sqlite3_finalize(query);
  return rows;
}

inline StoredReports stored_reports(const std::filesystem::path& folder, std::string_view user,
                                    std::string_view session) {
  sqlite3* db = nullptr;
  StoredReports reports{-1, -1};
  if (sqlite3_open_v2((folder / "playhead.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    reports = {stored_rows(db, "playback_event", user, session), stored_rows(db, "heartbeat", user, session)};
  }
  sqlite3_close(db);
  return reports;
}

}  // namespace playhead::server::test
