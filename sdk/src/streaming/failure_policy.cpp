// SPDX-License-Identifier: Apache-2.0
#include "streaming/failure_policy.h"

#include <algorithm>

namespace playhead {

namespace {

// Segments that may be skipped in a row: more would be a different film.
constexpr int kMaxSkipped = 2;
// Between attempts at a host that does not answer, twice as long after each, up to the second. The
// fetcher has waited much longer inside, but for answers that no waiting helps.
constexpr Duration kHostDelay = 1s;
constexpr Duration kMostHostDelay = 8s;

// Transfers of one segment that may break off before it is the segment that is to blame. Each has
// been resumed by the fetcher for its whole budget.
constexpr int kMostBreaks = 2;

// Before the same is asked for again that was answered, but not well: no URL is asked more often.
constexpr Duration kAgainDelay = 1s;

// So often a live segment is asked for again that is not there yet (chosen: a host is behind the
// encoder by less than two seconds, or something is wrong).
constexpr int kNewSegmentAttempts = 2;

bool is_host_down(ErrorCode code) {
  return code == ErrorCode::kNetworkUnreachable || code == ErrorCode::kNetworkTimeout ||
         code == ErrorCode::kConnectionLost || code == ErrorCode::kServerBusy ||
         code == ErrorCode::kCaptivePortal || code == ErrorCode::kDrmLicenseUnreachable;
}

// No longer than the buffer lasts: the viewer is not left before a picture that stands still.
Duration host_delay(const FailureInputs& in) {
  Duration delay = kHostDelay;
  for (int i = 1; i < in.attempts && delay < kMostHostDelay; ++i) delay *= 2;
  if (in.is_paused) return delay;
  return std::max(std::min(delay, in.buffer_level), kHostDelay);
}

bool is_damage(ErrorCode code) {
  return code == ErrorCode::kContainerSyntax || code == ErrorCode::kBadResponse ||
         code == ErrorCode::kDecodeFailed || code == ErrorCode::kDrmWrongKey ||
         code == ErrorCode::kDrmSample || code == ErrorCode::kDrmInitData;
}

// Without a key the next segment cannot be had, either: nothing is skipped.
bool is_of_the_key(ErrorCode code) {
  return code == ErrorCode::kDrmWrongKey || code == ErrorCode::kDrmNoKey ||
         code == ErrorCode::kDrmLicense || code == ErrorCode::kDrmInitData ||
         code == ErrorCode::kDrmNoSystem;
}

}  // namespace

FailureDecision decide_failure(const FailureInputs& in) {
  // A download ends here: what is there is played, and nothing of the rest is skipped.
  if (in.code == ErrorCode::kOfflineIncomplete) return {FailureAction::kGiveUp, Duration{0}};
  // The network is down: as long as the buffer hides it, or nobody looks, keep trying.
  const bool is_hidden = in.is_paused || in.buffer_level > Duration{0};
  const bool breaks_every_time =
      in.code == ErrorCode::kConnectionLost && (in.attempts >= kMostBreaks || !is_hidden);
  if (is_host_down(in.code) && !breaks_every_time) {
    if (is_hidden) return {FailureAction::kRetry, host_delay(in)};
    return {FailureAction::kGiveUp, Duration{0}};
  }
  // A key is behind a signed URL as its segments are.
  if (in.code == ErrorCode::kForbidden || in.code == ErrorCode::kDrmLicenseRefused) {
    // A host that refuses the first request for each segment must not cost a renewal for each.
    const bool is_known = in.renewed_lately || in.refuses_first;
    const bool may_be_its_way = in.can_renew && is_known && in.attempts < 2;
    if (may_be_its_way && !in.renewed) return {FailureAction::kRetry, kAgainDelay};
    if (in.can_renew && !in.renewed) return {FailureAction::kRenewUrl, Duration{0}};
    return {FailureAction::kGiveUp, Duration{0}};
  }
  if (in.code == ErrorCode::kNotFound && in.is_new && in.attempts <= kNewSegmentAttempts) {
    return {FailureAction::kRetry, kAgainDelay};
  }
  // A transfer may have been damaged on the way: once more, then elsewhere.
  const bool may_pass = in.attempts < 2 && !in.skipped_lately;
  if (is_damage(in.code) && may_pass) return {FailureAction::kRetry, kAgainDelay};
  if (in.representations_left > 0) return {FailureAction::kOtherRepresentation, Duration{0}};
  // Playlists are behind what is kept, by a cache's life or by how long they take to come.
  if (in.code == ErrorCode::kNotFound && in.is_leaving && in.is_media) {
    return {FailureAction::kSkipSegment, Duration{0}};
  }
  // A host whose playlist breaks off, or is behind, may be well again while the buffer hides it.
  const bool is_wrong_index = !in.is_media && in.code == ErrorCode::kBadResponse;
  if (is_wrong_index && in.buffer_level > Duration{0}) {
    return {FailureAction::kRetry, host_delay(in)};
  }
  // A title whose end cannot be had has not ended well, unless it is one segment.
  if (is_of_the_key(in.code)) return {FailureAction::kGiveUp, Duration{0}};
  const bool loses_the_end = in.is_last && in.segments_skipped > 0;
  if (in.is_media && in.segments_skipped < kMaxSkipped && !loses_the_end) {
    return {FailureAction::kSkipSegment, Duration{0}};
  }
  return {FailureAction::kGiveUp, Duration{0}};
}

}  // namespace playhead
