// SPDX-License-Identifier: Apache-2.0
// Clear Key as a module, loaded by its path, under the contract of all DRM systems.
#include <memory>

#include <doctest/doctest.h>

#include "contract/clear_key_rig.h"
#include "contract/drm_decryptor_contract.h"
#include "contract/drm_persistent_contract.h"
#include "contract/drm_system_contract.h"
#include "e2e/freed_memory.h"
#include "playhead/drm/cdm_module.h"

namespace playhead::test {
namespace {

struct Module {
  static std::unique_ptr<DrmSystem> make(LicenseStore* store) {
    auto system = load_cdm_module(PLAYHEAD_CLEARKEY_MODULE, {store, {}, nullptr});
    if (!system) FAIL(system.error().context);
    return *std::move(system);
  }
};

using PsshRig = ClearKeyRig<InitDataType::kPssh, true, Module>;
using KeyIdsRig = ClearKeyRig<InitDataType::kKeyIds, false, Module>;

// What memory gives away that a licence goes through which is taken in, kept, and found again.
template <typename Rig>
std::vector<std::string> freed_by_kept_license() {
  DrmWorld<Rig> world;
  const std::vector<e2e::KeyForms> keys{e2e::KeyForms(key_of(kKidA))};
  auto first = world.open(SessionKind::kPersistent);
  REQUIRE(first.session->request(world.rig.init_for({kKidA})).has_value());
  world.executor.run_ready();
  const SharedBytes answer = world.rig.answer(first.told->messages.at(0), {kKidA});
  e2e::watch_freed_memory(keys);
  const auto taken = world.update(first, answer);
  const std::string id = first.session->persistent_id();
  first.session.reset();
  auto second = world.open(SessionKind::kPersistent);
  const Result<void> found = second.session->restore(id);
  world.executor.run_ready();
  const auto status = second.told->status(kKidA);
  second.session.reset();
  std::vector<std::string> freed = e2e::stop_watching();
  CHECK((taken && taken->has_value()));
  CHECK(found.has_value());
  CHECK(status == KeyStatus::kUsable);
  return freed;
}

}  // namespace

DRM_SYSTEM_CONTRACT(PsshRig);
DRM_SYSTEM_CONTRACT(KeyIdsRig);
DRM_DECRYPTOR_CONTRACT(PsshRig);
DRM_DECRYPTOR_CONTRACT(KeyIdsRig);
DRM_PERSISTENT_CONTRACT(PsshRig);
DRM_PERSISTENT_CONTRACT(KeyIdsRig);

TEST_CASE("cdm module: is what the built-in system is") {
  const auto built_in = BuiltIn::make(nullptr);
  const auto loaded = Module::make(nullptr);
  CHECK(loaded->name() == built_in->name());
  CHECK(loaded->system_ids() == built_in->system_ids());
  CHECK(loaded->key_formats() == built_in->key_formats());
  for (const TrackKind track : {TrackKind::kVideo, TrackKind::kAudio, TrackKind::kText}) {
    const DrmCapabilities theirs = loaded->query(track);
    const DrmCapabilities ours = built_in->query(track);
    CHECK(theirs.level == ours.level);
    CHECK(theirs.schemes == ours.schemes);
    CHECK(theirs.decrypts_samples == ours.decrypts_samples);
    CHECK(theirs.has_secure_decoder == ours.has_secure_decoder);
    CHECK(theirs.keeps_licenses == ours.keeps_licenses);
  }
}

TEST_CASE("cdm module: a store that fails is told by its own number") {
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
  CHECK(world.open_sample(kKidA) == ErrorCode::kDrmNoKey);
}

TEST_CASE("cdm module: a licence larger than a usual one is found again") {
  DrmWorld<PsshRig> world;
  std::vector<KeyId> kids;
  for (uint8_t i = 1; i < 100; ++i) kids.push_back(contract_kid(i));
  auto first = world.licensed(kids, kids, {}, SessionKind::kPersistent);
  const std::string id = first.session->persistent_id();
  REQUIRE(world.rig.store.records.at(id).size() > 4096);
  first.session.reset();
  auto second = world.open(SessionKind::kPersistent);
  REQUIRE(second.session->restore(id).has_value());
  CHECK_FALSE(world.open_sample(kids.back()).has_value());
}

TEST_CASE("kept licences: no key stays in memory that is given back") {
  CHECK(freed_by_kept_license<ClearKeyRig<InitDataType::kPssh, true>>() ==
        std::vector<std::string>());
  CHECK(freed_by_kept_license<PsshRig>() == std::vector<std::string>());
}

TEST_CASE("cdm module: two systems of one file know nothing of each other") {
  DrmWorld<KeyIdsRig> one;
  DrmWorld<KeyIdsRig> other;
  auto opened = one.licensed(kKidA);
  CHECK_FALSE(one.open_sample(kKidA).has_value());
  CHECK(other.open_sample(kKidA) == ErrorCode::kDrmNoKey);
}

}  // namespace playhead::test
