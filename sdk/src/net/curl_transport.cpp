// SPDX-License-Identifier: Apache-2.0
#include "net/curl_transport.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <pthread.h>

#include "base/url.h"
#include "net/curl_handle.h"
#include "net/curl_transfer.h"

namespace playhead {

namespace {

// Idle connections kept over all origins.
constexpr long kMaxIdleConnections = 32;
// An origin that was not asked for anything for this long has no connections worth counting on:
// servers close idle ones after 5 to 75 s.
constexpr Duration kOriginCoolsAfter = 60s;
// Origins remembered at most; the longest unused is forgotten.
constexpr std::size_t kRememberedOrigins = 64;
// A body of which so much is there has somebody busy with it; what follows may come in larger
// pieces. While that is true of everything under way, and a look at the sockets brings less than
// kSmallRound, the next look waits for kBulkPause: one wake-up of three threads then serves more
// bytes. At 50 Mbit/s that is a sixth of the wake-ups. Longer pauses end bodies later and need
// larger socket buffers.
constexpr int64_t kBulkBytes = int64_t{256} << 10;
constexpr int64_t kSmallRound = int64_t{32} << 10;
constexpr auto kBulkPause = std::chrono::milliseconds(3);
// How long buffers stay without a transfer. Longer: memory for nothing; shorter: between two
// segments they go, and are made again.
constexpr Duration kChunksKept = 1s;
// Between looks at a connection that is being made beside another one.
constexpr Duration kRaceLook = 10ms;
// Longest sleep without anything to do; any call wakes the thread.
constexpr Duration kIdleSleep = 1h;
// Before this version HTTP/2 needs CurlTransfer::recheck().
constexpr unsigned kFirstSoundHttp2Version = 0x080100;

}  // namespace

class CurlTransport::Impl {
 public:
  explicit Impl(CurlConfig config);
  ~Impl();

  void start(std::unique_ptr<CurlTransfer> transfer);
  void preconnect(const std::string& url);
  void network_changed();
  void wake();
  void stop();
  [[nodiscard]] const std::shared_ptr<ChunkPool>& chunks() const { return chunks_; }

 private:
  using OriginKey = std::string;
  // A connection being opened ahead of need, and the requests that wait for it.
  struct Preconnect {
    EasyHandle easy;
    std::vector<std::unique_ptr<CurlTransfer>> waiting;
  };
  struct Commands {
    std::vector<std::unique_ptr<CurlTransfer>> starts;
    std::vector<std::string> preconnects;
    bool replaces_connections = false;
    bool stops = false;
  };

  void run();
  bool take_commands();
  [[nodiscard]] CURLM* make_multi() const;
  void replace_connections();
  // After a look that brought little of bodies nobody waits for.
  void pause_between_looks();
  void begin(std::unique_ptr<CurlTransfer> transfer);
  void begin_hop(std::unique_ptr<CurlTransfer> transfer);
  void begin_preconnect(const std::string& url);
  // Nothing was asked of this origin for a while; it is now.
  [[nodiscard]] bool is_cold(const UrlOrigin& origin, MonotonicTime now);
  void open_spares(const std::string& url);
  // Beside the connection of `transfer`, which has not come about for a while.
  void open_race(CurlTransfer& transfer, MonotonicTime now);
  void end_spare(CURL* easy, CURLcode code);
  void end_preconnect(std::map<OriginKey, Preconnect>::iterator found);
  void collect_ended();
  void end_hop(CURL* easy, CURLcode code);
  Duration expire();
  // Its host said nothing for too long: neither its connection nor another one that this origin has
  // by now is believed to be well.
  void leave_connection(CURL* easy, const HttpExchange& exchange);
  // Buffers are kept for what comes next, until nothing did for a while.
  Duration let_chunks_go(Duration sleep);
  void report(std::unique_ptr<CurlTransfer> transfer, Result<TransferStats> result);
  static OriginKey key_of(const UrlOrigin& origin) {
    return origin.scheme + "://" + origin.host + ":" + std::to_string(origin.port);
  }

  const std::shared_ptr<ChunkPool> chunks_ = std::make_shared<ChunkPool>();
  CurlShared shared_;
  bool needs_rechecks_ = false;
  const Logger log_;
  std::thread thread_;

