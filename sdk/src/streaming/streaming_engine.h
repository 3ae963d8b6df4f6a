// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "manifest/manifest_source.h"
#include "net/throughput_meter.h"
#include "playhead/config.h"
#include "playhead/presentation.h"
#include "streaming/failure_policy.h"
#include "streaming/index_table.h"
#include "streaming/played_tracks.h"
#include "streaming/sample_queue.h"
#include "streaming/timeline_mapper.h"
#include "streaming/track_stream.h"
#include "streaming/video_chooser.h"

namespace playhead {

// What the streaming engine tells the player engine. Engine thread; never from inside a call.
class StreamingListener {
 public:
  virtual ~StreamingListener() = default;
  // Something changed that a turn should look at.
  virtual void on_streaming_progress() = 0;
  virtual void on_segment_loaded(const SegmentLoaded& segment) = 0;
  virtual void on_received(int64_t bytes) = 0;
  virtual void on_streaming_warning(const Error& error) = 0;
  virtual void on_streaming_failed(Error error) = 0;
  // The origin refuses the URLs (403); answered by replace() or by giving up.
  virtual void on_url_refused(const Error& error) = 0;
};

struct StreamingConfig {
  BufferingConfig buffering;
  AbrPreset preset = AbrPreset::kVod;
  PictureLimits limits;
  // The URLs are signed and can be renewed.
  bool can_renew = false;
};

// What the app is told about a Representation.
[[nodiscard]] RepresentationInfo representation_info(const Representation& representation);

// Decides what is fetched next for the tracks of a Presentation and holds what was fetched. Each
// turn() looks at levels and position and starts what the policies ask for. Engine thread.
class StreamingEngine final : private TrackStreamListener {
 public:
  StreamingEngine(ResourceFetcher& fetcher, ManifestSource& manifests, MediaBackend& backend,
                  Executor& executor, StreamingConfig config, StreamingListener& listener);
  ~StreamingEngine() override;

  // Starts fetching at `position`. Errors, of the Period there: kNoPlayableTrack, kDrmNoSystem. A
  // later Period that cannot be played is an error once everything before it was played.
  Result<void> open(std::shared_ptr<const Presentation> presentation,
                    const TrackPreferences& preferences, MediaTime position);
  // The same title under new URLs: what is buffered stays.
  void replace(std::shared_ptr<const Presentation> presentation);
  // on_url_refused() has not been answered by replace().
  [[nodiscard]] bool is_waiting_for_renewal() const { return waiting_for_renewal_; }
  // Reads on from `position`: from the buffer when it is there, else by fetching. True: buffered.
  bool seek(MediaTime position);
  // Fetches sound anew from `position`, with these preferences.
  void change_audio(const TrackPreferences& preferences, MediaTime position);
  // Empty: automatic.
  void select_representation(const std::string& id, MediaTime position);

  // From the next turn on.
  void set_buffering(const BufferingConfig& buffering) { config_.buffering = buffering; }
  // From the next segment on.
  void set_limits(const PictureLimits& limits) { config_.limits = limits; }
  // Tallest picture this device shows without dropping frames, of abr::DroppedFrames.
  void set_smooth_height(int height) { smooth_height_ = height; }

  // Starts what is due. Answers how long until the next turn is needed if nothing else happens.
  Duration turn(MonotonicTime now, MediaTime position, double speed);

  [[nodiscard]] SampleQueue& video() { return video_; }
  [[nodiscard]] SampleQueue& audio() { return audio_; }
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
  [[nodiscard]] int64_t buffered_bytes() const { return video_.bytes() + audio_.bytes(); }

  [[nodiscard]] std::optional<Duration> duration() const;
  [[nodiscard]] Bitrate throughput() const { return chooser_.throughput(); }
  // What an earlier play measured on this network; before open().
  void remember(Bitrate throughput) { chooser_.remember(throughput); }
  [[nodiscard]] const Presentation* presentation() const { return presentation_.get(); }
  [[nodiscard]] const std::string& forced_representation() const { return forced_id_; }
  // Why the pictures are what they are.
  [[nodiscard]] const VideoChooser& chooser() const { return chooser_; }
  // The Representation fetched at present; null before the first.
  [[nodiscard]] const std::string& fetched_representation() const { return last_video_id_; }
  [[nodiscard]] std::vector<TrackInfo> audio_tracks() const;
  [[nodiscard]] std::vector<RepresentationInfo> video_representations() const;

 private:
  // A fetched track with what has gone wrong with it lately.
  struct Track {
    std::unique_ptr<TrackStream> stream;
    std::size_t period = 0;
    bool is_complete = false;
    std::optional<Error> blocked;  // why the Period that comes next cannot be played
    // The last Periods passed over held nothing for it up to there.
    MediaTime nothing_until;
    std::optional<uint64_t> last_number;  // of the last segment planned
    std::string last_id;                  // its Representation
    // About the segment that failed last.
    int attempts = 0;
    int skipped = 0;
    bool renewed = false;
    std::set<std::string> failed_ids;
    MonotonicTime not_before;  // no fetch until then
  };

  // The video segment that is coming.
  struct Receiving {
    std::string id;           // of its Representation
    std::string previous_id;  // of the segment before
    MediaTime from;           // where it begins
    MonotonicTime started;
    std::optional<MonotonicTime> first_byte;
    int64_t bytes = 0;
  };

