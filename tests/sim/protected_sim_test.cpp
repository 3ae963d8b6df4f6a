// SPDX-License-Identifier: Apache-2.0
// Protected titles: real encrypted media, the real engine, FFmpeg and Clear Key; only the network,
// the licence service and time are simulated.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protected_world.h"

namespace playhead::test {
namespace {

constexpr std::size_t kPictures = 82;   // of the title, 30000/1001 a second
constexpr std::size_t kClearLead = 30;  // of them
constexpr Duration kPicture = 33'367us;

MonotonicTime shown_at(const ProtectedWorld& play, std::size_t picture) {
  return play.world.screen->shown().at(picture).at;
}

std::optional<MonotonicTime> time_of_failure(const ProtectedWorld& play) {
  for (const Event& event : play.world.events) {
    if (std::holds_alternative<Failed>(event.payload)) return event.time;
  }
  return std::nullopt;
}

SimLink slow_link() { return SimLink::constant(2'000'000, 50ms); }

// Pictures of a codec, so often one behind the other: 2.7 s with a key frame each second, of which
// the first is clear. All of one key.
struct Pictures {
  const char* folder;
  const char* file;
  const char* codecs;
  int index;  // where it begins in the file; of 68 bytes
};
constexpr Pictures kAvc{"encryption", "bear-640x360-video.mp4", "avc1.64001e", 1138};
constexpr Pictures kHevc{"hevc-with-encryption", "bear-640x360-hevc-video.mp4", "hev1.1.6.L63.90",
                         3222};
constexpr Pictures kVp9{"opus-vp9-mp4-with-encryption", "bear-320x240-vp9-opus-video.mp4",
                        "vp09.00.11.08", 1074};
constexpr int kRepeats = 12;
constexpr int64_t kRepeatUs = 2'736'067, kKeyFrameUs = 1'000'000;

void load_pictures(ProtectedWorld& play, const Pictures& pictures) {
  std::string mpd = ProtectedWorld::mpd_of("encryption", kRepeats);
  const auto replace_all = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = mpd.find(from, at)) != std::string::npos; at += to.size()) {
      mpd.replace(at, from.size(), to);
    }
  };
  const std::string sound = "<AdaptationSet id=\"0\"", video = "<AdaptationSet id=\"1\"";
  for (std::size_t at = 0; (at = mpd.find(sound)) != std::string::npos;) {
    mpd.erase(at, mpd.find(video, at) - at);
  }
  const std::string index = std::to_string(pictures.index);
  replace_all(kAvc.file, pictures.file);
  replace_all(kAvc.codecs, pictures.codecs);
  replace_all("1138-1205", index + '-' + std::to_string(pictures.index + 67));
  replace_all("0-1137", "0-" + std::to_string(pictures.index - 1));
  play.world.start_app();
  play.load_mpd(pictures.folder, mpd);
}

bool is_clear(MediaTime picture) { return picture.us % kRepeatUs < kKeyFrameUs; }

}  // namespace

TEST_CASE("protected: every picture and all sound are those of the clear title") {
  if (!has_protected_media()) return;
  for (const char* folder : {"encryption", "encryption-cbcs", "live-profile-and-key-rotation"}) {
    CAPTURE(std::string(folder));
    ProtectedWorld play;
    play.world.start_app();
    play.load(folder);
    REQUIRE(play.play_out(20s));
    INFO(play.world.log());
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.find<Ended>());
    CHECK(play.world.screen->shown().size() == kPictures);
    // 2.74 s, of which the first tenth is silence in the clear title, too.
    CHECK(play.world.speaker->heard_s(play.world.executor.now()) ==
          doctest::Approx(2.624).epsilon(0.002));
    CHECK(play.world.all<Summary>().at(0).qoe.rebuffer_count == 0);
    CHECK(play.requests >= 1);
  }
}

