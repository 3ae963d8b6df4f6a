// SPDX-License-Identifier: Apache-2.0
#include "engine/rights_keeper.h"

#include <algorithm>
#include <utility>

namespace playhead::offline {

namespace {

// The device may sleep or be told another time: what is due is looked for at least that often
// (chosen), and not more often than the second.
constexpr Duration kLongestLook = 10min;
constexpr Duration kShortestLook = 1s;
// A renewal that succeeded is not due again for so long, whatever the service says (chosen).
constexpr Duration kAfterRenewal = 10min;
// Titles the service is asked about at a time (chosen: a library of thousands is not an attack).
constexpr std::ptrdiff_t kMostAsking = 2;
// Of the time a title may be played without hearing of the service: from then on it is asked
// (chosen).
constexpr int kContactFifths = 4;

// The answer stands; nothing is asked again by itself.
bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotEntitled:
    case ErrorCode::kGeoBlocked:
    case ErrorCode::kMaturityBlocked:
    case ErrorCode::kPinRequired:
    case ErrorCode::kPinWrong:
    case ErrorCode::kDeviceUnsupported:
    case ErrorCode::kNotFound:
    case ErrorCode::kApiRejected:
    case ErrorCode::kDrmLicenseRefused:
      return true;
    default:
      return false;
  }
}

// The service's word alone makes it playable again. An end that the device's clock alone tells may
// be none.
bool needs_contact(const Verdict& verdict, const TimeReading& time) {
  switch (verdict.state) {
    case RightsState::kContactNeeded:
    case RightsState::kClockUntrusted:
    case RightsState::kTampered:
      return true;
    case RightsState::kExpired:
      return !verdict.destroys_keys && time.trust != ClockTrust::kAnchored;
    default:
      return false;
  }
}

// What time it is puts it right, whichever title the service was asked about.
bool is_time_alone(RightsState state) { return state != RightsState::kTampered; }

// None: nothing of it hangs on hearing of the service.
std::optional<WallTime> contact_due(const Rights& rights, const TimeReading& time) {
  if (!rights.is_limited() || rights.title_id.empty() || !time.contact_at) return std::nullopt;
  return *time.contact_at + rights.max_without_contact / (kContactFifths + 1) * kContactFifths;
}

// For people who look for what happened; what comes with every answer is not told.
const char* sentence(TimeEvent event) {
  switch (event) {
    case TimeEvent::kClockBehind:
      return "the device's clock was set back";
    case TimeEvent::kClockAhead:
      return "the device's clock was set forward";
    case TimeEvent::kSetBack:
      return "the device's clock was behind after a start: the service has to be heard of";
    case TimeEvent::kJump:
      return "the device's clock is far ahead";
    case TimeEvent::kJumpProven:
      return "the device's clock stayed far ahead and is believed";
    case TimeEvent::kJumpUndone:
      return "the device's clock was far ahead and was set right";
    case TimeEvent::kContactMoved:
      return "the service's time is another one than was thought";
    case TimeEvent::kContactRefused:
      return "a time that may not be the service's was passed over";
    case TimeEvent::kRecordLost:
      return "the record of time was lost";
    case TimeEvent::kRecordRestored:
      return "the record of time is one from before";
    case TimeEvent::kCopyDamaged:
      return "a copy of the record of time was damaged";
    case TimeEvent::kNewBoot:
    case TimeEvent::kContact:
    case TimeEvent::kFirstStart:
      break;
  }
  return nullptr;
}

}  // namespace

RightsKeeper::RightsKeeper(Parts parts) : parts_(std::move(parts)) {}

void RightsKeeper::set_online(bool is_online) {
  const bool is_back = is_online && !is_online_;
  is_online_ = is_online;
  if (!is_back) return;
  for (auto& [id, watched] : watched_) watched.not_before.reset();
  look();
}

void RightsKeeper::leave(const std::string& id) {
  leaving_.insert(id);
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  const bool was_asked = static_cast<bool>(found->second.asking);
  watched_.erase(found);
  if (was_asked) look_soon();  // others wait for their turn
}

void RightsKeeper::forget(const std::string& id) {
  leaving_.erase(id);
  watched_.erase(id);
}

void RightsKeeper::start() {
  for (const std::string& id : parts_.rights.ids()) {
    if (leaving_.count(id) == 0) watched_[id].state = parts_.rights.judge(id).state;
  }
  look();
}

void RightsKeeper::look() {
  asked_ = asking();
  for (const std::string& id : parts_.rights.ids()) {
    if (leaving_.count(id) == 0) look_at(id, watched_[id]);
  }
  tell_time_events();  // of what was just read, too
  due_ = next_due();
  const MonotonicTime now = parts_.executor.now();
  const Duration wait = std::min(due_ ? *due_ - now : kLongestLook, kLongestLook);
  timer_ = parts_.executor.post_at(now + std::max(wait, kShortestLook), [this] { look(); });
}

