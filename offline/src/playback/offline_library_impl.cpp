// SPDX-License-Identifier: Apache-2.0
#include "playback/offline_library_impl.h"

#include <utility>
#include <vector>

#include "base/mailbox.h"
#include "licences/licence_note.h"
#include "playback/offline_title_impl.h"
#include "playback/track_ids_json.h"

namespace playhead::offline {

namespace {

using Opened = Result<std::unique_ptr<OfflineTitle>>;

Error not_yet(const std::string& id, const char* why) {
  return make_error(ErrorCode::kOfflineIncomplete, "download " + id + ": " + why);
}

struct Opening {
  std::shared_ptr<const StoredTitle> title;
  std::shared_ptr<TitleRights> rights;
};

struct Licences {
  std::vector<KeptLicense> licenses;
  SealedLicenses::Sealed sealed;
};

Result<Licences> read_licences(LibraryParts& parts, const std::string& id, bool has_ends) {
  Licences kept;
  PLAYHEAD_TRY(const std::vector<LicenceRow> rows, parts.store.licences(id));
  for (const LicenceRow& row : rows) {
    if (row.state != LicenceState::kValid) continue;
    PLAYHEAD_TRY(LicenceNote note, open_licence_note(parts.sealer, id, row.sealed));
    kept.sealed[note.license.persistent_id] = row.sealed;
    if (!has_ends) {
      note.license.expires_at.reset();
      note.license.terms.expires_at.reset();
    }
    kept.licenses.push_back(std::move(note.license));
  }
  return kept;
}

Result<Opening> open_title(LibraryParts& parts, const std::string& id) {
  PLAYHEAD_TRY(const DownloadRow row, parts.store.find(id));
  if (row.state == DownloadState::kRemoving) {
    return make_error(ErrorCode::kNotFound, "download " + id + " is being removed");
  }
  if (row.resources_done == 0) return not_yet(id, "nothing of it is there");
  PLAYHEAD_TRY(auto rights, parts.rights(id));
  if (auto allowed = as_result(rights->judge(false)); !allowed) return std::move(allowed).error();
  const Rights terms = rights->rights();
  if (terms.title_id != row.added.title_id || terms.profile_id != row.added.profile_id) {
    return make_error(ErrorCode::kOfflineTampered, "it is allowed as another title");
  }
  PLAYHEAD_TRY(const SealedRecords sealed, parts.store.sealed_records(id));
  if (sealed.content_key.empty())
    return not_yet(id, "its keys are gone: it has to be fetched anew");
  PLAYHEAD_TRY(ContentKey key,
               ContentKey::unwrap(parts.sealer, key_owner(row.added), sealed.content_key));
  PLAYHEAD_TRY(const std::vector<std::string> ids, read_track_ids(row.facts.tracks));
  PLAYHEAD_TRY(auto plain, PlainTitle::open(parts, id, row.facts.manifest_url, key));
  const bool ends_by_rights = terms.licence_ends.has_value();
  PLAYHEAD_TRY(Licences licences, read_licences(parts, id, !ends_by_rights));
  auto title = std::make_shared<StoredTitle>(StoredTitle{id,
                                                         row.added.title_id,
                                                         row.added.profile_id,
                                                         row.facts.manifest_url,
                                                         {ids.begin(), ids.end()},
                                                         std::move(key),
                                                         sealed.content_key,
                                                         std::move(licences.licenses),
                                                         std::move(licences.sealed),
                                                         ends_by_rights,
                                                         std::move(plain)});
  return Opening{std::move(title), std::move(rights)};
}

}  // namespace

OfflineLibraryImpl::OfflineLibraryImpl(LibraryParts parts, std::shared_ptr<Executor> worker)
    : desk_(std::make_shared<ReadingDesk>(std::move(parts))), worker_(std::move(worker)) {}

OfflineLibraryImpl::~OfflineLibraryImpl() { close(); }

CancelHandle OfflineLibraryImpl::open(
    const std::string& download_id, Executor& executor,
    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) {
  CancelHandle handle;
  auto answer = Mailbox<Opened>::make(executor, std::move(done), handle);
  worker_->post([desk = desk_, worker = worker_, id = download_id, answer = std::move(answer),
                 player = &executor] {
    if (answer->closed()) return;
    auto opening = desk->use([&](LibraryParts& parts) { return open_title(parts, id); });
    if (!opening) return answer->send(std::move(opening).error());
    OfflineTitleImpl::Parts parts{desk, std::move(opening->title), std::move(opening->rights),
                                  worker, *player};
    answer->send(std::unique_ptr<OfflineTitle>(new OfflineTitleImpl(std::move(parts))));
  });
  return handle;
}

}  // namespace playhead::offline
