// SPDX-License-Identifier: Apache-2.0
#include "http/worker.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "timestamps.h"

namespace playhead::server {
namespace {

using boost::system::error_code;

// Deadlines that are closer than that are seen to together. Setting a timer costs more than a
// request (35 us on a virtual machine).
constexpr int64_t kTickApartUs = 100'000;
// Turns, before the event loop looks again at who has come: 128 of those at once. With twice the load all are read, and
// what was read goes on.
constexpr std::size_t kTurnsAtOnce = 64;

}  // namespace

namespace asio = boost::asio;

Worker::Worker(Shared& shared)
    : shared_(shared),
      guard_(io_.get_executor()),
      end_(io_),
      deadlines_(shared.patience),
      tick_(io_) {}

void Worker::start() {
  thread_ = std::thread([this] { io_.run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::adopt(Socket socket) {
  asio::post(io_, [this, socket = std::move(socket)]() mutable {
    if (finishing_) return;
    const std::size_t open = shared_.connections.fetch_add(1);
    if (open >= shared_.max_connections + shared_.max_connections / 8 + 1) {  // telling so many why costs too much, too
      shared_.connections.fetch_sub(1);
      return;
    }
    const auto connection = make_connection(std::move(socket), *this, shared_);
    connections_.insert(connection);
    std::optional<Error> refusal;
    if (open >= shared_.max_connections) {
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
    end_.expires_after(std::chrono::milliseconds(grace_ms));
    end_.async_wait([this](error_code error) {
      if (error) return;
      const std::vector<std::shared_ptr<Connection>> late(connections_.begin(), connections_.end());
      for (const auto& connection : late) connection->close();
    });
    release_if_done();
  });
}

void Worker::answer(std::shared_ptr<Connection> connection, Response response) {
  if (io_.get_executor().running_in_this_thread()) return connection->respond(std::move(response));
  {
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(std::move(connection), std::move(response));
    if (answers_.size() > 1) return;  // the thread has been told already
  }
  asio::post(io_, [this] { give_answers(); });
}

void Worker::give_answers() {
  {
    const std::lock_guard lock(mutex_);
    std::swap(answers_, being_given_);
  }
  for (auto& [connection, response] : being_given_) connection->respond(std::move(response));
  being_given_.clear();
}

void Worker::take_turn(std::shared_ptr<Connection> connection) {
  turns_.push_back(std::move(connection));
  if (turns_.size() == 1) asio::post(io_, [this] { give_turns(); });
}

void Worker::give_turns() {
  for (std::size_t i = 0; i < kTurnsAtOnce && !turns_.empty(); ++i) {
    const auto connection = std::move(turns_.front());
    turns_.pop_front();
    connection->handle();
  }
  if (!turns_.empty()) asio::post(io_, [this] { give_turns(); });
}

void Worker::remove(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) == 0) return;
  shared_.connections.fetch_sub(1);
  release_if_done();
}

void Worker::wait(Waiter& waiter, Patience kind) {
  const int64_t now_us = shared_.clock.monotonic_us();
  deadlines_.start(waiter, kind, now_us);
  arm(now_us, 0);
}

void Worker::arm(int64_t now_us, int64_t apart_us) {
  const auto next = deadlines_.next_us();
  if (!next || (tick_us_ && *tick_us_ <= *next)) return;
  tick_us_ = std::max(*next, now_us + apart_us);
  tick_.expires_after(std::chrono::microseconds(*tick_us_ - now_us));
  tick_.async_wait([this](error_code error) {
    if (!error) on_tick();
  });
}

void Worker::on_tick() {
  const int64_t now_us = shared_.clock.monotonic_us();
  tick_us_.reset();
  while (Waiter* const waiter = deadlines_.take_due(now_us)) waiter->on_deadline();
  arm(now_us, kTickApartUs);
}

void Worker::release_if_done() {
  if (!finishing_ || !connections_.empty()) return;
  end_.cancel();
  tick_.cancel();
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
