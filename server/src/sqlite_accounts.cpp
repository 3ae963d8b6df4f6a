// SPDX-License-Identifier: Apache-2.0
// The AccountStore of the SqliteStore.
#include "sqlite_connection.h"
#include "sqlite_store.h"

namespace playhead::server {
namespace {

constexpr const char* kProfilesSql =
    "SELECT profile_id, name, maturity, pin_hash, created_at_ms FROM profile WHERE user_id=?1 "
    "ORDER BY created_at_ms, profile_id";
// The default profile is always there and does not count.
constexpr const char* kCountProfilesSql =
    "SELECT count(*), max(profile_id=?2) FROM profile WHERE user_id=?1 AND profile_id<>''";
constexpr const char* kPutProfileSql = R"sql(
INSERT INTO profile(user_id, profile_id, name, maturity, pin_hash, created_at_ms)
VALUES(?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT(user_id, profile_id) DO UPDATE SET
  name=excluded.name, maturity=excluded.maturity, pin_hash=excluded.pin_hash
)sql";
constexpr const char* kPutRatingSql =
    "INSERT OR REPLACE INTO rating(user_id, profile_id, movie_id, stars, at_ms) "
    "VALUES(?1, ?2, ?3, ?4, ?5)";
constexpr const char* kRatingsSql =
    "SELECT user_id, profile_id, movie_id, stars, at_ms FROM rating "
    "WHERE user_id=?1 AND profile_id=?2 ORDER BY at_ms DESC, movie_id LIMIT ?3";
// At most 200 peers: those who rated one of the viewer's last titles last.
constexpr const char* kPeersSql = R"sql(
WITH mine AS (
  SELECT movie_id FROM rating WHERE user_id=?1 AND profile_id=?2 ORDER BY at_ms DESC LIMIT 50),
peers AS (
  SELECT r.user_id, r.profile_id, max(r.at_ms) AS last FROM mine JOIN rating r USING(movie_id)
  WHERE NOT (r.user_id=?1 AND r.profile_id=?2)
  GROUP BY r.user_id, r.profile_id ORDER BY last DESC LIMIT 200)
SELECT r.user_id, r.profile_id, r.movie_id, r.stars, r.at_ms
FROM peers p JOIN rating r ON r.user_id=p.user_id AND r.profile_id=p.profile_id
ORDER BY r.at_ms DESC LIMIT ?3
)sql";
constexpr const char* kRatingSumSql =
    "SELECT count(*), coalesce(sum(stars), 0) FROM rating WHERE movie_id=?1";
constexpr const char* kPutSessionSql =
    "INSERT OR IGNORE INTO playback_session(session_id, user_id, profile_id, movie_id, device_id, "
    "device_type, started_at_ms, seen_at_ms, ended) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
constexpr const char* kTouchSessionSql =
    "UPDATE playback_session SET seen_at_ms=max(seen_at_ms, ?2), ended=max(ended, ?3) "
    "WHERE session_id=?1";
#define PLAYHEAD_SESSION_COLUMNS                                               \
  "SELECT session_id, user_id, profile_id, movie_id, device_id, device_type, " \
  "started_at_ms, seen_at_ms, ended FROM playback_session "
constexpr const char* kSessionSql = PLAYHEAD_SESSION_COLUMNS "WHERE session_id=?1";
constexpr const char* kRecentSessionsSql = PLAYHEAD_SESSION_COLUMNS
    "WHERE user_id=?1 AND profile_id=?2 ORDER BY started_at_ms DESC, session_id LIMIT ?3";
#undef PLAYHEAD_SESSION_COLUMNS
constexpr const char* kAddPlaybackEventSql =
    "INSERT OR IGNORE INTO playback_event(user_id, event_id, session_id, type, at_ms, "
    "received_at_ms, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr const char* kAddHeartbeatSql =
    "INSERT OR IGNORE INTO heartbeat(user_id, session_id, timestamp_ms, profile_id, movie_id, "
    "duration_ms, bitrate_kbps, buffering_count, received_at_ms, known_by) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
    "CASE ?10 WHEN '' THEN 'at ' || ?3 ELSE 'id ' || ?10 END)";
constexpr const char* kAddRefreshSql =
    "INSERT INTO refresh_token(digest, family, user_id, expires_at_s, used) "
    "VALUES(?1, ?2, ?3, ?4, 0)";
constexpr const char* kRefreshSql =
    "SELECT digest, family, user_id, expires_at_s, used FROM refresh_token WHERE digest=?1";
constexpr const char* kUseRefreshSql = "UPDATE refresh_token SET used=1 WHERE digest=?1";
constexpr const char* kRevokeSql = "DELETE FROM refresh_token WHERE family=?1";
// The oldest ?2, and what came in the same millisecond as the last of them.
constexpr const char* kPruneEventsSql =
    "DELETE FROM playback_event WHERE received_at_ms<?1 AND received_at_ms<=COALESCE((SELECT received_at_ms FROM "
    "playback_event WHERE received_at_ms<?1 ORDER BY received_at_ms LIMIT 1 OFFSET ?2-1),?1)";
constexpr const char* kPruneBeatsSql =
    "DELETE FROM heartbeat WHERE received_at_ms<?1 AND received_at_ms<=COALESCE((SELECT received_at_ms FROM "
    "heartbeat WHERE received_at_ms<?1 ORDER BY received_at_ms LIMIT 1 OFFSET ?2-1),?1)";
// None is heard of before it begins, and few are still heard of that long after.
constexpr const char* kPruneSessionsSql =
    "DELETE FROM playback_session WHERE session_id IN (SELECT session_id FROM playback_session WHERE started_at_ms<?1 "
    "AND seen_at_ms<?1 ORDER BY started_at_ms LIMIT ?2)";
constexpr const char* kPruneRefreshSql =
    "DELETE FROM refresh_token WHERE digest IN (SELECT digest FROM refresh_token WHERE expires_at_s<?1/1000 "
    "ORDER BY expires_at_s LIMIT ?2)";

Rating current_rating(const SqlStatement& row) {
  return {row.text_at(0), row.text_at(1), row.text_at(2), static_cast<int>(row.integer_at(3)),
          row.integer_at(4)};
}

PlaybackSession current_session(const SqlStatement& row) {
  return {row.text_at(0),    row.text_at(1),    row.text_at(2),
          row.text_at(3),    row.text_at(4),    row.text_at(5),
          row.integer_at(6), row.integer_at(7), row.integer_at(8) != 0};
}

// A number that is none of ours is that of the strictest: such a profile sees the least.
Maturity maturity_of(int64_t number) {
  const bool is_known = number >= 0 && number <= static_cast<int64_t>(Maturity::kTvMa);
  return is_known ? static_cast<Maturity>(number) : Maturity::kG;
}

}  // namespace

