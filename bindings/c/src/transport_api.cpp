// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "guard.h"
#include "transport_adapter.h"

namespace playhead::capi {
namespace {

// A longer list is taken for one without its end.
constexpr std::size_t kMostHeaders = 10'000;

ErrorCode code_of(playhead_status status) {
  const auto code = static_cast<ErrorCode>(-int64_t{status});
  switch (code) {
    case ErrorCode::kNetworkUnreachable:
    case ErrorCode::kNetworkTimeout:
    case ErrorCode::kTlsFailure:
    case ErrorCode::kPinMismatch:
    case ErrorCode::kProxyFailure:
    case ErrorCode::kBadResponse:
    case ErrorCode::kTooLarge:
    case ErrorCode::kForbiddenScheme:
    case ErrorCode::kInvalidUrl:
      return code;
    default:
      return ErrorCode::kConnectionLost;
  }
}

// Nothing: a list without its end, or a name without its value.
std::optional<std::vector<HttpHeader>> read_headers(const char* const* list) {
  std::vector<HttpHeader> headers;
  for (; list != nullptr && list[0] != nullptr; list += 2) {
    if (list[1] == nullptr || headers.size() == kMostHeaders) return std::nullopt;
    headers.push_back({list[0], list[1]});
  }
  return headers;
}

std::vector<const char*> list_of(const std::vector<HttpHeader>& headers) {
  std::vector<const char*> list;
  for (const HttpHeader& header : headers) {
    list.push_back(header.name.c_str());
    list.push_back(header.value.c_str());
  }
  list.push_back(nullptr);
  return list;
}

playhead_status status_after(HttpAnswer::Flow flow) {
  switch (flow) {
    case HttpAnswer::Flow::kGoOn:
      return PLAYHEAD_OK;
    case HttpAnswer::Flow::kWait:
      return PLAYHEAD_TRANSFER_WAIT;
    case HttpAnswer::Flow::kOver:
      break;
  }
  return status_of(ErrorCode::kInvalidHandle);
}

// A transfer that the app was asked for. Whoever closes its handle has ended it.
class CHttpCall final : public HttpCall {
 public:
  CHttpCall(SharedTable<playhead_transport> table, playhead_transfer* transfer)
      : table_(std::move(table)), transfer_(transfer) {}
  ~CHttpCall() override {
    if (!Pinned<playhead_transfer>::take(transfer_)) return;  // it was finished
    guard_void([this] { (*table_)->cancel((*table_)->user, transfer_); });
  }
  void resume() override {
    // Of one that was finished the app may know nothing any more.
    if ((*table_)->resume == nullptr || !Pinned<playhead_transfer>(transfer_)) return;
    guard_void([this] { (*table_)->resume((*table_)->user, transfer_); });
  }

 private:
  const SharedTable<playhead_transport> table_;
  playhead_transfer* const transfer_;
};

class CHttpClient final : public HttpClient {
 public:
  explicit CHttpClient(SharedTable<playhead_transport> table) : table_(std::move(table)) {}

  std::unique_ptr<HttpCall> start(const HttpRequest& request,
                                  std::shared_ptr<HttpAnswer> answer) override {
    const std::vector<const char*> headers = list_of(request.headers);
    playhead_transfer_request asked = PLAYHEAD_TRANSFER_REQUEST_INIT;
    asked.kind = static_cast<int32_t>(request.kind);
    asked.url = request.url.c_str();
    asked.method = request.method.c_str();
    asked.headers = headers.data();
    asked.body = request.body.empty() ? nullptr : request.body.data();
    asked.body_bytes = request.body.size();
    asked.range_first = request.range ? request.range->first : -1;
    asked.range_last = request.range ? request.range->last.value_or(-1) : -1;
    asked.connect_timeout_us = request.timeouts.connect.count();
    asked.first_byte_timeout_us = request.timeouts.first_byte.count();
    asked.stall_timeout_us = request.timeouts.stall.count();
    auto* transfer = make_handle(std::make_unique<playhead_transfer>(std::move(answer)));
    auto call = std::make_unique<CHttpCall>(table_, transfer);
    const bool has_returned =
        tell_app([&] { (*table_)->start((*table_)->user, transfer, &asked); });
    // Whoever throws has not made it; if it has finished it before, that stands.
    if (!has_returned) {
      const auto ended = Pinned<playhead_transfer>::take(transfer);
      if (ended) ended->answer->on_end(make_error(ErrorCode::kInternal, "the app's HTTP threw"));
    }
    return call;
  }

  void preconnect(const std::string& url) override {
    if ((*table_)->preconnect == nullptr) return;
    guard_void([&] { (*table_)->preconnect((*table_)->user, url.c_str()); });
  }

  void network_changed() override {
    if ((*table_)->network_changed == nullptr) return;
    guard_void([&] { (*table_)->network_changed((*table_)->user); });
  }

 private:
  const SharedTable<playhead_transport> table_;
};

}  // namespace

std::shared_ptr<Transport> make_c_transport(SharedTable<playhead_transport> table) {
  return make_transport(std::make_shared<CHttpClient>(std::move(table)));
}

}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::Pinned;
using playhead::capi::status_of;

playhead_status playhead_transfer_sent(playhead_transfer* transfer) noexcept {
  return guard([&] {
    const Pinned pinned(transfer);
    if (pinned) pinned->answer->on_sent();
    return pinned.status();
  });
}

playhead_status playhead_transfer_head(playhead_transfer* transfer, int32_t status,
                                       const char* const* headers) noexcept {
  return guard([&] {
    const Pinned pinned(transfer);
    if (!pinned) return pinned.status();
    auto read = playhead::capi::read_headers(headers);
    if (status < 200 || status > 599 || !read) return status_of(ErrorCode::kInvalidArgument);
    return playhead::capi::status_after(pinned->answer->on_head(status, *std::move(read)));
  });
}

playhead_status playhead_transfer_body(playhead_transfer* transfer, const void* bytes,
                                       uint64_t size) noexcept {
  return guard([&] {
    const Pinned pinned(transfer);
    if (!pinned) return pinned.status();
    if (bytes == nullptr && size != 0) return status_of(ErrorCode::kInvalidArgument);
    const playhead::ByteView view(static_cast<const uint8_t*>(bytes),
                                  static_cast<std::size_t>(size));
    return playhead::capi::status_after(pinned->answer->on_body(view));
  });
}

playhead_status playhead_transfer_finish(playhead_transfer* transfer, playhead_status status,
                                         const playhead_transfer_facts* facts,
                                         int32_t detail) noexcept {
  return guard([&] {
    playhead_transfer_facts known{};
    if (facts != nullptr && !playhead::capi::read_struct(facts, known)) {
      return status_of(ErrorCode::kInvalidArgument);
    }
    const auto ended = Pinned<playhead_transfer>::take(transfer);
    if (!ended) return ended.status();
    if (status != PLAYHEAD_OK) {
      ended->answer->on_end(
          playhead::make_error(playhead::capi::code_of(status), "the app's HTTP says so", detail));
    } else {
      ended->answer->on_end(
          playhead::HttpFacts{known.connection_reused != 0, known.http_major, known.wire_bytes});
    }
    return playhead_status{PLAYHEAD_OK};
  });
}
