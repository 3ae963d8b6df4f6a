// SPDX-License-Identifier: Apache-2.0
#include "store/download_table.h"

#include <algorithm>
#include <utility>

#include "store/caps.h"

namespace playhead::offline::downloads {
namespace {

// These numbers stand in journals; 8 in the schema, too.
static_assert(static_cast<int>(DownloadState::kQueued) == 0);
static_assert(static_cast<int>(DownloadState::kWaiting) == 3);
static_assert(static_cast<int>(DownloadState::kCompleted) == 6);
static_assert(static_cast<int>(DownloadState::kRemoving) == 8);
static_assert(static_cast<int>(WaitReason::kAuth) == 5);
static_assert(static_cast<int>(NextAction::kRemoveAndAdd) == 5);
static_assert(static_cast<int>(Severity::kFatal) == 1);

// All columns of a DownloadRow but the chosen tracks.
constexpr char kColumns[] =
    "SELECT d.id, d.identity, d.title_id, d.profile_id, d.request, d.app_data, d.priority,"
    " d.added_at, d.row, d.state, d.waits_for, d.failure_code, d.failure_severity,"
    " d.failure_detail, d.failure_text, d.failure_retryable, d.failure_action, d.changed_at,"
    " d.manifest_url, d.duration, d.width, d.height, d.video_codec, d.expires_at, d.first_play,"
    " d.rights_generation, t.resources, t.done, t.bad, t.bytes_done, t.bytes_total, t.inexact,"
    " s.content_key IS NOT NULL,"
    " (SELECT min(r.starts) FROM resource r WHERE r.download = d.row AND r.state <> 2)"
    " FROM download d JOIN tally t ON t.download = d.row JOIN sealed s ON s.download = d.row";
constexpr auto kList = joined_sql(kColumns, " ORDER BY d.priority DESC, d.row");
constexpr auto kFind = joined_sql(kColumns, " WHERE d.id = ?1");

NewDownload read_added(Query& query) {
  NewDownload added;
  added.id = query.text();
  added.identity = query.text();
  added.title_id = query.text();
  added.profile_id = query.text();
  added.request = query.text();
  added.app_data = query.text();
  added.priority = static_cast<int>(query.integer());
  added.added_at = query.time();
  return added;
}

std::optional<DownloadFailure> read_failure(Query& query) {
  DownloadFailure failure;
  const int64_t code = query.integer();
  failure.error.code = static_cast<ErrorCode>(code);  // of a newer library: told by its number
  failure.error.severity = query.kind(Severity::kFatal);
  failure.error.detail = static_cast<int32_t>(query.integer());
  failure.error.context = query.text();
  failure.is_retryable = query.flag();
  failure.next_action = query.kind(NextAction::kRemoveAndAdd);
  return code == 0 ? std::nullopt : std::optional(std::move(failure));
}

DownloadRow read_row(Query& query) {
  DownloadRow row;
  row.added = read_added(query);
  row.order = query.integer();
  row.state = query.kind(DownloadState::kRemoving);
  row.waits_for = query.kind(WaitReason::kAuth);
  row.failure = read_failure(query);
  row.changed_at = query.time();
  row.facts.manifest_url = query.text();
  row.facts.duration = query.duration();
  row.facts.width = static_cast<int>(query.integer());
  row.facts.height = static_cast<int>(query.integer());
  row.facts.video_codec = query.text();
  row.rights.expires_at = query.maybe_time();
  row.rights.first_play = query.maybe_time();
  row.rights.generation = static_cast<uint64_t>(query.integer());
  row.resources = query.integer();
  row.resources_done = query.integer();
  row.resources_bad = query.integer();
  row.bytes_done = query.integer();
  row.bytes_total = query.integer();
  row.is_total_exact = query.integer() == 0 && row.resources > 0;
  row.has_content_key = query.flag();
  if (row.resources > 0) {
    row.playable_until =
        query.is_null() ? row.facts.duration : std::max(query.duration(), Duration{0});
  }
  return row;
}

bool is_id(const std::string& id) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !id.empty() && id.size() <= caps::kId && std::all_of(id.begin(), id.end(), is_allowed);
}

Result<void> check(const NewDownload& download) {
  if (!is_id(download.id)) return make_error(ErrorCode::kInvalidArgument, "not an id");
  return caps::first_error(caps::check(download.identity.size(), caps::kName, "an identity"),
                           caps::check(download.title_id.size(), caps::kName, "a title"),
                           caps::check(download.profile_id.size(), caps::kName, "a profile"),
                           caps::check(download.request.size(), caps::kRequest, "a request"),
                           caps::check(download.app_data.size(), caps::kAppData, "app_data"));
}

Error not_found(const std::string& id) { return make_error(ErrorCode::kNotFound, id); }

// Statements that change the one row they name.
Result<void> run_on_one(Journal& journal, Query& query) {
  if (auto ran = query.run(); !ran) return ran;
  if (journal.database().changes() > 0) return {};
  return make_error(ErrorCode::kNotFound, "a download that is gone");
}

}  // namespace