Result<std::vector<Profile>> SqliteStore::profiles(std::string_view user_id) {
  std::vector<Profile> rows;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kProfilesSql);
    query.text(user_id);
    while (query.next()) {
      rows.push_back({std::string(user_id), query.text_at(0), query.text_at(1),
                      maturity_of(query.integer_at(2)), query.text_at(3), query.integer_at(4)});
    }
    return query.status();
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<bool> SqliteStore::put_profile(const Profile& profile, std::size_t max) {
  SqlStatement count(*writer_, kCountProfilesSql);
  count.text(profile.user_id).text(profile.profile_id);
  if (!count.next()) return count.status().error();
  const bool is_there = profile.profile_id.empty() || count.integer_at(1) != 0;
  if (!is_there && count.integer_at(0) >= static_cast<int64_t>(max)) return false;
  SqlStatement write(*writer_, kPutProfileSql);
  write.text(profile.user_id).text(profile.profile_id).text(profile.name);
  write.integer(static_cast<int64_t>(profile.maturity));
  write.text(profile.pin_hash).integer(profile.created_at_ms);
  if (Status written = write.run(); !written.ok()) return written.error();
  return true;
}

Status SqliteStore::put_rating(const Rating& rating) {
  SqlStatement write(*writer_, kPutRatingSql);
  write.text(rating.user_id).text(rating.profile_id).text(rating.movie_id);
  return write.integer(rating.stars).integer(rating.at_ms).run();
}

Result<std::vector<Rating>> SqliteStore::ratings(const Viewer& viewer, std::size_t limit) {
  std::vector<Rating> rows;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kRatingsSql);
    query.text(viewer.user_id).text(viewer.profile_id).integer(static_cast<int64_t>(limit));
    while (query.next()) rows.push_back(current_rating(query));
    return query.status();
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<std::vector<Rating>> SqliteStore::ratings_of_peers(const Viewer& viewer, std::size_t limit) {
  std::vector<Rating> rows;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kPeersSql);
    query.text(viewer.user_id).text(viewer.profile_id).integer(static_cast<int64_t>(limit));
    while (query.next()) rows.push_back(current_rating(query));
    return query.status();
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<AccountStore::RatingSum> SqliteStore::rating_sum(std::string_view movie_id) {
  RatingSum sum;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kRatingSumSql);
    query.text(movie_id);
    if (query.next()) sum = {query.integer_at(0), query.integer_at(1)};
    return query.status();
  });
  if (!read.ok()) return read.error();
  return sum;
}

