// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/beast/http.hpp>

#include "http_types.h"
#include "result.h"

// Between the HTTP library's messages and ours. Pure.
namespace playhead::server {

using RequestMessage = boost::beast::http::request<boost::beast::http::string_body>;

// Views into `message`.
[[nodiscard]] Request make_request(const RequestMessage& message,
                                   const std::string& country_header);

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
