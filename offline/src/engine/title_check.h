// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "engine/download_folder.h"
#include "playhead/executor.h"
#include "playhead/unique_function.h"
#include "vault/content_key.h"

namespace playhead::offline {

// Reads every byte of a download and compares digests; what differs is marked to be fetched again.
// A file for each task, so that others get their turn. Engine thread; destroying it cancels.
class TitleCheck {
 public:
  // `done` once, never inside start(): how many resources are damaged. Errors: those of journal and
  // disk.
  TitleCheck(DownloadFolder& folder, Executor& executor, std::string id,
             UniqueFunction<void(Result<int64_t>)> done);
  void start();

 private:
  Result<bool> step();
  void go_on();
  Result<bool> is_sound(const ResourceRow& row);

  DownloadFolder& folder_;
  Executor& executor_;
  const std::string id_;
  UniqueFunction<void(Result<int64_t>)> done_;
  std::optional<ContentKey> key_;
  std::deque<ResourceRow> rows_;
  int64_t after_ = 0;
  int64_t damaged_ = 0;
  CancelHandle next_;
};

}  // namespace playhead::offline
