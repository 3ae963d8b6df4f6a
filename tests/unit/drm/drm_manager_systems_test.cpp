// SPDX-License-Identifier: Apache-2.0
// Several systems, several sessions: fallback, limits, the end.
#include "sample_router.h"
#include "system_ladder.h"
#include "unit/drm/manager_rig.h"

namespace playhead::test {

namespace {

using drm::system_ids::kPlayReady;
using drm::system_ids::kW3cCommon;
using drm::system_ids::kWidevine;

SystemScript script_of(const std::string& name, const KeyId& id, SecurityLevel level) {
  SystemScript script;
  script.name = name;
  script.id = id;
  script.level = level;
  return script;
}
SystemScript widevine(SecurityLevel level) { return script_of("widevine", kWidevine, level); }
SystemScript playready(SecurityLevel level) { return script_of("playready", kPlayReady, level); }

Protections all_systems(const std::vector<KeyId>& kids) {
  return {common_protection(kids), protection_of(kWidevine, kids), protection_of(kPlayReady, kids),
          protection_of(kW3cCommon, kids)};
}

std::string asked_of(const ManagerRig& rig) {
  std::string text;
  for (const LicenseRequest& request : rig.service.seen) {
    text += (text.empty() ? "" : " ") + drm::rung_name(request.scheme, request.level);
  }
  return text;
}
std::string told_of(const ManagerRig& rig) {
  std::string text;
  for (const DrmFallback& fallback : rig.fallbacks) {
    text += (text.empty() ? "" : " ") + fallback.from + ">" + fallback.to + ":" +
            std::string(error_name(fallback.reason.code));
  }
  return text;
}

}  // namespace

TEST_CASE("drm manager: the order of systems and levels") {
  struct Case {
    const char* name;
    std::vector<std::string> preference;
    std::vector<std::string> distrusted;
    std::string asked;  // one after the other, all of them refuse
  };
  const Case cases[] = {{"as registered, the levels of one together",
                         {},
                         {},
                         "widevine/3000 widevine/1000 playready/2000 clearkey/1000"},
                        {"as preferred",
                         {"clearkey", "playready"},
                         {},
                         "clearkey/1000 playready/2000 widevine/3000 widevine/1000"},
                        {"distrusted last",
                         {},
                         {"widevine/3000"},
                         "widevine/1000 playready/2000 clearkey/1000 widevine/3000"},
                        {"a whole system distrusted",
                         {"widevine"},
                         {"widevine/3000", "widevine/1000"},
                         "playready/2000 clearkey/1000 widevine/3000 widevine/1000"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.add(widevine(SecurityLevel::kSl3000));
    rig.add(playready(SecurityLevel::kSl2000));
    rig.add(widevine(SecurityLevel::kSl1000));
    rig.config.preference = c.preference;
    rig.config.distrusted = c.distrusted;
    rig.make();
    rig.service.script = [](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
      return make_error(ErrorCode::kDrmLicenseRefused, "not for this level");
    };
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    CHECK(asked_of(rig) == c.asked);
    CHECK(rig.failure(kA) == "DRM_LICENSE_REFUSED");
    REQUIRE(rig.fallbacks.size() == 4);
    CHECK(rig.fallbacks.back().to.empty());
    for (const SystemScript& script : rig.scripts) CHECK(script.open_count() == 0);
  }
}

TEST_CASE("drm manager: why one system is left for the next") {
  const auto error = [](ErrorCode code) { return make_error(code, "planned"); };
  const auto refuse = [](LicenseService& service, ErrorCode code) {
    service.script = [code](const LicenseRequest& request) -> std::optional<Result<LicenseAnswer>> {
      if (request.scheme != "widevine") return std::nullopt;
      return make_error(code, "planned");
    };
  };
  struct Case {
    const char* name;
    std::function<void(ManagerRig&, SystemScript&)> fails;
    const char* told;
    const char* failure;  // of the key, at the end
    bool is_asked_again;  // for another key
  };
  const Case cases[] = {
      {"cannot be opened",
       [&](ManagerRig&, SystemScript& s) { s.open_error = error(ErrorCode::kDrmModule); },
       "widevine/3000>clearkey/1000:DRM_MODULE", "", false},
      {"not provisioned",
       [&](ManagerRig&, SystemScript& s) { s.request_error = error(ErrorCode::kDrmProvisioning); },
       "widevine/3000>clearkey/1000:DRM_PROVISIONING", "", false},
      {"revoked, as the licence comes",
       [&](ManagerRig&, SystemScript& s) { s.update_error = error(ErrorCode::kDrmRevoked); },
       "widevine/3000>clearkey/1000:DRM_REVOKED", "", false},
      {"does not understand the box",
       [&](ManagerRig&, SystemScript& s) { s.request_error = error(ErrorCode::kDrmInitData); },
       "widevine/3000>clearkey/1000:DRM_INIT_DATA", "", true},
      {"never answers", [&](ManagerRig&, SystemScript& s) { s.is_mute = true; },
       "widevine/3000>clearkey/1000:DRM_MODULE", "", false},
      {"refused by the service",
       [&](ManagerRig& rig, SystemScript&) { refuse(rig.service, ErrorCode::kDrmLicenseRefused); },
       "widevine/3000>clearkey/1000:DRM_LICENSE_REFUSED", "", true},
      {"individualisation refused",
       [&](ManagerRig& rig, SystemScript& s) {
         s.individualisations = 1;
         refuse(rig.service, ErrorCode::kDrmLicenseRefused);
       },
       "widevine/3000>clearkey/1000:DRM_PROVISIONING", "", false},
      {"the service is away: no other system helps",
       [&](ManagerRig& rig, SystemScript&) {
         refuse(rig.service, ErrorCode::kDrmLicenseUnreachable);
       },
       "", "DRM_LICENSE_UNREACHABLE", true},
      {"garbage: likewise",
       [&](ManagerRig&, SystemScript& s) { s.update_error = error(ErrorCode::kDrmLicense); }, "",
       "DRM_LICENSE", true},
      {"asks for ever", [&](ManagerRig&, SystemScript& s) { s.individualisations = 1000; }, "",
       "DRM_LICENSE", true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
    c.fails(rig, script);
    rig.make();
    rig.require(all_systems({kA}));
    rig.executor.run_for(40s);
    CHECK(told_of(rig) == c.told);
    CHECK(rig.failure(kA) == c.failure);
    const bool is_well = *c.failure == 0;
    CHECK((rig.manager->status(kA) == KeyStatus::kUsable) == is_well);
    if (is_well) CHECK(rig.open_sample(kA) == "ok");
    CHECK(script.open_count() == 0);
    // Another key: a system that cannot be used is not asked again.
    rig.service.seen.clear();
    const std::size_t before = script.opened.size();
    rig.require(all_systems({kB}));
    rig.executor.run_for(40s);
    const bool was_asked = script.opened.size() > before;
    CHECK(was_asked == c.is_asked_again);
    CHECK(rig.fallbacks.size() <= 1);  // said once
  }
}

TEST_CASE("D09 drm manager: a session that is lost mid-play gives way to the next system") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  rig.config.output = OutputProtection::kInternal;
  rig.make();
  rig.require(all_systems({kA}));
  rig.executor.run_for(1s);
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl3000);
  CHECK(rig.open_sample(kA) == "DRM_NO_KEY");  // path B
  script.opened[0].listener->on_drm_failed(make_error(ErrorCode::kDrmModule, "crashed"));
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl1000);
  rig.executor.run_for(1s);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(told_of(rig) == "widevine/3000>clearkey/1000:DRM_MODULE");
  CHECK(asked_of(rig) == "widevine/3000 clearkey/1000");
}

