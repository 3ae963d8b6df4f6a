// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "http/message.h"

namespace playhead::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

// Old clients put an empty line behind a body (RFC 9112 §2.2).
constexpr std::size_t kMaxEmptyLineBytes = 4;
constexpr std::size_t kHeaderReadBytes = std::size_t{2} * 1024;
constexpr std::size_t kBodyReadBytes = std::size_t{16} * 1024;
// "0\r\n\r\n": what is left of a chunked body at least.
constexpr std::size_t kLeastChunkedEnd = 5;

Error bad_request(const char* why) { return Error{400, "bad_request", why}; }

// Only bodies that we can read: one in an encoding we do not know would be taken for the next request (RFC 9112 §6.1).
Status check_body_coding(const RequestMessage& message) {
  const auto codings = message.equal_range(http::field::transfer_encoding);
  if (codings.first == codings.second) return Done{};
  if (message.version() < 11) return bad_request("HTTP/1.0 has no Transfer-Encoding.");
  const bool is_chunked = beast::iequals(codings.first->value(), "chunked");
  if (is_chunked && std::next(codings.first) == codings.second) return Done{};
  return Error{501, "unknown_coding", "Of transfer codings this server knows 'chunked' alone."};
}

// RFC 9112 §3.2: who does not say whom it asks may have been meant for another.
Status check_host(const RequestMessage& message) {
  const std::size_t hosts = message.count(http::field::host);
  if (hosts == 1 || (hosts == 0 && message.version() < 11)) return Done{};
  return bad_request("A request names one host.");
}

}  // namespace

void RequestReader::begin() {
  parser_.emplace();
  // The header first, and what it says is looked at; then all of the body that is there.
  parser_->eager(false);
  parser_->body_limit(kMaxBodyBytes);
  parser_->header_limit(kMaxHeaderBytes);
  skipped_bytes_ = 0;
  header_bytes_ = 0;
  request_ = {};
  has_header_ = false;
  keeps_alive_ = false;
  awaits_leave_ = false;
}

asio::mutable_buffer RequestReader::room(std::size_t max_bytes) {
  return buffer_.prepare(std::min(max_bytes, buffer_.max_size() - buffer_.size()));
}

std::size_t RequestReader::next_read_bytes() const { return has_header_ ? kBodyReadBytes : kHeaderReadBytes; }

void RequestReader::discard() {
  buffer_.clear();
  begin();
}

void RequestReader::skip_empty_lines() {
  const auto bytes = buffer_.data();
  const auto* const text = static_cast<const char*>(bytes.data());
  std::size_t count = 0;
  while (count < bytes.size() && skipped_bytes_ + count < kMaxEmptyLineBytes &&
         (text[count] == '\r' || text[count] == '\n')) {
    ++count;
  }
  buffer_.consume(count);
  skipped_bytes_ += count;
}

Result<RequestReader::Progress> RequestReader::read() {
  if (!parser_->got_some()) skip_empty_lines();
  if (!has_header_) {
    if (buffer_.size() == 0) return Progress::kNeedsMore;
    if (Status done = put(); !done.ok()) return done.error();
    if (!parser_->is_header_done()) {
      // The parser compares only what it has not taken yet with its limit, and takes every field that is whole.
      const bool is_too_large = header_bytes_ + buffer_.size() >= kMaxHeaderBytes;
      return is_too_large ? Result<Progress>(read_failure(http::error::header_limit)) : Progress::kNeedsMore;
    }
    if (Status done = on_header(); !done.ok()) return done.error();
  }
  // A parser that has seen the last chunk's size must not be asked with less (an assertion of Beast 1.74).
  const bool is_short = parser_->chunked() && buffer_.size() < kLeastChunkedEnd;
  if (!parser_->is_done() && buffer_.size() > 0 && !is_short) {
    awaits_leave_ = false;  // it did not wait
    if (Status done = put(); !done.ok()) return done.error();
  }
  if (parser_->is_done()) return Progress::kWhole;
  // An extension of a chunk, or trailers.
  if (buffer_.size() == buffer_.max_size()) return read_failure(http::error::buffer_overflow);
  if (buffer_.size() > 0 || !awaits_leave_) return Progress::kNeedsMore;
  awaits_leave_ = false;
  return Progress::kAwaitsLeave;
}

Status RequestReader::put() {
  beast::error_code error;
  try {
    const std::size_t taken = parser_->put(buffer_.data(), error);
    if (!has_header_) header_bytes_ += taken;
    buffer_.consume(taken);
  } catch (const std::exception&) {  // of a field that is longer than the library can keep
    return read_failure(http::error::header_limit);
  }
  if (error && error != http::error::need_more) return read_failure(error);
  return Done{};
}

Status RequestReader::on_header() {
  has_header_ = true;
  parser_->eager(true);
  const RequestMessage& message = parser_->get();
  if (Status known = check_body_coding(message); !known.ok()) return known;
  if (Status named = check_host(message); !named.ok()) return named;
  const auto expected = message[http::field::expect];
  if (!expected.empty() && !beast::iequals(expected, "100-continue")) {
    return Error{417, "unknown_expectation", "Of expectations this server knows '100-continue' alone."};
  }
  awaits_leave_ = !expected.empty() && message.version() >= 11;
  keeps_alive_ = parser_->keep_alive();  // of all Connection fields, unlike the message's
  request_ = make_request(message, country_header_);
  return Done{};
}

Request RequestReader::request() const {
  Request request = request_;
  request.body = parser_->get().body();
  return request;
}

bool RequestReader::is_head() const { return parser_->get().method() == http::verb::head; }

std::string_view RequestReader::method_text() const {
  const auto text = parser_->get().method_string();
  return {text.data(), text.size()};
}

std::string_view RequestReader::target() const {
  const auto text = parser_->get().target();
  return origin_form({text.data(), text.size()}).target;
}

}  // namespace playhead::server
