// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "manifest/manifest_source.h"
#include "player/caption_feed.h"
#include "player/client_impl.h"
#include "player/cmcd_reporter.h"
#include "player/cue_screen.h"
#include "player/decision_text.h"
#include "player/decoder_trouble.h"
#include "player/event_queue.h"
#include "player/event_schedule.h"
#include "player/live_control.h"
#include "player/media_pipeline.h"
#include "player/offline_play.h"
#include "player/play_fetchers.h"
#include "player/player_world.h"
#include "player/qoe_collector.h"
#include "player/stuck_watch.h"
#include "player/title_clock.h"
#include "player/title_follower.h"
#include "player/title_protection.h"
#include "player/trick_player.h"
#include "player/url_renewal.h"
#include "playhead/player.h"
#include "session/playback_session.h"
#include "streaming/streaming_engine.h"

namespace playhead {

// One player's state and its only thread of control. Everything that happens (a call, bytes, a
// frame, a deadline) leads to a turn(), which looks at all of it and starts what is due.
class PlayerEngine final : private StreamingListener,
                           private PipelineListener,
                           private TitleProtectionListener {
 public:
  // `publish` receives the status snapshot of every turn. Without it the title is one that comes
  // next: it can be prepared, and is heard of when it follows.
  PlayerEngine(PlayerWorld world, std::function<void(std::shared_ptr<const PlayerStatus>)> publish);
  ~PlayerEngine() override;

  void load(PlaySource source);
  void prepare(PlaySource source);
  void play();
  void pause();
  void seek(MediaTime position, uint64_t user_tag, SeekMode mode);
  void go_live();
  void set_speed(double speed);
  void trick_play(int rate);
  void scrub(MediaTime target);
  void request_thumbnail(MediaTime time, uint64_t user_tag);
  void set_volume(double volume);
  void set_surface(bool is_there);
  void select_representation(const std::string& id);
  void set_limits(const PictureLimits& limits);
  void select_audio(const std::string& id);
  void select_text(const std::string& id);
  void stop();

  void look_again() { wake(); }
  void set_follower(TitleFollower* follower) { follower_ = follower; }  // null: none follows
  void warn(Error error);
  // The title that comes next:
  // Takes over what the viewer wishes of `other`. False: what is prepared is in another language.
  bool inherit(const PlayerEngine& other);
  // May fetch and hold what the title that plays leaves: both together are one buffer.
  void share_buffer(const Remainder& rest);
  // Why what was begun could not be had; none: nothing is wrong.
  [[nodiscard]] const std::optional<Error>& ahead_failure() const { return ahead_failure_; }
  void prime();  // decodes the beginning, unheard and unseen, once it is there
  [[nodiscard]] bool is_ready_to_follow();
  // Plays, in the place of `before`, what is prepared or else `source`.
  void follow(PlayerEngine& before, PlaySource source);
  // Ends the play for another engine that follows: reports, but for the state. The pipeline lives
  // until let_go().
  void hand_over();
  void let_go();
  void count_dropped(PlayerEngine& next);  // it was to follow and will not

 private:
  using ManifestDone = UniqueFunction<void(Result<FetchedManifest>)>;

  // Loading, in order. What every play of source_ begins with:
  void begin_play(bool is_next, MonotonicTime now);
  bool begin();  // asks for what source_ needs first; false: it cannot be, see failure_
  void take_over(MonotonicTime now);  // what prepare() began; tells what has happened so far
  void make_session(const std::string& title_id, const std::string& profile_id);
  void on_session_started(Result<SessionStart> start);
  // A download: the same without the service.
  bool begin_offline();
  void on_offline_opened(Result<void> opened);
  void begin_offline_at(std::optional<MediaTime> resume);
  // Until then the pipeline is only primed.
  [[nodiscard]] bool may_show(MonotonicTime now, Duration& wait);
  [[nodiscard]] bool is_being_watched() const;
  void load_manifest(const std::string& url);
  void on_news(ClientNews news);  // networks, memory
  void follow_network(bool has_changed);
  void remember_network(bool is_last);
  void claim_memory();
  void wake_pictures();                             // if they rested, memory being short
  [[nodiscard]] BufferingConfig buffering() const;  // what is wanted, and may be had
  CancelHandle fetch_manifest(Request request, ManifestDone done);
  void on_manifest(Result<std::shared_ptr<const Presentation>> result);
  // Once the title's length is known: where playback begins lies in it, and the app is told.
  void settle_start(MonotonicTime now);
  bool settle_live_start(MonotonicTime now);
  void place_live_start(const LiveState& live, MonotonicTime now);
  [[nodiscard]] MediaTime start_within(Duration duration);
  void tell_manifest(MonotonicTime now);
  void open_pipeline(MonotonicTime now);
  void make_pipeline(MonotonicTime now);
  void make_protection();
  void close_protection();
  void renew_urls();  // signed ones
  void renew_at(MonotonicTime when);
  void on_renewed(Result<SessionStart> start);
  void on_renewal_failed(Error error);

  // The turn and its steps, in order.
  void turn();
  Duration turn_playback(MonotonicTime now);
  Duration turn_trick(MonotonicTime now);  // while key frames alone are shown
  void handle_errors(MonotonicTime now);
  // Live titles: stays within what is kept, and at its distance from the edge. When to look again.
  Duration control_live(MonotonicTime now);
  void apply_correction(double correction, MonotonicTime now);
  void pass_gap(MonotonicTime now);  // where the title has nothing playback goes on behind it
  // Tells what text is on screen and which events were passed. Answers how long until that changes.
  Duration show_text(MonotonicTime now);
  // Playback goes on at `target`, from what is fetched there.
  void restart_at(MediaTime target, MonotonicTime now);
  void jump(MediaTime target, JumpReason reason, MonotonicTime now, bool is_told = true);
  // When what is buffered does not come out, does something about it. Answers when to look again.
  Duration watch_output(MonotonicTime now);
  void free_stuck(StuckWatch::Step step, MonotonicTime now);
  void mend_decoder(MonotonicTime now);  // after trouble_.failure
  void mend_sound(MonotonicTime now);    // after trouble_.sound_failure
  void on_clock_told(Duration moved);
  [[nodiscard]] bool waits_for_clock() const;  // to know where playback begins
  void note_presented(const VideoPipeline::Presented& presented, MonotonicTime now);
  void note_dropped(const VideoPipeline::Presented& presented, MonotonicTime now);
  void update_state(MonotonicTime now);
  void update_session(MonotonicTime now);
  void make_cmcd(std::string session_id);
  void open_cmcd_events();
  void close_cmcd_events(PlayerState state);
  void update_cmcd(MonotonicTime now);
  [[nodiscard]] CmcdReporter::Facts cmcd_facts(MonotonicTime now);
  [[nodiscard]] PlayActivity activity() const;
  [[nodiscard]] QoeSummary qoe(MonotonicTime now);
  void handle_keys(MonotonicTime now);
  [[nodiscard]] bool note_lapse(TrackKind kind, const Error& error);
  void go_on_after_lapse(MonotonicTime now);
  void publish_status(MonotonicTime now);
  void schedule(MonotonicTime now, Duration wait);

  void update_buffering(MonotonicTime now);
  void update_playing(MonotonicTime now);
  void finish_seek(MonotonicTime now);
  void end_title(MonotonicTime now);

  // Key frames alone, in place of the pipeline; false: there is nothing to take them from.
  bool begin_trick(MonotonicTime now);
  // They are over, if they were shown: whoever calls restarts the pipeline.
  void drop_trick();
  void end_trick(MonotonicTime now);     // and playback goes on
  void finish_trick(MonotonicTime now);  // it has come to the title's start or end
  [[nodiscard]] MediaTime clamp_target(MediaTime target, MonotonicTime now);  // to the title

  void wake();  // asks for a turn; several requests become one
  void set_state(PlayerState state, MonotonicTime now);
  void tell_state();  // the one there is, unless the app knows
  void emit(EventPayload payload);
  void fail(Error error);
  // The same from a callback, where what the play is made of must not be destroyed.
  void fail_next_turn(Error error);
  // Ends the play: position saved, summary sent, everything let go.
  void end_play(PlayerState state);
  void forget_screen();
  void on_received_body(int64_t bytes);
  [[nodiscard]] MediaTime position(MonotonicTime now);
  // The same for the app and the service: pictures of a late decoder may outlast the title.
  [[nodiscard]] MediaTime told_position(MonotonicTime now);
  void tell_remainder(MonotonicTime now, Duration& wait);  // to the follower
  // Of a live title that is prepared: its start is where live playback still begins.
  [[nodiscard]] bool is_near_start(const LiveState& live, MonotonicTime now) const;
  [[nodiscard]] DecisionText& decisions() {
    return decisions_ahead_ ? *decisions_ahead_ : decisions_;
  }
  [[nodiscard]] std::size_t period_at(MediaTime time) const;
  [[nodiscard]] ResourceFetcher& start_fetcher() {
    return offline_ ? offline_->fetcher() : fetchers_.start();
  }

  // StreamingListener, PipelineListener, TitleProtectionListener
  void on_streaming_progress() override { wake(); }
  void on_segment_loaded(const SegmentLoaded& segment) override;
  void on_received(int64_t bytes) override;
  void on_streaming_warning(const Error& error) override;
  void on_text_warning(const Error& error) override { warn(error); }
  void on_thumbnail(ThumbnailReady thumbnail) override { emit(std::move(thumbnail)); }
  void on_streaming_failed(Error error) override;
  void on_url_refused(const Error& error) override;
  void on_pipeline_progress() override { wake(); }
  void on_pipeline_error(TrackKind kind, Error error) override;
  void note_pipeline_error(TrackKind kind, Error error);
  void on_keys_changed() override;
  void on_licensed() override;
  void on_drm_fell_back(DrmFellBack event) override;
  void on_security_level(SecurityLevelChanged event) override;

  std::shared_ptr<Client> client_;
  PlayerConfig config_;
  Sinks sinks_;
  Executor& executor_;
  EventQueue& events_;
  DecisionText& decisions_;
  std::function<void(std::shared_ptr<const PlayerStatus>)> publish_;
  const Logger log_;

  // The user's wishes.
  bool is_paused_ = false;
  double speed_ = 1.0, volume_ = 1.0;
  bool has_surface_ = true;
  TrackPreferences preferences_;

  abr::DroppedFrames dropped_frames_;  // on this device, over all plays
  MonotonicTime catches_up_until_;

  // What prepare() has begun: no play yet and no pipeline; what there is to tell waits.
  bool is_ahead_ = false;
  int64_t bytes_ahead_ = 0;                    // body bytes received for it
  std::optional<SessionStart> started_ahead_;  // what the service has answered
  std::optional<BufferingConfig> ahead_;       // of a title that comes next
  std::optional<Error> ahead_failure_;
  std::vector<Error> warnings_ahead_;
  std::unique_ptr<DecisionText> decisions_ahead_;  // of a title that comes next
  TitleFollower* follower_ = nullptr;
  bool is_followed_ = false;  // sound of the next title is queued behind this one's

  StuckWatch stuck_, stuck_sound_;
  LiveControl live_control_;
  double correction_ = 1;  // of the speed, in force

  PlaySource source_;
  PlayerState state_ = PlayerState::kIdle;
  PlayerState told_state_ = PlayerState::kIdle;  // the app knows of
  bool is_quiet_ = false;                        // several changes of the state are told as one
  QoeCollector qoe_;
  MonotonicTime load_started_;
  int network_ = 0;  // it was begun on, of NetworkMemory
  MediaTime start_position_;
  bool resumes_ = false;           // start_position_ is the saved position
  bool begins_anew_ = false;       // a live title, after its encoder was started anew
  bool is_start_settled_ = false;  // it is known to lie in the title
  bool has_first_frame_ = false, is_seeking_ = false;
  MonotonicTime seek_started_;
  std::vector<uint64_t> seek_tags_;
  RepresentationInfo shown_;
  std::size_t shown_period_ = 0;
  std::optional<Error> last_trouble_;  // why nothing was shown, if nothing will have been
  std::optional<Error> failure_;       // ends the play at the next turn
  DecoderTrouble trouble_;
  UrlRenewal renewal_;
  LicenseNotes licenses_;
  // Text and events of the title.
  CaptionFeed captions_;
  CueScreen cue_screen_;
  EventSchedule event_schedule_;

  // Machinery. Fetchers first: what follows uses them.
  const std::shared_ptr<HeldUrls> held_;
  PlayFetchers fetchers_;
  std::unique_ptr<CmcdReporter> cmcd_events_;  // null: no collector hears of the play
  ManifestSource manifests_;
  MediaBudget::Seat seat_;
  int64_t memory_ = 0;  // that it may have; 0: what it wants
  TitleClock clock_;
  std::unique_ptr<OfflinePlay> offline_;      // null: no download; before what it fetches for
  std::unique_ptr<PlaybackSession> session_;  // null for a plain URL
  CancelHandle reports_, earlier_reports_;    // told of delivered ones, of this play and the last
  std::unique_ptr<TitleProtection> protection_;
  std::unique_ptr<StreamingEngine> streaming_;
  std::unique_ptr<MediaPipeline> pipeline_;
  std::unique_ptr<TrickPlayer> trick_;  // null: no trick play, no scrubbing
  CancelHandle manifest_load_, turn_timer_;
  bool is_turn_posted_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // posted tasks check it
  CancelHandle news_watch_, flush_watch_;
};

}  // namespace playhead
