// SPDX-License-Identifier: Apache-2.0
#include "key_registry.h"

#include <algorithm>
#include <utility>

namespace playhead::drm {
namespace {

template <typename T>
bool has(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// What serves a viewer better comes first.
int rank_of(KeyStatus status) {
  constexpr KeyStatus kOrder[] = {KeyStatus::kUsable,           KeyStatus::kOutputDownscaled,
                                  KeyStatus::kUsableInFuture,   KeyStatus::kPending,
                                  KeyStatus::kOutputRestricted, KeyStatus::kExpired,
                                  KeyStatus::kReleased,         KeyStatus::kError};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), status) -
                          std::begin(kOrder));
}

bool speaks_of(const KeySet& set, const KeyId& kid) {
  return has(set.kids, kid) || (set.session && set.session->speaks_of(kid));
}

KeyStatus status_in(const KeySet& set, const KeyId& kid) {
  if (set.session) return set.session->status(kid);
  if (!set.failure) return KeyStatus::kPending;
  return set.has_expired ? KeyStatus::kExpired : KeyStatus::kError;
}

std::optional<Error> failure_in(const KeySet& set, const KeyId& kid) {
  if (!set.session) return set.failure;
  switch (set.session->status(kid)) {
    case KeyStatus::kExpired:
      return make_error(ErrorCode::kDrmExpired, "the licence has run out");
    case KeyStatus::kReleased:
    case KeyStatus::kError:
      return make_error(ErrorCode::kDrmNoKey, "the service left the key out of the licence");
    default:
      return std::nullopt;
  }
}

// What the service keeps back, or what failed, stays known: it would be asked for again.
bool is_passed(const KeySet& set) {
  if (set.passed.empty() || !set.session || !set.session->has_usable_key()) return false;
  const auto is_over = [&](const KeyId& kid) { return set.passed.count(kid) != 0; };
  const auto& keys = set.session->keys();
  return std::all_of(set.kids.begin(), set.kids.end(), is_over) &&
         std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return is_over(key.id); });
}

}  // namespace

KeySet& KeyRegistry::add(std::unique_ptr<KeySet> set) {
  sets_.push_back(std::move(set));
  return *sets_.back();
}

void KeyRegistry::remove(const KeySet& set) {
  std::erase_if(sets_, [&](const auto& candidate) { return candidate.get() == &set; });
}

void KeyRegistry::trim(std::size_t most) {
  if (sets_.size() <= most) return;
  auto oldest = sets_.end();
  for (auto it = sets_.begin(); it != sets_.end(); ++it) {
    const bool is_older = oldest == sets_.end() || (*it)->wanted < (*oldest)->wanted;
    if ((*it)->failure && is_older) oldest = it;
  }
  if (oldest != sets_.end()) sets_.erase(oldest);
}

KeySet* KeyRegistry::find(const KeyId& kid) const {
  KeySet* best = nullptr;
  for (const auto& set : sets_) {
    if (!speaks_of(*set, kid)) continue;
    const bool is_better =
        best == nullptr || rank_of(status_in(*set, kid)) < rank_of(status_in(*best, kid));
    if (is_better) best = set.get();
  }
  return best;
}

KeySet* KeyRegistry::owner_of(const LicenseSession& session) const {
  for (const auto& set : sets_) {
    if (set->session.get() == &session) return set.get();
  }
  return nullptr;
}

KeySet* KeyRegistry::find(const DrmChoice& choice) const {
  const ByteView bytes = choice.init.bytes.view();
  const auto is_same = [&](const DrmChoice& asked) {
    const ByteView own = asked.init.bytes.view();
    return asked.system == choice.system && asked.init.type == choice.init.type &&
           std::equal(own.begin(), own.end(), bytes.begin(), bytes.end());
  };
  for (const auto& set : sets_) {
    // Those that were left, too: they are not tried twice.
    const auto tried = std::min(set->rung + 1, set->ladder.size());
    const auto end = set->ladder.begin() + static_cast<std::ptrdiff_t>(tried);
    if (std::any_of(set->ladder.begin(), end, is_same)) return set.get();
  }
  return nullptr;
}

const KeySet* KeyRegistry::playing(TrackKind track) const {
  const KeySet* last = nullptr;
  for (const auto& set : sets_) {
    const bool plays = has(set->tracks, track) && set->session && set->session->has_usable_key();
    if (plays && (last == nullptr || set->wanted > last->wanted)) last = set.get();
  }
  return last;
}

KeySet* KeyRegistry::served_by(const DrmSystem& system) const {
  for (const auto& set : sets_) {
    if (set->session && set->session->order().system == &system) return set.get();
  }
  return nullptr;
}

std::vector<KeyId> KeyRegistry::missing_of(std::span<const KeyId> kids) const {
  std::vector<KeyId> missing;
  for (const KeyId& kid : kids) {
    const KeySet* set = find(kid);
    if (set == nullptr || set->lacks_data) missing.push_back(kid);
  }
  return missing;
}

void KeyRegistry::forget_lacking() {
  std::erase_if(sets_, [](const auto& set) { return set->lacks_data; });
}

