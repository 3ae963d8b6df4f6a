// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/offline_title.h"
#include "recorder/recording_executor.h"

namespace playhead::recorder {

// Notes what the library of downloads says of a title, and what is read of it, as
// RecordingTransport does. Licences are in no file.
class RecordingLibrary final : public OfflineLibrary {
 public:
  RecordingLibrary(std::shared_ptr<OfflineLibrary> inner,
                   std::shared_ptr<RecordingExecutor> executor)
      : inner_(std::move(inner)), executor_(std::move(executor)) {}

  CancelHandle open(const std::string& download_id, Executor& executor,
                    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) override;

 private:
  const std::shared_ptr<OfflineLibrary> inner_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

}  // namespace playhead::recorder
