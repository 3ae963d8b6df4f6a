// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "net/curl_transport.h"

namespace playhead {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

// A host that has not answered at one address for so long is tried at the next as well. Less:
// connections for nothing on slow links; more: a dead address is noticed.
inline constexpr Duration kNextAddressAfter = 250ms;

// What all transfers of one transport share.
struct CurlShared {
  CurlConfig config;
  std::string accept_encoding;  // of text kinds
  CURLSH* tls_sessions = nullptr;
  HeaderList resolved;  // CurlConfig::addresses
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

// What every connection is made with: TLS, pins, proxy. Time-outs and callbacks are the caller's.
void set_common_options(EasyOptions& options, const CurlShared& shared, const std::string& url);

// Opens a connection to the origin of `url` and sends nothing; null: out of memory. Before it is
// taken from its multi handle CURLOPT_CONNECT_ONLY must be switched off again, else the connection
// is closed.
[[nodiscard]] EasyHandle connecting_handle(const CurlShared& shared, const std::string& url);

}  // namespace playhead
