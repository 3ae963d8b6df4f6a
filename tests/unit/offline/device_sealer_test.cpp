// SPDX-License-Identifier: Apache-2.0
#include "vault/device_sealer.h"

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "vault_world.h"

namespace playhead::offline {
namespace {

using test::Bytes;
using test::code_of;
using test::sealer_of;

constexpr std::size_t kKeyIdAt = 1, kKeyIdEnd = 9;

class NoKeys final : public DeviceKeys {
 public:
  Result<DeviceKey> get() override {
    return make_error(ErrorCode::kOfflineOtherDevice, "the key store was reset");
  }
};

}  // namespace

TEST_CASE("device_sealer: what is sealed is opened again, and looks different each time") {
  const auto sealer = sealer_of(1);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 4096U, 100'000U}) {
    CAPTURE(size);
    const Bytes record = test::noise(size);
    const auto sealed = sealer->seal("licence", "d1", record);
    REQUIRE(sealed);
    CHECK(sealed->size() == size + 37);
    const auto opened = sealer->open("licence", "d1", *sealed);
    REQUIRE(opened);
    CHECK(*opened == record);
    CHECK(*sealer->seal("licence", "d1", record) != *sealed);
  }
}

TEST_CASE("device_sealer: the same device opens it after a restart, others never") {
  const Bytes record = test::noise(100);
  const auto sealed = sealer_of(1)->seal("licence", "d1", record);
  REQUIRE(sealed);
  struct Case {
    const char* name;
    uint8_t device;
    const char* purpose;
    const char* context;
    std::optional<ErrorCode> error;
  };
  const Case cases[] = {
      {"the same device", 1, "licence", "d1", {}},
      {"another device", 2, "licence", "d1", ErrorCode::kOfflineOtherDevice},
      {"another purpose", 1, "content-key", "d1", ErrorCode::kOfflineTampered},
      {"a longer purpose", 1, "licenced", "1", ErrorCode::kOfflineTampered},
      {"another download", 1, "licence", "d2", ErrorCode::kOfflineTampered},
      {"no context", 1, "licence", "", ErrorCode::kOfflineTampered},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto opened = sealer_of(c.device)->open(c.purpose, c.context, *sealed);
    CHECK(opened.has_value() == !c.error.has_value());
    if (c.error) CHECK(code_of(opened) == *c.error);
  }
}

TEST_CASE("device_sealer: every bit counts") {
  const auto sealer = sealer_of(1);
  const auto sealed = sealer->seal("licence", "d1", test::noise(20));
  REQUIRE(sealed);
  for (std::size_t bit = 0; bit < sealed->size() * 8; ++bit) {
    CAPTURE(bit);
    Bytes changed = *sealed;
    changed[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    const bool is_key_id = bit / 8 >= kKeyIdAt && bit / 8 < kKeyIdEnd;
    CHECK(code_of(sealer->open("licence", "d1", changed)) ==
          (is_key_id ? ErrorCode::kOfflineOtherDevice : ErrorCode::kOfflineTampered));
  }
  for (std::size_t size = 0; size < sealed->size(); ++size) {
    CAPTURE(size);
    const auto opened = sealer->open("licence", "d1", ByteView(*sealed).first(size));
    CHECK(code_of(opened) == ErrorCode::kOfflineTampered);
  }
  Bytes longer = *sealed;
  longer.push_back(0);
  CHECK(code_of(sealer->open("licence", "d1", longer)) == ErrorCode::kOfflineTampered);
}

TEST_CASE("device_sealer: a record of version 1, made by another program, is opened") {
  const Bytes sealed = test::from_hex(
      "01f10cd2f6c48d5816000102030405060708090a0b0c6ea7c70334d67be76f929f1210b73586f4e6"
      "5c4839aa3b20e83194f6bb9423ad427c");
  const auto opened = sealer_of(7)->open("licence", "d1", sealed);
  REQUIRE(opened);
  CHECK(as_text(*opened) == "sealed by version 1");
}

TEST_CASE("device_sealer: any thread") {
  const auto sealer = sealer_of(1);
  const Bytes record = test::noise(1000);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const auto sealed = sealer->seal("licence", "d1", record);
        if (!sealed) continue;
        const auto opened = sealer->open("licence", "d1", *sealed);
        if (opened && *opened == record) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 200);
}

TEST_CASE("device_sealer: errors of the key store and records too large are told") {
  NoKeys none;
  CHECK(code_of(make_device_sealer(none)) == ErrorCode::kOfflineOtherDevice);
  const auto sealer = sealer_of(1);
  const Bytes huge(Sealer::kMaxRecordBytes + 1);
  CHECK(code_of(sealer->seal("manifest", "d1", huge)) == ErrorCode::kInvalidArgument);
  const Bytes larger(Sealer::kMaxRecordBytes + 38);
  CHECK(code_of(sealer->open("manifest", "d1", larger)) == ErrorCode::kInvalidArgument);
}

TEST_CASE("content_key: wrapped for one download on one device") {
  const auto sealer = sealer_of(1);
  const ContentKey key = test::new_key();
  CHECK_FALSE(is_same(key.view(), test::new_key().view()));
  const KeyOwner owner{"d1", "t1", "p1"};
  const auto wrapped = key.wrap(*sealer, owner);
  REQUIRE(wrapped);
  const auto again = ContentKey::unwrap(*sealer_of(1), owner, *wrapped);
  REQUIRE(again);
  CHECK(is_same(again->view(), key.view()));
  const KeyOwner others[] = {{"d2", "t1", "p1"}, {"d1", "t2", "p1"}, {"d1", "t1", "p2"},
                             {"d1", "", ""},     {"d1", "t1p", "1"}, {"d1", "t1/2/p1", ""}};
  for (const KeyOwner& other : others) {
    CAPTURE(other.title_id);
    CHECK(code_of(ContentKey::unwrap(*sealer, other, *wrapped)) == ErrorCode::kOfflineTampered);
  }
  CHECK(code_of(ContentKey::unwrap(*sealer_of(2), owner, *wrapped)) ==
        ErrorCode::kOfflineOtherDevice);
  const auto short_key = sealer->seal("content-key", "d1", Bytes(16));
  REQUIRE(short_key);
  CHECK(code_of(ContentKey::unwrap(*sealer, owner, *short_key)) == ErrorCode::kOfflineTampered);
  // As it was wrapped before titles were part of it.
  const auto older = sealer->seal("content-key", "d1", key.view());
  REQUIRE(older);
  CHECK(is_same(ContentKey::unwrap(*sealer, owner, *older)->view(), key.view()));
  CHECK(code_of(ContentKey::unwrap(*sealer, {"d2", "t1", "p1"}, *older)) ==
        ErrorCode::kOfflineTampered);
}

}  // namespace playhead::offline
