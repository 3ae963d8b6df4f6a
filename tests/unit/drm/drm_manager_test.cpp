// SPDX-License-Identifier: Apache-2.0
// Which keys are asked for, once each, and what is known of them.
#include "playhead/drm/drm_manager.h"

#include "unit/drm/manager_rig.h"

namespace playhead::test {

using drm::system_ids::kClearKey;
using drm::system_ids::kW3cCommon;
using drm::system_ids::kWidevine;

TEST_CASE("drm manager: from the manifest to the sample") {
  ManagerRig rig;
  rig.make();
  rig.require({common_protection({kA}), protection_of(kW3cCommon, {kA}, "https://l.example/")});
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK(rig.changes == 0);
  rig.executor.run_for(50ms);
  REQUIRE(rig.service.seen.size() == 1);
  const LicenseRequest& request = rig.service.seen[0];
  CHECK(request.url == "https://l.example/");
  CHECK(request.scheme == "clearkey");
  CHECK(request.kids == std::vector<KeyId>{kA});
  CHECK(request.level == SecurityLevel::kSl1000);
  CHECK(request.type == DrmMessageType::kLicenseRequest);
  CHECK(rig.open_sample(kA) == "DRM_NO_KEY");
  rig.executor.run_for(51ms);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK_FALSE(rig.manager->failure(kA).has_value());
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.open_sample(kB) == "DRM_NO_KEY");
  CHECK(rig.licensed == 1);
  CHECK(rig.changes >= 1);
  CHECK(rig.fallbacks.empty());
}

