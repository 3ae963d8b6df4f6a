// SPDX-License-Identifier: Apache-2.0
#include "pssh.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"
#include "drm_system_ids.h"

namespace playhead::drm {
namespace {

using test::hex;
using test::kid;

const std::string kId = "1077efecc0b24d02ace33c1e52e2fb4b";
const std::string kKid = "ad13f9ea2be698b875f504a8e3ccea64";
const std::string kV0 =
    "00000022"
    "70737368"
    "00000000" +
    kId +
    "00000002"
    "abcd";
const std::string kV1 =
    "00000034"
    "70737368"
    "01000000" +
    kId + "00000001" + kKid + "00000000";

TEST_CASE("pssh: boxes of both versions, one behind the other") {
  struct Case {
    const char* name;
    std::string hex;
    std::size_t boxes;
    int skipped;
  };
  const Case cases[] = {{"version 0", kV0, 1, 0},
                        {"version 1", kV1, 1, 0},
                        {"both", kV0 + kV1, 2, 0},
                        {"the same twice", kV1 + kV1, 2, 0},
                        {"version 2 in front",
                         "0000002070737368"
                         "02000000" +
                             kId + "ffffffff" + kV1,
                         1, 1},
                        {"another box between", kV1 + "0000000866726565" + kV0, 2, 1},
                        {"nothing but another box", "0000000866726565", 0, 1},
                        {"length in 64 bits",
                         "00000001"
                         "70737368"
                         "000000000000002a"
                         "00000000" +
                             kId +
                             "00000002"
                             "abcd",
                         1, 0},
                        {"up to the end", "00000000" + kV0.substr(8), 1, 0},
                        {"bytes behind its data", "00000024" + kV0.substr(8) + "0000", 1, 0},
                        {"a system nobody knows",
                         "0000002070737368"
                         "00000000" +
                             std::string(32, 'a') + "00000000",
                         1, 0}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const std::vector<uint8_t> bytes = hex(c.hex);
    const Result<PsshList> list = parse_pssh(bytes);
    REQUIRE(list.has_value());
    CHECK(list->boxes.size() == c.boxes);
    CHECK(list->skipped == c.skipped);
  }
}

TEST_CASE("pssh: what a box holds") {
  const std::vector<uint8_t> bytes = hex(kV0 + kV1);
  const Result<PsshList> list = parse_pssh(bytes);
  REQUIRE(list.has_value());
  const PsshBox& v0 = list->boxes[0];
  const PsshBox& v1 = list->boxes[1];
  CHECK(v0.version == 0);
  CHECK(v0.system_id == system_ids::kW3cCommon);
  CHECK(v0.kids.empty());
  CHECK(to_hex(v0.data) == "abcd");
  CHECK(to_hex(v0.whole) == kV0);
  CHECK(v1.version == 1);
  CHECK(v1.kids == std::vector<KeyId>{kid(kKid)});
  CHECK(v1.data.empty());
  CHECK(write_pssh(v0.system_id, v0.kids, v0.data) == hex(kV0));
  CHECK(write_pssh(v1.system_id, v1.kids, v1.data) == hex(kV1));
}

TEST_CASE("D11 pssh: damage is told with its place") {
  struct Case {
    const char* name;
    std::string hex;
    const char* says;
  };
  const Case cases[] = {
      {"nothing", "", "no pssh box"},
      {"half a header", "000000", "byte 0: it ends within its header"},
      {"half a long header",
       "00000001"
       "70737368"
       "0000",
       "it ends within its header"},
      {"smaller than its header",
       "00000007"
       "70737368",
       "smaller than its header"},
      {"behind the end", "00000035" + kV1.substr(8), "byte 0: it reaches behind the end"},
      {"the second one", kV0 + "00000035" + kV1.substr(8), "byte 34: it reaches"},
      {"64 bits of length",
       "00000001"
       "70737368"
       "ffffffffffffffff",
       "behind the end"},
      {"empty",
       "00000008"
       "70737368",
       "it is empty"},
      {"no system id",
       "00000010"
       "70737368"
       "00000000"
       "11223344",
       "before its system id"},
      {"no count of key ids",
       "0000001e"
       "70737368"
       "01000000" +
           kId + "0000",
       "before its key ids"},
      {"too many key ids",
       "00000034"
       "70737368"
       "01000000" +
           kId + "00000002" + kKid + "00000000",
       "fewer key ids"},
      {"a great many",
       "00000034"
       "70737368"
       "01000000" +
           kId + "ffffffff" + kKid + "00000000",
       "fewer key ids"},
      {"no data size",
       "0000001c"
       "70737368"
       "00000000" +
           kId,
       "before its data"},
      {"too much data",
       "00000022"
       "70737368"
       "00000000" +
           kId +
           "00000003"
           "abcd",
       "longer than the box"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<PsshList> list = parse_pssh(hex(c.hex));
    REQUIRE_FALSE(list.has_value());
    CHECK(list.error().code == ErrorCode::kDrmInitData);
    CHECK(list.error().context.find(c.says) != std::string::npos);
  }
}

TEST_CASE("pssh: limits") {
  std::string many;
  for (std::size_t i = 0; i < kPsshBoxes; ++i) many += kV0;
  CHECK(parse_pssh(hex(many)).has_value());
  CHECK_FALSE(parse_pssh(hex(many + kV0)).has_value());
  CHECK_FALSE(parse_pssh(std::vector<uint8_t>(kInitDataBytes + 1)).has_value());
}

}  // namespace
}  // namespace playhead::drm
