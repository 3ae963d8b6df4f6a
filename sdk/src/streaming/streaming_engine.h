// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/manifest_source.h"
#include "manifest/steering_client.h"
#include "net/server_clock.h"
#include "playhead/config.h"
#include "playhead/presentation.h"
#include "streaming/failure_policy.h"
#include "streaming/fetched_track.h"
#include "streaming/index_table.h"
#include "streaming/live_policy.h"
#include "streaming/live_refresher.h"
#include "streaming/next_segment.h"
#include "streaming/played_tracks.h"
#include "streaming/previews.h"
#include "streaming/representation_selector.h"
#include "streaming/sample_queue.h"
#include "streaming/segment_keys.h"
#include "streaming/streaming_config.h"
#include "streaming/streaming_listener.h"
#include "streaming/subtitles.h"
#include "streaming/timeline_mapper.h"
#include "streaming/title_events.h"
#include "streaming/track_stream.h"
#include "streaming/transfer_watch.h"
#include "streaming/trouble.h"

namespace playhead {

// Decides what is fetched next for the tracks of a Presentation and holds what was fetched. Each
// turn() looks at levels and position and starts what the policies ask for. Engine thread.
class StreamingEngine final : private TrackStreamListener {
 public:
  // `clock`: the time of whoever makes live titles.
  StreamingEngine(ResourceFetcher& fetcher, ManifestSource& manifests, MediaBackend& backend,
                  Executor& executor, const ServerClock& clock, StreamingConfig config,
                  StreamingListener& listener);
  ~StreamingEngine() override;

  // Starts fetching at `position`. Errors, of the Period there: kNoPlayableTrack, kDrmNoSystem. A
  // later Period that cannot be played is an error once everything before it was played.
  Result<void> open(std::shared_ptr<const Presentation> presentation,
                    const TrackPreferences& preferences, MediaTime position);
  // The same title under new URLs: what is buffered stays. kBadResponse: some of it is missing.
  Result<void> replace(std::shared_ptr<const Presentation> presentation);
  // on_url_refused() has not been answered by replace().
  [[nodiscard]] bool is_waiting_for_renewal() const { return waiting_for_renewal_; }
  // Reads on from `position`: from the buffer when it is there, else by fetching. True: buffered.
  // `is_after_gap`: tracks that begin later still do so.
  bool seek(MediaTime position, bool is_after_gap = false);
  void refetch(MediaTime position);        // the same, and nothing that was fetched is used
  void refetch_sound(MediaTime position);  // what comes with the pictures stays
  // Of pictures; empty: what is fetched at present. See RepresentationSelector::avoid().
  void avoid_representation(const std::string& id, MonotonicTime now, bool is_for_good = false);
  // Fetches sound anew from `position`, with these preferences. What is there of the old sound is
  // audio() until the new covers the position of a turn, or the old runs out; then audio() is the
  // new one, and audio_changes() counts.
  void change_audio(const TrackPreferences& preferences, MediaTime position);
  [[nodiscard]] uint64_t audio_changes() const { return audio_changes_; }
  // Where a picture begins that can be shown without those before it: the last such place at or
  // before `position` in the buffer, else the start of the segment there; `position` itself when
  // neither is known.
  [[nodiscard]] MediaTime entry_before(MediaTime position) const;
  void change_text(const TrackPreferences& preferences);  // subtitles; nothing else changes
  void select_representation(const std::string& id, MediaTime position);  // empty: automatic
  void set_buffering(const BufferingConfig& buffering);                   // from the next turn on
  void on_low_memory(MonotonicTime now);   // see Client::low_memory()
  [[nodiscard]] bool is_full() const;      // waiting brings no more
  void begin_network(Bitrate remembered);  // see TransferWatch
  [[nodiscard]] RepresentationSelector& selector() { return selector_; }
  // Other keys, or another security level: what may be shown is looked at again.
  void on_keys_changed();
  // Something that may be shown is there in place of that Representation.
  [[nodiscard]] bool has_other_than(const std::string& representation_id) const;
  void set_paused(bool is_paused);  // by the viewer, before a picture: nobody waits for more
  // Starts what is due. Answers how long until the next turn is needed if nothing else happens.
  Duration turn(MonotonicTime now, MediaTime position, double speed);
  // Each turn: what stands beside the title; during trick play in place of turn().
  Duration turn_previews(MonotonicTime now);
  [[nodiscard]] Previews& previews() { return previews_; }
  // The same for subtitles, which come after everything else: once there are pictures or sound.
  Duration turn_text(MonotonicTime now, MediaTime position);
  [[nodiscard]] const text::CueTimeline& subtitles() const { return subtitles_.cues(); }
  // Of the captions inside the pictures that are shown, 1..4; 0: none are.
  [[nodiscard]] int caption_channel() const;
  [[nodiscard]] std::optional<std::vector<TimedEvent>> take_events();  // see TitleEvents::take
  [[nodiscard]] SampleQueue& video() { return video_; }
  [[nodiscard]] SampleQueue& audio() { return is_changing_audio_ ? old_audio_ : audio_; }
  // At the position of the last turn: Periods differ.
  [[nodiscard]] bool plays_video() const;
  // Known for certain once the first segment was looked into, when sound is muxed.
  [[nodiscard]] bool plays_audio() const;
  // Everything that can be had up to the end of the title was fetched.
  [[nodiscard]] bool is_complete(TrackKind kind) const;
  // Media ahead of `position`, stretches in which the title has none of that kind included.
  [[nodiscard]] Duration level(TrackKind kind, MediaTime position) const;
  // Up to where no more will come than has come; sound may be announced and absent, or end before
  // the pictures do.
  [[nodiscard]] MediaTime settled_until(TrackKind kind) const;
  [[nodiscard]] int64_t buffered_bytes() const;  // what waits to be taken apart included
  // Bytes of pictures and sound that came and were forgotten without having been read.
  [[nodiscard]] int64_t wasted_bytes();
  // Those that would be if nothing more was read.
  [[nodiscard]] int64_t unread_bytes() const;

