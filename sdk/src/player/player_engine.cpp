// SPDX-License-Identifier: Apache-2.0
#include "player/player_engine.h"

#include <algorithm>
#include <utility>

#include "base/forever.h"
#include "streaming/buffering_policy.h"

namespace playhead {

namespace {

// So long after a switch dropped frames may be the fault of the picture before (chosen). Less: that
// one's lag bans the next as well; more: jerky for longer where every frame comes late.
constexpr Duration kCatchUp = 10s;

PlayerConfig completed(PlayerConfig config) {
  config.buffering = complete(config.buffering, config.preset);
  return config;
}

}  // namespace

PlayerEngine::PlayerEngine(PlayerWorld world,
                           std::function<void(std::shared_ptr<const PlayerStatus>)> publish)
    : client_(std::move(world.client)),
      config_(completed(std::move(world.config))),
      sinks_(std::move(world.sinks)),
      executor_(world.executor),
      events_(world.events),
      decisions_(world.decisions),
      publish_(std::move(publish)),
      log_(client_->impl().log.get(), "player"),
      live_control_(config_.live),
      captions_(*client_->impl().backend),
      held_(std::move(world.held)),
      fetchers_(*client_->impl().transport, executor_, client_->impl().health, held_),
      manifests_([this](Request request, ManifestDone done) {
        return fetch_manifest(std::move(request), std::move(done));
      }),
      seat_(*client_->impl().budget),
      clock_({fetchers_.start(), executor_, [this](Duration moved) { on_clock_told(moved); },
              [this](const Error& error) { warn(error); }, [this] { wake(); }}) {
  preferences_.audio_language = config_.audio_language;
  preferences_.audio_role = config_.audio_role;
  preferences_.audio_channels = config_.audio_channels;
  preferences_.audio_codec = config_.audio_codec;
  preferences_.audio_label = config_.audio_label;
  preferences_.text_language = config_.text_off ? std::string() : config_.text_language;
  preferences_.allows_forced_text = !config_.text_off;
  fetchers_.types().on_odd([this](const Error& error) { warn(error); });
  if (!publish_) decisions_ahead_ = std::make_unique<DecisionText>();
  // Fetchers begin with a network; being told of one ends what is held.
  if (!client_->impl().is_online()) fetchers_.set_network(false);
  news_watch_ = client_->impl().watch(
      [this, &executor = executor_, weak = std::weak_ptr<int>(alive_)](ClientNews news) {
        executor.post([this, weak, news] {
          if (weak.lock()) on_news(news);
        });
      });
  flush_watch_ = client_->impl().watch_flush(
      [this, &executor = executor_,
       weak = std::weak_ptr<int>(alive_)](std::shared_ptr<void> until_saved) {
        executor.post([this, weak, until_saved = std::move(until_saved)] {
          if (weak.lock() && session_) session_->save(activity(), told_position(executor_.now()));
        });
      });
  publish_status(executor_.now());
}

PlayerEngine::~PlayerEngine() {
  if (state_ != PlayerState::kIdle) end_play(PlayerState::kIdle);
  let_go();
}

CancelHandle PlayerEngine::fetch_manifest(Request request, ManifestDone done) {
  return start_fetcher().fetch(
      std::move(request), [this, done = std::move(done)](Result<FetchedResource> result) mutable {
        if (!result) return done(std::move(result).error());
        on_received_body(result->stats.body_bytes);
        clock_.observe(*result);
        done(FetchedManifest{std::move(result->head), std::move(result->body),
                             result->stats.first_byte});
      });
}

MediaTime PlayerEngine::position(MonotonicTime now) {
  if (trick_) return trick_->position();
  return pipeline_ ? pipeline_->position(now) : start_position_;
}

MediaTime PlayerEngine::told_position(MonotonicTime now) {
  const auto end = streaming_ ? streaming_->duration() : std::nullopt;
  const MediaTime here = position(now);
  return end ? std::min(here, MediaTime{0} + *end) : here;
}

void PlayerEngine::emit(EventPayload payload) {
  if (is_ahead_) return;
  const bool is_error =
      std::holds_alternative<Warning>(payload) || std::holds_alternative<Failed>(payload);
  if (is_error) qoe_.on_error();
  const MonotonicTime now = executor_.now();
  const MediaTime here = told_position(now);
  if (session_) session_->observe(payload, here);
  if (cmcd_events_) cmcd_events_->observe(payload);
  events_.push({now, here, std::move(payload)});
}

void PlayerEngine::warn(Error error) {
  if (!is_ahead_) return emit(Warning{std::move(error)});
  // What was left out before anybody watched is missing then.
  constexpr std::size_t kMostKept = 32;
  if (warnings_ahead_.size() < kMostKept) warnings_ahead_.push_back(std::move(error));
}

void PlayerEngine::wake() {
  if (std::exchange(is_turn_posted_, true)) return;
  executor_.post([this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) turn();
  });
}

