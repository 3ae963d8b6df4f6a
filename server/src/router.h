// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "api.h"
#include "http_types.h"
#include "media_handler.h"
#include "metrics.h"

namespace playhead::server {

// Which call answers which method and path; also what all answers have in common (errors as JSON,
// CORS, being counted).
class Router final : public HttpHandler {
 public:
  Router(Api& api, const MediaHandler& media, Metrics& metrics, Metrics::Gauges gauges,
         const Clock& clock)
      : api_(api), media_(media), metrics_(metrics), gauges_(std::move(gauges)), clock_(clock) {}

  void handle(const Request& request, const Respond& respond) override;

 private:
  struct Route;
  [[nodiscard]] static const Route& find(std::string_view path);
  void media(const Request& request, const Respond& respond);
  void refuse(const Respond& respond);
  void nothing(const Request& request, const Respond& respond);
  void health(const Request& request, const Respond& respond);
  void metrics(const Request& request, const Respond& respond);

  Api& api_;
  const MediaHandler& media_;
  Metrics& metrics_;
  const Metrics::Gauges gauges_;
  const Clock& clock_;
  std::atomic<unsigned> refused_{0};
};

}  // namespace playhead::server
