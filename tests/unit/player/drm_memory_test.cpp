// SPDX-License-Identifier: Apache-2.0
#include "player/drm_memory.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/memory_store.h"
#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("drm memory: what failed on a device is known to the next process, for a month") {
  struct Case {
    const char* name;
    Duration later;
    Names known;
  };
  const Case cases[] = {{"at once", 0s, {"widevine/3000"}},
                        {"a month less a minute", 24h * 30 - 60s, {"widevine/3000"}},
                        {"more than a month", 24h * 30 + 60s, {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    VirtualExecutor executor;
    MemoryStore store(executor);
    {
      DrmMemory memory(store, executor);
      CHECK(memory.distrusted().empty());
      memory.distrust("widevine/3000");
      memory.distrust("widevine/3000");
      memory.distrust("");
      CHECK(memory.distrusted() == Names{"widevine/3000"});
      executor.run_for(1s);
    }
    executor.run_for(c.later);
    DrmMemory next(store, executor);
    executor.run_for(1s);
    CHECK(next.distrusted() == c.known);
  }
}

TEST_CASE("drm memory: a store that answers late finds nobody, and many names have an end") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  { const DrmMemory gone(store, executor); }
  executor.run_for(1s);
  DrmMemory memory(store, executor);
  for (int i = 0; i < 100; ++i) memory.distrust("system" + std::to_string(i) + "/1000");
  CHECK(memory.distrusted().size() == DrmMemory::kMostRemembered);
}

TEST_CASE("drm memory: what is forgotten is removed, and hides nothing that is known") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  for (int month = 0; month < 2; ++month) {
    DrmMemory memory(store, executor);
    for (std::size_t i = 0; i < DrmMemory::kMostRemembered; ++i) {
      memory.distrust("old" + std::to_string(month) + "-" + std::to_string(i) + "/1000");
    }
    executor.run_for(24h * 16);
  }
  executor.run_for(24h * 31);
  {
    DrmMemory memory(store, executor);
    memory.distrust("widevine/3000");
    executor.run_for(1s);
  }
  DrmMemory next(store, executor);
  executor.run_for(1s);
  CHECK(next.distrusted() == Names{"widevine/3000"});
  std::size_t left = 0;
  store.list("drm-distrusted", "", 1000, executor,
             [&](Result<std::vector<StoreRecord>> records) { left = records->size(); });
  executor.run_for(1s);
  CHECK(left == 1);
}

TEST_CASE("drm memory: a refusal or a busy moment says nothing of the device") {
  for (const ErrorCode code :
       {ErrorCode::kDrmLicenseRefused, ErrorCode::kDrmInitData, ErrorCode::kDrmBusy,
        ErrorCode::kDrmNoSystem, ErrorCode::kStoreIo, ErrorCode::kStoreCorrupt}) {
    CHECK_FALSE(is_about_device(code));
  }
  for (const ErrorCode code :
       {ErrorCode::kDrmProvisioning, ErrorCode::kDrmRevoked, ErrorCode::kDrmModule}) {
    CHECK(is_about_device(code));
  }
}

}  // namespace
}  // namespace playhead::test
