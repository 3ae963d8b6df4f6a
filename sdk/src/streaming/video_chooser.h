// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/throughput_meter.h"
#include "playhead/abr/controller.h"
#include "playhead/abr/decision_log.h"
#include "playhead/abr/limits.h"
#include "playhead/abr/throughput.h"
#include "playhead/presentation.h"

namespace playhead {

// Asks the rules of abr/ for the video Representation of each segment: gathers what they want to
// know, follows what the network delivers, and keeps what they decided. Engine thread.
class VideoChooser {
 public:
  // `plans`: tables to share with other choosers; null: its own.
  explicit VideoChooser(const abr::Settings& settings = {},
                        std::shared_ptr<abr::PlanCache> plans = nullptr);

  // Bytes of any track came. `goes_on`: some transfer was receiving since the bytes before.
  void add_bytes(int64_t bytes, MonotonicTime received, bool goes_on);
  void add(const ThroughputSample& sample);
  // What an earlier play measured on this network.
  void remember(Bitrate throughput) { estimator_->seed(throughput); }
  // The network is another one, of which that is remembered; 0: nothing.
  void begin_network(Bitrate remembered);
  [[nodiscard]] abr::Forecast forecast() const { return estimator_->forecast(); }
  // What is expected of the network; 0 = nothing is known.
  [[nodiscard]] Bitrate throughput() const { return estimator_->forecast().throughput; }
  // The same where it was measured here, and is not what somebody remembers.
  [[nodiscard]] Bitrate measured() const;

  // A Representation that can be fetched.
  struct Option {
    const Representation* representation = nullptr;
    const SegmentIndex* segments = nullptr;  // null while not loaded
    std::optional<std::size_t> next;         // which of them comes next
    bool is_decodable = true;
    bool is_released = true;  // by the owner of the keys, for this device and its output
  };
  struct Situation {
    std::span<const Option> options;  // ascending by bandwidth
    std::string last_id;              // fetched before; empty at the start
    Duration level{0};                // fetched ahead of the position
    Duration target{0};               // fetched until this much is ahead
    double speed = 1;                 // of playback
    bool has_end = false;             // the title ends with these segments
    abr::LimitInputs limits;
    MonotonicTime now;
  };
  struct Choice {
    const Representation* representation =
        nullptr;  // null only when there is none that may be shown
    abr::Reason reason = abr::Reason::kEmptyLadder;
    bool is_forced_off = false;  // the one fetched before may not be chosen any more
  };
  Choice choose(const Situation& situation);

  // A segment that is being received. Situation::options are for the same segment.
  struct Transfer {
    std::string id;  // of its Representation
    int64_t received_bytes = 0;
    Duration active{0};         // since its first byte, or since it last waited for room
    int64_t earlier_bytes = 0;  // of received_bytes, before `active` began
    int64_t recent_bytes = 0;   // within the last `recent`, see abr::TransferInputs
    Duration recent{0};
  };
  struct DropAdvice {
    // Drop it; the next choose() answers what to fetch instead, a Representation whose segments are
    // known.
    bool drops = false;
    // What would be fetched instead, were its segments known; null: nothing. One of the options.
    const Representation* unknown = nullptr;
  };
  [[nodiscard]] DropAdvice judge(const Situation& situation, const Transfer& transfer);

  // Which of `segments`, buffered and not yet played, should be fetched anew from `chosen` before
  // the next one at the end; nothing when that does not pay.
  struct Buffered {
    MediaTime start, end;
    Bitrate bitrate;
  };
  [[nodiscard]] std::optional<std::size_t> worth_replacing(const Situation& situation,
                                                           MediaTime position,
                                                           const Representation& chosen,
                                                           std::span<const Buffered> segments);

  // Why each option was or was not to be had, at the last choose().
  struct Limited {
    std::string id;
    abr::Limit limit = abr::Limit::kNone;
    friend bool operator==(const Limited&, const Limited&) = default;
  };
  [[nodiscard]] const std::vector<Limited>& limits() const { return limits_; }
  [[nodiscard]] const abr::Settings& settings() const { return settings_; }
  [[nodiscard]] const abr::DecisionLog& log() const { return log_; }

 private:
  struct Ladder;
  // `coming` stands in it whatever the limits say of it by now.
  [[nodiscard]] Ladder make_ladder(const Situation& situation,
                                   const std::string& coming = {}) const;
  // What to fetch instead of `transfer`, among these options; null: it goes on. `is_meant`: the
  // decision is kept.
  const Representation* instead_of(const Situation& situation, const Transfer& transfer,
                                   bool is_meant);

  abr::Settings settings_;
  std::unique_ptr<abr::Estimator> estimator_;
  std::unique_ptr<abr::Controller> controller_;
  abr::DecisionLog log_;
  std::vector<Limited> limits_;
  std::optional<MonotonicTime> last_bytes_;
  std::string instead_id_;  // of a dropped transfer
  int64_t decisions_ = 0;
};

}  // namespace playhead
