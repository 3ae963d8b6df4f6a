// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "license_session.h"
#include "playhead/media.h"
#include "system_choice.h"

namespace playhead::drm {

// Keys that are asked for together: one request, one licence.
struct KeySet {
  std::vector<TrackKind> tracks;  // that want them, each once
  std::vector<KeyId> kids;        // empty: only the initialisation data knows
  std::vector<DrmChoice> ladder;
  std::size_t rung = 0;             // into the ladder; its size: there is none left
  std::optional<KeptLicense> kept;  // it is found again, not asked for
  std::unique_ptr<LicenseSession> session;
  // Its licence ran out; says so of its samples until a new one is there.
  std::unique_ptr<LicenseSession> former;
  bool has_expired = false;      // a licence ran out and there is no new one
  std::optional<Error> reason;   // why rungs were left, the best of them
  std::optional<Error> failure;  // there is no session, and will be none by itself
  MonotonicTime failed_at;       // with failure
  bool lacks_data = false;       // with failure: there was nothing it could be asked for by
  uint64_t wanted = 0;           // when it was required last: a count
  std::set<KeyId> passed;        // keys that playback has no sample of any more
};

// Which keys are asked for or there, and what is known of them. One thread.
class KeyRegistry {
 public:
  using Sets = std::vector<std::unique_ptr<KeySet>>;

  KeySet& add(std::unique_ptr<KeySet> set);
  void remove(const KeySet& set);
  // Forgets the failed set wanted the longest ago when there are more than `most` sets.
  void trim(std::size_t most);
  void clear() { sets_.clear(); }
  [[nodiscard]] const Sets& sets() const { return sets_; }

  // A set that was asked for that key or has it; the one that serves best. Null: none.
  [[nodiscard]] KeySet* find(const KeyId& kid) const;
  // The set whose session is that one. Null: none.
  [[nodiscard]] KeySet* owner_of(const LicenseSession& session) const;
  // The set that was asked for of the same system by the same initialisation data. Null: none.
  [[nodiscard]] KeySet* find(const DrmChoice& choice) const;
  // What the track plays: of the sets it wants that have a key which opens something the one wanted
  // last. Null: none.
  [[nodiscard]] const KeySet* playing(TrackKind track) const;
  // A set with a session of that system. Null: none.
  [[nodiscard]] KeySet* served_by(const DrmSystem& system) const;
  // What nobody was asked for.
  [[nodiscard]] std::vector<KeyId> missing_of(std::span<const KeyId> kids) const;
  // Forgets sets that lack data.
  void forget_lacking();
  // A licence is on its way of which only its initialisation data knows the keys.
  [[nodiscard]] bool may_bring_unnamed() const;
  // Such a licence has come.
  [[nodiscard]] bool has_unnamed_licence() const;
  [[nodiscard]] std::vector<KeyId> withheld_of(std::span<const KeyId> kids) const;
  // These and the track are wanted now.
  void touch(std::span<const KeyId> kids, TrackKind track);
  void touch(KeySet& set, TrackKind track);
  // Playback is past them: removes sets with a licence all of whose keys are. False: there is none.
  bool pass(std::span<const KeyId> kids);
  // Sessions of that system, those whose licence ran out among them.
  [[nodiscard]] int open_sessions(const DrmSystem& system) const;
  // Closes a session of that system whose licence ran out; false: there is none.
  bool close_former(const DrmSystem& system);
  // Of the sets with a session of that system the one wanted the longest ago. Not `except`, and
  // not what plays beside it on another track: the two would drive each other out for ever.
  [[nodiscard]] KeySet* least_wanted(const DrmSystem& system, const KeySet& except) const;

  [[nodiscard]] KeyStatus status(const KeyId& kid) const;
  [[nodiscard]] std::optional<Error> failure(const KeyId& kid) const;
  // Some licence left it out, and none has brought it: also while another one is on its way.
  [[nodiscard]] bool is_withheld(const KeyId& kid) const;
  // Of every key that opens samples, which system has it: an index of DrmChoice::system.
  [[nodiscard]] std::map<KeyId, std::size_t> routes() const;
  // Keys whose licence ran out and that no other licence opens.
  [[nodiscard]] std::set<KeyId> expired() const;

 private:
  // `set` is what some track, none of those of `other`, wanted last.
  [[nodiscard]] bool plays_beside(const KeySet& set, const KeySet& other) const;

  Sets sets_;
  uint64_t count_ = 0;
};

}  // namespace playhead::drm
