// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>
#include <mutex>
#include <set>
#include <utility>

#include "base/thread_executor.h"
#include "base/url.h"
#include "net/delivery.h"
#include "net/http_exchange.h"
#include "net/http_headers.h"
#include "playhead/http_client.h"
#include "playhead/secret_bytes.h"

namespace playhead {

namespace {

class ClientTransfer;

// What the transfers of one transport share. All of it on its thread, but post() and start().
class ClientNetwork : public std::enable_shared_from_this<ClientNetwork> {
 public:
  explicit ClientNetwork(std::shared_ptr<HttpClient> client) : client_(std::move(client)) {}

  // Any thread. Nothing runs once the network has ended.
  template <typename Action>
  void post(Action action) {
    thread_.post([weak = weak_from_this(), action = std::move(action)]() mutable {
      const auto self = weak.lock();
      if (self && self->client_) action(*self);
    });
  }
  // Of the transport: waits for the thread, unless this is it.
  void end();

  [[nodiscard]] Executor& thread() { return thread_; }
  // Null after the end. A copy: a call of it may be what ends this.
  [[nodiscard]] std::shared_ptr<HttpClient> client() const { return client_; }
  void begin(const std::shared_ptr<ClientTransfer>& transfer);
  void remove(const std::shared_ptr<ClientTransfer>& transfer) { transfers_.erase(transfer); }
  void change_network();

 private:
  void stop();

  std::shared_ptr<HttpClient> client_;
  std::set<std::shared_ptr<ClientTransfer>> transfers_;
  ThreadExecutor thread_{"playhead-http"};  // last: nothing runs once the rest goes
};

// One request over its hops, each of which is a call of the client's.
class ClientTransfer : public std::enable_shared_from_this<ClientTransfer> {
 public:
  ClientTransfer(const std::shared_ptr<ClientNetwork>& network, Request request,
                 std::shared_ptr<Delivery> delivery)
      : network_(network),
        timeouts_(request.timeouts),
        exchange_(std::move(request), std::move(delivery)) {}

  // The network's thread.
  void begin();
  // Nobody waits for it any more; or, with an error, that is how it ends.
  void drop();
  void drop(ErrorCode code, const char* why);
  void resume_if_room();

  // Any thread; `hop` tells which answer it belongs to.
  void on_sent(int hop);
  [[nodiscard]] HttpAnswer::Flow on_head(int hop, int status, std::vector<HttpHeader> headers);
  [[nodiscard]] HttpAnswer::Flow on_body(int hop, ByteView bytes);
  void on_end(int hop, Result<HttpFacts> end);

 private:
  class Answer;
  using Lock = std::unique_lock<std::mutex>;

  // Under the mutex.
  [[nodiscard]] bool is_stale(int hop) const { return hop != hop_ || is_hop_over_; }
  [[nodiscard]] HttpAnswer::Flow flow_after(bool goes_on);
  void end_hop(std::optional<Error> failure, const HopFacts& facts);
  [[nodiscard]] HttpRequest request_of_hop() const;
  [[nodiscard]] std::optional<MonotonicTime> deadline() const;

  // The network's thread, without the mutex.
  void begin_hop(const ClientNetwork& network);
  void conclude(const std::optional<Error>& failure, const HopFacts& facts);
  void finish(Result<TransferStats> result);
  void watch();

  const std::weak_ptr<ClientNetwork> network_;
  const RequestTimeouts timeouts_;
  // The network's thread.
  std::shared_ptr<HttpCall> call_;  // a copy is held where it is called
  CancelHandle timer_;

  std::mutex mutex_;
  // Under mutex_.
  HttpExchange exchange_;
  int hop_ = 0;
  bool is_hop_over_ = true, is_ended_ = false;
  bool is_waiting_for_room_ = false;
  std::optional<MonotonicTime> hop_began_;
};

class ClientTransfer::Answer final : public HttpAnswer {
 public:
  Answer(std::weak_ptr<ClientTransfer> transfer, int hop)
      : transfer_(std::move(transfer)), hop_(hop) {}

  void on_sent() override {
    if (const auto transfer = transfer_.lock()) transfer->on_sent(hop_);
  }
  Flow on_head(int status, std::vector<HttpHeader> headers) override {
    const auto transfer = transfer_.lock();
    return transfer ? transfer->on_head(hop_, status, std::move(headers)) : Flow::kOver;
  }
  Flow on_body(ByteView bytes) override {
    const auto transfer = transfer_.lock();
    return transfer ? transfer->on_body(hop_, bytes) : Flow::kOver;
  }
  void on_end(Result<HttpFacts> end) override {
    if (const auto transfer = transfer_.lock()) transfer->on_end(hop_, std::move(end));
  }

