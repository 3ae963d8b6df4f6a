// SPDX-License-Identifier: Apache-2.0
// Licences with an end: renewal, expiry, pauses, clocks.
#include <set>

#include "renewal_policy.h"
#include "unit/drm/manager_rig.h"

namespace playhead::test {

namespace {

Result<LicenseAnswer> refused() { return make_error(ErrorCode::kDrmLicenseRefused, "no"); }
Result<LicenseAnswer> unreachable() {
  return make_error(ErrorCode::kDrmLicenseUnreachable, "planned");
}

using Script = std::function<std::optional<Result<LicenseAnswer>>(const LicenseRequest&)>;

// A Clear Key title whose licences last so long, playing.
struct PlayingRig : ManagerRig {
  explicit PlayingRig(Duration lifetime = 60s) {
    make();
    service.lifetime = lifetime;
    require({common_protection({kA})});
    executor.run_for(1s);
    REQUIRE(manager->status(kA) == KeyStatus::kUsable);
    REQUIRE(service.seen.size() == 1);
  }
  [[nodiscard]] std::size_t count(DrmMessageType type) const {
    std::size_t n = 0;
    for (const LicenseRequest& request : service.seen) n += request.type == type ? 1 : 0;
    return n;
  }
};

}  // namespace

TEST_CASE("renewal policy: at nine tenths, a tenth more or less, with time left") {
  struct Case {
    const char* name;
    Duration lifetime;
    uint64_t random;
    Duration delay;
  };
  const Case cases[] = {{"earliest", 1000s, 0, 810s},
                        {"middle", 1000s, 90, 900s},
                        {"latest leaves 30 s", 1000s, 180, 970s},
                        {"a day, latest", 86'400s, 180, 86'400s * 99 / 100},
                        {"a minute, latest leaves 3 s", 60s, 180, 57s},
                        {"none", 0s, 180, 0s},
                        {"over", -5s, 7, 0s},
                        {"for ever", Duration::max(), 90, Duration::max() / 1000 * 900 + 726us}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(drm::renewal_delay(c.lifetime, c.random) == c.delay);
  }
  for (uint64_t random = 0; random < 1000; ++random) {
    CHECK(drm::renewal_delay(1h, random) >= 2916s);
    CHECK(drm::renewal_delay(1h, random) <= 3564s);
    const Duration retry = drm::renewal_retry_delay(3, random * 977);
    CHECK(retry >= 2s);
    CHECK(retry <= 4s);
    CHECK(drm::renewal_retry_delay(1'000'000, random) <= 1min);
  }
  CHECK(drm::renewal_delay(1000s, 750s) == 750s);
  CHECK(drm::renewal_delay(1000s, 990s) == 970s);   // 30 s are left
  CHECK(drm::renewal_delay(1000s, 5000s) == 970s);  // the service contradicts itself
  CHECK(drm::renewal_delay(1000s, 0s) == drm::kSoonestRenewal);
  CHECK(drm::renewal_delay(1000s, -7s) == drm::kSoonestRenewal);
  CHECK(drm::renewal_delay(5s, 1s) == 2500ms);
  CHECK(drm::renewal_delay(4s, 3s) == 3s);
  CHECK(drm::renewal_delay(0s, 1s) == 0s);
  CHECK(drm::renewal_delay(std::nullopt, 86'400s) == 86'400s);
}

TEST_CASE("drm manager: a licence is renewed before its end, again and again") {
  PlayingRig rig;
  rig.executor.run_for(10min);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.count(DrmMessageType::kLicenseRequest) == 1);
  const std::size_t renewals = rig.count(DrmMessageType::kRenewal);
  CHECK(renewals >= 10);
  CHECK(renewals <= 13);
  const Duration first = rig.service.seen_at[1] - rig.service.seen_at[0];
  CHECK(first >= 48s);
  CHECK(first <= 60s);
  CHECK(rig.licensed == 1);
}

TEST_CASE("drm manager: a renewal that fails is tried again until the end, and is no end itself") {
  PlayingRig rig;
  rig.service.script = [](const LicenseRequest&) { return std::optional(unreachable()); };
  while (rig.executor.now() - rig.service.seen_at[0] < 59s) {
    rig.executor.run_for(1s);
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
    CHECK_FALSE(rig.manager->failure(kA).has_value());
  }
  CHECK(rig.count(DrmMessageType::kRenewal) >= 2);
  CHECK(rig.count(DrmMessageType::kLicenseRequest) == 1);
  SUBCASE("the service is back in time") {
    PlayingRig other;
    other.service.script = rig.service.script;
    other.executor.run_until_true([&] { return other.count(DrmMessageType::kRenewal) >= 1; }, 60s);
    other.service.script = nullptr;
    other.executor.run_for(60s);
    CHECK(other.open_sample(kA) == "ok");
    CHECK(other.count(DrmMessageType::kLicenseRequest) == 1);
  }
  SUBCASE("it is back only afterwards: a new licence, not a renewal") {
    rig.service.script = nullptr;
    const std::size_t renewals = rig.count(DrmMessageType::kRenewal);
    rig.executor.run_for(2s);
    CHECK(rig.count(DrmMessageType::kLicenseRequest) + rig.count(DrmMessageType::kRenewal) -
              renewals >=
          2);
    CHECK(rig.open_sample(kA) == "ok");
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  }
  SUBCASE("it stays away") {
    rig.executor.run_for(2s);
    CHECK(rig.manager->status(kA) == KeyStatus::kExpired);
    CHECK(rig.failure(kA) == "DRM_LICENSE_UNREACHABLE");
    CHECK(rig.open_sample(kA) == "DRM_EXPIRED");
    CHECK(rig.count(DrmMessageType::kLicenseRequest) == 2);
  }
}

TEST_CASE("drm manager: a renewal that is refused ends with the typed error, within a second") {
  PlayingRig rig;
  rig.service.script = [](const LicenseRequest&) { return std::optional(refused()); };
  rig.executor.run_until_true([&] { return rig.count(DrmMessageType::kRenewal) == 1; }, 60s);
  rig.executor.run_until_true([&] { return rig.manager->status(kA) != KeyStatus::kUsable; }, 60s);
  const MonotonicTime end = rig.executor.now();
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);  // a new one may come
  CHECK_FALSE(rig.manager->failure(kA).has_value());
  rig.executor.run_until_true([&] { return rig.manager->failure(kA).has_value(); }, 60s);
  CHECK(rig.executor.now() - end <= 1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kExpired);
  CHECK(rig.failure(kA) == "DRM_LICENSE_REFUSED");
  CHECK(rig.open_sample(kA) == "DRM_EXPIRED");
  CHECK(rig.count(DrmMessageType::kRenewal) == 1);  // no means no
  CHECK(rig.count(DrmMessageType::kLicenseRequest) == 2);
  rig.executor.run_for(1h);
  CHECK(rig.service.seen.size() == 3);
}

