// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "net/curl_transport.h"

namespace playhead {

// CurlTransport in a shared library of its own, as the decoders are: libcurl and the 28 libraries
// it brings are loaded with the first request or preconnect, which waits for the loader then, and
// never by apps with an HTTP of their own. Without the library every request ends with
// kInvalidState, which says why. Any thread.
class HttpLibrary final : public Transport {
 public:
  // `folder` empty: beside this code.
  explicit HttpLibrary(CurlConfig config, std::string folder = {})
      : config_(std::move(config)), folder_(std::move(folder)) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string& url) override;
  void network_changed() override;

  [[nodiscard]] static std::string file_name();

 private:
  // Loads it, unless it is there.
  [[nodiscard]] Result<std::shared_ptr<Transport>> transport();

  const CurlConfig config_;
  const std::string folder_;
  std::mutex mutex_;
  std::shared_ptr<Transport> transport_;  // under mutex_; null: it is not loaded
};

// What the library exports: a transport for who is of `version`, else null. The caller owns it.
inline constexpr const char* kHttpEntry = "playhead_make_http";
using HttpEntry = Transport* (*)(const char* version, const CurlConfig& config);

}  // namespace playhead
