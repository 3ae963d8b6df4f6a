// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_executor.h"
#include "net/curl_transport.h"
#include "net/fetcher.h"
#include "support/loopback_server.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead::test {

// A Transport, an executor and a web to talk to: what the contract is checked in.
class TransportWorld {
 public:
  virtual ~TransportWorld() = default;

  [[nodiscard]] virtual Transport& transport() = 0;
  [[nodiscard]] virtual Executor& executor() = 0;
  virtual void end_transport() = 0;

  [[nodiscard]] virtual std::string url(const std::string& target) const = 0;
  // Reaches the same web under another host name.
  [[nodiscard]] virtual std::string other_host_url(const std::string& target) const = 0;
  [[nodiscard]] virtual std::string refused_url() const = 0;
  virtual void serve(WebHandler handler) = 0;
  virtual void release() = 0;
  [[nodiscard]] virtual std::vector<WebRequest> requests() = 0;
  [[nodiscard]] virtual int connections() = 0;
  // Nothing on the way any more that preconnect() began.
  virtual void wait_for_connections(int count) = 0;

  // Runs on the executor's thread; returns when done.
  virtual void on_executor(const std::function<void()>& task) = 0;
  // Until `done` answers true; it is asked under mutex(). False: waited in vain.
  virtual bool wait_until(const std::function<bool()>& done) = 0;

  void serve(const std::string& target, WebAnswer answer) {
    serve([target, answer = std::move(answer)](const WebRequest& request) {
      return request.target == target ? std::optional(answer) : std::nullopt;
    });
  }
  [[nodiscard]] std::mutex& mutex() { return mutex_; }
  void notify() { changed_.notify_all(); }

 protected:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class CurlWorld : public TransportWorld {
 public:
  explicit CurlWorld(CurlConfig config = {});
  ~CurlWorld() override;

  [[nodiscard]] LoopbackServer& server() { return server_; }

  [[nodiscard]] Transport& transport() override { return *transport_; }
  [[nodiscard]] Executor& executor() override { return executor_; }
  void end_transport() override { transport_.reset(); }
  [[nodiscard]] std::string url(const std::string& target) const override {
    return server_.url(target);
  }
  [[nodiscard]] std::string other_host_url(const std::string& target) const override {
    return server_.localhost_url(target);
  }
  [[nodiscard]] std::string refused_url() const override;
  using TransportWorld::serve;
  void serve(WebHandler handler) override { server_.serve(std::move(handler)); }
  void release() override { server_.release(); }
  [[nodiscard]] std::vector<WebRequest> requests() override { return server_.requests(); }
  [[nodiscard]] int connections() override { return server_.connections(); }
  void wait_for_connections(int count) override { server_.wait_for_connections(count); }
  void on_executor(const std::function<void()>& task) override;
  bool wait_until(const std::function<bool()>& done) override;

 private:
  LoopbackServer server_;
  ThreadExecutor executor_{"contract"};

 protected:
  std::shared_ptr<Transport> transport_;
};

class SimTransportWorld final : public TransportWorld {
 public:
  SimTransportWorld() : SimTransportWorld(one_request_per_connection()) {}
  explicit SimTransportWorld(SimLink link);

  [[nodiscard]] SimTransport& sim() { return *transport_; }
  [[nodiscard]] VirtualExecutor& virtual_executor() { return executor_; }

  [[nodiscard]] Transport& transport() override { return *transport_; }
  [[nodiscard]] Executor& executor() override { return executor_; }
  void end_transport() override { transport_.reset(); }
  [[nodiscard]] std::string url(const std::string& target) const override {
    return "http://origin.test" + target;
  }
  [[nodiscard]] std::string other_host_url(const std::string& target) const override {
    return "http://other.test" + target;
  }
  [[nodiscard]] std::string refused_url() const override { return "http://refused.test/"; }
  using TransportWorld::serve;
  void serve(WebHandler handler) override { transport_->serve(std::move(handler)); }
  void release() override { transport_->release(); }
  [[nodiscard]] std::vector<WebRequest> requests() override { return requests_; }
  [[nodiscard]] int connections() override { return transport_->connections_opened(); }
  void wait_for_connections(int count) override;
  void on_executor(const std::function<void()>& task) override { task(); }
  bool wait_until(const std::function<bool()>& done) override {
    return executor_.run_until_true(done, 1h);
  }

 private:
  static SimLink one_request_per_connection() {
    SimLink link;
    link.is_multiplexed = false;
    return link;
  }
  VirtualExecutor executor_;
  std::vector<WebRequest> requests_;
  std::unique_ptr<SimTransport> transport_;
};

// The whole resource, with everything a ResourceFetcher tries. Waits.
[[nodiscard]] Result<FetchedResource> fetch_whole(TransportWorld& world, const Request& request,
                                                  const RetryConfig& retries = {});
[[nodiscard]] inline Result<FetchedResource> fetch_whole(TransportWorld& world,
                                                         const std::string& url) {
  Request request;
  request.url = url;
  return fetch_whole(world, request);
}

// One request and all that its callbacks told. Written on the executor's thread under the world's
// mutex; read by the test after wait().
class Exchange {
 public:
  explicit Exchange(TransportWorld& world) : world_(world) {}
  ~Exchange() { cancel(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Extra work inside a callback, on the executor's thread, without the mutex.
  std::function<void()> in_head;
  std::function<void()> in_body;
  std::function<void()> in_done;

  Exchange& start(Request request);
  Exchange& start(const std::string& url);
  void cancel();
  // From inside a callback.
  void cancel_here() { handle_.reset(); }
  // Until on_done; false when it does not come.
  bool wait();
  bool wait_for_head();
  bool wait_for_body();

  [[nodiscard]] bool is_done() const { return done_.has_value(); }
  [[nodiscard]] const Result<TransferStats>& result() const { return *done_; }
  [[nodiscard]] bool ok() const { return done_ && done_->has_value(); }
  // kInternal when it did not fail.
  [[nodiscard]] ErrorCode error() const {
    return done_ && !*done_ ? done_->error().code : ErrorCode::kInternal;
  }

  // 'h', 'b', 'd' in the order of the callbacks; runs of 'b' are one.
  std::string order;
  ResponseHead head;
  std::vector<uint8_t> body;
  std::vector<MonotonicTime> received;
  bool was_on_executor = true;
  bool was_before_start_returned = false;

 private:
  void note(char what);

  TransportWorld& world_;
  std::optional<Result<TransferStats>> done_;
  CancelHandle handle_;
  bool has_started_ = false;
};

}  // namespace playhead::test
