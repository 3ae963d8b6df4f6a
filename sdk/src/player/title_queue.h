// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "player/player_engine.h"
#include "player/sound_relay.h"

namespace playhead {

// The title that plays and the one that comes next, each with an engine of its own. Once all of the
// one is fetched the other is prepared; shortly before the end its beginning is decoded and its
// sound queued behind the last of the one that plays; at the end it takes its place. Engine thread.
class TitleQueue final : private TitleFollower {
 public:
  using Publish = std::function<void(std::shared_ptr<const PlayerStatus>)>;
  TitleQueue(PlayerWorld world, Publish publish);
  ~TitleQueue() override;
  TitleQueue(const TitleQueue&) = delete;
  TitleQueue& operator=(const TitleQueue&) = delete;

  // The title that plays, for every call that is about nothing else. Not from inside a turn.
  PlayerEngine& playing();

  void load(PlaySource source);
  void stop();
  void set_limits(const PictureLimits& limits);
  void set_surface(bool is_there);
  // Nothing: nothing comes next.
  void set_next(std::optional<PlaySource> source);
  void play_next();

 private:
  Following on_remainder(const Remainder& rest, double speed, MonotonicTime now) override;
  bool on_title_over() override;
  // The title that plays may have nothing else to look at until its end.
  void on_preparation_failed() override { playing_->look_again(); }
  void on_title_failed() override { drop_next(); }

  std::unique_ptr<PlayerEngine> make_engine(Publish publish);
  // Begins to get ready what comes next.
  void prepare_next();
  void drop_next();
  void settle();
  void go_on(bool is_cut);

  PlayerWorld world_;
  SoundRelay sound_;
  // The one before, for as long as answers to its last reports may come.
  std::unique_ptr<PlayerEngine> before_;
  std::unique_ptr<PlayerEngine> playing_;
  std::optional<PlaySource> source_;    // what comes next
  std::unique_ptr<PlayerEngine> next_;  // null: nothing, or not begun
  bool has_warned_ = false;             // that it cannot be had
  MonotonicTime not_before_;            // of another attempt to get it ready
  bool is_over_ = false;                // next_ is about to take the place of playing_
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // posted tasks check it
};

}  // namespace playhead
