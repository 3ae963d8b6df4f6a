// SPDX-License-Identifier: Apache-2.0
#include "plan/track_choice.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "streaming/thumbnails.h"
#include "streaming/track_selection.h"

namespace playhead::offline {

namespace {

// The best sound up to this; what a player takes as well. Bits a second.
constexpr Bitrate kTypicalAudio{200'000};
constexpr std::string_view kEveryLanguage = "*";

bool same_language(std::string_view a, std::string_view b) {
  const auto primary = [](std::string_view tag) { return tag.substr(0, tag.find('-')); };
  return !a.empty() && primary(a) == primary(b);
}

bool wants(const std::vector<std::string>& languages, std::string_view offered) {
  return std::any_of(languages.begin(), languages.end(), [offered](const std::string& wanted) {
    return wanted == kEveryLanguage || same_language(wanted, offered);
  });
}

bool has_role(const AdaptationSet& set, std::string_view role) {
  return std::find(set.roles.begin(), set.roles.end(), role) != set.roles.end();
}

bool is_group(const AdaptationSet& set, const std::string& group) {
  return group.empty() || set.group.empty() || set.group == group;
}

// The choice within one Period.
class PeriodChoice {
 public:
  PeriodChoice(const Presentation& presentation, std::size_t period, const TrackWishes& wishes,
               const TrackDevice& device)
      : presentation_(presentation),
        number_(period),
        period_(presentation.periods[period]),
        wishes_(wishes),
        device_(device) {}

  Result<void> run() {
    const bool has_pictures = choose_video();
    choose_played();
    choose_languages();
    if (wishes_.thumbnails) choose_thumbnails();
    const bool has_sound = std::any_of(chosen_.begin(), chosen_.end(), [&](const ChosenTrack& t) {
      return period_.adaptation_sets[t.set].kind == TrackKind::kAudio;
    });
    if (has_pictures || has_sound) return {};
    return make_error(ErrorCode::kNoPlayableTrack,
                      "nothing that the title offers can be played by this device");
  }
  [[nodiscard]] const std::set<ChosenTrack>& chosen() const { return chosen_; }

 private:
  void add(std::size_t set, std::size_t representation) {
    chosen_.insert({number_, set, representation});
  }

  bool choose_video() {
    VideoQuestion question{{}, wishes_.video, device_.free_bytes};
    std::vector<std::pair<std::size_t, std::size_t>> places;
    const auto& sets = period_.adaptation_sets;
    const auto is_picture = [](const AdaptationSet& set) {
      return set.kind == TrackKind::kVideo && set.trick_mode_for.empty() && is_understood(set);
    };
    const bool has_main = std::any_of(sets.begin(), sets.end(), [&](const AdaptationSet& set) {
      return is_picture(set) && has_role(set, "main");
    });
    for (std::size_t s = 0; s < sets.size(); ++s) {
      const AdaptationSet& set = sets[s];
      // Other views of the same title have other roles.
      const bool is_other = has_main && !set.roles.empty() && !has_role(set, "main");
      if (!is_picture(set) || is_other) continue;
      for (std::size_t r = 0; r < set.representations.size(); ++r) {
        const Representation& picture = set.representations[r];
        if (!is_understood(picture)) continue;
        question.offers.push_back({picture.codecs, picture.width, picture.height,
                                   picture.bandwidth.bps, device_.can_decode(picture.codecs)});
        places.emplace_back(s, r);
      }
    }
    const auto best =
        device_.choose_video ? device_.choose_video(question) : choose_download_video(question);
    if (!best || *best >= places.size()) return false;
    video_ = places[*best];
    add(video_->first, video_->second);
    return true;
  }

  // What a player with no preference plays beside the picture, and forced text.
  void choose_played() {
    Presentation narrowed;
    narrowed.format = presentation_.format;
    narrowed.periods.emplace_back();
    std::vector<std::size_t> origin;
    for (std::size_t s = 0; s < period_.adaptation_sets.size(); ++s) {
      const AdaptationSet& set = period_.adaptation_sets[s];
      const bool is_chosen = video_ && video_->first == s;
      if (set.kind == TrackKind::kVideo && !is_chosen) continue;
      AdaptationSet& copy = narrowed.periods[0].adaptation_sets.emplace_back(set);
      if (is_chosen) copy.representations = {set.representations[video_->second]};
      origin.push_back(s);
    }
    const auto played = [&](const std::string& audio, const std::string& text) {
      TrackPreferences preferences;
      preferences.audio_language = audio;
      preferences.text_language = text;
      return select_tracks(
                 narrowed, preferences,
                 [&](const AdaptationSet& set) { return representation_of(set).has_value(); },
                 [](const AdaptationSet&) { return true; })
          .front();
    };
    std::vector<std::string> languages = wishes_.audio_languages;
    std::erase(languages, kEveryLanguage);
    if (languages.empty()) languages.emplace_back();
    for (const std::string& language : languages) {
      const PeriodTracks tracks = played(language, "");
      if (!tracks.audio) continue;
      const std::size_t set = origin[*tracks.audio];
      const bool is_wanted =
          language.empty() || same_language(language, period_.adaptation_sets[set].language);
      if (!is_wanted) {
        substitute_ = set;
        continue;
      }
      add_best(set);
      for (const auto& text : {tracks.text, tracks.text_with_forced}) {
        if (text) add_best(origin[*text]);
      }
    }
  }

  void choose_languages() {
    const auto& sets = period_.adaptation_sets;
    const Representation* picture =
        video_ ? &sets[video_->first].representations[video_->second] : nullptr;
    const bool takes_all_audio =
        std::find(wishes_.audio_languages.begin(), wishes_.audio_languages.end(), kEveryLanguage) !=
        wishes_.audio_languages.end();
    bool has_audio = false;
    for (std::size_t s = 0; s < sets.size(); ++s) {
      const AdaptationSet& set = sets[s];
      if (!is_offered(set)) continue;
      const bool is_audio = set.kind == TrackKind::kAudio;
      const std::string group =
          picture ? (is_audio ? picture->audio_group : picture->text_group) : "";
      if (!is_group(set, group)) continue;
      const bool is_wanted =
          is_audio ? takes_all_audio : wants(wishes_.text_languages, set.language);
      if (is_wanted) add_best(s);
    }
    for (const ChosenTrack& track : chosen_) {
      has_audio = has_audio || sets[track.set].kind == TrackKind::kAudio;
    }
    if (!has_audio && substitute_) add_best(*substitute_);
  }

  void choose_thumbnails() {
    const Representation* found =
        select_thumbnails(period_, presentation_.format == ManifestFormat::kHls);
    for (std::size_t s = 0; found != nullptr && s < period_.adaptation_sets.size(); ++s) {
      const auto& representations = period_.adaptation_sets[s].representations;
      for (std::size_t r = 0; r < representations.size(); ++r) {
        if (&representations[r] == found) add(s, r);
      }
    }
  }

  // Sound: the best of a modest bitrate; text: the first.
  [[nodiscard]] std::optional<std::size_t> representation_of(const AdaptationSet& set) const {
    std::optional<std::size_t> best;
    for (std::size_t r = 0; r < set.representations.size(); ++r) {
      const Representation& candidate = set.representations[r];
      const bool is_media = set.kind != TrackKind::kText;
      if (!is_understood(candidate) || (is_media && !device_.can_decode(candidate.codecs)))
        continue;
      const bool is_modest = candidate.bandwidth <= kTypicalAudio;
      if (!best || (is_media && is_modest)) best = r;
    }
    return best;
  }

  void add_best(std::size_t set) {
    if (const auto best = representation_of(period_.adaptation_sets[set])) add(set, *best);
  }

  const Presentation& presentation_;
  const std::size_t number_;
  const Period& period_;
  const TrackWishes& wishes_;
  const TrackDevice& device_;
  std::optional<std::pair<std::size_t, std::size_t>> video_;
  std::optional<std::size_t> substitute_;  // sound of another language than wished
  std::set<ChosenTrack> chosen_;
};

}  // namespace

Result<std::vector<ChosenTrack>> choose_tracks(const Presentation& presentation,
                                               const TrackWishes& wishes,
                                               const TrackDevice& device) {
  std::vector<ChosenTrack> all;
  for (std::size_t p = 0; p < presentation.periods.size(); ++p) {
    PeriodChoice choice(presentation, p, wishes, device);
    if (auto done = choice.run(); !done) return std::move(done).error();
    all.insert(all.end(), choice.chosen().begin(), choice.chosen().end());
  }
  return all;
}

std::vector<std::string> representation_ids(const Presentation& presentation,
                                            const std::vector<ChosenTrack>& tracks) {
  std::vector<std::string> ids;
  std::set<std::string_view> known;
  for (const ChosenTrack& track : tracks) {
    const AdaptationSet& set = presentation.periods[track.period].adaptation_sets[track.set];
    const std::string& id = set.representations[track.representation].id;
    if (known.insert(id).second) ids.push_back(id);
  }
  return ids;
}

std::optional<std::vector<ChosenTrack>> find_tracks(const Presentation& presentation,
                                                    const std::vector<std::string>& ids) {
  const std::set<std::string_view> wanted(ids.begin(), ids.end());
  std::set<std::string_view> found;
  std::vector<ChosenTrack> tracks;
  for (std::size_t p = 0; p < presentation.periods.size(); ++p) {
    const auto& sets = presentation.periods[p].adaptation_sets;
    for (std::size_t s = 0; s < sets.size(); ++s) {
      for (std::size_t r = 0; r < sets[s].representations.size(); ++r) {
        const std::string& id = sets[s].representations[r].id;
        if (wanted.count(id) == 0) continue;
        found.insert(id);
        tracks.push_back({p, s, r});
      }
    }
  }
  if (found.size() != wanted.size() || tracks.empty()) return std::nullopt;
  return tracks;
}

}  // namespace playhead::offline