TEST_CASE("protected: a key that follows another is asked for a segment before it is needed") {
  if (!has_protected_media()) return;
  ProtectedWorld play(slow_link());  // twice as fast as the media
  play.latency = 1s;                 // a segment
  play.world.start_app();
  play.load("live-profile-and-key-rotation");
  REQUIRE(play.play_out(20s));
  INFO(play.world.log());
  CHECK_FALSE(play.world.find<Failed>());
  REQUIRE(play.world.screen->shown().size() == kPictures);
  CHECK(play.world.all<Summary>().at(0).qoe.rebuffer_count == 0);
  // The first is for the id in the init segments, which is of no key. The first segments, of 30 pictures, are
  // clear; then each brings another key, that of the sound a segment before that of the pictures.
  REQUIRE(play.requests == 4);
  constexpr std::size_t kNeededAt[] = {0, 30, 30, 60};
  for (std::size_t i = 1; i < 4; ++i) {
    CAPTURE(i);
    CHECK(shown_at(play, kNeededAt[i]) - play.asked_at.at(i) >= 1s);
  }
  CHECK(play.asked_at[3] > play.asked_at[1]);  // not all of them at once
}

TEST_CASE("D03 protected: a licence that is late delays what needs it, and nothing else") {
  if (!has_protected_media()) return;
  ProtectedWorld prompt, late;
  late.latency = 4s;
  for (ProtectedWorld* play : {&prompt, &late}) {
    play->world.start_app();
    play->load("encryption");
  }
  REQUIRE(prompt.play_out(20s));
  REQUIRE(late.world.run_until_event<FirstFrame>(5s));
  const MonotonicTime start = late.world.executor.now();
  late.world.run_for(2s);
  CHECK(late.world.status()->waits_for_license);
  CHECK(late.world.status()->state == PlayerState::kRebuffering);
  // All but those the decoder keeps until it knows what comes between them.
  CHECK(late.world.screen->shown().size() <= kClearLead);
  CHECK(late.world.screen->shown().size() >= kClearLead - 2);
  CHECK(late.world.status()->video_buffer > 1s);  // it goes on filling
  REQUIRE(late.play_out(20s));
  INFO(late.world.log());
  CHECK_FALSE(late.world.find<Failed>());
  CHECK_FALSE(late.world.status()->waits_for_license);
  // What the decoder had kept may come too late to be shown: sound went on up to its own end.
  const std::size_t shown = late.world.screen->shown().size();
  REQUIRE(shown >= kPictures - 2);
  CHECK(shown <= kPictures);
  for (std::size_t i = 0; i < kClearLead - 2; ++i) {
    const Duration waited = shown_at(late, i) - shown_at(late, 0);
    const Duration due = shown_at(prompt, i) - shown_at(prompt, 0);
    CHECK(waited - due < 1ms);
    CHECK(due - waited < 1ms);
  }
  // The licence was asked for with the first segment.
  CHECK(shown_at(late, kClearLead) - start < 4s + 3 * kPicture);
  CHECK(late.world.all<Warning>().empty());  // nobody took it for a stuck decoder
}

TEST_CASE("D03 D04 D05 protected: what is clear is played, then the play ends and says why") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    int status;
    const char* garbage;
    ErrorCode code;
  };
  const Case cases[] = {
      {"refused", 403, "", ErrorCode::kDrmLicenseRefused},
      {"no licence", 200, "<html>Welcome to the hotel</html>", ErrorCode::kDrmLicense},
      {"a licence for something else", 200,
       R"({"keys":[{"kty":"oct","kid":"AAAAAAAAAAAAAAAAAAAAAA","k":"AAAAAAAAAAAAAAAAAAAAAA"}]})",
       ErrorCode::kDrmLicense},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    play.status = c.status;
    play.garbage = c.garbage;
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(60s));
    INFO(play.world.log());
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == c.code);
    CHECK(play.world.screen->shown().size() == kClearLead);
    const Duration after = *time_of_failure(play) - shown_at(play, kClearLead - 1);
    CHECK(after < 1s);
    CHECK_FALSE(play.world.find<Ended>());
  }
}

