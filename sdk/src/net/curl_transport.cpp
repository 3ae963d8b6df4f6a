// SPDX-License-Identifier: Apache-2.0
#include "net/curl_transport.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>

#include "base/url.h"
#include "net/delivery.h"
#include "net/http_exchange.h"
#include "net/http_headers.h"

namespace playhead {

namespace {

// Read buffer per transfer, bytes. Larger: fewer system calls on fast links, more memory.
constexpr long kReadBufferBytes = 16L << 10;
// Idle connections kept over all origins.
constexpr long kMaxIdleConnections = 32;
// Longest sleep without anything to do; any call wakes the thread.
constexpr Duration kIdleSleep = 1h;

// HTTP/2 of libcurl before 8.1 may keep the last bytes of a multiplexed body in its own buffer
// until the connection carries something else: seen with 7.88 in 1 of 100 to 1 of 3 bodies,
// depending on the read buffer. A transfer that is quiet for this long is made to look there; then
// after twice the time, and so on. Shorter: more wake-ups while a host thinks. Longer: such a body
// ends later.
constexpr Duration kFirstRecheck = 10ms;
constexpr int kMaxRecheckDoublings = 6;
constexpr unsigned kFirstSoundHttp2Version = 0x080100;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

// What all transfers of one transport share.
struct Shared {
  CurlConfig config;
  std::string accept_encoding;  // of text kinds
  CURLSH* tls_sessions = nullptr;
};

// Sets options until the first refusal.
class EasyOptions {
 public:
  explicit EasyOptions(CURL* easy) : easy_(easy) {}
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
  }
  [[nodiscard]] CURLcode code() const { return code_; }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
};

// The keys a host may have, as libcurl wants them; empty: any.
std::string pins_of(const Shared& shared, const std::string& host) {
  std::string keys;
  for (const PinnedHost& pin : shared.config.pins) {
    if (!equals_ignoring_case(pin.host, host)) continue;
    for (const std::string& key : pin.keys) keys += (keys.empty() ? "" : ";") + key;
  }
  return keys;
}

void set_common_options(EasyOptions& options, const Shared& shared, const std::string& url) {
  options.set(CURLOPT_URL, url.c_str());
  options.set(CURLOPT_NOSIGNAL, 1L);
  options.set(CURLOPT_NOPROGRESS, 1L);
  options.set(CURLOPT_TCP_NODELAY, 1L);
  options.set(CURLOPT_TCP_KEEPALIVE, 1L);
  options.set(CURLOPT_BUFFERSIZE, kReadBufferBytes);
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  options.set(CURLOPT_USERAGENT, shared.config.user_agent.c_str());
  options.set(CURLOPT_PROXY, shared.config.proxy.c_str());  // "" also turns the environment's off
  options.set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  const auto origin = url_origin(url);
  const std::string pins = origin ? pins_of(shared, origin->host) : std::string();
  if (!pins.empty()) options.set(CURLOPT_PINNEDPUBLICKEY, pins.c_str());
  options.set(CURLOPT_SHARE, shared.tls_sessions);
  if (!shared.config.ca_file.empty()) options.set(CURLOPT_CAINFO, shared.config.ca_file.c_str());
  options.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
#if LIBCURL_VERSION_NUM >= 0x075500
  options.set(CURLOPT_PROTOCOLS_STR, "http,https");
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  options.set(CURLOPT_QUICK_EXIT, 1L);  // ending does not wait for a name being resolved
#endif
}

ErrorCode error_code_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return ErrorCode::kNetworkUnreachable;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return ErrorCode::kProxyFailure;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::kNetworkTimeout;
    case CURLE_URL_MALFORMAT:
      return ErrorCode::kInvalidUrl;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
      return ErrorCode::kOutOfMemory;
    case CURLE_UNSUPPORTED_PROTOCOL:  // what answers is not HTTP (HTTP/0.9)
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorCode::kBadResponse;
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
      return ErrorCode::kInternal;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return ErrorCode::kPinMismatch;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return ErrorCode::kTlsFailure;
    default:  // PARTIAL_FILE, GOT_NOTHING, RECV_ERROR, SEND_ERROR, HTTP2, HTTP2_STREAM, ...
      return ErrorCode::kConnectionLost;
  }
}

