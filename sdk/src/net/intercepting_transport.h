// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "playhead/interceptor.h"
#include "playhead/transport.h"

namespace playhead {

// Shows every request to an app before it goes on its way, and the head of every answer.
class InterceptingTransport final : public Transport {
 public:
  // Neither is null.
  InterceptingTransport(std::shared_ptr<Transport> inner,
                        std::shared_ptr<RequestInterceptor> interceptor)
      : inner_(std::move(inner)), interceptor_(std::move(interceptor)) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string& url) override { inner_->preconnect(url); }
  void network_changed() override { inner_->network_changed(); }

 private:
  const std::shared_ptr<Transport> inner_;
  const std::shared_ptr<RequestInterceptor> interceptor_;
};

}  // namespace playhead
