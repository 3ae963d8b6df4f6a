// SPDX-License-Identifier: Apache-2.0
#include "session/cmcd_collector.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "net/http_headers.h"
#include "session/backoff.h"
#include "session/post_to.h"

namespace playhead {

namespace {

// Events come in twos and threes; more wait for nothing (both chosen). Longer: fewer requests;
// shorter: who watches sees trouble sooner.
constexpr Duration kGatherFor = 5s;
constexpr std::size_t kEnoughLines = 20;
// A batch of a backlog; a line has a few hundred bytes.
constexpr std::size_t kMostAtOnce = 100;
constexpr std::size_t kMostWaiting = 500;
constexpr Backoff kRetries{1s, 60s};
constexpr Duration kLongestRetryAfter = 10min;

}  // namespace

// On the executor's thread.
class CmcdCollector::Impl {
 public:
  Impl(Transport& transport, Executor& executor) : transport_(transport), executor_(executor) {}

  void put(const std::string& url, std::string line) {
    Lane& lane = lanes_[url];
    if (lane.is_closed) return;
    if (lane.lines.empty()) lane.due = executor_.now() + kGatherFor;
    lane.lines.push_back(std::move(line));
    // What is under way comes first, and stays.
    if (lane.lines.size() > kMostWaiting) {
      lane.lines.erase(lane.lines.begin() + static_cast<std::ptrdiff_t>(lane.under_way));
    }
    if (lane.lines.size() >= kEnoughLines) lane.due = executor_.now();
    schedule(url, lane);
  }
  void flush() {
    for (auto& [url, lane] : lanes_) {
      lane.due = lane.not_before = executor_.now();
      lane.failures = 0;
      schedule(url, lane);
    }
  }
  void drain(Duration patience, UniqueFunction<void()> done) {
    flush();
    if (is_tried()) return done();
    const uint64_t id = ++last_drain_;
    Drain& drain = drains_[id];
    drain.done = std::move(done);
    drain.timer = executor_.post_at(executor_.now() + patience, [this, id] {
      auto node = drains_.extract(id);
      if (!node.empty()) node.mapped().done();
    });
  }

 private:
  struct Lane {
    std::deque<std::string> lines;  // the first `under_way` of them are being sent
    std::size_t under_way = 0;
    MonotonicTime due;         // of the first that waits
    MonotonicTime not_before;  // after a failure
    int failures = 0;          // in a row
    bool is_closed = false;
    int status = 0;  // of the answer under way
    std::optional<Duration> retry_after;
    CancelHandle sending, timer;
  };
  struct Drain {
    UniqueFunction<void()> done;
    CancelHandle timer;
  };

  void schedule(const std::string& url, Lane& lane) {
    if (lane.under_way > 0 || lane.lines.empty()) return;
    const MonotonicTime at = std::max(lane.due, lane.not_before);
    lane.timer = executor_.post_at(at, [this, url] { send(url, lanes_[url]); });
  }

  void send(const std::string& url, Lane& lane) {
    if (lane.under_way > 0 || lane.lines.empty()) return;
    lane.under_way = std::min(lane.lines.size(), kMostAtOnce);
    Request request;
    request.url = url;
    request.method = "POST";
    request.kind = ResourceKind::kApi;
    request.headers.push_back({"Content-Type", "application/cmcd"});
    request.max_redirects = 0;
    request.max_bytes = 64 << 10;
    // No line feed behind the last line.
    for (std::size_t i = 0; i < lane.under_way; ++i) {
      if (i > 0) request.body += '\n';
      request.body += lane.lines[i];
    }
    lane.status = 0;
    lane.retry_after.reset();
    FetchCallbacks callbacks;
    callbacks.on_head = [this, &lane](const ResponseHead& head) {
      lane.status = head.status;
      lane.retry_after = parse_retry_after(head.header("Retry-After"), head.header("Date"),
                                           executor_.wall_now());
    };
    callbacks.on_done = [this, url, &lane](const Result<TransferStats>&) { on_done(url, lane); };
    lane.sending = transport_.start(std::move(request), executor_, std::move(callbacks));
  }

  void on_done(const std::string& url, Lane& lane) {
    const CancelHandle ended = std::move(lane.sending);  // owns this very callback
    const bool is_gone = lane.status == 410;
    const bool is_to_repeat = lane.status == 0 || lane.status == 429 || lane.status >= 500;
    if (is_to_repeat) {
      const Duration wait = backoff_delay(kRetries, ++lane.failures, executor_.random());
      const Duration asked = std::min(lane.retry_after.value_or(wait), kLongestRetryAfter);
      lane.not_before = executor_.now() + std::max(wait, asked);
    } else {
      lane.failures = 0;
      lane.is_closed = is_gone;
      const auto sent = lane.lines.begin() + static_cast<std::ptrdiff_t>(lane.under_way);
      lane.lines.erase(lane.lines.begin(), is_gone ? lane.lines.end() : sent);
    }
    lane.under_way = 0;
    schedule(url, lane);
    if (!is_tried()) return;
    for (auto& [id, drain] : std::exchange(drains_, {})) drain.done();
  }

  // Nothing waits but what the collector does not take for now.
  [[nodiscard]] bool is_tried() const {
    return std::all_of(lanes_.begin(), lanes_.end(), [](const auto& each) {
      const Lane& lane = each.second;
      return lane.lines.empty() || (lane.under_way == 0 && lane.failures > 0);
    });
  }

  Transport& transport_;
  Executor& executor_;
  std::map<std::string, Lane> lanes_;  // by URL; an app has one or two
  std::map<uint64_t, Drain> drains_;
  uint64_t last_drain_ = 0;
};

CmcdCollector::CmcdCollector(Transport& transport, Executor& executor)
    : impl_(std::make_shared<Impl>(transport, executor)), executor_(executor) {}

CmcdCollector::~CmcdCollector() = default;

// Runs on the executor's thread, in order; not at all once the collector is gone.
template <typename Action>
void CmcdCollector::post(Action action) {
  post_to(executor_, impl_, std::move(action));
}

void CmcdCollector::put(const std::string& url, std::string line) {
  post([url, line = std::move(line)](Impl& impl) mutable { impl.put(url, std::move(line)); });
}

void CmcdCollector::flush() {
  post([](Impl& impl) { impl.flush(); });
}

void CmcdCollector::drain(Duration patience, UniqueFunction<void()> done) {
  post([patience, done = std::move(done)](Impl& impl) mutable {
    impl.drain(patience, std::move(done));
  });
}

}  // namespace playhead
