// SPDX-License-Identifier: Apache-2.0
#include "streaming/video_chooser.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "playhead/abr/replacement.h"
#include "streaming/limit_inputs.h"
#include "streaming/media_bytes.h"

namespace playhead {

namespace {

// Segments as long as this are assumed until one is known (what most services cut).
constexpr Duration kUsualSegment = 4s;
// Slower play than this is no play; faster is not offered.
constexpr double kMinSpeed = 0.25, kMaxSpeed = 4;
// Security level that no device offers.
constexpr int kMoreThanThereIs = std::numeric_limits<int>::max();

// Bytes of a segment where the index tells: byte ranges do, and EXT-X-BITRATE.
int64_t known_bytes(const SegmentIndex& index, std::size_t at) {
  const Segment segment = index.at(at);
  if (segment.media.range) return std::max<int64_t>(segment.media.range->length(), 0);
  return bytes_of(segment.bitrate, segment.duration());
}

// What the segments after the next weigh; 0 when that is not known of all of them.
int64_t known_bytes_ahead(const SegmentIndex& index, std::size_t next, std::size_t count) {
  int64_t sum = 0;
  for (std::size_t i = next + 1; i <= next + count; ++i) {
    const int64_t bytes = known_bytes(index, i);
    if (bytes <= 0) return 0;
    sum += bytes;
  }
  return sum;
}

Duration scaled(Duration duration, double speed) {
  return from_seconds(to_seconds(duration) / speed);
}

Bitrate scaled(Bitrate bitrate, double speed) {
  return {std::llround(static_cast<double>(bitrate.bps) * speed)};
}

}  // namespace

// The ladder as the rules see it, with the option behind each candidate.
struct VideoChooser::Ladder {
  std::vector<const Representation*> representations;
  std::vector<abr::Candidate> candidates;
  abr::DecisionInputs in;
  std::vector<abr::Limit> limits;  // of every option

