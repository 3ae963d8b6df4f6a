// SPDX-License-Identifier: Apache-2.0
#include "playhead/player.h"

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <utility>

#include "base/busy_executor.h"
#include "base/thread_executor.h"
#include "base/url.h"
#include "player/event_queue.h"
#include "player/license_returns.h"
#include "player/recorded_call.h"
#include "player/sink_gate.h"
#include "player/title_queue.h"
#include "recorder/recording_sinks.h"

namespace playhead {

namespace {

bool is_web_url(const std::string& url) {
  const auto origin = url_origin(url);
  return origin && (origin->scheme == "http" || origin->scheme == "https");
}

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
  if (config.cmcd > CmcdMode::kHeaders) return refuse("cmcd is none of CmcdMode");
  const CmcdEvents& events = config.cmcd_events;
  if (!events.url.empty() && !is_web_url(events.url)) {
    return refuse("cmcd_events.url is no http or https URL");
  }
  if (events.interval != Duration{0} && (events.interval < 1s || events.interval > 1h)) {
    return refuse("cmcd_events.interval is outside 1 s to 1 h");
  }
  return {};
}

}  // namespace

// Shared, so that calls on other threads, and tasks that are still to come, find one that has ended
// instead of none.
class Player::Impl : public std::enable_shared_from_this<Player::Impl> {
 public:
  // `is_own`: nothing but the library runs on the executor.
  Impl(std::shared_ptr<Client> client, std::shared_ptr<Executor> executor, bool is_own)
      : client_(std::move(client)),
        recording_(client_->impl().recording),
        is_own_(is_own),
        executor_(std::make_shared<BusyExecutor>(std::move(executor))),
        gate_(*executor_, [this](const char* call, Duration taken) { tell_slow(call, taken); }) {}

