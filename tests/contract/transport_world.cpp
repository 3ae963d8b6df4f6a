// SPDX-License-Identifier: Apache-2.0
#include "contract/transport_world.h"

#include <chrono>

namespace playhead::test {

namespace {

// Only ever waited out by a test that fails.
constexpr std::chrono::seconds kPatience{30};

}  // namespace

CurlWorld::CurlWorld(CurlConfig config)
    : transport_(std::make_shared<CurlTransport>(std::move(config))) {}

CurlWorld::~CurlWorld() = default;

std::string CurlWorld::refused_url() const {
  return "http://127.0.0.1:" + std::to_string(closed_port()) + "/";
}

void CurlWorld::on_executor(const std::function<void()>& task) {
  if (executor_.is_current()) return task();
  bool is_done = false;
  executor_.post([&] {
    task();
    const std::lock_guard lock(mutex_);
    is_done = true;
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return is_done; });
}

bool CurlWorld::wait_until(const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, done);
}

SimTransportWorld::SimTransportWorld(SimLink link)
    : transport_(std::make_unique<SimTransport>(executor_, std::move(link))) {
  SimFault refused;
  refused.url_contains = "refused.test";
  refused.refuses_connection = true;
  transport_->add_fault(refused);
  // Asked for every request; answers none.
  transport_->watch([this](const WebRequest& request) { requests_.push_back(request); });
}

void SimTransportWorld::wait_for_connections(int count) {
  executor_.run_until_true([&] { return transport_->connections_opened() >= count; }, 1h);
  executor_.run_for(1s);
}

Result<FetchedResource> fetch_whole(TransportWorld& world, const Request& request,
                                    const RetryConfig& retries) {
  ResourceFetcher fetcher(world.transport(), world.executor(), retries);
  std::optional<Result<FetchedResource>> done;
  CancelHandle handle;
  world.on_executor([&] {
    handle = fetcher.fetch(request, [&](Result<FetchedResource> result) {
      {
        const std::lock_guard lock(world.mutex());
        done = std::move(result);
      }
      world.notify();
    });
  });
  const bool is_done = world.wait_until([&] { return done.has_value(); });
  world.on_executor([&] { handle.reset(); });
  if (!is_done) return make_error(ErrorCode::kTimedOut, "the test waited in vain");
  return *std::move(done);
}

Exchange& Exchange::start(const std::string& url) {
  Request request;
  request.url = url;
  return start(std::move(request));
}

void Exchange::note(char what) {
  was_on_executor = was_on_executor && world_.executor().is_current();
  was_before_start_returned = was_before_start_returned || !has_started_;
  if (what != 'b' || order.empty() || order.back() != 'b') order += what;
}

Exchange& Exchange::start(Request request) {
  FetchCallbacks callbacks;
  callbacks.on_head = [this](const ResponseHead& head_in) {
    {
      const std::lock_guard lock(world_.mutex());
      note('h');
      head = head_in;
    }
    world_.notify();
    if (in_head) in_head();
  };
  callbacks.on_body = [this](const SharedBytes& bytes, MonotonicTime at) {
    {
      const std::lock_guard lock(world_.mutex());
      note('b');
      body.insert(body.end(), bytes.view().begin(), bytes.view().end());
      received.push_back(at);
    }
    world_.notify();
    if (in_body) in_body();
  };
  callbacks.on_done = [this](Result<TransferStats> result) {
    if (in_done) in_done();
    {
      const std::lock_guard lock(world_.mutex());
      note('d');
      done_ = std::move(result);
    }
    world_.notify();
  };
  world_.on_executor([&] {
    handle_ = world_.transport().start(std::move(request), world_.executor(), std::move(callbacks));
    has_started_ = true;
  });
  return *this;
}

void Exchange::cancel() {
  world_.on_executor([&] { handle_.reset(); });
}

bool Exchange::wait() {
  return world_.wait_until([this] { return done_.has_value(); });
}
bool Exchange::wait_for_head() {
  return world_.wait_until([this] { return !order.empty(); });
}
bool Exchange::wait_for_body() {
  return world_.wait_until([this] { return !body.empty(); });
}

}  // namespace playhead::test
