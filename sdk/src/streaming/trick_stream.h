// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/fetcher.h"
#include "playhead/media_backend.h"
#include "playhead/presentation.h"
#include "streaming/index_table.h"
#include "streaming/played_tracks.h"
#include "streaming/segment_load.h"
#include "streaming/timed_sample.h"
#include "streaming/timeline_mapper.h"

namespace playhead {

// Which key frame is wanted.
struct TrickWish {
  MediaTime target;
  // 0: the last one at or before the target. 1 and -1: the same among those behind or before
  // `shown`, else the first there is in that direction.
  int direction = 0;
  MediaTime shown;
};

struct TrickFind {
  enum class Kind : uint8_t {
    kFrame,
    kWait,  // it is being fetched; on_change tells, or `wait` passes
    kEnd,   // there is none in that direction
    kLost   // none can be had: `error`
  };
  Kind kind = Kind::kWait;
  std::shared_ptr<const TimedSample> frame;
  Duration wait{0};
  std::optional<Error> error;
};

// The Representation of a Period whose key frames are shown: of the AdaptationSet for trick play
// that belongs to `video`, the best that `throughput` carries when its frames pass quickly, else
// the lowest. Without such a set the lowest of `video`. Those in `lost` are left out. Nulls when
// nothing is left.
struct TrickSource {
  const Representation* representation = nullptr;
  const AdaptationSet* set = nullptr;  // it is of
  bool is_for_tricks = false;          // every picture in it is a key frame
};
[[nodiscard]] TrickSource select_trick_source(
    const Period& period, const AdaptationSet& video, Bitrate throughput,
    const std::set<std::string>& lost,
    const std::function<bool(const std::string& codecs)>& can_decode,
    const TitleKeys* keys = nullptr);

// Fetches key frames for trick play and scrubbing, one segment at a time and at most
// kTrickFramesPerSecond a second, and keeps the last ones. Nothing is tried twice: the next picture
// is as good. Bitrate rules do not hear of it. Engine thread.
class TrickStream {
 public:
  struct Context {
    ResourceFetcher& fetcher;
    IdentityKeyRing& key_ring;
    MediaBackend& backend;
    Executor& executor;
    IndexTable& indexes;
    const TimelineMapper& mapper;
    // Never inside a call.
    std::function<void()> on_change;
    std::function<void(int64_t)> on_bytes;
    // The URLs are refused. True: they are being renewed, and on_new_urls() or
    // on_no_new_urls() is called then.
    std::function<bool(const Error&)> renew;
    TitleKeys* keys = nullptr;  // null: nothing that is encrypted is shown
  };
  explicit TrickStream(Context context) : context_(std::move(context)) {}

  // Trick play or scrubbing begins on a link of that throughput, 0 unknown.
  void start(Bitrate throughput);
  // It is over: forgets everything.
  void stop();

  // Starts fetching what the answer needs.
  [[nodiscard]] TrickFind find(const PlayedTracks& played, const TrickWish& wish,
                               MonotonicTime now);
  // Each turn: ends what is no longer needed of a segment.
  void collect();
  // The title has new URLs: what could not be had may be had now.
  void on_new_urls();
  // The old URLs are all there is.
  void on_no_new_urls() { waits_for_urls_ = false; }
  // The Representation looked at last; empty: none.
  [[nodiscard]] const std::string& representation_id() const { return representation_id_; }

 private:
  using Frame = std::shared_ptr<const TimedSample>;
  // A segment that was fetched; no frames: it could not be had.
  struct Known {
    std::string representation_id;
    uint64_t number = 0;
    MediaTime start;
    std::vector<Frame> frames;  // in order of presentation
    std::size_t bytes = 0;
  };
  struct Load {
    Segment segment;
    RepresentationInfo representation;
    std::optional<Duration> media_offset;
    Container container = Container::kUnknown;
    bool wants_all = false;  // else the first is enough
    bool is_over = false;
    MonotonicTime started;
    std::vector<std::shared_ptr<const SampleOrigin>> origins;
    std::optional<int64_t> first_us;  // container time of the first key frame
    Known known;
    std::unique_ptr<SegmentLoad> load;
  };
  // Where find() is looking.
  struct Look {
    const PlayedTracks& played;
    const TrickWish& wish;
    MonotonicTime now;
    std::size_t period;
    std::optional<std::size_t> position = std::nullopt;  // in the index; none: at the target
    bool from_end = false;  // none, and the Period was entered from behind
    std::optional<TrickFind> found = std::nullopt;
  };

  // One segment or Period is looked at; false: there is no further one.
  bool look_at(Look& look);
  bool look_into(Look& look, const TrickSource& source, const LoadedIndex& index);
  // Asks for the keys of what is to be shown. Errors: kDrmNoSystem, kDrmOutputRestricted.
  Result<void> require_keys(const TrickSource& source, const LoadedIndex& index);
  [[nodiscard]] static bool next_period(Look& look);
  void wait_for(Look& look, const TrickSource& source, const LoadedIndex& index, Segment segment);
  [[nodiscard]] const Known* known(const std::string& representation_id,
                                   const Segment& segment) const;
  void start_load(const TrickSource& source, const LoadedIndex& index, Segment segment,
                  MonotonicTime now);
  void on_streams(Load& load, const std::vector<StreamInfo>& streams);
  void on_samples(Load& load, std::vector<EncodedSample> samples);
  [[nodiscard]] MediaTime place(Load& load, int64_t container_us) const;
  void finish(Load& load, const std::optional<Error>& error);
  void give_up_late_load(MonotonicTime now);
  void keep(Known known);
  void lose(const std::string& representation_id, const Error& error);
  // Signed URLs have run out and are renewed: once, until a picture has come again. False: they are
  // not.
  bool renews(const Error& error);

  Context context_;
  Bitrate throughput_;
  InitCache inits_;
  std::list<Known> known_;  // oldest first
  std::size_t known_bytes_ = 0;
  std::set<std::string> lost_;
  std::optional<Error> last_error_;
  int failures_ = 0;  // in a row
  bool has_renewed_ = false;
  bool waits_for_urls_ = false;
  std::string representation_id_;
  MonotonicTime not_before_;    // no fetch until then
  std::unique_ptr<Load> load_;  // may be over, and then goes at the next find()
};

}  // namespace playhead
