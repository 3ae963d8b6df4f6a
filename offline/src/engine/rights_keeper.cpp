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

// The answer stands; nothing is asked again by itself.
bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotEntitled:
    case ErrorCode::kNotFound:
    case ErrorCode::kApiRejected:
      return true;
    default:
      return false;
  }
}

bool needs_contact(const Verdict& verdict) {
  return verdict.state == RightsState::kContactNeeded ||
         verdict.state == RightsState::kClockUntrusted;
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

void RightsKeeper::look() {
  for (const std::string& id : parts_.rights.ids()) look_at(id, watched_[id]);
  timer_ = parts_.executor.post_at(parts_.executor.now() + until_next_look(), [this] { look(); });
}

void RightsKeeper::look_at(const std::string& id, Watched& watched) {
  const Verdict verdict = parts_.rights.judge(id);
  if (verdict.destroys_keys && !watched.are_keys_destroyed) {
    if (!std::exchange(watched.is_ending_told, true)) parts_.on_ending(id);
    const auto destroyed = parts_.folder.store().destroy_keys(id, parts_.executor.wall_now());
    watched.are_keys_destroyed = destroyed.has_value();
  }
  tell_changes(id, watched);
  const auto rights = parts_.rights.find(id);
  if (!rights) return;
  const bool is_over =
      verdict.destroys_keys && verdict.ends_at &&
      parts_.folder.clock().read().certain - *verdict.ends_at >= parts_.keep_expired;
  if (is_over && !std::exchange(watched.is_stale, true)) return parts_.on_stale(id);
  const bool is_due = verdict.is_renewal_due || needs_contact(verdict);
  const bool may_ask = is_online_ && parts_.service.exists() && !watched.asking &&
                       !rights->rights().title_id.empty() &&
                       verdict.state != RightsState::kDenied &&
                       (!watched.not_before || *watched.not_before <= parts_.executor.now());
  if (is_due && may_ask) ask(id, *rights, watched);
}

void RightsKeeper::tell_changes(const std::string& id, Watched& watched) {
  const RightsState state = parts_.rights.judge(id).state;
  if (std::exchange(watched.state, state) != state) parts_.on_changed(id);
}

void RightsKeeper::renew(const std::string& id) {
  const auto rights = parts_.rights.find(id);
  if (!rights || rights->rights().title_id.empty()) return;
  Watched& watched = watched_[id];
  if (!watched.asking) ask(id, *rights, watched);
}

void RightsKeeper::ask(const std::string& id, TitleRights& rights, Watched& watched) {
  rights.set_renewal(RenewalState::kAsked);
  const Rights known = rights.rights();
  DownloadQuery query;
  query.title_id = known.title_id;
  watched.asking = parts_.service.ask(
      query, known.profile_id,
      [this, id](Result<TitlePermission> permission) { on_answer(id, std::move(permission)); });
  tell_changes(id, watched);
}

void RightsKeeper::on_answer(const std::string& id, Result<TitlePermission> permission) {
  Watched& watched = watched_[id];
  watched.asking.reset();
  const auto rights = parts_.rights.find(id);
  if (!rights) return;
  std::optional<Error> error;
  if (!permission) {
    error = permission.error();
  } else if (auto renewed = parts_.rights.grant(id, permission->grant); !renewed) {
    error = renewed.error();
  }
  if (!error) {
    watched = Watched{};
    parts_.on_renewed(id, permission->answer.drm);
  } else {
    const bool is_refused = is_refusal(error->code);
    rights->set_renewal(is_refused ? RenewalState::kDenied : RenewalState::kIdle);
    watched.not_before =
        parts_.executor.now() + renewal_retry(++watched.failures, parts_.executor.random());
  }
  tell_changes(id, watched);
  look();
}

Duration RightsKeeper::until_next_look() {
  const TimeReading time = parts_.folder.clock().read();
  Duration wait = kLongestLook;
  for (const auto& [id, watched] : watched_) {
    const auto rights = parts_.rights.find(id);
    if (!rights) continue;
    const auto ends_at = parts_.rights.judge(id).ends_at;
    if (ends_at && *ends_at > time.now) wait = std::min(wait, *ends_at - time.now);
    const auto due = renewal_due(rights->rights(), jitter_of(id));
    if (due && *due > time.now) wait = std::min(wait, *due - time.now);
    if (watched.not_before) {
      wait = std::min(wait, *watched.not_before - parts_.executor.now());
    }
  }
  return std::max(wait, kShortestLook);
}

}  // namespace playhead::offline
