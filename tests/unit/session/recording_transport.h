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
  struct Answer {
    int status = 0;
    std::string body = {};
  };
  explicit RecordingTransport(std::function<Answer(const std::string& body)> act)
      : act_(std::move(act)) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    auto alive = std::make_shared<bool>(true);
    executor.post([this, alive, request = std::move(request), &executor,
                   callbacks = std::move(callbacks)]() mutable {
      if (!*alive) return;
      const Answer answer = act_(request.body);
      if (answer.status == 0) {
        callbacks.on_done(make_error(ErrorCode::kNetworkUnreachable, "planned"));
        return;
      }
      ResponseHead head;
      head.status = answer.status;
      callbacks.on_head(head);
      const ByteView bytes = as_bytes(answer.body);
      if (*alive && !bytes.empty()) {
        callbacks.on_body(SharedBytes(std::vector<uint8_t>(bytes.begin(), bytes.end())),
                          executor.now());
      }
      if (*alive) callbacks.on_done(TransferStats{});
    });
    return CancelHandle([alive] { *alive = false; });
  }
  void preconnect(const std::string&) override {}

 private:
  std::function<Answer(const std::string&)> act_;
};

}  // namespace playhead::test
