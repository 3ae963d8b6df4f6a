// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace playhead::server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

OriginForm origin_form(std::string_view target) {
  for (const beast::string_view scheme : {"http://", "https://"}) {
    if (!beast::iequals(beast::string_view(target.data(), std::min(target.size(), scheme.size())), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view host = rest.substr(0, path);
    host = host.substr(host.find_last_of('@') + 1);  // of none: from 0
    return {path < rest.size() && rest[path] == '/' ? rest.substr(path) : std::string_view("/"), host};
  }
  return {target, {}};
}

Request make_request(const RequestMessage& message, const std::string& country_header) {
  Request request;
  request.method = method_of(message.method());
  const auto [target, host] = origin_form(view(message.target()));
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.body = message.body();
  request.host = host.empty() ? view(message[http::field::host]) : host;
  request.authorization = view(message[http::field::authorization]);
  request.range = view(message[http::field::range]);
  request.if_range = view(message[http::field::if_range]);
  request.if_none_match = view(message[http::field::if_none_match]);
  request.profile_pin = view(message["X-Profile-Pin"]);
  if (!country_header.empty()) request.country = view(message[country_header]);
  return request;
}

// By hand: the library's serializer and its fields cost more than all else that an answer of a few lines needs.
void append_head_and_text(std::string& text, const Response& response, const HeadOptions& options,
                          const std::string& date) {
  text.reserve(text.size() + 512 + response.body.size() + response.secret.size());
  const beast::string_view reason = http::obsolete_reason(static_cast<http::status>(response.status));
  text.append(options.version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(reason.data(), reason.size())
      .append("\r\nServer: playhead\r\nDate: ")
      .append(date)
      .append("\r\n");
  for (const auto& [name, value] : response.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (options.keeps_alive && options.version == 10) text += "Connection: keep-alive\r\n";
  if (!options.keeps_alive && options.version != 10) text += "Connection: close\r\n";
  // RFC 9110 §8.6: none in a 204; in a 304 it would have to be that of the 200.
  const bool has_length = response.status != 204 && response.status != 304;
  if (has_length) {
    text.append("Content-Length: ").append(std::to_string(response.content_length())).append("\r\n");
  }
  text += "\r\n";
  if (has_length && options.has_body) text.append(response.body).append(response.secret);
}

Error read_failure(const boost::system::error_code& error) {
  if (error == http::error::body_limit) {
    return Error{413, "body_too_large", "The request's body is too large."};
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Error{431, "header_too_large", "The request's fields are too large."};
  }
  return Error{400, "bad_request", "This is not an HTTP request."};
}

}  // namespace playhead::server
