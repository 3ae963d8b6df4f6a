// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "clock.h"
#include "http/connection.h"
#include "http/deadlines.h"
#include "http/request_log.h"
#include "http_types.h"
#include "log.h"

namespace playhead::server {

// What the connections of a server have in common.
struct Shared {
  const Clock& clock;
  const Log& log;
  std::size_t max_connections;
  std::string country_header;
  Deadlines::Durations patience;
  std::optional<RequestLog> requests = std::nullopt;         // none: they are not logged
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
  void adopt(Socket socket);
  void finish(int64_t grace_ms);
  // Gives it to the connection; at once when on its thread, else together with what others answer until its turn.
  void answer(std::shared_ptr<Connection> connection, Response response);

  // Own thread.
  void remove(const std::shared_ptr<Connection>& connection);
  void wait(Waiter& waiter, Patience kind);
  const std::string& date();
  // Its request is handled when those that came meanwhile are read: who is to be turned away hears of it at once, and
  // how many wait is known.
  void take_turn(std::shared_ptr<Connection> connection);

 private:
  void give_answers();
  void give_turns();
  void arm(int64_t now_us, int64_t apart_us);
  void on_tick();
  void release_if_done();

  Shared& shared_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer end_;  // of the grace
  Deadlines deadlines_;
  boost::asio::steady_timer tick_;
  std::optional<int64_t> tick_us_;  // when it comes; empty = it does not
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool finishing_ = false;
  int64_t date_s_ = -1;
  std::string date_;
  using Answers = std::vector<std::pair<std::shared_ptr<Connection>, Response>>;
  std::mutex mutex_;
  Answers answers_;      // under mutex_; of other threads
  Answers being_given_;  // empty but for its memory
  std::deque<std::shared_ptr<Connection>> turns_;
  std::thread thread_;
};

}  // namespace playhead::server
