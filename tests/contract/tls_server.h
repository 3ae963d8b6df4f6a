// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "playhead/time.h"

namespace playhead::test {

// An HTTP/1.1 server with TLS on an ephemeral loopback port, whose certificate is made for it and
// has whatever is wrong with it. One connection after the other.
struct TlsServerConfig {
  std::string host = "localhost";  // the only name in its certificate
  Duration valid_for = 24h;        // from now on; negative: it ended that long ago
  std::string answer;              // sent verbatim to every request
  // Connections that end, without TLS's own farewell, after so many bytes of the answer.
  int cuts = 0;
  std::size_t cut_after = 0;
  std::string after_cuts = {};  // then sent instead of `answer`
  // Connections that speak HTTP/2 and take no request: each is told to go away, or its stream is
  // reset (RFC 9113 §6.8, §6.4).
  int http2_goaways = 0;
  int http2_resets = 0;
  // Then, connections that take every request, answer with a head and these bytes, or with nothing
  // when there are none, and never go on.
  int http2_stalls = 0;
  std::string stall_with = {};
};

class TlsServer {
 public:
  explicit TlsServer(TlsServerConfig config);
  ~TlsServer();

  // "https://" host ":PORT" target.
  [[nodiscard]] std::string url(const std::string& host, const std::string& target) const;
  // PEM file with its certificate, for those who shall trust it.
  [[nodiscard]] const std::string& certificate_file() const;
  // Its key as PinnedHost has it.
  [[nodiscard]] std::string pin() const;
  [[nodiscard]] int requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead::test
