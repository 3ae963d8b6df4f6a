// SPDX-License-Identifier: Apache-2.0
#include "common_answers.h"

#include <utility>

#include "api_json.h"

namespace playhead::server {

Response method_not_allowed(std::string_view allow) {
  Response response =
      error_response(Error{405, "method_not_allowed", "This path does not support the method."});
  response.headers.emplace_back("Allow", std::string(allow));
  return response;
}

Error no_media_file() { return Error{404, "not_found", "There is no such media file."}; }

Error too_many_files() { return Error{503, "overloaded", "The server has too many files open; try again."}; }

Response preflight(std::string_view allow) {
  Response response = no_content();
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(allow));
  // CMCD-*: CTA-5004, of players that send it in headers.
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Range, If-Range, X-Profile-Pin, "
                                "CMCD-Request, CMCD-Object, CMCD-Status, CMCD-Session");
  response.headers.emplace_back("Access-Control-Max-Age", "86400");
  return response;
}

void allow_all_origins(Response& response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back(
      "Access-Control-Expose-Headers",
      "Accept-Ranges, Content-Length, Content-Range, Date, ETag, Retry-After");
}

Response healthy() { return json_response(200, R"({"status":"ok"})"); }

Response metrics_page(std::string text) {
  Response response;
  response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

}  // namespace playhead::server