bool KeyRegistry::may_bring_unnamed() const {
  return std::any_of(sets_.begin(), sets_.end(), [](const auto& set) {
    const bool is_answered = set->failure || (set->session && set->session->is_licensed());
    return set->kids.empty() && !is_answered;
  });
}

bool KeyRegistry::has_unnamed_licence() const {
  return std::any_of(sets_.begin(), sets_.end(), [](const auto& set) {
    return set->kids.empty() && set->session && set->session->is_licensed();
  });
}

std::vector<KeyId> KeyRegistry::withheld_of(std::span<const KeyId> kids) const {
  std::vector<KeyId> withheld;
  for (const KeyId& kid : kids) {
    if (is_withheld(kid)) withheld.push_back(kid);
  }
  return withheld;
}

void KeyRegistry::touch(std::span<const KeyId> kids, TrackKind track) {
  for (const KeyId& kid : kids) {
    KeySet* set = find(kid);
    if (set == nullptr) continue;
    set->passed.erase(kid);
    touch(*set, track);
  }
}

void KeyRegistry::touch(KeySet& set, TrackKind track) {
  set.wanted = ++count_;
  if (!has(set.tracks, track)) set.tracks.push_back(track);
}

bool KeyRegistry::pass(std::span<const KeyId> kids) {
  for (const auto& set : sets_) {
    for (const KeyId& kid : kids) {
      if (speaks_of(*set, kid)) set->passed.insert(kid);
    }
  }
  return std::erase_if(sets_, [](const auto& set) { return is_passed(*set); }) > 0;
}

int KeyRegistry::open_sessions(const DrmSystem& system) const {
  int count = 0;
  for (const auto& set : sets_) {
    if (set->session && set->session->order().system == &system) ++count;
    if (set->former && set->former->order().system == &system) ++count;
  }
  return count;
}

bool KeyRegistry::close_former(const DrmSystem& system) {
  for (const auto& set : sets_) {
    if (!set->former || set->former->order().system != &system) continue;
    set->former.reset();
    return true;
  }
  return false;
}

bool KeyRegistry::plays_beside(const KeySet& set, const KeySet& other) const {
  if (other.tracks.empty()) return false;  // not known yet which track it is for
  return std::any_of(set.tracks.begin(), set.tracks.end(), [&](TrackKind track) {
    if (has(other.tracks, track)) return false;
    return std::none_of(sets_.begin(), sets_.end(), [&](const auto& candidate) {
      return has(candidate->tracks, track) && candidate->wanted > set.wanted;
    });
  });
}

KeySet* KeyRegistry::least_wanted(const DrmSystem& system, const KeySet& except) const {
  KeySet* least = nullptr;
  for (const auto& set : sets_) {
    const bool is_open =
        set.get() != &except && set->session && set->session->order().system == &system;
    if (!is_open || plays_beside(*set, except)) continue;
    if (least == nullptr || set->wanted < least->wanted) least = set.get();
  }
  return least;
}

KeyStatus KeyRegistry::status(const KeyId& kid) const {
  const KeySet* set = find(kid);
  return set != nullptr ? status_in(*set, kid) : KeyStatus::kPending;
}

std::optional<Error> KeyRegistry::failure(const KeyId& kid) const {
  if (const KeySet* set = find(kid)) return failure_in(*set, kid);
  // Only the initialisation data knew which keys it asks for: this may be one of them.
  std::optional<Error> failure;
  for (const auto& set : sets_) {
    if (!set->kids.empty()) continue;
    if (set->session && !set->session->is_licensed()) return std::nullopt;
    if (set->failure) failure = set->failure;
  }
  return failure;
}

bool KeyRegistry::is_withheld(const KeyId& kid) const {
  const KeyStatus best = status(kid);
  if (best != KeyStatus::kError && best != KeyStatus::kPending) return false;
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) {
    return set->session && set->session->is_licensed() && speaks_of(*set, kid) &&
           set->session->status(kid) == KeyStatus::kError;
  });
}

std::set<KeyId> KeyRegistry::expired() const {
  std::set<KeyId> expired;
  for (const auto& set : sets_) {
    if (!set->has_expired || !set->former) continue;
    for (const KeyInfo& key : set->former->keys()) {
      const KeyStatus now = status(key.id);
      const bool is_open = now == KeyStatus::kUsable || now == KeyStatus::kOutputDownscaled;
      if (key.status == KeyStatus::kExpired && !is_open) expired.insert(key.id);
    }
  }
  return expired;
}

std::map<KeyId, std::size_t> KeyRegistry::routes() const {
  std::map<KeyId, std::size_t> routes;
  for (const auto& set : sets_) {
    if (!set->session) continue;
    for (const KeyInfo& key : set->session->keys()) {
      const bool opens =
          key.status == KeyStatus::kUsable || key.status == KeyStatus::kOutputDownscaled;
      if (opens) routes.emplace(key.id, set->ladder[set->rung].system);
    }
  }
  return routes;
}

}  // namespace playhead::drm
