// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/cmcd_session.h"
#include "net/host_health.h"
#include "net/mirrors.h"
#include "net/resource_version.h"
#include "net/retry_policy.h"
#include "net/type_watch.h"
#include "playhead/executor.h"
#include "playhead/segment_index.h"
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
  // The resource is another one than before: what was delivered must be thrown away, it comes again
  // from its first byte. Without this event such a fetch ends with kConnectionLost.
  UniqueFunction<void()> on_restart;
  // An attempt failed; the next one starts in `delay`.
  UniqueFunction<void(const Error&, Duration delay)> on_retry;
  // The end. Times and bytes of the stats cover all attempts.
  UniqueFunction<void(Result<TransferStats>)> on_done;
};

// The beginning of a resource, or of the range that is asked for, which the consumer has from an
// earlier fetch, of another process maybe.
struct FetchedPart {
  int64_t bytes = 0;
  std::string validator;         // strong_validator() of its answer; empty proves nothing
  std::optional<int64_t> total;  // size of the whole resource, if known
};

// What a consumer knows about the resource beyond its first URL.
struct FetchOptions {
  // It is not delivered again; what comes goes on behind it if host and validator say that it fits.
  // Else on_restart, and all comes again.
  std::optional<FetchedPart> part;
  // Of other parts of the resource, which the consumer has: what is asked for is only good with
  // these. Where the host says that it is of another version the fetch ends with kResourceChanged,
  // without on_restart.
  std::optional<ResourceVersion> version;
  // Where else the same bytes are, by preference, after Request::url and Request::range. They take
  // turns as decide_failover() says; a body that broke off goes on from another place when length
  // and validators allow.
  std::vector<ResourceLocation> others;
  // When the consumer runs dry without it: retries may go on until a second before.
  std::optional<MonotonicTime> wanted_by;
  // The consumer has further places that are not in `others` yet: this one is given up after its
  // second failure.
  bool has_more_places = false;
  // A body that comes slower than that for 5 s is asked for anew, from where it was, twice at most:
  // one connection or host may trickle on a link that is well. Bytes a second; 0: any rate will do.
  int64_t least_rate = 0;
  // What is asked for, for ResourceFetcher::set_cmcd().
  std::optional<CmcdObject> object = {};
};

class FetchOperation;
class HeldUrls;

// Fetches whole resources over a Transport: failed attempts are retried (see decide_retry), a body
// that breaks off is continued at the exact byte. Statuses >= 400 become typed errors with the
// status as detail: kNotFound (404, 410), kForbidden (403), kUnauthorized (401), kServerBusy (429,
// 503), kHttpStatus (others, and redirects that were not followed). The bodies of such answers are
// dropped. A resource that changed between two attempts is kConnectionLost and not retried: the
// consumer must throw away what it has. The retry budget starts anew when an attempt brought 64
// KiB. A URL whose host asked to be left alone for longer than was waited is kServerBusy without a
// request until that is over. Used on the executor's thread only. Handles may outlive the fetcher,
// not transport and executor.
class ResourceFetcher {
 public:
  // `health` may be null: nothing is known of hosts. `held` may be shared with others that ask for
  // the same; null: it is this fetcher's alone.
  ResourceFetcher(Transport& transport, Executor& executor, RetryConfig config = {},
                  std::shared_ptr<HostHealth> health = nullptr,
                  std::shared_ptr<HeldUrls> held = nullptr);

  // The whole body at once.
  CancelHandle fetch(Request request, UniqueFunction<void(Result<FetchedResource>)> done,
                     FetchOptions options = {});
  // The body as it comes.
  CancelHandle stream(Request request, FetchEvents events, FetchOptions options = {});

  // The device has no network: attempts that fail wait, without a request and without an end, for
  // the network to be back; then they are repeated at once and their budgets begin anew. Also, with
  // `is_online` all the time: the network is another one, waiting times of the old one are over.
  void set_network(bool is_online);
  // A person asks again: what hosts asked to be left alone for may be asked for at once.
  void forget_waits();
  // Requests that name no other places have those of the mirrors they lie below.
  void set_mirrors(Mirrors mirrors) { mirrors_ = std::move(mirrors); }
  // Null: requests tell nothing.
  void set_cmcd(std::shared_ptr<CmcdSession> cmcd) { cmcd_ = std::move(cmcd); }
  // Hears of answers of another type than what was asked for. Null: nobody does.
  void set_types(std::shared_ptr<TypeWatch> types) { types_ = std::move(types); }
  [[nodiscard]] const std::shared_ptr<HostHealth>& health() const { return health_; }

 private:
  Transport& transport_;
  Executor& executor_;
  const RetryConfig config_;
  const std::shared_ptr<HostHealth> health_;
  const std::shared_ptr<bool> is_online_ = std::make_shared<bool>(true);
  const std::shared_ptr<HeldUrls> held_;
  Mirrors mirrors_;
  std::shared_ptr<CmcdSession> cmcd_;
  std::shared_ptr<TypeWatch> types_;
  std::vector<std::weak_ptr<FetchOperation>> operations_;
};

}  // namespace playhead