void PlayerEngine::turn() {
  is_turn_posted_ = false;
  turn_timer_.reset();
  const MonotonicTime now = executor_.now();
  handle_errors(now);
  update_cmcd(now);
  Duration wait = trick_ ? turn_trick(now) : turn_playback(now);
  if (streaming_) wait = std::min(wait, streaming_->turn_previews(now));
  if (cmcd_events_) cmcd_events_->update(cmcd_facts(now));
  publish_status(now);
  schedule(now, wait);
}

Duration PlayerEngine::turn_playback(MonotonicTime now) {
  Duration wait = kForever;
  if (streaming_ && !waits_for_clock()) {
    settle_start(now);
    follow_network(false);
    claim_memory();
    streaming_->selector().set_smooth_height(dropped_frames_.smooth_height(now));
    if (pipeline_ && !is_ahead_) wait = control_live(now);
    const bool has_picture = state_ == PlayerState::kPaused || state_ == PlayerState::kRebuffering;
    streaming_->set_paused(is_paused_ && has_picture);
    wait = std::min(wait, streaming_->turn(now, position(now), speed_));
    decisions().follow(streaming_->selector().chooser());
  }
  // Of what is prepared the network alone makes more.
  if (is_ahead_ && publish_) wait = kForever;
  if (is_ahead_ && pipeline_) pipeline_->prime(*streaming_, now);
  if (pipeline_ && !is_ahead_ && may_show(now, wait)) {
    wait = std::min(wait, streaming_->turn_text(now, position(now)));
    captions_.select(streaming_->caption_channel());
    const MediaPipeline::Turn played = pipeline_->turn(*streaming_, now);
    wait = std::min(wait, played.wait);
    note_presented(played.video, now);
    if (trouble_.failure) return wait;  // the turn that mends it is asked for
    pass_gap(now);
    tell_remainder(now, wait);
    handle_keys(now);
    update_state(now);
    wait = std::min(wait, watch_output(now));
    update_session(now);
    wait = std::min(wait, show_text(now));
  }
  return wait;
}

void PlayerEngine::schedule(MonotonicTime now, Duration wait) {
  if (!streaming_ || is_turn_posted_) return;
  if (session_ && session_->next_deadline()) {
    wait = std::min(wait, std::max(*session_->next_deadline() - now, Duration{0}));
  }
  if (offline_ && !is_ahead_) wait = std::min(wait, offline_->wait(is_being_watched(), now));
  if (cmcd_events_ && cmcd_events_->next_deadline()) {
    wait = std::min(wait, std::max(*cmcd_events_->next_deadline() - now, Duration{0}));
  }
  if (wait >= kForever) return;
  turn_timer_ = executor_.post_at(now + wait, [this] { turn(); });
}

