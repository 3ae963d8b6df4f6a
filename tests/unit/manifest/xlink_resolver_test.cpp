// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/xlink_resolver.h"

#include <map>
#include <string>

#include <doctest/doctest.h>

namespace playhead::dash {
namespace {

struct Resolved {
  std::string text;
  int failures = 0;
  int fetches = 0;
};

Resolved resolve(const std::string& inside, const std::map<std::string, std::string>& remote) {
  Result<XlinkResolver> resolver =
      XlinkResolver::make(as_bytes("<MPD>" + inside + "<B/></MPD>"), "https://h.example/d/m.mpd");
  REQUIRE(resolver.has_value());
  Resolved resolved;
  while (const auto url = resolver->missing()) {
    REQUIRE(++resolved.fetches < 1000);
    const auto found = remote.find(*url);
    if (found == remote.end()) {
      resolver->fail();
    } else {
      resolver->add(as_bytes(found->second));
    }
  }
  const SharedBytes text = resolver->text();
  resolved.text = as_text(text.view());
  resolved.text = resolved.text.substr(resolved.text.find("<MPD>") + 5);
  resolved.text.resize(resolved.text.size() - 10);
  resolved.failures = resolver->failures();
  return resolved;
}

}  // namespace

TEST_CASE("xlink: remote elements take their places") {
  struct Case {
    const char* name;
    const char* inside;
    std::map<std::string, std::string> remote;
    const char* expected;
    int failures;
  };
  const std::string a = "https://h.example/d/a";
  const std::string b = "https://h.example/d/b";
  const Case cases[] = {
      {"one",
       R"(<Period x:href="a" x:actuate="onLoad"/><Period id="2"/>)",
       {{a, "<?xml version='1.0'?><Period id='1'/>"}},
       R"(<Period id="1"/><Period id="2"/>)",
       0},
      {"several for one",
       R"(<Period x:href="a"/>)",
       {{a, "<Period id='1'/><Period id='2'/>"}},
       R"(<Period id="1"/><Period id="2"/>)",
       0},
      {"to zero",
       R"(<Period x:href="urn:mpeg:dash:resolve-to-zero:2013"><BaseURL x:href="b"/></Period>)",
       {},
       "",
       0},
      {"deeper elements",
       R"(<Period><AdaptationSet x:href="a"/></Period>)",
       {{a, "<AdaptationSet id='9'/>"}},
       R"(<Period><AdaptationSet id="9"/></Period>)",
       0},
      {"cannot be had: its own content stays",
       R"(<Period x:href="a" x:actuate="onLoad" id="d"/>)",
       {},
       R"(<Period id="d"/>)",
       1},
      {"another element",
       R"(<Period x:href="a" id="d"/>)",
       {{a, "<AdaptationSet/>"}},
       R"(<Period id="d"/>)",
       1},
      {"not XML", R"(<Period x:href="a" id="d"/>)", {{a, "<Period"}}, R"(<Period id="d"/>)", 1},
      {"remote in remote",
       R"(<Period x:href="a"/>)",
       {{a, "<Period x:href='b'/>"}, {b, "<Period id='1'/>"}},
       R"(<Period id="1"/>)",
       0},
      {"circular",
       R"(<Period x:href="a"/>)",
       {{a, "<Period id='a' x:href='b'/>"}, {b, "<Period id='b' x:href='a'/>"}},
       R"(<Period id="b"/>)",
       1},
      {"itself", R"(<Period id="d" x:href="m.mpd"/>)", {}, R"(<Period id="d"/>)", 1},
      {"another scheme", R"(<Period id="d" x:href="ftp://h/a"/>)", {}, R"(<Period id="d"/>)", 1},
      {"a plain href is no link", R"(<Period href="a"/>)", {}, R"(<Period href="a"/>)", 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Resolved resolved = resolve(c.inside, c.remote);
    CHECK(resolved.text == c.expected);
    CHECK(resolved.failures == c.failures);
  }
}

TEST_CASE("xlink: nesting and number are limited") {
  std::map<std::string, std::string> remote;
  for (int i = 0; i < 50; ++i) {
    remote["https://h.example/d/" + std::to_string(i)] =
        "<Period x:href='" + std::to_string(i + 1) + "'/>";
  }
  CHECK(resolve("<Period x:href='0'/>", remote).fetches <= 5);
  std::string many;
  for (int i = 0; i < 500; ++i) many += "<Period x:href='x" + std::to_string(i) + "'/>";
  const Resolved resolved = resolve(many, {});
  CHECK(resolved.fetches == 100);
  CHECK(resolved.failures == 500);
}

TEST_CASE("xlink: most MPDs need no look") {
  CHECK_FALSE(XlinkResolver::may_need(as_bytes("<MPD><Period/></MPD>")));
  CHECK(XlinkResolver::may_need(as_bytes("<Period xlink:href='a'/>")));
}

}  // namespace playhead::dash
