// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/download_engine.h"
#include "engine/pumped_executor.h"
#include "playback/offline_library_impl.h"
#include "playhead/offline/download_manager.h"

namespace playhead::offline {

// The world of a manager. What is null is made: the system's files and clocks, a thread.
struct ManagerWorld {
  std::shared_ptr<FileSystem> files;
  std::shared_ptr<ClockSource> clock;
  std::shared_ptr<Executor> executor;
  std::shared_ptr<LicenceKeeper> licences;  // null: DRM systems of the client
  // Beside `executor`. Without that: a few threads; none for who pumps or is recorded.
  std::vector<std::shared_ptr<Executor>> disk_lanes;
};

// Carries what the engine tells to the app's listener, on the client's thread, until it is closed.
class ListenerPost {
 public:
  ListenerPost(std::shared_ptr<Executor> executor, DownloadListener* listener)
      : executor_(std::move(executor)), desk_(std::make_shared<Desk>()) {
    desk_->listener = listener;
  }
  void changed(const DownloadStatus& status) const;
  void removed(const std::string& id) const;
  // Nothing is told any more when it returns.
  void close() const;

 private:
  struct Desk {
    std::mutex mutex;
    DownloadListener* listener = nullptr;  // under mutex
  };
  void send(std::function<void(DownloadListener&)> message) const;

  std::shared_ptr<Executor> executor_;
  std::shared_ptr<Desk> desk_;
};

}  // namespace playhead::offline

namespace playhead {

class DownloadManager::Impl {
 public:
  static Result<std::unique_ptr<DownloadManager>> open(std::shared_ptr<Client> client,
                                                       OfflineConfig config,
                                                       DownloadListener* listener,
                                                       offline::ManagerWorld world);
  ~Impl();

  // On the engine's thread; waits for it.
  template <typename Work>
  auto run(Work work) {
    using Answer = decltype(work(*engine_));
    if (!pumped_ && executor_->is_current()) return work(*engine_);
    std::promise<Answer> answer;
    auto task = [&] {
      if constexpr (std::is_void_v<Answer>) {
        work(*engine_);
        answer.set_value();
      } else {
        answer.set_value(work(*engine_));
      }
    };
    if (pumped_) {
      pumped_->run(task);
    } else {
      executor_->post(task);
    }
    return answer.get_future().get();
  }
  bool pump(Duration slice);

 private:
  // Players of the client can play what is here, from now on. Errors: kInvalidState (they have
  // another's).
  Result<void> open_library(std::shared_ptr<Executor> reader);
  Impl(std::shared_ptr<Client> client, DownloadListener* listener);

  const std::shared_ptr<Client> client_;
  const offline::ListenerPost listener_;
  std::shared_ptr<Executor> executor_;
  std::shared_ptr<offline::PumpedExecutor> pumped_;  // the same; null: it runs by itself
  std::shared_ptr<offline::DownloadFolder> folder_;
  std::shared_ptr<offline::LicenceKeeper> licences_;
  std::shared_ptr<offline::RightsBook> rights_;
  std::shared_ptr<offline::DownloadEngine> engine_;  // made and ends on its thread
  CancelHandle network_;
  std::shared_ptr<offline::OfflineLibraryImpl> library_;  // closed before what it reads ends
};

}  // namespace playhead