  std::mutex mutex_;
  std::condition_variable woken_;
  // Under mutex_.
  Commands commands_;
  bool is_woken_ = false;
  CURLM* multi_;  // written by the network thread only, which reads it without the lock

  // Network thread.
  std::map<CURL*, std::unique_ptr<CurlTransfer>> transfers_;
  std::map<OriginKey, Preconnect> preconnects_;
  // Connections being opened that nobody waits for, or that one of which was to be waited for less.
  struct Spare {
    CURL* instead_of = nullptr;  // of a transfer; null: of none
    std::unique_ptr<CurlAddresses> addresses;
    EasyHandle easy;
  };
  std::map<CURL*, Spare> spares_;
  std::map<OriginKey, MonotonicTime> last_used_;
  std::set<OriginKey> silent_;  // the next request opens a connection of its own
  bool rests_ = false;      // nothing was fetched when it last looked
  bool was_woken_ = false;  // to look now
};

CurlTransport::Impl::Impl(CurlConfig config) : log_(config.log, "net") {
  curl_global_init(CURL_GLOBAL_DEFAULT);  // counted, and safe from any thread since 7.84
  shared_.config = std::move(config);
  const auto* version = curl_version_info(CURLVERSION_NOW);
  if ((version->features & CURL_VERSION_LIBZ) != 0) shared_.accept_encoding = "gzip";
  if ((version->features & CURL_VERSION_BROTLI) != 0) {
    shared_.accept_encoding += shared_.accept_encoding.empty() ? "br" : ", br";
  }
  needs_rechecks_ = version->version_num < kFirstSoundHttp2Version;
  shared_.tls_sessions = curl_share_init();  // one thread uses it: no lock functions
  curl_share_setopt(shared_.tls_sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  for (const std::string& host : shared_.config.addresses) {
    curl_slist* longer = curl_slist_append(shared_.resolved.get(), host.c_str());
    if (longer == nullptr) break;
    (void)shared_.resolved.release();
    shared_.resolved.reset(longer);
  }
  multi_ = make_multi();
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "playhead-net");
}

CurlTransport::Impl::~Impl() {
  curl_multi_cleanup(multi_);
  curl_share_cleanup(shared_.tls_sessions);
  curl_global_cleanup();
}

CURLM* CurlTransport::Impl::make_multi() const {
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(shared_.config.max_connections_per_host));
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  return multi;
}

void CurlTransport::Impl::wake() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    curl_multi_wakeup(multi_);
  }
  woken_.notify_one();
}

void CurlTransport::Impl::network_changed() {
  {
    const std::lock_guard lock(mutex_);
    commands_.replaces_connections = true;
  }
  wake();
}

// libcurl has no call that drops its idle connections; they end with the multi handle they are of.
void CurlTransport::Impl::replace_connections() {
  std::map<CURL*, std::unique_ptr<CurlTransfer>> ended;
  std::map<OriginKey, Preconnect> preconnects;
  std::map<CURL*, Spare> spares;
  std::swap(ended, transfers_);
  std::swap(preconnects, preconnects_);
  std::swap(spares, spares_);
  for (const auto& [easy, transfer] : ended) curl_multi_remove_handle(multi_, easy);
  for (const auto& [key, preconnect] : preconnects) {
    curl_multi_remove_handle(multi_, preconnect.easy.get());
  }
  for (const auto& [easy, spare] : spares) curl_multi_remove_handle(multi_, easy);
  CURLM* old = multi_;
  {
    const std::lock_guard lock(mutex_);
    multi_ = make_multi();
  }
  curl_multi_cleanup(old);
  for (auto& [easy, transfer] : ended) {
    const std::string url = redact(transfer->exchange().url());
    report(std::move(transfer),
           make_error(ErrorCode::kConnectionLost, url + ": the network has changed"));
  }
  for (auto& [key, preconnect] : preconnects) {
    for (auto& transfer : preconnect.waiting) begin(std::move(transfer));
  }
}

