// SPDX-License-Identifier: Apache-2.0
#include "store/schema.h"

#include <string>

namespace playhead::offline {
namespace {

// Numbers of states and kinds are those of rows.h and download.h. Texts are blobs (SqliteStatement
// binds them so). Times: microseconds, UTC ones since 1970.
constexpr char kVersion1[] = R"sql(
CREATE TABLE download(
  row INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, identity BLOB NOT NULL,
  title_id BLOB NOT NULL, profile_id BLOB NOT NULL, request BLOB NOT NULL, app_data BLOB NOT NULL,
  priority INTEGER NOT NULL, added_at INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, waits_for INTEGER NOT NULL DEFAULT 0,
  failure_code INTEGER NOT NULL DEFAULT 0, failure_severity INTEGER NOT NULL DEFAULT 0,
  failure_detail INTEGER NOT NULL DEFAULT 0, failure_text BLOB NOT NULL DEFAULT x'',
  failure_retryable INTEGER NOT NULL DEFAULT 0, failure_action INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL,
  manifest_url BLOB NOT NULL DEFAULT x'', duration INTEGER NOT NULL DEFAULT 0,
  width INTEGER NOT NULL DEFAULT 0, height INTEGER NOT NULL DEFAULT 0,
  video_codec BLOB NOT NULL DEFAULT x'',
  expires_at INTEGER, first_play INTEGER, rights_generation INTEGER NOT NULL DEFAULT 0);
-- 8: being removed; its identity is free.
CREATE UNIQUE INDEX download_identity ON download(identity) WHERE state <> 8;
CREATE INDEX download_order ON download(priority DESC, row);

-- Apart from the download, so that a change of state does not write them again.
CREATE TABLE tracks(
  download INTEGER PRIMARY KEY REFERENCES download(row) ON DELETE CASCADE, chosen BLOB NOT NULL);
CREATE TABLE sealed(
  download INTEGER PRIMARY KEY REFERENCES download(row) ON DELETE CASCADE,
  content_key BLOB, rights BLOB);

CREATE TABLE resource(
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  download INTEGER NOT NULL REFERENCES download(row) ON DELETE CASCADE,
  stable_key BLOB NOT NULL, range_start INTEGER NOT NULL, range_length INTEGER NOT NULL,
  plan INTEGER NOT NULL, kind INTEGER NOT NULL, track BLOB NOT NULL, seq INTEGER NOT NULL,
  play_order INTEGER NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL,
  size INTEGER NOT NULL, size_exact INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, checkpoint INTEGER NOT NULL DEFAULT 0, sha256 BLOB,
  url BLOB NOT NULL, final_url BLOB NOT NULL DEFAULT x'',
  content_type BLOB NOT NULL DEFAULT x'', etag BLOB NOT NULL DEFAULT x'',
  last_modified BLOB NOT NULL DEFAULT x'');
CREATE UNIQUE INDEX resource_key ON resource(download, stable_key, range_start, range_length);
-- 2: done. What is complete costs nothing here.
CREATE INDEX resource_open ON resource(download, play_order, row) WHERE state <> 2;
CREATE INDEX resource_gap ON resource(download, starts) WHERE state <> 2;

-- Sums over the resources of a download, kept by the triggers below.
CREATE TABLE tally(
  download INTEGER PRIMARY KEY REFERENCES download(row) ON DELETE CASCADE,
  resources INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
  bad INTEGER NOT NULL DEFAULT 0, bytes_done INTEGER NOT NULL DEFAULT 0,
  bytes_total INTEGER NOT NULL DEFAULT 0, inexact INTEGER NOT NULL DEFAULT 0);
CREATE TRIGGER download_added AFTER INSERT ON download BEGIN
  INSERT INTO tally(download) VALUES(new.row);
  INSERT INTO sealed(download) VALUES(new.row);
END;
CREATE TRIGGER resource_added AFTER INSERT ON resource BEGIN
  UPDATE tally SET resources = resources + 1, bytes_total = bytes_total + new.size,
    inexact = inexact + (new.size_exact = 0) WHERE download = new.download;
END;
CREATE TRIGGER resource_dropped AFTER DELETE ON resource BEGIN
  UPDATE tally SET resources = resources - 1, bytes_total = bytes_total - old.size,
    inexact = inexact - (old.size_exact = 0),
    done = done - (old.state = 2), bad = bad - (old.state = 3),
    bytes_done = bytes_done
      - CASE old.state WHEN 2 THEN old.size WHEN 1 THEN old.checkpoint ELSE 0 END
    WHERE download = old.download;
END;
CREATE TRIGGER resource_changed AFTER UPDATE OF state, checkpoint, size, size_exact ON resource
BEGIN
  UPDATE tally SET bytes_total = bytes_total + new.size - old.size,
    inexact = inexact + (new.size_exact = 0) - (old.size_exact = 0),
    done = done + (new.state = 2) - (old.state = 2),
    bad = bad + (new.state = 3) - (old.state = 3),
    bytes_done = bytes_done
      + CASE new.state WHEN 2 THEN new.size WHEN 1 THEN new.checkpoint ELSE 0 END
      - CASE old.state WHEN 2 THEN old.size WHEN 1 THEN old.checkpoint ELSE 0 END
    WHERE download = new.download;
END;

CREATE TABLE licence(
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  download INTEGER NOT NULL REFERENCES download(row) ON DELETE CASCADE,
  scheme BLOB NOT NULL, kids BLOB NOT NULL, sealed BLOB NOT NULL, issued_at INTEGER NOT NULL,
  expires_at INTEGER, renew_after INTEGER, generation INTEGER NOT NULL, state INTEGER NOT NULL);
CREATE INDEX licence_download ON licence(download);
-- Outlives its download.
CREATE TABLE pending_release(
  row INTEGER PRIMARY KEY AUTOINCREMENT, download_id BLOB NOT NULL, scheme BLOB NOT NULL,
  url BLOB NOT NULL, message BLOB NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL);
CREATE TABLE meta(name BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE event(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, download_id BLOB NOT NULL,
  kind INTEGER NOT NULL, detail BLOB NOT NULL);
)sql";

// -1: not known.
constexpr char kVersion2[] = R"sql(
ALTER TABLE resource ADD COLUMN file_size INTEGER NOT NULL DEFAULT -1;
DROP TABLE meta;
)sql";

// 0: SHA-256 of the media, which is what stands in journals until here; such files are checked by
// it as long as they are there.
constexpr char kVersion3[] = R"sql(
ALTER TABLE resource RENAME COLUMN sha256 TO digest;
ALTER TABLE resource ADD COLUMN digest_kind INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr const char* kMigrations[] = {kVersion1, kVersion2, kVersion3};

}  // namespace

