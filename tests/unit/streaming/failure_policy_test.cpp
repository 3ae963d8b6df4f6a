// SPDX-License-Identifier: Apache-2.0
#include "streaming/failure_policy.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

FailureInputs failure(ErrorCode code) {
  FailureInputs in;
  in.code = code;
  in.buffer_level = 10s;
  return in;
}

TEST_CASE("decide_failure: what a failed segment leads to") {
  struct Case {
    const char* name;
    FailureInputs in;
    FailureAction action;
  };
  FailureInputs down_dry = failure(ErrorCode::kNetworkUnreachable);
  down_dry.buffer_level = 0s;
  FailureInputs missing_other = failure(ErrorCode::kNotFound);
  missing_other.representations_left = 2;
  FailureInputs missing_third = failure(ErrorCode::kNotFound);
  missing_third.segments_skipped = 2;
  FailureInputs missing_index = failure(ErrorCode::kNotFound);
  missing_index.is_media = false;
  FailureInputs wrong_index = failure(ErrorCode::kBadResponse);
  wrong_index.is_media = false;
  wrong_index.attempts = 5;
  FailureInputs wrong_index_dry = wrong_index;
  wrong_index_dry.buffer_level = 0s;
  FailureInputs refused = failure(ErrorCode::kForbidden);
  refused.can_renew = true;
  FailureInputs refused_again = refused;
  refused_again.renewed = true;
  FailureInputs refused_next = refused;
  refused_next.renewed_lately = true;
  FailureInputs refused_next_again = refused_next;
  refused_next_again.attempts = 2;
  FailureInputs refused_first = refused;
  refused_first.refuses_first = true;
  FailureInputs damaged_next = failure(ErrorCode::kContainerSyntax);
  damaged_next.skipped_lately = true;
  FailureInputs damaged_again = failure(ErrorCode::kContainerSyntax);
  damaged_again.attempts = 2;
  damaged_again.representations_left = 1;

  FailureInputs key_refused = failure(ErrorCode::kDrmLicenseRefused);
  key_refused.can_renew = true;
  FailureInputs no_key_here = failure(ErrorCode::kDrmNoKey);
  no_key_here.representations_left = 1;
  FailureInputs wrong_again = failure(ErrorCode::kDrmWrongKey);
  wrong_again.attempts = 2;
  FailureInputs vectors_again = failure(ErrorCode::kDrmSample);
  vectors_again.attempts = 2;
  FailureInputs keys_unreadable = failure(ErrorCode::kDrmInitData);
  keys_unreadable.attempts = 2;

  FailureInputs breaks_again = failure(ErrorCode::kConnectionLost);
  breaks_again.attempts = 3;

  FailureInputs late = failure(ErrorCode::kNotFound);
  late.is_new = true;
  FailureInputs later = late;
  later.attempts = 3;
  FailureInputs leaving = failure(ErrorCode::kNotFound);
  leaving.is_leaving = true;
  leaving.segments_skipped = 5;
  FailureInputs leaving_one = leaving;
  leaving_one.representations_left = 1;
  FailureInputs leaving_badly = leaving;
  leaving_badly.code = ErrorCode::kContainerSyntax;
  leaving_badly.attempts = 2;
  FailureInputs last = failure(ErrorCode::kNotFound);
  last.is_last = true;
  FailureInputs last_two = last;
  last_two.segments_skipped = 1;

  FailureInputs paused_dry = down_dry;
  paused_dry.is_paused = true;
  FailureInputs paused_broken = paused_dry;
  paused_broken.code = ErrorCode::kConnectionLost;

  const Case cases[] = {
      {"host down, buffer empty, paused", paused_dry, FailureAction::kRetry},
      {"connection lost, buffer empty, paused", paused_broken, FailureAction::kRetry},
      {"the last segment alone is skipped", last, FailureAction::kSkipSegment},
      {"the last two: that is no end", last_two, FailureAction::kGiveUp},
      {"a segment that breaks off every time is skipped", breaks_again,
       FailureAction::kSkipSegment},
      {"a download ends there", failure(ErrorCode::kOfflineIncomplete), FailureAction::kGiveUp},
      {"bytes of a download are damaged", failure(ErrorCode::kOfflineDamaged),
       FailureAction::kSkipSegment},
      {"host down, buffer hides it", failure(ErrorCode::kNetworkUnreachable),
       FailureAction::kRetry},
      {"connection lost, buffer hides it", failure(ErrorCode::kConnectionLost),
       FailureAction::kRetry},
      {"host down, buffer empty", down_dry, FailureAction::kGiveUp},
      {"missing: another Representation", missing_other, FailureAction::kOtherRepresentation},
      {"refused, as others were that came then: ask again", refused_first, FailureAction::kRetry},
      {"damaged, as one was everywhere: skip it", damaged_next, FailureAction::kSkipSegment},
      {"not there yet: ask again", late, FailureAction::kRetry},
      {"not there two seconds later: skip it", later, FailureAction::kSkipSegment},
      {"it has left the window: pass it over", leaving, FailureAction::kSkipSegment},
      {"another Representation may have it", leaving_one, FailureAction::kOtherRepresentation},
      {"damaged there", leaving_badly, FailureAction::kGiveUp},
      {"missing everywhere: skip it", failure(ErrorCode::kNotFound), FailureAction::kSkipSegment},
      {"third in a row: give up", missing_third, FailureAction::kGiveUp},
      {"an index cannot be skipped", missing_index, FailureAction::kGiveUp},
      {"a wrong index, buffer hides it", wrong_index, FailureAction::kRetry},
      {"a wrong index, buffer empty", wrong_index_dry, FailureAction::kGiveUp},
      {"signed URL of a key refused: renew", key_refused, FailureAction::kRenewUrl},
      {"a key refused, not signed by us", failure(ErrorCode::kDrmLicenseRefused),
       FailureAction::kGiveUp},
      {"keys cannot be had now, buffer hides it", failure(ErrorCode::kDrmLicenseUnreachable),
       FailureAction::kRetry},
      {"no key: another Representation", no_key_here, FailureAction::kOtherRepresentation},
      {"no key: nothing is skipped", failure(ErrorCode::kDrmNoKey), FailureAction::kGiveUp},
      {"opens to no media: once more", failure(ErrorCode::kDrmWrongKey), FailureAction::kRetry},
      {"and again: no skipping", wrong_again, FailureAction::kGiveUp},
      {"vectors damaged: once more", failure(ErrorCode::kDrmSample), FailureAction::kRetry},
      {"and again: the next may have whole ones", vectors_again, FailureAction::kSkipSegment},
      {"what describes keys damaged: once more", failure(ErrorCode::kDrmInitData),
       FailureAction::kRetry},
      {"and again: the next has the same", keys_unreadable, FailureAction::kGiveUp},
      {"signed URL refused: renew", refused, FailureAction::kRenewUrl},
      {"refused after renewal: give up", refused_again, FailureAction::kGiveUp},
      {"the next refused soon after a renewal: once more", refused_next, FailureAction::kRetry},
      {"and again: renew", refused_next_again, FailureAction::kRenewUrl},
      {"refused, not signed by us", failure(ErrorCode::kForbidden), FailureAction::kGiveUp},
      {"damaged once: again", failure(ErrorCode::kContainerSyntax), FailureAction::kRetry},
      {"damaged twice: elsewhere", damaged_again, FailureAction::kOtherRepresentation},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(decide_failure(c.in).action == c.action);
  }
}

TEST_CASE("decide_failure: A01 N11 no URL is asked again at once") {
  CHECK(decide_failure(failure(ErrorCode::kContainerSyntax)).delay == 1s);
  FailureInputs refused = failure(ErrorCode::kForbidden);
  refused.can_renew = refused.renewed_lately = true;
  CHECK(decide_failure(refused).delay == 1s);
}

TEST_CASE("decide_failure: a dead host is not asked without pause") {
  FailureInputs in = failure(ErrorCode::kCaptivePortal);
  CHECK(decide_failure(in).delay == 1s);
  in.attempts = 3;
  CHECK(decide_failure(in).delay == 4s);
  in.attempts = 30;
  CHECK(decide_failure(in).delay == 8s);
  in.buffer_level = 3s;  // no longer than that hides it
  CHECK(decide_failure(in).delay == 3s);
  in.is_paused = true;  // nobody waits
  CHECK(decide_failure(in).delay == 8s);
}

}  // namespace
}  // namespace playhead
