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
  uint64_t version = 0;  // of the write that put it; never 0, later writes have greater ones
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
  uint64_t version = 0;  // for kEraseIfVersion alone
};

// Small durable records that survive a crash: outbox, device facts. Not for media.
// Thread-safe. Completions run on the executor given, which outlives the call; they never run inside
// the call.
class Store {
 public:
  virtual ~Store() = default;

  // All writes of one call become durable together, or none. `done` runs after they are on disk
  // (a power cut after that loses nothing). Calls take effect in the order they are made.
  // The answer is the version that every record put by this call now has.
  // Errors: kStoreIo, kStoreCorrupt, kStoreFull, kInvalidArgument (collection or key empty or over
  // 1 KiB, value over 1 MiB). After an error nothing of the call is seen by list(); only a failing
  // disk may still bring it back after a restart.
  virtual void write(std::vector<StoreWrite> writes, Executor& executor,
                     UniqueFunction<void(Result<uint64_t>)> done) = 0;

  // Records of a collection in key order, after `after_key` (empty: from the first), at most
  // `limit` (1..1000; others are clamped). Sees what earlier write() calls did.
  virtual void list(std::string collection, std::string after_key, int limit, Executor& executor,
                    UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) = 0;
};

}  // namespace playhead
