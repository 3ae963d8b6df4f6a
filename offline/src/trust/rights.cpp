// SPDX-License-Identifier: Apache-2.0
#include "trust/rights.h"

#include <algorithm>
#include <utility>

#include "base/wide_int.h"

namespace playhead::offline {
namespace {

// Licences without a renew_after are renewed after so much of their time (chosen).
constexpr int kRenewAfterFifths = 4;
constexpr Duration kRenewalSpread = 6h;
// Corrections by less are not worth a write.
constexpr Duration kCorrection = 1min;
constexpr Duration kFirstRetry = 1min;
constexpr Duration kLastRetry = 6h;

WallTime bounded(WallTime time) { return std::clamp(time, WallTime{0}, kLatestTime); }
Duration bounded(Duration time) { return std::clamp(time, Duration{0}, kLongestDuration); }

template <typename T>
std::optional<T> bounded(const std::optional<T>& value) {
  return value ? std::optional<T>(bounded(*value)) : std::nullopt;
}

struct End {
  std::optional<WallTime> at;
  EndRule rule = EndRule::kNone;

  void meet(WallTime time, EndRule by) {
    if (!at || time < *at) *this = {time, by};
  }
};

// Of what was granted, contact apart.
End end_of_rights(const Rights& rights) {
  End end;
  if (rights.expires_at) end.meet(*rights.expires_at, EndRule::kExpiresAt);
  if (rights.licence_ends) end.meet(*rights.licence_ends, EndRule::kLicence);
  if (rights.rental && !rights.first_play) {
    end.meet(rights.issued + *rights.rental, EndRule::kRental);
  }
  if (rights.playback && rights.first_play) {
    end.meet(rights.first_play->at + *rights.playback, EndRule::kPlayback);
  }
  return end;
}

// The device alone has run for longer than the watching window: whatever clocks say, it is over.
bool has_run_out(const Rights& rights, const TimeReading& time, Duration grace) {
  return rights.playback && rights.first_play &&
         is_same_record(time.boot, rights.first_play->boot) &&
         time.running - rights.first_play->running >= *rights.playback + grace;
}

// Destroying keys is for good: a first play that only the device's clock knows may have been later.
Duration doubt(const Rights& rights, const End& end) {
  const bool is_certain = end.rule != EndRule::kPlayback || rights.first_play->is_certain;
  return is_certain ? Duration{0} : kZoneMistake;
}

RightsState playable_state(const Verdict& verdict, const TimeReading& time,
                           const PlayQuestion& question) {
  if (question.renewal == RenewalState::kAsked) return RightsState::kRenewing;
  if (question.renewal == RenewalState::kDenied) return RightsState::kDenied;
  const bool is_soon = verdict.ends_at && *verdict.ends_at - time.now <= kExpiringSoon;
  return is_soon || verdict.is_renewal_due ? RightsState::kExpiring : RightsState::kValid;
}

Verdict refuse(Verdict verdict, RightsState state, ErrorCode code) {
  verdict.state = state;
  verdict.refusal = code;
  return verdict;
}

bool needs_contact(const Rights& rights, const TimeReading& time, const PlayQuestion& question) {
  return !question.is_known || time.boots_since_contact > kBootsWithoutContact ||
         time.now >= *time.contact_at + rights.max_without_contact;
}

void take_terms(Rights& rights, const Grant& grant) {
  rights.title_id = grant.title_id;
  rights.profile_id = grant.profile_id;
  rights.issued = bounded(grant.server_time);
  rights.not_before = bounded(rights.issued - kGrantTolerance);
  rights.expires_at = bounded(grant.expires_at);
  rights.rental = bounded(grant.rental);
  rights.playback = bounded(grant.playback);
  rights.licence_ends = bounded(grant.licence_expires_at);
  if (!rights.licence_ends && grant.has_persistent_licence) {
    rights.licence_ends = bounded(rights.issued + kPersistentLicence);
  }
  rights.renew_after = bounded(grant.renew_after);
  rights.grace = std::clamp(grant.grace, Duration{0}, kLongestGrace);
  rights.max_without_contact = bounded(grant.max_without_contact);
}

const char* sentence(ErrorCode code, EndRule rule) {
  switch (code) {
    case ErrorCode::kOfflineExpired:
      switch (rule) {
        case EndRule::kRental:
          return "it was not begun in time";
        case EndRule::kPlayback:
          return "the time to watch it after its first play is over";
        case EndRule::kLicence:
          return "its licence has run out; it can be renewed";
        default:
          return "its time is over; it can be renewed";
      }
    case ErrorCode::kOfflineContactNeeded:
      return "the service was not heard of for too long";
    case ErrorCode::kOfflineClockUntrusted:
      return "the time is not known for certain";
    case ErrorCode::kNotFound:
      return "the download was removed";
    case ErrorCode::kStoreIo:
      return "what is played cannot be written down";
    default:
      return "the downloads are not as they were left";
  }
}

}  // namespace

bool Rights::is_limited() const { return expires_at || rental || playback || licence_ends; }

Rights make_rights(std::string download_id, const Grant& grant) {
  Rights rights;
  rights.download_id = std::move(download_id);
  rights.generation = 1;
  take_terms(rights, grant);
  return rights;
}

Rights renew_rights(const Rights& old, const Grant& grant, const TimeReading& time) {
  Rights rights = old;
  rights.generation += 1;
  take_terms(rights, grant);
  // Licences are got for themselves: what is kept ends when it ends. One that has ended is asked
  // for anew.
  const bool says_nothing = !grant.licence_expires_at && !grant.has_persistent_licence;
  if (says_nothing && old.licence_ends && *old.licence_ends > rights.issued) {
    rights.licence_ends = old.licence_ends;
  }
  if (!old.first_play || !old.playback) {
    rights.first_play.reset();
    return rights;
  }
  // What was not corrected while the title was not known to the record of time is now.
  if (const auto right = corrected(old, time)) rights.first_play = right->first_play;
  const bool is_over =
      time.now >= rights.first_play->at + *old.playback || has_run_out(old, time, Duration{0});
  if (is_over) rights.first_play.reset();
  return rights;
}

std::optional<Rights> with_licence(const Rights& rights, std::optional<WallTime> end,
                                   std::optional<WallTime> renew_after) {
  Rights next = rights;
  next.licence_ends = bounded(end);
  if (const auto due = bounded(renew_after)) {
    next.renew_after = std::min(next.renew_after.value_or(*due), *due);
  }
  if (next == rights) return std::nullopt;
  next.generation += 1;
  return next;
}

Verdict judge(const Rights& rights, const TimeReading& time, const PlayQuestion& question) {
  Verdict verdict;
  if (!rights.is_limited()) {
    verdict.state = playable_state(verdict, time, question);
    return verdict;
  }
  const End end = end_of_rights(rights);
  verdict.ends_at = end.at;
  verdict.rule = end.rule;
  const Duration grace = question.is_playing ? rights.grace : Duration{0};
  const bool has_ended = end.at && time.now >= *end.at + grace;
  if (has_run_out(rights, time, grace) || (end.at && time.certain >= *end.at + grace)) {
    // Not before a play that may go on has to end, whoever asks: nobody else knows of it.
    verdict.destroys_keys =
        has_run_out(rights, time, rights.grace) ||
        (end.at && time.certain >= *end.at + rights.grace + doubt(rights, end));
    return refuse(verdict, RightsState::kExpired, ErrorCode::kOfflineExpired);
  }
  if (time.trust == ClockTrust::kRestored) {
    return refuse(verdict, RightsState::kTampered, ErrorCode::kOfflineTampered);
  }
  if (time.trust == ClockTrust::kNever || time.trust == ClockTrust::kSetBack ||
      time.now < rights.not_before) {
    return refuse(verdict, RightsState::kClockUntrusted, ErrorCode::kOfflineClockUntrusted);
  }
  if (has_ended) return refuse(verdict, RightsState::kExpired, ErrorCode::kOfflineExpired);

  End with_contact = end;
  with_contact.meet(*time.contact_at + rights.max_without_contact, EndRule::kContact);
  verdict.ends_at = with_contact.at;
  verdict.rule = with_contact.rule;
  const std::optional<WallTime> due = renewal_due(rights, question.jitter);
  verdict.is_renewal_due = due && time.now >= *due;
  if (needs_contact(rights, time, question)) {
    return refuse(verdict, RightsState::kContactNeeded, ErrorCode::kOfflineContactNeeded);
  }
  verdict.state = playable_state(verdict, time, question);
  if (!time.is_recorded) verdict.refusal = ErrorCode::kStoreIo;
  return verdict;
}

Verdict judge_unreadable(const Error& error) {
  Verdict verdict;
  return refuse(verdict, RightsState::kTampered, error.code);
}

Verdict judge_removed() { return refuse({}, RightsState::kNone, ErrorCode::kNotFound); }

Result<void> as_result(const Verdict& verdict) {
  if (!verdict.refusal) return {};
  return make_error(*verdict.refusal, sentence(*verdict.refusal, verdict.rule));
}

std::optional<Rights> with_first_play(const Rights& rights, const TimeReading& time) {
  if (rights.first_play || (!rights.playback && !rights.rental)) return std::nullopt;
  Rights next = rights;
  next.generation += 1;
  next.first_play =
      FirstPlay{time.now, time.running, time.boot, time.trust == ClockTrust::kAnchored};
  return next;
}

std::optional<Rights> corrected(const Rights& rights, const TimeReading& time) {
  if (!rights.first_play || rights.first_play->is_certain) return std::nullopt;
  FirstPlay first = *rights.first_play;
  // At least as much has passed since as the device has run; of a record that was begun since, all
  // that it saw.
  const bool is_same = is_same_record(first.boot, time.boot);
  const WallTime latest =
      bounded(time.now - (time.running - (is_same ? first.running : Duration{0})));
  if (time.trust == ClockTrust::kAnchored && first.boot == time.boot) {
    first.at = latest;
    first.is_certain = true;
  } else if (first.at > latest + kCorrection) {
    first.at = latest;
  }
  if (first == *rights.first_play) return std::nullopt;
  Rights next = rights;
  next.generation += 1;
  next.first_play = first;
  return next;
}

std::optional<WallTime> renewal_due(const Rights& rights, uint64_t jitter) {
  std::optional<WallTime> base = rights.renew_after;
  if (!base && rights.licence_ends) {
    const Duration whole = *rights.licence_ends - rights.issued;
    base = rights.issued + whole / 5 * kRenewAfterFifths;
  }
  if (!base) return std::nullopt;
  const End end = end_of_rights(rights);
  Duration spread = kRenewalSpread;
  if (end.at) spread = std::clamp((*end.at - *base) / 10, Duration{0}, kRenewalSpread);
  const uint64_t part = multiply_high(jitter, static_cast<uint64_t>(spread.count()));
  return *base + Duration{static_cast<int64_t>(part)};
}

Duration renewal_retry(int failures, uint64_t random) {
  Duration delay = kFirstRetry;
  for (int i = 1; i < failures && delay < kLastRetry; ++i) delay *= 2;
  delay = std::min(delay, kLastRetry) / 2;
  const uint64_t part = multiply_high(random, static_cast<uint64_t>(delay.count()));
  return delay + Duration{static_cast<int64_t>(part)};
}

RightsRow row_of(const Rights& rights) {
  RightsRow row{end_of_rights(rights).at, std::nullopt, rights.generation};
  if (rights.first_play) row.first_play = rights.first_play->at;
  return row;
}

}  // namespace playhead::offline