void RightsKeeper::look_soon() {
  timer_ = parts_.executor.post_at(parts_.executor.now(), [this] { look(); });
}

void RightsKeeper::look_at(const std::string& id, Watched& watched) {
  const Verdict verdict = parts_.rights.judge(id);
  if (!verdict.destroys_keys) {
    watched.are_keys_destroyed = watched.is_stale = watched.is_given_back = false;
  } else if (!watched.are_keys_destroyed && !has_keys(id)) {
    // By the process before: nothing is written again.
    watched.are_keys_destroyed = watched.is_given_back = true;
  } else if (!watched.are_keys_destroyed) {
    // Licences end with their keys.
    if (!std::exchange(watched.is_given_back, true)) parts_.licences.give_back(id);
    const auto destroyed = parts_.folder.store().destroy_keys(id, parts_.executor.wall_now());
    watched.are_keys_destroyed = destroyed.has_value();
  }
  tell_changes(id, watched);
  const auto rights = parts_.rights.find(id);
  if (!rights) return replace_lost(id, watched);
  const bool is_over =
      verdict.destroys_keys && verdict.ends_at &&
      parts_.folder.clock().read().certain - *verdict.ends_at >= parts_.keep_expired;
  if (is_over && !std::exchange(watched.is_stale, true)) return parts_.on_stale(id);
  const Rights known = rights->rights();
  const bool is_open = verdict.state != RightsState::kDenied && may_ask(watched);
  if (is_open && !known.title_id.empty() && is_due(verdict, known, watched)) {
    ask(id, known.title_id, known.profile_id);
  }
}

// A journal that does not say is asked by erasing them.
bool RightsKeeper::has_keys(const std::string& id) const {
  const auto row = parts_.folder.store().find(id);
  const auto licences = parts_.folder.store().licences(id);
  return !row || row->has_content_key || !licences || !licences->empty();
}

bool RightsKeeper::may_ask(const Watched& watched) const {
  return is_online_ && parts_.service.exists() && !watched.asking && asked_ < kMostAsking &&
         (!watched.not_before || *watched.not_before <= parts_.executor.now());
}

bool RightsKeeper::is_lost(const std::string& id) const {
  const auto rights = parts_.rights.get(id);
  return !rights && rights.error().code == ErrorCode::kOfflineTampered;
}

// Of which title it was the journal says, as for a renewal that the app asks for.
void RightsKeeper::replace_lost(const std::string& id, const Watched& watched) {
  if (!may_ask(watched) || !is_lost(id)) return;
  const auto row = parts_.folder.store().find(id);
  if (row && !row->added.title_id.empty()) ask(id, row->added.title_id, row->added.profile_id);
}

bool RightsKeeper::is_due(const Verdict& verdict, const Rights& rights, const Watched& watched) {
  const TimeReading time = parts_.folder.clock().read();
  const bool is_open = watched.is_renewal_open && !verdict.destroys_keys;
  if (verdict.is_renewal_due || is_open) return true;
  const bool is_known = parts_.folder.clock().generation(rights.download_id).has_value();
  if (needs_contact(verdict, time) && !(is_known && is_time_alone(verdict.state))) return true;
  // The answer for one is a word for all.
  const auto due = contact_due(rights, time);
  const bool is_near = due && time.now >= *due;
  return (is_near || needs_contact(verdict, time)) && asked_ == 0;
}

std::ptrdiff_t RightsKeeper::asking() const {
  return std::count_if(watched_.begin(), watched_.end(),
                       [](const auto& entry) { return static_cast<bool>(entry.second.asking); });
}

bool RightsKeeper::is_busy(MonotonicTime until) const {
  return asking() > 0 || (is_online_ && due_ && *due_ <= until);
}

void RightsKeeper::tell_changes(const std::string& id, Watched& watched) {
  const RightsState state = parts_.rights.judge(id).state;
  if (std::exchange(watched.state, state) != state) parts_.on_changed(id);
}

void RightsKeeper::tell_time_events() {
  for (const TimeEvent event : parts_.folder.clock().take_events()) {
    if (const char* what = sentence(event)) note("", what);
  }
}

void RightsKeeper::note(const std::string& id, const std::string& what) {
  parts_.log.warning(id.empty() ? what : "download " + id + ": " + what);
  // A journal that takes nothing is told of by what needs it.
  static_cast<void>(
      parts_.folder.store().add_event({0, parts_.executor.wall_now(), id,
                                       id.empty() ? EventKind::kNote : EventKind::kRights, what}));
}

void RightsKeeper::hear(const TimeContact& contact) {
  const auto heard = parts_.rights.hear(contact);
  // The time is taken all the same.
  if (!heard) parts_.log.error("the record of time: " + describe(heard.error()));
  const bool is_waited_for = std::any_of(watched_.begin(), watched_.end(), [](const auto& entry) {
    const RightsState state = entry.second.state;
    return state == RightsState::kContactNeeded || state == RightsState::kClockUntrusted ||
           state == RightsState::kTampered || state == RightsState::kExpired;
  });
  if (is_waited_for) look_soon();
}

