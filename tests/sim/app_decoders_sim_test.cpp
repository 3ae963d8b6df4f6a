// SPDX-License-Identifier: Apache-2.0
// Decoders of an app by the C interface: real encrypted media, the real engine; only the network, the
// licence service and time are simulated.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "app_backend.h"
#include "protected_world.h"
#include "support/app_decoders.h"
#include "support/bent_clear_key.h"

namespace playhead::test {
namespace {

// Of shared/media/manifest.json: vectors cenc-av-clearlead-* and cbcs-*.
constexpr const char* kKid = "31323334353637383930313233343536";
constexpr const char* kKey = "32333435363738393021323334353637";
constexpr int kPictures = 82, kEncryptedPictures = 52;
constexpr int kSounds = 119, kEncryptedSounds = 74;
constexpr const char* kPicturesHash =
    "31376185680f5942c17c2c277937f0b9a7f59d3cc2370ce04cb81a3ff35a26ea";
constexpr const char* kSoundsHash = "43334d52e8144d5b0e0941188102e50e0381475164336c9eeba1ff50545ee046";
constexpr double kSoundSeconds = 2.624;

using Fault = AppDecoders::Fault;

// A play whose client has decoders of the app in front of its own.
struct Stage {
  ProtectedWorld play;
  std::shared_ptr<MediaBackend> built_in = play.world.backend;
  AppDecoders app{built_in, play.world.executor};
  std::shared_ptr<BentScript> script = std::make_shared<BentScript>();

  Stage() { app.keys[from_hex(kKid)] = from_hex(kKey); }
  ~Stage() { end(); }

  // `is_path_b`: the title's keys are with a system that decrypts nothing itself; Clear Key is asked
  // when that fails.
  void start(bool is_path_b, bool has_clear_key = false) {
    const playhead_decoders table = app.table();
    play.world.backend = capi::make_app_backend(
        capi::CallbackTable<playhead_decoders>::adopt(&table), built_in, nullptr);
    script->is_for_secure_decoder = is_path_b;
    play.world.drm.clear_key = has_clear_key;
    play.world.drm.systems.push_back(make_bent(script));
    play.world.start_app();
  }
  // Nothing of the app's is left in the library.
  void check_end() {
    end();
    CHECK(app.opened == app.closed);
    CHECK(app.pictures == app.released);
    CHECK(app.destroyed == 1);
  }
  void end() {
    play.world.quit_app();
    play.world.backend.reset();
  }
  [[nodiscard]] std::set<int64_t> times() const {
    std::set<int64_t> times;
    for (const auto& picture : play.world.screen->shown()) times.insert(picture.time.us);
    return times;
  }
};

uint32_t number_at(const std::string& bytes, std::size_t at) {
  uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes.at(at + i));
  return number;
}

// A playlist for a fragmented file of the corpus: a segment for each moof.
std::string playlist_of(const std::string& folder, const std::string& name, const std::string& key) {
  const auto file = read_media(folder + '/' + name);
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at + 8 <= file.size(); at += number_at(file, at)) {
    if (file.compare(at + 4, 4, "moof") == 0) starts.push_back(at);
  }
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n" + key + "#EXT-X-MAP:URI=\"" + name +
                     "\",BYTERANGE=\"" + std::to_string(starts.at(0)) + "@0\"\n";
  starts.push_back(file.size());
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    text += "#EXTINF:1,\n#EXT-X-BYTERANGE:" + std::to_string(starts[i + 1] - starts[i]) + '@' +
            std::to_string(starts[i]) + '\n' + name + '\n';
  }
  return text + "#EXT-X-ENDLIST\n";
}

void check_crypto(const AppDecoders::Seen& seen, bool is_cbcs) {
  CHECK(seen.schemes == std::set<uint32_t>{is_cbcs ? PLAYHEAD_CDM_CBCS : PLAYHEAD_CDM_CENC});
  CHECK(seen.kids.size() == 1);
  CHECK(seen.vectors.size() == (is_cbcs ? 1 : static_cast<std::size_t>(seen.encrypted)));
  CHECK(std::is_sorted(seen.decode_times.begin(), seen.decode_times.end()));
}

}  // namespace