Error proxy_error(const std::string& proxy, CURLcode code, long status) {
  std::string what = "the proxy " + redact(proxy) + ": ";
  what += status >= 400 ? "it answers " + std::to_string(status) : curl_easy_strerror(code);
  return make_error(ErrorCode::kProxyFailure, std::move(what),
                    status >= 400 ? static_cast<int32_t>(status) : static_cast<int32_t>(code));
}

// An HttpExchange on a libcurl handle. Network thread only.
class Transfer {
 public:
  Transfer(Request request, std::shared_ptr<Delivery> delivery)
      : exchange_(std::move(request), std::move(delivery)) {}

  [[nodiscard]] HttpExchange& exchange() { return exchange_; }
  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  // Makes libcurl look for bytes it has already read, if that is due; answers when it will be next.
  MonotonicTime recheck(MonotonicTime now);

  // Makes `easy` ready for the current hop.
  Result<void> prepare(EasyHandle easy, const Shared& shared);
  // The current hop ended. Nothing: a redirect is to be followed, prepare() again.
  std::optional<Result<TransferStats>> conclude(CURLcode code);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
  static int on_request(void* self, char*, char*, int, int);

  Result<void> build_headers();
  void set_request(EasyOptions& options, const Shared& shared) const;
  [[nodiscard]] Error error_of(CURLcode code) const;

  std::string proxy_;  // empty: none
  HttpExchange exchange_;
  std::optional<MonotonicTime> quiet_since_;  // as of the last recheck
  int rechecks_ = 0;                          // since then
  HeaderList headers_;
  char error_text_[CURL_ERROR_SIZE] = {};
  EasyHandle easy_;
};

Result<void> Transfer::build_headers() {
  headers_.reset();
  bool has_content_type = false;
  bool is_complete = true;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    is_complete = is_complete && longer != nullptr;
    if (longer == nullptr) return;
    (void)headers_.release();
    headers_.reset(longer);
  };
  const auto add_header = [&](const HttpHeader& header) {
    has_content_type = has_content_type || equals_ignoring_case(header.name, "content-type");
    // libcurl's way to write an empty value; "Name:" would remove the header.
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  };
  for (const HttpHeader& header : exchange_.request().headers) {
    const bool is_secret = equals_ignoring_case(header.name, "authorization") ||
                           equals_ignoring_case(header.name, "cookie");
    if (!is_secret || exchange_.sends_credentials()) add_header(header);
  }
  if (exchange_.sends_credentials()) {
    for (const HttpHeader& header : exchange_.request().credentials) add_header(header);
  }
  add("Expect:");  // no extra round trip before a body
  if (!has_content_type) add("Content-Type:");
  if (!is_complete) return make_error(ErrorCode::kOutOfMemory, "request headers");
  return {};
}