TEST_CASE("D04 protected: a service that is busy is asked again, but not for ever") {
  if (!has_protected_media()) return;
  {
    ProtectedWorld play;
    play.busy = 3;
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(60s));
    INFO(play.world.log());
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.find<Ended>());
    CHECK(play.world.screen->shown().size() >= kPictures - 2);  // as if the licence were late
    CHECK(play.requests == 4);
  }
  struct Case {
    const char* name;
    int status;
    Duration latency;
  };
  for (const Case& c : {Case{"busy for ever", 503, 20ms}, Case{"no answer", 200, 1h}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    play.status = c.status;
    play.latency = c.latency;
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(2min));
    INFO(play.world.log());
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmLicenseUnreachable);
    CHECK(play.world.screen->shown().size() >= kClearLead - 2);
    CHECK(play.world.screen->shown().size() <= kClearLead);
  }
}

TEST_CASE("D01 protected: a wrong key is told as one, and nothing of it is shown") {
  if (!has_protected_media()) return;
  for (const char* folder : {"encryption", "encryption-cbcs"}) {
    CAPTURE(std::string(folder));
    ProtectedWorld play;
    for (auto& [kid, key] : play.keys) key = "00112233445566778899aabbccddeeff";
    play.world.start_app();
    play.load(folder);
    REQUIRE(play.play_out(20s));
    INFO(play.world.log());
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmWrongKey);
    CHECK(play.world.screen->shown().size() <= kClearLead);
  }
}

TEST_CASE("protected: damaged descriptions of keys and samples are told as that") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    const char* box;
    std::size_t at;  // in the box's payload
    char value;
    ErrorCode code;
    std::size_t shown;
  };
  for (const Case& c :
       {Case{"vectors of 7 bytes", "tenc", 7, 7, ErrorCode::kDrmInitData, 0},
        Case{"more subsamples than senc holds", "senc", 16, 127, ErrorCode::kDrmSample, kClearLead}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    int damaged = 0;
    play.damage = [&c, &damaged](std::string& body) {
      for (std::size_t at = 0; (at = body.find(c.box, at)) != std::string::npos; ++at) {
        const bool is_pictures = body.find("avcC") != std::string::npos;
        if (!is_pictures) continue;
        body.at(at + 4 + c.at) = c.value;
        ++damaged;
      }
    };
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(30s));
    INFO(play.world.log());
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == c.code);
    CHECK(play.world.screen->shown().size() <= c.shown);
    CHECK(damaged > 0);
  }
}

TEST_CASE("D01 protected: trick play and scrubbing show nothing of a wrong key, and tell of it") {
  if (!has_protected_media()) return;
  for (const Pictures& pictures : {kAvc, kHevc, kVp9}) {
    for (const char* key :
         {"00112233445566778899aabbccddeeff", "ff112233445566778899aabbccddee00"}) {
      CAPTURE(std::string(pictures.codecs));
      ProtectedWorld play;
      for (auto& [kid, bytes] : play.keys) bytes = key;
      load_pictures(play, pictures);
      REQUIRE(play.world.run_until_event<FirstFrame>(20s));
      play.world.player->pause();
      play.world.player->trick_play(4);
      REQUIRE(play.world.run_until_event<Warning>(20s));
      INFO(play.world.log());
      CHECK(play.world.find<Warning>()->error.code == ErrorCode::kDrmWrongKey);
      play.world.forget_events();
      play.world.player->scrub(MediaTime{kRepeatUs + 2 * kKeyFrameUs});
      REQUIRE(play.world.run_until_event<Warning>(20s));
      CHECK(play.world.find<Warning>()->error.code == ErrorCode::kDrmWrongKey);
      for (const auto& shown : play.world.screen->shown()) {
        CAPTURE(shown.time.us);
        CHECK(is_clear(shown.time));
      }
    }
  }
}