  [[nodiscard]] std::optional<Duration> duration() const;  // none: no end, or not known yet
  // None for a title that is complete, and until something is known of it.
  [[nodiscard]] std::optional<LiveState> live(MonotonicTime now) const;
  [[nodiscard]] MediaTime first_moment() const;  // complete titles; what was live begins late
  [[nodiscard]] std::optional<MediaTime> start_point() const;  // EXT-X-START: where to begin
  [[nodiscard]] std::optional<Stale> stale(MonotonicTime now) const;  // see LiveRefresher
  // HLS: the encoder was started anew, and nothing that is known goes on. True: what it makes now
  // is read as if for the first time, and fetched from the position of the last turn on.
  bool begin_anew();
  [[nodiscard]] const Presentation* presentation() const { return presentation_.get(); }
  // The Representation fetched at present; null before the first.
  [[nodiscard]] const std::string& fetched_representation() const { return last_video_id_; }
  [[nodiscard]] std::vector<TrackInfo> audio_tracks() const;
  [[nodiscard]] std::vector<RepresentationInfo> video_representations() const;

 private:
  using Track = FetchedTrack;

  // TrackStreamListener
  void on_samples() override;
  void on_events(std::vector<TimedEvent> events) override;
  void on_timeline_learnt() override;
  void on_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) override;
  void on_segment_fetched(TrackKind kind, const PlannedSegment& planned,
                          const TransferStats& stats) override;
  void on_protection(TrackKind kind, const PlannedSegment& planned,
                     const MediaProtection& media) override;
  void on_segment_completed(TrackKind kind, MediaTime start) override;
  void on_fetch_retry(TrackKind kind, const Error& error) override;
  void on_segment_failed(TrackKind kind, SegmentFailure failure) override;
  void on_segment_misplaced(TrackKind kind) override;

  [[nodiscard]] bool can_decode(const AdaptationSet& set) const;
  // Asks for the keys of what `track` plays in its Period.
  void require_keys(const Track& track);
  void choose_tracks();
  void make_tracks(MediaTime position);
  void place_track(Track& track, MediaTime position);
  // The new sound takes the place of the old one, if it is time to.
  void change_sound_over(MediaTime position);
  void end_audio_change();
  // The Period that plays a moment after the position of the last turn.
  [[nodiscard]] std::size_t current_period() const;
  [[nodiscard]] const AdaptationSet* set_of(const Track& track) const;
  Track* track_of(TrackKind kind);
  [[nodiscard]] const Track* track_of(TrackKind kind) const;

