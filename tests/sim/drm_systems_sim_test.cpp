// SPDX-License-Identifier: Apache-2.0
// Systems that are unlike Clear Key: real encrypted media, the real engine, FFmpeg; only the
// network, the licence service and time are simulated.
#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "drm_system_ids.h"
#include "export_system.h"
#include "flipping_system.h"
#include "playhead/drm/cdm_module.h"
#include "protected_world.h"
#include "support/bent_clear_key.h"

namespace playhead::test {
namespace {

constexpr std::size_t kTitlePictures = 82;    // of the title
constexpr Duration kUntilEncrypted = 1100ms;  // what comes before is not encrypted
constexpr const char* kProof = "the keys are gone";

// An encrypted sample as a secure decoder gets it.
struct SecureSample {
  CryptoInfo crypto;
  std::size_t size = 0;
};

// What a secure decoder has in place of the library's decryptor: opens what lies in the system's
// vault, notes what came. What is no longer for it the library opens.
class VaultDecryptor final : public SampleDecryptor {
 public:
  struct Seen {
    std::mutex mutex;
    std::vector<SecureSample> samples;
    int of_the_library = 0;  // samples that were not for a secure decoder
  };
  VaultDecryptor(std::shared_ptr<BentScript> script, std::shared_ptr<SampleDecryptor> library,
                 std::shared_ptr<Seen> seen)
      : script_(std::move(script)), library_(std::move(library)), seen_(std::move(seen)) {}

  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override {
    const std::lock_guard lock(seen_->mutex);
    if (!library_->needs_secure_decoder(info.kid)) {
      ++seen_->of_the_library;
      return library_->decrypt(info, sample);
    }
    seen_->samples.push_back({info, sample.size()});
    if (auto failure = script_->failure()) return *std::move(failure);
    return script_->vault->decrypt(info, sample);
  }

 private:
  const std::shared_ptr<BentScript> script_;
  const std::shared_ptr<SampleDecryptor> library_;
  const std::shared_ptr<Seen> seen_;
};

// An app's decoders that open encrypted samples by themselves: FFmpeg with keys of the system.
class SecureBackend final : public MediaBackend {
 public:
  SecureBackend(std::shared_ptr<MediaBackend> inner, std::shared_ptr<BentScript> script)
      : inner_(std::move(inner)), script_(std::move(script)) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override {
    return inner_->open_demuxer(input, executor, std::move(callbacks));
  }
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override {
    auto vault = std::make_shared<VaultDecryptor>(script_, std::move(decryptor), video);
    return inner_->open_video_decoder(stream, std::move(vault), executor, std::move(callbacks));
  }
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override {
    auto vault = std::make_shared<VaultDecryptor>(script_, std::move(decryptor), audio);
    return inner_->open_audio_decoder(stream, output, std::move(vault), executor,
                                      std::move(callbacks));
  }
  [[nodiscard]] bool has_secure_decoder(TrackKind) const override { return true; }
  [[nodiscard]] bool supports(const std::string& codec) const override {
    return inner_->supports(codec);
  }

  const std::shared_ptr<VaultDecryptor::Seen> video = std::make_shared<VaultDecryptor::Seen>();
  const std::shared_ptr<VaultDecryptor::Seen> audio = std::make_shared<VaultDecryptor::Seen>();

