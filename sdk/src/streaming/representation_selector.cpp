// SPDX-License-Identifier: Apache-2.0
#include "streaming/representation_selector.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "playhead/abr/sound.h"
#include "streaming/limit_inputs.h"
#include "streaming/next_segment.h"
#include "streaming/title_keys.h"
#include "streaming/track_selection.h"

namespace playhead {

namespace {

// So long a Representation is left out whose pictures did not come out of the decoder (chosen).
constexpr Duration kAvoided = 60s;

SwitchReason reason_of(abr::Reason reason) {
  switch (reason) {
    case abr::Reason::kBuffer:
      return SwitchReason::kBuffer;
    case abr::Reason::kThroughput:
    case abr::Reason::kGuard:
    case abr::Reason::kStallAhead:
      return SwitchReason::kThroughput;
    case abr::Reason::kEmptyLadder:
    case abr::Reason::kOnlyOne:
    case abr::Reason::kStart:
    case abr::Reason::kRemembered:
    case abr::Reason::kKeep:
      break;
  }
  return SwitchReason::kInitial;
}

}  // namespace

RepresentationSelector::RepresentationSelector(const IndexTable& indexes,
                                               const MediaBackend& backend,
                                               const StreamingConfig& config)
    : indexes_(indexes),
      backend_(backend),
      keys_(config.keys),
      limits_(config.limits),
      chooser_(settings_of(config.preset), config.plans) {}

void RepresentationSelector::force(const std::string& id, const Presentation& presentation) {
  forced_id_.clear();
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& representation : set.representations) {
        if (id.empty() || representation.id != id) continue;
        forced_id_ = id;
        forced_bitrate_ = representation.bandwidth;
      }
    }
  }
}

RepresentationSelector::Choice RepresentationSelector::choose(const Place& place) {
  const bool is_beside_pictures = place.kind == TrackKind::kAudio && place.pictures != nullptr;
  return is_beside_pictures ? choose_sound(place) : choose_by_rules(place);
}

RepresentationSelector::Choice RepresentationSelector::choose_sound(const Place& place) {
  abr::SoundInputs in;
  std::vector<Bitrate> ladder;
  std::vector<const Representation*> representations;
  is_restricted_ = false;
  const bool has_other = has_other_than_avoided(place);
  for (const Representation& representation : place.set.representations) {
    if (!is_usable(place.kind, place.failed_ids, representation)) continue;
    if (has_other && is_avoided(representation.id, place.now)) continue;
    if (!is_released(place.set, representation)) {
      is_restricted_ = true;
      continue;
    }
    if (representation.id == place.last_id) in.current = ladder.size();
    ladder.push_back(representation.bandwidth);
    representations.push_back(&representation);
  }
  if (ladder.empty()) return {};
  is_restricted_ = false;
  in.ladder = ladder;
  in.forecast = chooser_.forecast();
  in.highest_picture = place.pictures->representations.back().bandwidth;
  return {representations[abr::choose_sound(in, chooser_.settings())], SwitchReason::kThroughput};
}

