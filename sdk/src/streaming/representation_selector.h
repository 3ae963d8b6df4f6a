// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "playhead/config.h"
#include "playhead/events.h"
#include "playhead/media_backend.h"
#include "playhead/presentation.h"
#include "streaming/index_table.h"
#include "streaming/streaming_config.h"
#include "streaming/transfer_watch.h"
#include "streaming/video_chooser.h"

namespace playhead {

// Which Representation the next segment of a track comes from: the one chosen by hand, or what the
// rules of abr/ say. Engine thread.
class RepresentationSelector {
 public:
  // All that it is made with outlives it.
  RepresentationSelector(const IndexTable& indexes, const MediaBackend& backend,
                         const StreamingConfig& config);

  // From the next choice on.
  void set_limits(const PictureLimits& limits) { limits_ = limits; }
  // Tallest picture this device shows without dropping frames, of abr::DroppedFrames.
  void set_smooth_height(int height) { smooth_height_ = height; }
  // Of abr::LimitInputs, for the memory the title has while it plays.
  void set_memory_bitrate(Bitrate most) { memory_bitrate_ = most; }
  // The viewer's choice among the Representations of `presentation`; empty: automatic.
  void force(const std::string& id, const Presentation& presentation);
  [[nodiscard]] const std::string& forced_id() const { return forced_id_; }

  // A track at the segment that comes next.
  struct Place {
    const AdaptationSet& set;
    TrackKind kind = TrackKind::kVideo;
    const std::set<std::string>& failed_ids;  // not to be used now
    std::string last_id;                      // fetched before; empty at the start
    MediaTime cursor;                         // where the segment begins
    bool goes_on = false;                     // of next_segment()
    Duration level{0};                        // fetched ahead of the position
    Duration target{0};                       // fetched until this much is ahead
    double speed = 1;
    bool has_end = false;  // the title ends with this Period
    MonotonicTime now;
    // Of sound: what is seen with it; null: nothing is.
    const AdaptationSet* pictures = nullptr;
  };
  struct Choice {
    const Representation* representation = nullptr;  // null: nothing can be fetched
    SwitchReason reason = SwitchReason::kInitial;
  };
  Choice choose(const Place& place);
  // The last choice of pictures came to nothing since none may be shown on this output.
  [[nodiscard]] bool is_withheld() const;
  // The last choice came to nothing since the keys' owner lets nothing be shown.
  [[nodiscard]] bool is_restricted() const { return is_restricted_; }
  // Whether it may be shown on this output with the security there is, as far as is known.
  [[nodiscard]] bool may_show(const AdaptationSet& set, const Representation& representation) const;
  // Whether that transfer, of `place`, should be given up for a lower Representation, which the
  // next choice will be.
  [[nodiscard]] VideoChooser::DropAdvice judge(const Place& place,
                                               const TransferWatch::Receiving& receiving);

  // Which of `segments`, in the buffer, should be fetched anew from `chosen` first. Only where the
  // rules have the choice.
  [[nodiscard]] std::optional<std::size_t> worth_replacing(
      const Place& place, MediaTime position, const Representation& chosen,
      std::span<const VideoChooser::Buffered> segments);

  // Not to be chosen for a minute from `now` on, the second time or `is_for_good` for the rest of
  // the play, unless there is no other.
  void avoid(const std::string& id, MonotonicTime now, bool is_for_good);
  // It can be played and has not just failed.
  [[nodiscard]] bool is_usable(TrackKind kind, const std::set<std::string>& failed_ids,
                               const Representation& representation) const;
  // The highest usable one up to `most` whose segments are known; null: none.
  [[nodiscard]] const Representation* best_known(const AdaptationSet& set, TrackKind kind,
                                                 const std::set<std::string>& failed_ids,
                                                 Bitrate most) const;
  [[nodiscard]] PictureLimit limit_of(const std::string& id) const;
  [[nodiscard]] VideoChooser& chooser() { return chooser_; }
  [[nodiscard]] const VideoChooser& chooser() const { return chooser_; }

 private:
  [[nodiscard]] Choice choose_by_rules(const Place& place);
  [[nodiscard]] Choice choose_sound(const Place& place);
  [[nodiscard]] bool is_avoided(const std::string& id, MonotonicTime now) const;
  // Else those that are avoided have to do.
  [[nodiscard]] bool has_other_than_avoided(const Place& place) const;
  // The Representation chosen by hand, or what comes nearest to it in another Period; may be null.
  [[nodiscard]] const Representation* forced_in(const AdaptationSet& set) const;
  // The owner of the keys has nothing against it.
  [[nodiscard]] bool is_released(const AdaptationSet& set,
                                 const Representation& representation) const;
  // What the rules may choose from; `options` are the answer's.
  [[nodiscard]] VideoChooser::Situation situation(const Place& place,
                                                  std::vector<VideoChooser::Option>& options) const;

  const IndexTable& indexes_;
  const MediaBackend& backend_;
  const TitleKeys* keys_;  // may be null
  PictureLimits limits_;
  VideoChooser chooser_;
  bool is_restricted_ = false;
  int smooth_height_ = 0;
  Bitrate memory_bitrate_;
  std::string forced_id_;
  Bitrate forced_bitrate_;
  std::map<std::string, MonotonicTime> avoided_;  // until then
};

}  // namespace playhead
