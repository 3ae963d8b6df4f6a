// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "files/file_system.h"
#include "playhead/bytes.h"
#include "playhead/result.h"
#include "vault/sealer.h"

namespace playhead::offline {

// A sealed record in two files that are written in turn, so that one of them is whole whenever the
// power goes. Which is the newer says the record itself. One thread at a time.
class TwinFile {
 public:
  enum class Standing : uint8_t {
    kWhole,
    kMissing,
    kDamaged,      // also: sealed for something else
    kOtherDevice,  // sealed with another device's key
    kUnreadable,   // the disk fails
  };
  struct Copy {
    Standing standing = Standing::kMissing;
    std::vector<uint8_t> record;  // of a whole one
    Error error;                  // of an unreadable one
  };

  // `folder` exists. The parts outlive it.
  TwinFile(FileSystem& files, Sealer& sealer, std::string folder);

  [[nodiscard]] std::array<Copy, 2> load();
  // Copy 0 or 1; durable when it returns. Errors: kStoreIo, kStoreFull; that copy is lost then.
  Result<void> store(std::size_t which, ByteView record);

 private:
  Copy load_copy(std::size_t which);

  FileSystem& files_;
  Sealer& sealer_;
  const std::string folder_;
};

}  // namespace playhead::offline