TEST_CASE(
    "D10 drm manager: one request for each distinct set of keys, none for keys that are there") {
  struct Step {
    Protections manifest;
    std::vector<KeyId> media;  // empty: the manifest alone
    std::vector<KeyId> boxes;  // of the media, of the W3C
  };
  struct Case {
    const char* name;
    std::vector<Step> steps;
    bool waits;  // for the licence after each step
    std::vector<std::vector<KeyId>> requests;
  };
  const Protections a = {common_protection({kA})};
  const Protections b = {common_protection({kB})};
  const Protections all = {common_protection({kA}), protection_of(kW3cCommon, {kA, kB, kC})};
  const Case cases[] = {
      {"the same again while it is on its way", {{a, {}, {}}, {a, {}, {}}}, false, {{kA}}},
      {"the same again when it is there", {{a, {}, {}}, {a, {}, {}}}, true, {{kA}}},
      {"two sets side by side", {{a, {}, {}}, {b, {}, {}}, {a, {}, {}}}, false, {{kA}, {kB}}},
      {"the container says the same", {{a, {}, {}}, {a, {kA}, {kA}}}, false, {{kA}}},
      {"one licence for all keys of the box", {{all, {}, {}}, {b, {}, {}}}, false, {{kA, kB, kC}}},
      {"the box brings one more", {{a, {}, {}}, {all, {}, {}}, {b, {}, {}}}, true, {{kA}, {kB}}},
      {"keys in another order",
       {{{common_protection({kA, kB})}, {}, {}}, {{common_protection({kB, kA})}, {}, {}}},
       false,
       {{kA, kB}}},
      {"some of them are new",
       {{{common_protection({kA, kB})}, {}, {}}, {{common_protection({kB, kC})}, {}, {}}},
       false,
       {{kA, kB}, {kC}}},
      {"duplicate boxes", {{{}, {kA}, {kA, kA}}, {{}, {kA}, {kA}}}, false, {{kA}}},
      {"key rotation in the moof",
       {{a, {}, {}}, {a, {kA}, {}}, {a, {kB}, {kB}}, {a, {kB}, {kB}}, {a, {kA}, {}}},
       true,
       {{kA}, {kB}}},
      {"a box alone announces a key", {{{}, {}, {kC}}, {{}, {kC}, {}}}, true, {{kC}}},
      {"the key id of zeros is the manifest's", {{a, {}, {}}, {a, {KeyId{}}, {}}}, true, {{kA}}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.make();
    for (const Step& step : c.steps) {
      const auto boxes =
          step.boxes.empty() ? std::vector<uint8_t>() : drm::write_pssh(kW3cCommon, step.boxes, {});
      if (step.media.empty() && boxes.empty()) {
        rig.require(step.manifest);
      } else {
        rig.require(step.manifest, step.media, boxes);
      }
      if (c.waits) rig.executor.run_for(1s);
    }
    rig.executor.run_for(1s);
    std::vector<std::vector<KeyId>> requests;
    for (const LicenseRequest& request : rig.service.seen) requests.push_back(request.kids);
    CHECK(requests == c.requests);
    for (const auto& kids : c.requests) {
      for (const KeyId& kid : kids) CHECK(rig.manager->status(kid) == KeyStatus::kUsable);
    }
  }
}

TEST_CASE("drm manager: of media that names no key is said what the decryptor does") {
  struct Case {
    const char* name;
    std::vector<KeyId> licensed;
    KeyStatus status;
    const char* sample;
  };
  const Case cases[] = {{"one key", {kA}, KeyStatus::kUsable, "ok"},
                        {"either of two", {kA, kB}, KeyStatus::kError, "DRM_NO_KEY"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.make();
    rig.require({common_protection({kC})}, TrackKind::kAudio);  // of no concern
    rig.executor.run_for(1s);
    rig.service.script = [&](const LicenseRequest&) {
      return std::optional<Result<LicenseAnswer>>(license_answer(license_of(c.licensed)));
    };
    rig.require({common_protection({})}, {KeyId{}});
    CHECK(rig.manager->status(KeyId{}) == KeyStatus::kPending);
    rig.executor.run_for(1s);
    CHECK(rig.manager->status(KeyId{}) == c.status);
    CHECK(rig.open_sample(KeyId{}, kA) == c.sample);
  }
}

TEST_CASE("drm manager: what fails is typed") {
  const auto fails = [](ErrorCode code) {
    return [code](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
      return make_error(code, "planned");
    };
  };
  const auto says = [](const std::string& text) {
    return [text](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
      return license_answer(text);
    };
  };
  struct Case {
    const char* name;
    std::function<std::optional<Result<LicenseAnswer>>(const LicenseRequest&)> script;
    const char* error;
  };
  const std::string whole = license_of({kA});
  const std::string twice =
      "{\"keys\":[" + key_json(kA, key_of(kA)) + "," + key_json(kA, key_of(kB)) + "]}";
  const Case cases[] = {
      {"refused", fails(ErrorCode::kDrmLicenseRefused), "DRM_LICENSE_REFUSED"},
      {"unreachable", fails(ErrorCode::kDrmLicenseUnreachable), "DRM_LICENSE_UNREACHABLE"},
      {"too large, a portal", fails(ErrorCode::kDrmLicense), "DRM_LICENSE"},
      {"no URL", fails(ErrorCode::kInvalidArgument), "INVALID_ARGUMENT"},
      {"an error of the app's hook", fails(ErrorCode::kUnauthorized), "UNAUTHORIZED"},
      {"garbage", says("<html>"), "DRM_LICENSE"},
      {"nothing", says(""), "DRM_LICENSE"},
      {"cut off", says(whole.substr(0, whole.size() / 2)), "DRM_LICENSE"},
      {"of another key", says(license_of({kB})), "DRM_LICENSE"},
      {"two keys for one id", says(twice), "DRM_LICENSE"},
      {"already over", says(license_of({kA}, WallTime{1'000'000})), "DRM_LICENSE"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.make();
    rig.service.script = c.script;
    rig.require({common_protection({kA})});
    rig.executor.run_for(1s);
    CHECK(rig.manager->status(kA) == KeyStatus::kError);
    CHECK(rig.failure(kA) == c.error);
    CHECK_FALSE(rig.manager->is_withheld(kA));
    CHECK(rig.changes >= 1);
    CHECK(rig.licensed == 0);
    CHECK(rig.open_sample(kA) == "DRM_NO_KEY");
    rig.require({common_protection({kA})});
    rig.executor.run_for(1s);
    CHECK(rig.service.seen.size() == 1);  // said once
  }
}

TEST_CASE("drm manager: two keys in one answer, and one that was not asked for") {
  ManagerRig rig;
  rig.make();
  rig.service.script = [](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
    return license_answer(license_of({kA, kB}));
  };
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kB) == KeyStatus::kUsable);
  CHECK(rig.open_sample(kB) == "ok");
  rig.require({common_protection({kB})});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 1);
}

TEST_CASE("D02 drm manager: keys the service leaves out are withheld, not asked for again") {
  ManagerRig rig;
  rig.make();
  rig.service.withheld = {kB};
  rig.require({common_protection({kA, kB})});
  CHECK_FALSE(rig.manager->is_withheld(kB));
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK_FALSE(rig.manager->is_withheld(kA));
  CHECK(rig.manager->is_withheld(kB));
  CHECK(rig.manager->status(kB) == KeyStatus::kError);
  CHECK(rig.failure(kB) == "DRM_NO_KEY");
  CHECK_FALSE(rig.manager->is_withheld(kC));
  CHECK(rig.manager->status(kC) == KeyStatus::kPending);
  rig.require({common_protection({kB})});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 1);
}