  // On whichever thread is the last to use it; the titles are gone.
  ~Impl() {
    // The client may go with it, and waits for what is left on this thread.
    if (is_in_task()) client_->impl().executor->post([client = client_] {});
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void begin(PlayerConfig config, Sinks sinks) {
    sinks = gate_.guard(std::move(sinks));
    if (recording_) {
      number_ = recording_->recorder().next_player();
      sinks = recorder::record_sinks(recording_, std::move(sinks), number_);
      events_.set_tap([this](const Event& event) { recording_->recorder().event(number_, event); });
    }
    const auto describe = [&] {
      recorder::Fields call("player");
      call.number(number_).flag(sinks.video != nullptr).flag(sinks.audio != nullptr);
      add(call, config, recording_->recorder().redactor());
      return call.take();
    };
    run(describe, [&] {
      PlayerWorld world{client_,    std::move(config), std::move(sinks),
                        *executor_, events_,           decisions_};
      titles_ = std::make_unique<TitleQueue>(std::move(world),
                                             [this](std::shared_ptr<const PlayerStatus> status) {
                                               const std::lock_guard lock(status_mutex_);
                                               status_ = std::move(status);
                                             });
    });
  }

  // Nothing of the app's is called once this has returned; called from inside a task of its own
  // (a callback of the app's), once that callback has: then the titles go when the task is over.
  void end() {
    if (is_ended_.exchange(true)) return;
    events_.end_waits();
    const bool is_inside = is_in_task() || (executor_->is_current() && gate_.is_inside());
    events_.wakeup().close(!is_inside);
    if (client_->impl().last_words) {
      events_.set_tap([this](const Event& event) { client_->impl().last_words(event); });
    }
    const auto describe = [number = number_] {
      return recorder::Fields("destroy").number(number).take();
    };
    if (!is_inside) {
      run(describe, [this] { end_titles(); });
      return;
    }
    gate_.close();
    Task later = [self = shared_from_this()] { self->end_titles(); };
    if (recording_) return recording_->post_call(describe, executor_->counted(std::move(later)));
    executor_->post(std::move(later));
  }

  // Runs `work` on the titles, later and in order; `name` and `arguments` are how recordings call
  // it.
  template <typename... Arguments>
  void post_to_titles(UniqueFunction<void(TitleQueue&)> work, const char* name,
                      Arguments... arguments) {
    if (is_ended_) return;
    Task task = [weak = weak_from_this(), work = std::move(work)]() mutable {
      const auto self = weak.lock();
      if (self && self->titles_) work(*self->titles_);
    };
    if (!recording_) return executor_->post(std::move(task));
    recording_->post_call(
        [weak = weak_from_this(), name, ... arguments = std::move(arguments)] {
          const auto self = weak.lock();
          if (!self || !self->titles_) return std::string("gone");
          const auto snapshot = self->status();
          [[maybe_unused]] const CallContext context{self->recording_->recorder().redactor(),
                                                     *snapshot};
          recorder::Fields call(name);
          call.number(self->number_);
          (put(call, context, arguments), ...);
          return call.take();
        },
        executor_->counted(std::move(task)));
  }
  // The same, on the engine of the title that plays.
  template <typename... Arguments>
  void post(UniqueFunction<void(PlayerEngine&)> work, const char* name, Arguments... arguments) {
    post_to_titles([work = std::move(work)](TitleQueue& titles) mutable { work(titles.playing()); },
                   name, std::move(arguments)...);
  }

  void set_wakeup(UniqueFunction<void()> wakeup) {
    if (is_ended_) return;
    Executor* notifier = wakeup ? &client_->impl().notifier() : nullptr;
    // The engine waits for nobody: a wake-up may be waiting for it.
    events_.wakeup().set(std::move(wakeup), notifier, !executor_->is_current());
  }
  EventQueue& events() { return events_; }
  [[nodiscard]] std::string decision_log() const { return decisions_.text(); }
  [[nodiscard]] MonotonicTime now() const { return executor_->now(); }

  std::shared_ptr<const PlayerStatus> status() {
    const std::lock_guard lock(status_mutex_);
    return status_;
  }

 private:
  // What runs on this thread right now is or may be the player's own work.
  [[nodiscard]] bool is_in_task() const {
    return is_own_ ? executor_->is_current() : executor_->is_busy();
  }

  // Runs `work` on the engine thread and waits for it.
  template <typename Describe, typename Work>
  void run(Describe describe, Work work) {
    if (recording_) return recording_->run_call(describe, work);
    if (executor_->is_current()) return work();
    std::promise<void> done;
    executor_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  // Engine thread, outside of all that is in the titles.
  void end_titles() {
    titles_.reset();
    client_->impl().returns->outlive(executor_);
  }

  void tell_slow(const char* call, Duration taken) {
    const auto standing = status();
    std::string what = std::string(call) + " has taken " + std::to_string(taken / 1ms) + " ms";
    events_.push_untapped({executor_->now(), standing ? standing->position : MediaTime{},
                           Warning{make_error(ErrorCode::kCallbackSlow, std::move(what), 0,
                                              Severity::kRecoverable)}});
  }

  const std::shared_ptr<Client> client_;                          // ends last
  const std::shared_ptr<recorder::RecordingExecutor> recording_;  // null: nothing is recorded
  const bool is_own_;
  int number_ = 0;  // of the player in a recording
  std::atomic<bool> is_ended_ = false;
  EventQueue events_;
  DecisionText decisions_;
  std::mutex status_mutex_;
  std::shared_ptr<const PlayerStatus> status_;  // under status_mutex_
  const std::shared_ptr<BusyExecutor> executor_;
  SinkGate gate_;                       // executor thread
  std::unique_ptr<TitleQueue> titles_;  // executor thread; null: it has ended
};

Result<std::unique_ptr<Player>> Player::create(std::shared_ptr<Client> client, PlayerConfig config,
                                               Sinks sinks, std::shared_ptr<Executor> executor) {
  if (!client) return make_error(ErrorCode::kInvalidArgument, "a player needs a client");
  if (auto checked = check(config); !checked) return std::move(checked).error();
  const bool is_own = client->impl().recording ? client->impl().owns_executor : !executor;
  if (client->impl().recording) executor = client->impl().recording;
  if (!executor) {
    executor = std::make_shared<ThreadExecutor>("playhead-engine", client->impl().clock);
  }
  auto impl = std::make_shared<Impl>(std::move(client), std::move(executor), is_own);
  impl->begin(std::move(config), std::move(sinks));
  return std::unique_ptr<Player>(new Player(std::move(impl)));
}

Player::Player(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Player::~Player() { close(); }

void Player::close() { impl_->end(); }

void Player::load(PlaySource source) {
  impl_->post_to_titles([source](TitleQueue& titles) { titles.load(source); }, "load", source);
}

void Player::set_next(PlaySource source) {
  impl_->post_to_titles([source](TitleQueue& titles) { titles.set_next(source); }, "set-next",
                        source);
}

void Player::clear_next() {
  impl_->post_to_titles([](TitleQueue& titles) { titles.set_next(std::nullopt); }, "clear-next");
}

void Player::play_next() {
  impl_->post_to_titles([](TitleQueue& titles) { titles.play_next(); }, "play-next");
}

void Player::prepare(PlaySource source) {
  impl_->post([source](PlayerEngine& engine) { engine.prepare(source); }, "prepare", source);
}

void Player::play() {
  impl_->post([](PlayerEngine& engine) { engine.play(); }, "play");
}

void Player::pause() {
  impl_->post([](PlayerEngine& engine) { engine.pause(); }, "pause");
}

void Player::seek(MediaTime position, uint64_t user_tag, SeekMode mode) {
  impl_->post([=](PlayerEngine& engine) { engine.seek(position, user_tag, mode); }, "seek",
              position, user_tag, mode);
}

void Player::go_live() {
  impl_->post([](PlayerEngine& engine) { engine.go_live(); }, "go-live");
}

void Player::set_speed(double speed) {
  impl_->post([=](PlayerEngine& engine) { engine.set_speed(speed); }, "speed", speed);
}

void Player::trick_play(int rate) {
  impl_->post([=](PlayerEngine& engine) { engine.trick_play(rate); }, "trick", rate);
}

void Player::scrub(MediaTime position) {
  impl_->post([=](PlayerEngine& engine) { engine.scrub(position); }, "scrub", position);
}

void Player::request_thumbnail(MediaTime position, uint64_t user_tag) {
  impl_->post([=](PlayerEngine& engine) { engine.request_thumbnail(position, user_tag); },
              "thumbnail", position, user_tag);
}

void Player::set_surface(bool is_there) {
  impl_->post_to_titles([=](TitleQueue& titles) { titles.set_surface(is_there); }, "surface",
                        is_there);
}

void Player::set_volume(double volume) {
  impl_->post([=](PlayerEngine& engine) { engine.set_volume(volume); }, "volume", volume);
}

void Player::select_representation(const std::string& id) {
  impl_->post([id](PlayerEngine& engine) { engine.select_representation(id); }, "representation",
              RepresentationId{id});
}

void Player::set_limits(const PictureLimits& limits) {
  impl_->post_to_titles([limits](TitleQueue& titles) { titles.set_limits(limits); }, "limits",
                        limits);
}

void Player::select_audio(const std::string& id) {
  impl_->post([id](PlayerEngine& engine) { engine.select_audio(id); }, "audio", TrackId{id});
}

void Player::select_text(const std::string& id) {
  impl_->post([id](PlayerEngine& engine) { engine.select_text(id); }, "text", TrackId{id});
}

void Player::stop() {
  impl_->post_to_titles([](TitleQueue& titles) { titles.stop(); }, "stop");
}

std::optional<Event> Player::next_event() { return impl_->events().pop(); }

std::optional<Event> Player::wait_event(std::optional<Duration> patience) {
  return impl_->events().wait_pop(patience);
}

void Player::set_wakeup(UniqueFunction<void()> wakeup) { impl_->set_wakeup(std::move(wakeup)); }

std::string Player::decision_log() const { return impl_->decision_log(); }

MonotonicTime Player::now() const { return impl_->now(); }

std::shared_ptr<const PlayerStatus> Player::status() const { return impl_->status(); }

}  // namespace playhead
