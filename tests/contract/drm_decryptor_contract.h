// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "contract/drm_world.h"

// What every SampleDecryptor of a DrmSystem promises; see drm_system_contract.h for the rig.
namespace playhead::test {

TEST_CASE_TEMPLATE_DEFINE("drm system: samples are opened on several threads meanwhile", Rig,
                          drm_contract_threads) {
  DrmWorld<Rig> world;
  auto kept = world.licensed(kKidA);
  const std::shared_ptr<SampleDecryptor> decryptor = world.rig.system().decryptor();
  CryptoInfo info_a, info_b;
  const std::vector<uint8_t> sample_a = world.rig.encrypted(kKidA, info_a);
  const std::vector<uint8_t> sample_b = world.rig.encrypted(kKidB, info_b);
  const std::vector<uint8_t> clear = world.rig.clear();
  std::atomic<bool> is_over{false};
  std::atomic<int> wrong{0};
  std::atomic<int> opened{0};
  const auto work = [&] {
    while (!is_over) {
      std::vector<uint8_t> a = sample_a;
      if (!decryptor->decrypt(info_a, a) || a != clear) ++wrong;
      std::vector<uint8_t> b = sample_b;  // its key comes and goes
      const auto result = decryptor->decrypt(info_b, b);
      const bool is_right = result ? b == clear : b == std::vector<uint8_t>(sample_b.size());
      if (!is_right) ++wrong;
      ++opened;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(work);
  for (int round = 0; round < 50 || opened < 100; ++round) {
    const auto session = world.licensed({kKidB}, {kKidB}, world.executor.wall_now() + 10s);
    if (round % 2 == 0) world.executor.run_for(20s);
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE_DEFINE("drm system: sessions and decryptor outlive the system", Rig,
                          drm_contract_outlive) {
  DrmWorld<Rig> world;
  auto opened = world.licensed(kKidA);
  const std::shared_ptr<SampleDecryptor> decryptor = world.rig.system().decryptor();
  CryptoInfo info;
  std::vector<uint8_t> sample = world.rig.encrypted(kKidA, info);
  std::vector<uint8_t> again = sample;
  world.rig.end();
  CHECK(decryptor->decrypt(info, sample).has_value());
  opened.session.reset();
  CHECK_FALSE(decryptor->decrypt(info, again).has_value());
}

}  // namespace playhead::test

#define DRM_DECRYPTOR_CONTRACT(Rig)                     \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_threads, Rig); \
  TEST_CASE_TEMPLATE_INVOKE(drm_contract_outlive, Rig)
