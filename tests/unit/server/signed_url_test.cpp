// SPDX-License-Identifier: Apache-2.0
#include "signed_url.h"

#include <doctest/doctest.h>

using namespace playhead::server;

namespace {
constexpr int64_t kNow = 1'700'000'000;
const std::string kUrlKey(32, 'u');
}  // namespace

TEST_CASE("signed_url: holds for its title until the second exp") {
  const UrlSigner signer(kUrlKey);
  const std::string query = signer.query_for("m_1", kNow);
  CHECK(signer.verify("m_1", query, kNow - 1).ok());
  for (const int64_t now : {kNow, kNow + 1}) {
    const auto late = signer.verify("m_1", query, now);
    REQUIRE_FALSE(late.ok());
    CHECK(late.error().http_status == 403);
    CHECK(late.error().code == "signature_expired");
  }
}

TEST_CASE("signed_url: only the verified parameters are handed on") {
  const UrlSigner signer(kUrlKey);
  const std::string query = signer.query_for("m_1", kNow);
  const auto verified = signer.verify("m_1", "x=\"&" + query + "&cmcd=bl%3D1", kNow - 1);
  REQUIRE(verified.ok());
  CHECK(verified.value() == query);
}

TEST_CASE("signed_url: what was not signed is invalid") {
  const UrlSigner signer(kUrlKey);
  const std::string query = signer.query_for("m_1", kNow);
  const std::string sig = query.substr(query.find("&sig=") + 5);
  const std::string exp = "exp=" + std::to_string(kNow);
  struct Case {
    const char* name;
    const char* title;
    std::string query;
  };
  const Case cases[] = {
      {"other title", "m_2", query},
      {"title that begins alike", "m_12", query},
      {"later exp", "m_1", "exp=" + std::to_string(kNow + 1) + "&sig=" + sig},
      {"earlier exp", "m_1", "exp=" + std::to_string(kNow - 1) + "&sig=" + sig},
      {"exp with leading zero", "m_1", "exp=0" + std::to_string(kNow) + "&sig=" + sig},
      {"exp with sign", "m_1", "exp=%2B" + std::to_string(kNow) + "&sig=" + sig},
      {"exp empty", "m_1", "exp=&sig=" + sig},
      {"exp not a number", "m_1", "exp=soon&sig=" + sig},
      {"exp too large", "m_1", "exp=99999999999999999999&sig=" + sig},
      {"exp twice", "m_1", exp + "&" + query},
      {"sig twice", "m_1", query + "&sig=" + sig},
      {"no exp", "m_1", "sig=" + sig},
      {"no sig", "m_1", exp},
      {"sig empty", "m_1", exp + "&sig="},
      {"sig cut short", "m_1", query.substr(0, query.size() - 1)},
      {"sig too long", "m_1", query + "A"},
      {"sig padded", "m_1", query + "="},
      {"semicolon instead of ampersand", "m_1", exp + ";sig=" + sig},
      {"names in capitals", "m_1", "EXP=" + std::to_string(kNow) + "&SIG=" + sig},
      {"empty query", "m_1", ""},
      {"broken escape", "m_1", query + "&x=%zz"},
      {"other key", "m_1", UrlSigner(std::string(32, 'v')).query_for("m_1", kNow)},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto result = signer.verify(c.title, c.query, kNow - 10);
    CHECK_FALSE(result.ok());
    if (result.ok()) continue;
    CHECK(result.error().http_status == 403);
    CHECK(result.error().code == "signature_invalid");
  }
}

TEST_CASE("signed_url: every flipped bit is refused") {
  const UrlSigner signer(kUrlKey);
  const std::string query = signer.query_for("m_1", kNow);
  for (std::size_t i = 0; i < query.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = query;
      bad[i] = static_cast<char>(static_cast<unsigned char>(bad[i]) ^ (1U << bit));
      CAPTURE(i);
      CAPTURE(bit);
      CHECK_FALSE(signer.verify("m_1", bad, kNow - 1).ok());
    }
  }
}

TEST_CASE("signed_url: a licence URL says who asks, for what and until when") {
  const UrlSigner signer(kUrlKey);
  const std::string query = signer.license_query_for("m_1", "alice & co", kNow);
  const auto user = signer.verify_license("m_1", query, kNow - 1);
  REQUIRE(user.ok());
  CHECK(user.value() == "alice & co");
  const auto late = signer.verify_license("m_1", query, kNow);
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == "signature_expired");
  const std::string media = signer.query_for("m_1", kNow);
  const std::string rest = query.substr(query.find("&exp="));
  struct Case {
    const char* name;
    const char* title;
    std::string query;
  };
  const Case cases[] = {
      {"another title", "m_2", query},
      {"another user", "m_1", "user=Ym9i" + rest},
      {"no user", "m_1", rest.substr(1)},
      {"two users", "m_1", query + "&user=Ym9i"},
      {"media's signature", "m_1", media},
      {"media's signature with a user", "m_1", "user=Ym9i&" + media},
      {"empty", "m_1", ""},
      {"other key", "m_1", UrlSigner(std::string(32, 'v')).license_query_for("m_1", "a", kNow)},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto refused = signer.verify_license(c.title, c.query, kNow - 1);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "signature_invalid");
  }
  CHECK_FALSE(signer.verify("m_1", query, kNow - 1).ok());  // nor the other way round
}
