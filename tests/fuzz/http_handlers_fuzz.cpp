// SPDX-License-Identifier: Apache-2.0
// The whole server but its sockets, asked anything. An input is text:
//
//   POST /api/v1/stream/progress?a=b     SIGNED in the query stands for a signature that holds
//   range: bytes=0-1                     also if-range, if-none-match, host, pin, country, authorization;
//                                        `authorization: GOOD` is a token that holds
//   (empty line)
//   the body
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "unit/server/service_fixture.h"

namespace {

using namespace playhead::server;
using namespace playhead::server::test;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

Method method_of(std::string_view name) {
  if (name == "GET") return Method::kGet;
  if (name == "HEAD") return Method::kHead;
  if (name == "POST") return Method::kPost;
  if (name == "OPTIONS") return Method::kOptions;
  return Method::kOther;
}

// What the texts of a request live in.
struct Texts {
  std::string query;
  std::string authorization;
};

Request read_request(std::string_view text, ServiceFixture& service, Texts& texts) {
  Request request;
  const std::string_view first = take_line(text);
  const std::size_t space = first.find(' ');
  request.method = method_of(first.substr(0, space));
  if (space != std::string_view::npos) request.path = first.substr(space + 1);
  if (const std::size_t question = request.path.find('?'); question != std::string_view::npos) {
    texts.query = request.path.substr(question + 1);
    request.path = request.path.substr(0, question);
  }
  if (const std::size_t sign = texts.query.find("SIGNED"); sign != std::string::npos) {
    texts.query.replace(sign, 6, service.signed_query("m_1"));
  }
  request.query = texts.query;
  request.host = "media.test:8080";
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    if (name == "range") request.range = value;
    if (name == "if-range") request.if_range = value;
    if (name == "if-none-match") request.if_none_match = value;
    if (name == "host") request.host = value;
    if (name == "pin") request.profile_pin = value;
    if (name == "country") request.country = value;
    if (name == "authorization") {
      texts.authorization = value == "GOOD" ? service.good_authorization() : std::string(value);
      request.authorization = texts.authorization;
    }
  }
  request.body = text;
  return request;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Response& response) {
  require(response.status >= 200 && response.status < 500);
  bool allows_origins = false;
  for (const auto& [name, value] : response.headers) {
    require(value.find_first_of("\r\n") == std::string::npos);
    if (name == "Access-Control-Allow-Origin") allows_origins = true;
  }
  require(allows_origins);
  if (response.status < 400 || response.status == 416) return;
  require(!error_code(response).empty());
  // Nothing of the server's own is told.
  require(response.body.find("SQL") == std::string::npos);
  require(response.body.find(std::filesystem::temp_directory_path().string() + "/") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static ServiceFixture service;
  static int64_t now_ms = kNowMs;
  // So that no limit of calls is reached, and no wrong PIN of long ago counts.
  now_ms += 100'000;
  service.clock().set_ms(now_ms);
  service.be("alice");
  Texts texts;
  check(service.call(read_request({reinterpret_cast<const char*>(data), size}, service, texts)));
  return 0;
}
