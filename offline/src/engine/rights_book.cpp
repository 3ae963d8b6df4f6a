// SPDX-License-Identifier: Apache-2.0
#include "engine/rights_book.h"

#include <set>
#include <utility>

namespace playhead::offline {

uint64_t jitter_of(const std::string& download_id) {
  uint64_t hash = 14'695'981'039'346'656'037ULL;  // FNV-1a, 64 bits
  for (const char c : download_id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  }
  return hash;
}

TitleRights::Parts RightsBook::parts_of(const std::string& id) {
  TitleRights::Keep keep = [&store = folder_.store(), id](const Rights& rights, ByteView sealed) {
    return store.set_rights(id, row_of(rights), sealed);
  };
  return {folder_.clock(), folder_.sealer(), std::move(keep), jitter_of(id)};
}

Result<void> RightsBook::load() {
  PLAYHEAD_TRY(const auto kept, folder_.store().sealed_rights());
  for (const auto& record : kept) {
    Entry entry;
    auto opened =
        TitleRights::open(record.download_id, record.rights, parts_of(record.download_id));
    if (opened) {
      entry.rights = *std::move(opened);
      // A disk that cannot be written now is written at the next contact.
      static_cast<void>(entry.rights->correct());
    } else {
      entry.error = std::move(opened).error();
    }
    const std::lock_guard lock(mutex_);
    entries_[record.download_id] = std::move(entry);
  }
  return forget_removed();
}

// Of those whose removal was finished while nobody was here; they would fill the record of time.
Result<void> RightsBook::forget_removed() {
  PLAYHEAD_TRY(const auto rows, folder_.store().list());
  std::set<std::string> ids;
  for (const DownloadRow& row : rows) ids.insert(row.added.id);
  // A disk that cannot be written now is written at the next start.
  static_cast<void>(folder_.clock().forget_others(ids));
  return {};
}

Result<void> RightsBook::grant(const std::string& id, const Grant& grant) {
  if (const auto known = find(id)) {
    known->set_renewal(RenewalState::kIdle);
    return known->renew(grant);
  }
  PLAYHEAD_TRY(auto rights, TitleRights::grant(id, grant, parts_of(id)));
  const std::lock_guard lock(mutex_);
  entries_[id] = {std::move(rights), std::nullopt};
  return {};
}

void RightsBook::forget(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    entries_.erase(id);
  }
  // An entry that stays in the record of time does no harm: ids never come again.
  static_cast<void>(folder_.clock().forget(id));
}

void RightsBook::withdraw(const std::string& id) {
  if (const auto rights = find(id)) rights->withdraw();
}

std::shared_ptr<TitleRights> RightsBook::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.rights;
}

Result<std::shared_ptr<TitleRights>> RightsBook::get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return make_error(ErrorCode::kNotFound, "nothing was granted for the download " + id);
  }
  if (found->second.error) return *found->second.error;
  return found->second.rights;
}

Verdict RightsBook::judge(const std::string& id) {
  std::shared_ptr<TitleRights> rights;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return Verdict{};
    if (found->second.error) return judge_unreadable(*found->second.error);
    rights = found->second.rights;
  }
  return rights->judge(false);
}

std::vector<std::string> RightsBook::ids() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  return ids;
}

Result<void> RightsBook::hear(const TimeContact& contact) {
  if (auto heard = folder_.clock().hear(contact); !heard) return heard;
  for (const std::string& id : ids()) {
    const auto rights = find(id);
    if (!rights) continue;
    if (auto corrected = rights->correct(); !corrected) return corrected;
  }
  return {};
}

}  // namespace playhead::offline