const Representation* RepresentationSelector::forced_in(const AdaptationSet& set) const {
  if (forced_id_.empty()) return nullptr;
  const auto distance = [&](const Representation& r) {
    return r.id == forced_id_ ? -1 : std::abs(r.bandwidth.bps - forced_bitrate_.bps);
  };
  return &*std::min_element(
      set.representations.begin(), set.representations.end(),
      [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
}

bool RepresentationSelector::may_show(const AdaptationSet& set,
                                      const Representation& representation) const {
  return limit_candidate(representation).hdcp_tenths <=
             limit_inputs(limits_, smooth_height_).hdcp_tenths &&
         is_released(set, representation);
}

bool RepresentationSelector::is_released(const AdaptationSet& set,
                                         const Representation& representation) const {
  if (!keys_) return true;
  std::vector<ContentProtection> protections = protections_of(set, representation);
  if (protections.empty()) {
    const LoadedIndex* index = indexes_.find(representation);
    const std::size_t count = index && index->is_encrypted ? index->segments->size() : 0;
    // What is encrypted at all is so at its end: there may be a clear lead.
    if (count > 0) protections = protections_of(index->segments->at(count - 1));
  }
  if (protections.empty()) return true;
  // Nobody knows how large they are: the lowest one is the least risk, and what comes out of it is
  // looked at again.
  const bool is_unknown = representation.width <= 0 || representation.height <= 0;
  const bool is_lowest = &representation == &set.representations.front();
  if (set.kind == TrackKind::kVideo && is_unknown && is_lowest) {
    Representation small = representation;
    small.width = small.height = 1;
    return keys_->may_show(set.kind, small, protections);
  }
  return keys_->may_show(set.kind, representation, protections);
}

bool RepresentationSelector::is_usable(TrackKind kind, const std::set<std::string>& failed_ids,
                                       const Representation& representation) const {
  if (failed_ids.count(representation.id) != 0 || !is_understood(representation)) return false;
  return kind != TrackKind::kVideo || representation.id == forced_id_ ||
         backend_.supports(representation.codecs);
}

const Representation* RepresentationSelector::best_known(const AdaptationSet& set, TrackKind kind,
                                                         const std::set<std::string>& failed_ids,
                                                         Bitrate most) const {
  const Representation* best = nullptr;
  for (const Representation& r : set.representations) {
    const bool fits = r.bandwidth <= most && (!best || best->bandwidth < r.bandwidth);
    const bool is_known = fits && is_usable(kind, failed_ids, r) && indexes_.find_best(r);
    if (is_known && is_released(set, r)) best = &r;
  }
  return best;
}

void RepresentationSelector::avoid(const std::string& id, MonotonicTime now, bool is_for_good) {
  const auto [known, is_first] = avoided_.try_emplace(id, now + kAvoided);
  if (!is_first || is_for_good) known->second = MonotonicTime::max();
}

bool RepresentationSelector::is_avoided(const std::string& id, MonotonicTime now) const {
  const auto found = avoided_.find(id);
  return found != avoided_.end() && now < found->second;
}

bool RepresentationSelector::has_other_than_avoided(const Place& place) const {
  const auto& all = place.set.representations;
  return std::any_of(all.begin(), all.end(), [&](const Representation& other) {
    return is_usable(place.kind, place.failed_ids, other) && !is_avoided(other.id, place.now);
  });
}

bool RepresentationSelector::is_withheld() const {
  const auto& limits = chooser_.limits();
  return std::any_of(limits.begin(), limits.end(), [](const VideoChooser::Limited& limited) {
    return limited.limit == abr::Limit::kHdcp;
  });
}

PictureLimit RepresentationSelector::limit_of(const std::string& id) const {
  for (const VideoChooser::Limited& limited : chooser_.limits()) {
    if (limited.id == id) return picture_limit(limited.limit);
  }
  return PictureLimit::kNone;
}

RepresentationSelector::Choice RepresentationSelector::choose_by_rules(const Place& place) {
  // What was chosen by hand is a picture.
  const bool is_picture = place.kind == TrackKind::kVideo;
  const Representation* forced = is_picture ? forced_in(place.set) : nullptr;
  if (forced && is_usable(place.kind, place.failed_ids, *forced) && may_show(place.set, *forced) &&
      !is_avoided(forced->id, place.now)) {
    return {forced, SwitchReason::kManual};
  }
  std::vector<VideoChooser::Option> options;
  const VideoChooser::Choice choice = chooser_.choose(situation(place, options));
  is_restricted_ =
      !choice.representation &&
      std::any_of(options.begin(), options.end(), [](const auto& o) { return !o.is_released; });
  SwitchReason reason = choice.is_forced_off ? SwitchReason::kLimit : reason_of(choice.reason);
  if (!place.failed_ids.empty()) reason = SwitchReason::kFailure;
  return {choice.representation, reason};
}

VideoChooser::Situation RepresentationSelector::situation(
    const Place& place, std::vector<VideoChooser::Option>& options) const {
  const bool has_other = has_other_than_avoided(place);
  for (const Representation& representation : place.set.representations) {
    if (has_other && is_avoided(representation.id, place.now)) continue;
    if (place.failed_ids.count(representation.id) != 0 || !is_understood(representation)) continue;
    VideoChooser::Option option{&representation, nullptr, std::nullopt,
                                is_usable(place.kind, place.failed_ids, representation),
                                is_released(place.set, representation)};
    if (const LoadedIndex* index = indexes_.find(representation)) {
      option.segments = index->segments.get();
      option.next = next_segment(*index->segments, place.cursor, place.goes_on);
    }
    options.push_back(option);
  }
  VideoChooser::Situation situation;
  situation.options = options;
  situation.last_id = place.last_id;
  situation.level = place.level;
  situation.target = place.target;
  situation.speed = place.speed;
  situation.has_end = place.has_end;
  situation.limits = limit_inputs(limits_, smooth_height_);
  situation.limits.memory_bitrate = memory_bitrate_;
  situation.now = place.now;
  return situation;
}

VideoChooser::DropAdvice RepresentationSelector::judge(const Place& place,
                                                       const TransferWatch::Receiving& receiving) {
  if (!forced_id_.empty() || !receiving.first_byte) return {};
  if (receiving.is_being_made(place.now) || receiving.is_held || !receiving.since) return {};
  std::vector<VideoChooser::Option> options;
  VideoChooser::Transfer transfer{receiving.id, receiving.bytes, place.now - *receiving.since,
                                  receiving.earlier_bytes};
  const RecentBytes::Sum recent = receiving.recent.at(place.now);
  // Where a host breaks off, the pauses are not the link's.
  const Duration unbroken = place.now - std::max(*receiving.since, receiving.broke);
  if (unbroken >= recent.within) {
    transfer.recent = recent.within;
    transfer.recent_bytes = recent.bytes;
  }
  return chooser_.judge(situation(place, options), transfer);
}

std::optional<std::size_t> RepresentationSelector::worth_replacing(
    const Place& place, MediaTime position, const Representation& chosen,
    std::span<const VideoChooser::Buffered> segments) {
  std::vector<VideoChooser::Option> options;
  const VideoChooser::Situation now = situation(place, options);
  if (!forced_id_.empty() || options.empty()) return std::nullopt;
  return chooser_.worth_replacing(now, position, chosen, segments);
}

}  // namespace playhead
