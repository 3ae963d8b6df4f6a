// SPDX-License-Identifier: Apache-2.0
#include "streaming/track_selection.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace playhead {

namespace {

// "en-GB" serves somebody who asks for "en", and the other way round (RFC 4647 §3.3 basic
// filtering).
bool same_language(std::string_view wanted, std::string_view offered) {
  const auto primary = [](std::string_view tag) { return tag.substr(0, tag.find('-')); };
  return !wanted.empty() && primary(wanted) == primary(offered);
}

bool has_role(const AdaptationSet& set, std::string_view role) {
  return std::find(set.roles.begin(), set.roles.end(), role) != set.roles.end();
}

// What DASH says by roles or Accessibility (ISO/IEC 23009-1 5.8.5.5, TS 101 154 AudioPurposeCS 1),
// HLS by CHARACTERISTICS (RFC 8216bis §4.4.6.1).
bool plays_role(const AdaptationSet& set, std::string_view role) {
  if (has_role(set, role)) return true;
  if (role != "description") return false;
  return std::any_of(
      set.accessibilities.begin(), set.accessibilities.end(), [](const Descriptor& access) {
        if (access.scheme == "hls:trait") {
          return access.value == "public.accessibility.describes-video";
        }
        return access.scheme == "urn:tva:metadata:cs:AudioPurposeCS:2007" && access.value == "1";
      });
}

// The fewest channels that are missing win, then the fewest too many.
int channel_score(int wanted, int offered) {
  constexpr int kMost = 60;
  constexpr int kEach = 3;
  if (wanted <= 0 || offered <= 0) return 0;
  if (offered <= wanted) return kMost - kEach * std::min(wanted - offered, 9);
  return kMost / 2 - kEach * std::min(offered - wanted, 9);
}

// Wishes about sound of the right language. Together they weigh less than the language does, each
// more than the manifest's default.
int wish_score(const AdaptationSet& set, const TrackPreferences& preferences) {
  const auto has_codec = [&](const Representation& representation) {
    return representation.codecs.rfind(preferences.audio_codec, 0) == 0;
  };
  const auto& representations = set.representations;
  int score = 0;
  const std::string& role = preferences.audio_role;
  if (!role.empty() && plays_role(set, role)) score += 400;
  if (!preferences.audio_label.empty() && set.label == preferences.audio_label) score += 200;
  if (!preferences.audio_codec.empty() &&
      std::any_of(representations.begin(), representations.end(), has_codec)) {
    score += 100;
  }
  return score + channel_score(preferences.audio_channels, representations.front().channels);
}

// Higher is better; only sets of the right kind are compared.
int audio_score(const AdaptationSet& set, const TrackPreferences& preferences,
                const std::string& group) {
  int score = 0;
  const bool is_other_language = !set.language.empty() && !preferences.audio_language.empty() &&
                                 !same_language(preferences.audio_language, set.language);
  if (!preferences.audio_id.empty() && set.id == preferences.audio_id && !is_other_language) {
    score += 10'000;
  }
  // HLS: only the group the variants name belongs to them.
  if (group.empty() || set.group == group) score += 4'000;
  if (set.language == preferences.audio_language && !set.language.empty()) score += 200;
  if (same_language(preferences.audio_language, set.language)) score += 1'000;
  score += wish_score(set, preferences);
  if (set.is_default || has_role(set, "main")) score += 8;
  for (const char* role : {"commentary", "description"}) {
    if (plays_role(set, role) && preferences.audio_role != role) score -= 12;
  }
  return score;
}

// Whoever ignores them shows the same pictures and hears the same sound: decoders read what they
// say from the media itself (ISO/IEC 23091-2).
constexpr std::array<std::string_view, 4> kHarmless{
    "urn:mpeg:mpegB:cicp:ColourPrimaries", "urn:mpeg:mpegB:cicp:MatrixCoefficients",
    "urn:mpeg:mpegB:cicp:TransferCharacteristics", "urn:mpeg:mpegB:cicp:VideoFullRangeFlag"};

constexpr std::string_view kCaptionPrefix = "captions:";

// Text for those who want none, as the sound's language is theirs: signs, foreign talk.
bool is_forced_for(const AdaptationSet& set, const AdaptationSet* audio,
                   const TrackPreferences& preferences) {
  if (!set.is_forced || !preferences.allows_forced_text) return false;
  if (preferences.text_id.starts_with(kCaptionPrefix)) return false;
  const std::string& sound =
      audio && !audio->language.empty() ? audio->language : preferences.audio_language;
  return sound.empty() || set.language.empty() || same_language(sound, set.language);
}

// Higher is better; 0: not shown.
int text_score(const AdaptationSet& set, const AdaptationSet* audio,
               const TrackPreferences& preferences, const std::string& group) {
  const bool is_other_language = !set.language.empty() && !preferences.text_language.empty() &&
                                 !same_language(preferences.text_language, set.language);
  int score = 0;
  if (!preferences.text_id.empty() && set.id == preferences.text_id && !is_other_language) {
    score = 1000;
  } else if (!set.is_forced && same_language(preferences.text_language, set.language)) {
    score = set.language == preferences.text_language ? 250 : 240;
  } else if (is_forced_for(set, audio, preferences)) {
    score = 10;
  }
  if (score == 0) return 0;
  if (set.is_default || has_role(set, "main")) score += 20;
  // HLS: only the group the variants name belongs to them.
  if (group.empty() || set.group == group) score += 100;
  return score;
}

// Text in the sound's language that is no forced text as a whole, but may hold some: only TTML can
// say so of a single cue (IMSC1 §itts:forcedDisplay). Higher is better; 0: it does not serve.
int forced_cues_score(const AdaptationSet& set, const AdaptationSet* audio,
                      const TrackPreferences& preferences, const std::string& group) {
  const bool wants_none = !preferences.allows_forced_text || !preferences.text_id.empty();
  if (wants_none || set.is_forced || set.is_encrypted || !set.trick_mode_for.empty()) return 0;
  const std::string& codecs = set.representations.front().codecs;
  const std::string& sound =
      audio && !audio->language.empty() ? audio->language : preferences.audio_language;
  if (!codecs.starts_with("stpp") && !codecs.starts_with("ttml")) return 0;
  if (!same_language(sound, set.language)) return 0;
  const bool is_main = set.is_default || has_role(set, "main");
  return 1 + (is_main ? 1 : 0) + (group.empty() || set.group == group ? 2 : 0);
}

bool are_known(const std::vector<Descriptor>& properties) {
  return std::all_of(properties.begin(), properties.end(), [](const Descriptor& property) {
    return std::find(kHarmless.begin(), kHarmless.end(), property.scheme) != kHarmless.end();
  });
}

std::optional<std::size_t> best_of(const Period& period, TrackKind kind,
                                   const std::function<int(const AdaptationSet&)>& score_of) {
  std::optional<std::size_t> best;
  int best_score = 0;
  for (std::size_t i = 0; i < period.adaptation_sets.size(); ++i) {
    if (period.adaptation_sets[i].kind != kind) continue;
    if (!period.adaptation_sets[i].trick_mode_for.empty()) continue;  // key frames only
    if (!is_understood(period.adaptation_sets[i])) continue;
    const int score = score_of(period.adaptation_sets[i]);
    if (!best || score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

bool is_understood(const Representation& representation) {
  return are_known(representation.essential_properties);
}

bool is_understood(const AdaptationSet& set) {
  const auto& representations = set.representations;
  return are_known(set.essential_properties) &&
         std::any_of(representations.begin(), representations.end(),
                     [](const Representation& r) { return is_understood(r); });
}

bool is_offered(const AdaptationSet& set) {
  const bool is_heard_or_read = set.kind == TrackKind::kAudio || set.kind == TrackKind::kText;
  return is_heard_or_read && set.trick_mode_for.empty() && is_understood(set);
}

std::string caption_id(const AdaptationSet::ClosedCaption& caption) {
  return std::string(kCaptionPrefix) + caption.channel;
}

int caption_channel(const AdaptationSet::ClosedCaption& caption) {
  const std::string& name = caption.channel;
  const bool is_608 =
      name.size() == 3 && name.starts_with("CC") && name[2] >= '1' && name[2] <= '4';
  return is_608 ? name[2] - '0' : 0;
}

const AdaptationSet::ClosedCaption* select_caption(const AdaptationSet& video,
                                                   const AdaptationSet* text,
                                                   const TrackPreferences& preferences) {
  const AdaptationSet::ClosedCaption* of_language = nullptr;
  for (const AdaptationSet::ClosedCaption& caption : video.closed_captions) {
    if (caption_channel(caption) == 0) continue;
    if (!preferences.text_id.empty() && preferences.text_id == caption_id(caption)) return &caption;
    if (!of_language && same_language(preferences.text_language, caption.language)) {
      of_language = &caption;
    }
  }
  return text && !text->is_forced ? nullptr : of_language;
}

std::vector<PeriodTracks> select_tracks(const Presentation& presentation,
                                        const TrackPreferences& preferences,
                                        const SetPredicate& can_decode,
                                        const SetPredicate& can_open) {
  const auto handicap = [&](const AdaptationSet& set) {
    constexpr int kUndecodable = -200'000;
    constexpr int kClosed = -100'000;
    const bool is_open = !set.is_encrypted || (can_open && can_open(set));
    return (can_decode(set) ? 0 : kUndecodable) + (is_open ? 0 : kClosed);
  };
  std::vector<PeriodTracks> tracks;
  for (const Period& period : presentation.periods) {
    PeriodTracks chosen;
    chosen.video = best_of(period, TrackKind::kVideo, [&](const AdaptationSet& set) {
      return handicap(set) + (has_role(set, "main") ? 1 : 0);
    });
    std::string group;
    if (chosen.video) {
      group = period.adaptation_sets[*chosen.video].representations.front().audio_group;
    }
    chosen.audio = best_of(period, TrackKind::kAudio, [&](const AdaptationSet& set) {
      return handicap(set) + audio_score(set, preferences, group);
    });
    const AdaptationSet* audio = chosen.audio ? &period.adaptation_sets[*chosen.audio] : nullptr;
    if (chosen.video) {
      group = period.adaptation_sets[*chosen.video].representations.front().text_group;
    }
    const auto score_text = [&](const AdaptationSet& set) {
      return set.is_encrypted ? 0 : text_score(set, audio, preferences, group);
    };
    chosen.text = best_of(period, TrackKind::kText, score_text);
    if (chosen.text && score_text(period.adaptation_sets[*chosen.text]) == 0) chosen.text.reset();
    const auto score_forced = [&](const AdaptationSet& set) {
      return forced_cues_score(set, audio, preferences, group);
    };
    if (!chosen.text) chosen.text_with_forced = best_of(period, TrackKind::kText, score_forced);
    if (chosen.text_with_forced &&
        score_forced(period.adaptation_sets[*chosen.text_with_forced]) == 0) {
      chosen.text_with_forced.reset();
    }
    tracks.push_back(chosen);
  }
  return tracks;
}

}  // namespace playhead
