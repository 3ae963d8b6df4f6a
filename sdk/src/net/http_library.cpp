// SPDX-License-Identifier: Apache-2.0
#include "net/http_library.h"

#include <utility>

#include "base/companion_library.h"

namespace playhead {
namespace {

constexpr CompanionLibrary kHttp{"the library for HTTP", "playhead-http", kHttpEntry,
                                 ErrorCode::kNetworkUnreachable};

Result<std::shared_ptr<Transport>> load(const CurlConfig& config, const std::string& folder) {
  PLAYHEAD_TRY(void* const entry, kHttp.load(folder));
  Transport* const made =
      reinterpret_cast<HttpEntry>(entry)(PLAYHEAD_COMPANION_VERSION, config);
  if (made == nullptr) return kHttp.other_version();
  return std::shared_ptr<Transport>(made);
}

}  // namespace

std::string HttpLibrary::file_name() { return kHttp.file_name(); }

const Result<std::shared_ptr<Transport>>& HttpLibrary::transport() {
  std::call_once(once_, [this] {
    transport_ = load(config_, folder_);
    is_loaded_ = transport_.has_value();
  });
  return transport_;
}

CancelHandle HttpLibrary::start(Request request, Executor& executor, FetchCallbacks callbacks) {
  const auto& loaded = transport();
  if (loaded) return (*loaded)->start(std::move(request), executor, std::move(callbacks));
  return executor.post_at(executor.now(), [on_done = std::move(callbacks.on_done),
                                           why = loaded.error()]() mutable {
    if (on_done) on_done(std::move(why));
  });
}

void HttpLibrary::preconnect(const std::string& url) {
  if (const auto& loaded = transport()) (*loaded)->preconnect(url);
}

void HttpLibrary::network_changed() {
  if (is_loaded_) (*transport_)->network_changed();  // else there is no connection yet
}

}  // namespace playhead
