// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/manifest_source.h"
#include "net/host_health.h"
#include "playhead/executor.h"
#include "playhead/presentation.h"
#include "streaming/encoder_run.h"

namespace playhead {

// The SegmentIndexes of a Presentation's Representations as they become known, and at which of
// their places (redundant Variants, BaseURLs) they are had. A place comes before another by the
// steering order, else by the manifest's; those whose host is in trouble, or that failed lately,
// are passed over. Engine thread.
class IndexTable {
 public:
  struct Context {
    ManifestSource& manifests;
    Executor& executor;
    std::shared_ptr<HostHealth> health;  // may be null
    // An index arrived or failed; never inside a call.
    std::function<void()> on_change;
  };
  explicit IndexTable(Context context) : context_(std::move(context)) {}

  // Forgets all; fetches under way are cancelled. Live HLS playlists that come later are put on the
  // timeline of those that were here.
  void clear();
  // The same, and what comes later is of an encoder that was started anew: where no dates say where
  // it belongs, it begins at `from`, and what still is of the run before is asked for again.
  // `begun`: what the answers that told of it listed.
  void start_over(MediaTime from, std::vector<MediaNumbers> begun);
  // Playlists with those numbers are of the run before, which has ended less than a minute ago.
  [[nodiscard]] bool is_of_run_before(const MediaNumbers& numbers) const;
  // Names of places, best first; empty: the manifest's order. `presentation`: as it is from now on.
  void set_priority(std::vector<std::string> priority, const Presentation& presentation);

  // Null when not known (yet). The best place's, else that of any place that is known.
  [[nodiscard]] const LoadedIndex* find(const Representation& representation) const;
  // The segments of that one, or else those its manifest listed; null: there are none.
  [[nodiscard]] const SegmentIndex* listed(const Representation& representation) const;
  // The best place's alone.
  [[nodiscard]] const LoadedIndex* find_best(const Representation& representation) const;
  // How far the playlist at that URL is, as one that is known reports (EXT-X-RENDITION-REPORT, RFC
  // 8216bis §4.4.5.4): what a server that holds answers back is asked for. Nothing when none does.
  [[nodiscard]] std::optional<ReloadDirectives> reported(const std::string& url) const;
  // Makes the best place's known, by fetching when the manifest does not list it. Harmless to
  // repeat.
  // `is_aside`: of subtitles; whether the title is live, and where its timeline begins, is not for
  // them to say.
  void request(const Representation& representation, bool is_aside = false);
  // The failure of the last request when no place is left, taken once; a later request tries all
  // again.
  [[nodiscard]] std::optional<Error> take_error(const Representation& representation);

  // Where else `segment`, of an index of that Representation, is, best place first.
  [[nodiscard]] std::vector<Segment> elsewhere(const Representation& representation,
                                               const Segment& segment) const;
  // There are places whose index would have to be fetched first.
  [[nodiscard]] bool has_unknown_places(const Representation& representation) const;
  // What the best place had was missing or damaged: the next one serves for a while. False: there
  // is none.
  bool pass_over_best(const Representation& representation);
  // Name of the best place; empty before the first request.
  [[nodiscard]] std::string best_place(const Representation& representation) const;

  // What the index in use is a state of, for fetching it again: find() must not be null.
  struct InUse {
    std::size_t place = 0;
    Representation there;  // what ManifestSource reads of it, at that place
    MonotonicTime asked;   // when it was asked for last
    MonotonicTime told;    // when the last answer began to come
    MonotonicTime grown;   // of which answer that was when its end was first where it is
  };
  [[nodiscard]] InUse in_use(const Representation& representation) const;
  // A later state, asked for at that time.
  void update(const Representation& representation, std::size_t place, LoadedIndex index,
              MonotonicTime asked);
  // The same of all that a later MPD lists; what is not in it any more is forgotten.
  void follow(const Presentation& presentation);
  // Lists what of a dynamic MPD can be fetched at `now`. Answers when there will be more.
  std::optional<WallTime> relist(WallTime now);
  // Some HLS playlist has no end yet.
  [[nodiscard]] bool has_live_playlist() const;