TEST_CASE("D09 drm manager: a system that opens nothing gives way to the next for all its keys") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  rig.make();
  const Error why = make_error(ErrorCode::kDrmModule, "planned");
  CHECK_FALSE(rig.manager->give_up_system(TrackKind::kVideo, why));  // nothing plays
  rig.require(all_systems({kA}), TrackKind::kVideo);
  rig.require(all_systems({kB}), TrackKind::kAudio);
  CHECK_FALSE(rig.manager->give_up_system(TrackKind::kVideo, why));  // it has no key yet
  rig.executor.run_for(1s);
  REQUIRE(script.open_count() == 2);
  CHECK(rig.manager->give_up_system(TrackKind::kVideo, why));
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK(rig.manager->status(kB) == KeyStatus::kPending);
  rig.executor.run_for(1s);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.open_sample(kB) == "ok");
  CHECK(script.open_count() == 0);
  CHECK(told_of(rig) == "widevine/3000>clearkey/1000:DRM_MODULE");
  // It is not asked again, and below Clear Key there is nothing.
  rig.require(all_systems({kC}));
  rig.executor.run_for(1s);
  CHECK(script.opened.size() == 2);
  CHECK_FALSE(rig.manager->give_up_system(TrackKind::kVideo, why));
  CHECK(rig.open_sample(kA) == "ok");
}

