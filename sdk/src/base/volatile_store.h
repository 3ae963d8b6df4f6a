// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "playhead/store.h"

namespace playhead {

// Store that lasts as long as the process: for apps that give no folder. Obeys the Store contract
// but for surviving a crash. Any thread.
class VolatileStore final : public Store {
 public:
  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override;
  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override;

 private:
  void apply(StoreWrite& write);

  std::mutex mutex_;
  // Under mutex_.
  std::map<std::pair<std::string, std::string>, StoreRecord> records_;  // by collection and key
  uint64_t version_ = 0;
};

}  // namespace playhead
