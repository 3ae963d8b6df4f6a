// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include <curl/curl.h>

#include "edge/upstream.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxTransfers = 64;
constexpr std::size_t kMaxBodyBytes = std::size_t{40} * 1024 * 1024;  // manifests: see MediaHandler
constexpr long kConnectTimeoutMs = 5000;
constexpr int kIdleMs = 3'600'000;
constexpr long kSlowBytesPerS = 1024;
constexpr long kSlowS = 10;

class HttpUpstream final : public Upstream {
 public:
  HttpUpstream(std::string origin, const Log& log)
      : origin_(std::move(origin)), log_(log), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(kMaxTransfers));
    thread_ = std::thread([this] { run(); });
  }

  ~HttpUpstream() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto& [handle, transfer] : running_) {
      curl_multi_remove_handle(multi_, handle);
      discard(handle, *transfer);
    }
    curl_multi_cleanup(multi_);
  }

  void fetch(UpstreamRequest request, Answered answered) override {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({std::move(request), std::move(answered)});
    }
    curl_multi_wakeup(multi_);
  }

 private:
  struct Wish {
    UpstreamRequest request;
    Answered answered;
  };
  struct Transfer {
    UpstreamAnswer answer;
    Answered answered;
    std::string url;
    std::string range;
    curl_slist* headers = nullptr;
  };

  static std::size_t on_body(char* data, std::size_t, std::size_t count, void* self) {
    std::string& body = static_cast<Transfer*>(self)->answer.body;
    if (body.size() + count > kMaxBodyBytes) return 0;
    body.append(data, count);
    return count;
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t count, void* self) {
    UpstreamAnswer& answer = static_cast<Transfer*>(self)->answer;
    const std::string_view line(data, count);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return count;
    const auto is = [&](std::string_view name) {
      return std::equal(name.begin(), name.end(), line.begin(), line.begin() + colon, [](char a, char b) {
        return a == (b >= 'A' && b <= 'Z' ? b + 32 : b);
      });
    };
    std::string* const into = is("etag")            ? &answer.etag
                              : is("content-type")  ? &answer.mime
                              : is("cache-control") ? &answer.cache_control
                              : is("content-range") ? &answer.content_range
                              : is("retry-after")   ? &answer.retry_after
                                                    : nullptr;
    if (into == nullptr) return count;
    std::string_view value = line.substr(colon + 1);
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
    *into = value;
    return count;
  }

  static void discard(CURL* handle, const Transfer& transfer) {
    curl_slist_free_all(transfer.headers);
    curl_easy_cleanup(handle);
  }

  void run() {
    for (;;) {
      if (!take_wishes()) return;
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (finish_transfers()) continue;  // who waits for their place gets it now
      // Until there is something to do: fetch() and the end wake it, and transfers have timers of their own.
      curl_multi_poll(multi_, nullptr, 0, kIdleMs, nullptr);
    }
  }

  bool take_wishes() {
    const std::lock_guard lock(mutex_);
    while (!stopping_ && !waiting_.empty() && running_.size() < kMaxTransfers) {
      begin(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return !stopping_;
  }

  void begin(Wish wish) {
    auto transfer = std::make_unique<Transfer>();
    transfer->answered = std::move(wish.answered);
    transfer->url = origin_ + wish.request.target;
    transfer->range = std::move(wish.request.range);
    CURL* const handle = curl_easy_init();
    const auto set = [handle](CURLoption option, auto value) {
      curl_easy_setopt(handle, option, value);
    };
    set(CURLOPT_URL, transfer->url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PATH_AS_IS, 1L);  // it is signed
    set(CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    set(CURLOPT_LOW_SPEED_LIMIT, kSlowBytesPerS);
    set(CURLOPT_LOW_SPEED_TIME, kSlowS);
    set(CURLOPT_USERAGENT, "playhead-edge");
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(transfer.get()));
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(transfer.get()));
    if (!transfer->range.empty()) {
      transfer->headers = curl_slist_append(nullptr, ("Range: " + transfer->range).c_str());
      set(CURLOPT_HTTPHEADER, transfer->headers);
    }
    curl_multi_add_handle(multi_, handle);
    running_.emplace(handle, std::move(transfer));
  }

  // Whether there was one.
  bool finish_transfers() {
    int left = 0;
    bool is_any = false;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      is_any = true;
      CURL* const handle = message->easy_handle;
      const CURLcode result = message->data.result;
      const auto found = running_.find(handle);
      const std::unique_ptr<Transfer> transfer = std::move(found->second);
      running_.erase(found);
      long status = 0;
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      curl_multi_remove_handle(multi_, handle);
      discard(handle, *transfer);
      transfer->answer.status = static_cast<int>(status);
      if (result != CURLE_OK) {
        log_.warn("origin_failed", {{"why", curl_easy_strerror(result)}});
        transfer->answer = {};
      }
      transfer->answered(std::move(transfer->answer));
    }
    return is_any;
  }

  const std::string origin_;
  const Log& log_;
  CURLM* const multi_;
  std::mutex mutex_;
  std::deque<Wish> waiting_;  // under mutex_
  bool stopping_ = false;     // under mutex_
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;  // own thread
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Upstream> make_http_upstream(std::string origin, const Log& log) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)initialised;
  return std::make_unique<HttpUpstream>(std::move(origin), log);
}

}  // namespace playhead::server
