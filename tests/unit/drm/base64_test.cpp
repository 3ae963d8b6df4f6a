// SPDX-License-Identifier: Apache-2.0
#include "base64.h"

#include <string>

#include <doctest/doctest.h>

#include "data_uri.h"
#include "drm_bytes.h"

namespace playhead::drm {
namespace {

using test::bytes_of;

TEST_CASE("base64: what is written is read again") {
  struct Case {
    const char* bytes;
    const char* padded;
    const char* url;
  };
  const Case cases[] = {{"", "", ""},
                        {"f", "Zg==", "Zg"},
                        {"fo", "Zm8=", "Zm8"},
                        {"foo", "Zm9v", "Zm9v"},
                        {"foob", "Zm9vYg==", "Zm9vYg"},
                        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                        {"\xfb\xff\xfe", "+//+", "-__-"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.padded));
    const std::vector<uint8_t> bytes = bytes_of(c.bytes);
    CHECK(to_base64(bytes) == c.padded);
    CHECK(to_base64url(bytes) == c.url);
    CHECK(from_base64(c.padded) == bytes);
    CHECK(from_base64(c.url) == bytes);
  }
}

TEST_CASE("base64: tolerant of what services write, not of damage") {
  struct Case {
    const char* name;
    const char* text;
    bool is_read;
  };
  const Case cases[] = {{"line breaks", "Zm9v\r\n YmFy\t", true},
                        {"both alphabets", "+__+", true},
                        {"padding in the middle", "Zg==Zg==", false},
                        {"too much padding", "Zm9v=", false},
                        {"three signs of padding", "Z===", false},
                        {"one padding of two", "Zg=", false},
                        {"a lone digit", "Zm9vY", false},
                        {"another character", "Zm9*", false},
                        {"a byte over 127", "Zm9\xc3", false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(from_base64(c.text).has_value() == c.is_read);
  }
}

TEST_CASE("base64: hexadecimal digits") {
  CHECK(to_hex(test::hex("00ffA0")) == "00ffa0");
  CHECK_FALSE(from_hex("0").has_value());
  CHECK_FALSE(from_hex("0g").has_value());
  CHECK(from_hex("")->empty());
}

TEST_CASE("data_uri: what HLS keys carry") {
  struct Case {
    const char* name;
    const char* uri;
    const char* media_type;
    const char* charset;
    const char* bytes;  // null: none
  };
  const Case cases[] = {
      {"Widevine", "data:text/plain;base64,Zm9v", "text/plain", "", "foo"},
      {"PlayReady", "data:text/plain;charset=UTF-16;base64,Zm9v", "text/plain", "utf-16", "foo"},
      {"capitals", "DATA:Text/Plain;Base64,Zm9v", "text/plain", "", "foo"},
      {"no type", "data:;base64,Zm9vYg==", "", "", "foob"},
      {"escaped padding", "data:;base64,Zm9vYg%3D%3D", "", "", "foob"},
      {"not base64", "data:text/plain,a%20b,c", "text/plain", "", "a b,c"},
      {"nothing", "data:,", "", "", ""},
      {"no comma", "data:text/plain;base64", "", "", nullptr},
      {"half an escape", "data:,a%2", "", "", nullptr},
      {"no digits", "data:,a%zz", "", "", nullptr},
      {"bad base64", "data:;base64,Zm9vY", "", "", nullptr},
      {"skd", "skd://key/1,2", "", "", nullptr},
      {"empty", "", "", "", nullptr}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const std::optional<DataUri> parsed = parse_data_uri(c.uri);
    REQUIRE(parsed.has_value() == (c.bytes != nullptr));
    if (!parsed) continue;
    CHECK(parsed->media_type == c.media_type);
    CHECK(parsed->charset == c.charset);
    CHECK(parsed->bytes == bytes_of(c.bytes));
  }
  CHECK_FALSE(parse_data_uri("data:," + std::string(kDataUriBytes, 'a')).has_value());
}

}  // namespace
}  // namespace playhead::drm
