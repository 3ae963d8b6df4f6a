// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "manifest/manifest_source.h"
#include "playhead/executor.h"
#include "playhead/presentation.h"
#include "streaming/index_table.h"

namespace playhead {

// When an MPD says that it was published; none: it does not, or is not live.
[[nodiscard]] inline std::optional<WallTime> published(const Presentation& presentation) {
  return presentation.live ? presentation.live->publish_time : std::nullopt;
}

// What LiveRefresher tells its engine; never from inside a call.
struct LiveRefresherCallbacks {
  // A later MPD.
  UniqueFunction<void(std::shared_ptr<const Presentation>)> on_presentation;
  UniqueFunction<void()> on_change;  // of an index
  // It could not be had, or did not change for long; it is tried again.
  UniqueFunction<void(const Error&)> on_warning;
};

// What should change does not.
struct Stale {
  Duration lasts{0};
  Error why;  // what came of the last attempt, else kManifestStale
  // For so long wherever it is asked for has refused it; none: it may come any moment.
  std::optional<Duration> refused;
};

// Keeps what is known of a live title up to date: the MPD, or the playlists in use. Engine thread.
class LiveRefresher {
 public:
  LiveRefresher(ManifestSource& manifests, Executor& executor, IndexTable& indexes,
                LiveRefresherCallbacks callbacks);

  // The title's Presentation, at first and after each on_presentation().
  void follow(std::shared_ptr<const Presentation> presentation);
  // Starts what is due. `in_use`: the Representations that are or will be fetched. `wall`: the
  // service's time. `by_part`: parts of low latency are fetched. Answers how long until the next
  // turn is needed.
  Duration turn(MonotonicTime now, WallTime wall, std::span<const Representation* const> in_use,
                bool by_part = false);

  // What an MPD promises does not come: it is fetched again before its time, for it may say why.
  void hurry(MonotonicTime now);

  // None when nothing need have changed. Of several, what has not for longest.
  [[nodiscard]] std::optional<Stale> stale(MonotonicTime now) const;
  // As is_refused(), with `refused`.
  [[nodiscard]] std::optional<Stale> refusal(const Representation& representation,
                                             MonotonicTime now) const;
  // Each of the places of that playlist has refused it lately, or the MPD was refused.
  [[nodiscard]] bool is_refused(const Representation& representation) const;
  // Playlists go on with other segments under old numbers, and say so twice: of what is known
  // nothing goes on.
  [[nodiscard]] bool has_started_over() const;
  // They said so once: what of other playlists is fetched now might be of either run.
  [[nodiscard]] bool may_have_started_over() const;
  // What the answers that said so listed.
  [[nodiscard]] std::vector<MediaNumbers> begun() const;
  // What was refused may be granted under other URLs.
  void forgive();
  // The playlists so far; the MPD goes on.
  void forget_playlists() { playlists_.clear(); }
  // The index is so old that segments it lists may be gone.
  [[nodiscard]] bool is_outdated(const Representation& representation, MonotonicTime now) const;

 private:
  // One manifest that is fetched again and again.
  struct Reload {
    std::string url;  // of a playlist, after redirects
    Duration period{0};
    MonotonicTime asked;
    MonotonicTime changed;
    MediaTime end;  // of what was listed then
    int unchanged = 0;
    int failures = 0;
    std::optional<MonotonicTime> refused;  // the first failure in a row of refusals
    int places = 1;                        // where it is to be had
    MonotonicTime failed;                  // the last attempt, when that was known
    uint64_t random = 0;                   // drawn for it: anew each turn, the least would count
    Duration segment{0};                   // how long they are, MPD
    int restarts = 0;              // answers in a row that are of another run of the encoder
    MediaNumbers begun{};          // what the last of them listed
    bool was_stale = false;        // the warning was given
    std::optional<Error> failure;  // of the last attempt
    CancelHandle running;

    void forgive() {
      failures = 0;
      failure.reset();
      refused.reset();
    }
  };

  [[nodiscard]] const Reload* reload_of(const Representation& representation) const;
  Duration turn_mpd(MonotonicTime now, WallTime wall);
  Duration turn_playlist(const Representation& representation, MonotonicTime now, bool by_part);
  void start_playlist(Reload& reload, const Representation& representation,
                      const LoadedIndex& index, MonotonicTime now, bool by_part);
  void note(Reload& reload, bool is_new);
  // A cache still answers for the run that was played before `before` began; by numbers alone.
  [[nodiscard]] bool is_of_run_before(const LoadedIndex& before,
                                      const RefreshedIndex& answer) const;
  // What of it came otherwise: under URLs that were renewed, from another place.
  void note_elsewhere(Reload& reload, const Representation& representation,
                      const LoadedIndex& index);
  void note_failure(Reload& reload, Error error);
  // Every place was asked, as often as it takes to believe it.
  [[nodiscard]] static bool is_refused(const Reload& reload);
  // Tells, once, that it has stopped to change.
  void watch(Reload& reload, const std::string& url, MonotonicTime now);

  ManifestSource& manifests_;
  Executor& executor_;
  IndexTable& indexes_;
  LiveRefresherCallbacks callbacks_;
  std::shared_ptr<const Presentation> presentation_;
  std::optional<Reload> mpd_;                // DASH, dynamic
  std::map<std::string, Reload> playlists_;  // HLS, by Representation id
};

}  // namespace playhead