 private:
  const std::shared_ptr<MediaBackend> inner_;
  const std::shared_ptr<BentScript> script_;
};

// make_exported() makes what this says; a C table has no room for it.
std::shared_ptr<BentScript> exported_script;
std::unique_ptr<DrmSystem> make_exported(LicenseStore*) {
  return std::make_unique<BentClearKey>(exported_script);
}

void check_samples(const std::vector<SecureSample>& samples, bool is_cbcs) {
  std::set<CipherIv> vectors;
  std::set<KeyId> kids;
  for (const SecureSample& sample : samples) {
    vectors.insert(sample.crypto.iv);
    kids.insert(sample.crypto.kid);
    CHECK(sample.crypto.scheme == (is_cbcs ? SampleScheme::kCbcs : SampleScheme::kCenc));
    std::size_t size = 0;
    for (const Subsample& part : sample.crypto.subsamples) size += part.clear + part.encrypted;
    if (!sample.crypto.subsamples.empty()) CHECK(size == sample.size);
  }
  CHECK(kids.size() == 1);
  CHECK(kids.count(KeyId{}) == 0);
  CHECK(vectors.size() == (is_cbcs ? 1 : samples.size()));
}

int count_of(const std::vector<std::string>& bodies, const std::string& body) {
  return static_cast<int>(std::count(bodies.begin(), bodies.end(), body));
}

}  // namespace

TEST_CASE("drm systems: an app's secure decoder gets encrypted samples and all it needs") {
  if (!has_protected_media()) return;
  struct Case {
    const char* folder;
    bool is_c_table;
  };
  for (const Case& c : {Case{"encryption", false}, Case{"encryption-cbcs", false},
                        Case{"encryption", true}, Case{"encryption-cbcs", true}}) {
    CAPTURE(std::string(c.folder));
    CAPTURE(c.is_c_table);
    const bool is_cbcs = std::string(c.folder) == "encryption-cbcs";
    ProtectedWorld play;
    const auto script = std::make_shared<BentScript>();
    script->is_for_secure_decoder = true;
    const auto backend = std::make_shared<SecureBackend>(play.world.backend, script);
    play.world.backend = backend;
    play.world.drm.clear_key = false;
    exported_script = script;
    play.world.drm.systems.push_back(make_bent(script));
    if (c.is_c_table) {
      play.world.drm.systems.back() = []() -> std::unique_ptr<DrmSystem> {
        auto made = make_cdm_system(drm::export_system(make_exported), {});
        return made ? *std::move(made) : nullptr;
      };
    }
    play.world.start_app();
    play.load(c.folder);
    REQUIRE(play.play_out(20s));
    INFO(play.world.log());
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.screen->shown().size() == kTitlePictures);
    CHECK(play.world.speaker->heard_s(play.world.executor.now()) ==
          doctest::Approx(2.624).epsilon(0.002));
    REQUIRE(backend->video->samples.size() > 40);
    REQUIRE(backend->audio->samples.size() > 40);
    CHECK(backend->video->of_the_library + backend->audio->of_the_library == 0);
    check_samples(backend->video->samples, is_cbcs);
    check_samples(backend->audio->samples, is_cbcs);
    const auto has_map = [](const SecureSample& s) { return !s.crypto.subsamples.empty(); };
    CHECK(std::all_of(backend->video->samples.begin(), backend->video->samples.end(), has_map));
    const CryptoInfo& first = backend->video->samples.front().crypto;
    CHECK(first.crypt_blocks == (is_cbcs ? 1 : 0));
    CHECK(first.skip_blocks == (is_cbcs ? 9 : 0));
  }
  exported_script.reset();
}

TEST_CASE("drm systems: one for secure decoders alone is not asked where there are none") {
  if (!has_protected_media()) return;
  const auto script = std::make_shared<BentScript>();
  script->is_for_secure_decoder = true;
  for (const bool has_another : {true, false}) {
    CAPTURE(has_another);
    ProtectedWorld play;
    play.world.drm.clear_key = has_another;
    play.world.drm.systems.push_back(make_bent(script));
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(20s));
    INFO(play.world.log());
    CHECK_FALSE(play.world.find<DrmFellBack>());
    if (has_another) {
      CHECK(play.world.find<Ended>());
      CHECK(play.world.screen->shown().size() == kTitlePictures);
      continue;
    }
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmNoSystem);
    CHECK(play.requests == 0);
  }
}

