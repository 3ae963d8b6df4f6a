// SPDX-License-Identifier: Apache-2.0
// A live title's encoder and origin; its manifests are in live_manifests.cpp.
#include "sim/swarm/live_title.h"

#include <algorithm>
#include <cstdio>

#include "sim/swarm/cdns.h"
#include "sim/swarm/dice.h"
#include "sim/swarm/media.h"
#include "support/web_dates.h"

namespace playhead::swarm {

namespace {

// Seams are announced so many segments ahead.
constexpr int64_t kAhead = 4;
// Origins keep segments for a little longer than they list them.
constexpr int64_t kGrace = 2;
// A blocked request is answered by then, whatever there is.
constexpr int64_t kMostBlocked = 3;

std::optional<int64_t> parameter(const std::string& query, const std::string& name) {
  const std::size_t at = query.find(name + '=');
  if (at == std::string::npos) return std::nullopt;
  return std::strtoll(query.c_str() + at + name.size() + 1, nullptr, 10);
}

// "?sig=7" of a query that goes on with other things.
std::string signature_of(const std::string& query) {
  const std::size_t at = query.find("sig=");
  if (at == std::string::npos) return {};
  return '?' + query.substr(at, query.find('&', at) - at);
}

}  // namespace

// ---- the encoder ----

Encoder::Encoder(const TitleShape& shape)
    : per_stretch_(shape.live->period / shape.segment), has_dates_(shape.live->has_dates) {
  stretches_.push_back({});
  stretches_.back().container_start_us = container_start(0);
}

int64_t Encoder::container_start(int part) const {
  Dice dice(static_cast<uint64_t>(part), "container");
  return dice.below(90'000) * 1'000'000;
}

void Encoder::advance(int64_t segment) {
  begun_ = std::max(begun_, segment + 1);
  while (per_stretch_ > 0 && stretches_.back().first + per_stretch_ < begun_) {
    Stretch next = stretches_.back();
    stretches_.back().end = next.first + per_stretch_;
    next.first_number += per_stretch_;
    next.first += per_stretch_;
    next.container_start_us = container_start(++next.part);
    stretches_.push_back(next);
  }
}

void Encoder::begin_stretch(int64_t lost, bool is_new_run) {
  Stretch next = stretches_.back();
  const int64_t end = std::max(begun_, next.first + 1);
  stretches_.back().end = end;
  next.first_number = is_new_run ? 0 : next.first_number + end - next.first;
  next.first = end + lost;
  next.run += is_new_run ? 1 : 0;
  next.container_start_us = container_start(++next.part);
  if (is_new_run) next.run_part = next.part;
  stretches_.push_back(next);
  // What of a run nobody listed before the next one began is not known to have been there.
  if (lost > 0 || (is_new_run && !has_dates_)) holes_.emplace_back(end, next.first);
  begun_ = next.first + 1;
}

void Encoder::forget(int64_t segment) {
  // Who was paused passes over holes that are long gone.
  while (stretches_.size() > 1 && stretches_.front().end <= segment) stretches_.pop_front();
}

const Stretch* Encoder::of_segment(int64_t segment) const {
  const auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), segment,
                       [](int64_t wanted, const Stretch& s) { return wanted < s.first; });
  if (after == stretches_.begin()) return nullptr;
  const Stretch& found = *std::prev(after);
  return segment < found.end ? &found : nullptr;
}

const Stretch* Encoder::of_part(int part) const {
  const int at = part - stretches_.front().part;
  if (at < 0 || at >= static_cast<int>(stretches_.size())) return nullptr;
  return &stretches_[static_cast<std::size_t>(at)];
}

std::optional<int64_t> Encoder::numbered(int run, int64_t number) const {
  for (auto it = stretches_.rbegin(); it != stretches_.rend(); ++it) {
    if (it->run != run || number < it->first_number) continue;
    const int64_t segment = it->first + number - it->first_number;
    return segment < it->end ? std::optional(segment) : std::nullopt;
  }
  return std::nullopt;
}

bool Encoder::has_hole(int64_t from, int64_t to) const {
  return std::any_of(holes_.begin(), holes_.end(),
                     [&](const auto& hole) { return hole.first <= to && hole.second >= from; });
}

// ---- the title ----

LiveTitle::LiveTitle(TitleShape shape, MonotonicTime now, Duration wall_ahead)
    : shape_(std::move(shape)),
      live_(*shape_.live),
      zero_(now - live_.age),
      zero_wall_{(zero_ + wall_ahead + live_.clock_ahead).us},
      encoder_(shape_) {
  encoder_.advance(live_.age / shape_.segment + kAhead);
}

std::string LiveTitle::url() const {
  return std::string(cdn_url(0)) + kFolder +
         (live_.form == LiveShape::Form::kHls ? "live.m3u8" : "live.mpd");
}

std::optional<Duration> LiveTitle::made(MonotonicTime now) const {
  return std::min(content(now), ends_.value_or(Duration::max()));
}

bool LiveTitle::has_hole(Duration from, Duration to) const {
  return encoder_.has_hole(from / shape_.segment - 1, to / shape_.segment + 1);
}