// --- permissions

CancelHandle RightsKeeper::permit(const std::string& id, const DownloadQuery& query,
                                  const std::string& profile_id,
                                  UniqueFunction<void(Result<TitlePermission>)> done) {
  return parts_.service.ask(
      query, profile_id,
      [this, id, done = std::move(done)](Result<TitlePermission> permission) mutable {
        if (permission) {
          if (auto granted = parts_.rights.grant(id, permission->grant); !granted) {
            permission = granted.error();
          }
        }
        if (permission) {
          watched_[id] = Watched{};
        } else {
          note_failure(id, permission.error());
        }
        // Not in here: who asks may end by it.
        look_soon();
        done(std::move(permission));
      });
}

Result<void> RightsKeeper::permit_unlimited(const std::string& id) {
  return parts_.rights.find(id) ? Result<void>() : parts_.rights.grant(id, Grant{});
}

void RightsKeeper::renew(const NewDownload& download) {
  if (leaving_.count(download.id) > 0 || watched_[download.id].asking) return;
  if (download.title_id.empty()) return renew_licences(download.id, {});
  ask(download.id, download.title_id, download.profile_id);
}

void RightsKeeper::ask(const std::string& id, const std::string& title_id,
                       const std::string& profile_id) {
  if (const auto rights = parts_.rights.find(id)) rights->set_renewal(RenewalState::kAsked);
  ++asked_;
  DownloadQuery query;
  query.title_id = title_id;
  Watched& watched = watched_[id];
  watched.asking = parts_.service.ask(
      query, profile_id,
      [this, id](Result<TitlePermission> permission) { on_answer(id, std::move(permission)); });
  tell_changes(id, watched);
}

void RightsKeeper::on_answer(const std::string& id, Result<TitlePermission> permission) {
  if (!permission) return settle(id, permission.error());
  if (auto renewed = parts_.rights.grant(id, permission->grant); !renewed) {
    return settle(id, renewed.error());
  }
  watched_[id].are_keys_destroyed = watched_[id].is_stale = watched_[id].is_given_back = false;
  parts_.on_granted(id);
  renew_licences(id, permission->answer.drm);
}

void RightsKeeper::renew_licences(const std::string& id, const DrmGrant& drm) {
  const auto rights = parts_.rights.find(id);
  if (rights) rights->set_renewal(RenewalState::kAsked);
  Watched& watched = watched_[id];
  watched.asking = parts_.licences.renew(
      id, drm, [this, id](const Result<void>& renewed) { settle(id, renewed); });
  tell_changes(id, watched);
}

void RightsKeeper::settle(const std::string& id, const Result<void>& outcome) {
  Watched& watched = watched_[id];
  watched.asking.reset();
  if (outcome) {
    watched.failures = 0;
    watched.is_renewal_open = false;
    watched.not_before = parts_.executor.now() + kAfterRenewal;
    if (const auto rights = parts_.rights.find(id)) rights->set_renewal(RenewalState::kIdle);
  } else {
    note_failure(id, outcome.error());
    watched.is_renewal_open = !is_refusal(outcome.error().code);
    note(id, "renewal failed: " + describe(outcome.error()));
  }
  tell_changes(id, watched);
  look_soon();
}

void RightsKeeper::note_failure(const std::string& id, const Error& error) {
  const auto rights = parts_.rights.find(id);
  if (!rights && !is_lost(id)) return;
  Watched& watched = watched_[id];
  watched.not_before =
      parts_.executor.now() + renewal_retry(++watched.failures, parts_.executor.random());
  if (!rights) return;
  rights->set_renewal(is_refusal(error.code) ? RenewalState::kDenied : RenewalState::kIdle);
}

std::optional<MonotonicTime> RightsKeeper::next_due() {
  const TimeReading time = parts_.folder.clock().read();
  const MonotonicTime now = parts_.executor.now();
  std::optional<MonotonicTime> next;
  const auto at = [&](const std::optional<WallTime>& moment) {
    if (!moment || *moment <= time.now) return;
    const MonotonicTime then = now + (*moment - time.now);
    next = std::min(next.value_or(then), then);
  };
  for (const auto& [id, watched] : watched_) {
    const auto rights = parts_.rights.find(id);
    if (!rights && !is_lost(id)) continue;
    if (rights) {
      const Rights known = rights->rights();
      const auto end = parts_.rights.judge(id).ends_at;
      at(end);
      if (end) at(*end + known.grace);  // its keys
      at(renewal_due(known, jitter_of(id)));
      at(contact_due(known, time));
    }
    if (watched.not_before && *watched.not_before > now) {
      next = std::min(next.value_or(*watched.not_before), *watched.not_before);
    }
  }
  return next;
}

}  // namespace playhead::offline
