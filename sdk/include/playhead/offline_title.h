// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "playhead/kept_license.h"
#include "playhead/result.h"
#include "playhead/time.h"
#include "playhead/transport.h"
#include "playhead/unique_function.h"

// Downloaded titles as players see them: a manifest behind an "offline:" URL, a Transport that
// answers for it and for all it refers to, and somebody who says whether it may be played.
// Implemented in offline/.
namespace playhead {

class LicenseFetcher;
class LicenseStore;

// One title that is being played. On the player's engine thread; outlives the requests and the
// handles it gave.
class OfflineTitle {
 public:
  virtual ~OfflineTitle() = default;
  [[nodiscard]] virtual std::string manifest_url() const = 0;
  // Of the service; "" for titles that were added by URL. Positions are reported under them.
  [[nodiscard]] virtual std::string title_id() const = 0;
  [[nodiscard]] virtual std::string profile_id() const = 0;
  // Whether the Representation of that id (Representation::id) is part of the download. Nothing of
  // any other is ever asked for.
  [[nodiscard]] virtual bool keeps(const std::string& representation_id) const = 0;

  // Answers all requests of the play: manifest_url(), whose answer carries the URL the manifest
  // came from, and the addresses that follow from it, whatever their queries. Never asks a network.
  // What is on its way is waited for: such a request is answered when it is there. More errors than
  // Transport has: kOfflineDamaged (it will be fetched again, once there is a network),
  // kOfflineTampered, kOfflineIncomplete (it is not there and not on its way), kStoreIo.
  virtual Transport& transport() = 0;
  // The licences that are kept of the title: all keys of the play come of these.
  [[nodiscard]] virtual const std::vector<KeptLicense>& licenses() const = 0;
  // Where Clear Key finds what is in them; reading alone. May outlive the title; null: systems of
  // the app's own have all of them.
  [[nodiscard]] virtual std::shared_ptr<LicenseStore> license_store() const = 0;
  // Who answers messages of DRM systems during the play: nobody, as no network is asked. On
  // `executor`. Never null, may outlive the title.
  virtual std::unique_ptr<LicenseFetcher> make_license_fetcher(Executor& executor) = 0;

  // Before playback, at resume and seek, and at least every second of it. Never asks a network,
  // never waits for the disk. Errors: kOfflineExpired, kOfflineContactNeeded,
  // kOfflineClockUntrusted, kOfflineTampered, kStoreIo, kInvalidState (the library was closed).
  [[nodiscard]] virtual Result<void> may_play() = 0;
  // The first frame is about to be shown: what counts from the first play is on disk when `done`
  // runs, later, on the engine thread. Errors: those of may_play(), kStoreFull: nothing may be
  // shown.
  virtual CancelHandle begin_play(UniqueFunction<void(Result<void>)> done) = 0;
};

class OfflineLibrary {
 public:
  virtual ~OfflineLibrary() = default;
  // Any thread. `done` on `executor`, never inside the call. Errors: kNotFound,
  // kOfflineIncomplete (nothing of it can be played yet), those of OfflineTitle::may_play().
  virtual CancelHandle open(const std::string& download_id, Executor& executor,
                            UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) = 0;
};

}  // namespace playhead