TEST_CASE("drm manager: a renewal that comes too late is not waited for") {
  PlayingRig rig;
  rig.service.latency = 1h;  // of the renewal
  REQUIRE(
      rig.executor.run_until_true([&] { return rig.count(DrmMessageType::kRenewal) == 1; }, 60s));
  rig.service.latency = 100ms;
  rig.executor.run_for(20s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.count(DrmMessageType::kLicenseRequest) == 2);
  CHECK(rig.service.under_way == 0);
}

TEST_CASE("drm manager: what comes after the end") {
  struct Case {
    const char* name;
    Script script;
    const char* failure;
  };
  const Case cases[] = {
      {"a new licence", nullptr, ""},
      {"garbage", [](const LicenseRequest&) { return Result<LicenseAnswer>(license_answer("?")); },
       "DRM_EXPIRED"},
      {"the old licence again",
       [](const LicenseRequest&) {
         return Result<LicenseAnswer>(license_answer(license_of({kA}, WallTime{1'000'000})));
       },
       "DRM_EXPIRED"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    PlayingRig rig;
    rig.service.script = [](const LicenseRequest&) { return std::optional(refused()); };
    rig.executor.run_for(57s);
    rig.service.script = c.script;
    rig.executor.run_for(4s);
    CHECK(rig.failure(kA) == c.failure);
    const bool is_well = *c.failure == 0;
    CHECK(rig.manager->status(kA) == (is_well ? KeyStatus::kUsable : KeyStatus::kExpired));
    CHECK(rig.open_sample(kA) == (is_well ? "ok" : "DRM_EXPIRED"));
  }
}

TEST_CASE("drm manager: a licence that ran out in a pause is asked for when the viewer resumes") {
  PlayingRig rig;
  rig.service.script = [](const LicenseRequest&) { return std::optional(unreachable()); };
  rig.executor.run_for(1h);
  REQUIRE(rig.failure(kA) == "DRM_LICENSE_UNREACHABLE");
  const std::size_t before = rig.service.seen.size();
  rig.service.script = nullptr;
  rig.manager->on_resume();
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.service.seen.size() == before + 1);
  rig.manager->on_resume();  // nothing is due
  rig.executor.run_for(1s);
  CHECK(rig.service.seen.size() == before + 1);
}

