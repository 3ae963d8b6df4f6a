// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "files/file_system.h"
#include "playhead/result.h"

namespace playhead::offline {

// A file that does nothing but take space, to be given up when the disk is full: what has to be
// written then ("waits for space", "is being removed") finds some. One thread at a time.
class Reserve {
 public:
  // A change of state writes some 50 KiB of log, 32 KiB of its index may be made anew. Larger:
  // more such changes while the disk is full.
  static constexpr int64_t kBytes = int64_t{1} << 20;
  // Taken again when so much is free; less would take the last of what others wait for.
  static constexpr int64_t kWhenFree = int64_t{16} << 20;

  Reserve(FileSystem& files, std::string root) : files_(files), root_(std::move(root)) {}

  // Makes it unless it is there or the disk has too little; failing is no error.
  void take();
  // True: it was there and is gone.
  bool give_up();

 private:
  Result<void> write();

  FileSystem& files_;
  std::string root_;
  bool is_there_ = false;
};

}  // namespace playhead::offline
