// SPDX-License-Identifier: Apache-2.0
#include "recorder/fields.h"

#include <doctest/doctest.h>

#include "playhead/time.h"

namespace playhead::recorder {
namespace {

TEST_CASE("fields: what was written is read") {
  Fields out("first");
  out.text("a, b%\n\xc3\xa9").number(INT64_MIN).real(1.1).flag(true).text("");
  out.maybe(std::optional<Duration>()).maybe(std::optional<Duration>(3us));
  Error error;
  error.code = ErrorCode::kNotFound;
  error.detail = -404;
  out.error(error);
  CHECK(out.str().find_first_of(" \n") == std::string::npos);
  FieldReader in(out.str());
  CHECK(in.text() == "first");
  CHECK(in.text() == "a, b%\n\xc3\xa9");
  CHECK(in.number() == INT64_MIN);
  CHECK(in.real() == 1.1);
  CHECK(in.flag());
  CHECK(in.text().empty());
  CHECK_FALSE(in.maybe());
  CHECK(in.maybe() == 3);
  CHECK(!in.at_end());
  const Error read = in.error();
  CHECK(read.code == ErrorCode::kNotFound);
  CHECK(read.detail == -404);
  CHECK(in.at_end());
  CHECK(in.is_good());
  CHECK(in.number() == 0);
  CHECK_FALSE(in.is_good());
}

TEST_CASE("fields: what is damaged is no value") {
  struct Case {
    const char* name;
    const char* text;
    bool is_text;
  };
  const Case cases[] = {{"no number", "12x", false},
                        {"no digits", "", false},
                        {"too large", "9999999999999999999999", false},
                        {"an escape that is cut", "a%4", true},
                        {"an escape of nothing", "%zz", true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    FieldReader in(c.text);
    if (c.is_text) {
      (void)in.text();
    } else {
      (void)in.number();
    }
    CHECK_FALSE(in.is_good());
  }
  FieldReader in("7");
  CHECK(in.number_within(0, 5) == 0);
  CHECK_FALSE(in.is_good());
}

TEST_CASE("fields: lines and bytes come back") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(unescape_line(escape_line(all)) == all);
  CHECK(escape_line(all).find('\n') == std::string::npos);
  CHECK(from_hex(to_hex(all)) == all);
  CHECK_FALSE(from_hex("abc"));
  CHECK_FALSE(from_hex("zz"));
  CHECK_FALSE(unescape_line("a\\"));
  CHECK_FALSE(unescape_line("a\\q1"));
}

}  // namespace
}  // namespace playhead::recorder
