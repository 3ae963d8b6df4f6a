// SPDX-License-Identifier: Apache-2.0
#include "clearkey_json.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base64url.h"

using namespace playhead::server;
using nlohmann::json;
using Kind = ClearKeyChallenge::Kind;

namespace {

const KeyId kFirst(16, '\x01');
const KeyId kSecond(16, '\xfe');

std::string kids(const std::string& list) { return R"({"kids":[)" + list + "]"; }
std::string quoted(const std::string& text) { return '"' + text + '"'; }

}  // namespace

TEST_CASE("clearkey_json: what may be asked for") {
  const std::string first = quoted(base64url_encode(kFirst));
  const std::string second = quoted(base64url_encode(kSecond));
  const std::string padded = quoted(base64_encode(kSecond));  // "/v7+...==": the other alphabet
  struct Case {
    const char* name;
    std::string text;
    Kind kind;
    std::vector<KeyId> wanted;
  };
  const Case cases[] = {
      {"temporary", kids(first) + R"(,"type":"temporary"})", Kind::kTemporary, {kFirst}},
      {"persistent", kids(first) + R"(,"type":"persistent-license"})", Kind::kPersistent, {kFirst}},
      {"release", kids(first) + "}", Kind::kRelease, {kFirst}},
      {"two, one of them twice",
       kids(second + "," + first + "," + second) + R"(,"type":"temporary"})",
       Kind::kTemporary,
       {kSecond, kFirst}},
      {"standard base64", kids(padded) + R"(,"type":"temporary"})", Kind::kTemporary, {kSecond}},
      {"more members", kids(first) + R"(,"type":"temporary","x":{}})", Kind::kTemporary, {kFirst}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto parsed = parse_challenge(c.text);
    REQUIRE(parsed.ok());
    CHECK(parsed.value().kind == c.kind);
    CHECK((parsed.value().kids == c.wanted));
  }
}

TEST_CASE("clearkey_json: garbage is refused with a typed error that repeats nothing of it") {
  std::string many;
  for (std::size_t i = 0; i <= kMaxChallengeKids; ++i) {
    KeyId kid(16, '\0');
    kid[0] = static_cast<char>(i);
    kid[1] = static_cast<char>(i / 256);
    many += (many.empty() ? "" : ",") + quoted(base64url_encode(kid));
  }
  const std::string first = quoted(base64url_encode(kFirst));
  struct Case {
    const char* name;
    std::string text;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"bytes", std::string("\x08\x01\xff\x00", 4)},
      {"a list", "[" + first + "]"},
      {"no kids", R"({"type":"temporary"})"},
      {"kids are no list", R"({"kids":"x","type":"temporary"})"},
      {"no key", kids("") + R"(,"type":"temporary"})"},
      {"a number", kids("1") + R"(,"type":"temporary"})"},
      {"a short id", kids("\"AAAA\"") + R"(,"type":"temporary"})"},
      {"a foreign character", kids("\"AAAAAAAAAAAAAAAAAAAAA*\"") + R"(,"type":"temporary"})"},
      {"unknown type", kids(first) + R"(,"type":"secret"})"},
      {"type is no text", kids(first) + R"(,"type":1})"},
      {"too many", kids(many) + R"(,"type":"temporary"})"},
      {"too deep", std::string(1000, '[')},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto parsed = parse_challenge(c.text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().http_status == 400);
    CHECK(parsed.error().code == "bad_challenge");
  }
}

TEST_CASE("clearkey_json: a licence is the W3C's, with its end") {
  const ContentKey a{kFirst, std::string(16, '\x22')};
  const ContentKey b{kSecond, std::string(16, '\xff')};
  const json license = json::parse(license_text({&a, &b}, true, 1'700'000'000, 1'600'000'000));
  CHECK(license.at("type") == "persistent-license");
  CHECK(license.at("expires_at") == 1'700'000'000);
  CHECK(license.at("server_time") == 1'600'000'000);
  REQUIRE(license.at("keys").size() == 2);
  CHECK(license["keys"][0].at("kty") == "oct");
  CHECK(license["keys"][0].at("kid") == "AQEBAQEBAQEBAQEBAQEBAQ");
  CHECK(license["keys"][0].at("k") == "IiIiIiIiIiIiIiIiIiIiIg");
  CHECK(license["keys"][1].at("k") == "_____________________w");
  CHECK(json::parse(license_text({&a}, false, 1, 0)).at("type") == "temporary");
  CHECK(release_text({kFirst}) == R"({"kids":["AQEBAQEBAQEBAQEBAQEBAQ"]})");
}
