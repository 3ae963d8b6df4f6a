// SPDX-License-Identifier: Apache-2.0
#include "player/title_protection.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "playhead/drm/clear_key.h"
#include "pssh.h"
#include "support/virtual_executor.h"
#include "unit/drm/scripted_system.h"

namespace playhead {
namespace {

using test::VirtualExecutor;

// Key and key id of 16 bytes 0xff each.
constexpr const char* kLicense =
    R"({"keys":[{"kty":"oct","kid":"_____________________w","k":"_____________________w"}]})";

// 16 bytes of that value, in base64url without padding.
std::string base64url_of(uint8_t value) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const uint32_t three = value * 0x010101u;
  std::string text;
  while (text.size() < 22) text += kDigits[three >> (18 - 6 * (text.size() % 4)) & 63];
  text[21] = kDigits[value << 4 & 63];
  return text;
}

class TestFetcher final : public LicenseFetcher {
 public:
  TestFetcher(VirtualExecutor& executor, Result<LicenseAnswer> answer)
      : executor_(executor), answer_(std::move(answer)) {}
  CancelHandle fetch(LicenseRequest request,
                     UniqueFunction<void(Result<LicenseAnswer>)> done) override {
    asked.push_back(request.kids);
    Result<LicenseAnswer> answer = lifetime ? exact_answer(request.kids) : answer_;
    return executor_.post_at(executor_.now() + 1s,
                             [done = std::move(done), answer = std::move(answer)]() mutable {
                               done(std::move(answer));
                             });
  }

  std::vector<std::vector<KeyId>> asked;
  // Licences of exactly what is asked for, that end so long after; ids are of 16 equal bytes.
  std::optional<Duration> lifetime;

 private:
  LicenseAnswer exact_answer(const std::vector<KeyId>& kids) const {
    std::string json = R"({"keys":[)";
    for (const KeyId& kid : kids) {
      const std::string text = base64url_of(kid[0]);
      json += std::string(json.back() == '}' ? "," : "") + R"({"kty":"oct","kid":")" + text +
              R"(","k":")" + text + "\"}";
    }
    const int64_t end_s = (executor_.wall_now() + *lifetime).us / 1'000'000;
    json += R"(],"type":"temporary","expires_at":)" + std::to_string(end_s) + "}";
    return {SharedBytes(std::vector<uint8_t>(json.begin(), json.end())), {}};
  }

  VirtualExecutor& executor_;
  const Result<LicenseAnswer> answer_;
};

struct Rig final : TitleProtectionListener {
  explicit Rig(Result<LicenseAnswer> answer, std::unique_ptr<DrmSystem> system = nullptr) {
    DrmManagerConfig config;
    config.secure_decoders = {TrackKind::kVideo, TrackKind::kAudio};
    if (!system) system = make_clear_key_system({});
    config.systems.push_back(std::move(system));
    auto made = std::make_unique<TestFetcher>(executor, std::move(answer));
    fetcher = made.get();
    protection =
        std::make_unique<TitleProtection>(std::move(config), std::move(made), executor, *this);
    kid.fill(0xff);
    said.scheme = "urn:mpeg:dash:mp4protection:2011";
    said.value = "cenc";
    said.default_kids = {kid};
  }
  void on_keys_changed() override { ++changes; }
  void on_licensed() override { ++licences; }
  void on_drm_fell_back(DrmFellBack) override {}
  void on_security_level(SecurityLevelChanged event) override { levels.push_back(event); }

  [[nodiscard]] TimedSample sample(bool is_encrypted, int height = 360) const {
    auto origin = std::make_shared<SampleOrigin>();
    origin->stream.width = height * 16 / 9;
    origin->stream.height = height;
    TimedSample made;
    made.origin = origin;
    if (!is_encrypted) return made;
    auto crypto = std::make_shared<CryptoInfo>();
    crypto->kid = kid;
    made.sample.crypto = crypto;
    return made;
  }
  [[nodiscard]] bool may_show(int height) const {
    Representation representation;
    representation.width = height * 16 / 9;
    representation.height = height;
    return protection->may_show(TrackKind::kVideo, representation, std::vector{said});
  }

  VirtualExecutor executor;
  KeyId kid{};
  ContentProtection said;
  TestFetcher* fetcher = nullptr;  // of protection
  std::unique_ptr<TitleProtection> protection;
  int changes = 0, licences = 0;
  std::vector<SecurityLevelChanged> levels;
};

SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

// What the manifest says when `script` is one of the systems that have the rig's key.
std::vector<ContentProtection> said_with(const Rig& rig, const test::SystemScript& script) {
  ContentProtection system;
  system.scheme = "urn:uuid:" + drm::format_uuid(script.id);
  system.pssh = SharedBytes(drm::write_pssh(script.id, {rig.kid}, {}));
  return {rig.said, system};
}

}  // namespace

