// SPDX-License-Identifier: Apache-2.0
#include "store/licence_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "store/caps.h"

namespace playhead::offline::licences {
namespace {

// These numbers stand in journals.
static_assert(static_cast<int>(LicenceState::kSuperseded) == 1);
static_assert(static_cast<int>(LicenceState::kReleased) == 3);

std::string write_kids(std::vector<KeyId> kids) {
  std::sort(kids.begin(), kids.end());
  std::string bytes;
  for (const KeyId& kid : kids) bytes.append(as_text(kid));
  return bytes;
}

std::vector<KeyId> read_kids(Query& query) {
  const Blob bytes = query.blob();
  constexpr std::size_t kBytes = std::tuple_size_v<KeyId>;
  if (bytes.size() % kBytes != 0) query.doubt();
  std::vector<KeyId> kids(bytes.size() / kBytes);
  for (std::size_t n = 0; n < kids.size(); ++n) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(n * kBytes), kBytes, kids[n].begin());
  }
  return kids;
}

LicenceRow read_licence(Query& query) {
  LicenceRow licence;
  licence.row = query.integer();
  licence.scheme = query.text();
  licence.kids = read_kids(query);
  licence.sealed = query.blob();
  licence.issued_at = query.time();
  licence.expires_at = query.maybe_time();
  licence.renew_after = query.maybe_time();
  licence.generation = static_cast<uint64_t>(query.integer());
  licence.state = query.kind(LicenceState::kReleased);
  return licence;
}

PendingRelease read_release(Query& query) {
  PendingRelease release;
  release.row = query.integer();
  release.download_id = query.text();
  release.scheme = query.text();
  release.url = query.text();
  release.message = query.blob();
  release.tries = static_cast<int>(query.integer());
  release.next_try = query.time();
  return release;
}

template <typename T, typename Read>
Result<std::vector<T>> read_all(Query& query, const Read& read) {
  std::vector<T> rows;
  while (true) {
    PLAYHEAD_TRY(const bool is_there, query.step());
    if (!is_there) break;
    rows.push_back(read(query));
  }
  if (auto sane = query.check(); !sane) return sane.error();
  return rows;
}

Result<void> run_on_one(Journal& journal, Query& query, const char* what) {
  if (auto ran = query.run(); !ran) return ran;
  if (journal.database().changes() > 0) return {};
  return make_error(ErrorCode::kNotFound, what);
}

}  // namespace

Result<void> put(Journal& journal, int64_t download, const LicenceRow& licence) {
  auto allowed =
      caps::first_error(caps::check(licence.scheme.size(), caps::kName, "a scheme"),
                        caps::check(licence.kids.size(), caps::kKids, "the list of key ids"),
                        caps::check(licence.sealed.size(), caps::kSealed, "a licence"));
  if (!allowed) return allowed;
  const std::string kids = write_kids(licence.kids);
  // Its blob as long as it was, then empty: what it held is overwritten.
  for (const char* sql : {"UPDATE licence SET sealed = zeroblob(length(sealed)) WHERE download = ?1"
                          " AND scheme = ?2 AND kids = ?3 AND state = 0",
                          "UPDATE licence SET sealed = x'', state = 1 WHERE download = ?1"
                          " AND scheme = ?2 AND kids = ?3 AND state = 0"}) {
    auto done = Query(journal, sql).with(download).with(licence.scheme).with(kids).run();
    if (!done) return done;
  }
  return Query(journal,
               "INSERT INTO licence(download, scheme, kids, sealed, issued_at, expires_at,"
               " renew_after, generation, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      .with(download)
      .with(licence.scheme)
      .with(kids)
      .with(ByteView(licence.sealed))
      .with(licence.issued_at)
      .with(licence.expires_at)
      .with(licence.renew_after)
      .with(licence.generation)
      .with(licence.state)
      .run();
}

Result<std::vector<LicenceRow>> list(Journal& journal, int64_t download) {
  Query query(journal,
              "SELECT row, scheme, kids, sealed, issued_at, expires_at, renew_after, generation,"
              " state FROM licence WHERE download = ?1 ORDER BY row");
  return read_all<LicenceRow>(query.with(download), read_licence);
}

Result<std::vector<std::string>> licensed(Journal& journal) {
  Query query(
      journal,
      "SELECT id FROM download WHERE row IN (SELECT download FROM licence WHERE state = 0)");
  return read_all<std::string>(query, [](Query& row) { return row.text(); });
}

Result<void> supersede(Journal& journal, int64_t row) {
  Query zeroed(journal, "UPDATE licence SET sealed = zeroblob(length(sealed)) WHERE row = ?1");
  if (auto done = run_on_one(journal, zeroed.with(row), "a licence that is gone"); !done) {
    return done;
  }
  return Query(journal, "UPDATE licence SET sealed = x'', state = 1 WHERE row = ?1")
      .with(row)
      .run();
}

Result<void> erase(Journal& journal, int64_t download) {
  for (const char* sql :
       {"UPDATE licence SET sealed = zeroblob(length(sealed)) WHERE download = ?1",
        "DELETE FROM licence WHERE download = ?1"}) {
    if (auto done = Query(journal, sql).with(download).run(); !done) return done;
  }
  return {};
}

Result<void> add_release(Journal& journal, const PendingRelease& release) {
  auto allowed = caps::first_error(caps::check(release.download_id.size(), caps::kId, "an id"),
                                   caps::check(release.scheme.size(), caps::kName, "a scheme"),
                                   caps::check(release.url.size(), caps::kUrl, "a URL"),
                                   caps::check(release.message.size(), caps::kSealed, "a message"));
  if (!allowed) return allowed;
  return Query(journal,
               "INSERT INTO pending_release(download_id, scheme, url, message, tries, next_try)"
               " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS(SELECT 1 FROM pending_release"
               " WHERE download_id = ?1 AND scheme = ?2 AND url = ?3 AND message = ?4)")
      .with(release.download_id)
      .with(release.scheme)
      .with(release.url)
      .with(ByteView(release.message))
      .with(release.tries)
      .with(release.next_try)
      .run();
}

Result<std::vector<PendingRelease>> releases(Journal& journal) {
  Query query(journal,
              "SELECT row, download_id, scheme, url, message, tries, next_try"
              " FROM pending_release ORDER BY next_try, row");
  return read_all<PendingRelease>(query, read_release);
}

Result<void> postpone_release(Journal& journal, int64_t row, WallTime next_try) {
  Query query(journal,
              "UPDATE pending_release SET tries = tries + 1, next_try = ?2 WHERE row = ?1");
  return run_on_one(journal, query.with(row).with(next_try), "a release that is gone");
}

Result<void> drop_release(Journal& journal, int64_t row) {
  return Query(journal, "DELETE FROM pending_release WHERE row = ?1").with(row).run();
}

}  // namespace playhead::offline::licences
