// SPDX-License-Identifier: Apache-2.0
#include "engine/licence_desk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "trust/rights.h"

namespace playhead::offline {
namespace {

// A service that did not answer in weeks is not asked any more (chosen: with renewal_retry(), which
// grows to six hours, about three weeks).
constexpr int kMostTries = 100;
// Licences that do not say when are renewed after so much of their time (chosen).
constexpr int kRenewAfterFifths = 4;

bool opens(const std::vector<LicenceRow>& rows, const KeyId& kid) {
  return std::any_of(rows.begin(), rows.end(), [&](const LicenceRow& row) {
    return std::find(row.kids.begin(), row.kids.end(), kid) != row.kids.end();
  });
}

bool opens_all(const std::vector<LicenceRow>& rows, const std::vector<KeyId>& kids) {
  return std::all_of(kids.begin(), kids.end(), [&](const KeyId& kid) { return opens(rows, kid); });
}

}  // namespace

LicenceDesk::LicenceDesk(Parts parts)
    : parts_(std::move(parts)), service_time_(parts_.executor, [&clock = parts_.folder.clock()] {
        return clock.read().now;
      }) {}

void LicenceDesk::start() {
  const auto ids = parts_.folder.store().licensed();
  if (!ids) return note("the journal of downloads", ids.error());
  for (const std::string& id : *ids) note("licences of the download " + id, write_end(id));
  send_releases();
}

bool LicenceDesk::is_of_service(const std::string& id) {
  const auto rights = parts_.rights.find(id);
  return rights && !rights->rights().title_id.empty();
}

WallTime LicenceDesk::time_of(const std::string& id) {
  return is_of_service(id) ? service_time_.wall_now() : parts_.executor.wall_now();
}

CancelHandle LicenceDesk::answer(Result<void> result, UniqueFunction<void(Result<void>)> done) {
  return parts_.executor.post_at(
      parts_.executor.now(),
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

CancelHandle LicenceDesk::acquire(LicenceWish wish, UniqueFunction<void(Result<void>)> done) {
  if (parts_.keeper == nullptr) {
    return answer(make_error(ErrorCode::kDrmNoSystem,
                             "the title is protected, and nothing here keeps licences for it"),
                  std::move(done));
  }
  if (are_kept(wish)) return answer(write_end(wish.download_id), std::move(done));
  return ask(wish, std::move(done));
}

CancelHandle LicenceDesk::ask(const LicenceWish& wish, UniqueFunction<void(Result<void>)> done) {
  Executor& executor = parts_.executor;
  return parts_.keeper->acquire(wish, is_of_service(wish.download_id) ? service_time_ : executor,
                                [this, id = wish.download_id, done = std::move(done)](
                                    Result<std::vector<LicenceRow>> rows) mutable {
                                  if (!rows) return done(std::move(rows).error());
                                  done(take(id, *rows));
                                });
}

std::vector<LicenceRow> LicenceDesk::valid_of(const std::string& id) {
  auto rows = parts_.folder.store().licences(id);
  if (!rows) return {};
  const WallTime now = time_of(id);
  std::erase_if(*rows, [&](const LicenceRow& row) {
    return row.state != LicenceState::kValid || (row.expires_at && *row.expires_at <= now);
  });
  return *std::move(rows);
}

// Keys that no manifest names are known to be there by the licence alone: it is asked for again.
bool LicenceDesk::are_kept(const LicenceWish& wish) {
  const std::vector<LicenceRow> rows = valid_of(wish.download_id);
  bool are_named = false;
  for (const LicenseWish& track : wish.origin.wishes) {
    std::vector<KeyId> kids;
    for (const ContentProtection& protection : track.protections) {
      kids.insert(kids.end(), protection.default_kids.begin(), protection.default_kids.end());
    }
    if (kids.empty() || !opens_all(rows, kids)) return false;
    are_named = true;
  }
  return are_named;
}

Result<void> LicenceDesk::take(const std::string& id, const std::vector<LicenceRow>& rows) {
  DownloadStore& store = parts_.folder.store();
  PLAYHEAD_TRY(const std::vector<LicenceRow> before, store.licences(id));
  LicenceChange change;
  const WallTime now = time_of(id);
  uint64_t generation = 0;
  for (const LicenceRow& old : before) {
    generation = std::max(generation, old.generation);
    // One that has run out opens nothing any more: its end is not that of the download.
    const bool is_over = old.expires_at && *old.expires_at <= now;
    const bool goes = is_over || opens_all(rows, old.kids);
    if (old.state != LicenceState::kValid || !goes) continue;
    PLAYHEAD_TRY(PendingRelease release, parts_.keeper->release_of(id, old));
    change.releases.push_back(std::move(release));
    change.superseded.push_back(old.row);
  }
  change.taken = rows;
  for (LicenceRow& row : change.taken) row.generation = generation + 1;
  if (auto changed = store.change_licences(id, change); !changed) return changed;
  if (!change.releases.empty()) send_releases();
  return write_end(id);
}

// The earliest of all licences; where there are none an end that was known stays. Of titles without
// a service nobody ever told the time: there the DRM system alone knows the end.
Result<void> LicenceDesk::write_end(const std::string& id) {
  const auto rights = parts_.rights.find(id);
  if (!rights || rights->rights().title_id.empty()) return {};
  PLAYHEAD_TRY(const std::vector<LicenceRow> rows, parts_.folder.store().licences(id));
  std::optional<WallTime> end, renew_after;
  for (const LicenceRow& row : rows) {
    if (row.state != LicenceState::kValid) continue;
    const WallTime ends = row.expires_at.value_or(row.issued_at + kPersistentLicence);
    const WallTime due = row.renew_after.value_or(
        row.issued_at + (ends - row.issued_at) / (kRenewAfterFifths + 1) * kRenewAfterFifths);
    end = std::min(end.value_or(ends), ends);
    renew_after = std::min(renew_after.value_or(due), due);
  }
  return end ? rights->set_licence(end, renew_after) : Result<void>();
}

CancelHandle LicenceDesk::renew(const std::string& id, const DrmGrant& grant,
                                UniqueFunction<void(Result<void>)> done) {
  auto rows = parts_.folder.store().licences(id);
  if (!rows) return answer(rows.error(), std::move(done));
  std::erase_if(*rows, [](const LicenceRow& row) { return row.state != LicenceState::kValid; });
  if (rows->empty() || parts_.keeper == nullptr) return answer({}, std::move(done));
  auto wish = parts_.keeper->wish_of(id, rows->back());
  if (!wish) return answer(wish.error(), std::move(done));
  if (!grant.license_url.empty()) wish->origin.license_url = grant.license_url;
  return ask(*wish, std::move(done));
}

std::vector<PendingRelease> LicenceDesk::releases_of(const std::string& id) {
  std::vector<PendingRelease> releases;
  auto rows = parts_.folder.store().licences(id);
  if (!rows || parts_.keeper == nullptr) return releases;
  for (const LicenceRow& row : *rows) {
    if (row.state != LicenceState::kValid) continue;
    // What cannot be read any more cannot be told either.
    if (auto release = parts_.keeper->release_of(id, row)) releases.push_back(*std::move(release));
  }
  return releases;
}

void LicenceDesk::give_back(const std::string& id) {
  const auto releases = releases_of(id);
  for (PendingRelease release : releases) {
    release.download_id = id;
    note("to be given back", parts_.folder.store().add_release(release));
  }
  if (!releases.empty()) send_releases();
}

// --- what the service is told

void LicenceDesk::set_online(bool is_online) {
  const bool is_back = is_online && !is_online_;
  is_online_ = is_online;
  if (!is_back) return;
  was_told_.clear();
  send_releases();
}

bool LicenceDesk::is_busy(MonotonicTime until) const {
  return telling_ || (next_ && *next_ <= until);
}

void LicenceDesk::stop() {
  telling_.reset();
  timer_.reset();
}

void LicenceDesk::send_releases() {
  next_.reset();
  if (!is_online_ || telling_ || parts_.keeper == nullptr) return;
  const auto rows = parts_.folder.store().releases();
  if (!rows || rows->empty()) return;
  const WallTime now = parts_.executor.wall_now();
  std::optional<WallTime> next;
  for (const PendingRelease& row : *rows) {
    const bool is_due = row.next_try <= now || was_told_.count(row.row) == 0;
    if (!is_due) {
      next = std::min(next.value_or(row.next_try), row.next_try);
      continue;
    }
    was_told_.insert(row.row);
    telling_ = parts_.keeper->release(
        row, parts_.executor, [this, row](const Result<void>& told) { on_told(row, told); });
    return;
  }
  if (!next) return;
  next_ = parts_.executor.now() + (*next - now);
  timer_ = parts_.executor.post_at(*next_, [this] { send_releases(); });
}

void LicenceDesk::on_told(const PendingRelease& release, const Result<void>& told) {
  const bool is_refused = !told && told.error().code == ErrorCode::kDrmLicenseRefused;
  const bool is_over = told || is_refused || release.tries + 1 >= kMostTries;
  note("giving back a licence", told);
  DownloadStore& store = parts_.folder.store();
  if (is_over) {
    note("the journal of downloads", store.drop_release(release.row));
  } else {
    const Duration wait = renewal_retry(release.tries + 1, parts_.executor.random());
    note("the journal of downloads",
         store.postpone_release(release.row, parts_.executor.wall_now() + wait));
  }
  // Not inside the callback of what is over.
  timer_ = parts_.executor.post_at(parts_.executor.now(), [this] {
    telling_.reset();
    send_releases();
  });
}

void LicenceDesk::note(const std::string& what, const Result<void>& result) {
  if (!result) parts_.log.info(what + ": " + describe(result.error()));
}

}  // namespace playhead::offline
