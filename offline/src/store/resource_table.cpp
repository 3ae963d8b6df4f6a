// SPDX-License-Identifier: Apache-2.0
#include "store/resource_table.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/caps.h"

namespace playhead::offline::resources {
namespace {

// These numbers stand in journals; 1, 2 and 3 in the schema, too.
static_assert(static_cast<int>(ResourceState::kPart) == 1);
static_assert(static_cast<int>(ResourceState::kDone) == 2);
static_assert(static_cast<int>(ResourceState::kBad) == 3);
static_assert(static_cast<int>(ResourceKind::kThumbnail) == 6);
static_assert(static_cast<int>(FileDigest::Kind::kSeals) == 1);

constexpr char kColumns[] =
    "SELECT r.row, d.id, r.stable_key, r.range_start, r.range_length, r.url, r.track, r.seq,"
    " r.kind, r.play_order, r.starts, r.ends, r.size, r.size_exact, r.state, r.checkpoint,"
    " r.final_url, r.content_type, r.etag, r.last_modified, r.file_size, r.digest, r.digest_kind"
    " FROM resource r JOIN download d ON d.row = r.download";
constexpr auto kWanted = joined_sql(kColumns,
                                    " WHERE r.download = ?1 AND r.state <> 2"
                                    " ORDER BY r.play_order, r.row LIMIT ?2");
constexpr auto kAll =
    joined_sql(kColumns, " WHERE r.download = ?1 AND r.row > ?2 ORDER BY r.row LIMIT ?3");
constexpr auto kOne = joined_sql(kColumns, " WHERE r.row = ?1");
constexpr auto kExact = joined_sql(kColumns,
                                   " WHERE r.download = ?1 AND r.stable_key = ?2"
                                   " AND r.range_start = ?3 AND r.range_length = ?4");
// From the last one that begins at or before the first byte on.
constexpr auto kOverlapping =
    joined_sql(kColumns,
               " WHERE r.download = ?1 AND r.stable_key = ?2 AND r.range_start <= ?4"
               " AND r.range_start >= (SELECT max(p.range_start) FROM resource p"
               "  WHERE p.download = ?1 AND p.stable_key = ?2 AND p.range_start <= ?3)"
               " ORDER BY r.range_start, r.range_length LIMIT ?5");

// As it stands in the table; "all of it" and "from 0 on" are the same bytes.
struct Range {
  int64_t start = 0;
  int64_t length = -1;
};

Range range_of(const ResourceKey& key) {
  return key.range ? Range{key.range->first, key.range->length()} : Range{};
}

ResourceKey read_key(Query& query) {
  ResourceKey key;
  key.stable_key = query.text();
  const int64_t start = query.integer();
  const int64_t length = query.integer();
  if (start < 0 || length < -1 || length == 0) query.doubt();
  if (length > 0) key.range = ByteRange{start, start + length - 1};
  if (length < 0 && start > 0) key.range = ByteRange{start, std::nullopt};
  return key;
}

PlannedResource read_planned(Query& query) {
  PlannedResource planned;
  planned.key = read_key(query);
  planned.url = query.text();
  planned.track = query.text();
  planned.seq = query.integer();
  planned.kind = query.kind(ResourceKind::kThumbnail);
  planned.play_order = query.integer();
  planned.start = MediaTime{query.integer()};
  planned.end = MediaTime{query.integer()};
  planned.size = query.integer();
  planned.is_size_exact = query.flag();
  return planned;
}

std::string file_of(int64_t row) { return std::to_string(row) + ".vault"; }

ResourceRow read_row(Query& query) {
  ResourceRow row;
  row.row = query.integer();
  row.download_id = query.text();
  row.planned = read_planned(query);
  row.state = query.kind(ResourceState::kBad);
  row.file = file_of(row.row);
  row.checkpoint = query.integer();
  row.final_url = query.text();
  row.content_type = query.text();
  row.etag = query.text();
  row.last_modified = query.text();
  const int64_t file_size = query.integer();
  if (file_size >= 0) row.file_size = file_size;
  const Blob digest = query.blob();
  row.digest.kind = query.kind(FileDigest::Kind::kSeals);
  if (digest.size() == row.digest.value.size()) {
    std::copy(digest.begin(), digest.end(), row.digest.value.begin());
  } else if (row.state == ResourceState::kDone) {
    query.doubt();
  }
  return row;
}

Result<std::vector<ResourceRow>> read_all(Query& query) {
  std::vector<ResourceRow> rows;
  while (true) {
    PLAYHEAD_TRY(const bool is_there, query.step());
    if (!is_there) break;
    rows.push_back(read_row(query));
  }
  if (auto sane = query.check(); !sane) return sane.error();
  return rows;
}

int64_t limit_of(std::size_t limit) { return static_cast<int64_t>(std::min(limit, caps::kListed)); }

int64_t file_size_of(const Answer& answer) { return answer.file_size.value_or(-1); }

bool is_size(int64_t size) { return size >= 0 && size <= caps::kMaxSize; }

Result<void> check(const PlannedResource& planned) {
  const Range range = range_of(planned.key);
  const bool is_range = range.start >= 0 && range.start <= caps::kMaxSize && range.length != 0 &&
                        range.length >= -1 && range.length <= caps::kMaxSize;
  if (!is_range || !is_size(planned.size)) {
    return make_error(ErrorCode::kInvalidArgument, "a resource's range or size cannot be");
  }
  return caps::first_error(caps::check(planned.key.stable_key.size(), caps::kUrl, "a URL"),
                           caps::check(planned.url.size(), caps::kUrl, "a URL"),
                           caps::check(planned.track.size(), caps::kTrack, "a track's name"));
}

Result<void> check(const Answer& answer) {
  if (!is_size(answer.file_size.value_or(0))) {
    return make_error(ErrorCode::kInvalidArgument, "a file's size that cannot be");
  }
  return caps::first_error(caps::check(answer.final_url.size(), caps::kUrl, "a URL"),
                           caps::check(answer.content_type.size(), caps::kName, "a content type"),
                           caps::check(answer.etag.size(), caps::kName, "an ETag"),
                           caps::check(answer.last_modified.size(), caps::kName, "a date"));
}

// Of equal key: what is known of it stays. Twice in one plan: the earliest of both.
constexpr char kPlan[] =
    "INSERT INTO resource(download, stable_key, range_start, range_length, plan, kind, track, seq,"
    " play_order, starts, ends, size, size_exact, url)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
    " ON CONFLICT(download, stable_key, range_start, range_length) DO UPDATE SET"
    " kind = CASE plan WHEN excluded.plan THEN kind ELSE excluded.kind END,"
    " track = CASE plan WHEN excluded.plan THEN track ELSE excluded.track END,"
    " seq = CASE plan WHEN excluded.plan THEN seq ELSE excluded.seq END,"
    " url = CASE plan WHEN excluded.plan THEN url ELSE excluded.url END,"
    " play_order = CASE plan WHEN excluded.plan THEN min(play_order, excluded.play_order)"
    "  ELSE excluded.play_order END,"
    " starts = CASE plan WHEN excluded.plan THEN min(starts, excluded.starts)"
    "  ELSE excluded.starts END,"
    " ends = CASE plan WHEN excluded.plan THEN max(ends, excluded.ends) ELSE excluded.ends END,"
    " size = CASE WHEN state = 2 OR size_exact > excluded.size_exact THEN size"
    "  ELSE excluded.size END,"
    " size_exact = max(size_exact, excluded.size_exact),"
    " plan = excluded.plan";

Result<void> plan_one(Journal& journal, int64_t download, int64_t number,
                      const PlannedResource& planned) {
  if (auto allowed = check(planned); !allowed) return allowed;
  const Range range = range_of(planned.key);
  return Query(journal, kPlan)
      .with(download)
      .with(planned.key.stable_key)
      .with(range.start)
      .with(range.length)
      .with(number)
      .with(planned.kind)
      .with(planned.track)
      .with(planned.seq)
      .with(planned.play_order)
      .with(planned.start)
      .with(planned.end)
      .with(planned.size)
      .with(planned.is_size_exact)
      .with(planned.url)
      .run();
}

struct PlanNumbers {
  int64_t latest = 0;
  int64_t resources = 0;
};

Result<PlanNumbers> plan_numbers(Journal& journal, int64_t download) {
  Query query(journal, "SELECT max(plan), count(*) FROM resource WHERE download = ?1");
  PLAYHEAD_TRY(const bool row, query.with(download).step());
  if (!row) return PlanNumbers{};
  const int64_t latest = query.integer();
  return PlanNumbers{latest, query.integer()};
}

Result<std::vector<std::string>> drop_others(Journal& journal, int64_t download, int64_t number) {
  Query query(journal, "DELETE FROM resource WHERE download = ?1 AND plan <> ?2 RETURNING row");
  query.with(download).with(number);
  std::vector<std::string> files;
  while (true) {
    PLAYHEAD_TRY(const bool row, query.step());
    if (!row) return files;
    files.push_back(file_of(query.integer()));
  }
}

Result<bool> changed(Journal& journal, Query& query) {
  if (auto ran = query.run(); !ran) return ran.error();
  return journal.database().changes() > 0;
}

// Past its last byte.
int64_t end_of(const ResourceRow& row) {
  const Range range = range_of(row.planned.key);
  return range.length < 0 ? std::numeric_limits<int64_t>::max() : range.start + range.length;
}

Result<bool> begins_after(Journal& journal, int64_t download, const ResourceKey& key,
                          int64_t first) {
  Query query(journal,
              "SELECT 1 FROM resource WHERE download = ?1 AND stable_key = ?2"
              " AND range_start >= ?3 LIMIT 1");
  return query.with(download).with(key.stable_key).with(first).step();
}

// Those without which the range would have a gap, from its first byte on.
std::vector<ResourceRow> chain_of(std::vector<ResourceRow> rows, int64_t first, int64_t last) {
  std::vector<ResourceRow> chain;
  int64_t next = first;
  for (ResourceRow& row : rows) {
    if (next > last || range_of(row.planned.key).start > next) break;
    if (end_of(row) <= next) continue;
    next = end_of(row);
    chain.push_back(std::move(row));
  }
  return chain;
}

}  // namespace

Result<DownloadStore::PlanResult> set_plan(Journal& journal, int64_t download,
                                           const PlanRows& plan) {
  if (plan.size() > DownloadStore::kMaxResources) {
    return make_error(ErrorCode::kInvalidArgument, "a plan of too many resources");
  }
  PLAYHEAD_TRY(const PlanNumbers before, plan_numbers(journal, download));
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (auto put = plan_one(journal, download, before.latest + 1, plan.at(i)); !put) {
      return put.error();
    }
  }
  PLAYHEAD_TRY(const PlanNumbers both, plan_numbers(journal, download));
  DownloadStore::PlanResult result;
  PLAYHEAD_TRY(result.dropped_files, drop_others(journal, download, before.latest + 1));
  result.added = both.resources - before.resources;
  result.kept = before.resources - static_cast<int64_t>(result.dropped_files.size());
  return result;
}

