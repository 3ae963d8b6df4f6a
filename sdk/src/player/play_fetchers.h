// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/cmcd_session.h"
#include "net/fetcher.h"

namespace playhead {

// What a play asks the network with, and what its requests have in common. Engine thread.
class PlayFetchers {
 public:
  PlayFetchers(Transport& transport, Executor& executor, const std::shared_ptr<HostHealth>& health,
               const std::shared_ptr<HeldUrls>& held)
      : start_(transport, executor, start_retries(), health, held),
        media_(transport, executor, RetryConfig{}, health, held) {
    start_.set_types(types_);
    media_.set_types(types_);
  }

  // Playlists: the user waits for an answer.
  [[nodiscard]] ResourceFetcher& start() { return start_; }
  [[nodiscard]] ResourceFetcher& media() { return media_; }

  void set_network(bool is_online) {
    start_.set_network(is_online);
    media_.set_network(is_online);
  }
  // URLs of the manifest at every place, best first.
  void set_places(const std::vector<std::string>& urls) {
    start_.set_mirrors(Mirrors(urls));
    media_.set_mirrors(Mirrors(urls));
  }
  // Null: requests tell nothing.
  void set_cmcd(std::shared_ptr<CmcdSession> cmcd) {
    start_.set_cmcd(cmcd);
    media_.set_cmcd(cmcd);
    cmcd_ = std::move(cmcd);
  }
  // Answers of another type than what was asked for.
  [[nodiscard]] TypeWatch& types() { return *types_; }
  [[nodiscard]] CmcdSession* cmcd() const { return cmcd_.get(); }

 private:
  // Attempts at manifests end sooner than at segments: behind them a person waits for an answer.
  static RetryConfig start_retries() {
    RetryConfig config;
    config.budget = 8s;
    return config;
  }

  ResourceFetcher start_, media_;
  const std::shared_ptr<TypeWatch> types_ = std::make_shared<TypeWatch>();
  std::shared_ptr<CmcdSession> cmcd_;
};

}  // namespace playhead
