// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api.h"
#include "http_types.h"
#include "media_handler.h"

namespace playhead::server {

// Which call answers which method and path; also what all answers have in common (errors as JSON,
// CORS).
class Router final : public HttpHandler {
 public:
  Router(Api& api, const MediaHandler& media) : api_(api), media_(media) {}

  void handle(const Request& request, const Respond& respond) override;

 private:
  void route(const Request& request, const Respond& respond);

  Api& api_;
  const MediaHandler& media_;
};

}  // namespace playhead::server
