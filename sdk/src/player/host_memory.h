// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "playhead/executor.h"
#include "playhead/store.h"
#include "playhead/transport.h"

namespace playhead {

// Which hosts titles came from lately, kept in the store beyond the process: connections to them
// are opened while a service is asked what to play, which takes as long. Origins alone are kept,
// nothing of a URL that says what was played. Any thread.
class HostMemory {
 public:
  // So many are remembered, those used last (chosen: a host of manifests and one of media). More:
  // connections that nobody uses.
  static constexpr std::size_t kMaxHosts = 2;

  // Begins to read what is there; until it is, nothing is remembered. Both outlive this.
  HostMemory(Store& store, Executor& executor);

  // Opens a connection to each that was used within a day, but not to that of `asked`, which is
  // asked anyway; may be empty.
  void preconnect(Transport& transport, const std::string& asked) const;
  // Something was had from there. Written where it is news.
  void remember(const std::string& url);

 private:
  struct State {
    mutable std::mutex mutex;
    std::map<std::string, WallTime> used;  // by origin
  };
  // Origins beyond the bound are taken out; they are to be erased from the store.
  static std::vector<std::string> forget_oldest(std::map<std::string, WallTime>& used);

  Store& store_;
  Executor& executor_;
  const std::shared_ptr<State> state_;  // shared with the store's answer
};

}  // namespace playhead