TEST_CASE("drm systems: a pssh that is missing or damaged ends the play, typed and soon") {
  if (!has_protected_media()) return;
  const std::string own = "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b";
  const std::string box =
      "AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAExMjM0NTY3ODkwMTIzNDU2AAAAAA==";
  for (const char* pssh : {"", "AAAANHBzc2gB", "no base64 at all", "AAAAAA=="}) {
    CAPTURE(std::string(pssh));
    ProtectedWorld play;
    const auto script = std::make_shared<BentScript>();
    script->id = drm::system_ids::kWidevine;
    play.world.drm.clear_key = false;
    play.world.drm.systems.push_back(make_bent(script));
    play.world.start_app();
    std::string mpd = ProtectedWorld::mpd_of("encryption");
    for (const auto& [from, to] :
         {std::pair{own, drm::format_uuid(*script->id)}, std::pair{box, std::string(pssh)}}) {
      for (std::size_t at; (at = mpd.find(from)) != std::string::npos;) {
        mpd.replace(at, from.size(), to);
      }
    }
    const MonotonicTime began = play.world.executor.now();
    play.load_mpd("encryption", mpd);
    REQUIRE(play.play_out(20s));
    INFO(play.world.log());
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmInitData);
    CHECK(play.world.executor.now() - began < kUntilEncrypted + 1s);
    CHECK(play.requests == 0);
    for (const auto& picture : play.world.screen->shown())
      CHECK(picture.time.us < kUntilEncrypted.count());
  }
}

TEST_CASE("D09 drm systems: one that cannot decrypt any more gives way to the next") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    ErrorCode code;
    int decrypts_before;
    bool has_another;
  };
  for (const Case& c : {Case{"from the start", ErrorCode::kDrmModule, 0, true},
                        Case{"after a while", ErrorCode::kDrmModule, 60, true},
                        Case{"with an error of its own", ErrorCode::kInternal, 20, true},
                        Case{"though it says the key is there", ErrorCode::kDrmNoKey, 20, true},
                        Case{"and there is no other", ErrorCode::kDrmModule, 20, false}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    const auto script = std::make_shared<BentScript>();
    script->decrypt_error = make_error(c.code, "planned");
    script->decrypts_before = c.decrypts_before;
    play.world.drm.clear_key = c.has_another;
    play.world.drm.systems.push_back(make_bent(script));
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(30s));
    INFO(play.world.log());
    if (!c.has_another) {
      REQUIRE(play.world.find<Failed>());
      CHECK(play.world.find<Failed>()->error.code == ErrorCode::kDrmModule);
      CHECK_FALSE(play.world.find<DrmFellBack>());
      continue;
    }
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.find<Ended>());
    REQUIRE(play.world.find<DrmFellBack>());
    CHECK(play.world.find<DrmFellBack>()->from == "bent/1000");
    CHECK(play.world.find<DrmFellBack>()->to == "clearkey/1000");
    CHECK(play.world.find<DrmFellBack>()->reason.code == ErrorCode::kDrmModule);
    CHECK(play.requests == 2);
    // Nothing is missing; what was on its way may be shown once more.
    std::set<int64_t> times;
    for (const auto& picture : play.world.screen->shown()) times.insert(picture.time.us);
    CHECK(times.size() == kTitlePictures);
    // The device remembers it.
    script->decrypts = 0;
    play.world.forget_events();
    play.load("encryption");
    REQUIRE(play.play_out(20s));
    CHECK(script->decrypts == 0);
    CHECK(play.world.find<Ended>());
  }
}