void PlayerEngine::handle_errors(MonotonicTime now) {
  if (offline_ && !is_ahead_) {
    // At once: what is buffered is as forbidden as the rest.
    if (auto refusal = offline_->refusal(is_being_watched(), now)) return fail(*std::move(refusal));
  }
  if (!licenses_.lapsed.empty()) go_on_after_lapse(now);
  if (trouble_.failure) mend_decoder(now);
  if (trouble_.sound_failure) mend_sound(now);
  for (Error& error : std::exchange(trouble_.warnings, {})) warn(std::move(error));
  std::optional<Error>& failure = failure_ ? failure_ : renewal_.failure;
  if (failure && is_ahead_) {
    log_.info("what was prepared cannot be had: " + describe(*failure));
    ahead_failure_ = failure;
    if (follower_) follower_->on_preparation_failed();
    return let_go();
  }
  // After its end nobody waits for anything of the title; whoever seeks back is told.
  if (failure && state_ != PlayerState::kEnded) {
    // What is buffered is still played.
    const bool can_play_on = pipeline_ && pipeline_->is_running() &&
                             !pipeline_->video().has_failed() && !stuck_.has_given_up() &&
                             !pipeline_->is_starved(*streaming_, now);
    // New URLs are on their way: somebody gave the PIN that was wanted, or it is tried again.
    const bool may_go_on = !failure_ && renewal_.is_under_way;
    if (!can_play_on && !may_go_on) fail(*std::exchange(failure, std::nullopt));
  }
}

void PlayerEngine::note_presented(const VideoPipeline::Presented& presented, MonotonicTime now) {
  qoe_.on_frames(presented.shown, presented.dropped);
  note_dropped(presented, now);
  if (presented.changed) {
    const SampleOrigin& origin = *presented.changed;
    const bool is_first = shown_.id.empty();
    // A segment may begin a little before its Period does.
    const std::size_t period = period_at(origin.segment_start + Duration{50ms});
    const bool is_new_period = std::exchange(shown_period_, period) != period && !is_first;
    shown_ = origin.representation;
    if (shown_.width == 0) shown_.width = pipeline_->video().width();
    if (shown_.height == 0) shown_.height = pipeline_->video().height();
    qoe_.on_representation(shown_.bitrate, !is_first && !is_new_period, now);
    SwitchReason reason = is_first ? SwitchReason::kInitial : origin.reason;
    if (is_new_period) reason = SwitchReason::kPeriod;
    emit(RepresentationChanged{shown_.bitrate, shown_.width, shown_.height, shown_.id, reason});
  }
  if (presented.shown > 0 && !std::exchange(has_first_frame_, true)) {
    qoe_.on_first_frame(now);
    emit(FirstFrame{now - load_started_, pipeline_->video().width(), pipeline_->video().height(),
                    qoe_.phases()});
  }
}

void PlayerEngine::note_dropped(const VideoPipeline::Presented& presented, MonotonicTime now) {
  // A decoder that lagged behind catches up by dropping what comes next: no fault of that.
  if (presented.changed) catches_up_until_ = now + kCatchUp;
  const bool is_on_time = presented.shown > 0 && presented.dropped == 0;
  if (is_on_time || now >= catches_up_until_) catches_up_until_ = now;
  if (now < catches_up_until_) return;
  dropped_frames_.add(shown_.height, presented.shown, presented.dropped, now);
}

std::size_t PlayerEngine::period_at(MediaTime time) const {
  const auto& periods = streaming_->presentation()->periods;
  const auto next = std::find_if(periods.begin(), periods.end(),
                                 [&](const Period& period) { return period.start > time; });
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(next - periods.begin() - 1, 0));
}

void PlayerEngine::update_state(MonotonicTime now) {
  switch (state_) {
    case PlayerState::kBuffering:
    case PlayerState::kRebuffering:
      return update_buffering(now);
    case PlayerState::kPlaying:
      return update_playing(now);
    case PlayerState::kPaused:
      if (!is_paused_) set_state(PlayerState::kBuffering, now), update_buffering(now);
      return;
    case PlayerState::kIdle:
    case PlayerState::kLoading:
    case PlayerState::kEnded:
    case PlayerState::kFailed:
    case PlayerState::kTrickPlay:
    case PlayerState::kScrubbing:
      return;
  }
}