void CurlTransport::Impl::start(std::unique_ptr<CurlTransfer> transfer) {
  {
    const std::lock_guard lock(mutex_);
    commands_.starts.push_back(std::move(transfer));
  }
  wake();
}

void CurlTransport::Impl::preconnect(const std::string& url) {
  {
    const std::lock_guard lock(mutex_);
    commands_.preconnects.push_back(url);
  }
  wake();
}

void CurlTransport::Impl::stop() {
  {
    const std::lock_guard lock(mutex_);
    commands_.stops = true;
  }
  wake();
  thread_.join();
}

void CurlTransport::Impl::run() {
  // The app's signals are the app's; a write to a dead connection must not end the process.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (take_commands()) {
    for (const auto& [easy, transfer] : transfers_) transfer->resume();
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect_ended();
    for (const auto& [easy, transfer] : transfers_) transfer->exchange().flush();
    pause_between_looks();
    const int64_t sleep_ms = (let_chunks_go(expire()).count() + 999) / 1000;
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(sleep_ms), nullptr);
  }
  for (const auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
  for (const auto& [key, preconnect] : preconnects_) {
    curl_multi_remove_handle(multi_, preconnect.easy.get());
  }
  for (const auto& [easy, spare] : spares_) curl_multi_remove_handle(multi_, easy);
  transfers_.clear();
  preconnects_.clear();
  spares_.clear();
}

bool CurlTransport::Impl::take_commands() {
  Commands commands;
  {
    const std::lock_guard lock(mutex_);
    std::swap(commands, commands_);
    was_woken_ = std::exchange(is_woken_, false);
  }
  if (commands.stops) return false;
  if (commands.replaces_connections) replace_connections();
  for (const std::string& url : commands.preconnects) begin_preconnect(url);
  for (auto& transfer : commands.starts) begin(std::move(transfer));
  return true;
}

void CurlTransport::Impl::pause_between_looks() {
  int64_t round_bytes = 0;
  bool is_bulk = !transfers_.empty() && preconnects_.empty() && spares_.empty();
  for (const auto& [easy, transfer] : transfers_) {
    round_bytes += transfer->take_news();
    is_bulk = is_bulk && transfer->exchange().body_bytes() >= kBulkBytes;
  }
  if (!is_bulk || round_bytes == 0 || round_bytes >= kSmallRound) return;
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, kBulkPause, [this] { return is_woken_; });
}

void CurlTransport::Impl::begin(std::unique_ptr<CurlTransfer> transfer) {
  if (auto valid = transfer->exchange().validate(); !valid) {
    report(std::move(transfer), std::move(valid).error());
    return;
  }
  const auto found = preconnects_.find(key_of(transfer->exchange().origin()));
  if (found != preconnects_.end()) {
    found->second.waiting.push_back(std::move(transfer));
    return;
  }
  begin_hop(std::move(transfer));
}

bool CurlTransport::Impl::is_cold(const UrlOrigin& origin, MonotonicTime now) {
  const auto [entry, is_new] = last_used_.try_emplace(key_of(origin), now);
  const MonotonicTime before = std::exchange(entry->second, now);
  if (is_new && last_used_.size() > kRememberedOrigins) {
    last_used_.erase(std::min_element(last_used_.begin(), last_used_.end(),
                                      [](auto& a, auto& b) { return a.second < b.second; }));
  }
  return is_new || now - before > kOriginCoolsAfter;
}

