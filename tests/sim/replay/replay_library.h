// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "playhead/offline_title.h"
#include "sim/replay/replay_world.h"

namespace playhead::replay {

// The library of downloads of a session that is played again: titles come, allow and are read as
// they were. Nothing of them is protected.
class ReplayLibrary final : public OfflineLibrary {
 public:
  ReplayLibrary(Script& script, ReplayTransport& transport)
      : script_(script), transport_(transport) {}

  CancelHandle open(const std::string& download_id, Executor& executor,
                    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) override;

  bool run(char kind, recorder::FieldReader& in);

 private:
  struct Waiting {
    std::map<uint64_t, UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)>> opening;
    std::map<uint64_t, UniqueFunction<void(Result<void>)>> beginning;
  };
  class Title;

  bool run_opened(uint64_t number, recorder::FieldReader& in);

  Script& script_;
  ReplayTransport& transport_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace playhead::replay