Result<int64_t> row_of(Journal& journal, const std::string& id) {
  Query query(journal, "SELECT row FROM download WHERE id = ?1");
  PLAYHEAD_TRY(const bool is_there, query.with(id).step());
  if (!is_there) return not_found(id);
  return query.integer();
}

Result<void> insert(Journal& journal, const NewDownload& download) {
  if (auto allowed = check(download); !allowed) return allowed;
  Query taken(journal,
              "SELECT 1 FROM download WHERE id = ?1"
              " UNION ALL SELECT 1 FROM download WHERE identity = ?2 AND state <> 8");
  PLAYHEAD_TRY(const bool is_taken, taken.with(download.id).with(download.identity).step());
  if (is_taken) return make_error(ErrorCode::kInvalidState, "there is such a download");
  return Query(journal,
               "INSERT INTO download(id, identity, title_id, profile_id, request, app_data,"
               " priority, added_at, changed_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)")
      .with(download.id)
      .with(download.identity)
      .with(download.title_id)
      .with(download.profile_id)
      .with(download.request)
      .with(download.app_data)
      .with(download.priority)
      .with(download.added_at)
      .run();
}

Result<std::vector<DownloadRow>> list(Journal& journal) {
  Query query(journal, kList.data());
  std::vector<DownloadRow> rows;
  while (true) {
    PLAYHEAD_TRY(const bool is_there, query.step());
    if (!is_there) break;
    rows.push_back(read_row(query));
  }
  if (auto sane = query.check(); !sane) return sane.error();
  return rows;
}

Result<DownloadRow> find(Journal& journal, const std::string& id) {
  Query query(journal, kFind.data());
  PLAYHEAD_TRY(const bool is_there, query.with(id).step());
  if (!is_there) return not_found(id);
  DownloadRow row = read_row(query);
  if (auto sane = query.check(); !sane) return sane.error();
  Query tracks(journal, "SELECT chosen FROM tracks WHERE download = ?1");
  PLAYHEAD_TRY(const bool has_tracks, tracks.with(row.order).step());
  if (has_tracks) row.facts.tracks = tracks.text();
  return row;
}

Result<std::string> find_identity(Journal& journal, const std::string& identity) {
  Query query(journal, "SELECT id FROM download WHERE identity = ?1 AND state <> 8");
  PLAYHEAD_TRY(const bool is_there, query.with(identity).step());
  if (!is_there) return make_error(ErrorCode::kNotFound, "no download of that title and tracks");
  return query.text();
}

Result<DownloadState> set_state(Journal& journal, const std::string& id, const StateChange& change,
                                WallTime now) {
  Query query(journal, "SELECT state FROM download WHERE id = ?1");
  PLAYHEAD_TRY(const bool is_there, query.with(id).step());
  if (!is_there) return not_found(id);
  const DownloadState before = query.kind(DownloadState::kRemoving);
  if (auto sane = query.check(); !sane) return sane.error();
  if (before == DownloadState::kRemoving) {
    return make_error(ErrorCode::kInvalidState, "the download is being removed");
  }
  const DownloadFailure none{Error{static_cast<ErrorCode>(0), Severity::kRecoverable, 0, {}}};
  const DownloadFailure& failure = change.failure ? *change.failure : none;
  auto changed = Query(journal,
                       "UPDATE download SET state = ?1, waits_for = ?2, failure_code = ?3,"
                       " failure_severity = ?4, failure_detail = ?5, failure_text = ?6,"
                       " failure_retryable = ?7, failure_action = ?8, changed_at = ?9"
                       " WHERE id = ?10")
                     .with(change.state)
                     .with(change.waits_for)
                     .with(failure.error.code)
                     .with(failure.error.severity)
                     .with(int64_t{failure.error.detail})
                     .with(caps::cut(failure.error.context))
                     .with(failure.is_retryable)
                     .with(failure.next_action)
                     .with(now)
                     .with(id)
                     .run();
  if (!changed) return changed.error();
  return before;
}

Result<void> set_priority(Journal& journal, const std::string& id, int priority) {
  Query query(journal, "UPDATE download SET priority = ?1 WHERE id = ?2");
  return run_on_one(journal, query.with(priority).with(id));
}