// What follows a manifest is fetched several at a time: playlists, InitSegments, segments of sound
// and pictures. HTTP/1.1 wants a connection for each, and every one costs a round trip that can
// pass while the manifest is on its way. Through TLS one connection of HTTP/2 serves all.
void CurlTransport::Impl::open_spares(const std::string& url) {
  for (int i = 0; i < shared_.config.spare_connections; ++i) {
    EasyHandle easy = connecting_handle(shared_, url);
    if (!easy || curl_easy_setopt(easy.get(), CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK) return;
    CURL* handle = easy.get();
    spares_[handle].easy = std::move(easy);
    curl_multi_add_handle(multi_, handle);
  }
}

void CurlTransport::Impl::open_race(CurlTransfer& transfer, MonotonicTime now) {
  std::set<std::string> tried = transfer.begin_race(now);
  if (tried.empty()) return;
  Spare spare;
  spare.instead_of = transfer.easy();
  spare.addresses = std::make_unique<CurlAddresses>(std::move(tried));
  spare.easy = connecting_handle(shared_, transfer.exchange().url());
  if (!spare.easy) return;
  EasyOptions options(spare.easy.get());
  options.set(CURLOPT_FRESH_CONNECT, 1L);
  spare.addresses->follow(options);
  if (options.code() != CURLE_OK) return;
  CURL* handle = spare.easy.get();
  spares_.emplace(handle, std::move(spare));
  curl_multi_add_handle(multi_, handle);
}

// Where a host has no other address libcurl says so at once, and the transfer waits on.
void CurlTransport::Impl::end_spare(CURL* easy, CURLcode code) {
  const auto spare = spares_.extract(easy);
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 0L);  // see end_preconnect
  curl_multi_remove_handle(multi_, easy);
  const auto slower = transfers_.find(spare.mapped().instead_of);
  if (code != CURLE_OK || slower == transfers_.end() || !slower->second->is_connecting()) return;
  std::unique_ptr<CurlTransfer> transfer = std::move(slower->second);
  curl_multi_remove_handle(multi_, slower->first);
  transfers_.erase(slower);
  begin_hop(std::move(transfer));  // finds the connection there is
}

void CurlTransport::Impl::begin_hop(std::unique_ptr<CurlTransfer> transfer) {
  const auto now = transfer->exchange().now();
  if (!now) return;  // cancelled
  EasyHandle easy(curl_easy_init());
  if (!easy) {
    report(std::move(transfer), make_error(ErrorCode::kOutOfMemory, "a new transfer"));
    return;
  }
  if (auto prepared = transfer->prepare(std::move(easy), shared_); !prepared) {
    report(std::move(transfer), std::move(prepared).error());
    return;
  }
  const HttpExchange& exchange = transfer->exchange();
  const bool leads_to_more = is_cold(exchange.origin(), *now) &&
                             exchange.request().kind == ResourceKind::kManifest &&
                             exchange.origin().scheme == "http";
  const std::string url = exchange.url();
  CURL* handle = transfer->easy();
  const bool was_silent = silent_.erase(key_of(exchange.origin())) > 0;
  if (was_silent) curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  transfers_.emplace(handle, std::move(transfer));
  chunks_->wake();
  curl_multi_add_handle(multi_, handle);
  if (leads_to_more) open_spares(url);
}

void CurlTransport::Impl::begin_preconnect(const std::string& url) {
  const auto origin = url_origin(url);
  if (!origin || (origin->scheme != "http" && origin->scheme != "https")) return;
  const OriginKey key = key_of(*origin);
  if (preconnects_.count(key) != 0) return;
  EasyHandle easy = connecting_handle(shared_, url);
  if (!easy) return;
  curl_multi_add_handle(multi_, easy.get());
  preconnects_[key].easy = std::move(easy);
}

void CurlTransport::Impl::end_preconnect(std::map<OriginKey, Preconnect>::iterator found) {
  Preconnect ended = std::move(found->second);
  preconnects_.erase(found);
  // Else removing the handle closes its connection.
  curl_easy_setopt(ended.easy.get(), CURLOPT_CONNECT_ONLY, 0L);
  curl_multi_remove_handle(multi_, ended.easy.get());
  for (auto& transfer : ended.waiting) begin_hop(std::move(transfer));
}

void CurlTransport::Impl::collect_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    end_hop(message->easy_handle, message->data.result);  // frees the message
  }
}

void CurlTransport::Impl::end_hop(CURL* easy, CURLcode code) {
  const auto found = transfers_.find(easy);
  if (found == transfers_.end()) {
    if (spares_.count(easy) != 0) return end_spare(easy, code);
    const auto preconnect =
        std::find_if(preconnects_.begin(), preconnects_.end(),
                     [easy](const auto& entry) { return entry.second.easy.get() == easy; });
    if (preconnect != preconnects_.end()) end_preconnect(preconnect);
    return;
  }
  std::unique_ptr<CurlTransfer> transfer = std::move(found->second);
  transfers_.erase(found);
  auto result = transfer->conclude(code);
  curl_multi_remove_handle(multi_, easy);
  if (result) {
    report(std::move(transfer), *std::move(result));
  } else {
    begin_hop(std::move(transfer));
  }
}