TEST_CASE("D09 drm systems: an app's secure decoder that fails gives way, level by level") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    int opened;  // samples, before the decoder fails
  };
  for (const Case& c : {Case{"from the start", 0}, Case{"after a while", 60}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    const auto hardware = std::make_shared<BentScript>(), software = std::make_shared<BentScript>();
    hardware->is_for_secure_decoder = true;
    hardware->level = SecurityLevel::kSl3000;
    hardware->decrypts_before = c.opened;
    software->decrypts_before = 20;
    for (const auto& script : {hardware, software}) {
      script->decrypt_error = make_error(ErrorCode::kDrmModule, "planned");
      play.world.drm.systems.push_back(make_bent(script));
    }
    const auto backend = std::make_shared<SecureBackend>(play.world.backend, hardware);
    play.world.backend = backend;
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.play_out(30s));
    INFO(play.world.log());
    CHECK_FALSE(play.world.find<Failed>());
    CHECK(play.world.find<Ended>());
    const auto fallbacks = play.world.all<DrmFellBack>();
    REQUIRE(fallbacks.size() == 2);
    CHECK(fallbacks[0].from == "bent/3000");
    CHECK(fallbacks[0].to == "bent/1000");
    CHECK(fallbacks[1].from == "bent/1000");
    CHECK(fallbacks[1].to == "clearkey/1000");
    for (const auto& fallback : fallbacks) CHECK(fallback.reason.code == ErrorCode::kDrmModule);
    CHECK(play.requests == 3);
    CHECK(backend->video->of_the_library > 0);
    std::set<int64_t> times;
    for (const auto& picture : play.world.screen->shown()) times.insert(picture.time.us);
    CHECK(times.size() == kTitlePictures);
    // The device remembers both.
    hardware->decrypts = software->decrypts = 0;
    play.load("encryption");
    REQUIRE(play.world.run_until_event<FirstFrame>(5s));
    play.world.run_for(5s);
    CHECK(hardware->decrypts + software->decrypts == 0);
  }
}

TEST_CASE("drm systems: the proof that keys are gone reaches the service after the player") {
  if (!has_protected_media()) return;
  struct Case {
    const char* name;
    bool stops, runs, destroys;
  };
  for (const Case& c : {Case{"stopped", true, true, false},
                        Case{"stopped, and destroyed at once", true, false, true},
                        Case{"destroyed while it plays", false, false, true}}) {
    CAPTURE(std::string(c.name));
    ProtectedWorld play;
    const auto script = std::make_shared<BentScript>();
    script->stop_proof = kProof;
    play.world.drm.clear_key = false;
    play.world.drm.systems.push_back(make_bent(script));
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.world.run_until_event<FirstFrame>(5s));
    play.world.run_for(1500ms);  // into what is encrypted
    CHECK(count_of(play.bodies, kProof) == 0);
    const int licences = play.requests;
    if (c.stops) play.world.player->stop();
    if (c.runs) play.world.run_for(0s);
    if (c.destroys) play.world.player.reset();
    play.world.executor.run_for(1s);
    CHECK(count_of(play.bodies, kProof) == licences);
    CHECK(play.requests == 2 * licences);
  }
}

TEST_CASE("drm systems: a service that does not answer holds no licence for long") {
  if (!has_protected_media()) return;
  ProtectedWorld play;
  const auto script = std::make_shared<BentScript>();
  script->stop_proof = kProof;
  play.world.drm.clear_key = false;
  play.world.drm.systems.push_back(make_bent(script));
  play.world.start_app();
  play.load("encryption");
  REQUIRE(play.world.run_until_event<FirstFrame>(5s));
  play.world.run_for(1500ms);
  play.latency = 1h;
  play.world.player.reset();
  play.world.executor.run_for(1s);
  CHECK(script.use_count() > 2);  // still at it
  play.world.executor.run_for(1100ms);
  // What the client makes systems of, and this.
  CHECK(script.use_count() == 3);
  // A client that ends takes with it what is left.
  play.world.client.reset();
  CHECK(script.use_count() == 2);
  // What nobody confirmed the next one tells, once.
  play.world.store.crash();
  play.latency = 20ms;
  const auto told = count_of(play.bodies, kProof);
  CHECK(told > 0);
  for (const bool is_first : {true, false}) {
    CAPTURE(is_first);
    play.world.start_app();
    play.world.executor.run_for(10s);
    CHECK(count_of(play.bodies, kProof) == 2 * told);
    CHECK(play.world.store.committed("outbox/releases").empty());
    play.world.player.reset();
    play.world.client.reset();
  }
}

