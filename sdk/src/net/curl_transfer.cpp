// SPDX-License-Identifier: Apache-2.0
#include "net/curl_transfer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <errno.h>

#include "base/url.h"
#include "net/http_headers.h"

namespace playhead {

namespace {

// HTTP/2 of libcurl before 8.1 may keep the last bytes of a multiplexed body in its own buffer
// until the connection carries something else: seen with 7.88 in 1 of 100 to 1 of 3 bodies,
// depending on the read buffer. A transfer that is quiet for this long is made to look there; then
// after twice the time, and so on. Shorter: more wake-ups while a host thinks. Longer: such a body
// ends later.
constexpr Duration kFirstRecheck = 10ms;
constexpr int kMaxRecheckDoublings = 6;

// Read buffer of media, bytes; text is small. Larger: fewer looks at the socket on fast links.
constexpr long kMediaBufferBytes = 96L << 10;
// The same of who takes bytes as fast as they come, and says when it does not
// (FlowWindow::is_passing).
constexpr long kPassingBufferBytes = 256L << 10;

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

}  // namespace

Result<void> CurlTransfer::build_headers() {
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
  for (const HttpHeader& header : exchange_.headers()) {
    has_content_type = has_content_type || equals_ignoring_case(header.name, "content-type");
    // libcurl's way to write an empty value; "Name:" would remove the header.
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  add("Expect:");  // no extra round trip before a body
  if (!has_content_type) add("Content-Type:");
  if (!is_complete) return make_error(ErrorCode::kOutOfMemory, "request headers");
  return {};
}

void CurlTransfer::set_request(EasyOptions& options, const CurlShared& shared) const {
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

Result<void> CurlTransfer::prepare(EasyHandle easy, const CurlShared& shared) {
  proxy_ = shared.config.proxy;
  easy_ = std::move(easy);
  exchange_.on_started();
  if (auto built = build_headers(); !built) return built;
  EasyOptions options(easy_.get());
  set_common_options(options, shared, exchange_.url());
  addresses_ = CurlAddresses();
  addresses_.follow(options);
  race_at_.reset();
  if (const auto now = exchange_.now()) race_at_ = *now + kNextAddressAfter;
  if (exchange_.request().kind == ResourceKind::kMedia) {
    const FlowWindow* window = exchange_.request().window.get();
    const bool is_passing = window != nullptr && window->is_passing();
    options.set(CURLOPT_BUFFERSIZE, is_passing ? kPassingBufferBytes : kMediaBufferBytes);
  }
  set_request(options, shared);
  options.set(CURLOPT_HTTPHEADER, headers_.get());
  options.set(CURLOPT_ERRORBUFFER, error_text_);
  options.set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  options.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  options.set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_write);
  options.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  options.set(CURLOPT_PREREQFUNCTION, &CurlTransfer::on_request);
  options.set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  if (options.code() != CURLE_OK) return error_of(options.code());
  return {};
}

MonotonicTime CurlTransfer::recheck(MonotonicTime now) {
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
  if (is_paused_) return due();
  // Pausing sends nothing; going on after a pause reads without waiting for the socket.
  curl_easy_pause(easy_.get(), CURLPAUSE_RECV);
  curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
  return due();
}

bool CurlTransfer::is_connecting() const {
  curl_off_t connected = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connected);
  return connected == 0 && !exchange_.is_sent();
}

std::optional<MonotonicTime> CurlTransfer::race_at() const {
  return race_at_ && is_connecting() ? race_at_ : std::nullopt;
}

std::set<std::string> CurlTransfer::begin_race(MonotonicTime now) {
  race_at_.reset();
  if (addresses_.tried().empty()) race_at_ = now + kNextAddressAfter;
  return addresses_.tried();
}

void CurlTransfer::resume() {
  if (!is_paused_ || exchange_.is_full()) return;
  is_paused_ = false;
  exchange_.on_resumed();
  curl_easy_pause(easy_.get(), CURLPAUSE_CONT);  // may hand over at once what libcurl kept
}

int CurlTransfer::on_request(void* self, char*, char*, int, int) {
  const bool goes_on = static_cast<CurlTransfer*>(self)->exchange_.on_sent();
  return goes_on ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(data, size * count);
  return static_cast<CurlTransfer*>(self)->exchange_.on_header_line(line) ? line.size() : 0;
}

std::size_t CurlTransfer::on_write(char* data, std::size_t size, std::size_t count, void* self) {
  const ByteView bytes = as_bytes({data, size * count});
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (transfer.exchange_.is_full()) {
    transfer.is_paused_ = true;
    transfer.exchange_.on_paused();
    return CURL_WRITEFUNC_PAUSE;
  }
  curl_off_t wire_bytes = 0;
  curl_easy_getinfo(transfer.easy(), CURLINFO_SIZE_DOWNLOAD_T, &wire_bytes);
  return transfer.exchange_.on_body(bytes, wire_bytes) ? bytes.size() : 0;
}

Error CurlTransfer::error_of(CURLcode code) const {
  ErrorCode error = error_code_of(code);
  long os_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
  // A handshake cut short says nothing about the server's certificate.
  const bool was_cut = os_error == ECONNRESET || os_error == EPIPE;
  if (code == CURLE_SSL_CONNECT_ERROR && was_cut) error = ErrorCode::kConnectionLost;
  // libcurl's way to refuse a header line beyond its own buffer of 100 kB.
  const bool is_in_head = exchange_.is_sent() && !exchange_.has_head();
  if (code == CURLE_OUT_OF_MEMORY && is_in_head) error = ErrorCode::kBadResponse;
  // What an answer that was longer than it said left on the connection is no answer to this request.
  long connections = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connections);
  const bool has_no_head = code == CURLE_UNSUPPORTED_PROTOCOL &&
                           std::string_view(error_text_).find("HTTP/0.9") != std::string_view::npos;
  if (has_no_head && connections == 0) error = ErrorCode::kConnectionLost;
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

std::optional<Result<TransferStats>> CurlTransfer::conclude(CURLcode code) {
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

}  // namespace playhead
