// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"

#include <string>

#include <doctest/doctest.h>

using namespace playhead;

TEST_CASE("unicode: ill-formed UTF-8 becomes replacement characters") {
  struct Case {
    const char* name;
    std::string in, out;
  };
  const std::string r = "\xef\xbf\xbd";
  const Case cases[] = {
      {"plain", "abc", "abc"},
      {"byte order mark", "\xef\xbb\xbfx", "x"},
      {"two, three, four bytes", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"NUL", std::string("a\0b", 3), "a" + r + "b"},
      {"lone continuation", "a\x80z", "a" + r + "z"},
      {"overlong slash", "\xc0\xaf", r + r},
      {"overlong three", "\xe0\x80\xaf", r + r + r},
      {"surrogate", "\xed\xa0\x80", r + r + r},
      {"beyond U+10FFFF", "\xf4\x90\x80\x80", r + r + r + r},
      {"cut off: one for the maximal part (Unicode 3.9)", "\xf0\x9f\x98x", r + "x"},
      {"cut off at the end", "\xe2\x82", r},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(clean_utf8(c.in) == c.out);
  }
}

TEST_CASE("unicode: UTF-16 and Latin-1") {
  const uint8_t little[] = {0x41, 0x00, 0xac, 0x20, 0x3d, 0xd8, 0x00, 0xde, 0x3d, 0xd8};
  CHECK(utf16_to_utf8(little, false) == "A\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd");
  const uint8_t big[] = {0x00, 0x41, 0x20, 0xac, 0x7f};
  CHECK(utf16_to_utf8(big, true) == "A\xe2\x82\xac\xef\xbf\xbd");
  const uint8_t latin[] = {0x41, 0xe9};
  CHECK(latin1_to_utf8(latin) == "A\xc3\xa9");
}

TEST_CASE("unicode: control characters do not reach who draws") {
  CHECK(without_controls("a\tb\nc\x1b[31m\x7f\xc2\x85z\xc2\xa0") == "a b\nc[31mz\xc2\xa0");
}

TEST_CASE("unicode: cuts between characters") {
  CHECK(cut_utf8("a\xe2\x82\xacz", 3) == "a");
  CHECK(cut_utf8("a\xe2\x82\xacz", 4) == "a\xe2\x82\xac");
  CHECK(cut_utf8("abc", 9) == "abc");
}
