// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/deadlines.h"
#include "http_types.h"
#include "result.h"

namespace playhead::server {

struct Shared;
class Worker;

// Of one event loop, known when compiled: no handler goes through an erased executor.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// One client. Its worker's thread only.
class Connection : public Waiter {
 public:
  virtual ~Connection() = default;
  // Reads requests from now on; with a refusal, only tells why none is read.
  virtual void start(std::optional<Error> refusal) = 0;
  // Gives the handler the request that it has read.
  virtual void handle() = 0;
  // Of the request it has given to the handler.
  virtual void respond(Response response) = 0;
  // The server is stopping: ends at once when idle, else after the running request.
  virtual void finish() = 0;
  virtual void close() = 0;
};

// Of HTTP, or of HTTPS when `shared.tls` is set.
[[nodiscard]] std::shared_ptr<Connection> make_connection(Socket socket, Worker& worker, Shared& shared);

}  // namespace playhead::server
