// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "clock.h"
#include "http_types.h"
#include "log.h"
#include "result.h"

namespace playhead::server {

struct HttpServerConfig {
  std::string host = "127.0.0.1";        // a numeric IPv4 or IPv6 address
  uint16_t port = 0;                     // 0 = the system picks a free one
  unsigned threads = 1;                  // I/O threads, >= 1
  std::size_t max_connections = 10'000;  // more are answered 503 and closed; an eighth more only closed
  // Who was turned away and asks again on the same connection, with the same token, before it may is looked at after so
  // long, >= 0: telling it again and again at once would take the time of those who are served.
  int64_t overload_pause_ms = 1000;
  // From a request's first byte to its last (then 408), and without a byte of one (then the connection ends), > 0.
  // For a TLS handshake too, of which 10 s are enough.
  int64_t request_timeout_ms = 60'000;
  int64_t write_timeout_ms = 30'000;  // no byte of an answer was taken by the client for so long: it is gone; > 0
  // A client that still sends what was refused is read on, while no more than so long passes without a byte, for
  // request_timeout_ms and 8 MiB at most: the end with bytes unread would be a reset, which overtakes the answer; > 0.
  int64_t linger_ms = 1'000;
  bool logs_requests = false;         // a line each, see RequestLog
  // Header in which a proxy in front of the server names the client's country; empty = nobody does,
  // and what clients send is not believed.
  std::string country_header = {};
  // HTTPS, and nothing but it, when there is a certificate; see make_tls_context().
  std::filesystem::path tls_certificate = {};
  std::filesystem::path tls_key = {};
};

// HTTP/1.1 with keep-alive. Each I/O thread has its own event loop and keeps a connection for life,
// so a connection's state needs no lock. Files are sent in pieces, without TLS straight from the page cache.
class HttpServer {
 public:
  // Binds and listens; requests wait until start(). `handler`, `clock` and `log` outlive the
  // server. Error `cannot_listen` or
  // `bad_tls`.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(const HttpServerConfig& config,
                                                                  const Clock& clock,
                                                                  const Log& log);
  virtual ~HttpServer() = default;

  [[nodiscard]] virtual uint16_t port() const = 0;
  // Any thread.
  [[nodiscard]] virtual std::size_t open_connections() const = 0;
  virtual void start(HttpHandler& handler) = 0;

  // Takes no new connection, lets running requests finish for at most `grace_ms`, then closes what
  // is left and joins the threads. Whatever may still call a Respond must be stopped before the
  // server is destroyed.
  virtual void stop(int64_t grace_ms) = 0;
};

}  // namespace playhead::server
