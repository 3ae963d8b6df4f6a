// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "player/key_gate.h"
#include "playhead/media_backend.h"
#include "playhead/sinks.h"
#include "streaming/trick_stream.h"

namespace playhead {

// Whether Player::trick_play() takes that rate, 0 included.
[[nodiscard]] bool is_trick_rate(int rate);

// Shows key frames one by one, in place of the MediaPipeline: at a rate (trick play), or the one
// at a place (scrubbing). Each picture leads to the next: when fetching is slow they lie further
// apart, so that the rate is kept, and when it is stuck the picture stands. A picture whose key
// nothing has proven is not shown: one key frame may be garbage that looks like media. Those around
// it prove the key, or tell that it is wrong. Engine thread.
class TrickPlayer {
 public:
  // `sink` and `keys` may be null. `on_change`: turn() should be called; never inside a call.
  TrickPlayer(MediaBackend& backend, Executor& executor, std::shared_ptr<VideoSink> sink,
              KeyGate* keys, std::function<void()> on_change);

  // From `position`, or from the picture shown when there is one.
  void play(MediaTime position, int rate, MonotonicTime now);
  void scrub(MediaTime position, MediaTime target);

  using Find = std::function<TrickFind(const TrickWish& wish)>;
  struct Turn {
    Duration wait{0};  // until the next turn is needed if nothing else happens
    int shown = 0;
    bool has_ended = false;      // trick play has reached the title's start or end
    std::optional<Error> error;  // no pictures can be had
  };
  // Shows what is due and gets the next picture by `find`.
  [[nodiscard]] Turn turn(const Find& find, MonotonicTime now);

  // Where playback goes on: at the picture shown by trick play; where scrubbing began.
  [[nodiscard]] MediaTime position() const { return position_; }
  // 0 while scrubbing.
  [[nodiscard]] int rate() const { return rate_; }

 private:
  [[nodiscard]] bool is_scrubbing() const { return rate_ == 0; }
  // Starts what shows the next picture; false: there is nothing to do about it now.
  bool go_on(const Find& find, MonotonicTime now, Turn& turn);
  void begin_wish(MonotonicTime now);
  // False: there is nothing to wish for at present.
  bool wish_something(MonotonicTime now);
  // There is nothing more that way that would prove a key.
  void turn_proof_back(Turn& turn);
  void decode(std::shared_ptr<const TimedSample> frame, MonotonicTime now, Turn& turn);
  [[nodiscard]] Result<std::unique_ptr<VideoDecoder>> open_decoder(const StreamInfo& stream);
  void end_decoding(MonotonicTime now, Turn& turn);
  void on_decoded(const TimedSample& sample, MonotonicTime now, Turn& turn);
  void on_doubtful(std::shared_ptr<const TimedSample> frame);
  void on_undecodable(Turn& turn);
  void show_due(MonotonicTime now, Turn& turn);
  [[nodiscard]] MonotonicTime due(MediaTime frame) const;

  MediaBackend& backend_;
  Executor& executor_;
  std::shared_ptr<VideoSink> sink_;
  KeyGate* keys_;
  std::function<void()> on_change_;

  int rate_ = 0;
  MediaTime position_;
  MediaTime last_;  // the picture looked at last, shown or not
  MonotonicTime last_at_;
  std::optional<MediaTime> on_screen_;
  std::optional<TrickWish> wish_;          // for the next picture
  std::optional<MediaTime> scrub_target_;  // for the one after it
  MonotonicTime wished_at_;
  Duration latency_{0};  // of the last pictures, wish to frame
  bool has_reached_end_ = false;
  int failures_ = 0;  // pictures in a row that did not come out of the decoder

  // A picture in doubt, and where others are looked at for a proof of its key.
  struct Proof {
    std::shared_ptr<const TimedSample> of;
    MediaTime at;
    int direction = 1;
    bool is_turned = false;
  };
  std::optional<Proof> proof_;  // none: what is decoded is to be shown

  std::shared_ptr<const TimedSample> decoding_;
  MonotonicTime decoding_since_;
  bool is_drained_ = false;
  bool is_doubtful_ = false;         // what came of it
  std::optional<Error> error_;       // of the decoder, since something was shown
  bool has_failed_ = false;          // the decoder, for good
  std::optional<VideoFrame> frame_;  // decoded, not shown yet
  std::shared_ptr<const SampleOrigin> origin_;
  std::unique_ptr<VideoDecoder> decoder_;  // last: its callbacks use what is above
};

}  // namespace playhead
