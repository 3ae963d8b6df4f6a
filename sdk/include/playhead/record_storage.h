// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "playhead/export.h"
#include "playhead/store.h"

namespace playhead {

// An app's own place for records, and all an app has to bring for a Store: plain calls, one at a
// time, on a thread that make_store() has for them; they may take as long as a disk does.
class RecordStorage {
 public:
  virtual ~RecordStorage() = default;
  // As Store::write, within its limits: all of it is durable when this returns, or none. Answers
  // the version that every record put by it now has: greater than any before it, of this process or
  // an earlier one. Errors: kStoreIo, kStoreCorrupt, kStoreFull.
  virtual Result<uint64_t> write(const std::vector<StoreWrite>& writes) = 0;
  // As Store::list; `limit` is 1..1000.
  virtual Result<std::vector<StoreRecord>> list(const std::string& collection,
                                                const std::string& after_key, int limit) = 0;
};

// The storage goes with the store, on its thread, after all that was asked for until then.
[[nodiscard]] PLAYHEAD_API std::shared_ptr<Store> make_store(
    std::shared_ptr<RecordStorage> storage);

}  // namespace playhead
