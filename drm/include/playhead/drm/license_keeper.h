// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "playhead/drm/drm_manager.h"

namespace playhead {

// What licences are wanted for: what a manifest says of an AdaptationSet and one of its
// Representations, and what its init segment says, where that is known.
struct LicenseWish {
  TrackKind track = TrackKind::kVideo;
  std::vector<ContentProtection> protections;
  std::optional<MediaProtection> media;
};

// Licences for titles that are going to be played without a network. Such a play gets what
// acquire() answers by DrmManagerConfig::only_kept, and systems that find the same store. One for
// each title; all calls on the thread of its executor, nothing blocks; destroying it ends what is
// under way, without a word.
class LicenseKeeper {
 public:
  // `config`: systems, preference and licence URL; what is not about asking is passed over. Both
  // references outlive the keeper.
  static std::unique_ptr<LicenseKeeper> make(DrmManagerConfig config, LicenseFetcher& fetcher,
                                             Executor& executor);
  virtual ~LicenseKeeper() = default;

  // Asks for licences of all keys the wishes name, by the systems that can keep them, and answers,
  // once, never inside the call, when all of them are on disk: every licence this keeper got, with
  // those of earlier calls. To renew licences, acquire them with a new keeper, then release the old
  // ones. Errors, what came before stays kept: those of DrmManager::failure(), kDrmNoSystem (none
  // that keeps licences), kDrmInitData (nothing says which keys are wanted), kInvalidState (another
  // call is under way).
  virtual void acquire(std::span<const LicenseWish> wishes,
                       UniqueFunction<void(Result<std::vector<KeptLicense>>)> done) = 0;

  // Gives a licence back: its keys are destroyed at once, then the service is told. A licence that
  // is not there any more is given back. Errors, once, never inside the call; repeated later it
  // goes on where it was: those of LicenseFetcher, kDrmNoSystem, kStoreIo.
  virtual void release(const KeptLicense& license, UniqueFunction<void(Result<void>)> done) = 0;
};

}  // namespace playhead