TEST_CASE("drm manager: a renewal that became due while the device slept is made up for") {
  PlayingRig rig(1h);
  rig.executor.jump_wall(57min);  // the monotonic clock stood still
  rig.manager->on_resume();
  rig.executor.run_for(1s);
  CHECK(rig.count(DrmMessageType::kRenewal) == 1);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  rig.executor.run_for(30min);
  CHECK(rig.service.seen.size() == 2);
}

TEST_CASE("drm manager: wall clocks that jump") {
  PlayingRig rig(1h);
  SUBCASE("forward beyond the end: a new licence") {
    rig.executor.jump_wall(24h);
    rig.executor.run_for(2min);
    CHECK(rig.count(DrmMessageType::kLicenseRequest) == 2);
    CHECK(rig.open_sample(kA) == "ok");
  }
  SUBCASE("backward: the licence gains nothing") {
    rig.executor.jump_wall(-24h);
    rig.service.script = [](const LicenseRequest&) { return std::optional(refused()); };
    rig.executor.run_for(59min);
    CHECK(rig.count(DrmMessageType::kRenewal) == 1);
    CHECK(rig.open_sample(kA) == "ok");
    rig.executor.run_for(2min);
    CHECK(rig.failure(kA) == "DRM_LICENSE_REFUSED");
    CHECK(rig.open_sample(kA) == "DRM_EXPIRED");
  }
}

TEST_CASE("drm manager: a renewal the system asks for comes first") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  widevine.lifetime = 1h;
  rig.make_bare();
  rig.require({protection_of(drm::system_ids::kWidevine, {kA})});
  rig.executor.run_for(1s);
  REQUIRE(rig.manager->status(kA) == KeyStatus::kUsable);
  widevine.opened[0].listener->on_drm_message(
      {DrmMessageType::kRenewal, SharedBytes({1}), "https://s/"});
  rig.executor.run_for(50min);  // the hour counts from that renewal
  CHECK(rig.service.seen.size() == 2);
  CHECK(rig.service.seen[1].type == DrmMessageType::kRenewal);
  CHECK(rig.service.seen[1].url == "https://s/");
}

TEST_CASE("drm manager: a system that cannot renew keeps its licence, then a new one is made") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  widevine.lifetime = 1h;
  widevine.renews = false;
  rig.make_bare();
  rig.require({protection_of(drm::system_ids::kWidevine, {kA})});
  rig.executor.run_for(59min);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(widevine.renewals >= 2);
  CHECK(rig.service.seen.size() == 1);
  widevine.opened[0].listener->on_drm_keys({{kA, KeyStatus::kExpired}});
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  CHECK(rig.service.seen.size() == 2);
  CHECK(widevine.open_count() == 1);
  CHECK(rig.fallbacks.empty());
}

TEST_CASE("drm manager: licences that end as they come are not asked for without end") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  rig.make_bare();
  rig.service.latency = 1ms;
  rig.require({protection_of(drm::system_ids::kWidevine, {kA})});
  rig.executor.run_for(100ms);
  widevine.opened[0].listener->on_drm_keys({{kA, KeyStatus::kExpired}});
  CHECK(rig.failure(kA) == "DRM_EXPIRED");
  rig.executor.run_for(1h);
  CHECK(rig.service.seen.size() == 1);
}

