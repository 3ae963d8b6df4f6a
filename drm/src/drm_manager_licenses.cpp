// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "drm_manager_impl.h"
#include "renewal_policy.h"

namespace playhead::drm {

// In a task of its own: a listener may do anything, also end the manager.
template <typename Tell>
void DrmManagerImpl::tell(Tell tell) {
  executor_.post([alive = std::weak_ptr<const bool>(alive_), tell = std::move(tell)]() mutable {
    if (!alive.expired()) tell();
  });
}

void DrmManagerImpl::tell_changed() {
  if (router_) {
    SampleRouter::Routes routes;
    for (const auto& [kid, system] : registry_.routes()) {
      if (const auto& decryptor = systems_[system].decryptor) {
        routes.decryptors.emplace(kid, *decryptor);
      } else {
        routes.secure.insert(kid);
      }
    }
    routes.expired = registry_.expired();
    router_->set_routes(std::move(routes));
  }
  if (is_change_told_) return;
  is_change_told_ = true;
  tell([this] {
    is_change_told_ = false;
    listener_.on_drm_changed();
  });
}

void DrmManagerImpl::ask(KeySet& set) {
  set.failure.reset();
  for (; set.rung < set.ladder.size(); ++set.rung) {
    const System& system = systems_[set.ladder[set.rung].system];
    if (system.failure) {
      set.reason = set.reason ? better_reason(*set.reason, *system.failure) : *system.failure;
      continue;
    }
    const Result<void> opened = open(set);
    if (opened) return tell_changed();
    if (!leave_rung(set, opened.error(), FailureSource::kSystem)) return;
  }
  fail(set, set.reason.value_or(make_error(ErrorCode::kDrmNoSystem, "no system is left")));
}

LicenseOrder DrmManagerImpl::order_of(const KeySet& set) const {
  const DrmChoice& choice = set.ladder[set.rung];
  LicenseOrder order;
  order.system = systems_[choice.system].system.get();
  order.init = choice.init;
  order.url = license_url_.empty() ? choice.license_url : license_url_;
  order.kids = set.kids;
  const TrackKind track = set.tracks.empty() ? TrackKind::kVideo : set.tracks.front();
  order.level = order.system->query(track).level;
  order.kind = set.kept ? SessionKind::kPersistent : kind_;
  if (set.kept) {
    order.persistent_id = set.kept->persistent_id;
    order.terms = set.kept->terms;
  }
  return order;
}

Result<void> DrmManagerImpl::open(KeySet& set) {
  DrmSystem& system = *systems_[set.ladder[set.rung].system].system;
  const LicenseOrder order = order_of(set);
  const DrmCapabilities capabilities =
      system.query(set.tracks.empty() ? TrackKind::kVideo : set.tracks.front());
  while (registry_.open_sessions(system) >= std::max(capabilities.max_sessions, 1) &&
         make_room(system, set)) {
  }
  LicenseSession::Owner& owner = *this;
  set.session = std::make_unique<LicenseSession>(order, fetcher_, executor_, owner);
  Result<void> started = set.session->start();
  // Sessions are also taken by others than this manager.
  while (!started && started.error().code == ErrorCode::kDrmBusy && make_room(system, set)) {
    started = set.session->start();
  }
  if (!started) set.session.reset();
  return started;
}

// Closes one session of the system: one that ran out, or what nobody wanted for the longest time.
bool DrmManagerImpl::make_room(const DrmSystem& system, const KeySet& set) {
  if (registry_.close_former(system)) return true;
  const KeySet* least = registry_.least_wanted(system, set);
  if (least == nullptr) return false;
  registry_.remove(*least);
  return true;
}

// False: another system would fare the same, the set has failed.
bool DrmManagerImpl::leave_rung(KeySet& set, const Error& error, FailureSource source) {
  const Fallback fallback = fallback_of(error.code, source);
  if (fallback == Fallback::kStay) {
    fail(set, error);
    return false;
  }
  if (fallback == Fallback::kSystem) systems_[set.ladder[set.rung].system].failure = error;
  set.reason = set.reason ? better_reason(*set.reason, error) : error;
  tell_fallback(set, error);
  return true;
}

void DrmManagerImpl::tell_fallback(const KeySet& set, const Error& error) {
  DrmFallback fallback{systems_[set.ladder[set.rung].system].label, "", error};
  for (std::size_t next = set.rung + 1; next < set.ladder.size(); ++next) {
    const System& system = systems_[set.ladder[next].system];
    if (system.failure) continue;
    fallback.to = system.label;
    break;
  }
  const std::string what =
      fallback.from + ">" + fallback.to + ">" + std::to_string(static_cast<int>(error.code));
  if (!told_fallbacks_.insert(what).second) return;
  tell([this, fallback = std::move(fallback)] { listener_.on_drm_fallback(fallback); });
}

void DrmManagerImpl::fail(KeySet& set, Error error) {
  if (set.has_expired && error.code == ErrorCode::kDrmLicense) {
    error = make_error(ErrorCode::kDrmExpired, "no new licence: " + error.context, error.detail);
  }
  set.session.reset();
  set.failure = std::move(error);
  set.failed_at = executor_.now();
  tell_changed();
}

void DrmManagerImpl::on_license_keys(LicenseSession& session) {
  KeySet* set = registry_.owner_of(session);
  if (set == nullptr) return;
  if (session.has_usable_key()) {
    set->former.reset();
    set->has_expired = false;
    set->reason.reset();
    if (!is_licensed_) tell([this] { listener_.on_drm_licensed(); });
    is_licensed_ = true;
  }
  tell_changed();
}

void DrmManagerImpl::on_license_failed(LicenseSession& session, Error error, FailureSource source) {
  KeySet* set = registry_.owner_of(session);
  if (set == nullptr) return;
  set->session.reset();
  if (!leave_rung(*set, error, source)) return;
  ++set->rung;
  ask(*set);
}

// What ran out is never renewed: a new licence is asked for, in a session of its own.
void DrmManagerImpl::on_license_expired(LicenseSession& session) {
  KeySet* set = registry_.owner_of(session);
  if (set == nullptr) return;
  const bool is_short = executor_.now() - session.started_at() < kLeastLifetime;
  session.rest();
  set->former = std::move(set->session);
  set->has_expired = true;
  if (is_short || only_kept_) {
    return fail(
        *set, make_error(ErrorCode::kDrmExpired, only_kept_ ? "the licence that is kept has run out"
                                                            : "the licence ends as it comes"));
  }
  ask(*set);
}

bool DrmManagerImpl::give_up_system(TrackKind track, const Error& why) {
  if (is_stopped_) return false;
  const KeySet* playing = registry_.playing(track);
  if (playing == nullptr) return false;
  const std::size_t left = playing->ladder[playing->rung].system;
  const auto is_way_out = [&](const DrmChoice& next) {
    return next.system != left && !systems_[next.system].failure;
  };
  const auto below = playing->ladder.begin() + static_cast<std::ptrdiff_t>(playing->rung) + 1;
  if (std::none_of(below, playing->ladder.end(), is_way_out)) return false;
  systems_[left].failure = why;
  // All that the system serves. Asking may close sessions of other sets: look from the beginning.
  while (KeySet* set = registry_.served_by(*systems_[left].system)) {
    set->session.reset();
    set->former.reset();
    set->reason = set->reason ? better_reason(*set->reason, why) : why;
    tell_fallback(*set, why);
    ++set->rung;
    ask(*set);
  }
  return true;
}

void DrmManagerImpl::pass(std::span<const KeyId> kids) {
  if (is_stopped_ || only_kept_) return;
  if (registry_.pass(kids)) tell_changed();
}

void DrmManagerImpl::on_resume() {
  if (is_stopped_ || only_kept_) return;
  for (const auto& set : registry_.sets()) {
    if (set->session) set->session->on_resume();
  }
  // Asking may close sessions of other sets: look for the next one from the beginning.
  const auto has_ended = [](const auto& set) { return set->failure && set->has_expired; };
  std::vector<KeySet*> tried;
  while (true) {
    const auto& sets = registry_.sets();
    const auto found = std::find_if(sets.begin(), sets.end(), [&](const auto& set) {
      return has_ended(set) && std::find(tried.begin(), tried.end(), set.get()) == tried.end();
    });
    if (found == sets.end()) return;
    KeySet& set = **found;
    tried.push_back(&set);
    // From the top: a service that refused may have been paid meanwhile. Systems that failed
    // themselves are passed over.
    set.rung = 0;
    set.reason.reset();
    ask(set);
  }
}

void DrmManagerImpl::stop(Duration limit, UniqueFunction<void()> done) {
  stop_done_.push_back(std::move(done));
  if (is_stopped_) {
    if (!stop_limit_) finish_stop();
    return;
  }
  is_stopped_ = true;
  bool is_returning = false;
  for (const auto& set : registry_.sets()) {
    set->former.reset();
    if (!set->session) continue;
    const bool is_kept = set->session->order().kind == SessionKind::kPersistent;
    if (!is_kept && set->session->give_back()) {
      is_returning = true;
    } else {
      set->session.reset();
    }
  }
  if (!is_returning) return finish_stop();
  stop_limit_ = executor_.post_at(executor_.now() + limit, [this] { finish_stop(); });
}

void DrmManagerImpl::on_license_returned(LicenseSession& session, Result<void>) {
  KeySet* set = registry_.owner_of(session);
  if (set == nullptr) return;
  set->session.reset();
  const bool is_over = std::none_of(registry_.sets().begin(), registry_.sets().end(),
                                    [](const auto& left) { return left->session != nullptr; });
  if (is_over) finish_stop();
}

bool DrmManagerImpl::is_asking() const {
  const auto& sets = registry_.sets();
  return std::any_of(sets.begin(), sets.end(), [](const auto& set) {
    return !set->failure && !(set->session && set->session->is_accepted());
  });
}

std::optional<Error> DrmManagerImpl::first_failure() const {
  for (const auto& set : registry_.sets()) {
    if (set->failure) return set->failure;
  }
  return std::nullopt;
}

std::vector<KeptLicense> DrmManagerImpl::kept() const {
  std::vector<KeptLicense> all;
  for (const auto& set : registry_.sets()) {
    if (!set->session || !set->session->is_accepted()) continue;
    KeptLicense license;
    license.persistent_id = set->session->persistent_id();
    if (license.persistent_id.empty()) continue;
    license.system = systems_[set->ladder[set->rung].system].registered.name;
    for (const KeyInfo& key : set->session->keys()) {
      if (key.status != KeyStatus::kError) license.kids.push_back(key.id);
    }
    license.terms = set->session->terms();
    license.expires_at = set->session->expires_at();
    all.push_back(std::move(license));
  }
  return all;
}

std::vector<LicenseOrder> DrmManagerImpl::return_orders(const KeptLicense& license) const {
  std::vector<LicenseOrder> orders;
  for (const System& system : systems_) {
    if (system.registered.name != license.system) continue;
    LicenseOrder& order = orders.emplace_back();
    order.system = system.system.get();
    order.url = license_url_;
    order.kids = license.kids;
    order.level = level_of(*order.system);
    order.kind = SessionKind::kPersistent;
    order.persistent_id = license.persistent_id;
    order.gives_back = true;
  }
  return orders;
}

void DrmManagerImpl::finish_stop() {
  stop_limit_.reset();
  registry_.clear();
  for (UniqueFunction<void()>& done : stop_done_) {
    if (done) tell([done = std::move(done)]() mutable { done(); });
  }
  stop_done_.clear();
}

}  // namespace playhead::drm
