// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/dash_presentation.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/decimal.h"
#include "base/limits.h"
#include "manifest/codecs.h"
#include "manifest/dash/presentation_refresh.h"
#include "manifest/dash/representation_mapper.h"
#include "manifest/dash/segment_resolver.h"
#include "manifest/dash/timed_facts_mapper.h"
#include "manifest/dash/xml_text.h"

namespace playhead::dash {
namespace {

struct PeriodTimes {
  std::optional<MediaTime> start;
  std::optional<Duration> duration;
};

MediaTime after(MediaTime start, Duration duration) {
  const std::optional<int64_t> end = checked_add(start.us, duration.count());
  return end ? MediaTime{*end} : start;
}

// 5.3.1.2: where a live presentation has ended; nothing of it is later.
std::optional<MediaTime> final_end(const Mpd& mpd) {
  const bool has_ended = mpd.is_dynamic && !mpd.minimum_update_period;
  if (!has_ended || !mpd.media_presentation_duration) return std::nullopt;
  return MediaTime{0} + *mpd.media_presentation_duration;
}

// 5.3.2.1: a Period starts where it says, else where the one before ends, else so that it ends
// where the next one starts; it lasts as long as it says, else up to the next one's start or the
// presentation's end.
std::vector<PeriodTimes> period_times(const Mpd& mpd) {
  std::vector<PeriodTimes> times(mpd.periods.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Period& period = mpd.periods[i];
    times[i].duration = period.duration;
    if (period.start) {
      times[i].start = MediaTime{period.start->count()};
    } else if (i > 0 && times[i - 1].start && times[i - 1].duration) {
      times[i].start = after(*times[i - 1].start, *times[i - 1].duration);
    } else if (i == 0 &&
               !(mpd.is_dynamic && period.duration && times.size() > 1 && mpd.periods[1].start)) {
      times[i].start = MediaTime{0};
    }
  }
  for (std::size_t i = times.size(); i-- > 0;) {
    const bool has_next = i + 1 < times.size();
    if (!times[i].start && has_next && times[i + 1].start && times[i].duration) {
      times[i].start = std::max(MediaTime{0}, *times[i + 1].start - *times[i].duration);
    }
    if (times[i].duration || !times[i].start) continue;
    if (has_next && times[i + 1].start) {
      times[i].duration = std::max(*times[i + 1].start - *times[i].start, Duration{0});
    } else if (!has_next && mpd.media_presentation_duration) {
      times[i].duration = std::max(
          *mpd.media_presentation_duration - (*times[i].start - MediaTime{0}), Duration{0});
    }
  }
  const std::optional<MediaTime> end = final_end(mpd);
  for (PeriodTimes& time : times) {
    if (!end || !time.start || !time.duration) continue;
    time.duration = std::clamp(*end - *time.start, Duration{0}, *time.duration);
  }
  return times;
}

MediaTime media_end(const playhead::Period& period) {
  MediaTime end = period.start;
  for (const playhead::AdaptationSet& set : period.adaptation_sets) {
    for (const playhead::Representation& representation : set.representations) {
      if (representation.segments != nullptr) end = std::max(end, representation.segments->end());
    }
  }
  return end;
}

class PresentationMapper {
 public:
  PresentationMapper(const Mpd& mpd, std::optional<WallTime> now, const MappedBefore* before)
      : mpd_(mpd), before_(before) {
    if (mpd.is_dynamic) {
      clock_ = {mpd.availability_start_time, mpd.availability_end_time, mpd.time_shift_buffer_depth,
                now};
    }
  }

  Result<Presentation> map();
  // After map().
  MappedPeriods take_mapped() { return std::move(mapped_); }

