// SPDX-License-Identifier: Apache-2.0
#include "http/http_server.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/tls.h"
#include "http/worker.h"

namespace playhead::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr int64_t kMaxHandshakeMs = 10'000;

Deadlines::Durations patience(const HttpServerConfig& config) {
  Deadlines::Durations durations_us{};
  const auto set = [&](Patience kind, int64_t ms) { durations_us[static_cast<std::size_t>(kind)] = ms * 1000; };
  set(Patience::kHandshake, std::min(kMaxHandshakeMs, config.request_timeout_ms));
  set(Patience::kRequest, config.request_timeout_ms);
  set(Patience::kWrite, config.write_timeout_ms);
  set(Patience::kLinger, config.linger_ms);
  set(Patience::kPause, config.overload_pause_ms);
  return durations_us;
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(const HttpServerConfig& config, const Clock& clock, const Log& log)
      : shared_{clock, log, config.max_connections, config.country_header, patience(config)} {
    if (config.logs_requests) shared_.requests.emplace(log);
    for (unsigned i = 0; i < std::max(1U, config.threads); ++i) {
      workers_.push_back(std::make_unique<Worker>(shared_));
    }
    acceptor_.emplace(workers_.front()->io());
    accept_retry_.emplace(workers_.front()->io());
  }

  ~BeastServer() override { stop(0); }

  Status bind(const HttpServerConfig& config) {
    if (!config.tls_certificate.empty()) {
      auto tls = make_tls_context(config.tls_certificate, config.tls_key);
      if (!tls.ok()) return tls.error();
      shared_.tls = std::move(tls.value());
    }
    error_code error;
    const auto address = asio::ip::make_address(config.host, error);
    if (error) return cannot_listen(config, "the address must be numeric");
    const tcp::endpoint endpoint(address, config.port);
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(config, error.message());
    port_ = acceptor_->local_endpoint(error).port();
    return Done{};
  }

  uint16_t port() const override { return port_; }

  std::size_t open_connections() const override { return shared_.connections.load(); }

  void start(HttpHandler& handler) override {
    shared_.handler = &handler;
    started_ = true;
    accept();
    for (const auto& worker : workers_) worker->start();
  }

  void stop(int64_t grace_ms) override {
    if (!started_) return;
    started_ = false;
    asio::post(workers_.front()->io(), [this] {
      error_code ignored;
      acceptor_->close(ignored);
      accept_retry_->cancel();
    });
    for (const auto& worker : workers_) worker->finish(grace_ms);
    for (const auto& worker : workers_) worker->join();
  }

 private:
  static Error cannot_listen(const HttpServerConfig& config, const std::string& why) {
    return Error{500, "cannot_listen",
                 "Cannot listen on " + config.host + " port " + std::to_string(config.port) + ": " +
                     why + "."};
  }

  // The workers take turns; the socket is made in the event loop of the one that will have it.
  void accept() {
    Worker& worker = *workers_[next_++ % workers_.size()];
    acceptor_->async_accept(worker.io().get_executor(), [this, &worker](error_code error, Socket socket) {
      if (!acceptor_->is_open()) return;
      if (!error) {
        worker.adopt(std::move(socket));
        return accept();
      }
      // Out of descriptors, most likely: trying again at once would only burn the processor.
      shared_.log.warn("accept_failed", {{"why", error.message()}});
      accept_retry_->expires_after(kAcceptRetry);
      accept_retry_->async_wait([this](error_code cancelled) {
        if (!cancelled && acceptor_->is_open()) accept();
      });
    });
  }

  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> accept_retry_;
  std::size_t next_ = 0;
  uint16_t port_ = 0;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpServerConfig& config,
                                                       const Clock& clock, const Log& log) {
  auto server = std::make_unique<BeastServer>(config, clock, log);
  if (Status bound = server->bind(config); !bound.ok()) return bound.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace playhead::server
