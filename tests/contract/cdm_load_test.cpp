// SPDX-License-Identifier: Apache-2.0
// Modules that cannot be used, and what loading and unloading leaves behind.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include "contract/clear_key_rig.h"
#include "contract/drm_world.h"
#include "playhead/drm/cdm_module.h"

namespace playhead::test {
namespace {

namespace fs = std::filesystem;

std::string odd(const char* way) {
  return (fs::path(PLAYHEAD_CLEARKEY_MODULE).parent_path() /
          ("cdm_odd_" + std::string(way) + ".so"))
      .string();
}

bool is_loaded(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) dlclose(handle);
  return handle != nullptr;
}

std::ptrdiff_t open_files() {
  std::ptrdiff_t count = 0;
  std::error_code failed;
  for (fs::directory_iterator at("/proc/self/fd", failed), end; at != end; ++at) ++count;
  return count;
}

TEST_CASE("cdm module: what cannot be used is refused by name and reason") {
  struct Case {
    const char* name;
    CdmFault fault;
    const char* says;
  };
  const Case cases[] = {
      {"no_entry", CdmFault::kNoEntry, "exports no playhead_cdm_entry()"},
      {"entry_fails", CdmFault::kRefused, "refuses to serve: the device is not set up"},
      {"entry_odd", CdmFault::kRefused, "answers an unknown number"},
      {"other_version", CdmFault::kVersion,
       "speaks version 9 of the interface, this player version 1"},
      {"newer", CdmFault::kVersion, "speaks version 7 of the interface, this player version 1"},
      {"no_table", CdmFault::kTable, "has no table"},
      {"tiny", CdmFault::kTable, "has no version"},
      {"small", CdmFault::kTable, "bytes, at least"},
      {"null_function", CdmFault::kFunction, "no function request()"},
      {"no_name", CdmFault::kIdentity, "no name"},
      {"many_ids", CdmFault::kIdentity, "or too many"},
      {"start_fails", CdmFault::kRefused, "refuses to start: not today"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const std::string path = odd(c.name);
    REQUIRE(fs::exists(path));
    const auto system = load_cdm_module(path, {});
    REQUIRE_FALSE(system.has_value());
    CHECK(system.error().code == ErrorCode::kDrmModule);
    CHECK(system.error().detail == static_cast<int32_t>(c.fault));
    CAPTURE(system.error().context);
    CHECK(system.error().context.find(c.says) != std::string::npos);
    CHECK_FALSE(is_loaded(path));
  }
}

TEST_CASE("cdm module: files that are none") {
  const fs::path folder = fs::temp_directory_path() / ("playhead-cdm-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const fs::path text = folder / "text.so";
  std::ofstream(text) << "no library";
  std::vector<fs::path> cut;
  // Within the code; debug information behind it would not be missed.
  for (const int bytes : {0, 50, 1000, 20'000}) {
    cut.push_back(folder / ("cut" + std::to_string(bytes) + ".so"));
    fs::copy_file(PLAYHEAD_CLEARKEY_MODULE, cut.back());
    fs::resize_file(cut.back(), static_cast<uintmax_t>(bytes));
  }
  struct Case {
    std::string path;
    CdmFault fault;
  };
  std::vector<Case> cases = {{"", CdmFault::kPath},
                             {"cdm_odd_plain.so", CdmFault::kPath},
                             {"./lib/cdm_odd_plain.so", CdmFault::kPath},
                             {(folder / "missing.so").string(), CdmFault::kMissing},
                             {folder.string(), CdmFault::kNotALibrary},
                             {text.string(), CdmFault::kNotALibrary}};
  for (const fs::path& path : cut) cases.push_back({path.string(), CdmFault::kNotALibrary});
  for (const Case& c : cases) {
    CAPTURE(c.path);
    const auto system = load_cdm_module(c.path, {});
    REQUIRE_FALSE(system.has_value());
    CHECK(system.error().code == ErrorCode::kDrmModule);
    CHECK(system.error().detail == static_cast<int32_t>(c.fault));
    CHECK(system.error().context.find(folder.string()) == std::string::npos);
  }
  fs::remove_all(folder);
}

struct Module {
  static std::unique_ptr<DrmSystem> make(LicenseStore* store) {
    auto system = load_cdm_module(PLAYHEAD_CLEARKEY_MODULE, {store, {}, nullptr});
    REQUIRE(system.has_value());
    return *std::move(system);
  }
};
using Rig = ClearKeyRig<InitDataType::kPssh, true, Module>;

TEST_CASE("cdm module: a hundred times loaded, used and unloaded") {
  REQUIRE_FALSE(is_loaded(PLAYHEAD_CLEARKEY_MODULE));
  std::ptrdiff_t files = 0;
  for (int round = 0; round < 100; ++round) {
    {
      DrmWorld<Rig> world;
      auto opened = world.licensed({kKidA}, {kKidA}, world.executor.wall_now() + 100s);
      REQUIRE_FALSE(world.open_sample(kKidA).has_value());
      auto left_open = world.open();
      REQUIRE(left_open.session->request(world.rig.init_for({kKidB})).has_value());
    }
    REQUIRE_FALSE(is_loaded(PLAYHEAD_CLEARKEY_MODULE));
    if (round == 0) files = open_files();
  }
  CHECK(open_files() == files);
}

TEST_CASE("cdm module: stays loaded as long as anything of it lives") {
  std::shared_ptr<SampleDecryptor> decryptor;
  {
    DrmWorld<Rig> world;
    auto opened = world.licensed(kKidA);
    decryptor = world.rig.system().decryptor();
    world.rig.end();
    CHECK(is_loaded(PLAYHEAD_CLEARKEY_MODULE));
    CHECK(opened.session->renew().has_value());
  }
  CHECK(is_loaded(PLAYHEAD_CLEARKEY_MODULE));
  std::vector<uint8_t> sample(16);
  CHECK_FALSE(decryptor->decrypt({}, sample).has_value());
  decryptor.reset();
  CHECK_FALSE(is_loaded(PLAYHEAD_CLEARKEY_MODULE));
}

// The binary promise on 64-bit machines: members may be appended, nothing here may change.
TEST_CASE("cdm.h: layout") {
  if (sizeof(void*) != 8) return;
  CHECK(offsetof(playhead_cdm_error, message) == 8);
  CHECK(sizeof(playhead_cdm_error) == 264);
  CHECK(sizeof(playhead_cdm_capabilities) == 24);
  CHECK(offsetof(playhead_cdm_message, url) == 24);
  CHECK(sizeof(playhead_cdm_key) == 20);
  CHECK(sizeof(playhead_cdm_subsample) == 8);
  CHECK(offsetof(playhead_cdm_crypto_info, kid) == 8);
  CHECK(offsetof(playhead_cdm_crypto_info, subsamples) == 48);
  CHECK(sizeof(playhead_cdm_crypto_info) == 64);
  CHECK(offsetof(playhead_cdm_host, message) == 16);
  CHECK(offsetof(playhead_cdm_host, post) == 56);
  CHECK(offsetof(playhead_cdm_host, now_us) == 80);
  CHECK(offsetof(playhead_cdm_host, store_get) == 128);
  CHECK(sizeof(playhead_cdm_host) == 152);
  CHECK(offsetof(playhead_cdm_system, name) == 16);
  CHECK(offsetof(playhead_cdm_system, destroy) == 56);
  CHECK(offsetof(playhead_cdm_system, request) == 96);
  CHECK(offsetof(playhead_cdm_system, wake) == 112);
  CHECK(offsetof(playhead_cdm_system, persistent_id) == 152);
  CHECK(sizeof(playhead_cdm_system) == 160);
}

}  // namespace
}  // namespace playhead::test