void PlayerEngine::update_buffering(MonotonicTime now) {
  const bool is_ready = pipeline_->is_ready(*streaming_, now);
  if (is_ready && is_seeking_) finish_seek(now);
  if (pipeline_->is_finished(*streaming_, now)) {
    if (is_seeking_) finish_seek(now);
    return end_title(now);
  }
  if (is_paused_) {
    if (is_ready) set_state(PlayerState::kPaused, now);
    return;
  }
  PlayInputs in;
  in.is_first_frame_ready = is_ready;
  in.after_rebuffer = state_ == PlayerState::kRebuffering;
  in.least_level = pipeline_->least_level(*streaming_, now);
  in.is_full = streaming_->is_full();
  if (!may_play(in, config_.buffering)) return;
  pipeline_->run(true, now);
  if (!streaming_->plays_video()) qoe_.on_first_frame(now);  // the first that can be perceived
  set_state(PlayerState::kPlaying, now);
  wake();  // frames have deadlines now
}

void PlayerEngine::update_playing(MonotonicTime now) {
  const bool gives_way = is_followed_ && pipeline_->is_sound_heard(now);
  if (gives_way || pipeline_->is_finished(*streaming_, now)) return end_title(now);
  if (pipeline_->is_starved(*streaming_, now)) {
    pipeline_->run(false, now);
    if (const auto live = streaming_->live(now)) live_control_.on_stall(*live, now);
    set_state(PlayerState::kRebuffering, now);
    wake();
  }
}

void PlayerEngine::end_title(MonotonicTime now) {
  // Every segment was skipped: that is no end anybody has watched.
  const bool has_played = has_first_frame_ || qoe_.summary(now).play_time > Duration{0};
  const bool has_failed = !has_played && last_trouble_;
  const bool goes_on = !has_failed && follower_ && follower_->on_title_over();
  if (!goes_on) pipeline_->run(false, now);
  if (has_failed) return fail_next_turn(*last_trouble_);
  is_quiet_ = goes_on;
  set_state(PlayerState::kEnded, now);
  emit(Ended{goes_on});
  emit(Summary{qoe(now)});
}

void PlayerEngine::finish_seek(MonotonicTime now) {
  is_seeking_ = false;
  for (const uint64_t tag : std::exchange(seek_tags_, {})) {
    emit(SeekDone{position(now), tag, now - seek_started_});
  }
}

void PlayerEngine::set_state(PlayerState state, MonotonicTime now) {
  if (state == state_) return;
  state_ = state;
  qoe_.on_state(state, now);
  if (state == PlayerState::kRebuffering && fetchers_.cmcd()) fetchers_.cmcd()->note_starved();
  if (!is_quiet_) tell_state();
}

void PlayerEngine::tell_state() {
  if (told_state_ == state_) return;
  emit(StateChanged{std::exchange(told_state_, state_), state_});
}

PlayActivity PlayerEngine::activity() const {
  switch (state_) {
    case PlayerState::kPlaying:
      return PlayActivity::kPlaying;
    case PlayerState::kPaused:
      return PlayActivity::kPaused;
    case PlayerState::kBuffering:
      if (is_seeking_) return PlayActivity::kSeeking;
      return has_first_frame_ ? PlayActivity::kBuffering : PlayActivity::kIdle;
    case PlayerState::kRebuffering:
      return PlayActivity::kBuffering;
    case PlayerState::kTrickPlay:
    case PlayerState::kScrubbing:
      return PlayActivity::kSeeking;  // where it leads is reported when it is over
    case PlayerState::kEnded:
      return PlayActivity::kEnded;
    case PlayerState::kIdle:
    case PlayerState::kLoading:
    case PlayerState::kFailed:
      break;
  }
  return PlayActivity::kIdle;
}

void PlayerEngine::update_session(MonotonicTime now) {
  if (!session_) return;
  MediaTime here = told_position(now);
  if (state_ == PlayerState::kEnded && streaming_->duration()) {
    here = MediaTime{0} + *streaming_->duration();
  }
  session_->update(activity(), here);
}