  // Live titles: brings up to date what is known of them.
  Duration refresh(MonotonicTime now);
  // DASH: until title or Period of a track are over, though some of it may never come.
  [[nodiscard]] Duration until_over(MonotonicTime now) const;
  void on_presentation(std::shared_ptr<const Presentation> presentation);
  void on_refresh_failed(const Error& error);
  void follow_periods();  // tracks go on in the Periods there are now
  [[nodiscard]] bool is_open(const LoadedIndex& index) const;  // more segments may come
  [[nodiscard]] bool is_live() const;
  [[nodiscard]] MediaTime oldest_listed() const;  // by all tracks, of the first Period
  [[nodiscard]] LiveState live_of_mpd(const LoadedIndex* index, MonotonicTime now) const;
  // The index by which a live title is judged; null before there is one.
  [[nodiscard]] const Representation* live_reference() const;
  // For segments that are still to be made.
  [[nodiscard]] bool waits_for_more(const Track& track, const LoadedIndex& index) const;
  // Where live titles are made, at the least: what is asked for too early is not there.
  [[nodiscard]] WallTime wall(MonotonicTime now) const;
  // What `track` wants next fell out of the window: what then happens the listener decides.
  [[nodiscard]] bool is_behind_window(const Track&, const LoadedIndex&, const Segment& next) const;
  [[nodiscard]] bool is_at_edge(const Segment& segment, bool is_part) const;  // made while sent
  [[nodiscard]] static MediaBefore before_of(const Track& track, const Representation& next);
  // What `track` fetches next from `index`; parts where they are used.
  [[nodiscard]] std::optional<NextMedia> next_of(const Track& track, const LoadedIndex& index,
                                                 const Representation& representation) const;
  // Low latency: parts of it are fetched.
  [[nodiscard]] bool takes_parts(const Track& track, const LoadedIndex& index) const;
  // The part that is announced for where `track` stands; preloads an InitSegment that is.
  [[nodiscard]] std::optional<NextMedia> announced(const Track& track,
                                                   const LoadedIndex& index) const;
  // What became of a part that was asked for when it was announced.
  void settle_hint(Track& track);
  void on_wrong_hint(Track& track);
  // A part failed. True: that is dealt with.
  bool handle_part_failure(Track& track, const SegmentFailure& failure, MonotonicTime now);
  // Some track fetches whole segments because parts failed.
  [[nodiscard]] bool leaves_parts(MonotonicTime now) const;
  [[nodiscard]] RequestTimeouts timeouts_for(const LoadedIndex& index, const Segment& segment,
                                             bool is_hint) const;
  // The Representation whose segment is half fetched, part by part; null when none is.
  [[nodiscard]] const Representation* begun_representation(const Track& track,
                                                           const AdaptationSet& set) const;

