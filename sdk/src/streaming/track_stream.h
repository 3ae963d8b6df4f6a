// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/presentation.h"
#include "streaming/sample_queue.h"
#include "streaming/segment_load.h"
#include "streaming/timeline_mapper.h"

namespace playhead {

// A Segment together with what it is a segment of.
struct PlannedSegment {
  Segment segment;
  FetchOptions media_options, init_options;  // where else it is, and until when it is wanted
  std::vector<std::string> key_uris;         // where else its identity key is
  std::size_t period = 0;                    // position in the Presentation
  RepresentationInfo representation;
  SwitchReason reason = SwitchReason::kInitial;
  Container container = Container::kUnknown;
  std::optional<Duration> media_offset;
  uint64_t transfer = 0;       // tells fetches of the same Segment apart
  bool is_at_edge = false;     // its media is made while it is sent
  bool is_part = false;        // of a Segment
  bool is_hint = false;        // a part that is not listed yet
  bool begins = false;         // decoding begins with it
  bool was_held_back = false;  // it had to wait for room in the buffer
  RequestTimeouts timeouts;
  std::optional<std::vector<Descriptor>> announced_events;  // see is_told()
  // Takes the place of what that transfer brought, once all of it is there.
  std::optional<uint64_t> replaces;
  // Sound found beside pictures is played.
  bool takes_audio = false;
  // Its first samples place the timeline (HLS).
  bool places_timeline = false;
  // The playlist's times are followed (live HLS): they are rounded.
  bool follows_timeline = false;
  // Where it takes over: its start, or the end of what came from a Representation cut differently.
  // Set by TrackStream::fetch().
  MediaTime from;
  // The Period: what a Segment holds beyond it is not shown (ISO/IEC 23009-1 §5.3.2.1).
  MediaTime period_start = {std::numeric_limits<int64_t>::min()};
  MediaTime period_end = MediaTime::max();
};

struct SegmentFailure {
  PlannedSegment planned;
  Error error;
};

// What a TrackStream tells its engine.
class TrackStreamListener {
 public:
  virtual ~TrackStreamListener() = default;
  virtual void on_samples() = 0;
  // What segments say happens in the title.
  virtual void on_events(std::vector<TimedEvent> events) = 0;
  virtual void on_timeline_learnt() = 0;
  virtual void on_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) = 0;
  virtual void on_segment_fetched(TrackKind kind, const PlannedSegment& planned,
                                  const TransferStats& stats) = 0;
  // Its samples are going to need keys.
  virtual void on_protection(TrackKind kind, const PlannedSegment& planned,
                             const MediaProtection& media) = 0;
  // All samples of the segment that starts there were delivered.
  virtual void on_segment_completed(TrackKind kind, MediaTime start) = 0;
  virtual void on_fetch_retry(TrackKind kind, const Error& error) = 0;
  virtual void on_segment_failed(TrackKind kind, SegmentFailure failure) = 0;
  // It turned out to be another one than was wanted; the next one wanted is the right one.
  virtual void on_segment_misplaced(TrackKind kind) = 0;
};

// Fetches the segments of one track in order and turns them into samples on the presentation
// timeline. Which segment comes next, and from which Representation, its engine decides.
class TrackStream {
 public:
  struct Context {
    ResourceFetcher& fetcher;
    IdentityKeyRing& keys;
    MediaBackend& backend;
    Executor& executor;
    TimelineMapper& mapper;
    SampleQueue& video;
    SampleQueue& audio;
    TrackStreamListener& listener;
  };

  TrackStream(Context context, TrackKind kind) : context_(context), kind_(kind) {}

  // Forgets what is under way; the next segment wanted is the one holding `position`.
  void restart(MediaTime position);
  void fetch(PlannedSegment planned);
  // Stops what is under way for segments that start at `from` or later; where the first of them
  // starts.
  std::optional<MediaTime> drop_from(MediaTime from);
  // Gives up the segment that is coming, and what follows it, as if it had failed: what was played
  // of it is not played again. The next segment wanted is that one, which is answered.
  std::optional<PlannedSegment> give_up();
  // Gives up the segment that is to take another one's place.
  void stop_replacing();
  // The last segment planned was not the right one: what came of it is not played. True: it was
  // still coming. The next segment wanted is the one that begins where it began.
  bool withdraw(const PlannedSegment& planned);

  // Fetches an InitSegment ahead of need, once; best effort.
  void preload_init(const ResourceLocation& location);
  // That InitSegment is being preloaded: fetching it again would be in vain.
  [[nodiscard]] bool is_preloading(const ResourceLocation& location) const;
  // No decoder makes sense of what comes: InitSegments are fetched again.
  void forget_inits() { inits_.clear(); }
  // Frees loads that have ended; not from a callback of theirs.
  void collect() { retired_.clear(); }
  // The timeline has become known: places what was held back.
  void place_held();
  // Where the segment ends that has come in whole but waits for the timeline; nothing when none
  // does.
  [[nodiscard]] std::optional<MediaTime> held_until() const;
  // Nobody else will place that segment: its own first sample does.
  void place_by_itself();

