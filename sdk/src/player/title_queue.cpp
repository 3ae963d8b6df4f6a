// SPDX-License-Identifier: Apache-2.0
#include "player/title_queue.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// So long before the end, in time that passes, decoders of the next title are opened (chosen:
// hardware takes some hundred milliseconds). Earlier: two decoders at once for longer.
constexpr Duration kDecodesBefore = 2s;
// Between attempts at a next title that cannot be had (chosen). At the end it is tried once more.
constexpr Duration kRetryPause = 15s;

}  // namespace

TitleQueue::TitleQueue(PlayerWorld world, Publish publish)
    : world_(std::move(world)), sound_(world_.sinks.audio, world_.executor) {
  playing_ = make_engine(std::move(publish));
  playing_->set_follower(this);
}

TitleQueue::~TitleQueue() {
  playing_->set_follower(nullptr);
  drop_next();
}

std::unique_ptr<PlayerEngine> TitleQueue::make_engine(Publish publish) {
  PlayerWorld world = world_;
  world.sinks.audio = sound_.make_lane();
  return std::make_unique<PlayerEngine>(std::move(world), std::move(publish));
}

PlayerEngine& TitleQueue::playing() {
  settle();
  return *playing_;
}

void TitleQueue::settle() {
  if (is_over_) go_on(false);
}

void TitleQueue::load(PlaySource source) {
  settle();
  set_next(std::nullopt);
  playing_->load(std::move(source));
}

void TitleQueue::stop() {
  settle();
  set_next(std::nullopt);
  playing_->stop();
}

void TitleQueue::set_limits(const PictureLimits& limits) {
  playing().set_limits(limits);
  if (next_) next_->set_limits(limits);
}

void TitleQueue::set_surface(bool is_there) {
  playing().set_surface(is_there);
  if (next_) next_->set_surface(is_there);
}

void TitleQueue::set_next(std::optional<PlaySource> source) {
  settle();
  drop_next();
  has_warned_ = false;
  not_before_ = MonotonicTime();
  source_ = std::move(source);
  if (source_) playing_->look_again();
}

void TitleQueue::drop_next() {
  sound_.part();
  if (next_) playing_->count_dropped(*next_);
  next_.reset();
}

void TitleQueue::play_next() {
  settle();
  if (source_) return go_on(true);
  playing_->warn(make_error(ErrorCode::kInvalidState, "nothing is set to be played next", 0,
                            Severity::kRecoverable));
}

void TitleQueue::prepare_next() {
  next_ = make_engine(nullptr);
  next_->set_follower(this);
  next_->inherit(*playing_);
  next_->prepare(*source_);
}

Following TitleQueue::on_remainder(const Remainder& rest, double speed, MonotonicTime now) {
  if (!source_ || is_over_) return {};
  if (next_ && !next_->inherit(*playing_)) drop_next();
  if (!next_) {
    if (!rest.is_fetched) return {};
    if (now < not_before_) return {false, not_before_ - now};
    prepare_next();
  }
  if (const auto& failure = next_->ahead_failure()) {
    if (!std::exchange(has_warned_, true)) {
      Error error = *failure;
      error.severity = Severity::kRecoverable;
      error.context = "what comes next: " + error.context;
      playing_->warn(std::move(error));
    }
    // A host that asks to come back later is left alone until the end.
    if (failure->code == ErrorCode::kServerBusy) return {};
    drop_next();
    not_before_ = now + kRetryPause;
    return {false, kRetryPause};
  }
  next_->share_buffer(rest);
  const Duration idle = rest.media - from_seconds(to_seconds(kDecodesBefore) * speed);
  if (rest.is_fetched && idle <= Duration{0}) next_->prime();
  if (rest.is_sound_written && next_->is_ready_to_follow()) return {sound_.join(), std::nullopt};
  sound_.part();
  if (!rest.is_fetched || idle <= Duration{0}) return {};
  return {false, from_seconds(to_seconds(idle) / speed)};
}

bool TitleQueue::on_title_over() {
  if (!source_) return false;
  if (std::exchange(is_over_, true)) return true;
  // Not at once: the title that is over is in the middle of a turn.
  world_.executor.post([this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) settle();
  });
  return true;
}

void TitleQueue::go_on(bool is_cut) {
  is_over_ = false;
  // Whoever asks for it is not held back.
  if (is_cut) world_.held->forget();
  if (is_cut && next_ && next_->ahead_failure()) drop_next();
  if (!next_) {
    next_ = make_engine(nullptr);
  }
  next_->inherit(*playing_);
  const bool is_ready = next_->is_ready_to_follow();
  playing_->hand_over();
  sound_.advance(is_cut);
  playing_->let_go();
  // Without a cut the last picture stays until there is another.
  if (is_cut && !is_ready && world_.sinks.video) world_.sinks.video->clear();
  before_ = std::exchange(playing_, std::move(next_));
  playing_->set_follower(this);
  playing_->follow(*before_, *std::exchange(source_, std::nullopt));
}

}  // namespace playhead
