// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playback/reading_desk.h"
#include "playhead/offline_title.h"

namespace playhead::offline {

// The downloads as players see them. Belongs to the manager and to the players that play: the
// manager closes it when it ends, and what still plays ends with kInvalidState.
class OfflineLibraryImpl final : public OfflineLibrary {
 public:
  // `worker`: a thread for reading alone, so that nobody who plays waits for a download.
  OfflineLibraryImpl(LibraryParts parts, std::shared_ptr<Executor> worker);
  ~OfflineLibraryImpl() override;

  CancelHandle open(const std::string& download_id, Executor& executor,
                    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) override;

  // Nothing uses the parts when it returns. Any thread but that of `worker`.
  void close() { desk_->close(); }

 private:
  const std::shared_ptr<ReadingDesk> desk_;
  const std::shared_ptr<Executor> worker_;
};

}  // namespace playhead::offline
