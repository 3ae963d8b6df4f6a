// SPDX-License-Identifier: Apache-2.0
#include "router.h"

#include <array>

#include "api_common.h"
#include "common_answers.h"

namespace playhead::server {

// A path, or with `is_prefix` all below it. HEAD is allowed where `get` is the router's own.
struct Router::Route {
  std::string_view path;
  std::string_view allow;
  Call get = nullptr;
  Call post = nullptr;
  void (Router::*own)(const Request&, const Respond&) = nullptr;  // instead of `get`
  bool is_prefix = false;
  bool has_pin = false;   // in its body: a slow hash, maybe
  bool can_wait = false;  // clients keep what they report until it is taken: the first to be refused
};

const Router::Route& Router::find(std::string_view path) {
  static constexpr std::array kRoutes = {
      Route{"/media/", "GET, HEAD", nullptr, nullptr, &Router::media, true},
      Route{"/api/v1/stream", "GET", &Api::stream},
      Route{"/api/v1/stream/progress", "POST", nullptr, &Api::progress, nullptr, false, false, true},
      Route{"/api/playback/heartbeat", "POST", nullptr, &Api::heartbeat, nullptr, false, false, true},
      Route{"/v1/playback/start", "POST", nullptr, &Api::start_playback, nullptr, false, true},
      Route{"/v1/playback/events", "POST", nullptr, &Api::playback_events, nullptr, false, false, true},
      Route{"/api/v1/home", "GET", &Api::home},
      Route{"/api/v1/search", "GET", &Api::search},
      Route{"/api/v1/continue-watching", "GET", &Api::continue_watching},
      Route{"/api/v1/recommendations", "GET", &Api::recommendations},
      Route{"/api/v1/titles/", "GET", &Api::title, nullptr, nullptr, true},
      Route{"/api/v1/profiles", "GET, POST", &Api::list_profiles, &Api::put_profile, nullptr, false, true},
      Route{"/api/v1/ratings", "POST", nullptr, &Api::rate},
      Route{"/api/v1/download", "POST", nullptr, &Api::download},
      Route{"/v1/license", "POST", nullptr, &Api::license},
      Route{"/v1/license/", "POST", nullptr, &Api::raw_license, nullptr, true},
      Route{"/api/v1/token/refresh", "POST", nullptr, &Api::refresh_token},
      Route{"/api/v1/dev/login", "POST", nullptr, &Api::dev_login},
      Route{"/healthz", "GET, HEAD", nullptr, nullptr, &Router::health},
      Route{"/metrics", "GET, HEAD", nullptr, nullptr, &Router::metrics},
  };
  static constexpr Route kNothing{"other", "", nullptr, nullptr, &Router::nothing};
  for (const Route& route : kRoutes) {
    if (route.is_prefix ? path.substr(0, route.path.size()) == route.path : path == route.path) {
      return route;
    }
  }
  return kNothing;
}

bool Router::can_wait(const Request& request) const {
  return request.method == Method::kPost && find(request.path).can_wait;
}

// Before anything of it is looked at: refusing must cost little.
std::optional<Refusal> Router::turn_away(const Request& request) {
  const int64_t wait_us = load_.enter(clock_.monotonic_us());
  if (wait_us == 0) return std::nullopt;
  metrics_.note_answer(find(request.path).path, 503, 0);
  const int wait_s = retry_after_s(wait_us);
  Refusal refusal{overload_response(wait_s), wait_s};
  allow_all_origins(refusal.response);
  return refusal;
}

void Router::handle(const Request& request, const Respond& respond) {
  const Route& route = find(request.path);
  const auto answer = [respond, &metrics = metrics_, &clock = clock_, name = route.path,
                       load = request.was_let_in ? &load_ : nullptr,
                       began_us = clock_.monotonic_us()](Response response) {
    const int64_t now_us = clock.monotonic_us();
    if (load != nullptr) load->leave(now_us);
    metrics.note_answer(name, response.status, now_us - began_us);
    allow_all_origins(response);
    respond(std::move(response));
  };
  if (route.own == &Router::nothing) return nothing(request, answer);
  if (request.method == Method::kOptions) return answer(preflight(route.allow));
  const bool is_get = request.method == Method::kGet;
  if (route.own != nullptr && (is_get || request.method == Method::kHead)) {
    return (this->*route.own)(request, answer);
  }
  if (route.get != nullptr && is_get) return call(route, route.get, request, answer);
  if (route.post != nullptr && request.method == Method::kPost) return call(route, route.post, request, answer);
  answer(method_not_allowed(route.allow));
}

// What needs a slow hash is asked again on a thread where no other client waits for it.
void Router::call(const Route& route, Call call, const Request& request, const Respond& respond) {
  if (!route.has_pin && request.profile_pin.empty()) return (api_.*call)(request, respond);
  Request quick = request;
  quick.must_be_quick = true;
  (api_.*call)(quick, [this, call, request, respond](Response response) {
    if (response.status != kNeedsTime) return respond(std::move(response));
    if (const int wait_s = slow_calls_.seconds_to_wait(request.authorization); wait_s > 0) {
      return respond(error_response(Error{429, "rate_limited", "This token uses too many PINs; try again later.", wait_s}));
    }
    const auto again = [this, call, request, respond] { (api_.*call)(request, respond); };
    if (!slow_lane_.submit(again)) respond(overload_response(kSlowCallsS));
  });
}

void Router::media(const Request& request, const Respond& respond) {
  auto served = media_.serve(request);
  respond(served.ok() ? std::move(served.value()) : error_response(served.error()));
}

void Router::nothing(const Request&, const Respond& respond) {
  respond(error_response(Error{404, "not_found", "There is nothing at this path."}));
}

void Router::health(const Request&, const Respond& respond) { respond(healthy()); }

void Router::metrics(const Request&, const Respond& respond) {
  respond(metrics_page(metrics_.text(gauges_)));
}

}  // namespace playhead::server
