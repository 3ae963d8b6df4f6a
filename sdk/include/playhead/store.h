// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/executor.h"
#include "playhead/result.h"

namespace playhead {

// One record of a Store: the newest value of a key within a collection.
struct StoreRecord {
  std::string key;
  std::string value;
  uint64_t version = 0;  // grows with every put into the collection
};

// A change of one record.
struct StoreWrite {
  enum class Kind : uint8_t {
    kPut,             // insert or replace
    kErase,           // remove whatever is there; no error when absent
    kEraseIfVersion,  // remove only if the record still has `version`
  };
  Kind kind = Kind::kPut;
  std::string collection;
  std::string key;
  std::string value;
  uint64_t version = 0;
};

// Small durable records that survive a crash: outbox, device facts. Not for media.
// Thread-safe. Completions run on the executor given; they never run inside the call.
class Store {
 public:
  virtual ~Store() = default;

  // All writes of one call become durable together, or none. `done` runs after they are on disk
  // (a power cut after that loses nothing). Calls take effect in the order they are made.
  // Errors: kStoreIo, kStoreCorrupt, kStoreFull.
  virtual void write(std::vector<StoreWrite> writes, Executor& executor,
                     UniqueFunction<void(Result<void>)> done) = 0;

  // Records of a collection in key order, after `after_key` (empty: from the first), at most
  // `limit` (1..1000).
  virtual void list(std::string collection, std::string after_key, int limit, Executor& executor,
                    UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) = 0;
};

}  // namespace playhead