  // TrackStreamListener
  void on_samples() override;
  void on_timeline_learnt() override;
  void on_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) override;
  void on_segment_fetched(TrackKind kind, const PlannedSegment& planned,
                          const TransferStats& stats) override;
  void on_segment_completed(TrackKind kind) override;
  void on_fetch_retry(const Error& error) override;
  void on_segment_failed(TrackKind kind, SegmentFailure failure) override;

  void measure(const std::optional<ThroughputSample>& sample);
  [[nodiscard]] bool can_decode(const AdaptationSet& set) const;
  void choose_tracks();
  void make_tracks(MediaTime position);
  void place_track(Track& track, MediaTime position);
  // The Period that plays a moment after the position of the last turn.
  [[nodiscard]] std::size_t current_period() const;
  [[nodiscard]] const AdaptationSet* set_of(const Track& track) const;
  Track* track_of(TrackKind kind);
  [[nodiscard]] const Track* track_of(TrackKind kind) const;

  Duration turn_track(Track& track, MonotonicTime now, MediaTime position, double speed);
  // Another track has yet to bring sound of an earlier Period.
  [[nodiscard]] bool waits_for_sound(const Track& track) const;
  // Plans and starts the next segment, or asks for the index it needs.
  void fetch_next(Track& track, MediaTime position);
  [[nodiscard]] const Representation* choose_representation(const Track& track, MediaTime position,
                                                            SwitchReason& reason);
  [[nodiscard]] const Representation* choose_video(const Track& track, const AdaptationSet& set,
                                                   MediaTime position, SwitchReason& reason);
  // Representations of `set` that can be fetched, with their segment at `at`.
  [[nodiscard]] std::vector<VideoChooser::Option> video_options(const Track& track,
                                                                const AdaptationSet& set,
                                                                MediaTime at) const;
  [[nodiscard]] VideoChooser::Situation situation(const Track& track, Duration level) const;
  // Gives up the video segment that is coming when a lower one would spare the viewer a stall.
  // True: it did.
  bool drop_transfer(Track& track, MonotonicTime now, MediaTime position);
  // Nothing comes after what was fetched, for that reason.
  void block(Track& track, Error error);
  // Reports it once what can be played was played. Answers when to look again.
  Duration report_blocked(MediaTime position, double speed);
  // The index of `chosen`. Null while it is fetched, unless the Representation fetched so far goes
  // on meanwhile: `chosen` is that one then.
  const LoadedIndex* index_for(Track& track, const Representation*& chosen, MediaTime position);
  void start_fetch(Track& track, const LoadedIndex& index, Segment segment,
                   const Representation& representation, SwitchReason reason);
  // The Representation chosen by hand, or what comes nearest to it in another Period; may be null.
  [[nodiscard]] const Representation* forced_in(const AdaptationSet& set) const;
  // It may be shown on this output.
  [[nodiscard]] bool may_show(const Representation& representation) const;
  // Nothing was chosen because no picture may be shown on this output.
  [[nodiscard]] bool is_withheld(const Track& track) const;
  // The segment of `index` that goes on from `at`.
  [[nodiscard]] std::optional<std::size_t> next_index(const Track& track, const SegmentIndex& index,
                                                      MediaTime at) const;
  bool next_period(Track& track);
  // Samples that wait for pictures to place the timeline, where no such pictures come.
  void place_orphans();
  void forget_failures(TrackKind kind);
  void handle_failures(MonotonicTime now, MediaTime position);
  void handle_failure(Track& track, const SegmentFailure& failure, MonotonicTime now,
                      MediaTime position);
  // Decides what a failure of a Representation leads to, and does all but skip.
  struct Trouble {
    const std::string& representation_id;
    const Error& error;
    bool is_media = true;  // false: its index
    bool is_last = false;  // the title's last segment
  };
  FailureAction react(Track& track, const Trouble& trouble, MonotonicTime now, MediaTime position);
  // It can be played and has not just failed.
  [[nodiscard]] bool is_usable(const Track& track, const Representation& representation) const;
  [[nodiscard]] int usable_left(const Track& track) const;

  ResourceFetcher& fetcher_;
  MediaBackend& backend_;
  Executor& executor_;
  StreamingConfig config_;
  StreamingListener& listener_;

  std::shared_ptr<const Presentation> presentation_;
  TrackPreferences preferences_;
  PlayedTracks played_;
  MediaTime position_;  // of the last turn
  MonotonicTime last_turn_;
  bool stands_still_ = false;  // the position, since the turn before
  double speed_ = 1;
  IndexTable indexes_;
  TimelineMapper mapper_;
  SampleQueue video_;
  SampleQueue audio_;

  VideoChooser chooser_;
  int smooth_height_ = 0;
  ThroughputMeter meter_;
  std::optional<Receiving> receiving_;
  std::string forced_id_;
  std::string last_video_id_;
  uint64_t transfers_ = 0;  // planned so far
  bool waiting_for_renewal_ = false;
  bool has_failed_ = false;

  std::vector<std::pair<TrackKind, SegmentFailure>> failures_;  // handled at the next turn
  std::vector<Track> tracks_;  // last: its loads use everything above
};

}  // namespace playhead
