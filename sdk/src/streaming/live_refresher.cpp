// SPDX-License-Identifier: Apache-2.0
#include "streaming/live_refresher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/forever.h"
#include "base/url.h"
#include "manifest/hls/playlist.h"
#include "streaming/reload_policy.h"

namespace playhead {

namespace {

// A manifest that has not changed for so many of its periods has stopped (M14).
constexpr int kStalePeriods = 3;

// Failures in a row, each after the fetcher's own attempts, before another place is asked.
constexpr int kMostFailures = 2;

// A cache that is far behind is believed less: so many answers in a row of another run.
constexpr int kRestarts = 2;

// A playlist without dates does not get further ahead than time has passed, but for this (chosen:
// what caches hold back). Less: a host that was behind is taken for another encoder; more: a
// cache's answer of a run before is played as what comes in that time.
constexpr Duration kMostLeap = 1min;

// What was made before all that is known is passed over for so long, as a cache's (chosen: caches
// are behind by less; an encoder whose clock was set back is waited for, for less than playback
// would).
constexpr Duration kMostEarlier = 30s;

// An MPD is not fetched before its time more often than this (chosen: about a segment).
constexpr Duration kLeastHurry = 2s;

Error stale_error(const std::string& url) {
  return make_error(
      ErrorCode::kManifestStale,
      "the live manifest " + redact(url) + " has not changed for three of its periods", 0,
      Severity::kRecoverable);
}

Error restart_error(const std::string& url) {
  return make_error(ErrorCode::kManifestSyntax,
                    "the playlist " + redact(url) + " started over with other segments", 0,
                    Severity::kRecoverable);
}

Error emptied_error(const std::string& url) {
  return make_error(ErrorCode::kManifestSyntax,
                    "the playlist " + redact(url) + " lists nothing any more", 0,
                    Severity::kRecoverable);
}

bool lists_nothing(const SegmentIndex& index) {
  return index.size() == 0 && index.parts(0).empty();
}

// More of the title can be had, or it has ended.
bool has_news(const LoadedIndex& before, const LoadedIndex& index) {
  return before.type != index.type || listed_end(*before.segments) != listed_end(*index.segments);
}

// Calls visit(index) for every Representation of the last Period that lists segments.
template <typename Visit>
void for_each_listed(const Presentation& presentation, Visit visit) {
  if (presentation.periods.empty()) return;
  for (const AdaptationSet& set : presentation.periods.back().adaptation_sets) {
    for (const Representation& representation : set.representations) {
      if (representation.segments && representation.segments->size() > 0) {
        visit(*representation.segments);
      }
    }
  }
}

// The same of an MPD. One that counts by @duration lists more as time passes.
bool has_news(const Presentation& before, const Presentation& after) {
  const auto ends = [](const Presentation& p) {
    std::vector<MediaTime> list;
    for_each_listed(p, [&](const SegmentIndex& index) { list.push_back(listed_end(index)); });
    return list;
  };
  const std::vector<MediaTime> listed = ends(after);
  const bool is_to_begin = listed.empty();
  return is_to_begin || before.type != after.type || published(before) != published(after) ||
         before.periods.size() != after.periods.size() || ends(before) != listed;
}

// It counts from after all that was known, but was made before that, or begins later than can be:
// it is of another run of the encoder.
bool leaps(const LoadedIndex& before, const LoadedIndex& index, Duration passed) {
  if (!index.playlist || !before.playlist) return false;
  if (before.segments->size() == 0 || lists_nothing(*index.segments)) return false;
  const bool has_segments = index.segments->size() > 0;
  const MediaTime start =
      has_segments ? index.segments->start() : index.segments->parts(0)[0].start;
  const Duration gap = start - listed_end(*before.segments);
  if (gap <= Duration{0}) return false;
  const auto date = index.playlist->date(0);
  const auto last = before.playlist->date(before.playlist->size() - 1);
  return date && last ? *date <= *last : gap > 2 * passed + kMostLeap;
}

// All that another run's answer lists was made before what is known was, by its dates.
bool is_earlier(const LoadedIndex& before, const RefreshedIndex& answer) {
  if (!before.playlist || !answer.index.playlist) return false;
  const auto known = before.playlist->date(0);
  const hls::MediaPlaylist& listed = *answer.index.playlist;
  const auto until = answer.has_started_over ? answer.begun_until : listed.date(listed.size());
  return known && until && *until <= *known;
}

// What the answer itself lists.
MediaNumbers listed_by(const RefreshedIndex& answer) {
  if (answer.has_started_over) return answer.begun;
  return numbers_of(answer.index).value_or(MediaNumbers{});
}

}  // namespace

LiveRefresher::LiveRefresher(ManifestSource& manifests, Executor& executor, IndexTable& indexes,
                             LiveRefresherCallbacks callbacks)
    : manifests_(manifests),
      executor_(executor),
      indexes_(indexes),
      callbacks_(std::move(callbacks)) {}

void LiveRefresher::follow(std::shared_ptr<const Presentation> presentation) {
  presentation_ = std::move(presentation);
  const bool is_updated = presentation_->format == ManifestFormat::kDash && presentation_->live &&
                          presentation_->live->update_period;
  if (!is_updated) return mpd_.reset();
  if (!mpd_) {
    mpd_ = Reload{};
    mpd_->asked = mpd_->changed = executor_.now();
  }
  mpd_->period = *presentation_->live->update_period;
  mpd_->segment = Duration{0};
  for_each_listed(*presentation_, [this](const SegmentIndex& index) {
    mpd_->segment = std::max(mpd_->segment, index.at(index.size() - 1).duration());
  });
}

Duration LiveRefresher::turn(MonotonicTime now, WallTime wall,
                             std::span<const Representation* const> in_use, bool by_part) {
  Duration wait = kForever;
  if (mpd_) wait = std::min(wait, turn_mpd(now, wall));
  if (presentation_->format == ManifestFormat::kDash) {
    const std::optional<WallTime> next = indexes_.relist(wall);
    if (next) wait = std::min(wait, std::max(*next - wall, Duration{1ms}));
    return wait;
  }
  for (auto it = playlists_.begin(); it != playlists_.end();) {
    const bool is_used = std::any_of(in_use.begin(), in_use.end(),
                                     [&](const auto* r) { return r->id == it->first; });
    it = is_used ? std::next(it) : playlists_.erase(it);
  }
  for (const Representation* used : in_use) {
    wait = std::min(wait, turn_playlist(*used, now, by_part));
  }
  return wait;
}

Duration LiveRefresher::turn_mpd(MonotonicTime now, WallTime wall) {
  Reload& mpd = *mpd_;
  if (mpd.running) return kForever;
  watch(mpd, presentation_->url, now);
  const MonotonicTime due =
      next_reload({mpd.period, false, 0, mpd.failures, mpd.asked, mpd.random, mpd.failed});
  if (now < due) return due - now;
  mpd.asked = now;
  ParseOptions options;
  options.now = wall;
  mpd.running = manifests_.refresh(
      presentation_,
      [this](Result<std::shared_ptr<const Presentation>> result) {
        const CancelHandle done = std::move(mpd_->running);
        if (!result) return note_failure(*mpd_, std::move(result).error());
        note(*mpd_, has_news(*presentation_, **result));
        callbacks_.on_presentation(*std::move(result));
      },
      options);
  return kForever;
}

Duration LiveRefresher::turn_playlist(const Representation& representation, MonotonicTime now,
                                      bool by_part) {
  const LoadedIndex* index = indexes_.find(representation);
  if (!index || !index->playlist || index->type == PresentationType::kVod) return kForever;
  const auto [entry, is_new] = playlists_.try_emplace(representation.id);
  Reload& reload = entry->second;
  if (is_new) reload.asked = reload.changed = indexes_.in_use(representation).asked;
  if (reload.running) return kForever;
  note_elsewhere(reload, representation, *index);
  reload.url = index->url;
  watch(reload, index->url, now);
  reload.period = index->target_duration.value_or(Duration{0});
  const bool can_block = index->server_control && index->server_control->can_block_reload;
  const MonotonicTime due = next_reload(
      {reload.period, can_block, reload.unchanged, reload.failures, reload.asked, reload.random,
       reload.failed, by_part ? index->part_target.value_or(Duration{0}) : Duration{0}});
  if (now < due) return due - now;
  start_playlist(reload, representation, *index, now, by_part);
  return kForever;
}

void LiveRefresher::start_playlist(Reload& reload, const Representation& representation,
                                   const LoadedIndex& index, MonotonicTime now, bool by_part) {
  const auto skip_until =
      index.server_control ? index.server_control->can_skip_until : std::nullopt;
  const bool is_recent = skip_until && now - reload.asked < *skip_until / 2;
  // A host that does not answer may wait for a number that an encoder started anew never reaches.
  ReloadDirectives directives;
  if (reload.failures == 0) directives = reload_directives(index, is_recent, by_part);
  reload.asked = now;
  reload.places = 1 + static_cast<int>(representation.alternatives.size());
  const IndexTable::InUse use = indexes_.in_use(representation);
  // One that was left aside is asked for as far as it is by now, not for the next that it lacked.
  const auto reported = indexes_.reported(use.there.index_source.location.url);
  if (reported && directives.media_sequence &&
      *reported->media_sequence > *directives.media_sequence) {
    directives.media_sequence = reported->media_sequence;
    directives.part = by_part ? reported->part : std::nullopt;
  }
  reload.running = manifests_.refresh_index(
      use.there, index, directives, kStalePeriods * reload.period,
      [this, representation, place = use.place, known = use.asked](Result<RefreshedIndex> result) {
        Reload& mine = playlists_.at(representation.id);
        const CancelHandle done = std::move(mine.running);
        const LoadedIndex* before = indexes_.find(representation);
        const bool has_leapt =
            result && before && leaps(*before, result->index, mine.asked - known);
        const bool is_other = result && (result->has_started_over || has_leapt);
        const bool is_behind = is_other && before && is_earlier(*before, *result) &&
                               executor_.now() - mine.changed < kMostEarlier;
        if (is_behind || (before && result && is_of_run_before(*before, *result))) {
          result->index = *before;
          result->is_new = false;
        } else if (is_other) {
          ++mine.restarts;
          mine.begun = listed_by(*result);
          return note_failure(mine, restart_error(result->index.url));
        }
        // What was listed says where what comes goes on: nothing instead is no state of the title.
        const bool has_emptied = result && before && !lists_nothing(*before->segments) &&
                                 lists_nothing(*result->index.segments);
        if (has_emptied) result = emptied_error(result->index.url);
        if (!result) {
          note_failure(mine, std::move(result).error());
          if (mine.failures >= kMostFailures) indexes_.pass_over_best(representation);
          return;
        }
        // An older state told as a delta, or with other signatures, is another text and no news.
        note(mine, result->is_new && (!before || has_news(*before, result->index)));
        indexes_.update(representation, place, std::move(result->index), mine.asked);
        callbacks_.on_change();
      });
}

bool LiveRefresher::is_of_run_before(const LoadedIndex& before,
                                     const RefreshedIndex& answer) const {
  const bool is_undated = before.playlist && before.playlist->dates.empty();
  return is_undated && indexes_.is_of_run_before(listed_by(answer));
}

void LiveRefresher::note(Reload& reload, bool is_new) {
  reload.forgive();
  reload.restarts = 0;
  reload.unchanged = is_new ? 0 : reload.unchanged + 1;
  if (!is_new) return;
  reload.changed = executor_.now();
  reload.was_stale = false;
}

void LiveRefresher::note_elsewhere(Reload& reload, const Representation& representation,
                                   const LoadedIndex& index) {
  const IndexTable::InUse use = indexes_.in_use(representation);
  reload.asked = std::max(reload.asked, use.asked);
  const MediaTime end = listed_end(*index.segments);
  if (std::exchange(reload.end, end) == end || use.grown <= reload.changed) return;
  reload.changed = use.grown;
  reload.was_stale = false;
}

void LiveRefresher::note_failure(Reload& reload, Error error) {
  ++reload.failures;
  reload.failed = executor_.now();
  reload.random = executor_.random();
  error.severity = Severity::kRecoverable;
  reload.refused =
      is_denied(error) ? reload.refused.value_or(reload.failed) : std::optional<MonotonicTime>();
  reload.failure = error;
  callbacks_.on_warning(error);
  callbacks_.on_change();
}

void LiveRefresher::watch(Reload& reload, const std::string& url, MonotonicTime now) {
  if (reload.was_stale || reload.period <= Duration{0}) return;
  // An MPD may be fetched more often than there are segments.
  if (now - reload.changed < kStalePeriods * std::max(reload.period, reload.segment)) return;
  reload.was_stale = true;
  callbacks_.on_warning(stale_error(url));
}

void LiveRefresher::hurry(MonotonicTime now) {
  if (!mpd_ || now - mpd_->asked < kLeastHurry) return;
  mpd_->asked = std::min(mpd_->asked, now - mpd_->period);
}

void LiveRefresher::forgive() {
  for (auto& [id, reload] : playlists_) reload.forgive();
  if (mpd_) mpd_->forgive();
}

std::optional<Stale> LiveRefresher::stale(MonotonicTime now) const {
  const Reload* longest = nullptr;
  const auto look_at = [&](const Reload& reload) {
    if (!reload.was_stale && !is_refused(reload)) return;
    if (!longest || reload.changed < longest->changed) longest = &reload;
  };
  for (const auto& [id, reload] : playlists_) look_at(reload);
  if (mpd_) look_at(*mpd_);
  if (!longest) return std::nullopt;
  const std::string& url = mpd_ ? presentation_->url : longest->url;
  return Stale{now - longest->changed, longest->failure ? *longest->failure : stale_error(url), {}};
}

const LiveRefresher::Reload* LiveRefresher::reload_of(const Representation& representation) const {
  if (mpd_) return &*mpd_;
  const auto found = playlists_.find(representation.id);
  return found == playlists_.end() ? nullptr : &found->second;
}

std::optional<Stale> LiveRefresher::refusal(const Representation& representation,
                                            MonotonicTime now) const {
  const Reload* reload = reload_of(representation);
  if (!reload || !is_refused(*reload)) return std::nullopt;
  return Stale{now - reload->changed, *reload->failure, now - *reload->refused};
}

bool LiveRefresher::is_refused(const Reload& reload) {
  return reload.refused && reload.failures >= kMostFailures * reload.places;
}

bool LiveRefresher::is_refused(const Representation& representation) const {
  const Reload* reload = reload_of(representation);
  return reload && is_refused(*reload);
}

bool LiveRefresher::has_started_over() const {
  return std::any_of(playlists_.begin(), playlists_.end(),
                     [](const auto& entry) { return entry.second.restarts >= kRestarts; });
}

bool LiveRefresher::may_have_started_over() const {
  return std::any_of(playlists_.begin(), playlists_.end(),
                     [](const auto& entry) { return entry.second.restarts > 0; });
}

std::vector<MediaNumbers> LiveRefresher::begun() const {
  std::vector<MediaNumbers> begun;
  for (const auto& [id, reload] : playlists_) {
    if (reload.restarts > 0) begun.push_back(reload.begun);
  }
  return begun;
}

bool LiveRefresher::is_outdated(const Representation& representation, MonotonicTime now) const {
  const LoadedIndex* index = indexes_.find(representation);
  if (!index || !index->playlist || index->type == PresentationType::kVod) return false;
  const auto found = playlists_.find(representation.id);
  const bool is_fresh = found != playlists_.end() && found->second.failures == 0;
  const Duration age = now - indexes_.in_use(representation).asked;
  return !is_fresh && age > 2 * index->target_duration.value_or(Duration{0});
}

}  // namespace playhead
