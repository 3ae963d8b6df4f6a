// SPDX-License-Identifier: Apache-2.0
#include "widevine_pssh.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"

namespace playhead::drm {
namespace {

using test::bytes_of;
using test::hex;
using test::kid;

const std::string kKid = "ad13f9ea2be698b875f504a8e3ccea64";

TEST_CASE("widevine_pssh: all its fields") {
  const Result<WidevinePssh> pssh =
      parse_widevine_pssh(hex("0801"
                              "1210" +
                              kKid + "1210" + kKid +
                              "120135"
                              "1a03616263"
                              "2202beef"
                              "2a025344"
                              "3203646566"
                              "3896ffffffffffffffff01"
                              "420101"
                              "48f3c6899b06"
                              "508010"
                              "5801"
                              "7a0141"
                              "99010102030405060708"
                              "a50101020304"));
  REQUIRE(pssh.has_value());
  CHECK(pssh->algorithm == 1);
  CHECK(pssh->key_ids.size() == 3);
  CHECK(pssh->kids() == std::vector<KeyId>{kid(kKid)});
  CHECK(pssh->provider == "abc");
  CHECK(pssh->content_id == hex("beef"));
  CHECK(pssh->track_type == "SD");
  CHECK(pssh->policy == "def");
  CHECK(pssh->crypto_period_index == UINT64_MAX - 105);
  CHECK(pssh->grouped_license == hex("01"));
  CHECK(pssh->protection_scheme == "cbcs");
  CHECK(pssh->crypto_period_seconds == 2048);
  CHECK(pssh->skipped == 4);
}

TEST_CASE("widevine_pssh: a field of another type than its own is passed over") {
  const Result<WidevinePssh> pssh =
      parse_widevine_pssh(hex("1001"
                              "0a0101"
                              "4a0101"));
  REQUIRE(pssh.has_value());
  CHECK(pssh->skipped == 3);
  CHECK(pssh->key_ids.empty());
  CHECK_FALSE(pssh->algorithm.has_value());
  CHECK(pssh->protection_scheme.empty());
}

TEST_CASE("widevine_pssh: what is no protocol buffer") {
  struct Case {
    const char* name;
    const char* hex;
    const char* says;
  };
  const Case cases[] = {{"a tag alone", "08", "cut off"},
                        {"half a number", "0880", "cut off"},
                        {"bytes that end early", "12101122", "behind the end"},
                        {"a length of 64 bits", "12ffffffffffffffffff01", "behind the end"},
                        {"eleven bytes of number", "08ffffffffffffffffffff01", "more than 64 bits"},
                        {"a tenth byte too large", "08ffffffffffffffffff02", "more than 64 bits"},
                        {"a group", "0b0c", "not used any more"},
                        {"an end of a group", "0c", "not used any more"},
                        {"type 6", "0e", "not used any more"},
                        {"type 7", "0f", "not used any more"},
                        {"field 0", "0001", "no number"},
                        {"a tag of more than 32 bits", "f8ffffffff0f01", "no number"},
                        {"half of 32 bits", "a501010203", "cut off"},
                        {"half of 64 bits", "990101020304050607", "cut off"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<WidevinePssh> pssh = parse_widevine_pssh(hex(c.hex));
    REQUIRE_FALSE(pssh.has_value());
    CHECK(pssh.error().code == ErrorCode::kDrmInitData);
    CHECK(pssh.error().context.find(c.says) != std::string::npos);
  }
  CHECK(parse_widevine_pssh({}).has_value());
  std::string many;
  for (int i = 0; i < 4096; ++i) many += "0801";
  CHECK(parse_widevine_pssh(hex(many)).has_value());
  CHECK_FALSE(parse_widevine_pssh(hex(many + "0801")).has_value());
}

}  // namespace
}  // namespace playhead::drm