TEST_CASE("protected: trick play and scrubbing need a proof of the key, once for all decoders") {
  if (!has_protected_media()) return;
  constexpr MediaTime kTarget{5 * kRepeatUs + 3 * kKeyFrameUs / 2};
  for (const Pictures& pictures : {kAvc, kHevc, kVp9}) {
    for (const bool is_proven : {false, true}) {
      CAPTURE(std::string(pictures.codecs));
      CAPTURE(is_proven);
      ProtectedWorld play;
      load_pictures(play, pictures);
      REQUIRE(play.world.run_until_event<FirstFrame>(20s));
      if (is_proven) play.world.run_for(2s);
      play.world.player->pause();
      play.world.run_for(1s);
      const auto fetched = [&] { return play.world.transport->records().size(); };
      const std::size_t before = fetched();
      play.world.screen->forget();
      play.world.player->scrub(kTarget);
      play.world.run_for(5s);
      const auto& shown = play.world.screen->shown();
      INFO(play.world.log());
      REQUIRE(shown.size() == 1);  // none of those that proved it
      CHECK(shown[0].time <= kTarget);
      CHECK(kTarget - shown[0].time < 1s);
      // The index of that Period and the segment; and, once, what H.264 does not need.
      const bool needs_more = !is_proven && pictures.folder != kAvc.folder;
      CHECK((fetched() - before > 4) == needs_more);
      play.world.screen->forget();
      play.world.player->trick_play(2);
      play.world.run_for(5s);
      CHECK(shown.size() >= 5);
      CHECK(std::count_if(shown.begin(), shown.end(),
                          [](const auto& each) { return !is_clear(each.time); }) >= 3);
      CHECK(play.world.all<Warning>().empty());
    }
  }
}

TEST_CASE(
    "D06 protected: a licence that runs out ends the play, or is renewed and nobody notices") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    int later_status;
    bool plays_on;
  };
  for (const Case& c : {Case{"refused", 403, false}, Case{"renewed", 200, true}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    play.lasts = 9s;
    play.world.start_app();
    play.load("encryption", 6);  // 16.4 s
    REQUIRE(play.world.run_until_event<FirstFrame>(5s));
    REQUIRE(play.last_end);
    const MonotonicTime end = *play.last_end;
    play.status = c.later_status;
    REQUIRE(play.play_out(60s));
    INFO(play.world.log());
    CHECK((play.world.find<Failed>() == nullptr) == c.plays_on);
    CHECK(play.requests >= 2);
    if (c.plays_on) {
      CHECK(play.world.screen->shown().size() == 6 * kPictures);
      CHECK(play.world.all<Summary>().at(0).qoe.rebuffer_count == 0);
    } else {
      REQUIRE(play.world.find<Failed>());
      const ErrorCode code = play.world.find<Failed>()->error.code;
      const bool is_told = code == ErrorCode::kDrmExpired || code == ErrorCode::kDrmLicenseRefused;
      CHECK(is_told);
      CHECK(*time_of_failure(play) >= end - 1s);
      CHECK(*time_of_failure(play) <= end + 1s);
    }
  }
}

TEST_CASE("D06 protected: keys that end before their renewal comes stop playback until it does") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    Duration away;  // after the end
    int then;
  };
  for (const Case& c : {Case{"back after a moment", 1s, 200}, Case{"back after a while", 9s, 200},
                        Case{"and refuses", 3s, 403}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    play.lasts = 7s;
    play.world.start_app();
    play.load("encryption", 6);  // 16.4 s
    REQUIRE(play.world.run_until_event<FirstFrame>(5s));
    const MonotonicTime end = play.last_end.value();
    play.status = 503;
    const MonotonicTime now = play.world.executor.now();
    play.world.run_for(end - now + c.away);
    INFO(play.world.log());
    // Neither over nor showing what nobody has a key for.
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.status()->waits_for_license);
    CHECK(play.world.screen->shown().back().at <= end + kPicture);
    play.lasts.reset();
    play.status = c.then;
    const MonotonicTime back = play.world.executor.now();
    REQUIRE(play.play_out(60s));
    if (c.then != 200) {
      REQUIRE(play.world.find<Failed>());
      CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmLicenseRefused);
      continue;
    }
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.find<Ended>());
    // No picture is missing, none is damaged; the one playback stood at may be shown again.
    const auto& shown = play.world.screen->shown();
    for (std::size_t i = 1; i < shown.size(); ++i) {
      CHECK(shown[i].time >= shown[i - 1].time);
      CHECK(shown[i].time - shown[i - 1].time < 2 * kPicture);
    }
    CHECK(shown.size() >= 6 * kPictures);
    CHECK(shown.size() <= 6 * kPictures + 2);
    for (const Warning& warning : play.world.all<Warning>()) {
      CHECK(warning.error.code != ErrorCode::kDecodeFailed);
    }
    CHECK(play.world.all<Summary>().at(0).qoe.rebuffer_count == 1);
    MESSAGE(
        c.name << ": goes on "
               << to_seconds(std::find_if(shown.begin(), shown.end(),
                                          [&](const auto& picture) { return picture.at > back; })
                                 ->at -
                             back)
               << " s after the service is back");
  }
}

