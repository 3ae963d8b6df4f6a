// SPDX-License-Identifier: Apache-2.0
// Clear Key under the contract of all DRM systems, and what it alone promises.
#include <string>

#include <doctest/doctest.h>

#include "contract/clear_key_rig.h"
#include "contract/drm_decryptor_contract.h"
#include "contract/drm_persistent_contract.h"
#include "contract/drm_system_contract.h"

namespace playhead::test {
namespace {

using PsshRig = ClearKeyRig<InitDataType::kPssh, true>;
using KeyIdsRig = ClearKeyRig<InitDataType::kKeyIds, false>;

}  // namespace

DRM_SYSTEM_CONTRACT(PsshRig);
DRM_SYSTEM_CONTRACT(KeyIdsRig);
DRM_DECRYPTOR_CONTRACT(PsshRig);
DRM_DECRYPTOR_CONTRACT(KeyIdsRig);
DRM_PERSISTENT_CONTRACT(PsshRig);
DRM_PERSISTENT_CONTRACT(KeyIdsRig);

TEST_CASE("clear_key: what it is") {
  const auto system = make_clear_key_system({});
  CHECK(system->name() == "clearkey");
  CHECK(system->query(TrackKind::kVideo).level == SecurityLevel::kSl1000);
  CHECK(system->query(TrackKind::kVideo).max_sessions == 32);
  CHECK_FALSE(system->query(TrackKind::kAudio).keeps_licenses);
  CHECK(system->system_ids().size() == 2);
}

TEST_CASE("clear_key: a licence that has already run out, or is for other keys") {
  DrmWorld<PsshRig> world;
  struct Case {
    const char* name;
    SessionKind kind;
    std::string answer;
    const char* says;
  };
  const WallTime past = world.executor.wall_now() - 1s;
  const Case cases[] = {
      {"over", SessionKind::kTemporary, license({kKidA}, past, "temporary"), "already run out"},
      {"other keys", SessionKind::kTemporary, license({kKidB}, {}, "temporary"),
       "none of the keys"},
      {"not to be kept", SessionKind::kPersistent, license({kKidA}, {}, "temporary"),
       "may not be kept"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    auto opened = world.open(c.kind);
    REQUIRE(opened.session->request(world.rig.init_for({kKidA})).has_value());
    world.executor.run_ready();
    const auto done = world.update(opened, bytes_of(c.answer));
    REQUIRE(done.has_value());
    REQUIRE_FALSE(done->has_value());
    CHECK(done->error().code == ErrorCode::kDrmLicense);
    CHECK(done->error().context.find(c.says) != std::string::npos);
    CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
    CHECK(world.open_sample(kKidB) == ErrorCode::kDrmNoKey);
  }
}

TEST_CASE("clear_key: no clock that is set changes when a licence ends for good") {
  DrmWorld<PsshRig> world;
  SUBCASE("set back: the time that has passed counts") {
    auto opened = world.licensed({kKidA}, {kKidA}, world.executor.wall_now() + 1000s);
    world.executor.jump_wall(-24h);
    world.executor.run_for(999s);
    CHECK_FALSE(world.open_sample(kKidA).has_value());
    world.executor.run_for(1s);
    CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
  }
  SUBCASE("set forward: noticed within a minute") {
    auto opened = world.licensed({kKidA}, {kKidA}, world.executor.wall_now() + 1000s);
    world.executor.jump_wall(24h);
    world.executor.run_for(60s);
    CHECK(world.open_sample(kKidA) == ErrorCode::kDrmExpired);
  }
}

TEST_CASE("clear_key: keys beyond those asked for serve as well") {
  DrmWorld<PsshRig> world;
  auto opened = world.licensed({kKidA}, {kKidA, kKidC});
  CHECK(opened.told->status(kKidC) == KeyStatus::kUsable);
  CHECK_FALSE(world.open_sample(kKidC).has_value());
}

TEST_CASE("clear_key: media that leaves its key unnamed") {
  DrmWorld<PsshRig> world;
  const KeyId zeros{};
  auto first = world.licensed({zeros}, {kKidA});
  CryptoInfo info;
  std::vector<uint8_t> sample = world.rig.encrypted(kKidA, info);
  const std::vector<uint8_t> encrypted = sample;
  info.kid = zeros;
  CHECK(world.rig.system().decryptor()->decrypt(info, sample).has_value());
  CHECK(sample == world.rig.clear());
  // The keys of others change nothing: this one was given for it.
  auto second = world.licensed({kKidB}, {kKidB});
  sample = encrypted;
  CHECK(world.rig.system().decryptor()->decrypt(info, sample).has_value());
  CHECK(sample == world.rig.clear());
  first.session.reset();
  auto third = world.licensed({zeros}, {kKidA, kKidC});  // it could be either
  sample = encrypted;
  const auto result = world.rig.system().decryptor()->decrypt(info, sample);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::kDrmNoKey);
}

TEST_CASE("clear_key: a sample that contradicts its description is wiped") {
  DrmWorld<PsshRig> world;
  auto opened = world.licensed(kKidA);
  CryptoInfo info;
  std::vector<uint8_t> sample = world.rig.encrypted(kKidA, info);
  info.subsamples = {{100, 400}, {50, 451}};
  const auto result = world.rig.system().decryptor()->decrypt(info, sample);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::kDrmSample);
  CHECK(sample == std::vector<uint8_t>(1000));
  CHECK_FALSE(world.open_sample(kKidA).has_value());
}

TEST_CASE("clear_key: a licence that cannot be kept is none") {
  DrmWorld<PsshRig> world;
  auto opened = world.open(SessionKind::kPersistent);
  REQUIRE(opened.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  const SharedBytes answer = world.rig.answer(opened.told->messages.at(0), {kKidA});
  world.rig.store.is_full = true;
  const auto refused = world.update(opened, answer);
  REQUIRE(refused.has_value());
  REQUIRE_FALSE(refused->has_value());
  CHECK(refused->error().code == ErrorCode::kStoreFull);
  CHECK(opened.session->persistent_id().empty());
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
  world.rig.store.is_full = false;
  REQUIRE(world.update(opened, answer)->has_value());
  // Nor is one given back that the store cannot mark so: it would come to life again.
  world.rig.store.is_full = true;
  CHECK_FALSE(opened.session->release().has_value());
  CHECK_FALSE(world.open_sample(kKidA).has_value());
}

TEST_CASE("clear_key: a kept licence that was damaged") {
  DrmWorld<PsshRig> world;
  auto kept = world.licensed({kKidA}, {kKidA}, {}, SessionKind::kPersistent);
  const std::string id = kept.session->persistent_id();
  std::vector<uint8_t>& record = world.rig.store.records.at(id);
  for (const std::size_t size : {record.size() - 1, record.size() / 2, std::size_t{0}}) {
    record.resize(size);
    auto again = world.open(SessionKind::kPersistent);
    const auto result = again.session->restore(id);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::kDrmNoLicense);
  }
}

}  // namespace playhead::test
