// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "clock.h"
#include "http/queue_probe.h"
#include "http_types.h"
#include "log.h"

namespace playhead::server {

class Connection;

// What the connections of a server have in common.
struct Shared {
  const Clock& clock;
  const Log& log;
  std::size_t max_connections;
  std::string country_header;
  std::chrono::milliseconds overload_pause;
  LoadShedder::Limits queue;
  std::unique_ptr<boost::asio::ssl::context> tls = nullptr;  // none: plain HTTP
  HttpHandler* handler = nullptr;  // set before the first connection
  std::atomic<std::size_t> connections{0};
};

// One thread with its event loop and its connections.
class Worker {
 public:
  explicit Worker(Shared& shared);

  boost::asio::io_context& io() { return io_; }
  void start();
  void join();

  // Any thread.
  void adopt(boost::asio::ip::tcp::socket socket);
  void finish(int64_t grace_ms);

  // Own thread.
  void remove(const std::shared_ptr<Connection>& connection);
  const std::string& date();
  QueueProbe& queue() { return queue_; }

 private:
  void release_if_done();

  Shared& shared_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer deadline_;
  QueueProbe queue_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool finishing_ = false;
  int64_t date_s_ = -1;
  std::string date_;
  std::thread thread_;
};

}  // namespace playhead::server
