// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "callback_table.h"
#include "handle.h"
#include "playhead/interceptor.h"
#include "playhead/playhead.h"

struct playhead_request {
  static constexpr auto kKind = playhead::capi::HandleKind::kRequest;
  playhead::InterceptedRequest* request;
  const playhead::ResponseHead* response = nullptr;  // none before it is answered
};

namespace playhead::capi {

// Requests over an app's callback table.
class CInterceptor final : public RequestInterceptor {
 public:
  explicit CInterceptor(SharedTable<playhead_request_interceptor> table)
      : table_(std::move(table)) {}

  void on_request(InterceptedRequest& request) override;
  void on_response(const InterceptedRequest& request, const ResponseHead& head) override;

 private:
  SharedTable<playhead_request_interceptor> table_;
};

}  // namespace playhead::capi
