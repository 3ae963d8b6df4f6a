// SPDX-License-Identifier: Apache-2.0
#include "media_path.h"

#include <doctest/doctest.h>

using namespace playhead::server;

TEST_CASE("media_path: what may be asked for") {
  const auto path = parse_media_path("/media/m_1/cmaf/seg-0-00001.m4s");
  REQUIRE(path);
  CHECK(path->title == "m_1");
  CHECK(path->relative == "cmaf/seg-0-00001.m4s");
  CHECK(path->mime == "video/iso.segment");
  const auto encoded = parse_media_path("/media/m%5F1/a%20b.m3u8");
  REQUIRE(encoded);
  CHECK(encoded->title == "m_1");
  CHECK(encoded->relative == "a b.m3u8");
}

TEST_CASE("media_path: what is never served") {
  struct Case {
    const char* name;
    std::string path;
  };
  const Case cases[] = {
      {"up and out", "/media/m_1/../m_2/a.ts"},
      {"up, encoded", "/media/m_1/%2e%2e/a.ts"},
      {"up, half encoded", "/media/m_1/.%2E/a.ts"},
      {"up, slash encoded", "/media/m_1/..%2fa.ts"},
      {"up, backslash", "/media/m_1/..\\a.ts"},
      {"up as the title", "/media/../secrets.ts"},
      {"up as the title, encoded", "/media/%2e%2e/data/a.ts"},
      {"double encoding is a plain name with a percent sign, hidden by its dot-less type",
       "/media/m_1/%252e%252e/a"},
      {"absolute path", "/media/m_1//etc/a.ts"},
      {"absolute path, encoded", "/media/m_1/%2fetc/a.ts"},
      {"hidden file", "/media/m_1/.stamp.ts"},
      {"hidden folder", "/media/m_1/.git/a.ts"},
      {"the title's metadata", "/media/m_1/title.json"},
      {"the title's keys", "/media/m_1/keys.json"},
      {"the title's keys, encoded", "/media/m_1/keys%2ejson"},
      {"the title's keys, in capitals", "/media/m_1/KEYS.JSON"},
      {"no file type", "/media/m_1/a"},
      {"folder", "/media/m_1/cmaf/"},
      {"title alone", "/media/m_1"},
      {"title and slash", "/media/m_1/"},
      {"no title", "/media//a.ts"},
      {"blank title", "/media/%20/a.ts"},
      {"NUL", "/media/m_1/a.ts%00.m3u8"},
      {"line break", "/media/m_1/a%0a.ts"},
      {"broken escape", "/media/m_1/a%2.ts"},
      {"not media", "/api/v1/home"},
      {"too long", "/media/m_1/" + std::string(2000, 'a') + ".ts"},
      {"title too long", "/media/" + std::string(65, 'a') + "/a.ts"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK_FALSE(parse_media_path(c.path));
  }
}