TEST_CASE("drm manager: where a decoder cannot take encrypted samples others are asked") {
  for (const bool has_decoder : {false, true}) {
    CAPTURE(has_decoder);
    ManagerRig rig;
    rig.config.secure_decoders.clear();
    if (has_decoder) rig.config.secure_decoders = {TrackKind::kVideo};
    rig.add(widevine(SecurityLevel::kSl3000));
    rig.make();
    rig.require(all_systems({kA}), TrackKind::kVideo);
    rig.require(all_systems({kB}), TrackKind::kAudio);
    rig.executor.run_for(1s);
    CHECK(asked_of(rig) ==
          (has_decoder ? "widevine/3000 clearkey/1000" : "clearkey/1000 clearkey/1000"));
    CHECK(rig.manager->decryptor()->needs_secure_decoder(kA) == has_decoder);
    CHECK_FALSE(rig.manager->decryptor()->needs_secure_decoder(kB));
    CHECK(rig.open_sample(kA) == (has_decoder ? "DRM_NO_KEY" : "ok"));
    CHECK(rig.open_sample(kB) == "ok");
    CHECK(rig.fallbacks.empty());
  }
  ManagerRig rig;
  rig.config.secure_decoders.clear();
  rig.add(widevine(SecurityLevel::kSl3000));
  rig.make_bare();
  CHECK_FALSE(rig.manager->can_open(TrackKind::kVideo, all_systems({kA})).has_value());
}

TEST_CASE("drm manager: who is asked again") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  const auto refuse_widevine = [&](ErrorCode others) {
    rig.service.script =
        [others](const LicenseRequest& request) -> std::optional<Result<LicenseAnswer>> {
      const bool is_first = request.scheme == "widevine";
      return make_error(is_first ? ErrorCode::kDrmLicenseRefused : others, "planned");
    };
  };
  SUBCASE("a service that did not answer: by the system that waited for it") {
    rig.make();
    refuse_widevine(ErrorCode::kDrmLicenseUnreachable);
    rig.require(all_systems({kA}));
    rig.executor.run_for(11s);
    CHECK(rig.failure(kA) == "DRM_LICENSE_UNREACHABLE");
    CHECK(asked_of(rig) == "widevine/3000 clearkey/1000");
    rig.service.script = nullptr;
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    CHECK(asked_of(rig) == "widevine/3000 clearkey/1000 clearkey/1000");
    CHECK(rig.open_sample(kA) == "ok");
  }
  SUBCASE("after a pause in which the licence ran out: whoever had refused, too") {
    rig.make();
    rig.require(all_systems({kA}));
    rig.executor.run_for(1h);
    refuse_widevine(ErrorCode::kDrmLicenseRefused);
    script.opened[0].listener->on_drm_keys({{kA, KeyStatus::kExpired}});
    rig.executor.run_for(1h);
    CHECK(rig.failure(kA) == "DRM_LICENSE_REFUSED");
    rig.service.script = nullptr;
    rig.service.seen.clear();
    rig.manager->on_resume();
    rig.executor.run_for(1s);
    CHECK(asked_of(rig) == "widevine/3000");
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  }
  SUBCASE("but no system that failed itself") {
    rig.make();
    script.open_error = make_error(ErrorCode::kDrmModule, "planned");
    rig.service.lifetime = 1h;
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    refuse_widevine(ErrorCode::kDrmLicenseRefused);
    rig.executor.run_for(2h);
    CHECK(rig.failure(kA) == "DRM_LICENSE_REFUSED");
    rig.service.script = nullptr;
    rig.service.seen.clear();
    script.open_error.reset();
    rig.manager->on_resume();
    rig.executor.run_for(1s);
    CHECK(asked_of(rig) == "clearkey/1000");
    CHECK(rig.open_sample(kA) == "ok");
  }
}

TEST_CASE("drm manager: Clear Key is no way out of what the manifest does not speak of") {
  ManagerRig rig;
  rig.add(widevine(SecurityLevel::kSl3000)).open_error =
      make_error(ErrorCode::kDrmModule, "planned");
  rig.make();
  rig.require({common_protection({kA}), protection_of(kWidevine, {kA})});
  rig.executor.run_for(1s);
  CHECK(rig.failure(kA) == "DRM_MODULE");
  CHECK(rig.service.seen.empty());
  CHECK(told_of(rig) == "widevine/3000>:DRM_MODULE");
}

