// SPDX-License-Identifier: Apache-2.0
#include "router.h"

#include <array>

namespace playhead::server {
namespace {

struct Route {
  std::string_view path;
  Method method;
  std::string_view allow;
  void (Api::*call)(const Request&, const Respond&);
};

constexpr std::array kRoutes = {
    Route{"/api/v1/home", Method::kGet, "GET", &Api::home},
    Route{"/api/v1/stream", Method::kGet, "GET", &Api::stream},
    Route{"/api/v1/stream/progress", Method::kPost, "POST", &Api::progress},
    Route{"/api/v1/download", Method::kPost, "POST", &Api::download},
    Route{"/v1/license", Method::kPost, "POST", &Api::license},
};

constexpr std::string_view kMediaAllow = "GET, HEAD";

Response method_not_allowed(std::string_view allow) {
  Response response =
      error_response(Error{405, "method_not_allowed", "This path does not support the method."});
  response.headers.emplace_back("Allow", std::string(allow));
  return response;
}

// Browsers ask first when a page of another origin sends a token or a range.
Response preflight(std::string_view allow) {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(allow));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Range");
  response.headers.emplace_back("Access-Control-Max-Age", "86400");
  return response;
}

// Nothing here rests on cookies, so every origin may read the answers.
void allow_all_origins(Response& response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back(
      "Access-Control-Expose-Headers",
      "Accept-Ranges, Content-Length, Content-Range, Date, ETag, Retry-After");
}

}  // namespace

void Router::handle(const Request& request, const Respond& respond) {
  route(request, [respond](Response response) {
    allow_all_origins(response);
    respond(std::move(response));
  });
}

void Router::route(const Request& request, const Respond& respond) {
  if (request.path.substr(0, kMediaPrefix.size()) == kMediaPrefix) {
    if (request.method == Method::kOptions) return respond(preflight(kMediaAllow));
    if (request.method != Method::kGet && request.method != Method::kHead) {
      return respond(method_not_allowed(kMediaAllow));
    }
    auto served = media_.serve(request);
    return respond(served.ok() ? std::move(served.value()) : error_response(served.error()));
  }
  if (request.path.substr(0, kLicensePrefix.size()) == kLicensePrefix) {
    if (request.method == Method::kOptions) return respond(preflight("POST"));
    if (request.method != Method::kPost) return respond(method_not_allowed("POST"));
    return api_.raw_license(request, respond);
  }
  for (const Route& entry : kRoutes) {
    if (request.path != entry.path) continue;
    if (request.method == Method::kOptions) return respond(preflight(entry.allow));
    if (request.method != entry.method) return respond(method_not_allowed(entry.allow));
    return (api_.*entry.call)(request, respond);
  }
  respond(error_response(Error{404, "not_found", "There is nothing at this path."}));
}

}  // namespace playhead::server