// 1, 2, 3: preparing, downloading, waiting. Why they waited stays to be seen.
Result<int64_t> requeue_all(Journal& journal, WallTime now) {
  auto set = Query(journal,
                   "UPDATE download SET state = 0, waits_for = 0, changed_at = ?1"
                   " WHERE state IN (1, 2, 3)")
                 .with(now)
                 .run();
  if (!set) return set.error();
  return journal.database().changes();
}

Result<void> set_facts(Journal& journal, int64_t row, const DownloadFacts& facts) {
  auto allowed =
      caps::first_error(caps::check(facts.manifest_url.size(), caps::kUrl, "a URL"),
                        caps::check(facts.tracks.size(), caps::kTracks, "the tracks' text"),
                        caps::check(facts.video_codec.size(), caps::kName, "a codec"));
  if (!allowed) return allowed;
  auto set = Query(journal,
                   "UPDATE download SET manifest_url = ?1, duration = ?2, width = ?3, height = ?4,"
                   " video_codec = ?5 WHERE row = ?6")
                 .with(facts.manifest_url)
                 .with(facts.duration)
                 .with(facts.width)
                 .with(facts.height)
                 .with(facts.video_codec)
                 .with(row)
                 .run();
  if (!set) return set;
  return Query(journal, "INSERT OR REPLACE INTO tracks(download, chosen) VALUES(?1, ?2)")
      .with(row)
      .with(facts.tracks)
      .run();
}

Result<int64_t> bytes_of_all(Journal& journal) {
  Query query(journal,
              "SELECT sum(t.bytes_done) FROM tally t JOIN sealed s ON s.download = t.download"
              " WHERE s.content_key IS NOT NULL");
  PLAYHEAD_TRY(const bool row, query.step());
  return row ? query.integer() : int64_t{0};
}

Result<void> erase(Journal& journal, int64_t row) {
  return Query(journal, "DELETE FROM download WHERE row = ?1").with(row).run();
}

Result<SealedRecords> sealed_records(Journal& journal, int64_t row) {
  Query query(journal, "SELECT content_key, rights FROM sealed WHERE download = ?1");
  PLAYHEAD_TRY(const bool is_there, query.with(row).step());
  if (!is_there) return make_error(ErrorCode::kStoreCorrupt, "a download without its records");
  SealedRecords records;
  records.content_key = query.blob();
  records.rights = query.blob();
  return records;
}

Result<std::vector<DownloadStore::SealedRights>> sealed_rights(Journal& journal) {
  Query query(journal,
              "SELECT d.id, s.rights FROM sealed s JOIN download d ON d.row = s.download"
              " WHERE s.rights IS NOT NULL ORDER BY s.download");
  std::vector<DownloadStore::SealedRights> found;
  while (true) {
    PLAYHEAD_TRY(const bool is_there, query.step());
    if (!is_there) return found;
    std::string id = query.text();
    found.push_back({std::move(id), query.blob()});
  }
}

Result<void> set_content_key(Journal& journal, int64_t row, ByteView sealed) {
  if (auto allowed = caps::check(sealed.size(), caps::kSealed, "a content key"); !allowed) {
    return allowed;
  }
  Query query(journal, "UPDATE sealed SET content_key = ?1 WHERE download = ?2");
  return run_on_one(journal, query.with(sealed).with(row));
}

Result<void> set_rights(Journal& journal, int64_t row, const RightsRow& listed, ByteView sealed) {
  if (auto allowed = caps::check(sealed.size(), caps::kSealed, "a record of rights"); !allowed) {
    return allowed;
  }
  Query query(journal, "UPDATE sealed SET rights = ?1 WHERE download = ?2");
  if (auto set = run_on_one(journal, query.with(sealed).with(row)); !set) return set;
  return Query(journal,
               "UPDATE download SET expires_at = ?1, first_play = ?2, rights_generation = ?3"
               " WHERE row = ?4")
      .with(listed.expires_at)
      .with(listed.first_play)
      .with(listed.generation)
      .with(row)
      .run();
}

// With zeros of the same length first, in its place, whatever secure_delete makes of the rest.
Result<void> erase_content_key(Journal& journal, int64_t row) {
  auto zeroed = Query(journal,
                      "UPDATE sealed SET content_key = zeroblob(length(content_key))"
                      " WHERE download = ?1 AND content_key IS NOT NULL")
                    .with(row)
                    .run();
  if (!zeroed) return zeroed;
  return Query(journal, "UPDATE sealed SET content_key = NULL WHERE download = ?1").with(row).run();
}

Result<void> erase_rights(Journal& journal, int64_t row) {
  return Query(journal, "UPDATE sealed SET rights = NULL WHERE download = ?1").with(row).run();
}

const char* name_of(DownloadState state) {
  constexpr const char* kNames[] = {"queued",    "preparing", "downloading", "waiting", "paused",
                                    "verifying", "completed", "failed",      "removing"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace playhead::offline::downloads
