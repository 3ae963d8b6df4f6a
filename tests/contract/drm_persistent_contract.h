// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "contract/drm_world.h"

// What every DrmSystem promises of licences that are kept; see drm_system_contract.h for the rig.
namespace playhead::test {

// For systems that keep licences; others pass.
TEST_CASE_TEMPLATE_DEFINE("drm system: a licence is kept, found again and given back", Rig,
                          drm_contract_persistent) {
  DrmWorld<Rig> world;
  if (!world.rig.system().query(TrackKind::kVideo).keeps_licenses) {
    DrmRecorder told;
    const auto none =
        world.rig.system().open_session(SessionKind::kPersistent, world.executor, told);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ErrorCode::kDrmNoSystem);
    return;
  }
  const auto kind = SessionKind::kPersistent;
  const WallTime end = world.executor.wall_now() + 1000s;
  auto first = world.licensed({kKidA, kKidB}, {kKidA, kKidB}, end, kind);
  const std::string id = first.session->persistent_id();
  CHECK_FALSE(id.empty());
  first.session.reset();
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);

  auto unknown = world.open(kind);
  const auto none = unknown.session->restore(id + "x");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == ErrorCode::kDrmNoLicense);

  auto second = world.open(kind);
  REQUIRE(second.told->call([&] { return second.session->restore(id); }).has_value());
  world.executor.run_ready();
  CHECK(second.session->persistent_id() == id);
  CHECK(second.told->messages.empty());  // no licence service is asked
  CHECK(second.told->expiration == end);
  CHECK(second.told->status(kKidB) == KeyStatus::kUsable);
  CHECK_FALSE(world.open_sample(kKidB).has_value());

  REQUIRE(second.told->call([&] { return second.session->release(); }).has_value());
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  world.executor.run_ready();
  CHECK(second.told->status(kKidA) == KeyStatus::kReleased);
  REQUIRE(second.told->messages.size() == 1);
  CHECK(second.told->messages[0].type == DrmMessageType::kRelease);
  second.session.reset();  // the service was not reached

  auto third = world.open(kind);
  REQUIRE(third.session->restore(id).has_value());
  world.executor.run_ready();
  CHECK(third.told->status(kKidA) == KeyStatus::kReleased);
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  REQUIRE(third.told->messages.size() == 1);
  CHECK(third.told->messages[0].type == DrmMessageType::kRelease);
  const auto refused = world.update(third, SharedBytes({'n', 'o'}));
  REQUIRE(refused.has_value());
  CHECK_FALSE(refused->has_value());
  const auto done = world.update(third, world.rig.answer(third.told->messages[0], {kKidA, kKidB}));
  REQUIRE(done.has_value());
  CHECK(done->has_value());
  CHECK(third.session->persistent_id().empty());
  auto fourth = world.open(kind);
  CHECK_FALSE(fourth.session->restore(id).has_value());
}

TEST_CASE_TEMPLATE_DEFINE("drm system: a kept licence runs out and is renewed in its place", Rig,
                          drm_contract_persistent_expiry) {
  DrmWorld<Rig> world;
  if (!world.rig.system().query(TrackKind::kVideo).keeps_licenses) return;
  const auto kind = SessionKind::kPersistent;
  auto first = world.licensed({kKidA}, {kKidA}, world.executor.wall_now() + 100s, kind);
  const std::string id = first.session->persistent_id();
  first.session.reset();
  world.executor.run_for(200s);
  auto second = world.open(kind);
  REQUIRE(second.session->restore(id).has_value());
  world.executor.run_ready();
  CHECK(second.told->status(kKidA) == KeyStatus::kExpired);
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
  REQUIRE(second.session->renew().has_value());
  world.executor.run_ready();
  REQUIRE(second.told->messages.size() == 1);
  const auto done = world.update(second, world.rig.answer(second.told->messages[0], {kKidA}));
  REQUIRE(done.has_value());
  REQUIRE(done->has_value());
  CHECK(second.session->persistent_id() == id);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  second.session.reset();
  auto third = world.open(kind);
  REQUIRE(third.session->restore(id).has_value());
  world.executor.run_ready();
  CHECK_FALSE(world.open_sample(kKidA).has_value());
}

}  // namespace playhead::test

#define DRM_PERSISTENT_CONTRACT(Rig)                       \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_persistent, Rig); \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_persistent_expiry, Rig)