TEST_CASE("title_protection: samples wait for their licence, clear ones for nothing") {
  Rig rig(LicenseAnswer{bytes_of(kLicense), {{}, {}, 1080}});
  CHECK_FALSE(rig.protection->is_used());
  CHECK(rig.may_show(2160));  // nothing protected is played
  REQUIRE(rig.protection->can_open(TrackKind::kVideo, std::vector{rig.said}));
  rig.protection->require(TrackKind::kVideo, std::vector{rig.said});
  CHECK(rig.protection->is_used());
  CHECK(rig.protection->ask(rig.sample(false)) == KeyGate::Answer::kOpen);
  CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kWait);
  rig.executor.run_for(5s);
  CHECK(rig.licences == 1);
  CHECK(rig.changes >= 1);
  CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kOpen);
  // Software: up to 720p, by the manifest and by what the samples say themselves.
  REQUIRE(rig.levels.size() == 1);
  CHECK(rig.levels[0].to == 1000);
  CHECK(rig.levels[0].max_height == 720);
  CHECK(rig.may_show(720));
  CHECK_FALSE(rig.may_show(1080));
  CHECK(rig.protection->ask(rig.sample(true, 1080)) == KeyGate::Answer::kNever);
  CHECK(rig.protection->refusal(rig.sample(true, 1080)).code == ErrorCode::kDrmOutputRestricted);
}

TEST_CASE("title_protection: keys that change all the time leave a few sessions, not hundreds") {
  Rig rig(LicenseAnswer{});
  rig.fetcher->lifetime = 60s;
  rig.protection->set_kept_behind(10s);
  constexpr int kKeys = 100, kSecondsEach = 10, kAhead = 20;
  const auto kid_of = [](int number) {
    KeyId kid;
    kid.fill(static_cast<uint8_t>(number + 1));
    return kid;
  };
  std::size_t most = 0;  // keys that are asked for within a minute
  for (int second = -kAhead; second < kKeys * kSecondsEach; ++second) {
    const int coming = (second + kAhead) / kSecondsEach;
    if ((second + kAhead) % kSecondsEach == 0 && coming < kKeys) {
      for (const TrackKind track : {TrackKind::kVideo, TrackKind::kAudio}) {
        rig.protection->require(track, track == TrackKind::kVideo ? "v" : "a",
                                std::vector{rig.said}, {{kid_of(coming)}, {}});
      }
    }
    rig.executor.run_for(1s);
    if (second < 0) continue;
    rig.kid = kid_of(second / kSecondsEach);
    for (const char* id : {"v", "a"}) {
      TimedSample sample = rig.sample(true);
      auto origin = std::make_shared<SampleOrigin>(*sample.origin);
      origin->representation.id = id;
      sample.origin = origin;
      sample.pts = MediaTime{second * 1'000'000};
      REQUIRE(rig.protection->ask(sample) == KeyGate::Answer::kOpen);
    }
    if (second % 60 != 59) continue;
    std::set<KeyId> kids;
    for (const auto& asked : rig.fetcher->asked) kids.insert(asked.begin(), asked.end());
    most = std::max(most, kids.size());
    rig.fetcher->asked.clear();
  }
  // Six new ones, three of the minute before, and what is left behind playback.
  CHECK(most <= 15);
  // Back where it began: asked for again.
  rig.kid = kid_of(0);
  CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kWait);
  rig.executor.run_for(2s);
  CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kOpen);
}

TEST_CASE("title_protection: samples of more keys than are remembered are refused, not waited for") {
  Rig rig(make_error(ErrorCode::kDrmLicenseRefused, "planned"));
  constexpr int kKeys = 1100;
  const auto sample_of = [&rig](int number) {
    rig.kid.fill(1);
    rig.kid[0] = static_cast<uint8_t>(number >> 8);
    rig.kid[1] = static_cast<uint8_t>(number & 0xff);
    return rig.sample(true);
  };
  for (int i = 0; i < kKeys; ++i) (void)rig.protection->ask(sample_of(i));
  rig.executor.run_for(1min);
  for (int i : {0, 500, 1023, 1024, kKeys - 1}) {
    CAPTURE(i);
    // What was forgotten is asked for again.
    if (rig.protection->ask(sample_of(i)) == KeyGate::Answer::kWait) rig.executor.run_for(1min);
    CHECK(rig.protection->ask(sample_of(i)) == KeyGate::Answer::kNever);
    CHECK(rig.protection->refusal(sample_of(i)).code == ErrorCode::kDrmLicenseRefused);
  }
}

