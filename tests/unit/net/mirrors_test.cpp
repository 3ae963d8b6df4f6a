// SPDX-License-Identifier: Apache-2.0
#include "net/mirrors.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

std::vector<std::string> others(const std::vector<std::string>& places, const std::string& url) {
  std::vector<std::string> urls;
  for (const auto& other : Mirrors(places).others({url, ByteRange{1, 2}})) {
    CHECK(other.range == ByteRange{1, 2});
    urls.push_back(other.url);
  }
  return urls;
}

using Urls = std::vector<std::string>;

TEST_CASE("mirrors: what lies below one place is at all the others") {
  const Urls places = {"http://a:1/media/m/x.m3u8?sig=s", "https://b/media/m/x.m3u8?sig=s",
                       "http://c/cdn/media/m/x.m3u8?sig=s"};
  CHECK(others(places, "http://a:1/media/m/v/1.ts?sig=s") ==
        Urls{"https://b/media/m/v/1.ts?sig=s", "http://c/cdn/media/m/v/1.ts?sig=s"});
  CHECK(others(places, "https://b/media/m/v/1.ts?sig=s") ==
        Urls{"http://a:1/media/m/v/1.ts?sig=s", "http://c/cdn/media/m/v/1.ts?sig=s"});
  CHECK(others(places, "http://d/media/m/v/1.ts").empty());
  CHECK(others(places, "http://a:1.evil/media").empty());
  CHECK(others(places, "http://a:12/media").empty());
}

TEST_CASE("mirrors: what is no mirror of the first is left out") {
  struct Case {
    const char* name;
    Urls places;
    Urls found;  // of http://a/t/1.ts
  };
  const Case cases[] = {
      {"none", {}, {}},
      {"one", {"http://a/t/x.mpd"}, {}},
      {"the same twice", {"http://a/t/x.mpd", "http://a/t/x.mpd"}, {}},
      {"another file", {"http://a/t/x.mpd", "http://b/t/y.mpd"}, {}},
      {"another signature", {"http://a/t/x.mpd?s=1", "http://b/t/x.mpd?s=2"}, {}},
      {"another folder at the end", {"http://a/t/x.mpd", "http://b/u/x.mpd"}, {"http://b/u/1.ts"}},
      {"no URL", {"http://a/t/x.mpd", "b"}, {}},
      {"only some",
       {"http://a/t/x.mpd", "http://b/t/y.mpd", "http://c/t/x.mpd"},
       {"http://c/t/1.ts"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(others(c.places, "http://a/t/1.ts") == c.found);
  }
}

}  // namespace
}  // namespace playhead
