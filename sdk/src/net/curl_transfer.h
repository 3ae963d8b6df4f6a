// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "net/curl_addresses.h"
#include "net/curl_handle.h"
#include "net/delivery.h"
#include "net/http_exchange.h"

namespace playhead {

// An HttpExchange on a libcurl handle. Network thread only.
class CurlTransfer {
 public:
  CurlTransfer(Request request, std::shared_ptr<Delivery> delivery)
      : exchange_(std::move(request), std::move(delivery)) {}

  [[nodiscard]] HttpExchange& exchange() { return exchange_; }
  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  // Body bytes since the last call.
  int64_t take_news() {
    const int64_t seen = std::exchange(seen_bytes_, exchange_.body_bytes());
    return seen_bytes_ - seen;
  }

  // Makes libcurl look for bytes it has already read, if that is due; answers when it will be next.
  MonotonicTime recheck(MonotonicTime now);

  // When a second connection should be tried where this one has not been, while it is being made;
  // nothing when that makes no sense.
  [[nodiscard]] std::optional<MonotonicTime> race_at() const;
  // It is tried. Answers where this one was tried so far; nowhere: its host's name is not known
  // yet.
  std::set<std::string> begin_race(MonotonicTime now);
  [[nodiscard]] bool is_connecting() const;

  // Goes on with what was paused because the consumer had no room, if it has.
  void resume();

  // Makes `easy` ready for the current hop.
  Result<void> prepare(EasyHandle easy, const CurlShared& shared);
  // The current hop ended. Nothing: a redirect is to be followed, prepare() again.
  std::optional<Result<TransferStats>> conclude(CURLcode code);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
  static int on_request(void* self, char*, char*, int, int);

  Result<void> build_headers();
  void set_request(EasyOptions& options, const CurlShared& shared) const;
  [[nodiscard]] Error error_of(CURLcode code) const;

  std::string proxy_;  // empty: none
  HttpExchange exchange_;
  int64_t seen_bytes_ = 0;                    // by take_news()
  std::optional<MonotonicTime> quiet_since_;  // as of the last recheck
  int rechecks_ = 0;                          // since then
  bool is_paused_ = false;
  HeaderList headers_;
  std::optional<MonotonicTime> race_at_;
  CurlAddresses addresses_;
  char error_text_[CURL_ERROR_SIZE] = {};
  EasyHandle easy_;
};

}  // namespace playhead