// Ends what is overdue or cancelled; answers how long there is nothing of that kind to do.
Duration CurlTransport::Impl::expire() {
  Duration sleep = kIdleSleep;
  for (auto entry = transfers_.begin(); entry != transfers_.end();) {
    HttpExchange& exchange = entry->second->exchange();
    const auto now = exchange.now();
    if (now && !exchange.is_overdue(*now)) {
      const auto deadline = exchange.deadline();
      if (deadline) sleep = std::min(sleep, *deadline - *now);
      if (const auto race_at = entry->second->race_at()) {
        if (*race_at <= *now) open_race(*entry->second, *now);
        sleep = std::min(sleep, std::max<Duration>(*race_at - *now, kRaceLook));
      }
      const bool rechecks = needs_rechecks_ && exchange.origin().scheme == "https";
      if (rechecks) sleep = std::min(sleep, entry->second->recheck(*now) - *now);
      ++entry;
      continue;
    }
    std::unique_ptr<CurlTransfer> ended = std::move(entry->second);
    if (now) leave_connection(entry->first, ended->exchange());
    curl_multi_remove_handle(multi_, entry->first);
    entry = transfers_.erase(entry);
    if (now) {
      const Error error = ended->exchange().timeout_error();
      report(std::move(ended), error);
    }
  }
  return sleep;
}

// Requests share a connection of HTTP/2, which ends with none of them: one that has died without a
// word, or whose host gives no window any more, would take every further attempt as well. It is
// closed with the last request on it; those that wait on it run out of time themselves.
void CurlTransport::Impl::leave_connection(CURL* easy, const HttpExchange& exchange) {
  if (exchange.origin().scheme != "https") return;
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  silent_.insert(key_of(exchange.origin()));
  if (silent_.size() > kRememberedOrigins) silent_.erase(silent_.begin());
}

Duration CurlTransport::Impl::let_chunks_go(Duration sleep) {
  // Whoever drops the last bytes wakes it, too: that is no rest.
  const bool rested = std::exchange(rests_, transfers_.empty()) && !was_woken_;
  if (!rests_) return sleep;
  if (!rested) return std::min(sleep, kChunksKept);
  chunks_->clear();
  return sleep;
}

void CurlTransport::Impl::report(std::unique_ptr<CurlTransfer> transfer,
                                 Result<TransferStats> result) {
  if (!result && log_.is_enabled(LogLevel::kInfo)) log_.info(describe(result.error()));
  transfer->exchange().finish(std::move(result));
}

CurlTransport::CurlTransport(CurlConfig config)
    : impl_(std::make_shared<Impl>(std::move(config))) {}

CurlTransport::~CurlTransport() { impl_->stop(); }

CancelHandle CurlTransport::start(Request request, Executor& executor, FetchCallbacks callbacks) {
  // Hands the transfer over once the caller's handle exists: its callbacks may run at once.
  struct HandOver {
    Impl& impl;
    std::unique_ptr<CurlTransfer> transfer;
    ~HandOver() { impl.start(std::move(transfer)); }
  };
  auto delivery =
      std::make_shared<Delivery>(executor, std::move(callbacks),
                                 DeliveryOptions{is_secret(request.kind), request.window, impl_->chunks()});
  if (request.window) {
    request.window->on_room([weak = std::weak_ptr<Impl>(impl_)] {
      if (const auto impl = weak.lock()) impl->wake();
    });
  }
  const HandOver hand_over{*impl_, std::make_unique<CurlTransfer>(std::move(request), delivery)};
  return CancelHandle([delivery, weak = std::weak_ptr<Impl>(impl_)] {
    delivery->cancel();
    if (const auto impl = weak.lock()) impl->wake();
  });
}

void CurlTransport::preconnect(const std::string& url) { impl_->preconnect(url); }

void CurlTransport::network_changed() { impl_->network_changed(); }

}  // namespace playhead
