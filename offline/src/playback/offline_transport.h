// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playback/reading_desk.h"
#include "playback/stored_title.h"
#include "playback/waiting_room.h"
#include "playhead/transport.h"

namespace playhead::offline {

// Answers for one download, see OfflineTitle::transport(). A request is found by its URL without
// query and fragment, and its range. Reads on the thread of `worker`, never on that of whoever
// asks. start() from any thread.
class OfflineTransport final : public Transport {
 public:
  OfflineTransport(std::shared_ptr<ReadingDesk> desk, std::shared_ptr<const StoredTitle> title,
                   std::shared_ptr<Executor> worker);
  ~OfflineTransport() override;

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string&) override {}

 private:
  const std::shared_ptr<ReadingDesk> desk_;
  const std::shared_ptr<const StoredTitle> title_;
  const std::shared_ptr<Executor> worker_;
  std::shared_ptr<WaitingRoom> room_;
};

}  // namespace playhead::offline
