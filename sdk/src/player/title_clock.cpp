// SPDX-License-Identifier: Apache-2.0
#include "player/title_clock.h"

#include <algorithm>

#include "net/http_headers.h"

namespace playhead {

namespace {

// A Date header tells to the second, and hosts' clocks drift a little: what two clocks differ by
// has changed when it is more than that by which it did (chosen). Less: questions for nothing;
// more: a clock that was wrong is believed.
constexpr Duration kClockRounding = 3s;

}  // namespace

void TitleClock::observe(const FetchedResource& manifest) {
  if (manifest.stats.from_cache) return;
  last_manifest_ = {{}, manifest.stats.started, manifest.stats.first_byte, 0s};
  const auto date = parse_http_date(manifest.head.header("Date"));
  if (!date) return;
  const DateSample sample{*date, manifest.stats.started, manifest.stats.first_byte};
  date_offset_ = Duration{sample.date.us - sample.received.us};
  // Hosts that deliver need not have the time of the one that makes the title.
  if (timing_ && timing_->has_answer()) return compare(sample);
  time_.observe(sample);
}

// What the two differ by says nothing; when that changes one of them was set, or was wrong when it
// was read.
void TitleClock::compare(const DateSample& date) {
  const Duration ahead = *date_ahead();
  if (!told_ahead_) told_ahead_ = ahead;
  const Duration moved = ahead - *told_ahead_;
  const Duration slack = kClockRounding + (date.received - date.sent);
  if (std::max(moved, -moved) > slack) timing_->doubt();
}

std::optional<Duration> TitleClock::date_ahead() const {
  if (!date_offset_) return std::nullopt;
  const MonotonicTime now = context_.executor.now();
  const WallTime here = time_.read(now, context_.executor.wall_now()).time;
  return *date_offset_ - Duration{here.us - now.us};
}

void TitleClock::ask(const Presentation& presentation) {
  timing_.reset();
  told_ahead_.reset();
  if (!presentation.live || presentation.live->utc_timings.empty()) return;
  timing_ = std::make_unique<UtcTimingClient>(
      UtcTimingClient::Context{context_.fetcher, context_.executor,
                               [this](const DateSample& sample) { on_time(sample); },
                               context_.on_warning, context_.on_settled},
      timing_questions(presentation.live->utc_timings, presentation.url), last_manifest_);
  timing_->start();
}

void TitleClock::on_time(const DateSample& sample) {
  const MonotonicTime now = context_.executor.now();
  const WallTime device = context_.executor.wall_now();
  const ServerClock::Reading before = time_.read(now, device);
  time_.observe(sample);
  told_ahead_ = date_ahead();
  const Duration moved = time_.read(now, device).time - before.time;
  // Two clocks that say different things: whichever it was, a second look costs little.
  if (before.is_server_time && std::max(moved, -moved) > kClockRounding) timing_->doubt();
  context_.on_told(moved);
}

bool TitleClock::is_settled() const {
  if (!timing_ || timing_->is_settled()) return true;
  // A Date header will do.
  return time_.read(context_.executor.now(), context_.executor.wall_now()).is_server_time;
}

}  // namespace playhead
