// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api.h"
#include "http_types.h"
#include "load_shedder.h"
#include "media_handler.h"
#include "metrics.h"
#include "rate_limiter.h"
#include "slow_lane.h"

namespace playhead::server {

// Waiting for the slow lane, and how many seconds of it that is.
inline constexpr std::size_t kMaxSlowCalls = 64;
inline constexpr int kSlowCallsS = 3;

// Which call answers which method and path; also what all answers have in common (errors as JSON,
// CORS, being counted).
class Router final : public HttpHandler {
 public:
  Router(Api& api, const MediaHandler& media, Metrics& metrics, Metrics::Gauges gauges,
         LoadShedder& load, const Clock& clock)
      : api_(api),
        media_(media),
        metrics_(metrics),
        gauges_(std::move(gauges)),
        load_(load),
        clock_(clock),
        slow_calls_(clock, {.per_second = 1, .burst = 50}),
        slow_lane_(kMaxSlowCalls) {}

  [[nodiscard]] bool can_wait(const Request& request) const override;
  [[nodiscard]] std::optional<Refusal> turn_away(const Request& request) override;
  void handle(const Request& request, const Respond& respond) override;

 private:
  struct Route;
  using Call = void (Api::*)(const Request&, const Respond&);
  [[nodiscard]] static const Route& find(std::string_view path);
  void media(const Request& request, const Respond& respond);
  void call(const Route& route, Call call, const Request& request, const Respond& respond);
  void nothing(const Request& request, const Respond& respond);
  void health(const Request& request, const Respond& respond);
  void metrics(const Request& request, const Respond& respond);

  Api& api_;
  const MediaHandler& media_;
  Metrics& metrics_;
  const Metrics::Gauges gauges_;
  LoadShedder& load_;
  const Clock& clock_;
  // Of one token, calls that need a slow hash: a person types a few PINs. Each takes 50 ms of the lane.
  RateLimiter slow_calls_;
  SlowLane slow_lane_;  // ends first: what it does uses all the rest
};

}  // namespace playhead::server
