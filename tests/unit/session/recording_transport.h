// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "playhead/transport.h"

namespace playhead::test {

// A service in the same process: `act` gets each request's body and answers with a status, 0 for
// "no network". Runs on the caller's executor.
class RecordingTransport final : public Transport {
 public:
  explicit RecordingTransport(std::function<int(const std::string& body)> act)
      : act_(std::move(act)) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    auto alive = std::make_shared<bool>(true);
    executor.post(
        [this, alive, request = std::move(request), callbacks = std::move(callbacks)]() mutable {
          if (!*alive) return;
          const int status = act_(request.body);
          if (status == 0) {
            callbacks.on_done(make_error(ErrorCode::kNetworkUnreachable, "planned"));
            return;
          }
          ResponseHead head;
          head.status = status;
          callbacks.on_head(head);
          if (*alive) callbacks.on_done(TransferStats{});
        });
    return CancelHandle([alive] { *alive = false; });
  }
  void preconnect(const std::string&) override {}

 private:
  std::function<int(const std::string&)> act_;
};

}  // namespace playhead::test
