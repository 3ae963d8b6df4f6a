// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/sinks.h"
#include "recorder/recording_executor.h"

namespace playhead::recorder {

// The app's sinks, with what they are given and answer noted. Missing ones stay missing.
[[nodiscard]] Sinks record_sinks(const std::shared_ptr<RecordingExecutor>& executor, Sinks sinks,
                                 int player);

}  // namespace playhead::recorder
