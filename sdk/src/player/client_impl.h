// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "player/network_memory.h"
#include "playhead/client.h"
#include "session/api_access.h"
#include "session/outbox.h"

namespace playhead {

// The parts of a Client that its players use.
class Client::Impl {
 public:
  ~Impl();

  std::shared_ptr<LogSink> log;
  std::shared_ptr<Executor> executor;
  std::shared_ptr<Transport> transport;
  std::shared_ptr<Store> store;
  std::shared_ptr<MediaBackend> backend;
  // Null without an API URL.
  std::unique_ptr<ApiAccess> api;
  std::unique_ptr<Outbox> outbox;

  // Never null once the client is made.
  std::unique_ptr<NetworkMemory> networks;
};

}  // namespace playhead
