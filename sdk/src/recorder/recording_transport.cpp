// SPDX-License-Identifier: Apache-2.0
#include "recorder/recording_transport.h"

#include <algorithm>
#include <array>
#include <utility>

#include "recorder/fields.h"
#include "recorder/media_outline.h"

namespace playhead::recorder {

namespace {

// Longer bodies are not kept: what they lead to cannot be replayed.
constexpr std::size_t kMaxBody = std::size_t{8} << 20;

// What the library reads of an answer and says nothing about anybody.
constexpr std::array<std::string_view, 10> kHeaders = {
    "content-type", "content-length", "content-range", "content-encoding", "accept-ranges", "date",
    "age",          "retry-after",    "cache-control", "last-modified"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// One request, from its start to its end or cancellation.
class Tap {
 public:
  Tap(std::shared_ptr<FlightRecorder> recorder, const Executor& clock, const Request& request,
      FetchCallbacks callbacks)
      : recorder_(std::move(recorder)),
        clock_(clock),
        number_(recorder_->next_number()),
        url_(request.url),
        kind_(request.kind),
        first_(request.range ? static_cast<std::size_t>(request.range->first) : 0),
        callbacks_(std::move(callbacks)) {}
  ~Tap() { keep_body(); }
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  [[nodiscard]] uint64_t number() const { return number_; }

  void on_head(const ResponseHead& head) {
    const FlightRecorder::Step step(*recorder_, clock_, 'h', describe_head(head));
    is_partial_ = head.status == 206;
    if (callbacks_.on_head) callbacks_.on_head(head);
  }
  void on_body(SharedBytes chunk, MonotonicTime received) {
    Fields fields = number_first();
    fields.number(static_cast<int64_t>(chunk.size())).number(received.us);
    const FlightRecorder::Step step(*recorder_, clock_, 'b', fields.str());
    take(chunk);
    if (callbacks_.on_body) callbacks_.on_body(std::move(chunk), received);
  }
  void on_done(Result<TransferStats> result) {
    const FlightRecorder::Step step(*recorder_, clock_, 'd', describe_end(result));
    is_complete_ = result.has_value();
    keep_body();
    if (callbacks_.on_done) callbacks_.on_done(std::move(result));
  }

 private:
  [[nodiscard]] Fields number_first() const {
    return Fields().number(static_cast<int64_t>(number_));
  }

  std::string describe_head(const ResponseHead& head) {
    Fields out = number_first();
    out.number(head.status)
        .text(head.url == url_ ? "=" : recorder_->redactor().url(head.url))
        .text(head.content_length ? std::to_string(*head.content_length) : "");
    for (const HttpHeader& header : head.headers) {
      const std::string name = lower(header.name);
      const bool is_kept = std::find(kHeaders.begin(), kHeaders.end(), name) != kHeaders.end();
      if (is_kept) out.text(name).text(header.value);
      if (name == "etag") {
        const bool is_weak = header.value.substr(0, 2) == "W/";
        const auto tag = recorder_->redactor().name(header.value.substr(is_weak ? 2 : 0));
        out.text(name).text(is_weak ? "W/" + tag : tag);
      }
    }
    return out.take();
  }

  std::string describe_end(const Result<TransferStats>& result) const {
    Fields out = number_first();
    if (!result) return out.text("E").error(result.error()).take();
    const TransferStats& stats = *result;
    return out.number(stats.started.us)
        .number((stats.first_byte - stats.started).count())
        .number((stats.finished - stats.first_byte).count())
        .number(stats.wire_bytes)
        .number(stats.body_bytes)
        .flag(stats.from_cache)
        .flag(stats.connection_reused)
        .number(stats.http_major)
        .take();
  }

  void take(const SharedBytes& chunk) {
    if (recorder_->is_over()) return;
    if (kind_ == ResourceKind::kMedia) return outline_.append(chunk.view());
    const bool is_kept = kind_ != ResourceKind::kKey && kind_ != ResourceKind::kLicense;
    if (is_kept && body_.size() + chunk.size() <= kMaxBody) body_ += as_text(chunk.view());
  }

  void keep_body() {
    if (std::exchange(is_kept_, true)) return;
    if (kind_ == ResourceKind::kMedia) {
      const std::string outline = outline_.text(recorder_->redactor());
      if (!outline.empty()) recorder_->outline(number_, outline);
    } else if (!body_.empty()) {
      recorder_->body(
          {number_, kind_, url_, std::move(body_), is_partial_ ? first_ : 0, !is_complete_});
    }
  }

  const std::shared_ptr<FlightRecorder> recorder_;
  const Executor& clock_;
  const uint64_t number_;
  const std::string url_;
  const ResourceKind kind_;
  const std::size_t first_;  // byte that was asked for
  bool is_partial_ = false;  // and came
  bool is_complete_ = false;
  FetchCallbacks callbacks_;
  std::string body_;
  MediaOutline outline_;
  bool is_kept_ = false;
};

}  // namespace

std::string describe(const Request& request, Namer& urls) {
  Fields out;
  out.text(request.method).number(urls.number(request.url));
  out.text(request.range ? std::to_string(request.range->first) + '-' : "");
  out.text(request.range && request.range->last ? std::to_string(*request.range->last) : "");
  return out.number(static_cast<int64_t>(request.kind))
      .number(static_cast<int64_t>(request.body.size()))
      .flag(!request.credentials.empty())
      .take();
}

CancelHandle RecordingTransport::start(Request request, Executor&, FetchCallbacks callbacks) {
  const auto recorder = executor_->shared_recorder();
  auto tap = std::make_shared<Tap>(recorder, executor_->inner(), request, std::move(callbacks));
  recorder->effect("R" + std::to_string(tap->number()) + ',' + describe(request, recorder->urls()));
  FetchCallbacks tapped;
  // Whoever answers may let go of the request, and of what is captured here with it.
  tapped.on_head = [tap](const ResponseHead& head) {
    const auto alive = tap;
    alive->on_head(head);
  };
  tapped.on_body = [tap](SharedBytes chunk, MonotonicTime received) {
    const auto alive = tap;
    alive->on_body(std::move(chunk), received);
  };
  tapped.on_done = [tap](Result<TransferStats> result) {
    const auto alive = tap;
    alive->on_done(std::move(result));
  };
  CancelHandle handle = inner_->start(std::move(request), executor_->inner(), std::move(tapped));
  return CancelHandle([handle = std::move(handle), recorder, number = tap->number()]() mutable {
    recorder->effect("c" + std::to_string(number));
    handle.reset();
  });
}

void RecordingTransport::preconnect(const std::string& url) {
  FlightRecorder& recorder = executor_->recorder();
  recorder.effect("O" + std::to_string(recorder.urls().number(url)));
  inner_->preconnect(url);
}

}  // namespace playhead::recorder