TEST_CASE("title_protection: a licence may allow less than the level does, and says so") {
  Rig rig(LicenseAnswer{bytes_of(kLicense), {{}, {}, 480}});
  rig.protection->require(TrackKind::kVideo, std::vector{rig.said});
  CHECK(rig.may_show(720));
  rig.executor.run_for(5s);
  CHECK(rig.may_show(480));
  CHECK_FALSE(rig.may_show(540));
  CHECK(rig.protection->ask(rig.sample(true, 480)) == KeyGate::Answer::kOpen);
  CHECK(rig.protection->ask(rig.sample(true, 540)) == KeyGate::Answer::kNever);
  const Error refusal = rig.protection->refusal(rig.sample(true, 540));
  CHECK(refusal.code == ErrorCode::kDrmOutputRestricted);
  CHECK(refusal.context.find("licence") != std::string::npos);
  REQUIRE(rig.levels.size() == 2);
  CHECK(rig.levels[0].max_height == 720);
  CHECK(rig.levels[0].rule == SecurityLevelChanged::Rule::kSecurityLevel);
  CHECK(rig.levels[1].from == 1000);
  CHECK(rig.levels[1].to == 1000);
  CHECK(rig.levels[1].max_height == 480);
  CHECK(rig.levels[1].rule == SecurityLevelChanged::Rule::kLicense);
}

TEST_CASE("title_protection: a display that protects less is why pictures are smaller") {
  test::SystemScript script;
  Rig rig(LicenseAnswer{bytes_of("any"), {}}, std::make_unique<test::ScriptedSystem>(script));
  script.keys = {rig.kid};
  rig.protection->set_output(OutputProtection::kInternal);
  rig.protection->require(TrackKind::kVideo, said_with(rig, script));
  rig.executor.run_for(5s);
  CHECK(rig.levels.empty());
  struct Case {
    OutputProtection output;
    int level, max_height;
    SecurityLevelChanged::Rule rule;
  };
  using Rule = SecurityLevelChanged::Rule;
  const Case cases[] = {{OutputProtection::kHdcp1, 2000, 1080, Rule::kDisplay},
                        {OutputProtection::kNone, 1000, 720, Rule::kDisplay},
                        {OutputProtection::kHdcp2_2, 3000, 0, Rule::kSecurityLevel}};
  int before = 3000;
  for (const Case& c : cases) {
    CAPTURE(c.level);
    rig.levels.clear();
    rig.protection->set_output(c.output);
    rig.executor.run_for(1s);
    REQUIRE(rig.levels.size() == 1);
    CHECK(rig.levels[0].from == before);
    CHECK(rig.levels[0].to == c.level);
    CHECK(rig.levels[0].max_height == c.max_height);
    CHECK(rig.levels[0].rule == c.rule);
    CHECK(rig.may_show(2160) == (c.level == 3000));
    before = c.level;
  }
}

TEST_CASE("title_protection: a licence that is refused is why samples are") {
  Rig rig(make_error(ErrorCode::kDrmLicenseRefused, "403"));
  rig.protection->require(TrackKind::kVideo, std::vector{rig.said});
  rig.executor.run_for(1min);
  CHECK(rig.licences == 0);
  CHECK(rig.protection->ask(rig.sample(false)) == KeyGate::Answer::kOpen);
  CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kNever);
  CHECK(rig.protection->refusal(rig.sample(true)).code == ErrorCode::kDrmLicenseRefused);
}

TEST_CASE("title_protection: a key the display is not fit for hides what needs it, until it is") {
  test::SystemScript script;
  Rig rig(LicenseAnswer{bytes_of("any"), {}}, std::make_unique<test::ScriptedSystem>(script));
  script.keys = {rig.kid};
  rig.protection->require(TrackKind::kVideo, said_with(rig, script));
  rig.executor.run_for(5s);
  REQUIRE(script.opened.size() == 1);
  CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kOpen);
  for (int lost = 0; lost < 2; ++lost) {
    script.opened[0].listener->on_drm_keys({{rig.kid, KeyStatus::kOutputRestricted}});
    rig.executor.run_for(1s);
    CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kNever);
    CHECK(rig.protection->refusal(rig.sample(true)).code == ErrorCode::kDrmOutputRestricted);
    CHECK_FALSE(rig.may_show(360));
    CHECK_FALSE(rig.protection->opens(rig.kid));
    script.opened[0].listener->on_drm_keys({{rig.kid, KeyStatus::kUsable}});
    rig.executor.run_for(1s);
    CHECK(rig.protection->ask(rig.sample(true)) == KeyGate::Answer::kOpen);
    CHECK(rig.may_show(360));
    CHECK(rig.protection->opens(rig.kid));
  }
}

TEST_CASE("title_protection: what PictureLimits say of the output") {
  struct Case {
    int tenths;
    OutputProtection output;
  };
  for (const Case& c : {Case{-1, OutputProtection::kNone}, Case{0, OutputProtection::kUnknown},
                        Case{9, OutputProtection::kUnknown}, Case{10, OutputProtection::kHdcp1},
                        Case{14, OutputProtection::kHdcp1}, Case{21, OutputProtection::kHdcp1},
                        Case{22, OutputProtection::kHdcp2_2}}) {
    CAPTURE(c.tenths);
    PictureLimits limits;
    limits.hdcp_tenths = c.tenths;
    CHECK(output_protection(limits) == c.output);
  }
}

}  // namespace playhead
