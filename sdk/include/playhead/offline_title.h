// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "playhead/result.h"
#include "playhead/time.h"
#include "playhead/transport.h"
#include "playhead/unique_function.h"

// Downloaded titles as players see them: a manifest behind an "offline:" URL, a Transport that
// answers such URLs, and somebody who says whether it may be played. Implemented in offline/.
namespace playhead {

// One title that is being played. On the player's engine thread.
class OfflineTitle {
 public:
  virtual ~OfflineTitle() = default;
  [[nodiscard]] virtual std::string manifest_url() const = 0;
  // Of the service; "" for titles that were added by URL. Positions are reported under it.
  [[nodiscard]] virtual std::string title_id() const = 0;
  // Before playback, at resume and seek, and every second of it. Never asks a network.
  // Errors: kOfflineExpired, kOfflineContactNeeded, kOfflineClockUntrusted, kOfflineTampered.
  [[nodiscard]] virtual Result<void> may_play() = 0;
  // The first frame is about to be shown: rights that count from the first play are written down
  // before it is. Errors: those of may_play(), kStoreIo.
  virtual Result<void> begin_play() = 0;
};

class OfflineLibrary {
 public:
  virtual ~OfflineLibrary() = default;
  // Any thread. `done` on `executor`, never inside the call. Errors: kNotFound,
  // kOfflineIncomplete (nothing of it can be played yet), those of OfflineTitle::may_play().
  virtual CancelHandle open(const std::string& download_id, Executor& executor,
                            UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) = 0;
  // Answers "offline:" URLs; errors of damaged bytes are kOfflineDamaged. Any thread.
  virtual Transport& transport() = 0;
};

}  // namespace playhead