TEST_CASE("drm systems: a key that is lost in the midst of a play ends it, and says how") {
  if (!has_protected_media()) return;
  struct Case {
    KeyStatus status;
    ErrorCode code;
  };
  for (const Case& c : {Case{KeyStatus::kOutputRestricted, ErrorCode::kDrmOutputRestricted},
                        Case{KeyStatus::kError, ErrorCode::kDrmNoKey}}) {
    CAPTURE(error_name(c.code));
    ProtectedWorld play;
    const auto flips = std::make_shared<KeyFlips>();
    play.world.drm.clear_key = false;
    play.world.drm.systems.push_back([flips] { return std::make_unique<FlippingSystem>(flips); });
    play.world.start_app();
    play.load("encryption");
    REQUIRE(play.world.run_until_event<FirstFrame>(5s));
    play.world.run_for(1500ms);  // into what is encrypted
    const std::size_t shown = play.world.screen->shown().size();
    CHECK(shown > 30);
    flips->set(c.status);
    const MonotonicTime lost = play.world.executor.now();
    REQUIRE(play.play_out(5s));
    INFO(play.world.log());
    REQUIRE(play.world.find<Failed>());
    CHECK(play.world.find<Failed>()->error.code == c.code);
    CHECK(play.world.executor.now() - lost < 1s);
    CHECK(play.world.screen->shown().size() < kTitlePictures);
    // With the key back the same player goes on.
    flips->set(KeyStatus::kUsable);
    play.world.forget_events();
    play.load("encryption", 1, 2s);
    CHECK(play.world.run_until_event<FirstFrame>(5s));
    CHECK_FALSE(play.world.find<Failed>());
  }
}

TEST_CASE("drm systems: keys that are usable later are waited for, and then play goes on") {
  if (!has_protected_media()) return;
  ProtectedWorld play;
  const auto flips = std::make_shared<KeyFlips>();
  flips->set(KeyStatus::kUsableInFuture);
  play.world.drm.clear_key = false;
  play.world.drm.systems.push_back([flips] { return std::make_unique<FlippingSystem>(flips); });
  play.world.start_app();
  play.load("encryption");
  play.world.run_for(30s);
  CHECK(play.world.status()->state == PlayerState::kRebuffering);
  CHECK(play.world.status()->waits_for_license);
  CHECK_FALSE(play.world.find<Failed>());
  for (const auto& picture : play.world.screen->shown())
    CHECK(picture.time.us < kUntilEncrypted.count());
  flips->set(KeyStatus::kUsable);
  REQUIRE(play.play_out(5s));
  INFO(play.world.log());
  CHECK_FALSE(play.world.find<Failed>());
  CHECK(play.world.find<Ended>());
  CHECK(play.requests == 1);
  CHECK(play.world.screen->shown().back().time.us > 2'600'000);
}

TEST_CASE("drm systems: a display that is fit again before its picture is due goes unnoticed") {
  if (!has_protected_media()) return;
  ProtectedWorld play;
  const auto flips = std::make_shared<KeyFlips>();
  play.world.drm.clear_key = false;
  play.world.drm.systems.push_back([flips] { return std::make_unique<FlippingSystem>(flips); });
  play.world.start_app();
  play.load("encryption");
  REQUIRE(play.world.run_until_event<FirstFrame>(5s));
  flips->set(KeyStatus::kOutputRestricted);
  play.world.run_for(300ms);  // of the second that is clear
  flips->set(KeyStatus::kUsable);
  REQUIRE(play.play_out(20s));
  INFO(play.world.log());
  CHECK_FALSE(play.world.find<Failed>());
  CHECK(play.world.find<Ended>());
  std::set<int64_t> times;
  for (const auto& picture : play.world.screen->shown()) times.insert(picture.time.us);
  CHECK(times.size() == kTitlePictures);
}

}  // namespace playhead::test
