// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/retry_policy.h"
#include "playhead/executor.h"
#include "playhead/transport.h"

namespace playhead {

struct FetchedResource {
  ResponseHead head;
  SharedBytes body;
  TransferStats stats;
};

// For streaming consumers; all optional. Run on the fetcher's executor; any of them may destroy
// the fetch's handle.
struct FetchEvents {
  // Once, with the first byte (or the end, when there is none), of the answer that is delivered.
  UniqueFunction<void(const ResponseHead&)> on_head;
  // The body exactly once, stitched together over resumes; for a request with a range exactly the
  // bytes of the range, even when the host answered with more.
  UniqueFunction<void(SharedBytes, MonotonicTime received)> on_body;
  // An attempt failed; the next one starts in `delay`.
  UniqueFunction<void(const Error&, Duration delay)> on_retry;
  // The end. Times and bytes of the stats cover all attempts.
  UniqueFunction<void(Result<TransferStats>)> on_done;
};

// Fetches whole resources over a Transport: failed attempts are retried (see decide_retry), a body
// that breaks off is continued at the exact byte. Statuses >= 400 become typed errors with the
// status as detail: kNotFound (404, 410), kForbidden (403), kUnauthorized (401), kServerBusy (429,
// 503), kHttpStatus (others, and redirects that were not followed). The bodies of such answers are
// dropped. A resource that changed between two attempts is kConnectionLost and not retried: the
// consumer must throw away what it has. The retry budget starts anew when an attempt brought 64
// KiB. Used on the executor's thread only. Handles may outlive the fetcher, not transport and
// executor.
class ResourceFetcher {
 public:
  ResourceFetcher(Transport& transport, Executor& executor, RetryConfig config = {})
      : transport_(transport), executor_(executor), config_(config) {}

  // The whole body at once.
  CancelHandle fetch(Request request, UniqueFunction<void(Result<FetchedResource>)> done);
  // The body as it comes.
  CancelHandle stream(Request request, FetchEvents events);

 private:
  Transport& transport_;
  Executor& executor_;
  const RetryConfig config_;
};

}  // namespace playhead
