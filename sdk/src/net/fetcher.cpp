// SPDX-License-Identifier: Apache-2.0
#include "net/fetcher.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "net/delivery.h"
#include "net/fetch_operation.h"
#include "playhead/secret_bytes.h"

namespace playhead {

namespace {

// Most memory set aside on the word of a Content-Length; beyond, the buffer grows with the data.
constexpr int64_t kMaxReservedBytes = int64_t{8} << 20;

// Puts a body together; one that came in one piece is passed on without a copy.
class BodyCollector {
 public:
  BodyCollector(UniqueFunction<void(Result<FetchedResource>)> done, bool is_secret)
      : done_(std::move(done)), is_secret_(is_secret) {}
  ~BodyCollector() {
    if (is_secret_) wipe_memory(joined_.data(), joined_.size());
  }
  BodyCollector(const BodyCollector&) = delete;
  BodyCollector& operator=(const BodyCollector&) = delete;

  void on_head(const ResponseHead& head) { resource_.head = head; }

  void on_body(SharedBytes bytes) {
    if (resource_.body.empty() && joined_.empty()) {
      resource_.body = std::move(bytes);
      return;
    }
    if (joined_.empty()) {
      const int64_t expected = resource_.head.content_length.value_or(0);
      joined_.reserve(
          static_cast<std::size_t>(std::clamp<int64_t>(expected, 0, kMaxReservedBytes)));
      append(std::exchange(resource_.body, SharedBytes()));
    }
    append(bytes);
  }

  void on_restart() {
    joined_.clear();
    resource_ = FetchedResource();
  }

  void on_done(Result<TransferStats> stats) {
    if (!stats) {
      done_(std::move(stats).error());
      return;
    }
    if (!joined_.empty()) {
      resource_.body = is_secret_ ? share_secret(joined_) : SharedBytes(std::move(joined_));
    }
    resource_.stats = *stats;
    done_(std::move(resource_));
  }

 private:
  void append(const SharedBytes& bytes) {
    joined_.insert(joined_.end(), bytes.view().begin(), bytes.view().end());
  }

  UniqueFunction<void(Result<FetchedResource>)> done_;
  const bool is_secret_;
  FetchedResource resource_;
  std::vector<uint8_t> joined_;
};

}  // namespace

ResourceFetcher::ResourceFetcher(Transport& transport, Executor& executor, RetryConfig config,
                                 std::shared_ptr<HostHealth> health, std::shared_ptr<HeldUrls> held)
    : transport_(transport),
      executor_(executor),
      config_(config),
      health_(std::move(health)),
      held_(held ? std::move(held) : std::make_shared<HeldUrls>()) {}

CancelHandle ResourceFetcher::fetch(Request request,
                                    UniqueFunction<void(Result<FetchedResource>)> done,
                                    FetchOptions options) {
  const auto collector =
      std::make_shared<BodyCollector>(std::move(done), is_secret(request.kind));
  FetchEvents events;
  events.on_head = [collector](const ResponseHead& head) { collector->on_head(head); };
  events.on_body = [collector](SharedBytes bytes, MonotonicTime) {
    collector->on_body(std::move(bytes));
  };
  events.on_restart = [collector] { collector->on_restart(); };
  events.on_done = [collector](Result<TransferStats> stats) {
    collector->on_done(std::move(stats));
  };
  return stream(std::move(request), std::move(events), std::move(options));
}

CancelHandle ResourceFetcher::stream(Request request, FetchEvents events, FetchOptions options) {
  if (options.others.empty()) options.others = mirrors_.others({request.url, request.range});
  const auto operation = std::make_shared<FetchOperation>(
      FetchContext{transport_, executor_, health_, is_online_, held_, cmcd_, types_},
      config_,
      std::move(request), std::move(events), std::move(options));
  std::erase_if(operations_, [](const auto& weak) { return weak.expired(); });
  operations_.push_back(operation);
  operation->start();
  return CancelHandle([operation] { operation->cancel(); });
}

void ResourceFetcher::forget_waits() { held_->forget(); }

void ResourceFetcher::set_network(bool is_online) {
  *is_online_ = is_online;
  held_->forget();
  const auto operations = operations_;  // they report, and their consumers fetch
  for (const auto& weak : operations) {
    if (const auto operation = weak.lock()) operation->on_network();
  }
}

}  // namespace playhead