TEST_CASE("drm manager: keys that playback has passed are not renewed any more") {
  ManagerRig rig;
  rig.make();
  rig.service.lifetime = 60s;
  rig.require({common_protection({kA, kB})});
  rig.executor.run_for(1s);
  rig.require({common_protection({kC})});
  rig.executor.run_for(1s);
  REQUIRE(rig.service.seen.size() == 2);
  const auto renewals_within = [&](Duration time) {
    rig.service.seen.clear();
    rig.executor.run_for(time);
    std::set<KeyId> kids;
    for (const LicenseRequest& request : rig.service.seen) {
      kids.insert(request.kids.begin(), request.kids.end());
    }
    return kids;
  };
  rig.manager->pass(std::vector{kA});  // the other one of its licence is still wanted
  CHECK(renewals_within(3min) == std::set{kA, kB, kC});
  rig.require({common_protection({kA})});
  rig.manager->pass(std::vector{kB});
  CHECK(renewals_within(3min) == std::set{kA, kB, kC});
  rig.manager->pass(std::vector{kA, kB});
  CHECK(rig.manager->status(kA) == KeyStatus::kPending);
  CHECK_FALSE(rig.manager->failure(kA));
  CHECK(rig.open_sample(kA) == "DRM_NO_KEY");
  CHECK(renewals_within(3min) == std::set{kC});
  // Wanted again: asked for again.
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  CHECK(rig.open_sample(kA) == "ok");
}

TEST_CASE("drm manager: statuses that flip mid-play are told") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  rig.make_bare();
  rig.require({protection_of(drm::system_ids::kWidevine, {kA, kB})});
  rig.executor.run_for(1s);
  DrmSessionListener& session = *widevine.opened.at(0).listener;
  struct Case {
    const char* name;
    KeyStatus status;
    const char* failure;
  };
  const Case cases[] = {{"the display was exchanged", KeyStatus::kOutputRestricted, ""},
                        {"and again", KeyStatus::kUsable, ""},
                        {"fewer pixels", KeyStatus::kOutputDownscaled, ""},
                        {"not yet", KeyStatus::kUsableInFuture, ""},
                        {"lost", KeyStatus::kError, "DRM_NO_KEY"},
                        {"given back", KeyStatus::kReleased, "DRM_NO_KEY"},
                        {"well again", KeyStatus::kUsable, ""}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const int changes = rig.changes;
    session.on_drm_keys({{kA, c.status}, {kB, KeyStatus::kUsable}});
    CHECK(rig.changes == changes);
    rig.executor.run_for(1s);
    CHECK(rig.changes == changes + 1);
    CHECK(rig.manager->status(kA) == c.status);
    CHECK(rig.failure(kA) == c.failure);
    CHECK(rig.manager->status(kB) == KeyStatus::kUsable);
    session.on_drm_keys({{kA, c.status}, {kB, KeyStatus::kUsable}});  // nothing new
    rig.executor.run_for(1s);
    CHECK(rig.changes == changes + 1);
  }
  CHECK(rig.service.seen.size() == 1);
}

TEST_CASE("drm manager: of a licence for two crypto periods one may run out") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  rig.make_bare();
  rig.require({protection_of(drm::system_ids::kWidevine, {kA, kB})});
  rig.executor.run_for(1s);
  REQUIRE(rig.service.seen.size() == 1);
  widevine.opened.at(0).listener->on_drm_keys(
      {{kA, KeyStatus::kExpired}, {kB, KeyStatus::kUsable}});
  CHECK(rig.manager->status(kB) == KeyStatus::kUsable);
  CHECK(rig.failure(kB) == "");
  CHECK(rig.failure(kA) == "DRM_EXPIRED");
  rig.executor.run_for(1s);
  // The same session asks for what comes next.
  CHECK(widevine.opened.size() == 1);
  CHECK(rig.service.seen.back().type == DrmMessageType::kRenewal);
  CHECK(rig.service.seen.size() == 2);
  // The last one too: a new licence.
  widevine.opened.at(0).listener->on_drm_keys(
      {{kA, KeyStatus::kExpired}, {kB, KeyStatus::kExpired}});
  rig.executor.run_for(1s);
  CHECK(widevine.opened.size() == 2);
}

