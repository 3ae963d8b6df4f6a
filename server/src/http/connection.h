// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <boost/asio/ip/tcp.hpp>

#include "result.h"

namespace playhead::server {

struct Shared;
class Worker;

// One client. Everything runs on its worker's thread, but the Respond it hands out, which posts there.
class Connection {
 public:
  virtual ~Connection() = default;
  // Reads requests from now on; with a refusal, only tells why none is read.
  virtual void start(std::optional<Error> refusal) = 0;
  // The server is stopping: ends at once when idle, else after the running request.
  virtual void finish() = 0;
  virtual void close() = 0;
};

// Of HTTP, or of HTTPS when `shared.tls` is set.
[[nodiscard]] std::shared_ptr<Connection> make_connection(boost::asio::ip::tcp::socket socket,
                                                          Worker& worker, Shared& shared);

}  // namespace playhead::server