Status SqliteStore::put_session(const PlaybackSession& session) {
  SqlStatement write(*writer_, kPutSessionSql);
  write.text(session.session_id).text(session.user_id).text(session.profile_id);
  write.text(session.movie_id).text(session.device_id).text(session.device_type);
  write.integer(session.started_at_ms).integer(session.seen_at_ms);
  return write.integer(session.is_ended ? 1 : 0).run();
}

Status SqliteStore::touch_session(std::string_view session_id, int64_t seen_at_ms, bool has_ended) {
  SqlStatement write(*writer_, kTouchSessionSql);
  return write.text(session_id).integer(seen_at_ms).integer(has_ended ? 1 : 0).run();
}

Result<std::optional<PlaybackSession>> SqliteStore::session(std::string_view session_id) {
  std::optional<PlaybackSession> found;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kSessionSql);
    query.text(session_id);
    if (query.next()) found = current_session(query);
    return query.status();
  });
  if (!read.ok()) return read.error();
  return found;
}

Result<std::vector<PlaybackSession>> SqliteStore::recent_sessions(const Viewer& viewer,
                                                                  std::size_t limit) {
  std::vector<PlaybackSession> rows;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kRecentSessionsSql);
    query.text(viewer.user_id).text(viewer.profile_id).integer(static_cast<int64_t>(limit));
    while (query.next()) rows.push_back(current_session(query));
    return query.status();
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<bool> SqliteStore::knows_refresh_token(std::string_view digest) {
  bool is_known = false;
  const Status read = with_reader([&](SqliteConnection& reader) {
    SqlStatement query(reader, kRefreshSql);
    query.text(digest);
    is_known = query.next();
    return query.status();
  });
  if (!read.ok()) return read.error();
  return is_known;
}

Status SqliteStore::add_event(const PlaybackEvent& event) {
  SqlStatement write(*writer_, kAddPlaybackEventSql);
  write.text(event.user_id).text(event.event_id).text(event.session_id).text(event.type);
  return write.integer(event.at_ms).integer(event.received_at_ms).text(event.body).run();
}

Status SqliteStore::add_heartbeat(const Heartbeat& beat) {
  SqlStatement write(*writer_, kAddHeartbeatSql);
  write.text(beat.user_id).text(beat.session_id).integer(beat.timestamp_ms);
  write.text(beat.profile_id).text(beat.movie_id).integer(beat.duration_ms);
  write.integer(beat.bitrate_kbps).integer(beat.buffering_count);
  return write.integer(beat.received_at_ms).text(beat.heartbeat_id).run();
}

Status SqliteStore::add_refresh_token(const RefreshToken& token) {
  SqlStatement write(*writer_, kAddRefreshSql);
  write.text(token.digest).text(token.family).text(token.user_id);
  return write.integer(token.expires_at_s).run();
}

Result<std::optional<RefreshToken>> SqliteStore::refresh_token(std::string_view digest) {
  SqlStatement query(*writer_, kRefreshSql);
  query.text(digest);
  std::optional<RefreshToken> found;
  if (query.next()) {
    found = RefreshToken{query.text_at(0), query.text_at(1), query.text_at(2), query.integer_at(3),
                         query.integer_at(4) != 0};
  }
  if (Status read = query.status(); !read.ok()) return read.error();
  return found;
}

Status SqliteStore::use_refresh_token(std::string_view digest) {
  return SqlStatement(*writer_, kUseRefreshSql).text(digest).run();
}

Status SqliteStore::revoke_family(std::string_view family) {
  return SqlStatement(*writer_, kRevokeSql).text(family).run();
}

Result<bool> SqliteStore::prune(int64_t before_ms, int64_t most) {
  // One kind after another: what a transaction forgets is about `most` rows in all.
  for (const char* sql : {kPruneEventsSql, kPruneBeatsSql, kPruneSessionsSql, kPruneRefreshSql}) {
    if (Status done = SqlStatement(*writer_, sql).integer(before_ms).integer(most).run(); !done.ok()) return done.error();
    const int64_t forgotten = writer_->changes();
    if (forgotten >= most) return true;
    most -= forgotten;
  }
  return false;
}

}  // namespace playhead::server
