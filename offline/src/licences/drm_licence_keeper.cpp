// SPDX-License-Identifier: Apache-2.0
#include "licences/drm_licence_keeper.h"

#include <algorithm>
#include <utility>

#include "licences/licence_json.h"
#include "licences/staged_licenses.h"
#include "playhead/drm/clear_key.h"
#include "session/license_client.h"

namespace playhead::offline {
namespace {

constexpr const char* kClearKey = "clearkey";

DrmManagerConfig systems_of(const DrmLicenceKeeper::Parts& parts, const LicenceOrigin& origin,
                            LicenseStore& store) {
  const DrmConfig& drm = parts.drm;
  DrmManagerConfig config;
  config.secure_decoders = parts.secure_decoders;
  for (const DrmSystemFactory& make : drm.systems) {
    if (auto system = make ? make() : nullptr) config.systems.push_back(std::move(system));
  }
  ClearKeyOptions clear_key;
  clear_key.store = &store;
  if (drm.clear_key) config.systems.push_back(make_clear_key_system(clear_key));
  config.preference = drm.preference;
  if (config.preference.empty() && !origin.system.empty()) config.preference = {origin.system};
  config.license_url = drm.license_url.empty() ? origin.license_url : drm.license_url;
  return config;
}

}  // namespace

// One call: what it uses lives as long as it does.
class DrmLicenceKeeper::Work {
 public:
  Work(const Parts& parts, const LicenceOrigin& origin, Executor& executor)
      : fetcher_(parts.drm,
                 LicenseOrigin{origin.is_of_service ? parts.api : nullptr, origin.license_url},
                 parts.transport, executor),
        keeper_(LicenseKeeper::make(systems_of(parts, origin, store_), fetcher_, executor)) {}

  [[nodiscard]] StagedLicenses& store() { return store_; }
  [[nodiscard]] LicenseKeeper& keeper() { return *keeper_; }

 private:
  StagedLicenses store_;
  LicenseClient fetcher_;
  std::unique_ptr<LicenseKeeper> keeper_;  // last: it uses what is above
};

CancelHandle DrmLicenceKeeper::acquire(const LicenceWish& wish, Executor& executor,
                                       UniqueFunction<void(Result<std::vector<LicenceRow>>)> done) {
  // Ends with its answer, and the keys in it: the handle may stay for longer.
  auto work = std::make_shared<std::unique_ptr<Work>>(
      std::make_unique<Work>(parts_, wish.origin, executor));
  const auto seal_all = [wish, &executor, &sealer = parts_.sealer](
                            const std::vector<KeptLicense>& licenses,
                            const StagedLicenses& store) -> Result<std::vector<LicenceRow>> {
    std::vector<LicenceRow> rows;
    for (const KeptLicense& license : licenses) {
      LicenceRow& row = rows.emplace_back();
      row.scheme = license.system;
      row.kids = license.kids;
      row.issued_at = executor.wall_now();
      row.expires_at = license.expires_at;
      row.renew_after = license.terms.renew_after;
      PLAYHEAD_TRY(row.sealed, seal_licence(sealer, wish.download_id, {license, wish.origin},
                                            store.view(license.persistent_id)));
    }
    return rows;
  };
  (*work)->keeper().acquire(
      wish.origin.wishes,
      [seal_all, work, done = std::move(done)](Result<std::vector<KeptLicense>> licenses) mutable {
        Result<std::vector<LicenceRow>> rows =
            licenses ? seal_all(*licenses, (*work)->store()) : std::move(licenses).error();
        work->reset();
        done(std::move(rows));
      });
  return CancelHandle([work] { work->reset(); });
}

Result<LicenceWish> DrmLicenceKeeper::wish_of(const std::string& download_id,
                                              const LicenceRow& row) {
  PLAYHEAD_TRY(LicenceNote note, open_licence_note(parts_.sealer, download_id, row.sealed));
  return LicenceWish{download_id, std::move(note.origin)};
}

Result<PendingRelease> DrmLicenceKeeper::release_of(const std::string& download_id,
                                                    const LicenceRow& row) {
  PendingRelease release;
  release.download_id = download_id;
  release.scheme = row.scheme;
  PLAYHEAD_TRY(release.message, without_record(row.sealed));
  return release;
}

CancelHandle DrmLicenceKeeper::release(const PendingRelease& release, Executor& executor,
                                       UniqueFunction<void(Result<void>)> done) {
  auto note = open_licence_note(parts_.sealer, release.download_id, release.message);
  if (!note) {
    return executor.post_at(
        executor.now(), [done = std::move(done), error = note.error()]() mutable { done(error); });
  }
  auto work = std::make_shared<std::unique_ptr<Work>>(
      std::make_unique<Work>(parts_, note->origin, executor));
  const KeptLicense& license = note->license;
  if (license.system == kClearKey) {
    const std::string kids = write_clear_key_ids(license.kids);
    if (auto put = (*work)->store().put(license.persistent_id, as_bytes(kids)); !put) {
      return executor.post_at(
          executor.now(), [done = std::move(done), error = put.error()]() mutable { done(error); });
    }
  }
  (*work)->keeper().release(license, [work, done = std::move(done)](Result<void> told) mutable {
    work->reset();
    done(std::move(told));
  });
  return CancelHandle([work] { work->reset(); });
}

}  // namespace playhead::offline
