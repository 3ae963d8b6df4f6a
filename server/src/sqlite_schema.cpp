// SPDX-License-Identifier: Apache-2.0
#include "sqlite_schema.h"

#include <array>

namespace playhead::server {
namespace {

// Step i makes version i + 1 of version i. What is written here has been run somewhere: it is never
// changed, a new step is appended.
constexpr std::array<const char*, 5> kSteps = {
    R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS progress(
  user_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  position_ms INTEGER NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  PRIMARY KEY(user_id, movie_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS progress_recent ON progress(user_id, recorded_at_ms DESC);
PRAGMA user_version=1;
COMMIT;
)sql",
    R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entitlement(
  user_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  granted INTEGER NOT NULL,
  until_s INTEGER,
  PRIMARY KEY(user_id, movie_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS license_event(
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  kids TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS license_event_of_user ON license_event(user_id, id DESC);
PRAGMA user_version=2;
COMMIT;
)sql",
    // Positions become those of a profile ('' = the default one); accounts get profiles, ratings,
    // sessions of playback with what they report, and refresh tokens.
    R"sql(
BEGIN IMMEDIATE;
CREATE TABLE position(
  user_id TEXT NOT NULL,
  profile_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  position_ms INTEGER NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  PRIMARY KEY(user_id, profile_id, movie_id)
) WITHOUT ROWID;
INSERT INTO position
  SELECT user_id, '', movie_id, position_ms, recorded_at_ms, received_at_ms, session_id
  FROM progress;
DROP TABLE progress;
CREATE INDEX position_recent ON position(user_id, profile_id, recorded_at_ms DESC);
CREATE TABLE profile(
  user_id TEXT NOT NULL,
  profile_id TEXT NOT NULL,
  name TEXT NOT NULL,
  maturity INTEGER NOT NULL,
  pin_hash TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY(user_id, profile_id)
) WITHOUT ROWID;
CREATE TABLE rating(
  user_id TEXT NOT NULL,
  profile_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  stars INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY(user_id, profile_id, movie_id)
) WITHOUT ROWID;
CREATE INDEX rating_of_movie ON rating(movie_id, at_ms DESC);
CREATE TABLE playback_session(
  session_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  profile_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  device_type TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  ended INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_recent ON playback_session(user_id, profile_id, started_at_ms DESC);
CREATE TABLE playback_event(
  user_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  type TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY(user_id, event_id)
) WITHOUT ROWID;
CREATE INDEX event_received ON playback_event(received_at_ms);
CREATE TABLE heartbeat(
  user_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  profile_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  bitrate_kbps INTEGER NOT NULL,
  buffering_count INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY(user_id, session_id, timestamp_ms)
) WITHOUT ROWID;
CREATE INDEX heartbeat_received ON heartbeat(received_at_ms);
CREATE TABLE refresh_token(
  digest TEXT PRIMARY KEY,
  family TEXT NOT NULL,
  user_id TEXT NOT NULL,
  expires_at_s INTEGER NOT NULL,
  used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX refresh_family ON refresh_token(family);
PRAGMA user_version=3;
COMMIT;
)sql",
    // Heartbeats are known by ids of their own ("id …"), those without by their time as before ("at …").
    R"sql(
BEGIN IMMEDIATE;
ALTER TABLE heartbeat RENAME TO heartbeat_by_time;
CREATE TABLE heartbeat(
  user_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  known_by TEXT NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  profile_id TEXT NOT NULL,
  movie_id TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  bitrate_kbps INTEGER NOT NULL,
  buffering_count INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY(user_id, session_id, known_by)
) WITHOUT ROWID;
INSERT INTO heartbeat
  SELECT user_id, session_id, 'at ' || timestamp_ms, timestamp_ms, profile_id, movie_id, duration_ms,
    bitrate_kbps, buffering_count, received_at_ms
  FROM heartbeat_by_time;
DROP TABLE heartbeat_by_time;
CREATE INDEX heartbeat_received ON heartbeat(received_at_ms);
PRAGMA user_version=4;
COMMIT;
)sql",
    // Old sessions and tokens are found without looking at all of them. Sessions by when they began: that stays, where an
    // index of when they were heard of last would be written by every report.
    R"sql(
BEGIN IMMEDIATE;
CREATE INDEX IF NOT EXISTS session_started ON playback_session(started_at_ms);
CREATE INDEX IF NOT EXISTS refresh_expires ON refresh_token(expires_at_s);
PRAGMA user_version=5;
COMMIT;
)sql"};

}  // namespace

Status migrate(SqliteConnection& writer) {
  const Result<int> version = writer.schema_version();
  if (!version.ok()) return version.error();
  auto step = static_cast<std::size_t>(version.value());
  if (step > kSteps.size()) {
    return Error{503, "storage_unavailable", "The database was written by a newer server."};
  }
  for (; step < kSteps.size(); ++step) {
    if (Status done = writer.execute(kSteps[step]); !done.ok()) return done;
  }
  return Done{};
}

}  // namespace playhead::server
