// SPDX-License-Identifier: Apache-2.0
#include "http/worker.h"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "http/connection.h"
#include "timestamps.h"

namespace playhead::server {

namespace asio = boost::asio;
using boost::system::error_code;

Worker::Worker(Shared& shared)
    : shared_(shared), guard_(io_.get_executor()), deadline_(io_), queue_(io_, shared.clock, shared.queue) {}

void Worker::start() {
  thread_ = std::thread([this] { io_.run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::adopt(asio::ip::tcp::socket socket) {
  asio::post(io_, [this, socket = std::move(socket)]() mutable {
    if (finishing_) return;
    const auto connection = make_connection(std::move(socket), *this, shared_);
    connections_.insert(connection);
    std::optional<Error> refusal;
    if (shared_.connections.fetch_add(1) >= shared_.max_connections) {
      refusal = Error{503, "overloaded", "The server has too many connections."};
    }
    connection->start(std::move(refusal));
  });
}

void Worker::finish(int64_t grace_ms) {
  asio::post(io_, [this, grace_ms] {
    finishing_ = true;
    // A copy: finishing a connection removes it from the set.
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->finish();
    deadline_.expires_after(std::chrono::milliseconds(grace_ms));
    deadline_.async_wait([this](error_code error) {
      if (error) return;
      const std::vector<std::shared_ptr<Connection>> late(connections_.begin(), connections_.end());
      for (const auto& connection : late) connection->close();
    });
    release_if_done();
  });
}

void Worker::remove(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) == 0) return;
  shared_.connections.fetch_sub(1);
  release_if_done();
}

void Worker::release_if_done() {
  if (!finishing_ || !connections_.empty()) return;
  deadline_.cancel();
  guard_.reset();
}

const std::string& Worker::date() {
  const int64_t now_s = shared_.clock.now_s();
  if (now_s != date_s_) {
    date_s_ = now_s;
    date_ = format_http_date(now_s);
  }
  return date_;
}

}  // namespace playhead::server
