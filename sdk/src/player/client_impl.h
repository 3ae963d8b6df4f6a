// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include "base/log.h"
#include "playhead/client.h"

namespace playhead {

// The parts of a Client that its players use. Members are destroyed from the last to the first:
// nothing outlives what it uses.
class Client::Impl {
 public:
  ClientConfig config;
  // Before the executor: tasks on it use these until its thread ends.
  std::shared_ptr<Transport> transport;
  std::shared_ptr<Store> store;
  std::shared_ptr<MediaBackend> backend;
  std::shared_ptr<Executor> executor;

  // What the last play measured on this network; 0 unknown. Any thread.
  [[nodiscard]] Bitrate remembered_throughput();
  void remember_throughput(Bitrate throughput);

 private:
  std::mutex mutex_;
  Bitrate throughput_;  // under mutex_
};

}  // namespace playhead