TEST_CASE("D02 drm manager: a key that was withheld is there once a later licence has it") {
  ManagerRig rig;
  SUBCASE("asked for along with the keys of a later Period") {
    rig.make();
    rig.service.withheld = {kB};
    rig.require({common_protection({kA, kB})});
    rig.executor.run_for(1s);
    REQUIRE(rig.manager->is_withheld(kB));
    rig.service.withheld.clear();
    rig.require({common_protection({kB, kC})});
    CHECK(rig.manager->is_withheld(kB));  // nobody knows yet
    rig.executor.run_for(1s);
    CHECK(rig.open_sample(kB) == "ok");
  }
  SUBCASE("a later Period has initialisation data of its own") {
    SystemScript& script = rig.add();
    rig.make_bare();
    script.keys = std::vector<KeyId>{kA};
    const Protections before{protection_of(script.id, {kA, kB})};
    rig.require(before);
    rig.executor.run_for(1s);
    REQUIRE(rig.manager->is_withheld(kB));
    rig.require(before);
    // What the media says is of the same Period.
    rig.require(before, {kB}, drm::write_pssh(script.id, {kB}, {}));
    rig.executor.run_for(1s);
    CHECK(rig.service.seen.size() == 1);
    script.keys = std::vector<KeyId>{kB};
    rig.require({protection_of(script.id, {kB, kA})});
    rig.executor.run_for(1s);
  }
  CHECK_FALSE(rig.manager->is_withheld(kB));
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.manager->status(kB) == KeyStatus::kUsable);
  CHECK(rig.failure(kB).empty());
  CHECK(rig.service.seen.size() == 2);
}

TEST_CASE("D02 drm manager: a key that is withheld again stays so, and is asked for no more") {
  ManagerRig rig;
  SystemScript& script = rig.add();
  rig.make_bare();
  script.keys = std::vector<KeyId>{kA};
  const Protections later{protection_of(script.id, {kB, kA})};
  rig.require({protection_of(script.id, {kA, kB})});
  rig.executor.run_for(1s);
  bool is_refused = false;
  SUBCASE("left out once more") {}
  SUBCASE("the licence is refused") { is_refused = true; }
  if (is_refused) {
    rig.service.script = [](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
      return make_error(ErrorCode::kDrmLicenseRefused, "planned");
    };
  }
  for (int segment = 0; segment < 5; ++segment) {
    rig.require(later);
    CHECK(rig.manager->is_withheld(kB));
    rig.executor.run_for(4s);
  }
  CHECK(rig.manager->is_withheld(kB));
  CHECK(rig.failure(kB) == "DRM_NO_KEY");
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.service.seen.size() == 2);
}

TEST_CASE("drm manager: a service that was away is asked again, not at every segment") {
  ManagerRig rig;
  rig.make();
  rig.service.script = [](const LicenseRequest&) -> std::optional<Result<LicenseAnswer>> {
    return make_error(ErrorCode::kDrmLicenseUnreachable, "planned");
  };
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 1);
  rig.executor.run_for(10s);
  rig.service.script = nullptr;
  rig.require({common_protection({kA})});
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK_FALSE(rig.manager->failure(kA).has_value());
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.service.seen.size() == 2);
}

TEST_CASE("drm manager: which URL is asked") {
  struct Case {
    const char* name;
    const char* config;
    const char* manifest;
    const char* system;
    const char* asked;
  };
  const Case cases[] = {{"nobody knows", "", "", "", ""},
                        {"the system", "", "", "https://s/", "https://s/"},
                        {"manifest before system", "", "https://m/", "https://s/", "https://m/"},
                        {"app before all", "https://a/", "https://m/", "https://s/", "https://a/"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.add().message_url = c.system;
    rig.config.license_url = c.config;
    rig.make_bare();
    rig.require({protection_of(kWidevine, {kA}, c.manifest)});
    rig.executor.run_for(1s);
    REQUIRE(rig.service.seen.size() == 1);
    CHECK(rig.service.seen[0].url == c.asked);
  }
}

TEST_CASE("drm manager: a title nobody can open") {
  ManagerRig rig;
  rig.make();
  const Protections protections = {protection_of(kWidevine, {kA}),
                                   protection_of(drm::system_ids::kPlayReady)};
  const auto answer = rig.manager->can_open(TrackKind::kVideo, protections);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::kDrmNoSystem);
  CHECK(answer.error().context == "it needs widevine or playready");
  Protections named = protections;
  named.push_back(common_protection({kA}));
  CHECK(rig.manager->can_open(TrackKind::kVideo, named).has_value());  // Clear Key may have it
  named.back().default_kids.clear();
  rig.require(named, {}, {}, TrackKind::kVideo);
  rig.executor.run_for(1s);
  CHECK(rig.failure(kA) == "DRM_NO_SYSTEM");  // no key was named: it may be this one
  CHECK(rig.service.seen.empty());
}