bool LiveTitle::has_rival_runs(Duration content) const {
  if (live_.has_dates) return false;
  int begun = 0;
  const auto& stretches = encoder_.stretches();
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    const Duration away = content - stretches[i].first * shape_.segment;
    const bool is_near = std::max(away, -away) < live_.window;
    begun += stretches[i].run != stretches[i - 1].run && is_near;
  }
  return begun > 1;
}

bool LiveTitle::has_lost(MonotonicTime now) const {
  // Playlists and timelines say where they begin.
  const int64_t promised = (*made(now) - live_.window) / shape_.segment;
  return live_.form == LiveShape::Form::kDashNumber && oldest_ > std::max<int64_t>(promised, 0);
}

LiveTitle::View LiveTitle::view(Duration made) const {
  View view;
  view.made = made;
  view.end = made / shape_.segment;
  view.first = std::max({view.end - live_.window / shape_.segment, oldest_, int64_t{0}});
  view.first = std::min(view.first, view.end);
  view.has_ended = ends_ && made >= *ends_;
  return view;
}

Duration LiveTitle::told(MonotonicTime now) {
  const Duration there = *made(now);
  if (now < stale_.until) return std::min(there, stale_.amount);
  if (now >= back_.until) return there;
  is_back_ = !is_back_;
  return is_back_ ? std::max(there - back_.amount, 2 * shape_.segment) : there;
}

Duration LiveTitle::clock_error(MonotonicTime now) const {
  return now < clock_.until ? clock_.amount : Duration{0};
}

Duration LiveTitle::strike(const Fault& fault, MonotonicTime now) {
  const auto sign = fault.extra % 2 == 0 ? 1 : -1;
  const Duration seconds = std::chrono::seconds(1 + fault.amount % 60);
  switch (fault.kind) {
    case FaultKind::kStaleManifest:
      stale_ = {now + fault.length, *made(now)};
      return fault.length;
    case FaultKind::kRolledBack:
      back_ = {now + fault.length, seconds / 2};
      return fault.length;
    case FaultKind::kWindowLost:
      // What is listed of a title that has ended does not change any more.
      if (ends_ && content(now) >= *ends_) return Duration{0};
      oldest_ = std::max(oldest_, *made(now) / shape_.segment - 1);
      return live_.window;
    case FaultKind::kNewPart:
      encoder_.begin_stretch(0, false);
      return 2 * kAhead * shape_.segment;
    case FaultKind::kEncoderRestart: {
      const auto lost = static_cast<int64_t>(fault.extra % 4);
      encoder_.begin_stretch(lost, true);
      return (2 * kAhead + lost) * shape_.segment + live_.window;
    }
    case FaultKind::kEdgeMissing:
      missing_ = {now + fault.length, Duration{0}};
      return fault.length;
    case FaultKind::kServerClock:
      clock_ = {now + fault.length, sign * seconds};
      return fault.length;
    case FaultKind::kTimingBroken:
      timing_ = {now + fault.length, Duration{0}};
      return fault.length;
    case FaultKind::kTitleEnds:
      // At the end of a segment that is not yet begun.
      if (!ends_) ends_ = (content(now) / shape_.segment + 2) * shape_.segment;
      return Duration{0};
    default:
      return Duration{0};
  }
}

void LiveTitle::heal(MonotonicTime) {
  stale_ = back_ = missing_ = clock_ = timing_ = {};
  // By number nobody is told that older segments are gone.
  if (live_.form == LiveShape::Form::kDashNumber) oldest_ = 0;
}

std::optional<test::WebAnswer> LiveTitle::answer(const std::string& url, MonotonicTime now) {
  const auto asked = name_in(kFolder, url, shape_.cdns);
  if (!asked) return std::nullopt;
  const std::size_t question = std::min(asked->find('?'), asked->size());
  const std::string name = asked->substr(0, question);
  const std::string query = asked->substr(question);
  const int64_t end = *made(now) / shape_.segment;
  encoder_.advance(end + kAhead);
  encoder_.forget(view(*made(now)).first - 2 * live_.window / shape_.segment);
  const bool is_hls = live_.form == LiveShape::Form::kHls;
  const WallTime date = wall(content(now)) + clock_error(now);
  std::optional<test::WebAnswer> answer;
  if (name == "time") {
    if (now < timing_.until) return test::text_answer("<html>no time</html>", 200);
    answer = test::text_answer(test::iso_date(date));
  } else if (name == "live.m3u8" && is_hls) {
    answer = test::text_answer(multivariant(signature_of(query)));
  } else if (name == "live.mpd" && !is_hls) {
    answer = test::text_answer(mpd(signature_of(query), view(told(now))));
  } else if (name.size() > 5 && name.rfind(".m3u8") == name.size() - 5 && is_hls) {
    answer = playlist_answer(name.substr(0, name.size() - 5), query, now);
  } else {
    answer = media(name, now);
  }
  if (answer) answer->headers.push_back({"Date", test::http_date(date)});
  return answer;
}

