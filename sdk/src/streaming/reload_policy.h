// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "manifest/manifest_source.h"
#include "playhead/error.h"
#include "playhead/time.h"

// Pure: when a live playlist or MPD is fetched again, and what is asked of the server then.
namespace playhead {

struct ReloadInputs {
  // How often it changes: EXT-X-TARGETDURATION, @minimumUpdatePeriod.
  Duration period{0};
  bool can_block = false;  // the server holds answers back until there is something new
  int unchanged = 0;       // answers in a row that brought nothing
  int failures = 0;        // attempts in a row that failed
  MonotonicTime asked;     // when it was asked for last
  uint64_t random = 0;     // uniform
  MonotonicTime failed{};  // when the last attempt was given up
  Duration part{0};        // longest part, when they are asked for one by one; 0: they are not
};

// RFC 8216bis §6.3.4: a target duration after the last request, half of it while nothing changes;
// then less and less often, up to four. After failures, from when they were known on, with jitter
// up to 8 s. A server that holds answers back is asked at once, but no sooner than half of what
// comes next takes: one that does not hold back and always has news would be asked without a pause.
[[nodiscard]] MonotonicTime next_reload(const ReloadInputs& in);

// A host answered that it will not give the manifest: asking it again is hope, not waiting. What
// has gone wrong in the host itself (5xx) is no such answer.
[[nodiscard]] bool is_denied(const Error& error);
// For how long after it was first refused a title that has nothing left to play waits for its
// manifest all the same.
[[nodiscard]] Duration patience_with_refusal(ErrorCode code);

// What to ask a server that offers low latency for, given what is known. `is_recent`: the playlist
// is not so old that a delta update could leave out what is missing (§6.2.5.1: half of
// CAN-SKIP-UNTIL). `by_part`: its parts are fetched one by one; else the answer may wait for a
// whole segment.
[[nodiscard]] ReloadDirectives reload_directives(const LoadedIndex& index, bool is_recent,
                                                 bool by_part);

}  // namespace playhead
