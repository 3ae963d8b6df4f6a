// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "player/client_impl.h"
#include "playhead/config.h"
#include "playhead/executor.h"

namespace playhead {

struct TitleStart {
  std::string manifest_url;  // signed: never log
  Duration resume_position{0};
  std::optional<WallTime> expires_at;
};

class TitleSession {
 public:
  static Result<std::unique_ptr<TitleSession>> create(std::shared_ptr<Client> client,
                                                      Executor& executor, std::string title_id,
                                                      const PlayerConfig& config);
  void start(UniqueFunction<void(Result<TitleStart>)> done);
  void renew(UniqueFunction<void(Result<TitleStart>)> done);
  void on_progress_sent(UniqueFunction<void(Duration)> observer);
  void on_playback(MediaTime position, bool is_playing, std::optional<Duration> duration,
                   MonotonicTime now);
  void on_paused(MediaTime position);
  void on_seek(MediaTime target);
  void on_stopped(MediaTime position);
  void on_ended(MediaTime position);
};

}  // namespace playhead