TEST_CASE("drm manager: the service's end counts for keys that wait for a better display") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  rig.make_bare();
  rig.service.terms = [&] { return LicenseTerms{rig.executor.wall_now() + 100s, {}, 0}; };
  widevine.renews = false;
  rig.require({protection_of(drm::system_ids::kWidevine, {kA})});
  rig.executor.run_for(1s);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  widevine.opened.at(0).listener->on_drm_keys({{kA, KeyStatus::kOutputRestricted}});
  rig.service.script = [](const LicenseRequest&) {
    return Result<LicenseAnswer>(make_error(ErrorCode::kDrmLicenseRefused, "it is over"));
  };
  rig.executor.run_for(3min);
  CHECK(rig.manager->status(kA) == KeyStatus::kExpired);
  CHECK_FALSE(widevine.opened.at(0).is_open);
}

TEST_CASE("drm manager: keys that were lost end with their licence, and are asked for anew") {
  struct Case {
    const char* name;
    KeyStatus status;
    std::size_t requests;
    KeyStatus after;
  };
  const Case cases[] = {{"lost", KeyStatus::kError, 2, KeyStatus::kUsable},
                        {"given back", KeyStatus::kReleased, 1, KeyStatus::kReleased}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    SystemScript& widevine = rig.add();
    widevine.renews = false;  // fails, and is tried again beyond the end
    rig.make_bare();
    rig.service.terms = [&] { return LicenseTerms{rig.executor.wall_now() + 100s, {}, 0}; };
    rig.require({protection_of(drm::system_ids::kWidevine, {kA})});
    rig.executor.run_for(1s);
    widevine.opened.at(0).listener->on_drm_keys({{kA, c.status}});
    rig.executor.run_for(90s);
    CHECK(widevine.renewals >= 1);
    CHECK(rig.manager->status(kA) == c.status);
    CHECK(rig.service.seen.size() == 1);
    rig.executor.run_for(10s);
    rig.manager->on_resume();
    rig.executor.run_for(1s);
    CHECK_FALSE(widevine.opened.at(0).is_open);
    CHECK(rig.service.seen.size() == c.requests);
    CHECK(rig.manager->status(kA) == c.after);
    const int renewals = widevine.renewals;
    rig.executor.run_for(1min);
    CHECK(widevine.renewals == renewals);
  }
}

TEST_CASE("drm manager: what a device is told of itself while it plays is no renewal") {
  ManagerRig rig;
  SystemScript& widevine = rig.add();
  widevine.lifetime = 24h;
  rig.make_bare();
  rig.require({protection_of(drm::system_ids::kWidevine, {kA})});
  rig.executor.run_for(1s);
  DrmSessionListener& session = *widevine.opened.at(0).listener;
  session.on_drm_message({DrmMessageType::kIndividualisation, SharedBytes({1}), ""});
  SUBCASE("it is silent afterwards") {}
  SUBCASE("its service does not answer") {
    rig.service.seen.clear();
    rig.service.script = [](const LicenseRequest&) { return std::optional(unreachable()); };
    session.on_drm_message({DrmMessageType::kIndividualisation, SharedBytes({2}), ""});
    CHECK(rig.service.seen.size() == 1);
  }
  rig.executor.run_for(1h);
  CHECK(widevine.renewals == 0);
  CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  rig.service.script = nullptr;
  rig.executor.run_for(24h);
  CHECK(widevine.renewals == 1);  // when it is due
}

