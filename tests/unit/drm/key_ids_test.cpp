// SPDX-License-Identifier: Apache-2.0
#include "key_ids.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"
#include "drm_system_ids.h"
#include "pssh.h"

namespace playhead::drm {
namespace {

using test::bytes_of;
using test::hex;
using test::kid;
using Kids = std::vector<KeyId>;

const KeyId kFirst = kid("ad13f9ea2be698b875f504a8e3ccea64");
const KeyId kSecond = kid("558ee541b90ab2f3950d00ade3760d45");

InitData init(InitDataType type, std::vector<uint8_t> bytes) {
  return {type, SharedBytes(std::move(bytes))};
}

TEST_CASE("key_ids: JSON as the W3C writes it, and as others do") {
  struct Case {
    const char* name;
    const char* json;
    Kids kids;  // empty: refused
  };
  const Case cases[] = {
      {"one", R"({"kids":["rRP56ivmmLh19QSo48zqZA"]})", {kFirst}},
      {"padded", R"({"kids":["rRP56ivmmLh19QSo48zqZA=="]})", {kFirst}},
      {"two, one of them twice",
       R"({"kids":["rRP56ivmmLh19QSo48zqZA","VY7lQbkKsvOVDQCt43YNRQ","rRP56ivmmLh19QSo48zqZA"]})",
       {kFirst, kSecond}},
      {"other members",
       R"({"x":[1,{"kids":2}],"kids":["rRP56ivmmLh19QSo48zqZA"],"type":"t"})",
       {kFirst}},
      {"one too short beside", R"({"kids":["AAAA","rRP56ivmmLh19QSo48zqZA"]})", {kFirst}},
      {"only one too short", R"({"kids":["AAAA"]})", {}},
      {"none", R"({"kids":[]})", {}},
      {"no list", R"({"kids":"rRP56ivmmLh19QSo48zqZA"})", {}},
      {"no kids", R"({"keys":[]})", {}},
      {"a number", R"({"kids":[1]})", {}},
      {"no base64", R"({"kids":["****"]})", {}},
      {"a list", R"(["kids"])", {}},
      {"a text", R"("kids")", {}},
      {"cut off", R"({"kids":["rRP56ivmmLh19QSo48zqZA")", {}},
      {"no UTF-8", "{\"kids\":[\"\xff\"]}", {}},
      {"nothing", "", {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<Kids> kids = parse_key_ids(bytes_of(c.json));
    REQUIRE(kids.has_value() == !c.kids.empty());
    if (kids) CHECK(*kids == c.kids);
    if (!kids) CHECK(kids.error().code == ErrorCode::kDrmInitData);
  }
  CHECK(write_key_ids(Kids{kFirst, kSecond}) ==
        R"({"kids":["rRP56ivmmLh19QSo48zqZA","VY7lQbkKsvOVDQCt43YNRQ"]})");
}

TEST_CASE("key_ids: limits") {
  Kids many(kKeyIds);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i][0] = static_cast<uint8_t>(i);
    many[i][1] = static_cast<uint8_t>(i >> 8);
  }
  CHECK(parse_key_ids(bytes_of(write_key_ids(many))).has_value());
  many.push_back(kFirst);
  CHECK_FALSE(parse_key_ids(bytes_of(write_key_ids(many))).has_value());
  CHECK_FALSE(parse_key_ids(bytes_of(std::string(20, '[') + std::string(20, ']'))).has_value());
  CHECK_FALSE(parse_key_ids(std::vector<uint8_t>(1024 * 1024 + 1, ' ')).has_value());
}

TEST_CASE("key_ids: of any kind of initialisation data") {
  const auto widevine = write_pssh(system_ids::kWidevine, {}, hex("1210" + to_hex(kSecond)));
  const auto bad_widevine = write_pssh(system_ids::kWidevine, {}, hex("1210"));
  const auto common = write_pssh(system_ids::kW3cCommon, {kFirst}, {});
  const auto dashif = write_pssh(system_ids::kClearKey, {kFirst, kSecond}, {});
  const auto fairplay = write_pssh(system_ids::kFairPlay, {kFirst}, hex("00"));
  const std::vector<uint8_t> object = test::playready_object(
      "<WRMHEADER "
      "version=\"4.0.0.0\"><DATA><KID>6vkTreYruJh19QSo48zqZA==</KID></DATA></WRMHEADER>");
  const auto playready = write_pssh(system_ids::kPlayReady, {}, object);
  const auto both = [](std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const auto uri = [](const std::vector<uint8_t>& bytes) {
    return bytes_of("data:text/plain;base64," + to_base64(bytes));
  };
  struct Case {
    const char* name;
    InitData init;
    bool is_read;
    Kids kids;
  };
  const Case cases[] = {
      {"W3C", init(InitDataType::kPssh, common), true, {kFirst}},
      {"DASH-IF", init(InitDataType::kPssh, dashif), true, {kFirst, kSecond}},
      {"Widevine", init(InitDataType::kPssh, widevine), true, {kSecond}},
      {"PlayReady", init(InitDataType::kPssh, playready), true, {kFirst}},
      {"version 1 of another", init(InitDataType::kPssh, fairplay), true, {kFirst}},
      {"Widevine behind W3C", init(InitDataType::kPssh, both(widevine, common)), true, {kFirst}},
      {"Widevine and PlayReady",
       init(InitDataType::kPssh, both(widevine, playready)),
       true,
       {kSecond, kFirst}},
      {"a damaged one beside",
       init(InitDataType::kPssh, both(bad_widevine, playready)),
       true,
       {kFirst}},
      {"a damaged one", init(InitDataType::kPssh, bad_widevine), false, {}},
      {"cut off", init(InitDataType::kPssh, {0, 0, 0}), false, {}},
      {"PlayReady Object", init(InitDataType::kPlayReady, object), true, {kFirst}},
      {"no PlayReady Object", init(InitDataType::kPlayReady, common), false, {}},
      {"JSON",
       init(InitDataType::kKeyIds, bytes_of(write_key_ids(Kids{kSecond}))),
       true,
       {kSecond}},
      {"URI of boxes", init(InitDataType::kKeyUri, uri(widevine)), true, {kSecond}},
      {"URI of an object", init(InitDataType::kKeyUri, uri(object)), true, {kFirst}},
      {"URI of something else", init(InitDataType::kKeyUri, uri({1, 2})), true, {}},
      {"skd", init(InitDataType::kKeyUri, bytes_of("skd://1")), true, {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<Kids> kids = key_ids_of(c.init);
    REQUIRE(kids.has_value() == c.is_read);
    if (kids) CHECK(*kids == c.kids);
    if (!kids) CHECK(kids.error().code == ErrorCode::kDrmInitData);
  }
}

}  // namespace
}  // namespace playhead::drm