 private:
  const std::weak_ptr<ClientTransfer> transfer_;
  const int hop_;
};

void ClientNetwork::begin(const std::shared_ptr<ClientTransfer>& transfer) {
  transfers_.insert(transfer);
  transfer->begin();
}

void ClientNetwork::change_network() {
  for (const auto& transfer : std::set(transfers_)) {
    if (!client_) return;
    transfer->drop(ErrorCode::kConnectionLost, "the network was changed");
  }
  // None: a call that was cancelled has ended this, on this thread.
  if (const auto client = client_) client->network_changed();
}

void ClientNetwork::stop() {
  for (const auto& transfer : std::exchange(transfers_, {})) transfer->drop();
  client_.reset();
}

void ClientNetwork::end() {
  if (thread_.is_current()) return stop();
  std::promise<void> stopped;
  thread_.post([&] {
    stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

HttpRequest ClientTransfer::request_of_hop() const {
  const Request& request = exchange_.request();
  HttpRequest made;
  made.kind = request.kind;
  made.url = exchange_.url();
  made.method = exchange_.method();
  made.headers = exchange_.headers();
  made.range = request.range;
  if (request.range) made.headers.push_back({"Range", range_header(*request.range)});
  if (!exchange_.accepts_encoding()) made.headers.push_back({"Accept-Encoding", "identity"});
  if (exchange_.sends_body()) made.body = request.body;
  made.timeouts = request.timeouts;
  return made;
}

void ClientTransfer::begin() {
  const auto network = network_.lock();
  if (!network) return;
  Result<void> valid;
  {
    const Lock lock(mutex_);
    valid = exchange_.validate();
  }
  if (!valid) return finish(std::move(valid).error());
  begin_hop(*network);
}

void ClientTransfer::begin_hop(const ClientNetwork& network) {
  const auto client = network.client();
  if (!client) return;
  HttpRequest request;
  std::shared_ptr<Answer> answer;
  {
    const Lock lock(mutex_);
    hop_began_ = exchange_.now();
    if (!hop_began_) return;  // cancelled
    exchange_.on_started();
    is_hop_over_ = false;
    request = request_of_hop();
    answer = std::make_shared<Answer>(weak_from_this(), ++hop_);
  }
  call_ = client->start(request, answer);
  if (!call_) answer->on_end(make_error(ErrorCode::kInternal, "it could not be started"));
  if (is_secret(request.kind)) wipe_memory(request.body.data(), request.body.size());
  if (!network.client()) return call_.reset();  // it ended meanwhile, on this thread
  watch();
}

void ClientTransfer::on_sent(int hop) {
  const Lock lock(mutex_);
  const bool was_sent = is_stale(hop) || exchange_.is_sent();
  if (was_sent || !exchange_.on_sent()) return;
  if (const auto network = network_.lock()) {
    network->post([self = shared_from_this()](ClientNetwork&) { self->watch(); });
  }
}

HttpAnswer::Flow ClientTransfer::on_head(int hop, int status, std::vector<HttpHeader> headers) {
  const Lock lock(mutex_);
  if (is_stale(hop) || exchange_.has_head()) return HttpAnswer::Flow::kOver;
  if (!exchange_.is_sent() && !exchange_.on_sent()) return HttpAnswer::Flow::kOver;
  const bool goes_on = exchange_.on_head(status, std::move(headers));
  if (const auto network = network_.lock(); network && goes_on) {
    network->post([self = shared_from_this()](ClientNetwork&) { self->watch(); });
  }
  return flow_after(goes_on);
}

HttpAnswer::Flow ClientTransfer::on_body(int hop, ByteView bytes) {
  const Lock lock(mutex_);
  if (is_stale(hop) || !exchange_.has_head()) return HttpAnswer::Flow::kOver;
  // What it was before decoding is not known: max_bytes is what bounds it.
  constexpr int64_t kUnrated = int64_t{1} << 50;
  return flow_after(exchange_.on_body(bytes, kUnrated));
}

HttpAnswer::Flow ClientTransfer::flow_after(bool goes_on) {
  exchange_.flush();
  if (!goes_on) {
    end_hop(std::nullopt, {});
    return HttpAnswer::Flow::kOver;
  }
  if (!exchange_.is_full()) return HttpAnswer::Flow::kGoOn;
  is_waiting_for_room_ = true;
  exchange_.on_paused();
  return HttpAnswer::Flow::kWait;
}

void ClientTransfer::resume_if_room() {
  {
    const Lock lock(mutex_);
    if (!is_waiting_for_room_ || is_hop_over_ || exchange_.is_full()) return;
    is_waiting_for_room_ = false;
    exchange_.on_resumed();
  }
  if (const auto call = call_) call->resume();
  watch();
}

void ClientTransfer::on_end(int hop, Result<HttpFacts> end) {
  const Lock lock(mutex_);
  if (is_stale(hop)) return;
  if (!end) {
    Error error = std::move(end).error();
    error.context = redact(exchange_.url()) + ": " + error.context;
    return end_hop(std::move(error), {});
  }
  HopFacts facts;
  facts.wire_bytes = end->wire_bytes != 0 ? end->wire_bytes : exchange_.body_bytes();
  facts.connection_reused = end->connection_reused;
  facts.http_major = end->http_major;
  end_hop(std::nullopt, facts);
}

// What becomes of it is found out on the network's thread, where the next hop can begin.
void ClientTransfer::end_hop(std::optional<Error> failure, const HopFacts& facts) {
  is_hop_over_ = true;
  is_waiting_for_room_ = false;
  const auto network = network_.lock();
  if (!network) return;
  network->post([self = shared_from_this(), failure = std::move(failure), facts](ClientNetwork&) {
    self->conclude(failure, facts);
  });
}

void ClientTransfer::conclude(const std::optional<Error>& failure, const HopFacts& facts) {
  const auto network = network_.lock();
  call_.reset();
  std::optional<Result<TransferStats>> result;
  {
    const Lock lock(mutex_);
    if (is_ended_) return;
    result = exchange_.conclude(failure, facts);
  }
  if (result) return finish(*std::move(result));
  if (network) begin_hop(*network);
}

void ClientTransfer::finish(Result<TransferStats> result) {
  timer_.reset();
  {
    const Lock lock(mutex_);
    is_ended_ = true;
    exchange_.finish(std::move(result));
  }
  if (const auto network = network_.lock()) network->remove(shared_from_this());
}

void ClientTransfer::drop() {
  {
    const Lock lock(mutex_);
    is_hop_over_ = is_ended_ = true;
  }
  timer_.reset();
  call_.reset();
  if (const auto network = network_.lock()) network->remove(shared_from_this());
}

void ClientTransfer::drop(ErrorCode code, const char* why) {
  drop();
  const Lock lock(mutex_);
  exchange_.finish(make_error(code, redact(exchange_.url()) + ": " + why));
}

std::optional<MonotonicTime> ClientTransfer::deadline() const {
  if (exchange_.is_sent()) return exchange_.deadline();
  return *hop_began_ + timeouts_.connect + timeouts_.first_byte;
}

// Looks at the time, and again when the hop will have taken too long.
void ClientTransfer::watch() {
  const auto network = network_.lock();
  if (!network) return;
  std::optional<Error> overdue;
  std::optional<MonotonicTime> next;
  Duration wait{0};
  {
    const Lock lock(mutex_);
    const auto now = exchange_.now();
    if (is_hop_over_ || !now) return;
    next = deadline();
    const bool is_over = exchange_.is_sent() ? exchange_.is_overdue(*now) : *now >= *next;
    if (is_over) overdue = exchange_.timeout_error();
    if (next) wait = std::max(*next - *now, Duration{0});
  }
  timer_.reset();
  if (overdue) {
    drop();
    return finish(*std::move(overdue));
  }
  if (!next) return;  // it waits for room
  timer_ = network->thread().post_at(network->thread().now() + wait, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->watch();
  });
}

class HttpClientTransport final : public Transport {
 public:
  explicit HttpClientTransport(std::shared_ptr<HttpClient> client)
      : network_(std::make_shared<ClientNetwork>(std::move(client))) {}
  ~HttpClientTransport() override { network_->end(); }

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    const auto window = request.window;
    const auto delivery = std::make_shared<Delivery>(
        executor, std::move(callbacks), DeliveryOptions{is_secret(request.kind), window, nullptr});
    const auto transfer = std::make_shared<ClientTransfer>(network_, std::move(request), delivery);
    const std::weak_ptr<ClientNetwork> network = network_;
    if (window) {
      window->on_room([network, weak = std::weak_ptr<ClientTransfer>(transfer)] {
        const auto alive = network.lock();
        if (!alive) return;
        alive->post([weak](ClientNetwork&) {
          if (const auto paused = weak.lock()) paused->resume_if_room();
        });
      });
    }
    CancelHandle handle([delivery, network, weak = std::weak_ptr<ClientTransfer>(transfer)] {
      delivery->cancel();
      const auto alive = network.lock();
      if (!alive) return;
      alive->post([weak](ClientNetwork&) {
        if (const auto cancelled = weak.lock()) cancelled->drop();
      });
    });
    // Last: its callbacks may run at once.
    network_->post([transfer](ClientNetwork& there) { there.begin(transfer); });
    return handle;
  }

  void preconnect(const std::string& url) override {
    const auto origin = url_origin(url);
    if (!origin || (origin->scheme != "http" && origin->scheme != "https")) return;
    network_->post([url](ClientNetwork& network) { network.client()->preconnect(url); });
  }

  void network_changed() override {
    network_->post([](ClientNetwork& network) { network.change_network(); });
  }

 private:
  const std::shared_ptr<ClientNetwork> network_;
};

}  // namespace

std::shared_ptr<Transport> make_transport(std::shared_ptr<HttpClient> client) {
  return std::make_shared<HttpClientTransport>(std::move(client));
}

}  // namespace playhead