TEST_CASE("manager: a licence ends by the service's clock, whatever the device's says") {
  ManagerRig rig;
  rig.make();
  rig.service.script = [&](const LicenseRequest&) -> Result<LicenseAnswer> {
    const WallTime there = rig.executor.wall_now() + 480h;
    std::string text = license_of({kA}, there + 100s);
    text.insert(text.size() - 1, ",\"server_time\":" + std::to_string(there.us / 1'000'000));
    return license_answer(text);
  };
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.service.seen.size() == 1);
  rig.executor.run_for(98s);
  CHECK(rig.service.seen.size() == 2);
  CHECK(rig.open_sample(kA) == "ok");
}

TEST_CASE("manager: what the service says of a licence counts, whatever the system says") {
  ManagerRig rig;
  rig.make();
  const WallTime began = rig.executor.wall_now();
  rig.service.lifetime = 1000s;  // as the system has it
  rig.service.terms = [&] {
    return LicenseTerms{rig.executor.wall_now() + 100s, rig.executor.wall_now() + 40s, 480};
  };
  CHECK(rig.manager->max_height(TrackKind::kVideo) == 0);
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.manager->max_height(TrackKind::kVideo) == 480);
  CHECK(rig.manager->max_height(TrackKind::kAudio) == 0);
  // Asked again when the service wants it, and the new licence says something else.
  rig.service.terms = [&] { return LicenseTerms{rig.executor.wall_now() + 100s, {}, 240}; };
  rig.executor.run_for(38s);
  CHECK(rig.service.seen.size() == 1);
  const int changes = rig.changes;
  rig.executor.run_for(2s);
  REQUIRE(rig.service.seen.size() == 2);
  CHECK(rig.service.seen[1].type == DrmMessageType::kRenewal);
  CHECK(rig.manager->max_height(TrackKind::kVideo) == 240);
  CHECK(rig.changes > changes);
  // Nobody answers any more: the service's end is the end, the system would go on.
  rig.service.script = [](const LicenseRequest&) { return unreachable(); };
  rig.executor.run_for(97s);
  CHECK(rig.open_sample(kA) == "ok");
  CHECK(rig.service.seen.size() > 3);  // by the manager's own plan: at nine tenths
  rig.executor.run_for(5s);
  CHECK(rig.executor.wall_now() - began < 200s);
  CHECK(rig.open_sample(kA) == "DRM_EXPIRED");
  CHECK(rig.manager->status(kA) == KeyStatus::kExpired);
  CHECK(rig.failure(kA) == "DRM_LICENSE_UNREACHABLE");
}

TEST_CASE(
    "manager: at the service's end a new licence is asked for, and a clock set back is no way "
    "out") {
  struct Case {
    const char* name;
    Duration jump;  // of the wall clock, after 10 s
    Duration end;   // seen at the latest so long after the licence
  };
  const Case cases[] = {{"none", 0s, 60s}, {"back", -1h, 60s}, {"forward", 1h, 60s}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ManagerRig rig;
    rig.add();  // a system that knows no end and cannot renew
    rig.scripts.back().renews = false;
    rig.make_bare();
    rig.service.terms = [&] { return LicenseTerms{rig.executor.wall_now() + 60s, {}, 0}; };
    rig.require({common_protection({kA}), protection_of(drm::system_ids::kWidevine, {kA})});
    rig.executor.run_for(1s);
    REQUIRE(rig.manager->status(kA) == KeyStatus::kUsable);
    rig.executor.run_for(9s);
    rig.executor.jump_wall(c.jump);
    const auto requests = [&] {
      return std::count_if(rig.service.seen.begin(), rig.service.seen.end(),
                           [](const auto& r) { return r.type == DrmMessageType::kLicenseRequest; });
    };
    CHECK(requests() == 1);
    rig.executor.run_for(c.end - 9s);
    CHECK(requests() == 2);
    CHECK(rig.manager->status(kA) == KeyStatus::kUsable);
  }
}

TEST_CASE("manager: a licence whose end is over when it comes is none") {
  ManagerRig rig;
  rig.make();
  rig.service.terms = [&] { return LicenseTerms{rig.executor.wall_now(), {}, 0}; };
  rig.require({common_protection({kA})});
  rig.executor.run_for(1s);
  CHECK(rig.failure(kA) == "DRM_LICENSE");
  CHECK(rig.service.seen.size() == 1);
}

}  // namespace playhead::test
