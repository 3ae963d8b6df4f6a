// SPDX-License-Identifier: Apache-2.0
// PlayerEngine's answers to the app's calls, from load to stop.
#include <algorithm>
#include <utility>

#include "base/url.h"
#include "player/player_engine.h"
#include "streaming/buffering_policy.h"

namespace playhead {

namespace {

// Seeks that wait are answered together. Of more than that the first are not answered at all: their
// answers would push what else is told out of the event queue, which holds 1,024.
constexpr std::size_t kMostSeekTags = 1'010;
// A start behind the end is taken back to this much before it, so that there is something to see
// (chosen).
constexpr Duration kLeastToPlay = 1s;

// A title that begins later than this is begun where it begins (a live one that has ended); less is
// a gap like others.
constexpr Duration kLateBeginning = 1s;
// What an app may name, as long as nobody knows where the title ends: 36,000 years, to which
// durations can be added.
constexpr int64_t kFarthestUs = int64_t{1} << 60;
MediaTime on_timeline(int64_t us) { return MediaTime{std::clamp<int64_t>(us, 0, kFarthestUs)}; }

// A title seen this far starts from the beginning: the service's own rule, 95 %, which it cannot
// apply to what it has not heard of yet.
bool is_watched(MediaTime position, Duration duration) {
  return (position - MediaTime{0}) / 95 >= duration / 100;
}

std::string seconds_text(Duration duration) {
  return std::to_string(duration.count() / 1'000'000) + " s";
}

// The same thing is played from the same place.
bool is_same(const PlaySource& a, const PlaySource& b) {
  if (a.download_id != b.download_id || a.start != b.start) return false;
  if (a.profile_id != b.profile_id) return false;
  return !a.download_id.empty() ||
         (a.title_id == b.title_id && (!a.title_id.empty() || a.url == b.url));
}

SessionStarted told(const SessionStart& start) {
  SessionStarted event{redact(start.manifest_url), start.resume_position - MediaTime{0}};
  event.is_resumed = start.is_resumed;
  if (start.other_session) event.other_device = start.other_session->device_id;
  return event;
}

}  // namespace

void PlayerEngine::prepare(PlaySource source) {
  if (state_ != PlayerState::kIdle && state_ != PlayerState::kFailed) {
    return warn(make_error(ErrorCode::kInvalidState, "a player that plays prepares nothing", 0,
                           Severity::kRecoverable));
  }
  let_go();
  is_ahead_ = true;
  source_ = client_->impl().settled(std::move(source));
  if (!begin()) let_go();
}

void PlayerEngine::load(PlaySource source) {
  source = client_->impl().settled(std::move(source));
  const bool is_prepared = is_ahead_ && is_same(source, source_);
  const MonotonicTime now = executor_.now();
  if (is_ahead_ && !is_prepared) let_go();
  is_ahead_ = false;
  if (is_prepared) {
    set_state(PlayerState::kIdle, now);  // after a failure
  } else if (state_ != PlayerState::kIdle) {
    end_play(PlayerState::kIdle);
  }
  source_ = std::move(source);
  is_paused_ = source_.start_paused;
  if (sinks_.video) sinks_.video->clear();
  begin_play(false, now);
  if (is_prepared) return take_over(now);
  if (!begin()) fail(*std::exchange(failure_, std::nullopt));
}

void PlayerEngine::begin_play(bool is_next, MonotonicTime now) {
  load_started_ = now;
  // What follows by itself is nobody's impatience.
  if (!is_next) held_->forget();
  qoe_.start(now);
  const bool is_offline = !source_.download_id.empty();
  if (is_offline) qoe_.set_offline();
  const std::string url = is_offline ? "offline:" + source_.download_id : redact(source_.url);
  emit(LoadStarted{is_offline ? std::string() : source_.title_id, url, is_next});
  set_state(PlayerState::kLoading, now);
}

bool PlayerEngine::begin() {
  preferences_.audio_id.clear();  // ids are the last title's; the language goes on
  preferences_.text_id.clear();
  start_position_ = on_timeline(source_.start.value_or(Duration{0}).count());
  resumes_ = false;
  is_start_settled_ = begins_anew_ = false;
  live_control_.reset();
  correction_ = 1;
  Client::Impl& client = client_->impl();
  network_ = client.networks->network();
  fetchers_.types().forget();
  fetchers_.set_cmcd(nullptr);
  if (!source_.download_id.empty()) return begin_offline();
  // Its media may be where that of other titles was.
  client.hosts->preconnect(*client.transport, source_.url);
  if (source_.title_id.empty()) {
    make_cmcd({});
    if (!is_ahead_) open_cmcd_events();
    load_manifest(source_.url);
    return true;
  }
  if (!client.api) {
    failure_ = make_error(ErrorCode::kInvalidState,
                          "titles of the service need the client's api_url to be set");
    return false;
  }
  make_session(source_.title_id, source_.profile_id);
  make_cmcd(session_->session_id());
  if (!is_ahead_) open_cmcd_events();
  session_->start([this](Result<SessionStart> start) { on_session_started(std::move(start)); });
  wake();
  return true;
}

void PlayerEngine::make_session(const std::string& title_id, const std::string& profile_id) {
  Client::Impl& client = client_->impl();
  PlaybackSessionConfig config;
  config.title_id = title_id;
  config.profile_id = profile_id;
  config.progress_interval = config_.progress_interval;
  config.held = held_;
  config.service = client.service_config;
  config.telemetry = client.telemetry.get();
  // Where nothing is downloaded the service knows.
  if (offline_ || client.library()) config.positions = client.positions.get();
  session_ = std::make_unique<PlaybackSession>(std::move(config), *client.api, *client.outbox,
                                               *client.transport, executor_);
  earlier_reports_ = std::move(reports_);
  reports_ = session_->on_progress_sent([this](const ProgressReport& report) {
    emit(ProgressSent{report.title_id, report.position});
  });
}

void PlayerEngine::take_over(MonotonicTime now) {
  open_cmcd_events();
  qoe_.on_bytes(std::exchange(bytes_ahead_, 0));
  if (std::exchange(licenses_.is_licensed_ahead, false)) {
    qoe_.on_step(&StartupPhases::license, now);
  }
  if (licenses_.level_ahead) emit(*std::exchange(licenses_.level_ahead, std::nullopt));
  if (started_ahead_) {
    qoe_.on_step(&StartupPhases::session, now);
    emit(told(*started_ahead_));
    started_ahead_.reset();
  }
  if (streaming_) {
    qoe_.on_step(&StartupPhases::manifest, now);
    if (streaming_->buffered_bytes() > 0) qoe_.on_step(&StartupPhases::first_byte, now);
    streaming_->set_buffering(buffering());
    const auto live = streaming_->live(now);
    if (!pipeline_) {
      open_pipeline(now);
      if (live) is_start_settled_ = false;  // the edge has moved on
    } else {
      set_state(PlayerState::kBuffering, now);
      if (live) is_start_settled_ = is_near_start(*live, now);
    }
    if (is_start_settled_) tell_manifest(now);
  }
  for (Error& error : std::exchange(warnings_ahead_, {})) warn(std::move(error));
  wake();
}

void PlayerEngine::on_session_started(Result<SessionStart> start) {
  if (!start) return fail_next_turn(std::move(start).error());
  if (is_ahead_) {
    started_ahead_ = *start;
  } else {
    qoe_.on_step(&StartupPhases::session, executor_.now());
    emit(told(*start));
  }
  if (!source_.start) {
    start_position_ = start->resume_position;
    resumes_ = true;
  }
  if (start->renew_at) renew_at(*start->renew_at);
  fetchers_.set_places(start->places);
  licenses_.grant = start->drm;
  load_manifest(start->manifest_url);
}

void PlayerEngine::load_manifest(const std::string& url) {
  client_->impl().hosts->remember(url);
  manifest_load_ = manifests_.load(url, [this](Result<std::shared_ptr<const Presentation>> result) {
    on_manifest(std::move(result));
  });
  wake();
}

void PlayerEngine::on_manifest(Result<std::shared_ptr<const Presentation>> result) {
  if (!result) return fail_next_turn(std::move(result).error());
  const MonotonicTime now = executor_.now();
  if (!is_ahead_) qoe_.on_step(&StartupPhases::manifest, now);
  if (offline_) {
    result = offline_->kept(**result);
  } else {
    clock_.ask(**result);
  }
  StreamingConfig config;
  config.buffering = buffering();
  config.preset = config_.preset;
  config.limits = config_.limits;
  config.live = config_.live;
  config.can_renew = session_ && !offline_;
  config.plans = client_->impl().plans;
  make_protection();
  config.keys = protection_.get();
  config.identity_keys = protection_->identity_keys();
  MediaBackend& backend = *client_->impl().backend;
  StreamingListener& listener = *this;
  ResourceFetcher& fetcher = offline_ ? offline_->fetcher() : fetchers_.media();
  auto streaming = std::make_unique<StreamingEngine>(fetcher, manifests_, backend, executor_,
                                                     clock_.time(), std::move(config), listener);
  decisions().start(streaming->selector().chooser().settings(), config_.buffering.target);
  streaming->selector().chooser().remember(client_->impl().networks->recall());
  streaming->selector().set_memory_bitrate(bitrate_held_in(config_.buffering));
  if (auto opened = streaming->open(*result, preferences_, start_position_); !opened) {
    return fail_next_turn(std::move(opened).error());
  }
  streaming_ = std::move(streaming);
  if (!is_ahead_) open_pipeline(now);
  wake();
}

void PlayerEngine::make_pipeline(MonotonicTime now) {
  PipelineListener& listener = *this;
  pipeline_.reset();  // the sinks are free
  pipeline_ = std::make_unique<MediaPipeline>(*client_->impl().backend, executor_, sinks_,
                                              protection_.get(), listener);
  pipeline_->set_captions(&captions_);
  pipeline_->set_speed(speed_ * correction_, now);
  pipeline_->set_surface(has_surface_, now);
}

void PlayerEngine::open_pipeline(MonotonicTime now) {
  make_pipeline(now);
  stuck_.reset();
  stuck_sound_.reset();
  restart_at(start_position_, now);
  if (sinks_.audio) sinks_.audio->set_volume(volume_);
  set_state(PlayerState::kBuffering, now);
}

MediaTime PlayerEngine::start_within(Duration duration) {
  const MediaTime end = MediaTime{0} + duration;
  const MediaTime listed = streaming_->first_moment();
  const MediaTime begin = listed >= MediaTime{0} + kLateBeginning ? listed : MediaTime{0};
  if (begin >= start_position_ + kLateBeginning) return begin;
  if (is_seeking_) return std::min(start_position_, end);
  if (resumes_) {
    if (!is_watched(start_position_, duration)) return start_position_;
    log_.info("the saved position is at the title's end: it starts from the beginning");
    return begin;
  }
  if (start_position_ < end) return start_position_;
  const std::string what = "the start, " + seconds_text(start_position_ - MediaTime{0}) +
                           ", is not in the title, which ends at " + seconds_text(duration);
  log_.warning(what);
  warn(make_error(ErrorCode::kInvalidArgument, what, 0, Severity::kRecoverable));
  return std::max(end - kLeastToPlay, MediaTime{0});
}

void PlayerEngine::settle_start(MonotonicTime now) {
  if (is_start_settled_) return;
  if (!streaming_->duration()) {
    is_start_settled_ = settle_live_start(now);
    return;
  }
  is_start_settled_ = true;
  const MediaTime start = start_within(*streaming_->duration());
  if (start != start_position_) {
    start_position_ = start;
    streaming_->seek(start);
    if (pipeline_) restart_at(start, now);
  }
  tell_manifest(now);
}

void PlayerEngine::tell_manifest(MonotonicTime now) {
  ManifestLoaded loaded;
  loaded.url = redact(streaming_->presentation()->url);
  loaded.elapsed = now - load_started_;
  loaded.duration = streaming_->duration();
  loaded.video_representations = static_cast<int>(streaming_->video_representations().size());
  for (const TrackInfo& track : streaming_->audio_tracks()) {
    ++(track.kind == TrackKind::kAudio ? loaded.audio_tracks : loaded.text_tracks);
  }
  emit(std::move(loaded));
}

void PlayerEngine::play() {
  if (protection_ && is_paused_) protection_->on_resume();
  if (offline_) offline_->on_call();
  const bool was_paused = std::exchange(is_paused_, false);
  // The timer of what is under way is for the URLs that come.
  if (was_paused && renewal_.failures > 0 && !renewal_.is_under_way) {
    renewal_.timer.reset();
    renew_urls();
  }
  wake_pictures();
  end_trick(executor_.now());
  wake();
}

void PlayerEngine::pause() {
  is_paused_ = true;
  end_trick(executor_.now());
  if (state_ == PlayerState::kPlaying) {
    const MonotonicTime now = executor_.now();
    pipeline_->run(false, now);
    set_state(PlayerState::kPaused, now);
  }
  wake();
}

void PlayerEngine::seek(MediaTime target, uint64_t user_tag, SeekMode mode) {
  const MonotonicTime now = executor_.now();
  if (is_ahead_ || (!streaming_ && state_ != PlayerState::kLoading)) return;
  target = clamp_target(target, now);
  if (mode == SeekMode::kFast && streaming_) target = streaming_->entry_before(target);
  emit(SeekStarted{target, user_tag});
  if (offline_) offline_->on_call();
  if (!std::exchange(is_seeking_, true)) seek_started_ = now;
  if (seek_tags_.size() >= kMostSeekTags) seek_tags_.erase(seek_tags_.begin());
  seek_tags_.push_back(user_tag);
  if (!is_start_settled_) {
    // Until the title's length is known a seek changes where playback begins.
    source_.start = target - MediaTime{0};
    start_position_ = target;
    resumes_ = false;
  }
  if (!streaming_) return;
  drop_trick();
  stuck_.on_seek();
  if (pipeline_) pipeline_->forgive_sound();
  streaming_->seek(target);
  restart_at(target, now);
  set_state(PlayerState::kBuffering, now);
  wake();
}

MediaTime PlayerEngine::clamp_target(MediaTime target, MonotonicTime now) {
  target = on_timeline(target.us);
  if (!streaming_) return target;
  if (streaming_->duration()) {
    target = std::min(target, MediaTime{0} + *streaming_->duration());
    const MediaTime begin = streaming_->first_moment();
    if (begin >= target + kLateBeginning) target = begin;
  }
  if (const auto live = streaming_->live(now)) target = live_control_.clamp(target, *live, now);
  return target;
}

void PlayerEngine::set_speed(double speed) {
  speed_ = speed == speed ? std::clamp(speed, 0.5, 2.0) : 1.0;
  if (pipeline_) pipeline_->set_speed(speed_ * correction_, executor_.now());
  wake();
}

void PlayerEngine::set_volume(double volume) {
  volume_ = volume == volume ? std::clamp(volume, 0.0, 1.0) : 1.0;
  if (sinks_.audio) sinks_.audio->set_volume(volume_);
  wake();
}

void PlayerEngine::select_representation(const std::string& id) {
  if (!streaming_ || is_ahead_) return;
  const auto known = streaming_->video_representations();
  const bool exists = std::any_of(known.begin(), known.end(),
                                  [&](const RepresentationInfo& info) { return info.id == id; });
  if (!id.empty() && !exists) {
    return warn(make_error(ErrorCode::kInvalidArgument, "no Representation has the id " + id, 0,
                           Severity::kRecoverable));
  }
  streaming_->select_representation(id, position(executor_.now()));
  wake();
}

void PlayerEngine::set_limits(const PictureLimits& limits) {
  config_.limits = limits;
  if (protection_) protection_->set_output(output_protection(limits));
  if (streaming_) streaming_->selector().set_limits(limits);
  wake();
}

void PlayerEngine::select_audio(const std::string& id) {
  if (!streaming_ || is_ahead_) return;
  const auto known = streaming_->audio_tracks();
  const bool exists = std::any_of(known.begin(), known.end(), [&](const TrackInfo& track) {
    return track.id == id && track.kind == TrackKind::kAudio;
  });
  if (!id.empty() && !exists) {
    return warn(make_error(ErrorCode::kInvalidArgument, "no audio track has the id " + id, 0,
                           Severity::kRecoverable));
  }
  preferences_.audio_id = id;
  if (id.empty()) preferences_.audio_language = config_.audio_language;
  for (const TrackInfo& track : known) {
    if (track.id == id && !track.language.empty()) preferences_.audio_language = track.language;
  }
  // Pictures and the old sound go on until the new one is there.
  streaming_->change_audio(preferences_, position(executor_.now()));
  wake();
}

void PlayerEngine::stop() {
  if (is_ahead_) let_go();
  if (state_ == PlayerState::kIdle) return;
  end_play(PlayerState::kIdle);
}

void PlayerEngine::fail(Error error) {
  if (follower_) follower_->on_title_failed();
  emit(Failed{std::move(error)});
  end_play(PlayerState::kFailed);
}

void PlayerEngine::end_play(PlayerState state) {
  const MonotonicTime now = executor_.now();
  const MediaTime here = told_position(now);
  const bool was_over = state_ == PlayerState::kEnded || state_ == PlayerState::kFailed;
  close_cmcd_events(state);
  if (session_ && !was_over) session_->update(PlayActivity::kStopped, here);
  if (streaming_) {
    qoe_.set_wasted(streaming_->wasted_bytes() + streaming_->unread_bytes());
    remember_network(true);
  }
  let_go();
  start_position_ = here;
  forget_screen();
  set_state(state, now);
  if (!was_over) emit(Summary{qoe_.summary(now)});
  publish_status(now);
}

void PlayerEngine::forget_screen() {
  is_seeking_ = false;
  has_first_frame_ = false;
  seek_tags_.clear();
  if (auto cleared = cue_screen_.clear()) emit(*std::move(cleared));
  shown_ = RepresentationInfo();
  shown_period_ = 0;
}

void PlayerEngine::let_go() {
  is_ahead_ = false;
  is_followed_ = false;
  bytes_ahead_ = 0;
  warnings_ahead_.clear();
  started_ahead_.reset();
  licenses_ = {};
  session_.reset();
  fetchers_.set_places({});
  manifest_load_.reset();
  clock_.stop();
  turn_timer_.reset();
  drop_trick();
  pipeline_.reset();
  streaming_.reset();
  close_protection();
  captions_.select(0);
  event_schedule_.clear();
  failure_.reset();
  offline_.reset();  // nothing fetches any more
  last_trouble_.reset();
  trouble_ = DecoderTrouble();
  renewal_ = {};
  memory_ = seat_.claim(0);
}

void PlayerEngine::renew_at(MonotonicTime when) {
  renewal_.timer = executor_.post_at(when, [this] { renew_urls(); });
}

void PlayerEngine::renew_urls() {
  if (std::exchange(renewal_.is_under_way, true)) return;
  session_->renew([this](Result<SessionStart> start) { on_renewed(std::move(start)); });
}

void PlayerEngine::on_renewed(Result<SessionStart> start) {
  if (!start) {
    renewal_.is_under_way = false;
    return on_renewal_failed(std::move(start).error());
  }
  if (start->renew_at) renew_at(*start->renew_at);
  fetchers_.set_places(start->places);
  manifest_load_ = manifests_.load(start->manifest_url,
                                   [this](Result<std::shared_ptr<const Presentation>> result) {
                                     renewal_.is_under_way = false;
                                     if (!result)
                                       return on_renewal_failed(std::move(result).error());
                                     if (!streaming_) return on_manifest(std::move(result));
                                     auto replaced = streaming_->replace(*std::move(result));
                                     if (!replaced)
                                       return on_renewal_failed(std::move(replaced).error());
                                     renewal_.failures = 0;
                                     renewal_.failure.reset();
                                     wake();
                                   });
}

void PlayerEngine::on_renewal_failed(Error error) {
  if (!streaming_) return fail_next_turn(std::move(error));
  // The old URLs may still be good, or what is buffered may be enough: segments will tell. And what
  // is refused now may be granted then: somebody gives the profile's new PIN, or pays.
  renew_at(executor_.now() + renewal_pause(++renewal_.failures, is_paused_));
  if (streaming_->is_waiting_for_renewal()) renewal_.failure = error;
  streaming_->previews().on_no_new_urls();
  error.severity = Severity::kRecoverable;
  warn(std::move(error));
  wake();
}

}  // namespace playhead
