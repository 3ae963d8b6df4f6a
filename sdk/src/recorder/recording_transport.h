// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/transport.h"
#include "recorder/recording_executor.h"

namespace playhead::recorder {

// Notes requests, and when answers came; of their bodies only what Redactor leaves.
class RecordingTransport final : public Transport {
 public:
  RecordingTransport(std::shared_ptr<Transport> inner, std::shared_ptr<RecordingExecutor> executor)
      : inner_(std::move(inner)), executor_(std::move(executor)) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string& url) override;
  void network_changed() override { inner_->network_changed(); }

 private:
  const std::shared_ptr<Transport> inner_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

// What a request is, but for names.
[[nodiscard]] std::string describe(const Request& request, Namer& urls);

}  // namespace playhead::recorder