TEST_CASE("app decoders: a secure one gets encrypted samples, and gives pictures and sound back") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    const char* folder;
    bool is_hls, is_opaque, gives_int16;
  };
  for (const Case& c : {Case{"DASH cenc", "encryption", false, false, false},
                        Case{"DASH cbcs, pictures of its own", "encryption-cbcs", false, true, true},
                        Case{"HLS cbcs", "encryption-cbcs", true, false, false}}) {
    CAPTURE(std::string(c.name));
    const bool is_cbcs = std::string(c.folder) == "encryption-cbcs";
    Stage stage;
    stage.app.is_opaque = c.is_opaque;
    stage.app.gives_int16 = c.gives_int16;
    stage.start(true);
    if (c.is_hls) {
      const std::string key =
          "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,"
          "AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAExMjM0NTY3ODkwMTIzNDU2AAAAAA==\",KEYFORMAT="
          "\"urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b\",KEYFORMATVERSIONS=\"1\"\n";
      stage.play.also["sound.m3u8"] = playlist_of(c.folder, "bear-640x360-audio.mp4", key);
      stage.play.also["pictures.m3u8"] = playlist_of(c.folder, "bear-640x360-video.mp4", key);
      stage.play.load_mpd(
          c.folder,
          "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"sound.m3u8\"\n"
          "#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"\npictures.m3u8\n");
    } else {
      stage.play.load(c.folder);
    }
    REQUIRE(stage.play.play_out(20s));
    INFO(stage.play.world.log());
    CHECK_FALSE(stage.play.world.find<Failed>());
    CHECK(stage.play.world.screen->shown().size() == kPictures);
    CHECK(stage.times().size() == kPictures);
    CHECK(stage.play.world.speaker->heard_s(stage.play.world.executor.now()) ==
          doctest::Approx(kSoundSeconds).epsilon(c.gives_int16 ? 0.01 : 0.002));  // what is soft becomes silence
    const AppDecoders::Seen &video = stage.app.video, &audio = stage.app.audio;
    CHECK(video.codec == "h264");
    CHECK(audio.codec == "aac");
    CHECK(video.samples == kPictures);
    CHECK(audio.samples == kSounds);
    CHECK(video.encrypted == kEncryptedPictures);
    CHECK(audio.encrypted == kEncryptedSounds);
    CHECK(video.mapped == kEncryptedPictures);
    CHECK(video.key_frames == 3);
    CHECK(video.patterns == std::set<uint32_t>{is_cbcs ? 1U * 16 + 9 : 0U});
    CHECK(sha256_hex(video.clear) == kPicturesHash);
    CHECK(sha256_hex(audio.clear) == kSoundsHash);
    check_crypto(video, is_cbcs);
    check_crypto(audio, is_cbcs);
    CHECK(stage.app.refusals.empty());
    if (c.is_opaque) {
      // What the screen got is what the decoder gave, in time.
      for (const auto& shown : stage.play.world.screen->shown()) CHECK(shown.content_us == shown.time.us);
    }
    stage.check_end();
  }
}

TEST_CASE("app decoders: what the library has keys for comes opened") {
  if (!has_protected_media()) return;
  Stage stage;
  stage.start(false);
  stage.play.load("encryption");
  REQUIRE(stage.play.play_out(20s));
  INFO(stage.play.world.log());
  CHECK(stage.play.world.find<Ended>());
  CHECK(stage.times().size() == kPictures);
  CHECK(stage.app.video.encrypted + stage.app.audio.encrypted == 0);
  CHECK(sha256_hex(stage.app.video.clear) == kPicturesHash);
  CHECK(sha256_hex(stage.app.audio.clear) == kSoundsHash);
  stage.check_end();
}

TEST_CASE("app decoders: a stream that is refused is decoded by the library, if it can") {
  if (!has_protected_media()) return;
  for (const bool is_path_b : {false, true}) {
    CAPTURE(is_path_b);
    Stage stage;
    stage.app.fault = Fault::kRefuses;
    stage.start(is_path_b);
    stage.play.load("encryption");
    REQUIRE(stage.play.play_out(60s));
    INFO(stage.play.world.log());
    CHECK(stage.app.video.samples + stage.app.opened == 0);
    if (is_path_b) {
      REQUIRE(stage.play.world.find<Failed>());
      CHECK(static_cast<int>(stage.play.world.find<Failed>()->error.code) / 1000 == 6);
    } else {
      CHECK(stage.play.world.find<Ended>());
      CHECK(stage.times().size() == kPictures);
    }
    stage.check_end();
  }
}