void Transfer::set_request(EasyOptions& options, const Shared& shared) const {
  const Request& request = exchange_.request();
  const std::string& method = exchange_.method();
  if (exchange_.sends_body()) {
    options.set(CURLOPT_POST, 1L);
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    options.set(CURLOPT_POSTFIELDS, request.body.data());
    if (method != "POST") options.set(CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method == "HEAD") {
    options.set(CURLOPT_NOBODY, 1L);
  } else {
    options.set(CURLOPT_HTTPGET, 1L);
    if (method != "GET") options.set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }
  if (request.range) {
    const std::string range = range_header(*request.range);
    options.set(CURLOPT_RANGE, range.c_str() + range.find('=') + 1);
  }
  const bool is_encoding_offered = exchange_.accepts_encoding() && !shared.accept_encoding.empty();
  if (is_encoding_offered) options.set(CURLOPT_ACCEPT_ENCODING, shared.accept_encoding.c_str());
  options.set(CURLOPT_CONNECTTIMEOUT_MS,
              static_cast<long>(std::max<int64_t>(to_ms(request.timeouts.connect), 1)));
}

Result<void> Transfer::prepare(EasyHandle easy, const Shared& shared) {
  proxy_ = shared.config.proxy;
  easy_ = std::move(easy);
  exchange_.on_started();
  if (auto built = build_headers(); !built) return built;
  EasyOptions options(easy_.get());
  set_common_options(options, shared, exchange_.url());
  set_request(options, shared);
  options.set(CURLOPT_HTTPHEADER, headers_.get());
  options.set(CURLOPT_ERRORBUFFER, error_text_);
  options.set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  options.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  options.set(CURLOPT_WRITEFUNCTION, &Transfer::on_write);
  options.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  options.set(CURLOPT_PREREQFUNCTION, &Transfer::on_request);
  options.set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  if (options.code() != CURLE_OK) return error_of(options.code());
  return {};
}

MonotonicTime Transfer::recheck(MonotonicTime now) {
  const auto quiet_since = exchange_.quiet_since();
  if (!quiet_since) return now + kFirstRecheck;
  if (quiet_since_ != quiet_since) rechecks_ = 0;
  quiet_since_ = quiet_since;
  const auto due = [&] {
    return *quiet_since + kFirstRecheck * ((1 << std::min(rechecks_, kMaxRecheckDoublings)) +
                                           std::max(rechecks_ - kMaxRecheckDoublings, 0) *
                                               (1 << kMaxRecheckDoublings));
  };
  if (now < due()) return due();
  while (due() <= now) ++rechecks_;
  // Pausing sends nothing; going on after a pause reads without waiting for the socket.
  curl_easy_pause(easy_.get(), CURLPAUSE_RECV);
  curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
  return due();
}

int Transfer::on_request(void* self, char*, char*, int, int) {
  const bool goes_on = static_cast<Transfer*>(self)->exchange_.on_sent();
  return goes_on ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(data, size * count);
  return static_cast<Transfer*>(self)->exchange_.on_header_line(line) ? line.size() : 0;
}

std::size_t Transfer::on_write(char* data, std::size_t size, std::size_t count, void* self) {
  const ByteView bytes = as_bytes({data, size * count});
  auto& transfer = *static_cast<Transfer*>(self);
  curl_off_t wire_bytes = 0;
  curl_easy_getinfo(transfer.easy(), CURLINFO_SIZE_DOWNLOAD_T, &wire_bytes);
  return transfer.exchange_.on_body(bytes, wire_bytes) ? bytes.size() : 0;
}

Error Transfer::error_of(CURLcode code) const {
  ErrorCode error = error_code_of(code);
  long os_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
  // A handshake cut short says nothing about the server's certificate.
  const bool was_cut = os_error == ECONNRESET || os_error == EPIPE;
  if (code == CURLE_SSL_CONNECT_ERROR && was_cut) error = ErrorCode::kConnectionLost;
  // libcurl's way to refuse a header line beyond its own buffer of 100 kB.
  const bool is_in_head = exchange_.is_sent() && !exchange_.has_head();
  if (code == CURLE_OUT_OF_MEMORY && is_in_head) error = ErrorCode::kBadResponse;
  const bool is_proxy_down = code == CURLE_COULDNT_CONNECT && !proxy_.empty();
  long tunnel_status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &tunnel_status);
  const bool is_refused = tunnel_status >= 400 && !exchange_.is_sent();
  if (is_proxy_down || is_refused || error == ErrorCode::kProxyFailure) {
    return proxy_error(proxy_, code, tunnel_status);
  }
  const bool has_safe_text = error == ErrorCode::kNetworkUnreachable ||
                             error == ErrorCode::kTlsFailure || code == CURLE_OPERATION_TIMEDOUT;
  std::string what = curl_easy_strerror(code);
  if (has_safe_text && error_text_[0] != '\0') what = error_text_;
  return make_error(error, redact(exchange_.url()) + ": " + what, static_cast<int32_t>(code));
}

