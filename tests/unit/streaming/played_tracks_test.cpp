// SPDX-License-Identifier: Apache-2.0
#include "streaming/played_tracks.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

AdaptationSet make_set(TrackKind kind, const char* codecs, bool is_encrypted = false) {
  AdaptationSet set;
  set.kind = kind;
  set.is_encrypted = is_encrypted;
  set.representations.resize(1);
  set.representations[0].codecs = codecs;
  return set;
}

const AdaptationSet kPictures = make_set(TrackKind::kVideo, "avc1");
const AdaptationSet kSound = make_set(TrackKind::kAudio, "mp4a");
const AdaptationSet kUnknownPictures = make_set(TrackKind::kVideo, "unheard-of");
const AdaptationSet kUnknownSound = make_set(TrackKind::kAudio, "unheard-of");
const AdaptationSet kLockedSound = make_set(TrackKind::kAudio, "mp4a", true);

PlayedTracks played(std::vector<std::vector<AdaptationSet>> periods) {
  auto presentation = std::make_shared<Presentation>();
  for (std::size_t i = 0; i < periods.size(); ++i) {
    Period period;
    period.start = MediaTime{static_cast<int64_t>(i) * 10'000'000};
    period.adaptation_sets = std::move(periods[i]);
    presentation->periods.push_back(std::move(period));
  }
  return PlayedTracks(std::move(presentation), {}, [](const AdaptationSet& set) {
    return set.representations[0].codecs != "unheard-of";
  });
}

TEST_CASE("played tracks: whether a Period can be played") {
  struct Case {
    const char* name;
    std::vector<AdaptationSet> sets;
    std::optional<ErrorCode> error;
    bool plays_audio;
    bool leaves_sound_out;
  };
  const Case cases[] = {
      {"both", {kPictures, kSound}, {}, true, false},
      {"nothing at all", {}, {}, false, false},
      {"sound that cannot be decoded is left out", {kPictures, kUnknownSound}, {}, false, true},
      {"unless it is all there is", {kUnknownSound}, ErrorCode::kNoPlayableTrack, true, false},
      {"pictures are not", {kUnknownPictures, kSound}, ErrorCode::kNoPlayableTrack, true, false},
      {"encrypted sound", {kPictures, kLockedSound}, ErrorCode::kDrmNoSystem, true, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const PlayedTracks tracks = played({{kPictures, kSound}, c.sets});
    CHECK(tracks.check(0).has_value());
    const Result<void> checked = tracks.check(1);
    CHECK(checked.has_value() == !c.error.has_value());
    if (!checked && c.error) CHECK(checked.error().code == *c.error);
    CHECK((tracks.set(TrackKind::kAudio, 1) != nullptr) == c.plays_audio);
    CHECK((tracks.left_out() != nullptr) == c.leaves_sound_out);
  }
}

TEST_CASE("played tracks: Periods, and which track brings the sound") {
  const PlayedTracks tracks = played({{kSound}, {kPictures}, {kPictures, kSound}});
  CHECK(tracks.period_at(MediaTime{-5}) == 0);
  CHECK(tracks.period_at(MediaTime{9'999'999}) == 0);
  CHECK(tracks.period_at(MediaTime{10'000'000}) == 1);
  CHECK(tracks.period_at(MediaTime::max()) == 2);
  CHECK(tracks.end_of(0) == MediaTime{10'000'000});
  CHECK(tracks.end_of(2) == MediaTime::max());
  CHECK(tracks.brings_sound(TrackKind::kAudio, 0, 1));
  CHECK_FALSE(tracks.brings_sound(TrackKind::kAudio, 1, 2));
  CHECK(tracks.brings_sound(TrackKind::kVideo, 0, 3));
  CHECK_FALSE(tracks.brings_sound(TrackKind::kVideo, 2, 9));
  CHECK(tracks.has(TrackKind::kVideo));
  CHECK_FALSE(played({{kSound}}).has(TrackKind::kVideo));
}

TEST_CASE("played tracks: Periods keep their numbers over refreshes") {
  const auto listing = [](std::vector<std::string> ids) {
    auto presentation = std::make_shared<Presentation>();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      Period period;
      period.id = ids[i];
      period.start = MediaTime{std::stoll(ids[i]) * 1'000'000};
      period.adaptation_sets = {kPictures};
      presentation->periods.push_back(std::move(period));
    }
    return presentation;
  };
  const auto anything = [](const AdaptationSet&) { return true; };
  const PlayedTracks before(listing({"10", "20", "30"}), {}, anything);
  struct Case {
    const char* name;
    std::vector<std::string> ids;
    std::size_t first, last;
  };
  const Case cases[] = {
      {"the same", {"10", "20", "30"}, 0, 2},
      {"one more", {"10", "20", "30", "40"}, 0, 3},
      {"the first has gone", {"20", "30", "40"}, 1, 3},
      {"all have gone", {"50"}, 3, 3},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const PlayedTracks after(listing(c.ids), {}, anything, &before);
    CHECK(after.first() == c.first);
    CHECK(after.last() == c.last);
    CHECK(after.period(c.last).id == c.ids.back());
    CHECK(after.period_at(MediaTime::max()) == c.last);
    CHECK((after.set(TrackKind::kVideo, 0) != nullptr) == (c.first == 0));
    CHECK(after.period(0).id == c.ids.front());
    CHECK(after.end_of(c.last) == MediaTime::max());
  }
  const PlayedTracks later(listing({"30", "40"}), {}, anything, &before);
  const PlayedTracks again(listing({"20", "30", "40"}), {}, anything, &later);
  CHECK(again.first() == 1);  // M13 M21: what went is back
  CHECK(again.period(2).id == "30");
}

TEST_CASE("M13 M21 played tracks: older Periods than any known leave the numbers of the others") {
  const auto listing = [](std::vector<std::string> ids) {
    auto presentation = std::make_shared<Presentation>();
    presentation->type = PresentationType::kLive;
    for (const std::string& id : ids) {
      Period period;
      period.id = id;
      period.start = MediaTime{std::stoll(id) * 1'000'000};
      presentation->periods.push_back(std::move(period));
    }
    return presentation;
  };
  const auto anything = [](const AdaptationSet&) { return true; };
  const PlayedTracks first(listing({"30", "40"}), {}, anything);
  const std::size_t number = first.period_at(MediaTime{40'000'000});
  const PlayedTracks older(listing({"10", "20", "30", "40"}), {}, anything, &first);
  CHECK(older.period_at(MediaTime{40'000'000}) == number);
  CHECK(older.period(number).id == "40");
  CHECK(older.last() - older.first() == 3);
  const PlayedTracks newer(listing({"40", "50"}), {}, anything, &older);
  CHECK(newer.first() == number);
}

}  // namespace
}  // namespace playhead
