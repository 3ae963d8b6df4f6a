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
#include "vault/vault_reader.h"

namespace playhead::offline {

// Reads every byte of a download and compares digests; what differs is marked to be fetched again.
// A few MB for each task, so that others get their turn. Engine thread; destroying it cancels.
class TitleCheck {
 public:
  // `done` once, never inside start(): how many resources are damaged. Errors: those of journal and
  // disk.
  TitleCheck(DownloadFolder& folder, Executor& executor, std::string id,
             UniqueFunction<void(Result<int64_t>)> done);
  void start();

 private:
  // False: everything was looked at.
  Result<bool> step();
  void go_on();
  Result<void> need_key();
  Result<void> begin(ResourceRow row);
  // Of the file that is open.
  Result<void> read_on();
  Result<void> end_file(const Result<bool>& is_good);

  DownloadFolder& folder_;
  Executor& executor_;
  const std::string id_;
  UniqueFunction<void(Result<int64_t>)> done_;
  std::optional<ContentKey> key_;
  std::deque<ResourceRow> rows_;
  int64_t after_ = 0;
  int64_t row_ = 0;  // of the file that is open
  std::optional<VaultReader> reader_;
  int64_t damaged_ = 0;
  CancelHandle next_;
};

}  // namespace playhead::offline