 private:
  struct Place {
    std::optional<LoadedIndex> index;
    std::optional<Error> error;
    MonotonicTime failed_until;
    std::optional<MonotonicTime> doubted;  // since then: it seems to be of another run
    CancelHandle fetch;
    MonotonicTime asked;
    MonotonicTime told;
    MonotonicTime grown;
    bool was_live = false;
    bool is_aside = false;
    bool is_guess = false;     // nothing told where on the timeline of the others it belongs
    bool is_directed = false;  // the fetch asks for what another playlist reports
  };
  struct Entry {
    std::vector<Place> places;       // 0 is the Representation's own, then its alternatives
    std::vector<std::size_t> order;  // of them, best first
  };

  Entry& entry_of(const Representation& representation);
  // What is known has the places that it has there, in the order that holds now.
  void arrange(const Presentation& presentation);
  [[nodiscard]] const Entry* known(const Representation& representation) const;
  [[nodiscard]] std::size_t best_of(const Representation& representation, const Entry& entry) const;
  [[nodiscard]] bool is_failed(const Place& place) const;
  // It has an index, and not a live playlist of a while ago that another place has gone beyond.
  [[nodiscard]] static bool is_current(const Entry& entry, const Place& place);
  void fetch(const Representation& representation, std::size_t number, bool is_directed = true);
  void on_loaded(const Representation& representation, std::size_t number,
                 Result<LoadedIndex> result);
  // It is of another run of the encoder than what is played: how long to wait before it is asked
  // for again.
  std::optional<Duration> doubt(Place& place, const std::string& name, const LoadedIndex& index);
  [[nodiscard]] bool is_run_young() const;
  // Others have gone on since it was doubted, or it has been for long.
  [[nodiscard]] bool is_believed(const Place& doubted) const;
  [[nodiscard]] std::vector<MediaNumbers> numbers_of_live() const;
  void ask_again(const Representation& representation, std::size_t number, Duration pause);
  void take(Place& place, LoadedIndex index);
  std::optional<WallTime> relist(Place& place, WallTime now);
  // The title has ended: what was not asked for since then does not know.
  void drop_unaware(const Place& ended);
  // It says of no end though other playlists of the title, which go further, were whole from the
  // beginning: a title that is being made would not have such. Either it was cut off on the way, or
  // it is a state from before the title ended, and counts from before the others.
  [[nodiscard]] bool is_cut_short(const LoadedIndex& index) const;
  // An HLS playlist that had its end when it was first had.
  [[nodiscard]] static bool is_whole(const Place& place);
  // The place whose index find() answers; entry.places.size() when there is none.
  [[nodiscard]] std::size_t used_of(const Representation& representation, const Entry& entry) const;
  // A live HLS playlist, or one that was, whose timeline the others are put on; null when there is
  // none.
  [[nodiscard]] const LoadedIndex* reference() const;
  [[nodiscard]] const LoadedIndex* newest_live() const;  // of those that are here

  Context context_;
  std::vector<std::string> priority_;
  std::map<std::string, Entry> entries_;      // by Representation id
  std::optional<LoadedIndex> earlier_;        // the reference before clear()
  std::optional<LoadedIndex> earlier_whole_;  // one that was whole before clear()
  std::optional<MediaTime> next_run_at_;      // by start_over(): `earlier_` is of the run before
  std::optional<RunBefore> run_before_;       // by start_over()
  MonotonicTime run_began_;
  std::optional<WallTime> relisted_;  // the time of the last relist()
};

// From where on media of it can be fetched: the start of the first segment, or of the first part.
[[nodiscard]] MediaTime listed_start(const SegmentIndex& index);
// Up to where media of it can be fetched: the end of the last segment, or of the last part.
[[nodiscard]] MediaTime listed_end(const SegmentIndex& index);

}  // namespace playhead
