// SPDX-License-Identifier: Apache-2.0
#include "container/webm_encryption.h"

#include <doctest/doctest.h>

#include "support/boxes.h"

namespace playhead::test {

TEST_CASE("webm_encryption: what stands in front of a frame") {
  struct Case {
    const char* name;
    Bytes block;
    std::size_t header;
    bool is_encrypted;
    std::vector<Subsample> subsamples;
    const char* error;
  };
  const Bytes iv = fill(8, 3), frame = zeros(10);
  const Case cases[] = {
      {"clear", u8(0) + frame, 1, false, {}, ""},
      {"encrypted in full", u8(1) + iv + frame, 9, true, {}, ""},
      {"clear, then encrypted", join({u8(3), iv, u8(1), u32(4), frame}), 14, true, {{4, 6}}, ""},
      {"clear, encrypted, clear",
       join({u8(3), iv, u8(2), u32(4), u32(9), frame}),
       18,
       true,
       {{4, 5}, {1, 0}},
       ""},
      {"no borders: all clear", join({u8(3), iv, u8(0), frame}), 10, true, {{10, 0}}, ""},
      {"empty", {}, 0, false, {}, "DRM_SAMPLE"},
      {"vector cut off", u8(1) + fill(7, 3), 0, false, {}, "DRM_SAMPLE"},
      {"partitions cut off", join({u8(3), iv, u8(200), frame}), 0, false, {}, "DRM_SAMPLE"},
      {"partition outside", join({u8(3), iv, u8(1), u32(11), frame}), 0, false, {}, "DRM_SAMPLE"},
      {"partitions backwards",
       join({u8(3), iv, u8(2), u32(5), u32(4), frame}),
       0,
       false,
       {},
       "DRM_SAMPLE"},
      {"an extension", u8(0x81) + iv + frame, 0, false, {}, "CONTAINER_UNSUPPORTED"},
  };
  KeyId kid;
  kid.fill(8);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Result<WebmFrame> parsed = parse_webm_frame(c.block, kid);
    REQUIRE(static_cast<bool>(parsed) == (c.error[0] == '\0'));
    if (!parsed) {
      CHECK(error_name(parsed.error().code) == c.error);
      continue;
    }
    CHECK(parsed->header_bytes == c.header);
    REQUIRE((parsed->crypto != nullptr) == c.is_encrypted);
    if (!c.is_encrypted) continue;
    CHECK(parsed->crypto->subsamples == c.subsamples);
    CHECK(parsed->crypto->kid == kid);
    CHECK(parsed->crypto->iv == CipherIv{3, 3, 3, 3, 3, 3, 3, 3});
  }
}

}  // namespace playhead::test
