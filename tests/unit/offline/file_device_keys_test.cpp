// SPDX-License-Identifier: Apache-2.0
#include "vault/file_device_keys.h"

#include <filesystem>
#include <optional>

#include <doctest/doctest.h>

#include "support/temp_folder.h"
#include "vault_world.h"

namespace playhead::offline {
namespace {

using test::code_of;
using test::FaultyFileSystem;

}  // namespace

TEST_CASE("file_device_keys: made once, for nobody else to read") {
  const playhead::test::TempFolder folder;
  const std::string path = folder.path("downloads");
  const auto first = make_file_device_keys(make_file_system(), path)->get();
  REQUIRE(first);
  CHECK(*first != DeviceKey{});
  const auto again = make_file_device_keys(make_file_system(), path)->get();
  REQUIRE(again);
  CHECK(*again == *first);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(path + "/device.key").permissions() ==
        (perms::owner_read | perms::owner_write));
  CHECK(std::filesystem::status(path).permissions() == perms::owner_all);
  const auto other = make_file_device_keys(make_file_system(), folder.path("other"))->get();
  REQUIRE(other);
  CHECK(*other != *first);
  CHECK_FALSE(make_file_device_keys(make_file_system(), path)->read_counter()->has_value());
}

TEST_CASE("file_device_keys: a damaged file is said to be lost and is not replaced") {
  const auto files = std::make_shared<FaultyFileSystem>();
  const auto keys = make_file_device_keys(files, "/d");
  REQUIRE(keys->get());
  const test::Bytes whole = files->bytes_of("/d/device.key");
  for (std::size_t at = 0; at <= whole.size() + 1; ++at) {
    CAPTURE(at);
    test::Bytes damaged = whole;
    if (at < whole.size()) damaged[at] ^= 0x10;
    if (at == whole.size()) damaged.pop_back();
    if (at > whole.size()) damaged.push_back(0);
    files->overwrite("/d/device.key", damaged);
    CHECK(code_of(keys->get()) == ErrorCode::kOfflineOtherDevice);
    CHECK(files->bytes_of("/d/device.key") == damaged);
  }
}

TEST_CASE("file_device_keys: a key that was given survives whatever fails at whatever call") {
  using Fault = FaultyFileSystem::Fault;
  using Loss = FaultyFileSystem::Loss;
  for (const Fault fault : {Fault::kIoError, Fault::kFull, Fault::kFullOnce, Fault::kGone}) {
    for (const Loss loss : {Loss::kNothing, Loss::kUnsynced, Loss::kTornBytes, Loss::kNamesOnly}) {
      bool has_failed = true;
      int failures = 0;
      for (int64_t call = 1; has_failed; ++call) {
        CAPTURE(call);
        const auto files = std::make_shared<FaultyFileSystem>();
        const auto keys = make_file_device_keys(files, "/d");
        files->fail_at(call, fault);
        std::optional<DeviceKey> given;
        if (const auto first = keys->get()) given = *first;
        if (const auto second = keys->get(); second && !given) given = *second;
        has_failed = files->has_failed();
        failures += given ? 0 : 1;
        files->restart(loss, static_cast<uint32_t>(call));
        const auto later = make_file_device_keys(files, "/d")->get();
        REQUIRE(later);
        if (given) CHECK(*later == *given);
      }
      CHECK((fault != Fault::kGone || failures > 3));  // the faults were met
    }
  }
}

}  // namespace playhead::offline