Result<std::vector<ResourceRow>> wanted(Journal& journal, int64_t download, std::size_t limit) {
  Query query(journal, kWanted.data());
  return read_all(query.with(download).with(limit_of(limit)));
}

Result<std::vector<ResourceRow>> list(Journal& journal, int64_t download, int64_t after,
                                      std::size_t limit) {
  Query query(journal, kAll.data());
  return read_all(query.with(download).with(after).with(limit_of(limit)));
}

Result<ResourceRow> find(Journal& journal, int64_t row) {
  Query query(journal, kOne.data());
  PLAYHEAD_TRY(std::vector<ResourceRow> rows, read_all(query.with(row)));
  if (rows.empty()) return make_error(ErrorCode::kNotFound, "a resource that is gone");
  return std::move(rows.front());
}

Result<std::vector<ResourceRow>> lookup(Journal& journal, int64_t download,
                                        const ResourceKey& key) {
  const Range range = range_of(key);
  if (range.start < 0 || range.length < -1 || range.length == 0) {
    return make_error(ErrorCode::kInvalidArgument, "a range that cannot be");
  }
  const auto exact = [&](Range asked) {
    Query query(journal, kExact.data());
    query.with(download).with(key.stable_key).with(asked.start).with(asked.length);
    return read_all(query);
  };
  PLAYHEAD_TRY(std::vector<ResourceRow> same, exact(range));
  if (!same.empty()) return same;
  const int64_t last =
      range.length < 0 ? std::numeric_limits<int64_t>::max() : range.start + range.length - 1;
  Query query(journal, kOverlapping.data());
  query.with(download).with(key.stable_key).with(range.start).with(last);
  PLAYHEAD_TRY(std::vector<ResourceRow> near, read_all(query.with(limit_of(caps::kListed))));
  std::vector<ResourceRow> chain = chain_of(std::move(near), range.start, last);
  const bool is_whole = !chain.empty() && range.length >= 0 && end_of(chain.back()) > last;
  if (is_whole) return chain;
  PLAYHEAD_TRY(std::vector<ResourceRow> all, exact(Range{}));
  if (!all.empty()) return all;
  // The file may be shorter than what is asked of it; a gap is not its end.
  if (!chain.empty()) {
    PLAYHEAD_TRY(const bool is_gap, begins_after(journal, download, key, end_of(chain.back())));
    if (!is_gap) return chain;
  }
  return make_error(ErrorCode::kNotFound, "not part of the download");
}