 private:
  void map_presentation();
  void map_periods();
  void map_period(const Period& source, const PeriodTimes& times, std::size_t index);
  void read_period(const Period& source, const PeriodTimes& times, std::size_t index);
  void take_period(const Period& source, const PeriodTimes& times, std::size_t index);
  [[nodiscard]] std::string context() const;
  bool map_set(const Period& period, const AdaptationSet& set, const std::vector<Place>& outer,
               SegmentResolver& resolver, playhead::AdaptationSet& out);
  void map_preselections(const Period& source, playhead::Period& out);
  std::string period_id(const Period& source, const PeriodTimes& times, std::size_t index);
  std::string unique_id(std::string_view wanted);
  [[nodiscard]] std::string_view query_of(const CommonAttributes& own,
                                          const CommonAttributes& outer) const;
  static void choose_defaults(std::vector<playhead::AdaptationSet>& sets);

  const Mpd& mpd_;
  const MappedBefore* before_;
  MappedPeriods mapped_;
  bool is_outdated_ = false;  // a Period cannot be taken over
  Clock clock_;
  Presentation presentation_;
  ProtectionMapper protections_;
  std::vector<Place> mpd_places_;
  std::string period_prefix_;  // of Representation ids
  std::unordered_set<std::string> period_ids_;
  // Representation ids of the Period: the first few, the rest, and how many came twice.
  std::vector<std::string_view> few_ids_;
  std::unordered_set<std::string> many_ids_;
  std::size_t repeated_ids_ = 0;
  std::size_t alternatives_ = 0;
};

// Period ids are unique, so Representation ids need to be within the Period only.
std::string PresentationMapper::unique_id(std::string_view wanted) {
  if (wanted.empty()) wanted = "r";
  // Few ids are compared faster than hashed.
  constexpr std::size_t kFew = 32;
  bool is_new = false;
  if (few_ids_.size() < kFew) {
    is_new = std::find(few_ids_.begin(), few_ids_.end(), wanted) == few_ids_.end();
    if (is_new) few_ids_.push_back(wanted);
  } else {
    is_new = std::find(few_ids_.begin(), few_ids_.end(), wanted) == few_ids_.end() &&
             many_ids_.insert(std::string(wanted)).second;
  }
  std::string id;
  id.reserve(period_prefix_.size() + wanted.size());
  id.append(period_prefix_).append(wanted);
  if (is_new) return id;
  for (std::size_t n = ++repeated_ids_ + 1;; ++n) {
    const std::string numbered = std::string(wanted) + "#" + std::to_string(n);
    const bool is_taken = std::find(few_ids_.begin(), few_ids_.end(), numbered) != few_ids_.end();
    if (!is_taken && many_ids_.insert(numbered).second) return period_prefix_ + numbered;
  }
}

// What annex I adds to media URLs: the MPD's own query, where the set asks for it.
std::string_view PresentationMapper::query_of(const CommonAttributes& own,
                                              const CommonAttributes& outer) const {
  const std::string_view pattern = own.url_query.empty() ? outer.url_query : own.url_query;
  if (pattern != "$querypart$") return {};
  const std::size_t question = mpd_.url.find('?');
  if (question == std::string::npos) return {};
  const std::string_view query = std::string_view(mpd_.url).substr(question + 1);
  return query.substr(0, query.find('#'));
}

bool PresentationMapper::map_set(const Period& period, const AdaptationSet& set,
                                 const std::vector<Place>& outer, SegmentResolver& resolver,
                                 playhead::AdaptationSet& out) {
  std::vector<Place> own_places;
  if (!set.base_urls.empty()) {
    own_places = places_below(outer, set.base_urls, presentation_.warnings);
  }
  const std::vector<Place>& set_places = set.base_urls.empty() ? outer : own_places;
  std::optional<TrackKind> kind;
  out.is_encrypted = !set.common.content_protections.empty();
  out.representations.reserve(set.representations.size());
  for (const Representation& source : set.representations) {
    const std::string_view mime_type =
        source.common.mime_type.empty() ? set.common.mime_type : source.common.mime_type;
    playhead::Representation& representation = out.representations.emplace_back();
    describe(set, source, representation);
    if (!kind) kind = kind_of(set.content_type, mime_type, representation.codecs);
    if (!kind) break;
    std::vector<Place> places;
    if (!source.base_urls.empty()) {
      places = places_below(set_places, source.base_urls, presentation_.warnings);
    }
    SegmentResolver::Request request;
    request.id = source.id;
    request.places = source.base_urls.empty() ? &set_places : &places;
    request.query = query_of(source.common, set.common);
    request.parts_cadence =
        source.common.parts_cadence > 0 ? source.common.parts_cadence : set.common.parts_cadence;
    request.alternatives = limits::kAlternatives - std::min(alternatives_, limits::kAlternatives);
    const bool is_addressed = resolver.resolve({&period.segments, &set.segments, &source.segments},
                                               request, representation);
    // WebM indexes its segments by other means than sidx.
    const bool is_webm_index = representation.index_source.kind == IndexSource::Kind::kSidx &&
                               mime_type.find("webm") != std::string_view::npos;
    if (!is_addressed || is_webm_index) {
      ++presentation_.warnings;
      out.representations.pop_back();
      continue;
    }
    // Texts that are not in MP4 count from the Period's start (DASH-IF IOP 6.4.4).
    if (*kind == TrackKind::kText && representation.container != Container::kFmp4) {
      representation.media_offset = resolver.period_start() - MediaTime{0};
    }
    const bool has_times = !source.common.producer_reference_times.empty();
    map_reference_times((has_times ? source.common : set.common).producer_reference_times,
                        resolver.timescale(), representation.media_offset.value_or(Duration{0}),
                        representation.producer_reference_times, presentation_.warnings);
    representation.id = unique_id(source.id);
    alternatives_ += representation.alternatives.size();
    protections_.map(source.common.content_protections, representation.protections,
                     presentation_.warnings);
    out.is_encrypted = out.is_encrypted || !representation.protections.empty();
    out.may_carry_audio = out.may_carry_audio ||
                          (*kind == TrackKind::kVideo && has_audio_codec(representation.codecs));
  }
  if (!kind || out.representations.empty()) return false;
  out.kind = *kind;
  describe_set(set, out);
  protections_.map(set.common.content_protections, out.protections, presentation_.warnings);
  const auto is_lower = [](const playhead::Representation& a, const playhead::Representation& b) {
    return a.bandwidth < b.bandwidth;
  };
  if (!std::is_sorted(out.representations.begin(), out.representations.end(), is_lower)) {
    std::stable_sort(out.representations.begin(), out.representations.end(), is_lower);
  }
  return true;
}

// Where no set of a kind is the main one, the first is.
void PresentationMapper::choose_defaults(std::vector<playhead::AdaptationSet>& sets) {
  for (const TrackKind kind : {TrackKind::kVideo, TrackKind::kAudio}) {
    const auto is_kind = [kind](const playhead::AdaptationSet& set) {
      return set.kind == kind && set.trick_mode_for.empty();
    };
    const bool has_default = std::any_of(
        sets.begin(), sets.end(), [&](const auto& set) { return is_kind(set) && set.is_default; });
    const auto first = std::find_if(sets.begin(), sets.end(), is_kind);
    if (!has_default && first != sets.end()) first->is_default = true;
    if (kind != TrackKind::kVideo || first == sets.end()) continue;
    for (playhead::AdaptationSet& set : sets) {
      if (set.trick_mode_for == kUnnamedMainSet) set.trick_mode_for = first->id;
    }
  }
}

void PresentationMapper::map_preselections(const Period& source, playhead::Period& out) {
  for (const Preselection& from : source.preselections) {
    playhead::Period::Preselection& to = out.preselections.emplace_back();
    to.id = from.id;
    to.language = from.language;
    to.label = from.label;
    to.codecs = from.codecs;
    for_each_word(from.components, [&](std::string_view id) { to.components.emplace_back(id); });
    for (const Descriptor& role : from.roles) to.roles.emplace_back(role.value);
  }
}

std::string PresentationMapper::period_id(const Period& source, const PeriodTimes& times,
                                          std::size_t index) {
  std::string id(source.id);
  if (id.empty()) {
    // Live Periods come and go, so their place in the list says nothing.
    id = mpd_.is_dynamic ? "t" + std::to_string(times.start->us / 1000)
                         : "p" + std::to_string(index);
  }
  while (!period_ids_.insert(id).second) id += "#" + std::to_string(index);
  return id;
}

// What Periods inherit or are told from outside, times and ids apart.
std::string PresentationMapper::context() const {
  std::string text = mpd_.url;
  const auto add = [&text](int64_t value) { text += ' ' + std::to_string(value); };
  for (const BaseUrl& base : mpd_.base_urls) {
    text.append("\n").append(base.url).append("\n").append(base.service_location);
    add(base.priority);
    add(base.weight);
    add(base.availability_time_offset.count());
  }
  text += '\n';
  const auto add_if = [&](bool is_there, int64_t value) {
    text += is_there ? '+' : '-';
    if (is_there) add(value);
  };
  add_if(clock_.origin.has_value(), clock_.origin.value_or(WallTime{}).us);
  add_if(clock_.end.has_value(), clock_.end.value_or(WallTime{}).us);
  add_if(clock_.depth.has_value(), clock_.depth.value_or(Duration{}).count());
  add_if(clock_.now.has_value(), 0);
  add_if(mpd_.is_dynamic, 0);
  add_if(mpd_.periods.size() > 1, 0);
  return text;
}

void PresentationMapper::take_period(const Period& source, const PeriodTimes& times,
                                     std::size_t index) {
  const MappedPeriods::Item& item = before_->periods.items[*source.known];
  if (item.position == MappedPeriods::kNowhere) {
    is_outdated_ = true;
    return;
  }
  const playhead::Period& known = before_->presentation.periods[item.position];
  if (known.start != *times.start || known.duration != times.duration ||
      known.id != period_id(source, times, index)) {
    is_outdated_ = true;
    return;
  }
  playhead::Period& period = presentation_.periods.emplace_back(known);
  if (clock_.now) list_at(period, *clock_.now);
  presentation_.warnings += item.warnings;
  alternatives_ += item.alternatives;
}

void PresentationMapper::map_period(const Period& source, const PeriodTimes& times,
                                    std::size_t index) {
  const std::size_t position = presentation_.periods.size();
  const int warnings = presentation_.warnings;
  const std::size_t alternatives = alternatives_;
  if (source.known && before_ != nullptr) {
    take_period(source, times, index);
  } else {
    read_period(source, times, index);
  }
  if (presentation_.periods.size() == position) return;
  mapped_.items[index] = {position, presentation_.warnings - warnings,
                          alternatives_ - alternatives};
}

void PresentationMapper::read_period(const Period& source, const PeriodTimes& times,
                                     std::size_t index) {
  playhead::Period& period = presentation_.periods.emplace_back();
  period.id = period_id(source, times, index);
  // With Periods to come ids must not depend on how many there are now.
  const bool is_prefixed = mpd_.periods.size() > 1 || (mpd_.is_dynamic && !source.id.empty());
  period_prefix_ = is_prefixed ? period.id + "/" : "";
  few_ids_.clear();
  many_ids_.clear();
  repeated_ids_ = 0;
  period.start = *times.start;
  period.duration = times.duration;
  if (source.asset) {
    period.asset_id = std::string(source.asset->scheme) + " " + std::string(source.asset->value);
  }
  std::vector<Place> own_places;
  if (!source.base_urls.empty()) {
    own_places = places_below(mpd_places_, source.base_urls, presentation_.warnings);
  }
  const std::vector<Place>& places = source.base_urls.empty() ? mpd_places_ : own_places;
  SegmentResolver resolver({period.start, period.duration, mpd_.is_dynamic}, clock_);
  std::unordered_set<std::string> set_ids;
  period.adaptation_sets.reserve(source.adaptation_sets.size());
  for (std::size_t i = 0; i < source.adaptation_sets.size(); ++i) {
    const AdaptationSet& set = source.adaptation_sets[i];
    playhead::AdaptationSet& mapped = period.adaptation_sets.emplace_back();
    if (!map_set(source, set, places, resolver, mapped)) {
      ++presentation_.warnings;
      period.adaptation_sets.pop_back();
      continue;
    }
    // AdaptationSet@id is optional and, in the field, not always unique.
    mapped.id = set.id.empty() ? "as" + std::to_string(i) : std::string(set.id);
    while (!set_ids.insert(mapped.id).second) mapped.id += "#" + std::to_string(i);
  }
  presentation_.warnings += resolver.warnings();
  if (period.adaptation_sets.empty()) {
    ++presentation_.warnings;
    presentation_.periods.pop_back();
    return;
  }
  choose_defaults(period.adaptation_sets);
  map_events(source.event_streams, period.start, period.events, presentation_.warnings);
  map_preselections(source, period);
}

void PresentationMapper::map_periods() {
  std::vector<PeriodTimes> times = period_times(mpd_);
  const std::optional<MediaTime> end = final_end(mpd_);
  presentation_.periods.reserve(times.size());
  mapped_.items.resize(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!times[i].start) {
      // A live Period that is announced without a time, 5.3.2.1 ("early available"): not yet.
      if (mpd_.is_dynamic) continue;
      // Nothing said how long the one before lasts: its media does.
      ++presentation_.warnings;
      times[i].start =
          presentation_.periods.empty() ? MediaTime{0} : media_end(presentation_.periods.back());
    }
    // Periods that were announced and never came. What has no Period before the end has no end
    // that could be right.
    const bool has_any = !presentation_.periods.empty();
    if (has_any && end && *times[i].start >= *end) continue;
    map_period(mpd_.periods[i], times[i], i);
    if (is_outdated_) return;
  }
  const auto starts_earlier = [](const playhead::Period& a, const playhead::Period& b) {
    return a.start < b.start;
  };
  auto& periods = presentation_.periods;
  if (!std::is_sorted(periods.begin(), periods.end(), starts_earlier)) {
    std::stable_sort(periods.begin(), periods.end(), starts_earlier);
    mapped_.items.assign(times.size(), {});
  }
}

void PresentationMapper::map_presentation() {
  presentation_.format = ManifestFormat::kDash;
  presentation_.type = mpd_.is_dynamic ? PresentationType::kLive : PresentationType::kVod;
  presentation_.url = mpd_.url;
  presentation_.warnings = mpd_.warnings;
  presentation_.min_buffer_time = mpd_.min_buffer_time;
  presentation_.title = mpd_.title;
  if (mpd_.is_dynamic) presentation_.live = live_info_of(mpd_);
  if (mpd_.steering) presentation_.content_steering = steering_of(mpd_);
  Place root;
  root.base = std::make_shared<const BaseLocation>(mpd_.url);
  mpd_places_ = {root};
  if (!mpd_.base_urls.empty()) {
    mpd_places_ = places_below(mpd_places_, mpd_.base_urls, presentation_.warnings);
  }
}

Result<Presentation> PresentationMapper::map() {
  map_presentation();
  mapped_.context = context();
  is_outdated_ = before_ != nullptr && before_->periods.context != mapped_.context;
  if (!is_outdated_) map_periods();
  // At the limit, the Periods before have a say in how many alternatives one may have.
  const bool is_at_limit = before_ != nullptr && alternatives_ >= limits::kAlternatives;
  if (is_outdated_ || is_at_limit) {
    return make_error(ErrorCode::kInvalidArgument, "a Period is not what it was");
  }
  if (presentation_.periods.empty()) {
    return make_error(ErrorCode::kManifestEmpty, "no media of the MPD can be addressed");
  }
  presentation_.duration = mpd_.media_presentation_duration;
  if (!presentation_.duration && !mpd_.is_dynamic) {
    const playhead::Period& last = presentation_.periods.back();
    const MediaTime end = last.duration ? after(last.start, *last.duration) : media_end(last);
    if (end.us > 0) presentation_.duration = end - MediaTime{0};
  }
  return std::move(presentation_);
}

}  // namespace

Result<Presentation> make_presentation(const Mpd& mpd, std::optional<WallTime> now,
                                       const MappedBefore* before, MappedPeriods* mapped) {
  PresentationMapper mapper(mpd, now, before);
  Result<Presentation> presentation = mapper.map();
  if (presentation && mapped != nullptr) *mapped = mapper.take_mapped();
  return presentation;
}

}  // namespace playhead::dash
