// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "clock.h"
#include "edge/session_tracker.h"
#include "edge/slice_cache.h"
#include "edge/upstream.h"
#include "http_types.h"
#include "media_path.h"
#include "signed_url.h"

namespace playhead::server {

// What an edge answers: GET and HEAD of /media/<title>/..., after it has checked the signature itself; /healthz and
// /metrics. Media files come from the slice cache. Manifests, which carry the client's own signature, come from
// upstream and are kept for a second; keys and whatever else must not be stored come from there every time.
class EdgeHandler final : public HttpHandler {
 public:
  // All outlive the handler; `upstream` is stopped before it ends.
  EdgeHandler(SliceCache& cache, const SliceStore& store, Upstream& upstream,
              SessionTracker& sessions, const UrlSigner& signer, const Clock& clock)
      : cache_(cache),
        store_(store),
        upstream_(upstream),
        sessions_(sessions),
        signer_(signer),
        clock_(clock) {}

  void handle(const Request& request, const Respond& respond) override;

 private:
  // What is left of a request when its text is gone.
  struct Asked;
  struct Manifest {
    UpstreamAnswer answer;
    int64_t until_us = 0;
  };

  void media(const Request& request, const Respond& respond);
  void send_file(const Asked& asked, const Respond& respond);
  void send_whole(const Asked& asked, const Respond& respond);
  void take_whole(const std::string& target, UpstreamAnswer answer, bool may_keep);
  [[nodiscard]] Response metrics() const;

  SliceCache& cache_;
  const SliceStore& store_;
  Upstream& upstream_;
  SessionTracker& sessions_;
  const UrlSigner& signer_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Manifest> manifests_;                                      // under mutex_
  std::map<std::string, std::vector<std::function<void(UpstreamAnswer)>>> awaited_;  // under mutex_
  std::atomic<uint64_t> warmed_{0};
};

}  // namespace playhead::server