std::optional<Result<TransferStats>> Transfer::conclude(CURLcode code) {
  HopFacts facts;
  curl_off_t wire_bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T, &wire_bytes);
  facts.wire_bytes = wire_bytes;
  long connections = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connections);
  facts.connection_reused = connections == 0;
  long version = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  facts.http_major = version == CURL_HTTP_VERSION_2_0 ? 2 : 1;
  std::optional<Error> failure;
  if (code != CURLE_OK) failure = error_of(code);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  constexpr long kProxyWantsLogin = 407;
  const bool is_refused = !failure && !proxy_.empty() && status == kProxyWantsLogin;
  if (is_refused) failure = proxy_error(proxy_, CURLE_OK, status);
  return exchange_.conclude(std::move(failure), facts);
}

}  // namespace

class CurlTransport::Impl {
 public:
  explicit Impl(CurlConfig config);
  ~Impl();

  void start(std::unique_ptr<Transfer> transfer);
  void preconnect(const std::string& url);
  void network_changed();
  void wake();
  void stop();

 private:
  using OriginKey = std::string;
  // A connection being opened ahead of need, and the requests that wait for it.
  struct Preconnect {
    EasyHandle easy;
    std::vector<std::unique_ptr<Transfer>> waiting;
  };
  struct Commands {
    std::vector<std::unique_ptr<Transfer>> starts;
    std::vector<std::string> preconnects;
    bool replaces_connections = false;
    bool stops = false;
  };

  void run();
  bool take_commands();
  [[nodiscard]] CURLM* make_multi() const;
  void replace_connections();
  void begin(std::unique_ptr<Transfer> transfer);
  void begin_hop(std::unique_ptr<Transfer> transfer);
  void begin_preconnect(const std::string& url);
  void end_preconnect(std::map<OriginKey, Preconnect>::iterator found);
  void collect_ended();
  void end_hop(CURL* easy, CURLcode code);
  Duration expire();
  void report(std::unique_ptr<Transfer> transfer, Result<TransferStats> result);
  static int on_preconnected(void* easy, char*, char*, int, int);
  static OriginKey key_of(const UrlOrigin& origin) {
    return origin.scheme + "://" + origin.host + ":" + std::to_string(origin.port);
  }

  Shared shared_;
  bool needs_rechecks_ = false;
  const Logger log_;
  std::thread thread_;

  std::mutex mutex_;
  // Under mutex_.
  Commands commands_;
  CURLM* multi_;  // written by the network thread only, which reads it without the lock

  // Network thread.
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::map<OriginKey, Preconnect> preconnects_;
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
  const std::lock_guard lock(mutex_);
  curl_multi_wakeup(multi_);
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
  std::map<CURL*, std::unique_ptr<Transfer>> ended;
  std::map<OriginKey, Preconnect> preconnects;
  std::swap(ended, transfers_);
  std::swap(preconnects, preconnects_);
  for (const auto& [easy, transfer] : ended) curl_multi_remove_handle(multi_, easy);
  for (const auto& [key, preconnect] : preconnects) {
    curl_multi_remove_handle(multi_, preconnect.easy.get());
  }
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

void CurlTransport::Impl::start(std::unique_ptr<Transfer> transfer) {
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
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect_ended();
    for (const auto& [easy, transfer] : transfers_) transfer->exchange().flush();
    const int64_t sleep_ms = (expire().count() + 999) / 1000;
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(sleep_ms), nullptr);
  }
  for (const auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
  for (const auto& [key, preconnect] : preconnects_) {
    curl_multi_remove_handle(multi_, preconnect.easy.get());
  }
  transfers_.clear();
  preconnects_.clear();
}

bool CurlTransport::Impl::take_commands() {
  Commands commands;
  {
    const std::lock_guard lock(mutex_);
    std::swap(commands, commands_);
  }
  if (commands.stops) return false;
  if (commands.replaces_connections) replace_connections();
  for (const std::string& url : commands.preconnects) begin_preconnect(url);
  for (auto& transfer : commands.starts) begin(std::move(transfer));
  return true;
}