Result<bool> save_progress(Journal& journal, const ResourceProgress& progress) {
  const int64_t size = progress.size.value_or(0);
  if (!is_size(size) || !is_size(progress.checkpoint)) {
    return make_error(ErrorCode::kInvalidArgument, "a size that cannot be");
  }
  if (auto allowed = check(progress.answer); !allowed) return allowed.error();
  Query query(journal,
              "UPDATE resource SET state = CASE WHEN ?2 > 0 THEN 1 ELSE 0 END, checkpoint = ?2,"
              " size = CASE WHEN ?3 THEN ?4 ELSE size END,"
              " size_exact = CASE WHEN ?3 THEN 1 ELSE size_exact END,"
              " final_url = ?5, content_type = ?6, etag = ?7, last_modified = ?8, file_size = ?9,"
              " digest = NULL"
              " WHERE row = ?1");
  query.with(progress.row)
      .with(progress.checkpoint)
      .with(progress.size.has_value())
      .with(size)
      .with(progress.answer.final_url)
      .with(progress.answer.content_type)
      .with(progress.answer.etag)
      .with(progress.answer.last_modified)
      .with(file_size_of(progress.answer));
  return changed(journal, query);
}

Result<bool> finish(Journal& journal, const FinishedResource& finished) {
  if (!is_size(finished.size)) {
    return make_error(ErrorCode::kInvalidArgument, "a size that cannot be");
  }
  if (auto allowed = check(finished.answer); !allowed) return allowed.error();
  Query query(journal,
              "UPDATE resource SET state = 2, checkpoint = 0, size = ?2, size_exact = 1,"
              " digest = ?3, final_url = ?4, content_type = ?5, etag = ?6, last_modified = ?7,"
              " file_size = ?8, digest_kind = ?9"
              " WHERE row = ?1");
  query.with(finished.row)
      .with(finished.size)
      .with(ByteView(finished.digest.value))
      .with(finished.answer.final_url)
      .with(finished.answer.content_type)
      .with(finished.answer.etag)
      .with(finished.answer.last_modified)
      .with(file_size_of(finished.answer))
      .with(finished.digest.kind);
  return changed(journal, query);
}

