// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "contract/drm_world.h"

// What every DrmSystem promises (playhead/drm). A rig brings the system and plays its licence
// service:
//
//   class Rig {
//     DrmSystem& system();
//     // Initialisation data that asks for those keys; damaged data for none.
//     InitData init_for(const std::vector<KeyId>& kids);
//     // What the service answers to a challenge: a licence for those keys, until `expires_at`.
//     SharedBytes answer(const DrmMessage& message, const std::vector<KeyId>& kids,
//                        std::optional<WallTime> expires_at = {});
//     // A sample `kid` opens, and what it says then.
//     std::vector<uint8_t> encrypted(const KeyId& kid, CryptoInfo& info);
//     std::vector<uint8_t> clear();
//     void end();  // destroys the system
//   };
//
// DRM_SYSTEM_CONTRACT(Rig) in a source file runs all of it.
namespace playhead::test {

TEST_CASE_TEMPLATE_DEFINE("drm system: says what it is", Rig, drm_contract_identity) {
  DrmWorld<Rig> world;
  DrmSystem& system = world.rig.system();
  CHECK_FALSE(system.name().empty());
  CHECK(system.system_ids().size() + system.key_formats().size() > 0);
  const DrmCapabilities capabilities = system.query(TrackKind::kVideo);
  CHECK(capabilities.max_sessions >= 1);
  CHECK((capabilities.decrypts_samples || capabilities.has_secure_decoder));
  CHECK((system.decryptor() != nullptr) == capabilities.decrypts_samples);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: from initialisation data to an open sample", Rig,
                          drm_contract_flow) {
  DrmWorld<Rig> world;
  auto opened = world.open();
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  const auto asked = opened.told->call([&] {
    return opened.session->request(world.rig.init_for({kKidA, kKidB}));
  });
  REQUIRE(asked.has_value());
  CHECK(opened.told->log.empty());
  world.executor.run_ready();
  REQUIRE(opened.told->messages.size() == 1);
  CHECK(opened.told->messages[0].type == DrmMessageType::kLicenseRequest);
  CHECK_FALSE(opened.told->messages[0].challenge.empty());
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  opened.told->log.clear();
  const auto done =
      world.update(opened, world.rig.answer(opened.told->messages[0], {kKidA, kKidB}));
  REQUIRE(done.has_value());
  CHECK(done->has_value());
  REQUIRE_FALSE(opened.told->log.empty());
  CHECK(opened.told->log.front() == "keys");
  CHECK(opened.told->log.back() == "done");
  CHECK(opened.told->status(kKidA) == KeyStatus::kUsable);
  CHECK(opened.told->status(kKidB) == KeyStatus::kUsable);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  CHECK_FALSE(world.open_sample(kKidB).has_value());
  CHECK(world.open_sample(kKidC) == ErrorCode::kDrmNoKey);
  CHECK(opened.session->persistent_id().empty());
  CHECK_FALSE(opened.told->failure.has_value());
}

TEST_CASE_TEMPLATE_DEFINE("drm system: a licence with fewer keys than were asked for", Rig,
                          drm_contract_fewer) {
  DrmWorld<Rig> world;
  auto opened = world.licensed({kKidA, kKidB}, {kKidA});
  CHECK(opened.told->status(kKidA) == KeyStatus::kUsable);
  CHECK(opened.told->status(kKidB) != KeyStatus::kUsable);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  CHECK(world.open_sample(kKidB) == ErrorCode::kDrmNoKey);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: what cannot be read is an error", Rig,
                          drm_contract_bad_input) {
  DrmWorld<Rig> world;
  auto opened = world.open();
  const auto asked = opened.session->request(world.rig.init_for({}));
  REQUIRE_FALSE(asked.has_value());
  CHECK(asked.error().code == ErrorCode::kDrmInitData);
  world.executor.run_ready();
  CHECK(opened.told->messages.empty());
  REQUIRE(opened.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  const SharedBytes whole = world.rig.answer(opened.told->messages.at(0), {kKidA});
  const std::vector<uint8_t> half(whole.data(), whole.data() + whole.size() / 2);
  for (const SharedBytes& answer : {SharedBytes(), SharedBytes(half)}) {
    const auto done = world.update(opened, answer);
    REQUIRE(done.has_value());
    REQUIRE_FALSE(done->has_value());
    CHECK(done->error().code == ErrorCode::kDrmLicense);
    CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  }
  const auto done = world.update(opened, whole);  // the service got over it
  REQUIRE(done.has_value());
  CHECK(done->has_value());
  CHECK_FALSE(world.open_sample(kKidA).has_value());
}

TEST_CASE_TEMPLATE_DEFINE("drm system: calls out of order are refused", Rig, drm_contract_order) {
  DrmWorld<Rig> world;
  auto opened = world.open();
  CHECK_FALSE(opened.session->renew().has_value());
  CHECK_FALSE(opened.session->release().has_value());
  CHECK_FALSE(opened.session->restore("nothing").has_value());  // a temporary session
  const auto early = world.update(opened, SharedBytes({1, 2, 3}));
  REQUIRE(early.has_value());
  CHECK_FALSE(early->has_value());
  REQUIRE(opened.session->request(world.rig.init_for({kKidA})).has_value());
  CHECK_FALSE(opened.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  CHECK(opened.told->messages.size() == 1);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: an end of the licence is told and kept", Rig,
                          drm_contract_expiry) {
  DrmWorld<Rig> world;
  const WallTime end = world.executor.wall_now() + 100s;
  auto opened = world.licensed({kKidA}, {kKidA}, end);
  CHECK(opened.told->expiration == end);
  world.executor.run_for(99s);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  world.executor.run_for(1s);
  CHECK(opened.told->status(kKidA) == KeyStatus::kExpired);
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
  world.executor.run_for(1h);
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
  // A licence asked for anew opens it again.
  REQUIRE(opened.session->renew().has_value());
  world.executor.run_ready();
  const auto done = world.update(opened, world.rig.answer(opened.told->messages.back(), {kKidA}));
  REQUIRE(done.has_value());
  REQUIRE(done->has_value());
  CHECK(opened.told->status(kKidA) == KeyStatus::kUsable);
  CHECK_FALSE(opened.told->expiration.has_value());
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  world.executor.run_for(24h);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
}

TEST_CASE_TEMPLATE_DEFINE("drm system: renewal while the old licence serves", Rig,
                          drm_contract_renewal) {
  DrmWorld<Rig> world;
  auto opened = world.licensed({kKidA}, {kKidA}, world.executor.wall_now() + 100s);
  world.executor.run_for(90s);
  opened.told->messages.clear();
  const auto renewed = opened.told->call([&] { return opened.session->renew(); });
  REQUIRE(renewed.has_value());
  world.executor.run_ready();
  REQUIRE(opened.told->messages.size() == 1);
  CHECK(opened.told->messages[0].type == DrmMessageType::kRenewal);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  const auto refused = world.update(opened, SharedBytes({'n', 'o'}));
  REQUIRE(refused.has_value());
  CHECK_FALSE(refused->has_value());
  CHECK_FALSE(world.open_sample(kKidA).has_value());  // the old one still serves
  const WallTime end = world.executor.wall_now() + 200s;
  const auto done = world.update(opened, world.rig.answer(opened.told->messages[0], {kKidA}, end));
  REQUIRE(done.has_value());
  REQUIRE(done->has_value());
  CHECK(opened.told->expiration == end);
  world.executor.run_for(199s);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  world.executor.run_for(1s);
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: sessions side by side", Rig, drm_contract_side_by_side) {
  DrmWorld<Rig> world;
  auto first = world.licensed(kKidA);
  auto second = world.licensed(kKidB);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  CHECK_FALSE(world.open_sample(kKidB).has_value());
  CHECK_FALSE(first.told->status(kKidB).has_value());
  // Two hold the same key: it serves as long as one of them does.
  auto third = world.licensed({kKidA}, {kKidA}, world.executor.wall_now() + 10s);
  world.executor.run_for(20s);
  CHECK(third.told->status(kKidA) == KeyStatus::kExpired);
  CHECK(first.told->status(kKidA) == KeyStatus::kUsable);
  CHECK_FALSE(world.open_sample(kKidA).has_value());
  first.session.reset();
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
  third.session.reset();
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  CHECK_FALSE(world.open_sample(kKidB).has_value());
}

TEST_CASE_TEMPLATE_DEFINE("drm system: a session that is gone tells nothing", Rig,
                          drm_contract_destroyed) {
  DrmWorld<Rig> world;
  auto asked = world.open();
  REQUIRE(asked.session->request(world.rig.init_for({kKidA})).has_value());
  asked.session.reset();
  auto updated = world.open();
  REQUIRE(updated.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  const SharedBytes answer =
      world.rig.answer(updated.told->messages.at(0), {kKidA}, world.executor.wall_now() + 10s);
  updated.told->log.clear();
  bool was_done = false;
  updated.session->update(answer, [&](Result<void>) { was_done = true; });
  updated.session.reset();
  world.executor.run_for(1h);
  CHECK(asked.told->log.empty());
  CHECK(updated.told->log.empty());
  CHECK_FALSE(was_done);
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: a session may be destroyed by what it tells", Rig,
                          drm_contract_destroyed_inside) {
  DrmWorld<Rig> world;
  auto by_message = world.open();
  by_message.told->on_message = [&] { by_message.session.reset(); };
  REQUIRE(by_message.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  CHECK(by_message.session == nullptr);
  auto by_keys = world.open();
  REQUIRE(by_keys.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  by_keys.told->on_keys = [&] { by_keys.session.reset(); };
  bool was_done = false;
  by_keys.session->update(world.rig.answer(by_keys.told->messages.at(0), {kKidA}),
                          [&](Result<void>) { was_done = true; });
  world.executor.run_ready();
  CHECK(by_keys.session == nullptr);
  CHECK_FALSE(was_done);
  auto by_done = world.open();
  REQUIRE(by_done.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  by_done.session->update(world.rig.answer(by_done.told->messages.at(0), {kKidA}),
                          [&](Result<void>) { by_done.session.reset(); });
  world.executor.run_ready();
  CHECK(by_done.session == nullptr);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: so many sessions and no more", Rig,
                          drm_contract_max_sessions) {
  DrmWorld<Rig> world;
  const int most = world.rig.system().query(TrackKind::kVideo).max_sessions;
  std::vector<typename DrmWorld<Rig>::Session> sessions;
  for (int round = 0; round < 3; ++round) {
    while (static_cast<int>(sessions.size()) < most) sessions.push_back(world.open());
    DrmRecorder told;
    const auto more =
        world.rig.system().open_session(SessionKind::kTemporary, world.executor, told);
    REQUIRE_FALSE(more.has_value());
    CHECK(more.error().code == ErrorCode::kDrmBusy);
    sessions.pop_back();
  }
}

}  // namespace playhead::test

#define DRM_SYSTEM_CONTRACT(Rig)                                 \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_identity, Rig);         \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_flow, Rig);             \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_fewer, Rig);            \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_bad_input, Rig);        \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_order, Rig);            \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_expiry, Rig);           \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_renewal, Rig);          \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_side_by_side, Rig);     \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_destroyed, Rig);        \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_destroyed_inside, Rig); \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_max_sessions, Rig)
