// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "playhead/offline/download_manager.h"

namespace playhead::offline {

// Asks the app where a download that was added by URL is to be had by now. On the engine's thread,
// but for what says otherwise.
class UrlDesk {
 public:
  // An app that does not answer within that time is asked again later (chosen: its own service may
  // have to be reached, over a bad network).
  static constexpr Duration kPatience = std::chrono::seconds{60};

  // `app`: its executor, on which the resolver is called.
  UrlDesk(Executor& engine, std::shared_ptr<Executor> app, UrlResolver resolver);
  // The resolver is not called any more once this has returned, and no call of it runs.
  ~UrlDesk();
  UrlDesk(const UrlDesk&) = delete;
  UrlDesk& operator=(const UrlDesk&) = delete;

  [[nodiscard]] bool is_there() const { return has_resolver_; }
  // `done` once, never inside the call. Errors: kForbidden (the app has no other), kInvalidUrl,
  // kTimedOut, those of the app.
  CancelHandle ask(const std::string& id, const DownloadRequest& request,
                   UniqueFunction<void(Result<std::string>)> done);

 private:
  struct Desk {
    std::mutex mutex;
    UrlResolver resolver;  // under mutex; empty: closed
  };
  Executor& engine_;
  const std::shared_ptr<Executor> app_;
  const bool has_resolver_;
  const std::shared_ptr<Desk> desk_;
};

}  // namespace playhead::offline