  [[nodiscard]] std::optional<std::size_t> find(const std::string& id) const {
    for (std::size_t i = 0; i < representations.size(); ++i) {
      if (representations[i]->id == id) return i;
    }
    return std::nullopt;
  }
};

VideoChooser::VideoChooser(const abr::Settings& settings, std::shared_ptr<abr::PlanCache> plans)
    : settings_(settings),
      estimator_(abr::make_estimator(abr::EstimatorKind::kForecast, settings)),
      controller_(abr::make_controller(abr::Algorithm::kDefault, settings, std::move(plans))) {}

void VideoChooser::add_bytes(int64_t bytes, MonotonicTime received, bool goes_on) {
  if (goes_on && last_bytes_ && received >= *last_bytes_) {
    estimator_->add_progress({bytes, received - *last_bytes_});
  }
  last_bytes_ = received;
}

void VideoChooser::begin_network(Bitrate remembered) {
  estimator_->begin_network(remembered);
  last_bytes_.reset();
}

Bitrate VideoChooser::measured() const {
  const abr::Forecast forecast = estimator_->forecast();
  return forecast.is_remembered ? Bitrate{} : forecast.throughput;
}

void VideoChooser::add(const ThroughputSample& sample) {
  abr::TransferSample transfer;
  transfer.bytes = sample.bytes;
  transfer.active = sample.active;
  transfer.ttfb = sample.ttfb;
  estimator_->add(transfer);
}

// Times are in seconds of the viewer: at double speed a segment lasts half as long and needs twice
// the bits a second.
VideoChooser::Ladder VideoChooser::make_ladder(const Situation& s,
                                               const std::string& coming) const {
  Ladder ladder;
  std::vector<abr::LimitCandidate> limited;
  for (const Option& option : s.options) {
    limited.push_back(limit_candidate(*option.representation));
    limited.back().is_decodable = option.is_decodable;
    if (!option.is_released) limited.back().security_level = kMoreThanThereIs;
  }
  const double speed = std::clamp(s.speed, kMinSpeed, kMaxSpeed);

  Duration segment = kUsualSegment;
  std::size_t ahead = 0;
  abr::LimitResult result = abr::apply_limits(limited, s.limits);
  ladder.limits = std::move(result.limits);
  std::vector<std::size_t>& allowed = result.allowed;
  for (std::size_t i = 0; i < s.options.size(); ++i) {
    const auto at = std::lower_bound(allowed.begin(), allowed.end(), i);
    const bool is_left_out = at == allowed.end() || *at != i;
    if (is_left_out && s.options[i].representation->id == coming) allowed.insert(at, i);
  }
  for (const std::size_t i : allowed) {
    const Option& option = s.options[i];
    if (!option.segments || !option.next) continue;
    const std::size_t left = option.segments->size() - *option.next;
    segment = option.segments->at(*option.next).duration();
    ahead = std::min<std::size_t>(abr::kAheadSegments, left - 1);
    if (s.has_end) ladder.in.segments_left = static_cast<int64_t>(left);
    if (option.representation->id == s.last_id) break;  // the one that is surely right
  }
  for (const std::size_t i : allowed) {
    const Option& option = s.options[i];
    const Representation& r = *option.representation;
    abr::Candidate candidate;
    candidate.bitrate = scaled(r.bandwidth, speed);
    if (option.segments && option.next) {
      candidate.next_bytes = known_bytes(*option.segments, *option.next);
    }
    if (candidate.next_bytes > 0 && *option.next + ahead < option.segments->size()) {
      candidate.ahead_bytes = known_bytes_ahead(*option.segments, *option.next, ahead);
    } else if (candidate.next_bytes <= 0) {
      const Bitrate usual = r.average_bandwidth.bps > 0 ? r.average_bandwidth : r.bandwidth;
      candidate.next_bytes = bytes_of(usual, segment);
    }
    if (r.id == s.last_id) ladder.in.current = ladder.candidates.size();
    ladder.candidates.push_back(candidate);
    ladder.representations.push_back(&r);
  }
  ladder.in.forecast = estimator_->forecast();
  ladder.in.buffer_level = scaled(s.level, speed);
  ladder.in.buffer_cap = scaled(s.target + segment, speed);
  ladder.in.segment_duration = scaled(segment, speed);
  ladder.in.ahead_segments = static_cast<int32_t>(ahead);
  return ladder;
}

VideoChooser::Choice VideoChooser::choose(const Situation& situation) {
  Ladder ladder = make_ladder(situation);
  ladder.in.ladder = ladder.candidates;
  limits_.clear();
  bool is_forced_off = false;
  for (std::size_t i = 0; i < situation.options.size(); ++i) {
    limits_.push_back({situation.options[i].representation->id, ladder.limits[i]});
    is_forced_off |= limits_[i].limit != abr::Limit::kNone && limits_[i].id == situation.last_id &&
                     !ladder.find(situation.last_id);
  }
  const auto instead = ladder.find(std::exchange(instead_id_, {}));
  if (instead) return {ladder.representations[*instead], abr::Reason::kStallAhead, false};
  abr::Decision decision = controller_->decide(ladder.in);
  if (!decision.chosen) return {};
  const Choice choice{ladder.representations[*decision.chosen], decision.reason, is_forced_off};
  log_.add(abr::make_record(decisions_++, situation.now - MonotonicTime{}, ladder.in,
                            std::move(decision)));
  return choice;
}

VideoChooser::DropAdvice VideoChooser::judge(const Situation& situation, const Transfer& transfer) {
  // Down to one that need not be looked up first.
  std::vector<Option> loaded;
  for (const Option& option : situation.options) {
    if (option.segments || option.representation->id == transfer.id) loaded.push_back(option);
  }
  Situation among_loaded = situation;
  among_loaded.options = loaded;
  if (const Representation* instead = instead_of(among_loaded, transfer, true)) {
    instead_id_ = instead->id;
    return {true, nullptr};
  }
  if (loaded.size() == situation.options.size()) return {};
  return {false, instead_of(situation, transfer, false)};
}

const Representation* VideoChooser::instead_of(const Situation& situation, const Transfer& transfer,
                                               bool is_meant) {
  // What may not be chosen any more is played to its end, unless it comes too slowly.
  const Ladder ladder = make_ladder(situation, transfer.id);
  const auto running = ladder.find(transfer.id);
  if (!running) return nullptr;
  abr::TransferInputs in;
  in.now = ladder.in;
  in.now.ladder = ladder.candidates;
  in.running = *running;
  in.received_bytes = transfer.received_bytes;
  in.earlier_bytes = transfer.earlier_bytes;
  in.active = transfer.active;
  in.recent_bytes = transfer.recent_bytes;
  in.recent = transfer.recent;
  abr::Decision decision = controller_->judge(in);
  if (decision.reason != abr::Reason::kStallAhead) return nullptr;
  const Representation* instead = ladder.representations[*decision.chosen];
  if (!is_meant) return instead;
  log_.add(
      abr::make_record(decisions_++, situation.now - MonotonicTime{}, in, std::move(decision)));
  return instead;
}

std::optional<std::size_t> VideoChooser::worth_replacing(const Situation& situation,
                                                         MediaTime position,
                                                         const Representation& chosen,
                                                         std::span<const Buffered> segments) {
  if (situation.limits.is_metered) return std::nullopt;  // nothing is paid for twice
  const double speed = std::clamp(situation.speed, kMinSpeed, kMaxSpeed);
  std::vector<abr::BufferedSegment> buffered;
  for (const Buffered& segment : segments) {
    buffered.push_back({scaled(segment.start - position, speed),
                        scaled(segment.end - segment.start, speed),
                        scaled(segment.bitrate, speed)});
  }
  abr::ReplacementInputs in;
  in.buffered = buffered;
  in.lowest = scaled(situation.options.front().representation->bandwidth, speed);
  in.highest = scaled(situation.options.back().representation->bandwidth, speed);
  in.chosen = scaled(chosen.bandwidth, speed);
  in.forecast = estimator_->forecast();
  in.buffer_level = scaled(situation.level, speed);
  const auto replaced = abr::advise_replacement(in, settings_);
  if (replaced) {
    log_.add(abr::make_record(decisions_++, situation.now - MonotonicTime{}, in, *replaced));
  }
  return replaced;
}

}  // namespace playhead