TEST_CASE(
    "protected: a licence that comes sooner than the segment does not delay the first frame") {
  if (!has_protected_media()) return;
  // From behind the clear lead: the first picture needs the licence.
  std::vector<Duration> startups;
  for (const Duration latency : {0ms, 100ms, 200ms, 2000ms}) {
    ProtectedWorld play(slow_link());
    play.latency = latency;
    play.world.start_app();
    play.load("encryption", 1, 1500ms);
    REQUIRE(play.world.run_until_event<FirstFrame>(20s));
    const FirstFrame first = *play.world.find<FirstFrame>();
    REQUIRE(first.phases.license);
    MESSAGE("licence after " << to_seconds(*first.phases.license) << " s, first frame after "
                             << to_seconds(first.startup) << " s");
    startups.push_back(first.startup);
  }
  CHECK(startups[1] == startups[0]);
  CHECK(startups[2] == startups[0]);
  CHECK(startups[3] > startups[0]);
}

TEST_CASE("D08 protected: pictures above the security level are hidden from the start") {
  if (!has_protected_media()) return;
  const auto with_size = [](std::string mpd, const std::string& size) {
    const std::string old = "width=\"640\" height=\"360\"";
    return mpd.replace(mpd.find(old), old.size(), size);
  };
  const std::string mpd = ProtectedWorld::mpd_of("encryption");
  {
    // A second Representation of the same file that says it is 4K.
    std::string ladder = with_size(mpd, "");
    const std::size_t begin = ladder.find("<Representation id=\"1\"");
    const std::string end_tag = "</Representation>";
    const std::size_t end = ladder.find(end_tag, begin) + end_tag.size();
    const std::string low = ladder.substr(begin, end - begin);
    std::string small = low, large = low;
    small.replace(0, 22, "<Representation id=\"1\" width=\"640\" height=\"360\"");
    large.replace(0, 22, "<Representation id=\"4k\" width=\"3840\" height=\"2160\"");
    large.replace(large.find("979373"), 6, "999999");
    ladder.replace(begin, end - begin, small + large);
    ProtectedWorld play;
    play.world.start_app();
    play.load_mpd("encryption", ladder);
    REQUIRE(play.world.run_until_event<FirstFrame>(20s));
    REQUIRE(play.world.find<SecurityLevelChanged>());
    CHECK(play.world.find<SecurityLevelChanged>()->to == 1000);
    CHECK(play.world.find<SecurityLevelChanged>()->max_height == 720);
    const auto status = play.world.status();
    REQUIRE(status->representations.size() == 2);
    CHECK(status->representations[1].limit == PictureLimit::kSecurity);
    REQUIRE(play.play_out(20s));
    for (const auto& shown : play.world.all<RepresentationChanged>()) CHECK(shown.id == "1");
  }
  ProtectedWorld nothing;
  nothing.world.start_app();
  nothing.load_mpd("encryption", with_size(mpd, "width=\"3840\" height=\"2160\""));
  REQUIRE(nothing.play_out(20s));
  REQUIRE(nothing.world.find<Failed>());
  CHECK(nothing.world.find<Failed>()->error.code == ErrorCode::kDrmOutputRestricted);
  CHECK(nothing.world.screen->shown().empty());
}

TEST_CASE("protected: a title for another system is refused before anything is fetched of it") {
  if (!has_protected_media()) return;
  ProtectedWorld play;
  play.world.drm.clear_key = false;
  play.world.start_app();
  play.load("encryption");
  REQUIRE(play.play_out(20s));
  REQUIRE(play.world.find<Failed>());
  CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmNoSystem);
  CHECK(play.requests == 0);
}

}  // namespace playhead::test
