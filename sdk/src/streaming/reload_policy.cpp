// SPDX-License-Identifier: Apache-2.0
#include "streaming/reload_policy.h"

#include <algorithm>

namespace playhead {

namespace {

// Manifests that change more often than this are not asked for more often (chosen): at half a
// second the sixth answer of ten would be what the one before was.
constexpr Duration kLeastPeriod = 500ms;

// Half target durations for so long before it is asked for less often: three target durations are
// what a stall of an encoder takes.
constexpr int kPatientReloads = 6;

constexpr Duration kMaxFailureDelay = 8s;

// Five attempts (chosen). Longer: somebody looks at a picture that stands still for nothing;
// shorter: an encoder that is started anew, or a cache without what its origin has, ends the play.
constexpr Duration kRefusedPatience = 10s;

Duration unchanged_delay(Duration period, int unchanged) {
  Duration delay = period / 2;
  for (int i = kPatientReloads; i < unchanged && delay < 4 * period; ++i) delay *= 2;
  return std::min(delay, 4 * period);
}

Duration failure_delay(int failures, uint64_t random) {
  Duration bound = 500ms;
  for (int i = 1; i < failures && bound < kMaxFailureDelay; ++i) bound *= 2;
  bound = std::min(bound, kMaxFailureDelay);
  return bound / 2 +
         Duration{static_cast<int64_t>(random % static_cast<uint64_t>(bound.count() / 2 + 1))};
}

}  // namespace

MonotonicTime next_reload(const ReloadInputs& in) {
  const Duration period = std::max(in.period, kLeastPeriod);
  // Attempts may take longer than the pause: a host in trouble has one after each.
  const MonotonicTime tried = std::max(in.asked, in.failed);
  if (in.failures > 0) return tried + failure_delay(in.failures, in.random);
  // One answer without news is a server that does not hold back after all, or a cache.
  if (in.can_block && in.unchanged == 0) {
    return in.asked + (in.part > Duration{0} ? in.part : period) / 2;
  }
  if (in.unchanged == 0) return in.asked + period;
  return in.asked + unchanged_delay(period, in.unchanged);
}

bool is_denied(const Error& error) {
  const ErrorCode code = error.code;
  if (code == ErrorCode::kHttpStatus) return error.detail < 500;
  return code == ErrorCode::kNotFound || code == ErrorCode::kForbidden ||
         code == ErrorCode::kUnauthorized || code == ErrorCode::kServerBusy;
}

Duration patience_with_refusal(ErrorCode code) {
  // The fetcher has waited for as long as such hosts are waited for.
  return code == ErrorCode::kServerBusy ? Duration{0} : kRefusedPatience;
}

ReloadDirectives reload_directives(const LoadedIndex& index, bool is_recent, bool by_part) {
  ReloadDirectives directives;
  if (!index.server_control) return directives;
  directives.skip = index.server_control->can_skip_until && is_recent;
  if (!index.server_control->can_block_reload) return directives;
  const SegmentIndex& segments = *index.segments;
  if (segments.size() == 0) return directives;
  directives.media_sequence = segments.at(segments.size() - 1).number + 1;
  if (index.part_target && by_part) directives.part = segments.parts(segments.size()).size();
  return directives;
}

}  // namespace playhead
