// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/error.h"
#include "playhead/media.h"

namespace playhead {

// What the pipelines tell their owner. Engine thread; may come from inside a call, so take note and
// act at the next turn.
class PipelineListener {
 public:
  virtual ~PipelineListener() = default;
  // Decoded media arrived or a decoder has room.
  virtual void on_pipeline_progress() = 0;
  // Recoverable errors are skipped over; fatal ones end that kind of track.
  virtual void on_pipeline_error(TrackKind kind, Error error) = 0;
};

}  // namespace playhead
