// SPDX-License-Identifier: Apache-2.0
#include "net/http_library.h"

#include <utility>

#include "base/companion_library.h"
#include "playhead/catch_all.h"

namespace playhead {
namespace {

constexpr CompanionLibrary kHttp{"the library for HTTP", "playhead-http", kHttpEntry,
                                 ErrorCode::kInvalidState};

Result<std::shared_ptr<Transport>> load(const CurlConfig& config, const std::string& folder) {
  PLAYHEAD_TRY(void* const entry, kHttp.load(folder));
  const auto make = [&]() -> Result<std::shared_ptr<Transport>> {
    Transport* const made = reinterpret_cast<HttpEntry>(entry)(PLAYHEAD_COMPANION_VERSION, config);
    if (made == nullptr) return kHttp.other_version();
    return std::shared_ptr<Transport>(made);
  };
  // There is no thread to be had, no memory.
  return catch_all(make, [](const Thrown& thrown) -> Result<std::shared_ptr<Transport>> {
    return kHttp.error(thrown.what != nullptr ? thrown.what : "it threw");
  });
}

}  // namespace

std::string HttpLibrary::file_name() { return kHttp.file_name(); }

Result<std::shared_ptr<Transport>> HttpLibrary::transport() {
  const std::lock_guard lock(mutex_);
  if (transport_) return transport_;
  // What was missing may be there the next time: a file descriptor, memory.
  auto loaded = load(config_, folder_);
  if (loaded) transport_ = *loaded;
  return loaded;
}

CancelHandle HttpLibrary::start(Request request, Executor& executor, FetchCallbacks callbacks) {
  auto loaded = transport();
  if (loaded) return (*loaded)->start(std::move(request), executor, std::move(callbacks));
  return executor.post_at(executor.now(), [on_done = std::move(callbacks.on_done),
                                           why = std::move(loaded).error()]() mutable {
    if (on_done) on_done(std::move(why));
  });
}

void HttpLibrary::preconnect(const std::string& url) {
  if (const auto loaded = transport()) (*loaded)->preconnect(url);
}

void HttpLibrary::network_changed() {
  const auto loaded = [this] {
    const std::lock_guard lock(mutex_);
    return transport_;
  }();
  if (loaded) loaded->network_changed();  // else there is no connection yet
}

}  // namespace playhead