  [[nodiscard]] TrackKind kind() const { return kind_; }
  // A segment is still coming from the network.
  [[nodiscard]] bool is_fetching() const;
  // So many bytes may come beyond those that have; 0: what is coming waits.
  void set_room(int64_t bytes);
  [[nodiscard]] bool is_held_back() const { return is_held_back_; }
  // Nothing is coming and nothing waits to be taken apart.
  [[nodiscard]] bool is_idle() const { return loads_.empty(); }
  // The segment that is to take another one's place; null when none is.
  [[nodiscard]] const PlannedSegment* replacing() const;
  // Bytes that have come and are in no queue yet: a slow demuxer, an unknown timeline. What of a
  // container is no sample that is played is not held, either.
  [[nodiscard]] int64_t waiting_bytes() const;
  // Bytes that have come of which nothing is in a queue.
  [[nodiscard]] int64_t unplaced_bytes() const;
  // Bytes that came and got into no queue, since the last call.
  [[nodiscard]] int64_t take_wasted_bytes() { return std::exchange(wasted_bytes_, 0); }
  // Where the next segment begins.
  [[nodiscard]] MediaTime cursor() const { return cursor_; }
  void set_cursor(MediaTime cursor) { cursor_ = cursor; }
  // Everything before that time was delivered, or never will be.
  [[nodiscard]] MediaTime settled_until() const;
  // The Period of the oldest segment under way; nothing when none is.
  [[nodiscard]] std::optional<std::size_t> period_under_way() const;
  // The segments of a video track in that Period hold sound, too.
  [[nodiscard]] bool found_audio(std::size_t period) const;
  // The segments of a video track hold no pictures: a plain playlist does not say so beforehand.
  [[nodiscard]] bool lacks_video(std::size_t period) const;

 private:
  struct Load {
    PlannedSegment planned;
    std::unique_ptr<SegmentLoad> load;
    // Streams in use, by their index in the container.
    std::vector<std::shared_ptr<SampleOrigin>> origins;
    std::array<bool, 2> has_begun = {};  // samples were placed: video, audio
    bool has_key_frame = false;          // decoding can begin with it
    std::vector<EncodedSample> held;     // until the timeline is known
    std::vector<TimedSample> collected;  // until all of a replacement is there
    // Events that wait for the time of the first sample.
    std::vector<text::EventMessageScanner::Found> messages;
    std::vector<MetadataSample> tags;
    std::optional<MediaTime> earliest;     // presentation time of the first sample
    Duration offset{0};                    // of all of them, once `earliest` is set
    std::optional<Duration> fixed_offset;  // of all its samples, once the first was looked at
    // It begins before what came earlier ends: another Representation with other boundaries, or a
    // second attempt.
    bool overlaps = false;
    int64_t received_bytes = 0;
    int64_t placed_bytes = 0;  // of samples that went to a queue, or were left out
    // When samples came, and the time before: what had come by then is taken apart.
    int64_t seen_bytes = 0, taken_bytes = 0;
    int64_t kept_bytes = 0;  // in `held` and `collected`
    bool has_ended = false;  // nothing more comes; only `held` keeps it here
  };

  [[nodiscard]] std::optional<Duration> offset_of(Load& load);
  // The offset of a segment whose container times go on as those of the one before: where they jump
  // without a discontinuity, they are taken to go on all the same.
  [[nodiscard]] Duration without_jump(const Load& load, Duration offset);
  // What of a stream is there already when its first sample arrives, so that it is not played
  // twice.
  [[nodiscard]] MediaTime shown_from(const Load& load, TrackKind kind) const;
  void on_streams(Load& load, std::vector<StreamInfo> streams);
  void on_samples(Load& load, std::vector<EncodedSample> samples);
  void on_end(Load& load, Result<void> result);
  void tell_events(Load& load);
  void on_failed(Load& load, Error error);
  // Takes the loads from `first` on out of use; they may be on the call stack, so they stay alive
  // until collect().
  void retire(std::size_t first, std::size_t count);
  void break_off(const Load& load);
  // What was read of it is not shown again.
  void note_read(const PlannedSegment& planned);
  SegmentLoadCallbacks callbacks_for(Load& load);
  // It will bring nothing more.
  void count_waste(const Load& load);
  // The front has ended and all of it is placed: the one behind it may go on.
  void finish_front();
  bool learn_timeline(const Load& load) const;
  // After a seek: durations of the playlist that are off add up, and the media at the moment that
  // is wanted is segments away. Once, the segment there is wanted instead. True: it is.
  bool looks_elsewhere(const Load& load, Duration offset);
  void place(Load& load);
  void push(Load& load, EncodedSample sample, Duration offset);
  [[nodiscard]] SampleOrigin* origin_of(const Load& load, int stream_index) const;

  Context context_;
  TrackKind kind_;
  struct Found {
    bool video = false;
    bool audio = false;
  };
  std::map<std::size_t, Found> found_;  // by Period, once its first segment was looked into
  MediaTime cursor_;
  std::optional<MediaTime> wanted_;  // by restart(), until the first segment's time is known
  // Up to there media was fetched, or read, before what comes instead of it reached back.
  MediaTime had_until_{std::numeric_limits<int64_t>::min()};
  InitCache inits_;
  // By how much the last segment began later than its manifest says.
  struct Drift {
    std::size_t period = 0;
    uint64_t discontinuity = 0;
    Duration by{0};
  };
  std::optional<Drift> drift_;
  int64_t wasted_bytes_ = 0;
  Duration last_duration_[2] = {Duration{20'000}, Duration{20'000}};  // video, audio
  bool has_failed_ = false;    // the next segment is a second attempt
  bool is_held_back_ = false;  // what is coming waits for room
  // The front is being taken apart, the others wait for it.
  std::deque<std::unique_ptr<Load>> loads_;
  std::vector<std::unique_ptr<Load>> retired_;
  std::optional<ResourceLocation> preloaded_;  // the last one that was asked for
  CancelHandle preload_;                       // last: its callback uses everything above
};

}  // namespace playhead