TEST_CASE("app decoders: one that fails gives way to the next system, or ends the play") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    int32_t error;
    bool has_another;
    ErrorCode code;  // of the failure, or the fallback
  };
  for (const Case& c :
       {Case{"the DRM system, and there is another", PLAYHEAD_ERROR_DRM_MODULE, true, ErrorCode::kDrmModule},
        Case{"the DRM system", -PLAYHEAD_ERROR_DRM_MODULE, false, ErrorCode::kDrmModule},
        Case{"the codec", PLAYHEAD_ERROR_DECODE_FAILED, false, ErrorCode::kDecodeFailed},
        Case{"a number of nobody's", 424'242, false, ErrorCode::kDecodeFailed}}) {
    CAPTURE(std::string(c.name));
    Stage stage;
    stage.app.fault = Fault::kFails;
    stage.app.before = 40;
    stage.app.error = c.error;
    stage.script->level = SecurityLevel::kSl3000;
    stage.start(true, c.has_another);
    stage.play.load("encryption");
    REQUIRE(stage.play.world.run_until_event<FirstFrame>(20s));
    const bool is_over = stage.play.world.run_until_event<DrmFellBack>(c.has_another ? 30s : 1us) ||
                         stage.play.world.run_until_event<Failed>(60s);
    INFO(stage.play.world.log());
    REQUIRE(is_over);
    if (c.has_another) {
      REQUIRE(stage.play.world.find<DrmFellBack>());
      CHECK(stage.play.world.find<DrmFellBack>()->reason.code == c.code);
      stage.app.fault = Fault::kNone;
      REQUIRE(stage.play.play_out(30s));
      CHECK(stage.play.world.find<Ended>());
      CHECK(stage.times().size() == kPictures);
    } else {
      REQUIRE(stage.play.world.find<Failed>());
      CHECK(stage.play.world.find<Failed>()->error.code == c.code);
    }
    stage.check_end();
  }
}

TEST_CASE("app decoders: one that fails for good while a seek is on its way has failed") {
  if (!has_protected_media()) return;
  Stage stage;
  stage.start(true);
  int samples = 0;
  stage.app.on_decode = [&] {
    stage.app.fault = ++samples == 40 ? Fault::kFails : Fault::kNone;
    stage.app.error = PLAYHEAD_ERROR_DECODE_FAILED;
    if (samples == 40) stage.play.world.player->seek(MediaTime{2'100'000}, 1);
  };
  stage.play.load("encryption");
  REQUIRE(stage.play.world.run_until_event<SeekDone>(20s));
  stage.play.world.run_for(5s);
  INFO(stage.play.world.log());
  // Another took its place.
  CHECK(stage.app.opened == 3);
  stage.check_end();
}

TEST_CASE("app decoders: one that misbehaves ends in a word, and soon") {
  if (!has_protected_media()) return;
  for (const Fault fault : {Fault::kThrows, Fault::kSwallows, Fault::kHoards}) {
    CAPTURE(static_cast<int>(fault));
    Stage stage;
    stage.app.fault = fault;
    stage.start(true);
    stage.play.load("encryption");
    REQUIRE(stage.play.world.run_until_event<Failed>(120s));
    INFO(stage.play.world.log());
    CHECK(stage.play.world.find<Failed>()->error.code != ErrorCode::kInternal);
    CHECK(stage.play.world.screen->shown().empty());
    if (fault == Fault::kHoards) {
      // Destroyed with all it still has: then the table goes, too.
      stage.end();
      CHECK(stage.app.opened == stage.app.closed);
      CHECK(stage.app.destroyed == 0);
      continue;
    }
    stage.check_end();
  }
}

TEST_CASE("app decoders: what nobody asked for changes nothing") {
  if (!has_protected_media()) return;
  Stage stage;
  stage.app.fault = Fault::kBabbles;
  stage.start(true);
  stage.play.load("encryption");
  REQUIRE(stage.play.play_out(20s));
  INFO(stage.play.world.log());
  CHECK(stage.play.world.find<Ended>());
  CHECK(stage.times().size() == kPictures);
  CHECK(stage.app.refusals == std::set<playhead_status>{-PLAYHEAD_ERROR_INVALID_ARGUMENT});
  stage.check_end();
}

TEST_CASE("app decoders: a seek flushes them") {
  if (!has_protected_media()) return;
  Stage stage;
  stage.start(true);
  stage.play.load("encryption");
  REQUIRE(stage.play.world.run_until_event<FirstFrame>(5s));
  stage.play.world.run_for(300ms);
  const int flushed = stage.app.flushed;
  stage.play.world.player->seek(MediaTime{2'100'000}, 1);
  REQUIRE(stage.play.world.run_until_event<SeekDone>(5s));
  CHECK(stage.app.flushed >= flushed + 2);
  REQUIRE(stage.play.play_out(20s));
  INFO(stage.play.world.log());
  const auto times = stage.times();
  CHECK(std::none_of(times.begin(), times.end(), [](int64_t t) { return t > 1'000'000 && t < 2'066'000; }));
  CHECK(*times.rbegin() > 2'650'000);
  CHECK(stage.app.refusals.empty());
  stage.check_end();
}

TEST_CASE("app decoders: the player is destroyed inside one of their callbacks") {
  if (!has_protected_media()) return;
  Stage stage;
  stage.start(true);
  int left = 50;
  stage.app.on_decode = [&] {
    if (--left == 0) stage.play.world.player.reset();
  };
  stage.play.load("encryption");
  stage.play.world.executor.run_for(5s);
  CHECK(stage.play.world.player == nullptr);
  CHECK(stage.app.opened > 0);
  CHECK(stage.app.opened == stage.app.closed);
  stage.check_end();
}

}  // namespace playhead::test
