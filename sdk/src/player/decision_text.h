// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "streaming/video_chooser.h"

namespace playhead {

// The decisions of a play as text that playhead-abr-sim reads. The engine writes, any thread reads.
class DecisionText {
 public:
  // A play begins: what was there is forgotten. `target`: how much is fetched ahead.
  void start(const abr::Settings& settings, Duration target);
  // Goes on with what `other` has, as if it had been told all of it.
  void take(DecisionText& other);
  // Takes over what was decided since the last call. Engine thread.
  void follow(const VideoChooser& chooser);
  // Any thread.
  [[nodiscard]] std::string text() const;

 private:
  void add(std::string line);

  mutable std::mutex mutex_;
  std::string head_;               // under mutex_
  std::deque<std::string> lines_;  // under mutex_
  // Engine thread.
  int64_t seen_ = 0;
  std::vector<VideoChooser::Limited> limits_;
};

}  // namespace playhead
