// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http.hpp>

#include "http_types.h"
#include "result.h"

// Between the HTTP library's messages and ours. Pure.
namespace playhead::server {

using RequestMessage = boost::beast::http::request<boost::beast::http::string_body>;

// Views into `message`.
[[nodiscard]] Request make_request(const RequestMessage& message,
                                   const std::string& country_header);

// What a request asks for, and of whom.
struct OriginForm {
  std::string_view target;  // path and query
  std::string_view host;    // empty: the Host field says it
};

// RFC 9112 §3.2.2: a client may send all of a URL, as it does to a proxy; its host is the one that counts. Of user names
// in it nothing stays.
[[nodiscard]] OriginForm origin_form(std::string_view target);

struct HeadOptions {
  unsigned version = 11;  // of the request: 10 = HTTP/1.0, 11 = HTTP/1.1
  bool keeps_alive = true;
  bool has_body = true;  // false: the answer to a HEAD
};

// Status line, headers and, when it is text, the body: what is sent at once. `date` is an HTTP date.
void append_head_and_text(std::string& text, const Response& response, const HeadOptions& options,
                          const std::string& date);

// What to answer when a request cannot be read.
[[nodiscard]] Error read_failure(const boost::system::error_code& error);

}  // namespace playhead::server
