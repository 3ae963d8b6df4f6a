// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "playhead/drm/drm_system.h"
#include "playhead/drm/license_fetcher.h"
#include "playhead/drm/security_level.h"
#include "playhead/executor.h"
#include "playhead/kept_license.h"
#include "playhead/media.h"
#include "playhead/protection.h"

namespace playhead {

struct DrmManagerConfig {
  // Best first among those of one name: a system that can be opened with several levels of security
  // stands here once for each. Never null.
  std::vector<std::unique_ptr<DrmSystem>> systems;
  // Names, best first; systems that are not named come after those that are.
  std::vector<std::string> preference;
  // Of the app or the control plane; takes the place of what manifest and system say. "" none.
  std::string license_url;
  OutputProtection output = OutputProtection::kUnknown;
  // kPersistent: of systems that can keep licences alone, to be kept. See LicenseKeeper.
  SessionKind kind = SessionKind::kTemporary;
  // Playback without a network: all keys come of these licences, found again in their systems when
  // the first key is required. Nothing is asked for or renewed; keys that are not among them fail
  // with kDrmNoLicense, those whose licence ran out with kDrmExpired.
  std::optional<std::vector<KeptLicense>> only_kept;
  // Tracks whose decoders take encrypted samples as they are (path B, see MediaBackend). For others
  // only systems that decrypt samples themselves are asked.
  std::vector<TrackKind> secure_decoders;
  // Systems by "name/level" that failed on this device before: tried last.
  std::vector<std::string> distrusted;
};

// Why a system or a level was left for another; goes to the app. Each way once. A licence that was
// refused (kDrmLicenseRefused) says nothing against the system itself: to be remembered as
// distrusted are systems left for other reasons.
struct DrmFallback {
  std::string from, to;  // "name/level"; `to` empty: there is none left
  Error reason;
};

// What a manager tells. Called on the manager's executor, never inside one of its calls.
class DrmManagerListener {
 public:
  virtual ~DrmManagerListener() = default;
  // The status of some key, or a level, is another one now.
  virtual void on_drm_changed() = 0;
  // The first licence of the title is there.
  virtual void on_drm_licensed() = 0;
  virtual void on_drm_fallback(DrmFallback fallback) = 0;
};

// Gets licences for what a title plays: which keys are wanted, which system is asked, once for each
// key; sends messages, renews before the end, falls back. One for each title: licences are not
// carried to the next one, nor to a replay (how long one lasts is the service's to say). All calls
// on the thread of its executor; nothing blocks.
class DrmManager {
 public:
  // All references outlive the manager.
  static std::unique_ptr<DrmManager> make(DrmManagerConfig config, LicenseFetcher& fetcher,
                                          Executor& executor, DrmManagerListener& listener);
  // Closes all sessions; persistent licences stay with their systems.
  virtual ~DrmManager() = default;

  // Whether some registered system opens media a manifest protects like this: the protections of an
  // AdaptationSet with those of one of its Representations, or what EXT-X-KEY says.
  // Errors: kDrmNoSystem, with names of what would be needed.
  [[nodiscard]] virtual Result<void> can_open(
      TrackKind track, std::span<const ContentProtection> protections) const = 0;

  // These keys will be wanted: asks for a licence at once, unless a session has them or is asking.
  // As early as possible, in parallel with the first segment; again with every Period. Whatever
  // fails is told by status() of the keys, or by failure() when no key is named. What failed is not
  // asked for again, but for a service that did not answer, 10 s later. Where manifest and media
  // have no initialisation data yet nothing is asked for until they do.
  virtual void require(TrackKind track, std::span<const ContentProtection> protections) = 0;
  // The same, by what the container says (init segments, key rotation in the moof). `protections`
  // is what the manifest said of it, for the choice of the system and the URL; may be empty.
  virtual void require(TrackKind track, std::span<const ContentProtection> protections,
                       const MediaProtection& media) = 0;
  // The same, for a sample of that key which is there: no more initialisation data is to be awaited
  // before it. Where there is none that a system could use (none at all, or all of it is damaged)
  // failure() is kDrmInitData, until some comes. Call again after on_drm_changed() while the key is
  // kPending: data that names no keys may have been asked by, and its licence have come without it.
  virtual void require_for_sample(TrackKind track, std::span<const ContentProtection> protections,
                                  const KeyId& kid) = 0;

  // Playback is past all samples of these keys, and others have taken their place (rotation). A
  // session all of whose keys have been passed is closed instead of renewed; its keys are as if
  // they had never been required, until they are again. Not with DrmManagerConfig::only_kept.
  virtual void pass(std::span<const KeyId> kids) = 0;

  // kPending while a licence is on its way; kError when there will be none. Ids that were never
  // required are kPending, too: their samples are what tells of them (see require()).
  [[nodiscard]] virtual KeyStatus status(const KeyId& kid) const = 0;
  // Why status() is not usable and will not become so; none while it is or may become usable.
  [[nodiscard]] virtual std::optional<Error> failure(const KeyId& kid) const = 0;
  // Keys the service left out of a licence that came: Representations that need them are hidden.
  [[nodiscard]] virtual bool is_withheld(const KeyId& kid) const = 0;

  // What of the ladder may be shown, on this output, by the system that serves the track: see
  // allows(). kSl3000 while nothing protected is played.
  [[nodiscard]] virtual SecurityLevel level(TrackKind track) const = 0;
  // The same on the best of outputs: more than level() where the display is why it is less.
  [[nodiscard]] virtual SecurityLevel system_level(TrackKind track) const = 0;
  // The tallest pictures that licences of the track allow, by what the service said of them; see
  // fits_height(). 0: any.
  [[nodiscard]] virtual int max_height(TrackKind track) const = 0;
  // The display changed.
  virtual void set_output(OutputProtection output) = 0;

  // Opens samples by whichever session has their key, or says that a secure decoder has to; any
  // thread; stays valid beyond the manager, but without keys. Null: there are no systems.
  [[nodiscard]] virtual std::shared_ptr<SampleDecryptor> decryptor() const = 0;

  // Samples of the track cannot be opened though their keys are usable: decrypt() or the secure
  // decoder fails, again and again. The system that has them is left for the next one, as if it had
  // been lost. False: there is no next one, and nothing was left.
  virtual bool give_up_system(TrackKind track, const Error& why) = 0;

  // The viewer resumes: licences whose renewal was due meanwhile are renewed before samples are
  // wanted.
  virtual void on_resume() = 0;
  // Gives temporary sessions back and closes them; `done` when the systems have been told, at most
  // `limit` later.
  virtual void stop(Duration limit, UniqueFunction<void()> done) = 0;
};

}  // namespace playhead