test::WebAnswer LiveTitle::playlist_answer(const std::string& name, const std::string& query,
                                           MonotonicTime now) {
  const bool is_low_latency = live_.part > Duration{0};
  const std::string signature = signature_of(query);
  const bool skips = is_low_latency && query.find("_HLS_skip=YES") != std::string::npos;
  const auto number = parameter(query, "_HLS_msn");
  if (!is_low_latency || !number) {
    return test::text_answer(playlist(name, signature, view(told(now)), skips));
  }
  // RFC 8216bis §6.2.5.2: the answer comes when the playlist has what is asked for.
  const Duration there = *made(now);
  const auto& stretches = encoder_.stretches();
  // What is being made, not a seam that is to come.
  const auto begun = std::find_if(stretches.rbegin(), stretches.rend() - 1, [&](const Stretch& s) {
    return s.first <= there / shape_.segment;
  });
  const int64_t segment = begun->first + *number - begun->first_number;
  const auto part = parameter(query, "_HLS_part");
  const Duration wanted =
      segment * shape_.segment + (part ? (*part + 1) * live_.part : shape_.segment);
  const Duration wait = std::clamp(wanted - there, Duration{0}, kMostBlocked * shape_.segment);
  const bool is_stuck = now < stale_.until || now < back_.until;
  const Duration then = is_stuck ? told(now) : *made(now + wait);
  encoder_.advance(then / shape_.segment + kAhead);
  test::WebAnswer answer = test::text_answer(playlist(name, signature, view(then), skips));
  answer.latency = wait;
  return answer;
}

std::optional<LiveTitle::Asked> LiveTitle::read_name(const std::string& name) const {
  Asked asked;
  char mark = 0;
  int group = 0;
  char track[12] = "";
  long long number = 0;
  if (std::sscanf(name.c_str(), "%c%d-%11[a-z0-9]-%lld.%d", &mark, &group, track, &number,
                  &asked.part) < 4) {
    return std::nullopt;
  }
  if (track[0] == 'v') {
    asked.rung = static_cast<unsigned>(std::atoi(track + 1));
    if (asked.rung >= shape_.video_bps.size()) return std::nullopt;
  } else {
    asked.is_video = false;
    asked.language = track[1];
  }
  if (mark == 'r') {
    const auto segment = encoder_.numbered(group, number);
    if (!segment) return std::nullopt;
    asked.segment = *segment;
    return asked;
  }
  const Stretch* stretch = encoder_.of_part(group);
  if (!stretch) return std::nullopt;
  const int64_t in_stretch =
      mark == 't' ? (number - stretch->container_start_us) / shape_.segment.count() : number;
  asked.segment = stretch->first + in_stretch;
  if (in_stretch < 0 || asked.segment >= stretch->end) return std::nullopt;
  return asked;
}

std::optional<test::WebAnswer> LiveTitle::media(const std::string& name, MonotonicTime now) const {
  const auto asked = read_name(name);
  if (!asked || !encoder_.of_segment(asked->segment)) return std::nullopt;
  const View there = view(*made(now));
  const Duration begin = asked->segment * shape_.segment;
  const Duration end =
      asked->part < 0 ? begin + shape_.segment : begin + (asked->part + 1) * live_.part;
  if (end > there.made || asked->segment < there.first - kGrace) return std::nullopt;
  if (asked->segment < oldest_) return std::nullopt;
  if (now < missing_.until && asked->segment + 2 >= there.end) return std::nullopt;
  return make_media(*asked);
}

test::WebAnswer LiveTitle::make_media(const Asked& asked) const {
  const Stretch& stretch = *encoder_.of_segment(asked.segment);
  const bool is_part = asked.part >= 0;
  const Duration into = is_part ? asked.part * live_.part : Duration{0};
  const Duration begin = asked.segment * shape_.segment + into;
  const Duration length = is_part ? live_.part : shape_.segment;
  const Duration sample = asked.is_video ? shape_.frame : shape_.audio_frame;
  SegmentHeader header;
  header.is_video = asked.is_video;
  header.container_start_us =
      stretch.container_start_us + (begin - stretch.first * shape_.segment).count();
  header.sample_us = sample.count();
  header.samples = static_cast<int32_t>(length / sample);
  header.samples_per_gop = asked.is_video ? shape_.frames_per_gop : 1;
  header.first_in_gop = static_cast<int32_t>(into / sample);
  header.first_index = begin / sample;
  header.choice = asked.is_video ? static_cast<int32_t>(asked.rung) : asked.language;
  header.part = stretch.part;
  if (asked.is_video && shape_.is_muxed) {
    header.muxed_sample_us = shape_.audio_frame.count();
    header.muxed_samples = static_cast<int32_t>(length / shape_.audio_frame);
    header.first_muxed_index = begin / shape_.audio_frame;
  }
  const int64_t bps = asked.is_video ? shape_.video_bps[asked.rung] : shape_.audio_bps;
  header.bytes = std::max<int64_t>(bps * length.count() / 8 / 1'000'000, kHeaderBytes);
  return make_segment(header);
}

}  // namespace playhead::swarm