QoeSummary PlayerEngine::qoe(MonotonicTime now) {
  if (streaming_ && !is_ahead_) qoe_.set_wasted(streaming_->wasted_bytes());
  return qoe_.summary(now);
}

void PlayerEngine::publish_status(MonotonicTime now) {
  if (!publish_) return;
  auto status = std::make_shared<PlayerStatus>();
  status->state = told_state_;
  status->is_paused = is_paused_;
  status->position = told_position(now);
  status->measured_at = now;
  status->speed = speed_;
  status->trick_rate = trick_ ? trick_->rate() : 0;
  status->volume = volume_;
  status->shown = shown_;
  status->qoe = qoe(now);
  if (streaming_ && !is_ahead_) {
    status->duration = streaming_->duration();
    status->has_thumbnails = streaming_->previews().has_thumbnails(status->position);
    if (const auto live = streaming_->live(now)) {
      status->live = live_control_.status(*live, status->position, now);
    }
    status->video_buffer = streaming_->level(TrackKind::kVideo, status->position);
    status->audio_buffer = streaming_->level(TrackKind::kAudio, status->position);
    status->buffered_bytes = streaming_->buffered_bytes();
    status->waits_for_license = licenses_.is_waited_for;
    status->throughput = streaming_->selector().chooser().throughput();
    status->is_auto_bitrate = streaming_->selector().forced_id().empty();
    status->representations = streaming_->video_representations();
    status->tracks = streaming_->audio_tracks();
  }
  publish_(std::move(status));
}

void PlayerEngine::fail_next_turn(Error error) {
  failure_ = std::move(error);
  wake();
}

void PlayerEngine::on_received_body(int64_t bytes) {
  if (is_ahead_) {
    bytes_ahead_ += bytes;
  } else {
    qoe_.on_bytes(bytes);
  }
}

void PlayerEngine::on_received(int64_t bytes) {
  on_received_body(bytes);
  if (!is_ahead_) qoe_.on_step(&StartupPhases::first_byte, executor_.now());
}

void PlayerEngine::on_segment_loaded(const SegmentLoaded& segment) {
  if (!offline_) client_->impl().hosts->remember(segment.url);
  emit(segment);
}

void PlayerEngine::on_streaming_warning(const Error& error) {
  last_trouble_ = error;
  last_trouble_->severity = Severity::kFatal;
  warn(error);
}

void PlayerEngine::on_streaming_failed(Error error) { fail_next_turn(std::move(error)); }

void PlayerEngine::on_url_refused(const Error& error) {
  if (!session_ || offline_) return fail_next_turn(error);
  renew_urls();
}

void PlayerEngine::on_pipeline_error(TrackKind kind, Error error) {
  if (!note_lapse(kind, error)) note_pipeline_error(kind, std::move(error));
  wake();
}

void PlayerEngine::note_pipeline_error(TrackKind kind, Error error) {
  const bool is_video = kind == TrackKind::kVideo;
  const bool is_of_media =
      error.code == ErrorCode::kDecodeFailed || error.code == ErrorCode::kCodecUnsupported;
  if (error.severity == Severity::kFatal && !is_video && is_of_media && pipeline_ && !trick_) {
    trouble_.sound_failure = std::move(error);
    return;
  }
  const bool may_mend = is_video && is_of_media && pipeline_ && !is_ahead_ && !trick_;
  if (error.severity == Severity::kFatal && is_video) {
    // Without pictures there is nothing to watch; without sound there still is.
    (may_mend ? trouble_.failure : failure_) = std::move(error);
    return;
  }
  error.severity = Severity::kRecoverable;
  const SampleOrigin* origin = may_mend ? pipeline_->video().decoding() : nullptr;
  if (origin &&
      trouble_.on_damage(pipeline_->video().segment_number(), origin->representation.id)) {
    trouble_.failure = error;
  }
  trouble_.warnings.push_back(std::move(error));
}

}  // namespace playhead
