// SPDX-License-Identifier: Apache-2.0
#include "sqlite_store.h"

#include "sqlite_connection.h"
#include "sqlite_schema.h"

namespace playhead::server {
namespace {

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";

constexpr const char* kWriteSql = R"sql(
INSERT INTO position(user_id, profile_id, movie_id, position_ms, recorded_at_ms, received_at_ms,
  session_id)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT(user_id, profile_id, movie_id) DO UPDATE SET
  position_ms=excluded.position_ms, recorded_at_ms=excluded.recorded_at_ms,
  received_at_ms=excluded.received_at_ms, session_id=excluded.session_id
WHERE excluded.recorded_at_ms >= position.recorded_at_ms
)sql";

constexpr const char* kPositionSql =
    "SELECT movie_id, position_ms, recorded_at_ms FROM position "
    "WHERE user_id=?1 AND profile_id=?2 AND movie_id=?3";
constexpr const char* kRecentSql =
    "SELECT movie_id, position_ms, recorded_at_ms FROM position "
    "WHERE user_id=?1 AND profile_id=?2 ORDER BY recorded_at_ms DESC, movie_id LIMIT ?3";

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

LicenseEvent current_event(const SqlStatement& row) {
  LicenseEvent event;
  event.at_ms = row.integer_at(0);
  event.user_id = row.text_at(1);
  event.movie_id = row.text_at(2);
  event.kind = row.integer_at(3) == static_cast<int64_t>(LicenseEvent::Kind::kReleased)
                   ? LicenseEvent::Kind::kReleased
                   : LicenseEvent::Kind::kPersistent;
  event.kids = row.text_at(4);
  return event;
}

SavedPosition current_position(const SqlStatement& row) {
  return {row.text_at(0), row.integer_at(1), row.integer_at(2)};
}

Status set_up_writer(SqliteConnection& writer) {
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"}) {
    if (Status set = writer.execute(pragma); !set.ok()) return set;
  }
  return migrate(writer);
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
  return transact([&]() -> Status {
    for (const ProgressWrite& row : batch) {
      SqlStatement write(*writer_, kWriteSql);
      write.text(row.user_id).text(row.profile_id).text(row.movie_id).integer(row.position_ms);
      write.integer(row.recorded_at_ms).integer(row.received_at_ms).text(row.session_id);
      if (Status written = write.run(); !written.ok()) return written;
    }
    return Done{};
  });
}

Status SqliteStore::write_license_events(std::span<const LicenseEvent> batch) {
  return transact([&]() -> Status {
    for (const LicenseEvent& event : batch) {
      SqlStatement write(*writer_, kAddEventSql);
      write.integer(event.at_ms).text(event.user_id).text(event.movie_id);
      write.integer(static_cast<int64_t>(event.kind)).text(event.kids);
      if (Status written = write.run(); !written.ok()) return written;
    }
    return Done{};
  });
}

Status SqliteStore::set_entitlement(std::string_view user_id, std::string_view movie_id,
                                    std::optional<Entitlement> entitlement) {
  return transact([&]() -> Status {
    SqlStatement write(*writer_, entitlement ? kSetEntitlementSql : kForgetEntitlementSql);
    write.text(user_id).text(movie_id);
    if (entitlement) {
      write.integer(entitlement->is_granted ? 1 : 0);
      entitlement->until_s ? write.integer(*entitlement->until_s) : write.null();
    }
    return write.run();
  });
}

Status SqliteStore::transact(const std::function<Status()>& write) {
  if (Status begun = SqlStatement(*writer_, kBegin).run(); !begun.ok()) return begun;
  Status result = write();
  if (result.ok()) result = SqlStatement(*writer_, kCommit).run();
  // SQLite may have rolled back by itself already (disk full); then there is nothing to undo.
  if (!result.ok()) [[maybe_unused]]
    const Status undone = SqlStatement(*writer_, kRollback).run();
  return result;
}

Result<std::optional<SavedPosition>> SqliteStore::position(const Viewer& viewer,
                                                           std::string_view movie_id) {
  std::optional<SavedPosition> found;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kPositionSql);
    query.text(viewer.user_id).text(viewer.profile_id).text(movie_id);
    if (query.next()) found = current_position(query);
    return query.status();
  });
  if (!read.ok()) return read.error();
  return found;
}

Result<std::vector<SavedPosition>> SqliteStore::recent_positions(const Viewer& viewer,
                                                                 std::size_t limit) {
  std::vector<SavedPosition> rows;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kRecentSql);
    query.text(viewer.user_id).text(viewer.profile_id).integer(static_cast<int64_t>(limit));
    while (query.next()) rows.push_back(current_position(query));
    return query.status();
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<std::vector<LicenseEvent>> SqliteStore::license_events(std::string_view user_id,
                                                              std::size_t limit) {
  std::vector<LicenseEvent> events;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kEventsSql);
    query.text(user_id).integer(static_cast<int64_t>(limit));
    while (query.next()) events.push_back(current_event(query));
    return query.status();
  });
  if (!read.ok()) return read.error();
  return events;
}

Result<std::optional<Entitlement>> SqliteStore::entitlement(std::string_view user_id,
                                                            std::string_view movie_id) {
  std::optional<Entitlement> found;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kEntitlementSql);
    query.text(user_id).text(movie_id);
    if (query.next()) {
      found.emplace();
      found->is_granted = query.integer_at(0) != 0;
      if (!query.is_null_at(1)) found->until_s = query.integer_at(1);
    }
    return query.status();
  });
  if (!read.ok()) return read.error();
  return found;
}

Status SqliteStore::with_reader(const std::function<Status(SqliteConnection&)>& use) {
  auto reader = take_reader();
  if (!reader.ok()) return reader.error();
  Status used = use(*reader.value());
  if (used.ok()) give_back(std::move(reader.value()));
  return used;
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
  return reader;
}

void SqliteStore::give_back(std::unique_ptr<SqliteConnection> reader) {
  const std::lock_guard lock(mutex_);
  idle_readers_.push_back(std::move(reader));
}

}  // namespace playhead::server