TEST_CASE("drm manager: systems that cannot open the scheme are not asked") {
  ManagerRig rig;
  rig.add(widevine(SecurityLevel::kSl3000));
  rig.make();
  Protections protections = all_systems({kA});
  protections[0].value = "cens";  // not among those of the scripted system
  rig.require(protections);
  rig.executor.run_for(1s);
  CHECK(asked_of(rig) == "clearkey/1000");
  CHECK(rig.fallbacks.empty());
}

TEST_CASE("drm manager: as many sessions as the system has, the least wanted gives way") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  script.max_sessions = 2;
  rig.make_bare();
  rig.require({protection_of(kWidevine, {kA})});
  rig.require({protection_of(kWidevine, {kB})});
  rig.executor.run_for(1s);
  CHECK(script.open_count() == 2);
  rig.require({protection_of(kWidevine, {kA})});  // wanted again: B is older now
  rig.require({protection_of(kWidevine, {kC})});
  rig.executor.run_for(1s);
  CHECK(script.open_count() == 2);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.manager->status(kB) == KeyStatus::kPending);  // as if never required
  CHECK(rig.manager->status(kC) == KeyStatus::kUsable);
  CHECK(rig.service.seen.size() == 3);
  rig.require({protection_of(kWidevine, {kB})});
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kB) == KeyStatus::kUsable);
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK(rig.fallbacks.empty());
}

TEST_CASE("drm manager: sound does not drive pictures out of the only session, nor they it") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  script.max_sessions = 1;
  rig.make_bare();
  rig.require({protection_of(kWidevine, {kA})}, TrackKind::kVideo);
  rig.executor.run_for(1s);
  for (int segment = 0; segment < 5; ++segment) {
    rig.require({protection_of(kWidevine, {kB})}, TrackKind::kAudio);
    rig.require({protection_of(kWidevine, {kA})}, TrackKind::kVideo);
    rig.executor.run_for(4s);
  }
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.failure(kB) == "DRM_BUSY");
  CHECK(rig.service.seen.size() == 1);
  // The next key of the pictures takes the place of theirs.
  rig.require({protection_of(kWidevine, {kC})}, TrackKind::kVideo);
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kC) == KeyStatus::kUsable);
}

TEST_CASE("drm manager: a system that is busy gets one of its sessions back") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  script.max_sessions = 3;
  rig.make_bare();
  rig.require({protection_of(kWidevine, {kA})});
  rig.executor.run_for(1s);
  script.taken_by_others = 2;
  rig.require({protection_of(kWidevine, {kB})});
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK(rig.manager->status(kB) == KeyStatus::kUsable);
  script.taken_by_others = 100;
  rig.require({protection_of(kWidevine, {kC})});
  rig.executor.run_for(1s);
  CHECK(rig.failure(kC) == "DRM_BUSY");
}

TEST_CASE("drm manager: one session at a time is enough for a licence that runs out") {
  ManagerRig rig;
  ClearKeyOptions options;
  options.max_sessions = 1;
  rig.make(options);
  rig.service.lifetime = 1h;
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  rig.executor.jump_wall(24h);
  rig.executor.run_for(2min);
  const auto is_new = [](const LicenseRequest& request) {
    return request.type == DrmMessageType::kLicenseRequest;
  };
  CHECK(std::count_if(rig.service.seen.begin(), rig.service.seen.end(), is_new) == 2);
  CHECK(rig.open_sample(kA) == "ok");
}

