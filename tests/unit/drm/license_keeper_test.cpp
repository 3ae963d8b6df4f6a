// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/license_keeper.h"

#include "support/memory_license_store.h"
#include "unit/drm/manager_rig.h"

namespace playhead::test {

namespace {

// A device with a store for licences, a service, and what a download and a play of it do there.
struct KeeperRig final : DrmManagerListener {
  void on_drm_changed() override {}
  void on_drm_licensed() override {}
  void on_drm_fallback(DrmFallback) override {}

  [[nodiscard]] DrmManagerConfig config() {
    DrmManagerConfig made;
    ClearKeyOptions options;
    options.store = has_store ? &store : nullptr;
    options.max_sessions = max_sessions;
    made.systems.push_back(make_clear_key_system(options));
    return made;
  }
  [[nodiscard]] std::unique_ptr<LicenseKeeper> keeper() {
    return LicenseKeeper::make(config(), service, executor);
  }
  // Each entry: the keys of one AdaptationSet.
  Result<std::vector<KeptLicense>> acquire(const std::vector<std::vector<KeyId>>& kids) {
    const auto keeper = this->keeper();
    std::vector<LicenseWish> wishes;
    for (const std::vector<KeyId>& set : kids) {
      wishes.push_back({TrackKind::kVideo, {common_protection(set)}, std::nullopt});
    }
    std::optional<Result<std::vector<KeptLicense>>> got;
    keeper->acquire(wishes, [&](Result<std::vector<KeptLicense>> r) { got = std::move(r); });
    CHECK_FALSE(got.has_value());
    executor.run_for(1min);
    REQUIRE(got.has_value());
    return *got;
  }
  [[nodiscard]] std::string acquire_failure(const std::vector<std::vector<KeyId>>& kids) {
    const auto got = acquire(kids);
    return got ? "" : std::string(error_name(got.error().code));
  }
  [[nodiscard]] std::string release(const KeptLicense& license) {
    const auto keeper = this->keeper();
    std::optional<Result<void>> got;
    keeper->release(license, [&](Result<void> r) { got = std::move(r); });
    CHECK_FALSE(got.has_value());
    executor.run_for(1min);
    REQUIRE(got.has_value());
    return *got ? "" : std::string(error_name(got->error().code));
  }
  // Opens the title without a network.
  std::unique_ptr<DrmManager> play(const std::vector<KeptLicense>& licenses,
                                   const std::vector<KeyId>& kids) {
    DrmManagerConfig offline = config();
    offline.only_kept = licenses;
    auto manager = DrmManager::make(std::move(offline), *nobody, executor, *this);
    const Protections protections{common_protection(kids)};
    CHECK((kids.empty() || manager->can_open(TrackKind::kVideo, protections).has_value()));
    manager->require(TrackKind::kVideo, protections);
    manager->require(TrackKind::kVideo, protections, MediaProtection{kids, {}});
    executor.run_for(1s);
    return manager;
  }