  [[nodiscard]] BufferingConfig buffering() const;  // what is wanted at present
  void update_room();                               // lets as much come as there is room for
  [[nodiscard]] int64_t room_of(const Track& track) const;
  // Drops what is held from `from` on, and is coming of it, but what was begun; whether any was.
  bool drop_from(Track& track, MediaTime from);
  void shed(MediaTime position);  // what is held beyond what may be
  Duration turn_track(Track& track, MonotonicTime now, MediaTime position, double speed);
  // Another track has yet to bring sound of an earlier Period.
  [[nodiscard]] bool waits_for_sound(const Track& track) const;
  // Sound of a start or a seek comes after the first bytes of the pictures.
  [[nodiscard]] bool waits_for_pictures(Track& track, MediaTime position) const;
  // Plans and starts the next segment, or asks for the index it needs.
  void fetch_next(Track& track, MediaTime position);
  [[nodiscard]] RepresentationSelector::Place place_of(const Track& track, const AdaptationSet& set,
                                                       MediaTime position) const;
  // Gives up the video segment that is coming when a lower one would spare or shorten a stall.
  // True: it did.
  bool drop_transfer(Track& track, MonotonicTime now, MediaTime position);
  // Fetches a low segment that is buffered once more from `chosen`, where that pays. True: it does.
  bool replace_buffered(Track& track, const LoadedIndex& index, const Representation& chosen,
                        MediaTime position);
  // False: it did not come in time, and is given up.
  bool go_on_replacing(Track& track, MonotonicTime now, MediaTime position);
  void block(Track& track, Error error);  // nothing comes after what was fetched, for that reason
  // Reports it once what can be played was played. Answers when to look again.
  Duration report_blocked(MediaTime position, double speed);
  // The index of `chosen`. Null while it is fetched, unless the Representation fetched so far goes
  // on meanwhile: `chosen` is that one then.
  const LoadedIndex* index_for(Track& track, const Representation*& chosen, MediaTime position);
  void start_fetch(Track& track, const LoadedIndex& index, NextMedia media,
                   const Representation& representation, SwitchReason reason,
                   std::optional<uint64_t> replaces = std::nullopt);
  bool next_period(Track& track);
  [[nodiscard]] FetchOptions fetch_options(const Track& track, const NextMedia& media,
                                           const Representation& representation) const;
  void start_steering();
  [[nodiscard]] SteeringReport steering_report() const;
  void on_steered();
  // Of the track's set; null when there is none with that id.
  [[nodiscard]] const Representation* representation_of(const Track& track,
                                                        const std::string& id) const;
  void place_orphans();  // samples that wait for pictures to place the timeline; none come
  void forget_failures(TrackKind kind);
  void note_breaks(Track& track, MonotonicTime now);  // a segment is complete
  void handle_failures(MonotonicTime now, MediaTime position);
  void handle_failure(Track& track, const SegmentFailure& failure, MonotonicTime now,
                      MediaTime position);
  // Decides what a failure of a Representation leads to, and does all but skip.
  FailureAction react(Track& track, const Trouble& trouble, MonotonicTime now, MediaTime position);
  bool renew_for_preview(const Error& error);
  [[nodiscard]] int usable_left(const Track& track) const;
  [[nodiscard]] bool is_cut_off(const Track& track) const;  // see streaming_live.cpp

  ResourceFetcher& fetcher_;
  MediaBackend& backend_;
  Executor& executor_;
  const ServerClock& clock_;
  StreamingConfig config_;
  StreamingListener& listener_;

  std::shared_ptr<const Presentation> presentation_;
  TrackPreferences preferences_;
  PlayedTracks played_;
  std::optional<Duration> known_duration_;  // before the URLs were renewed
  MediaTime position_;  // of the last turn; when an MPD was replaced, its URL renewed last
  MonotonicTime last_turn_, mpd_taken_, renewed_;
  bool stands_still_ = false;  // the position, since the turn before
  // Nothing but a call can make a fetch due. Not so in a second turn at the same moment: what led
  // to it may set playback going.
  bool may_sleep_ = false;
  double speed_ = 1;
  bool is_paused_ = false;
  MonotonicTime lean_until_;  // memory is short
  bool must_shed_ = false;    // `max_bytes` was more before
  IndexTable indexes_;
  LiveRefresher refresher_;
  TimelineMapper mapper_;
  IdentityKeyRing keys_;
  SampleQueue video_;
  SampleQueue audio_;
  SampleQueue old_audio_;  // heard until the sound that was chosen is there
  bool is_changing_audio_ = false;
  uint64_t audio_changes_ = 0;
  RepresentationSelector selector_;
  TransferWatch watch_;
  std::string last_video_id_;
  uint64_t transfers_ = 0;  // planned so far
  TitleEvents events_;
  bool waiting_for_renewal_ = false, has_failed_ = false;
  int64_t wasted_bytes_ = 0;
  Subtitles subtitles_;
  Previews previews_;

  std::vector<std::pair<TrackKind, SegmentFailure>> failures_;  // handled at the next turn
  std::vector<Track> tracks_;                 // last: its loads use everything above
  std::unique_ptr<SteeringClient> steering_;  // null without a steering server
};

}  // namespace playhead