std::span<const char* const> journal_migrations() { return kMigrations; }

Result<int64_t> version_of(SqliteDatabase& database, std::span<const char* const> steps) {
  PLAYHEAD_TRY(const int64_t tables, database.query_integer("SELECT count(*) FROM sqlite_master"));
  PLAYHEAD_TRY(const int64_t application, database.query_integer("PRAGMA application_id"));
  PLAYHEAD_TRY(const int64_t version, database.query_integer("PRAGMA user_version"));
  if (tables == 0 && application == 0 && version == 0) return version;
  if (application != kJournalApplicationId || version <= 0) {
    return make_error(ErrorCode::kStoreCorrupt, "the file is another program's database");
  }
  if (version <= static_cast<int64_t>(steps.size())) return version;
  return make_error(ErrorCode::kStoreNewer,
                    "its schema is " + std::to_string(version) + ", this library knows " +
                        std::to_string(steps.size()),
                    static_cast<int32_t>(version));
}

Result<void> migrate(SqliteDatabase& database, std::span<const char* const> steps) {
  PLAYHEAD_TRY(const int64_t version, version_of(database, steps));
  for (auto at = static_cast<std::size_t>(version); at < steps.size(); ++at) {
    const std::string sql = "BEGIN IMMEDIATE;" + std::string(steps[at]) +
                            "PRAGMA application_id = " + std::to_string(kJournalApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(at + 1) + "; COMMIT;";
    if (auto stepped = database.execute(sql.c_str()); !stepped) {
      database.rollback();
      return stepped;
    }
  }
  return {};
}

}  // namespace playhead::offline
