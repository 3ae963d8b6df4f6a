// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "files/file_system.h"
#include "playhead/executor.h"
#include "playhead/result.h"
#include "store/download_store.h"
#include "trust/title_rights.h"
#include "trust/trusted_clock.h"
#include "vault/sealer.h"

namespace playhead::offline {

// What playback uses of the downloads. References live until OfflineLibraryImpl::close().
struct LibraryParts {
  FileSystem& files;
  DownloadStore& store;
  Sealer& sealer;
  TrustedClock& clock;
  // The one TitleRights of a download, whoever asks: renewals and players change the same. Any
  // thread. Errors: why there are none.
  std::function<Result<std::shared_ptr<TitleRights>>(const std::string& id)> rights;
  // Resources of it were marked bad: they are to be fetched again. On the reading thread.
  std::function<void(const std::string& id)> on_damaged;
};

// Lends the parts, until they are taken back. Any thread.
class ReadingDesk {
 public:
  explicit ReadingDesk(LibraryParts parts) : parts_(std::move(parts)) {}

  // Nothing uses the parts when it returns, nor afterwards. Waits for a read or a write under way.
  void close() {
    const std::unique_lock lock(gate_);
    is_closed_ = true;
  }
  // What `work(parts)` answers, a Result. More errors: kInvalidState (closed).
  template <typename Work>
  auto use(Work work) -> decltype(work(std::declval<LibraryParts&>())) {
    const std::shared_lock lock(gate_);
    if (is_closed_) {
      return make_error(ErrorCode::kInvalidState, "the downloads are not open any more");
    }
    return work(parts_);
  }

 private:
  std::shared_mutex gate_;
  bool is_closed_ = false;  // under gate_
  LibraryParts parts_;
};

}  // namespace playhead::offline
