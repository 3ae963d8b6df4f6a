// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"
#include "recorder/recording_executor.h"

namespace playhead::recorder {

// Notes what is stored by its size, and what is read redacted.
class RecordingStore final : public Store {
 public:
  RecordingStore(std::shared_ptr<Store> inner, std::shared_ptr<RecordingExecutor> executor)
      : inner_(std::move(inner)), executor_(std::move(executor)) {}

  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override;
  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override;

 private:
  const std::shared_ptr<Store> inner_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

[[nodiscard]] std::string describe(const std::vector<StoreWrite>& writes);

}  // namespace playhead::recorder