TEST_CASE("drm manager: stop closes all, and is told once") {
  ManagerRig rig;
  SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
  bool is_done = false;
  const auto done = [&] { is_done = true; };
  SUBCASE("temporary sessions of systems that have nothing to tell") {
    rig.make();
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    rig.manager->stop(5s, done);
    CHECK_FALSE(is_done);
    CHECK(script.open_count() == 0);
    rig.executor.run_ready();
    CHECK(is_done);
  }
  SUBCASE("before there is a licence") {
    rig.make();
    rig.require(all_systems({kA}));
    rig.manager->stop(5s, done);
    rig.executor.run_ready();
    CHECK(is_done);
    rig.executor.run_for(1s);
    CHECK(rig.service.seen.empty());
  }
  SUBCASE("systems that prove it to the service") {
    script.releases = true;
    rig.make();
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    rig.manager->stop(5s, done);
    rig.executor.run_ready();
    CHECK_FALSE(is_done);
    CHECK(rig.service.seen.back().type == DrmMessageType::kRelease);
    rig.executor.run_for(200ms);
    CHECK(is_done);
  }
  SUBCASE("a service that does not answer is waited for so long and no longer") {
    script.releases = true;
    rig.make();
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    rig.service.latency = 1h;
    rig.manager->stop(5s, done);
    rig.executor.run_for(4s);
    CHECK_FALSE(is_done);
    rig.executor.run_for(1s);
    CHECK(is_done);
  }
  SUBCASE("a service that refuses it is no reason to wait") {
    script.releases = true;
    rig.make();
    rig.require(all_systems({kA}));
    rig.executor.run_for(1s);
    rig.service.script = [](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
      return make_error(ErrorCode::kDrmLicenseUnreachable, "planned");
    };
    rig.manager->stop(5s, done);
    rig.executor.run_for(200ms);
    CHECK(is_done);
  }
  CHECK(script.open_count() == 0);
  const std::size_t requests = rig.service.seen.size();
  rig.require(all_systems({kB}));  // too late
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == requests);
  bool is_done_again = false;
  rig.manager->stop(5s, [&] { is_done_again = true; });
  rig.executor.run_ready();
  CHECK(is_done_again);
}

TEST_CASE("drm manager: its end is the end of everything, at any moment") {
  for (int steps = 0; steps < 40; ++steps) {
    CAPTURE(steps);
    ManagerRig rig;
    SystemScript& script = rig.add(widevine(SecurityLevel::kSl3000));
    script.lifetime = 60s;
    rig.make();
    rig.service.lifetime = 30s;
    rig.require(all_systems({kA}));
    rig.require({common_protection({kB})});
    for (int i = 0; i < steps; ++i) {
      const uint64_t before = rig.executor.steps();
      rig.executor.run_until_true([&] { return rig.executor.steps() > before; }, 1min);
    }
    const auto decryptor = rig.manager->decryptor();
    rig.manager.reset();
    const int changes = rig.changes;
    CHECK(script.open_count() == 0);
    CHECK(rig.service.under_way == 0);
    rig.executor.run_for(1h);
    CHECK(rig.changes == changes);
    CHECK(ManagerRig::open_sample(*decryptor, kB) == "DRM_NO_KEY");
  }
}

TEST_CASE("drm manager: a listener may end it") {
  struct Ender final : DrmManagerListener {
    void on_drm_changed() override { manager.reset(); }
    void on_drm_licensed() override { ++told; }
    void on_drm_fallback(DrmFallback) override { ++told; }
    std::unique_ptr<DrmManager> manager;
    int told = 0;
  };
  VirtualExecutor executor;
  LicenseService service(executor);
  Ender ender;
  DrmManagerConfig config;
  config.systems.push_back(make_clear_key_system({}));
  ender.manager = DrmManager::make(std::move(config), service, executor, ender);
  const Protections protections = {common_protection({kA})};
  ender.manager->require(TrackKind::kVideo, protections);
  executor.run_for(1h);
  CHECK(ender.manager == nullptr);
  CHECK(ender.told == 0);
  CHECK(executor.idle());
}

