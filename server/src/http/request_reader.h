// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "http_types.h"
#include "result.h"

namespace playhead::server {

// Makes requests of HTTP/1.0 and 1.1 of the bytes that a client sends, in whatever pieces they come. What a client can
// make it hold is bounded. Pure; not for several threads.
class RequestReader {
 public:
  // Largest body, in bytes; the largest we know has 200.
  static constexpr std::size_t kMaxBodyBytes = std::size_t{64} * 1024;
  // Of the request line and all fields.
  static constexpr std::size_t kMaxHeaderBytes = std::size_t{16} * 1024;

  enum class Progress {
    kNeedsMore,
    kAwaitsLeave,  // as kNeedsMore, but its body is only sent after a 100 (RFC 9110 §10.1.1); said once
    kWhole,
  };

  // `country_header`: see HttpServerConfig; outlives it.
  explicit RequestReader(const std::string& country_header) : country_header_(country_header) { begin(); }

  // From now on it is the next request's turn, of which some may be here already. What was said of the last one dies.
  void begin();
  // Where to put what is read, at most `max_bytes`; then how much that was. There is room unless read() failed.
  [[nodiscard]] boost::asio::mutable_buffer room(std::size_t max_bytes);
  void add(std::size_t bytes) { buffer_.commit(bytes); }
  // How much is worth reading at once: a header with a token is less than 1 KiB, and every idle client keeps the room.
  [[nodiscard]] std::size_t next_read_bytes() const;

  // What became of the request with the bytes that have come; an error is what to answer, and ends the connection.
  [[nodiscard]] Result<Progress> read();
  // Some of the request has come.
  [[nodiscard]] bool has_begun() const { return buffer_.size() > 0 || parser_->got_some(); }
  // There is more than the request that is whole.
  [[nodiscard]] std::size_t waiting_bytes() const { return buffer_.size(); }
  // All of it is lost; room() is what it was at first.
  void discard();

  // When whole. Its views live until begin().
  [[nodiscard]] Request request() const;
  [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }

  // As far as it was understood, also of a request that was refused.
  [[nodiscard]] unsigned version() const { return parser_->get().version(); }
  [[nodiscard]] bool is_head() const;
  [[nodiscard]] std::string_view method_text() const;
  [[nodiscard]] std::string_view target() const;

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void skip_empty_lines();
  [[nodiscard]] Status put();
  // What the fields say of the body and the connection is taken before any trailer can add to them.
  [[nodiscard]] Status on_header();

  const std::string& country_header_;
  boost::beast::flat_buffer buffer_{kMaxHeaderBytes};
  std::optional<Parser> parser_;
  std::size_t skipped_bytes_ = 0;  // of empty lines
  std::size_t header_bytes_ = 0;   // that the parser has taken
  Request request_;                // without its body
  bool has_header_ = false;
  bool keeps_alive_ = false;
  bool awaits_leave_ = false;
};

}  // namespace playhead::server