  VirtualExecutor executor;
  LicenseService service{executor};
  MemoryLicenseStore store;
  std::unique_ptr<LicenseFetcher> nobody = make_refusing_fetcher(executor);
  bool has_store = true;
  int max_sessions = 32;
};

std::string failure(const DrmManager& manager, const KeyId& kid) {
  const auto error = manager.failure(kid);
  return error ? std::string(error_name(error->code)) : "";
}

}  // namespace

TEST_CASE("license keeper: what is acquired opens the title without a network") {
  KeeperRig rig;
  rig.service.lifetime = 24h * 30;
  rig.service.terms = [&] { return LicenseTerms{rig.executor.wall_now() + 24h * 20, {}, 480}; };
  const WallTime began = rig.executor.wall_now();
  const auto got = rig.acquire({{kA, kB}, {kC}});
  REQUIRE(got.has_value());
  REQUIRE(got->size() == 2);
  const KeptLicense& first = got->front();
  CHECK(first.system == "clearkey");
  CHECK_FALSE(first.persistent_id.empty());
  CHECK(first.kids == std::vector<KeyId>{kA, kB});
  CHECK(first.terms.max_height == 480);
  REQUIRE(first.expires_at.has_value());
  CHECK(*first.expires_at - began <= 24h * 20 + 1s);
  CHECK(rig.store.records.size() == 2);
  REQUIRE(rig.service.seen.size() == 2);
  for (const LicenseRequest& request : rig.service.seen) {
    CHECK(request.kind == SessionKind::kPersistent);
    const std::string challenge(as_text(request.challenge.view()));
    CHECK(challenge.find("persistent-license") != std::string::npos);
  }

  const auto manager = rig.play(*got, {kA, kB, kC});
  CHECK(manager->status(kA) == KeyStatus::kUsable);
  for (const KeyId& kid : {kA, kB, kC}) {
    CHECK(ManagerRig::open_sample(*manager->decryptor(), kid) == "ok");
  }
  CHECK(manager->level(TrackKind::kVideo) == SecurityLevel::kSl1000);
  CHECK(manager->max_height(TrackKind::kVideo) == 480);
  // It is not renewed, and ends when the service said it would.
  rig.executor.run_for(24h * 20 - 2min);
  CHECK(ManagerRig::open_sample(*manager->decryptor(), kA) == "ok");
  rig.executor.run_for(3min);
  CHECK(ManagerRig::open_sample(*manager->decryptor(), kA) == "DRM_EXPIRED");
  CHECK(manager->status(kA) == KeyStatus::kExpired);
  CHECK(failure(*manager, kA) == "DRM_EXPIRED");
  manager->on_resume();
  rig.executor.run_for(1min);
  CHECK(failure(*manager, kA) == "DRM_EXPIRED");
  CHECK(rig.service.seen.size() == 2);
  CHECK(failure(*rig.play(*got, {kA}), kA) == "DRM_EXPIRED");
  bool is_stopped = false;
  manager->stop(1s, [&] { is_stopped = true; });
  rig.executor.run_for(1s);
  CHECK(is_stopped);
  CHECK(rig.store.records.size() == 2);  // what is kept stays
}

TEST_CASE("license keeper: what cannot be acquired says why") {
  struct Case {
    const char* name;
    std::function<void(KeeperRig&)> spoil;
    std::vector<std::vector<KeyId>> kids;
    const char* failure;
  };
  const auto answers = [](Result<LicenseAnswer> answer) {
    return [answer](KeeperRig& rig) {
      rig.service.script = [answer](const LicenseRequest&) { return answer; };
    };
  };
  const Case cases[] = {
      {"refused",
       answers(make_error(ErrorCode::kDrmLicenseRefused, "403")),
       {{kA}},
       "DRM_LICENSE_REFUSED"},
      {"no answer",
       answers(make_error(ErrorCode::kDrmLicenseUnreachable, "away")),
       {{kA}},
       "DRM_LICENSE_UNREACHABLE"},
      {"garbage", answers(license_answer("?")), {{kA}}, "DRM_LICENSE"},
      {"not to be kept", answers(license_answer(license_of({kA}))), {{kA}}, "DRM_LICENSE"},
      {"one of two refused",
       [](KeeperRig& rig) {
         rig.service.script = [](const LicenseRequest& r) -> std::optional<Result<LicenseAnswer>> {
           if (r.kids != std::vector<KeyId>{kB}) return std::nullopt;
           return make_error(ErrorCode::kDrmLicenseRefused, "403");
         };
       },
       {{kA}, {kB}},
       "DRM_LICENSE_REFUSED"},
      {"nobody keeps licences",
       [](KeeperRig& rig) { rig.has_store = false; },
       {{kA}},
       "DRM_NO_SYSTEM"},
      {"the disk is full", [](KeeperRig& rig) { rig.store.is_full = true; }, {{kA}}, "STORE_FULL"},
      {"nothing is wanted", [](KeeperRig&) {}, {}, "DRM_INIT_DATA"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    KeeperRig rig;
    c.spoil(rig);
    CHECK(rig.acquire_failure(c.kids) == c.failure);
  }
}

TEST_CASE("license keeper: one call at a time, and none when it has gone") {
  KeeperRig rig;
  auto keeper = rig.keeper();
  const LicenseWish wish{TrackKind::kVideo, {common_protection({kA})}, std::nullopt};
  std::vector<std::string> outcomes;
  const auto note = [&](const Result<std::vector<KeptLicense>>& r) {
    outcomes.push_back(r ? "ok" : std::string(error_name(r.error().code)));
  };
  keeper->acquire(std::span(&wish, 1), note);
  keeper->acquire(std::span(&wish, 1), note);
  rig.executor.run_for(1s);
  CHECK(outcomes == std::vector<std::string>{"INVALID_STATE", "ok"});
  keeper->acquire(std::span(&wish, 1), note);
  rig.executor.run_for(1s);
  CHECK(outcomes.back() == "ok");
  CHECK(rig.service.seen.size() == 1);
  outcomes.clear();
  const LicenseWish other{TrackKind::kAudio, {common_protection({kB})}, std::nullopt};
  keeper->acquire(std::span(&other, 1), note);
  keeper->release({"clearkey", "x", {}, {}, {}},
                  [&](const Result<void>&) { outcomes.push_back("?"); });
  keeper.reset();
  rig.executor.run_for(1min);
  CHECK(outcomes.empty());
  CHECK(rig.service.under_way == 0);
}

TEST_CASE("license keeper: a play without a network has what is kept, and says what is not") {
  KeeperRig rig;
  const auto got = rig.acquire({{kA}, {kB}});
  REQUIRE(got.has_value());
  const std::size_t asked = rig.service.seen.size();

  CHECK(failure(*rig.play(*got, {kC}), kC) == "DRM_NO_LICENSE");
  CHECK(failure(*rig.play({}, {kA}), kA) == "DRM_NO_LICENSE");
  std::vector<KeptLicense> foreign = *got;
  for (KeptLicense& license : foreign) license.system = "widevine";
  CHECK(failure(*rig.play(foreign, {kA}), kA) == "DRM_NO_SYSTEM");

  // Media that names no key, and systems with one session.
  rig.max_sessions = 1;
  const auto manager = rig.play(*got, {});
  CHECK(manager->level(TrackKind::kVideo) == SecurityLevel::kSl1000);
  const auto has_key = [&](const KeyId& kid) {
    return ManagerRig::open_sample(*manager->decryptor(), kid) == "ok";
  };
  manager->require(TrackKind::kVideo, {}, MediaProtection{{kA}, {}});
  rig.executor.run_for(1s);
  CHECK(has_key(kA));
  manager->require(TrackKind::kVideo, {}, MediaProtection{{kB}, {}});
  rig.executor.run_for(1s);
  CHECK(has_key(kB));

  rig.max_sessions = 32;
  rig.store.records.erase(got->front().persistent_id);
  const auto robbed = rig.play(*got, {kA, kB});
  CHECK(failure(*robbed, kA) == "DRM_NO_LICENSE");
  CHECK(ManagerRig::open_sample(*robbed->decryptor(), kB) == "ok");
  CHECK(rig.service.seen.size() == asked);
}

TEST_CASE("license keeper: a licence is given back, at once or when the service can be reached") {
  KeeperRig rig;
  const auto got = rig.acquire({{kA}, {kB}});
  REQUIRE(got.has_value());
  CHECK(rig.release(got->front()) == "");
  CHECK(rig.service.seen.back().type == DrmMessageType::kRelease);
  CHECK(rig.service.seen.back().kind == SessionKind::kPersistent);
  CHECK(rig.store.records.size() == 1);
  CHECK(rig.release(got->front()) == "");  // it is gone already
  CHECK(failure(*rig.play(*got, {kA, kB}), kA) == "DRM_NO_LICENSE");

  rig.service.script = [](const LicenseRequest&) {
    return Result<LicenseAnswer>(make_error(ErrorCode::kDrmLicenseUnreachable, "away"));
  };
  CHECK(rig.release(got->back()) == "DRM_LICENSE_UNREACHABLE");
  CHECK(rig.store.records.size() == 1);  // what is left to tell
  CHECK(failure(*rig.play(*got, {kB}), kB) == "DRM_NO_KEY");
  CHECK(rig.release(got->back()) == "DRM_LICENSE_UNREACHABLE");
  rig.service.script = [](const LicenseRequest&) { return license_answer("{}"); };
  CHECK(rig.release(got->back()) == "DRM_LICENSE");
  rig.service.script = nullptr;
  CHECK(rig.release(got->back()) == "");
  CHECK(rig.store.records.empty());

  // A licence that ran out is given back like any other.
  rig.service.lifetime = 10s;
  const auto brief = rig.acquire({{kC}});  // a minute passes
  REQUIRE(brief.has_value());
  CHECK(rig.release(brief->front()) == "");
  KeptLicense foreign = brief->front();
  foreign.system = "widevine";
  CHECK(rig.release(foreign) == "DRM_NO_SYSTEM");
}

TEST_CASE("license keeper: a store that fails is told though another system has nothing to say") {
  for (const bool is_broken_first : {true, false}) {
    CAPTURE(is_broken_first);
    KeeperRig rig;
    const auto got = rig.acquire({{kA}});
    REQUIRE(got.has_value());
    MemoryLicenseStore empty;
    rig.store.is_broken = true;
    DrmManagerConfig two;
    ClearKeyOptions options;
    for (const bool is_first : {true, false}) {
      options.store = is_first == is_broken_first ? &rig.store : &empty;
      two.systems.push_back(make_clear_key_system(options));
    }
    const auto keeper = LicenseKeeper::make(std::move(two), rig.service, rig.executor);
    std::optional<Result<void>> told;
    keeper->release(got->front(), [&](Result<void> r) { told = std::move(r); });
    rig.executor.run_for(1s);
    REQUIRE(told.has_value());
    REQUIRE_FALSE(told->has_value());
    CHECK(told->error().code == ErrorCode::kStoreIo);
    CHECK(rig.store.records.size() == 1);
  }
}

TEST_CASE("license keeper: what the store fails at on the way back is told, and done later") {
  KeeperRig rig;
  const auto got = rig.acquire({{kA}});
  REQUIRE(got.has_value());
  const std::size_t asked = rig.service.seen.size();
  const auto record = rig.store.records.begin()->second;
  rig.store.is_full = true;  // it is marked as given back before anybody is told
  CHECK(rig.release(got->front()) == "STORE_FULL");
  CHECK(rig.service.seen.size() == asked);
  CHECK(rig.store.records.begin()->second == record);
  CHECK(ManagerRig::open_sample(*rig.play(*got, {kA})->decryptor(), kA) == "ok");
  rig.store.is_full = false;
  rig.store.is_stuck = true;  // the service has it back, the mark stays
  CHECK(rig.release(got->front()) == "STORE_IO");
  CHECK(rig.service.seen.size() == asked + 1);
  CHECK(failure(*rig.play(*got, {kA}), kA) == "DRM_NO_KEY");
  rig.store.is_stuck = false;
  CHECK(rig.release(got->front()) == "");
  CHECK(rig.service.seen.size() == asked + 2);
  CHECK(rig.store.records.empty());
}

TEST_CASE("license keeper: a system that goes on telling after a return is not heard") {
  VirtualExecutor executor;
  LicenseService service{executor};
  SystemScript script;
  script.kept = {kA};
  script.releases = true;
  DrmManagerConfig config;
  config.secure_decoders = {TrackKind::kVideo};
  config.systems.push_back(std::make_unique<ScriptedSystem>(script));
  const auto keeper = LicenseKeeper::make(std::move(config), service, executor);
  KeptLicense kept;
  kept.system = script.name;
  kept.persistent_id = "1";
  kept.kids = {kA};
  int told = 0;
  keeper->release(kept, [&](const Result<void>& result) {
    CHECK(result.has_value());
    ++told;
  });
  executor.run_for(1min);
  CHECK(told == 1);
  REQUIRE(script.opened.size() == 1);
  if (script.opened[0].is_open) {
    script.opened[0].listener->on_drm_failed(make_error(ErrorCode::kDrmModule, "and again"));
    executor.run_for(1min);
  }
  CHECK(told == 1);
  CHECK_FALSE(script.opened[0].is_open);
}

TEST_CASE("license keeper: systems that keep no licences are passed over") {
  KeeperRig rig;
  SystemScript script;
  DrmManagerConfig config = rig.config();
  config.secure_decoders = {TrackKind::kVideo};
  config.systems.insert(config.systems.begin(), std::make_unique<ScriptedSystem>(script));
  const auto keeper = LicenseKeeper::make(std::move(config), rig.service, rig.executor);
  const LicenseWish wish{TrackKind::kVideo,
                         {common_protection({kA}), protection_of(drm::system_ids::kWidevine, {kA})},
                         std::nullopt};
  std::optional<Result<std::vector<KeptLicense>>> got;
  keeper->acquire(std::span(&wish, 1), [&](auto r) { got = std::move(r); });
  rig.executor.run_for(1s);
  REQUIRE(got.has_value());
  REQUIRE(got->has_value());
  CHECK((*got)->front().system == "clearkey");
  CHECK(script.opened.empty());
}

}  // namespace playhead::test