TEST_CASE("drm manager: initialisation data that names no key is asked for once") {
  ManagerRig rig;
  SystemScript& fairplay = rig.add();
  fairplay.name = "fairplay";
  fairplay.id = drm::system_ids::kFairPlay;
  fairplay.keys = std::vector<KeyId>{kA};
  rig.make_bare();
  ContentProtection protection;
  protection.scheme = "com.apple.streamingkeydelivery";
  protection.value = "SAMPLE-AES";
  protection.key_uri = "skd://title/1";
  rig.require({protection});
  rig.require({protection});
  CHECK_FALSE(rig.manager->failure(kA).has_value());
  SUBCASE("the container names it while the licence is on its way") {
    rig.require({protection}, {kA});
    rig.executor.run_for(1s);
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  }
  SUBCASE("or when it is there") {
    rig.executor.run_for(1s);
    rig.require({protection}, {kA});
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  }
  SUBCASE("the licence has another one") {
    rig.require({protection}, {kB});
    rig.executor.run_for(1s);
    CHECK(rig.manager->is_withheld(kB));
  }
  CHECK(rig.service.seen.size() == 1);
  protection.key_uri = "skd://title/2";  // rotation
  fairplay.keys = std::vector<KeyId>{kC};
  rig.require({protection}, {kC});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 2);
  CHECK(rig.manager->status(kC) == KeyStatus::kUsable);
}

TEST_CASE("drm manager: data that names no key, and a manifest that does (KEYID)") {
  ManagerRig rig;
  SystemScript& fairplay = rig.add();
  fairplay.name = "fairplay";
  fairplay.id = drm::system_ids::kFairPlay;
  fairplay.keys = std::vector<KeyId>{kA, kB};
  rig.make_bare();
  ContentProtection protection;
  protection.scheme = "com.apple.streamingkeydelivery";
  protection.value = "SAMPLE-AES";
  protection.key_uri = "skd://title/1";
  protection.default_kids = {kA};
  rig.require({protection});
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);  // before any container named it
  rig.require({protection}, {kA});
  // Other words for a key that is there, and another one of the same licence.
  protection.key_uri = "skd://title/1?again";
  rig.require({protection});
  protection.default_kids = {kB};
  rig.require({protection}, {kB});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 1);
  // One that the licence left out is asked for, by its own data.
  fairplay.keys = std::vector<KeyId>{kC};
  protection.default_kids = {kC};
  rig.require({protection});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 2);
  CHECK(rig.manager->status(kC) == KeyStatus::kUsable);
}

TEST_CASE("drm manager: a Clear Key KEY with its KEYID needs no container to be asked for") {
  ManagerRig rig;
  rig.make();
  ContentProtection protection;
  protection.scheme = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e";
  protection.value = "SAMPLE-AES-CTR";
  protection.key_uri = "https://licences.example/clear";
  rig.require({protection});
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.empty());  // nobody knows for which
  protection.default_kids = {kA};
  rig.require({protection});
  rig.executor.run_for(1s);
  REQUIRE(rig.service.seen.size() == 1);
  CHECK(rig.service.seen.front().url == "https://licences.example/clear");
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
}

TEST_CASE("drm manager: where the boxes are in the media alone they are awaited") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  rig.config.output = OutputProtection::kHdcp2_2;
  rig.make_bare();
  widevine.level = SecurityLevel::kSl2000;
  const Protections manifest = {common_protection({kA}), protection_of(kWidevine)};
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl3000);
  rig.require(manifest);
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.empty());
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl2000);  // known before
  rig.require(manifest, {kA});  // the init segment has none either
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.empty());
  rig.require(manifest, {kA}, drm::write_pssh(kWidevine, {kA}, {}));
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == 1);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
}

TEST_CASE("drm manager: the level is that of the serving system on this output") {
  ManagerRig rig;
  rig.add();
  rig.make();
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl3000);  // nothing protected
  rig.require({protection_of(kWidevine, {kA}), common_protection({kA})});
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl1000);  // output unknown
  CHECK(rig.manager->system_level(TrackKind::kVideo) == SecurityLevel::kSl3000);
  CHECK(rig.manager->level(TrackKind::kAudio) == SecurityLevel::kSl3000);
  rig.executor.run_for(1s);
  const int changes = rig.changes;
  rig.manager->set_output(OutputProtection::kHdcp1);
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl2000);
  rig.manager->set_output(OutputProtection::kInternal);
  CHECK(rig.manager->level(TrackKind::kVideo) == SecurityLevel::kSl3000);
  CHECK(rig.changes == changes);  // never inside a call
  rig.executor.run_ready();
  CHECK(rig.changes == changes + 1);
}

}  // namespace playhead::test