void CurlTransport::Impl::begin(std::unique_ptr<Transfer> transfer) {
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

void CurlTransport::Impl::begin_hop(std::unique_ptr<Transfer> transfer) {
  if (!transfer->exchange().now()) return;  // cancelled
  EasyHandle easy(curl_easy_init());
  if (!easy) {
    report(std::move(transfer), make_error(ErrorCode::kOutOfMemory, "a new transfer"));
    return;
  }
  if (auto prepared = transfer->prepare(std::move(easy), shared_); !prepared) {
    report(std::move(transfer), std::move(prepared).error());
    return;
  }
  CURL* handle = transfer->easy();
  transfers_.emplace(handle, std::move(transfer));
  curl_multi_add_handle(multi_, handle);
}

// libcurl has no connect-and-keep: connections opened with CURLOPT_CONNECT_ONLY are excluded from
// reuse, and refusing the request in the pre-request callback closes an HTTP/1.1 connection. What
// decides about reuse is the option's value when the connection is made; what decides about
// stopping before the request is its value after the pre-request callback (multi.c, MSTATE_DO, from
// 7.80 to 8.x). So it is switched on in between. The contract tests watch that it works.
int CurlTransport::Impl::on_preconnected(void* easy, char*, char*, int, int) {
  curl_easy_setopt(static_cast<CURL*>(easy), CURLOPT_CONNECT_ONLY, 1L);
  return CURL_PREREQFUNC_OK;
}

void CurlTransport::Impl::begin_preconnect(const std::string& url) {
  const auto origin = url_origin(url);
  if (!origin || (origin->scheme != "http" && origin->scheme != "https")) return;
  const OriginKey key = key_of(*origin);
  if (preconnects_.count(key) != 0) return;
  EasyHandle easy(curl_easy_init());
  if (!easy) return;
  EasyOptions options(easy.get());
  set_common_options(options, shared_, url);
  options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(to_ms(RequestTimeouts{}.connect)));
  options.set(CURLOPT_PREREQFUNCTION, &Impl::on_preconnected);
  options.set(CURLOPT_PREREQDATA, static_cast<void*>(easy.get()));
  if (options.code() != CURLE_OK) return;
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
    const auto preconnect =
        std::find_if(preconnects_.begin(), preconnects_.end(),
                     [easy](const auto& entry) { return entry.second.easy.get() == easy; });
    if (preconnect != preconnects_.end()) end_preconnect(preconnect);
    return;
  }
  std::unique_ptr<Transfer> transfer = std::move(found->second);
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
      const bool rechecks = needs_rechecks_ && exchange.origin().scheme == "https";
      if (rechecks) sleep = std::min(sleep, entry->second->recheck(*now) - *now);
      ++entry;
      continue;
    }
    std::unique_ptr<Transfer> ended = std::move(entry->second);
    curl_multi_remove_handle(multi_, entry->first);
    entry = transfers_.erase(entry);
    if (now) {
      const Error error = ended->exchange().timeout_error();
      report(std::move(ended), error);
    }
  }
  return sleep;
}

void CurlTransport::Impl::report(std::unique_ptr<Transfer> transfer, Result<TransferStats> result) {
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
    std::unique_ptr<Transfer> transfer;
    ~HandOver() { impl.start(std::move(transfer)); }
  };
  auto delivery = std::make_shared<Delivery>(executor, std::move(callbacks));
  const HandOver hand_over{*impl_, std::make_unique<Transfer>(std::move(request), delivery)};
  return CancelHandle([delivery, weak = std::weak_ptr<Impl>(impl_)] {
    delivery->cancel();
    if (const auto impl = weak.lock()) impl->wake();
  });
}

void CurlTransport::preconnect(const std::string& url) { impl_->preconnect(url); }

void CurlTransport::network_changed() { impl_->network_changed(); }

}  // namespace playhead