TEST_CASE("drm manager: a hundred titles leave no session behind") {
  ManagerRig rig;
  SystemScript& script = rig.scripts.emplace_back(widevine(SecurityLevel::kSl3000));
  script.max_sessions = 1;
  for (int i = 0; i < 100; ++i) {
    DrmManagerConfig config;
    config.secure_decoders = {TrackKind::kVideo};
    config.systems.push_back(std::make_unique<ScriptedSystem>(script));
    config.systems.push_back(make_clear_key_system({}));
    rig.manager = DrmManager::make(std::move(config), rig.service, rig.executor, rig);
    rig.require({protection_of(kWidevine, {kA})});
    rig.require({common_protection({kB})});
    rig.executor.run_for(Duration{i * 3'000});
    rig.manager.reset();
    CHECK(script.open_count() == 0);
  }
  CHECK(script.opened.size() == 100);
}

TEST_CASE("sample router: the system that has the key opens the sample, any thread") {
  // Two Clear Key systems: one for each half of the keys.
  ManagerRig rig;
  rig.config.systems.push_back(make_clear_key_system({}));
  rig.config.systems.push_back(make_clear_key_system({}));
  rig.make_bare();
  int count = 0;
  rig.service.script = [&](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
    if (++count == 1) return make_error(ErrorCode::kDrmLicenseRefused, "not from the first one");
    return std::nullopt;
  };
  rig.require({common_protection({kA})});  // from the second system
  rig.executor.run_for(1s);
  rig.require({common_protection({kB})});  // from the first one
  rig.executor.run_for(1s);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.open_sample(kB) == "ok");
  CHECK(rig.open_sample(kC) == "DRM_NO_KEY");
  // Without routes each is tried.
  const auto decryptor = std::dynamic_pointer_cast<drm::SampleRouter>(rig.manager->decryptor());
  REQUIRE(decryptor != nullptr);
  decryptor->set_routes({});
  CHECK(ManagerRig::open_sample(*decryptor, kA) == "ok");
  CHECK(ManagerRig::open_sample(*decryptor, kB) == "ok");
  CHECK(ManagerRig::open_sample(*decryptor, kC) == "DRM_NO_KEY");
}

TEST_CASE("drm manager: segments encrypted as a whole are refused, and it is said why") {
  ManagerRig rig;
  rig.make();
  ContentProtection whole;
  whole.scheme = "urn:mpeg:dash:sea:2012";
  const Protections both{common_protection({kA}), whole};
  const auto checked = rig.manager->can_open(TrackKind::kVideo, both);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().code == ErrorCode::kDrmNoSystem);
  CHECK(checked.error().context.find("ISO/IEC 23009-4") != std::string::npos);
  rig.require(both);
  rig.executor.run_for(1s);
  CHECK(rig.failure(kA) == "DRM_NO_SYSTEM");
  CHECK(rig.service.seen.empty());
}

TEST_CASE("drm manager: a sample without usable initialisation data is told so, not waited for") {
  const std::vector<uint8_t> good = drm::write_pssh(kWidevine, {kA}, {});
  const std::vector<uint8_t> cut(good.begin(), good.end() - 3);
  struct Case {
    const char* name;
    std::vector<uint8_t> manifest, media;
    const char* says;
  };
  const Case cases[] = {{"none at all", {}, {}, "neither the manifest nor the media has any"},
                        {"damaged in the manifest", cut, {}, "pssh"},
                        {"damaged in the media", {}, cut, "pssh"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.add(widevine(SecurityLevel::kSl1000));
    rig.make_bare();
    Protections manifest = {common_protection({kA}), protection_of(kWidevine)};
    manifest.back().pssh = SharedBytes(c.manifest);
    rig.require(manifest);
    rig.require(manifest, {kA}, c.media);
    rig.executor.run_for(1s);
    CHECK(rig.failure(kA).empty());  // the next box may be a good one
    rig.manager->require_for_sample(TrackKind::kVideo, manifest, kA);
    CHECK(rig.failure(kA) == "DRM_INIT_DATA");
    CHECK(rig.manager->failure(kA)->context.find(c.says) != std::string::npos);
    CHECK(rig.manager->status(kA) == KeyStatus::kError);
    rig.executor.run_for(1s);
    CHECK(rig.changes == 1);
    CHECK(rig.service.seen.empty());
    // Better ones take its place.
    rig.require(manifest, {kA}, good);
    CHECK(rig.failure(kA).empty());
    rig.executor.run_for(1s);
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
    CHECK(rig.service.seen.size() == 1);
  }
}

TEST_CASE("drm manager: a key of data that names none is waited for until their licence came") {
  const std::vector<uint8_t> opaque =
      drm::write_pssh(kWidevine, {}, std::vector<uint8_t>{0x22, 1, 7});
  struct Case {
    bool brings_it;
    Protections manifest;
  };
  const Protections announced = {protection_of(kWidevine)};
  for (const Case& c : {Case{true, {}}, Case{false, announced}, Case{true, announced}}) {
    const bool brings_it = c.brings_it;
    CAPTURE(brings_it);
    ManagerRig rig;
    rig.add(widevine(SecurityLevel::kSl1000)).keys = {brings_it ? kA : kB};
    rig.make_bare();
    rig.require(c.manifest, {}, opaque);
    rig.manager->require_for_sample(TrackKind::kVideo, c.manifest, kA);
    CHECK(rig.failure(kA).empty());
    rig.executor.run_for(1s);
    rig.manager->require_for_sample(TrackKind::kVideo, c.manifest, kA);
    CHECK(rig.failure(kA) == std::string(brings_it ? "" : "DRM_NO_KEY"));
    CHECK((rig.manager->status(kA) == KeyStatus::kUsable) == brings_it);
  }
}

}  // namespace playhead::test
