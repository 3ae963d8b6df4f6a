// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/attribute_list.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead::hls {
namespace {

std::string printed(const AttributeList& list) {
  std::string text;
  for (const Attribute& attribute : list.items()) {
    text += std::string(attribute.name) + (attribute.is_quoted ? "==" : "=") +
            std::string(attribute.value) + ";";
  }
  return text;
}

}  // namespace

TEST_CASE("attribute list: values, quotes, white space, junk") {
  struct Case {
    const char* text;
    const char* items;
    int malformed;
  };
  const Case cases[] = {
      {"", "", 0},
      {"KEY=123", "KEY=123;", 0},
      {"KEY=-123.456", "KEY=-123.456;", 0},
      {"KEY=0XDEADBEEF", "KEY=0XDEADBEEF;", 0},
      {"KEY=\"\"", "KEY==;", 0},
      {"A=1,B=\"x, y=z\",C-2=1920x1080", "A=1;B==x, y=z;C-2=1920x1080;", 0},
      {"A=\"foo\", B=123 , C=VALUE,D=456 ", "A==foo;B=123;C=VALUE;D=456;", 0},
      {"KEY=<@_@>", "KEY=<@_@>;", 0},
      {"A=1,", "A=1;", 0},
      {",,A=1", "A=1;", 0},
      {"invalid", "", 1},
      {"?=VALUE", "", 1},
      {"key=VALUE", "", 1},
      {"KEY=", "", 1},
      {"KEY=\"", "", 1},
      {"A=1,KEY=\"open", "A=1;", 1},
      {"A=1,junk,B=2", "A=1;B=2;", 1},
      {"A=\"foo\"B=123,C=1", "A==foo;C=1;", 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    AttributeList list;
    list.parse(c.text);
    CHECK(printed(list) == c.items);
    CHECK(list.malformed() == c.malformed);
  }
}

TEST_CASE("attribute list: the first of equal names counts") {
  AttributeList list;
  list.parse("A=1,A=2");
  CHECK(list.get("A") == "1");
  CHECK_FALSE(list.find("B").has_value());
}

TEST_CASE("attribute list: a million commas are one pass") {
  AttributeList list;
  const std::string text = std::string(1'000'000, ',') + "A=1";
  list.parse(text);
  CHECK(list.get("A") == "1");
}

}  // namespace playhead::hls
