// SPDX-License-Identifier: Apache-2.0
#include "streaming/track_selection.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

AdaptationSet audio(const char* id, const char* language, const char* group = "",
                    bool is_default = false) {
  AdaptationSet set;
  set.id = id;
  set.kind = TrackKind::kAudio;
  set.language = language;
  set.group = group;
  set.is_default = is_default;
  set.representations.resize(1);
  return set;
}

AdaptationSet video(const char* audio_group = "") {
  AdaptationSet set;
  set.id = "v";
  set.kind = TrackKind::kVideo;
  set.representations.resize(1);
  set.representations[0].audio_group = audio_group;
  return set;
}

bool any_codec(const AdaptationSet&) { return true; }

TEST_CASE("is_offered: sound and text, but none that is there for trick play") {
  struct Case {
    const char* name;
    TrackKind kind;
    const char* trick_mode_for;
    bool is_offered;
  };
  const Case cases[] = {
      {"sound", TrackKind::kAudio, "", true},
      {"text", TrackKind::kText, "", true},
      {"pictures are one track", TrackKind::kVideo, "", false},
      {"thumbnails", TrackKind::kImage, "", false},
      {"key frames", TrackKind::kVideo, "v", false},
      {"sound for trick play", TrackKind::kAudio, "v", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    AdaptationSet set;
    set.kind = c.kind;
    set.trick_mode_for = c.trick_mode_for;
    set.representations.resize(1);
    CHECK(is_offered(set) == c.is_offered);
  }
}

TEST_CASE("select_tracks: nothing that an unknown EssentialProperty belongs to") {
  const std::vector<Descriptor> unknown{{"urn:example:essential", "1", ""}};
  const std::vector<Descriptor> colours{{"urn:mpeg:mpegB:cicp:ColourPrimaries", "9", ""}};
  struct Case {
    const char* name;
    std::vector<Descriptor> of_set, of_first, of_second;
    bool is_selected;
  };
  const Case cases[] = {
      {"none", {}, {}, {}, true},
      {"of the set", unknown, {}, {}, false},
      {"what decoders know", colours, colours, colours, true},
      {"one of several is unknown", {colours[0], unknown[0]}, {}, {}, false},
      {"of each Representation", {}, unknown, unknown, false},
      {"of one Representation", {}, unknown, {}, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    AdaptationSet odd = audio("odd", "en", "", true);
    odd.essential_properties = c.of_set;
    odd.representations.resize(2);
    odd.representations[0].essential_properties = c.of_first;
    odd.representations[1].essential_properties = c.of_second;
    Presentation presentation;
    presentation.periods.resize(1);
    presentation.periods[0].adaptation_sets = {odd, audio("plain", "de")};
    const auto tracks = select_tracks(presentation, {"en", "odd"}, any_codec);
    CHECK(tracks[0].audio == (c.is_selected ? 0 : 1));
    CHECK(is_offered(odd) == c.is_selected);
    presentation.periods[0].adaptation_sets.pop_back();
    CHECK(select_tracks(presentation, {}, any_codec)[0].audio.has_value() == c.is_selected);
  }
}

TEST_CASE("select_tracks: neither thumbnails nor trick play, whatever language they have") {
  Presentation presentation;
  presentation.periods.resize(1);
  AdaptationSet tiles = audio("tiles", "de");
  tiles.kind = TrackKind::kImage;
  AdaptationSet fast_sound = audio("fast-sound", "de", "", true);
  fast_sound.trick_mode_for = "v";
  AdaptationSet key_frames = video();
  key_frames.trick_mode_for = "v";
  key_frames.roles = {"main"};
  presentation.periods[0].adaptation_sets = {tiles, fast_sound, key_frames, video(),
                                             audio("en", "en")};
  const TrackPreferences wishes[] = {{"de", ""}, {"de", "tiles"}, {"", "fast-sound"}};
  for (const TrackPreferences& wish : wishes) {
    CAPTURE(wish.audio_id);
    const auto tracks = select_tracks(presentation, wish, any_codec);
    CHECK(tracks[0].video == std::size_t{3});
    CHECK(tracks[0].audio == std::size_t{4});
  }
}

TEST_CASE("select_tracks: what cannot be decoded is the last resort") {
  Presentation presentation;
  presentation.periods.resize(1);
  AdaptationSet main = video();
  main.roles = {"main"};
  presentation.periods[0].adaptation_sets = {main, video(), audio("a", "en", "", true),
                                             audio("b", "de")};
  const auto second_ones = [&](const AdaptationSet& set) {
    return set.id == "b" || (set.kind == TrackKind::kVideo && set.roles.empty());
  };
  const auto tracks = select_tracks(presentation, {"en", ""}, second_ones);
  CHECK(tracks[0].video == std::size_t{1});
  CHECK(tracks[0].audio == std::size_t{3});
  const auto none = select_tracks(presentation, {}, [](const AdaptationSet&) { return false; });
  CHECK(none[0].video == std::size_t{0});
}

TEST_CASE("select_tracks: a clear AdaptationSet goes before an encrypted one") {
  Presentation presentation;
  presentation.periods.resize(1);
  AdaptationSet main = video();
  main.roles = {"main"};
  main.is_encrypted = true;
  AdaptationSet wanted = audio("a", "en", "", true);
  wanted.is_encrypted = true;
  presentation.periods[0].adaptation_sets = {main, video(), wanted, audio("b", "de")};
  const auto tracks = select_tracks(presentation, {"en", ""}, any_codec);
  CHECK(tracks[0].video == std::size_t{1});
  CHECK(tracks[0].audio == std::size_t{3});
  // Unless it can be opened.
  const auto opened =
      select_tracks(presentation, {"en", ""}, any_codec, [](const AdaptationSet&) { return true; });
  CHECK(opened[0].video == std::size_t{0});
  CHECK(opened[0].audio == std::size_t{2});
}

TEST_CASE("select_tracks: the sound that is wanted, else the default") {
  Presentation presentation;
  presentation.periods.resize(1);
  presentation.periods[0].adaptation_sets = {
      video("aac"), audio("en", "en", "aac"), audio("de", "de", "aac", true),
      audio("fr", "fr-CA", "aac"), audio("other", "fr", "ac3")};
  struct Case {
    const char* name;
    TrackPreferences preferences;
    std::size_t audio;
  };
  const Case cases[] = {
      {"no wish: the default", {"", ""}, 2},
      {"exact language", {"en", ""}, 1},
      {"primary language is enough; the group of the variants counts", {"fr", ""}, 3},
      {"unknown language: the default", {"ja", ""}, 2},
      {"a choice by hand wins", {"", "en"}, 1},
      {"among those of its language, too", {"fr", "other"}, 4},
      {"a choice that is gone does not", {"en", "xx"}, 1},
      {"nor does its id where it stands for another language", {"en", "de"}, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto tracks = select_tracks(presentation, c.preferences, any_codec);
    REQUIRE(tracks.size() == 1);
    CHECK(tracks[0].video == std::size_t{0});
    CHECK(tracks[0].audio == c.audio);
  }
}

TEST_CASE("select_tracks: role, label, codec and channels among tracks of one language") {
  const auto described = [](const char* id, const char* language, const char* codec, int channels) {
    AdaptationSet set = audio(id, language);
    set.representations[0].codecs = codec;
    set.representations[0].channels = channels;
    return set;
  };
  AdaptationSet main = described("main", "en", "mp4a.40.2", 2);
  main.is_default = true;
  main.roles = {"main"};
  AdaptationSet comments = described("comments", "en", "mp4a.40.2", 2);
  comments.roles = {"commentary"};
  comments.label = "Director";
  AdaptationSet blind = described("blind", "en", "mp4a.40.2", 2);
  blind.accessibilities = {{"hls:trait", "public.accessibility.describes-video", ""}};
  AdaptationSet dash_blind = described("dash-blind", "de", "mp4a.40.2", 2);
  dash_blind.accessibilities = {{"urn:tva:metadata:cs:AudioPurposeCS:2007", "1", ""}};
  Presentation presentation;
  presentation.periods.resize(1);
  presentation.periods[0].adaptation_sets = {main,
                                             comments,
                                             blind,
                                             described("surround", "en", "ec-3", 6),
                                             dash_blind,
                                             described("german", "de", "mp4a.40.2", 2),
                                             described("mono", "de", "mp4a.40.5", 1)};
  struct Case {
    const char* name;
    const char* language;
    const char* role;
    int channels;
    const char* codec;
    const char* label;
    const char* audio_id;  // by hand
    const char* chosen;
  };
  const Case cases[] = {
      {"no wish", "", "", 0, "", "", "", "main"},
      {"commentary", "en", "commentary", 0, "", "", "", "comments"},
      {"a role without a language", "", "commentary", 0, "", "", "", "comments"},
      {"the language before the role", "de", "commentary", 0, "", "", "", "german"},
      {"HLS description", "en", "description", 0, "", "", "", "blind"},
      {"DASH description", "de", "description", 0, "", "", "", "dash-blind"},
      {"description is not for everybody", "de", "", 0, "", "", "", "german"},
      {"six channels", "en", "", 6, "", "", "", "surround"},
      {"eight: the nearest below", "en", "", 8, "", "", "", "surround"},
      {"one channel", "de", "", 1, "", "", "", "mono"},
      {"stereo is the default anyway", "en", "", 2, "", "", "", "main"},
      {"a codec", "en", "", 0, "ec-3", "", "", "surround"},
      {"the codec before the channels", "de", "", 2, "mp4a.40.5", "", "", "mono"},
      {"a label", "en", "", 0, "", "Director", "", "comments"},
      {"a label nobody has", "en", "", 0, "", "Producer", "", "main"},
      {"the choice by hand before all", "en", "commentary", 6, "ec-3", "Director", "blind",
       "blind"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TrackPreferences preferences{c.language, c.audio_id};
    preferences.audio_role = c.role;
    preferences.audio_channels = c.channels;
    preferences.audio_codec = c.codec;
    preferences.audio_label = c.label;
    const auto tracks = select_tracks(presentation, preferences, any_codec);
    CHECK(presentation.periods[0].adaptation_sets[*tracks[0].audio].id == c.chosen);
  }
}

TEST_CASE("select_tracks: roles matter, and what is missing is missing") {
  Presentation presentation;
  presentation.periods.resize(2);
  AdaptationSet main = audio("main", "en");
  main.roles = {"main"};
  AdaptationSet comments = audio("comments", "en");
  comments.roles = {"commentary"};
  presentation.periods[0].adaptation_sets = {comments, main};
  presentation.periods[1].adaptation_sets = {video()};
  const auto tracks = select_tracks(presentation, {}, any_codec);
  CHECK_FALSE(tracks[0].video.has_value());
  CHECK(tracks[0].audio == std::size_t{1});
  CHECK(tracks[1].video == std::size_t{0});
  CHECK_FALSE(tracks[1].audio.has_value());
}

TEST_CASE("select_tracks: without subtitles, text that may hold forced cues serves for these") {
  struct Case {
    const char* name;
    const char* language;  // of the text
    const char* codecs;
    bool is_forced, is_encrypted;
    const char* wanted;  // text language
    bool allows_forced;
    bool shown, for_forced_cues;
  };
  const Case cases[] = {
      {"TTML in MP4", "en", "stpp.ttml.im1t", false, false, "", true, false, true},
      {"a regional tag", "en-GB", "stpp", false, false, "", true, false, true},
      {"another language than the sound's", "fr", "stpp", false, false, "", true, false, false},
      {"WebVTT cannot say so", "en", "wvtt", false, false, "", true, false, false},
      {"forced as a whole", "en", "stpp", true, false, "", true, true, false},
      {"chosen, then all of it", "en", "stpp", false, false, "en", true, true, false},
      {"no text at all", "en", "stpp", false, false, "", false, false, false},
      {"encrypted", "en", "stpp", false, true, "", true, false, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Presentation presentation;
    presentation.periods.resize(1);
    AdaptationSet text;
    text.id = "t";
    text.kind = TrackKind::kText;
    text.language = c.language;
    text.is_forced = c.is_forced;
    text.is_encrypted = c.is_encrypted;
    text.representations.resize(1);
    text.representations[0].codecs = c.codecs;
    presentation.periods[0].adaptation_sets = {video(), audio("a", "en"), text};
    TrackPreferences preferences;
    preferences.text_language = c.wanted;
    preferences.allows_forced_text = c.allows_forced;
    const auto tracks = select_tracks(presentation, preferences, any_codec);
    CHECK(tracks[0].text.has_value() == c.shown);
    CHECK(tracks[0].text_with_forced.has_value() == c.for_forced_cues);
  }
}

}  // namespace
}  // namespace playhead
