// SPDX-License-Identifier: Apache-2.0
#include "playhead/player.h"

#include <future>
#include <mutex>
#include <utility>

#include "base/thread_executor.h"
#include "player/event_queue.h"
#include "player/title_queue.h"

namespace playhead {

namespace {

Result<void> check(const PlayerConfig& config) {
  const auto refuse = [](const char* what) {
    return make_error(ErrorCode::kInvalidArgument, what);
  };
  if (config.preset > AbrPreset::kMaxQuality) return refuse("preset is none of AbrPreset");
  const BufferingConfig buffering = complete(config.buffering, config.preset);
  if (buffering.start <= Duration{0} || buffering.after_rebuffer <= Duration{0} ||
      buffering.target <= Duration{0} || buffering.back < Duration{0}) {
    return refuse("a buffering duration is not positive");
  }
  if (buffering.max_bytes < (1 << 20)) return refuse("buffering.max_bytes is below 1 MiB");
  if (config.progress_interval < 1s || config.progress_interval > 60s) {
    return refuse("progress_interval is outside 1 s to 60 s");
  }
  const LiveConfig& live = config.live;
  if (!(live.min_speed >= 0.5 && live.min_speed <= 1 && live.max_speed >= 1 &&
        live.max_speed <= 2)) {
    return refuse("live.min_speed or live.max_speed is outside 0.5 to 1 or 1 to 2");
  }
  if (live.target_offset < Duration{0}) return refuse("live.target_offset is negative");
  if (live.behind_window > BehindWindow::kStop) return refuse("live.behind_window is unknown");
  if (config.audio_channels < 0) return refuse("audio_channels is negative");
  return {};
}

}  // namespace

class Player::Impl {
 public:
  Impl(std::shared_ptr<Client> client, PlayerConfig config, Sinks sinks,
       std::shared_ptr<Executor> executor)
      : executor_(std::move(executor)) {
    run([&] {
      TitleQueue::World world{std::move(client), std::move(config), std::move(sinks),
                              *executor_,        events_,           decisions_};
      titles_ = std::make_unique<TitleQueue>(std::move(world),
                                             [this](std::shared_ptr<const PlayerStatus> status) {
                                               const std::lock_guard lock(status_mutex_);
                                               status_ = std::move(status);
                                             });
    });
  }

  ~Impl() {
    run([&] { titles_.reset(); });
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Runs `call` on the titles, later and in order.
  void post_to_titles(UniqueFunction<void(TitleQueue&)> call) {
    executor_->post([this, alive = std::weak_ptr<int>(alive_), call = std::move(call)]() mutable {
      if (!alive.expired() && titles_) call(*titles_);
    });
  }
  // The same, on the engine of the title that plays.
  void post(UniqueFunction<void(PlayerEngine&)> call) {
    post_to_titles(
        [call = std::move(call)](TitleQueue& titles) mutable { call(titles.playing()); });
  }

  EventQueue& events() { return events_; }
  [[nodiscard]] std::string decision_log() const { return decisions_.text(); }
  [[nodiscard]] MonotonicTime now() const { return executor_->now(); }

  std::shared_ptr<const PlayerStatus> status() {
    const std::lock_guard lock(status_mutex_);
    return status_;
  }

 private:
  // Runs `work` on the engine thread and waits for it.
  template <typename Work>
  void run(Work work) {
    if (executor_->is_current()) return work();
    std::promise<void> done;
    executor_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  EventQueue events_;
  DecisionText decisions_;
  std::mutex status_mutex_;
  std::shared_ptr<const PlayerStatus> status_;             // under status_mutex_
  std::unique_ptr<TitleQueue> titles_;                     // executor thread
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // an executor may outlive this
  std::shared_ptr<Executor> executor_;                     // ends first: its tasks use the rest
};

Result<std::unique_ptr<Player>> Player::create(std::shared_ptr<Client> client, PlayerConfig config,
                                               Sinks sinks, std::shared_ptr<Executor> executor) {
  if (!client) return make_error(ErrorCode::kInvalidArgument, "a player needs a client");
  if (auto checked = check(config); !checked) return std::move(checked).error();
  if (sinks.samples) {
    return make_error(ErrorCode::kInvalidArgument,
                      "encoded output (Sinks::samples) is not built yet");
  }
  if (!executor) executor = std::make_shared<ThreadExecutor>("playhead-engine");
  auto impl = std::make_unique<Impl>(std::move(client), std::move(config), std::move(sinks),
                                     std::move(executor));
  return std::unique_ptr<Player>(new Player(std::move(impl)));
}

Player::Player(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Player::~Player() = default;

void Player::load(PlaySource source) {
  impl_->post_to_titles(
      [source = std::move(source)](TitleQueue& titles) mutable { titles.load(std::move(source)); });
}

void Player::set_next(PlaySource source) {
  impl_->post_to_titles([source = std::move(source)](TitleQueue& titles) mutable {
    titles.set_next(std::move(source));
  });
}

void Player::clear_next() {
  impl_->post_to_titles([](TitleQueue& titles) { titles.set_next(std::nullopt); });
}

void Player::play_next() {
  impl_->post_to_titles([](TitleQueue& titles) { titles.play_next(); });
}

void Player::prepare(PlaySource source) {
  impl_->post([source = std::move(source)](PlayerEngine& engine) mutable {
    engine.prepare(std::move(source));
  });
}

void Player::play() {
  impl_->post([](PlayerEngine& engine) { engine.play(); });
}

void Player::pause() {
  impl_->post([](PlayerEngine& engine) { engine.pause(); });
}

void Player::seek(MediaTime position, uint64_t user_tag, SeekMode mode) {
  impl_->post([=](PlayerEngine& engine) { engine.seek(position, user_tag, mode); });
}

void Player::go_live() {
  impl_->post([](PlayerEngine& engine) { engine.go_live(); });
}

void Player::set_speed(double speed) {
  impl_->post([=](PlayerEngine& engine) { engine.set_speed(speed); });
}

void Player::trick_play(int rate) {
  impl_->post([=](PlayerEngine& engine) { engine.trick_play(rate); });
}

void Player::scrub(MediaTime position) {
  impl_->post([=](PlayerEngine& engine) { engine.scrub(position); });
}

void Player::request_thumbnail(MediaTime position, uint64_t user_tag) {
  impl_->post([=](PlayerEngine& engine) { engine.request_thumbnail(position, user_tag); });
}

void Player::set_volume(double volume) {
  impl_->post([=](PlayerEngine& engine) { engine.set_volume(volume); });
}

void Player::select_representation(const std::string& id) {
  impl_->post([id](PlayerEngine& engine) { engine.select_representation(id); });
}

void Player::set_limits(const PictureLimits& limits) {
  impl_->post_to_titles([limits](TitleQueue& titles) { titles.set_limits(limits); });
}

void Player::select_audio(const std::string& id) {
  impl_->post([id](PlayerEngine& engine) { engine.select_audio(id); });
}

void Player::select_text(const std::string& id) {
  impl_->post([id](PlayerEngine& engine) { engine.select_text(id); });
}

void Player::stop() {
  impl_->post_to_titles([](TitleQueue& titles) { titles.stop(); });
}

std::optional<Event> Player::next_event() { return impl_->events().pop(); }

void Player::set_wakeup(UniqueFunction<void()> wakeup) {
  impl_->events().set_wakeup(std::move(wakeup));
}

std::string Player::decision_log() const { return impl_->decision_log(); }

MonotonicTime Player::now() const { return impl_->now(); }

std::shared_ptr<const PlayerStatus> Player::status() const { return impl_->status(); }

}  // namespace playhead
