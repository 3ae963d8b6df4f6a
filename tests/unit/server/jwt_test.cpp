// SPDX-License-Identifier: Apache-2.0
#include "jwt.h"

#include <doctest/doctest.h>

#include "base64url.h"
#include "crypto.h"

using namespace playhead::server;

namespace {

const std::string kSigningKey(32, 'k');
constexpr int64_t kNow = 1'700'000'000;

std::string sign(const std::string& header, const std::string& claims,
                 const std::string& key = kSigningKey) {
  const std::string body = base64url_encode(header) + "." + base64url_encode(claims);
  return body + "." + base64url_encode(hmac_sha256(key, body));
}

const std::string kHs256 = R"({"alg":"HS256","typ":"JWT"})";
const std::string kGood = R"({"sub":"alice","exp":1700000001,"aud":"playhead-api"})";

// Unsigned, as RFC 7515 appendix A.5 has it: the third part is empty.
std::string unsigned_token() {
  return base64url_encode(R"({"alg":"none"})") + "." + base64url_encode(kGood) + ".";
}

}  // namespace

TEST_CASE("jwt: a minted token names its user until it expires") {
  const JwtCodec codec(kSigningKey);
  const std::string token = codec.mint("alice", kNow, 60);
  const auto user = codec.verify(token, kNow + 59);
  REQUIRE(user.ok());
  CHECK(user.value().user_id == "alice");
  const std::string listed =
      sign(kHs256, R"({"sub":"alice","exp":1700000001,"aud":["shop","playhead-api"]})");
  CHECK(codec.verify(listed, kNow).ok());
  const auto late = codec.verify(token, kNow + 60);
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().http_status == 401);
  CHECK(late.error().code == "token_expired");
}

TEST_CASE("jwt: the example of RFC 7515 A.1 verifies") {
  const auto key = base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  REQUIRE(key);
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  // Its signature holds, so it is its age that refuses it; a second earlier its missing user does.
  CHECK(JwtCodec(*key).verify(token, 1'300'819'380).error().code == "token_expired");
  CHECK(JwtCodec(*key).verify(token, 1'300'819'379).error().message == "The token names no user.");
}

TEST_CASE("jwt: everything but an intact HS256 token is refused") {
  struct Case {
    const char* name;
    std::string token;
  };
  const std::string good = sign(kHs256, kGood);
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  const std::string head = good.substr(0, first);
  const std::string body = good.substr(first + 1, second - first - 1);
  const std::string signature = good.substr(second + 1);
  const Case cases[] = {
      {"empty", ""},
      {"not a token", "hello"},
      {"two parts", head + "." + body},
      {"four parts", good + ".x"},
      {"alg none, no signature", unsigned_token()},
      {"alg none, correctly signed", sign(R"({"alg":"none"})", kGood)},
      {"alg hs256 in lower case", sign(R"({"alg":"hs256"})", kGood)},
      {"alg HS512", sign(R"({"alg":"HS512"})", kGood)},
      {"alg RS256", sign(R"({"alg":"RS256"})", kGood)},
      {"alg as a list", sign(R"({"alg":["HS256"]})", kGood)},
      {"no alg", sign(R"({"typ":"JWT"})", kGood)},
      {"critical extension", sign(R"({"alg":"HS256","crit":["b64"],"b64":false})", kGood)},
      {"header is a list", sign(R"(["HS256"])", kGood)},
      {"other key", sign(kHs256, kGood, std::string(32, 'x'))},
      {"claims swapped",
       head + "." + base64url_encode(R"({"sub":"bob","exp":1700000001})") + "." + signature},
      {"padded signature", good + "="},
      {"signature cut short", good.substr(0, good.size() - 1)},
      {"no signature", head + "." + body + "."},
      {"claims not base64url",
       head + ".!!!!." + base64url_encode(hmac_sha256(kSigningKey, head + ".!!!!"))},
      {"claims not JSON", sign(kHs256, "{")},
      {"claims deeply nested", sign(kHs256, std::string(500, '[') + std::string(500, ']'))},
      {"no exp", sign(kHs256, R"({"sub":"alice"})")},
      {"exp as text", sign(kHs256, R"({"sub":"alice","exp":"1700000001"})")},
      {"exp as fraction", sign(kHs256, R"({"sub":"alice","exp":1700000001.5})")},
      {"exp beyond int64", sign(kHs256, R"({"sub":"alice","exp":18446744073709551615})")},
      {"exp now", sign(kHs256, R"({"sub":"alice","exp":1700000000})")},
      {"exp negative", sign(kHs256, R"({"sub":"alice","exp":-1})")},
      {"not valid yet", sign(kHs256, R"({"sub":"alice","exp":1700000009,"nbf":1700000001})")},
      {"no audience", sign(kHs256, R"({"sub":"alice","exp":1700000001})")},
      {"another audience", sign(kHs256, R"({"sub":"alice","exp":1700000001,"aud":"shop"})")},
      {"other audiences", sign(kHs256, R"({"sub":"alice","exp":1700000001,"aud":["shop",1]})")},
      {"audience as number", sign(kHs256, R"({"sub":"alice","exp":1700000001,"aud":1})")},
      {"no sub", sign(kHs256, R"({"exp":1700000001})")},
      {"empty sub", sign(kHs256, R"({"sub":"","exp":1700000001})")},
      {"sub as number", sign(kHs256, R"({"sub":1,"exp":1700000001})")},
      {"sub too long",
       sign(kHs256, R"({"exp":1700000001,"sub":")" + std::string(129, 'a') + "\"}")},
      {"token too long",
       sign(kHs256, R"({"sub":"a","exp":1700000001,"x":")" + std::string(5000, 'a') + "\"}")},
  };
  const JwtCodec codec(kSigningKey);
  REQUIRE(codec.verify(good, kNow).ok());
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto result = codec.verify(c.token, kNow);
    CHECK_FALSE(result.ok());
    if (!result.ok()) CHECK(result.error().http_status == 401);
  }
}

TEST_CASE("jwt: any changed character is refused") {
  const JwtCodec codec(kSigningKey);
  const std::string good = codec.mint("alice", kNow, 60);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    CAPTURE(i);
    CHECK_FALSE(codec.verify(bad, kNow).ok());
  }
}

TEST_CASE("hmac_sha256: RFC 4231 test case 2") {
  const std::string mac = hmac_sha256("Jefe", "what do ya want for nothing?");
  CHECK(base64url_encode(mac) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST_CASE("base64url: RFC 4648 §10 vectors, strict on the way back") {
  struct Case {
    const char* plain;
    const char* coded;
  };
  const Case cases[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.plain));
    CHECK(base64url_encode(c.plain) == c.coded);
    CHECK(base64url_decode(c.coded) == std::string(c.plain));
  }
  CHECK(base64url_encode("\xfb\xff") == "-_8");
  for (const char* bad : {"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm 9", "Zm9v\n"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(base64url_decode(bad));
  }
}

TEST_CASE("jwt: a token that was genuine once is looked at no more, but for the time") {
  const JwtCodec codec(std::string(32, 'k'));
  const std::string token = codec.mint("alice", kNow, 60);
  for (int i = 0; i < 3; ++i) CHECK(codec.verify(token, kNow).value().user_id == "alice");
  CHECK(codec.verify(token, kNow + 60).error().code == "token_expired");
  std::string forged = token;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  CHECK(codec.verify(forged, kNow).error().code == "token_invalid");
  CHECK(JwtCodec(std::string(32, 'x')).verify(token, kNow).error().code == "token_invalid");
}