Result<bool> discard(Journal& journal, int64_t row, ResourceState state) {
  if (state != ResourceState::kWanted && state != ResourceState::kBad) {
    return make_error(ErrorCode::kInvalidArgument, "only wanted or bad");
  }
  Query query(journal,
              "UPDATE resource SET state = ?2, checkpoint = 0, digest = NULL, etag = x'',"
              " last_modified = x'', file_size = -1 WHERE row = ?1");
  return changed(journal, query.with(row).with(state));
}

Result<void> discard_file(Journal& journal, int64_t download, const std::string& stable_key) {
  return Query(journal,
               "UPDATE resource SET state = 0, checkpoint = 0, digest = NULL, etag = x'',"
               " last_modified = x'', file_size = -1"
               " WHERE download = ?1 AND stable_key = ?2 AND state <> 0")
      .with(download)
      .with(stable_key)
      .run();
}

Result<std::optional<Answer>> file_answer(Journal& journal, int64_t download,
                                          const std::string& stable_key) {
  Query query(journal,
              "SELECT final_url, content_type, etag, last_modified, file_size FROM resource"
              " WHERE download = ?1 AND stable_key = ?2 AND state IN (1, 2)"
              " AND (range_start > 0 OR range_length > 0) ORDER BY range_start LIMIT 1");
  PLAYHEAD_TRY(const bool is_there, query.with(download).with(stable_key).step());
  if (!is_there) return std::optional<Answer>();
  Answer answer{query.text(), query.text(), query.text(), query.text(), std::nullopt};
  const int64_t size = query.integer();
  if (size >= 0) answer.file_size = size;
  return std::optional(std::move(answer));
}

}  // namespace playhead::offline::resources
