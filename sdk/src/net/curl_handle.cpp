// SPDX-License-Identifier: Apache-2.0
#include "net/curl_handle.h"

#include "base/url.h"
#include "net/http_headers.h"

namespace playhead {

namespace {

// Read buffer per transfer, bytes. Larger: fewer system calls on fast links, more memory.
constexpr long kReadBufferBytes = 16L << 10;
// The other family of addresses is tried after so long (RFC 8305 §5 recommends it), milliseconds.
constexpr long kOtherFamilyMs = kNextAddressAfter.count() / 1000;

// The keys a host may have, as libcurl wants them; empty: any.
std::string pins_of(const CurlShared& shared, const std::string& host) {
  std::string keys;
  for (const PinnedHost& pin : shared.config.pins) {
    if (!equals_ignoring_case(pin.host, host)) continue;
    for (const std::string& key : pin.keys) keys += (keys.empty() ? "" : ";") + key;
  }
  return keys;
}

// libcurl has no connect-and-keep: connections opened with CURLOPT_CONNECT_ONLY are excluded from
// reuse, and refusing the request in the pre-request callback closes an HTTP/1.1 connection. What
// decides about reuse is the option's value when the connection is made; what decides about
// stopping before the request is its value after the pre-request callback (multi.c, MSTATE_DO, from
// 7.80 to 8.x). So it is switched on in between. The contract tests watch that it works.
int on_preconnected(void* easy, char*, char*, int, int) {
  curl_easy_setopt(static_cast<CURL*>(easy), CURLOPT_CONNECT_ONLY, 1L);
  return CURL_PREREQFUNC_OK;
}

}  // namespace

void set_common_options(EasyOptions& options, const CurlShared& shared, const std::string& url) {
  options.set(CURLOPT_URL, url.c_str());
  options.set(CURLOPT_NOSIGNAL, 1L);
  options.set(CURLOPT_NOPROGRESS, 1L);
  options.set(CURLOPT_TCP_NODELAY, 1L);
  options.set(CURLOPT_TCP_KEEPALIVE, 1L);
  options.set(CURLOPT_BUFFERSIZE, kReadBufferBytes);
  options.set(CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, kOtherFamilyMs);
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  options.set(CURLOPT_USERAGENT, shared.config.user_agent.c_str());
  options.set(CURLOPT_PROXY, shared.config.proxy.c_str());  // "" also turns the environment's off
  options.set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  const auto origin = url_origin(url);
  const std::string pins = origin ? pins_of(shared, origin->host) : std::string();
  if (!pins.empty()) options.set(CURLOPT_PINNEDPUBLICKEY, pins.c_str());
  options.set(CURLOPT_SHARE, shared.tls_sessions);
  if (shared.resolved) options.set(CURLOPT_RESOLVE, shared.resolved.get());
  if (!shared.config.ca_file.empty()) options.set(CURLOPT_CAINFO, shared.config.ca_file.c_str());
  options.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
#if LIBCURL_VERSION_NUM >= 0x075500
  options.set(CURLOPT_PROTOCOLS_STR, "http,https");
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  options.set(CURLOPT_QUICK_EXIT, 1L);  // ending does not wait for a name being resolved
#endif
}

EasyHandle connecting_handle(const CurlShared& shared, const std::string& url) {
  EasyHandle easy(curl_easy_init());
  if (!easy) return easy;
  EasyOptions options(easy.get());
  set_common_options(options, shared, url);
  options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(to_ms(RequestTimeouts{}.connect)));
  options.set(CURLOPT_PREREQFUNCTION, &on_preconnected);
  options.set(CURLOPT_PREREQDATA, static_cast<void*>(easy.get()));
  if (options.code() != CURLE_OK) easy.reset();
  return easy;
}

}  // namespace playhead
