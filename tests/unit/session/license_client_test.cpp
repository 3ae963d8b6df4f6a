// SPDX-License-Identifier: Apache-2.0
#include "session/license_client.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "session/license_json.h"
#include "session/license_rules.h"
#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {

namespace {

using Json = nlohmann::json;
using Answer = FakeService::Answer;

SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

Answer wrapped(const std::string& license) {
  return {200,
          Json{{"license", encode_base64(as_bytes(license))}, {"expires_at", 1}}.dump(),
          {},
          std::nullopt};
}
Answer raw(const std::string& body) { return {200, body, {}, std::nullopt}; }
Answer no_answer(ErrorCode code) { return {0, "", {}, code}; }

struct Rig {
  VirtualExecutor executor;
  FakeService service{executor};
  std::vector<bool> refreshes;
  std::string app_token = "token-1";
  ApiAccess access{"https://api.example/base", [this](bool refresh, TokenCallback done) {
                     refreshes.push_back(refresh);
                     done(refresh ? service.valid_token : app_token);
                   }};
  DrmConfig config;
  LicenseOrigin origin;
  LicenseRequest request;

  Rig() {
    request.scheme = "clearkey";
    request.url = "https://manifest.example/l?sig=secret";
    request.challenge = bytes_of("question");
    request.level = SecurityLevel::kSl1000;
    service.script = [](const Request&) { return raw("licence"); };
  }
  void of_service() { origin = {&access, "https://service.example/l?sig=secret"}; }

  Result<LicenseAnswer> fetch(Duration limit = 200s) {
    LicenseClient client(config, origin, service, executor);
    std::optional<Result<LicenseAnswer>> answer;
    const CancelHandle handle =
        client.fetch(request, [&](Result<LicenseAnswer> got) { answer = std::move(got); });
    CHECK_FALSE(answer.has_value());
    REQUIRE(executor.run_until_true([&] { return answer.has_value(); }, limit));
    return *answer;
  }
  // "=licence", or the error's name.
  std::string outcome() {
    const Result<LicenseAnswer> answer = fetch();
    if (!answer) CHECK(describe(answer.error()).find("secret") == std::string::npos);
    return answer ? "=" + std::string(as_text(answer->license.view()))
                  : std::string(error_name(answer.error().code));
  }
  [[nodiscard]] const Request& sent(std::size_t index = 0) const {
    REQUIRE(service.seen.size() > index);
    return service.seen[index].request;
  }
};

std::string header_of(const std::vector<HttpHeader>& headers, const std::string& name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

}  // namespace

TEST_CASE("license client: raw messages have the headers of their system") {
  struct Case {
    const char* scheme;
    const char* content_type;
    const char* soap_action;
  };
  const Case cases[] = {{"clearkey", "application/json", ""},
                        {"widevine", "application/octet-stream", ""},
                        {"fairplay", "application/octet-stream", ""},
                        {"com.vendor.own", "application/octet-stream", ""},
                        {"playready", "text/xml; charset=utf-8",
                         "\"http://schemas.microsoft.com/DRM/2007/03/protocols/AcquireLicense\""}};
  for (const Case& c : cases) {
    CAPTURE(c.scheme);
    Rig rig;
    rig.request.scheme = c.scheme;
    CHECK(rig.outcome() == "=licence");
    const Request& sent = rig.sent();
    CHECK(sent.method == "POST");
    CHECK(sent.url == "https://manifest.example/l?sig=secret");
    CHECK(sent.body == "question");
    CHECK(sent.kind == ResourceKind::kLicense);
    CHECK(sent.max_bytes == kLicenseBytes);
    CHECK(sent.credentials.empty());
    CHECK(header_of(sent.headers, "Content-Type") == c.content_type);
    CHECK(header_of(sent.headers, "SOAPAction") == c.soap_action);
  }
}

TEST_CASE("license client: titles of the service are asked for through it") {
  Rig rig;
  rig.of_service();
  rig.request.kids = {KeyId{0xab}};
  rig.service.script = [](const Request&) { return wrapped("licence"); };
  CHECK(rig.outcome() == "=licence");
  const Request& sent = rig.sent();
  CHECK(sent.url == "https://api.example/base/v1/license");
  CHECK(header_of(sent.headers, "Content-Type") == "application/json");
  CHECK(header_of(sent.credentials, "Authorization") == "Bearer token-1");
  CHECK(sent.max_redirects == 0);
  const Json body = Json::parse(sent.body);
  const Json expected = {{"license_url", "https://service.example/l?sig=secret"},
                         {"challenge", "cXVlc3Rpb24="},
                         {"scheme", "clearkey"},
                         {"kids", {"ab000000000000000000000000000000"}},
                         {"session", "temporary"},
                         {"security_level", 1000}};
  CHECK(body == expected);
  CHECK(rig.access.clock.read(rig.executor.now(), {0}).is_server_time);
}

TEST_CASE("license client: which URL, and who wraps") {
  struct Case {
    const char* name;
    bool is_of_service;
    bool is_raw;
    const char* app;
    DrmMessageType type;
    const char* asked;        // the URL of the request
    const char* license_url;  // inside the wrapping; "": raw
  };
  const DrmMessageType kRequest = DrmMessageType::kLicenseRequest;
  const char* const kApi = "https://api.example/base/v1/license";
  const char* const kService = "https://service.example/l?sig=secret";
  const char* const kManifest = "https://manifest.example/l?sig=secret";
  const Case cases[] = {
      {"plain", false, false, "", kRequest, kManifest, ""},
      {"plain, the app's", false, false, "https://app/", kRequest, "https://app/", ""},
      {"of the service", true, false, "", kRequest, kApi, kService},
      {"of the service, the app's", true, false, "https://app/", kRequest, kApi, "https://app/"},
      {"renewal", true, false, "", DrmMessageType::kRenewal, kApi, kService},
      {"raw by the app's wish", true, true, "", kRequest, kService, ""},
      {"individualisation is the system's affair", true, false, "https://app/",
       DrmMessageType::kIndividualisation, kManifest, ""}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    if (c.is_of_service) rig.of_service();
    if (c.is_raw) rig.config.protocol = LicenseProtocol::kRaw;
    rig.config.license_url = c.app;
    rig.request.type = c.type;
    const bool wraps = *c.license_url != 0;
    rig.service.script = [&](const Request&) { return wraps ? wrapped("x") : raw("x"); };
    CHECK(rig.outcome() == "=x");
    CHECK(rig.sent().url == c.asked);
    CHECK(rig.sent().credentials.empty() != wraps);
    if (wraps) CHECK(Json::parse(rig.sent().body)["license_url"] == c.license_url);
  }
}

TEST_CASE("license client: over https, or http on this machine") {
  struct Case {
    const char* url;
    bool is_allowed;
  };
  const Case cases[] = {{"https://l.example/", true},
                        {"http://127.0.0.1:8080/l", true},
                        {"http://localhost/l", true},
                        {"http://[::1]/l", true},
                        {"http://l.example/", false},
                        {"http://127.0.0.1.evil.example/", false},
                        {"http://127.evil/", false},
                        {"http://localhost.evil.example/", false},
                        {"http://localhost@evil.example/", false},
                        {"ftp://l.example/", false},
                        {"skd://title", false},
                        {"data:,x", false},
                        {"no URL", false},
                        {"", false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.url));
    Rig rig;
    rig.request.url = c.url;
    CHECK(rig.outcome() == (c.is_allowed ? "=licence" : "DRM_LICENSE"));
    CHECK(rig.service.seen.size() == (c.is_allowed ? 1 : 0));
  }
}

TEST_CASE("license client: what passes is waited out, what does not is told at once") {
  struct Case {
    const char* name;
    Answer answer;
    int failures;  // before the service recovers
    const char* outcome;
    int requests;  // 0: several
  };
  const Answer unreachable = no_answer(ErrorCode::kNetworkUnreachable);
  const std::vector<HttpHeader> html = {{"Content-Type", "text/html; charset=utf-8"}};
  const Case cases[] = {
      {"well", raw("x"), 0, "=licence", 1},
      {"403", problem(403, "not_entitled", "Not yours."), 9, "DRM_LICENSE_REFUSED", 1},
      {"401 without an account", problem(401, "", "x"), 9, "DRM_LICENSE_REFUSED", 1},
      {"404", problem(404, "", "x"), 9, "DRM_LICENSE_REFUSED", 1},
      {"400 without words", {400, "", {}, std::nullopt}, 9, "DRM_LICENSE_REFUSED", 1},
      {"500 twice", problem(500, "", "x"), 2, "=licence", 3},
      {"500 for ever", problem(500, "", "x"), 999, "DRM_LICENSE_UNREACHABLE", 0},
      {"429, come back in 5 s", problem(429, "", "", {{"Retry-After", "5"}}), 1, "=licence", 2},
      {"503, come back tomorrow", problem(503, "", "", {{"Retry-After", "86400"}}), 9,
       "DRM_LICENSE_UNREACHABLE", 1},
      {"unreachable twice", unreachable, 2, "=licence", 3},
      {"unreachable for ever", unreachable, 999, "DRM_LICENSE_UNREACHABLE", 0},
      {"silent once", no_answer(ErrorCode::kNetworkTimeout), 1, "=licence", 2},
      {"cut off once", no_answer(ErrorCode::kConnectionLost), 1, "=licence", 2},
      {"certificate", no_answer(ErrorCode::kTlsFailure), 9, "DRM_LICENSE_UNREACHABLE", 1},
      {"too large", no_answer(ErrorCode::kTooLarge), 9, "DRM_LICENSE", 1},
      {"no HTTP", no_answer(ErrorCode::kBadResponse), 9, "DRM_LICENSE", 1},
      {"empty", raw(""), 9, "DRM_LICENSE", 1},
      {"a portal's page", {200, "<html>", html, std::nullopt}, 9, "DRM_LICENSE", 1},
      {"a portal's redirect",
       {302, "", {{"Location", "https://portal/"}}, std::nullopt},
       9,
       "DRM_LICENSE",
       1}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    int left = c.failures;
    rig.service.script = [&](const Request&) { return left-- > 0 ? c.answer : raw("licence"); };
    const MonotonicTime began = rig.executor.now();
    CHECK(rig.outcome() == c.outcome);
    CHECK(rig.executor.now() - began <= 30s);
    if (c.requests > 0) CHECK(rig.service.seen.size() == static_cast<std::size_t>(c.requests));
    if (c.requests == 0) CHECK(rig.service.seen.size() > 5);
  }
}

TEST_CASE("license client: a refusal says why in the service's words") {
  Rig rig;
  rig.of_service();
  rig.service.script = [](const Request&) { return problem(403, "not_entitled", "Not yours."); };
  const auto answer = rig.fetch();
  REQUIRE_FALSE(answer.has_value());
  CHECK(describe(answer.error()) ==
        "the licence service refuses the licence: Not yours. [not_entitled] (403)");
}

TEST_CASE("license client: a service that never answers is waited for 30 s") {
  Rig rig;
  rig.service.latency = 1h;
  const MonotonicTime began = rig.executor.now();
  CHECK(rig.outcome() == "DRM_LICENSE_UNREACHABLE");
  CHECK(rig.executor.now() - began == 30s);
}

TEST_CASE("license client: a 401 of the service refreshes the token once") {
  Rig rig;
  rig.of_service();
  rig.service.script = [&](const Request& request) {
    const bool is_valid = header_of(request.credentials, "Authorization") == "Bearer token-2";
    return is_valid ? wrapped("licence") : problem(401, "bad_token", "x");
  };
  SUBCASE("and is repeated with the new one") {
    rig.service.valid_token = "token-2";
    CHECK(rig.outcome() == "=licence");
  }
  SUBCASE("and given up when that is refused as well") {
    CHECK(rig.outcome() == "DRM_LICENSE_REFUSED");
  }
  CHECK(rig.refreshes == std::vector<bool>{false, true});
  CHECK(rig.service.seen.size() == 2);
}

TEST_CASE("license client: an app without a token") {
  Rig rig;
  VirtualExecutor& executor = rig.executor;
  TokenCallback kept;
  bool is_silent = false;
  ApiAccess access("https://api.example", [&](bool, TokenCallback done) {
    if (is_silent) {
      kept = std::move(done);
    } else {
      done(make_error(ErrorCode::kUnauthorized, "signed out"));
    }
  });
  rig.origin = {&access, "https://service.example/"};
  CHECK(rig.outcome() == "DRM_LICENSE_REFUSED");
  is_silent = true;
  const MonotonicTime began = executor.now();
  CHECK(rig.outcome() == "DRM_LICENSE_UNREACHABLE");
  CHECK(executor.now() - began == 30s);
  CHECK(rig.service.seen.empty());
}

TEST_CASE("license client: the answer of the service is unwrapped, or is no licence") {
  struct Case {
    const char* name;
    std::string body;
    const char* outcome;
  };
  const Case cases[] = {
      {"padded", R"({"license":"bGljZW5jZQ=="})", "=licence"},
      {"not padded", R"({"license":"bGljZW5jZQ"})", "=licence"},
      {"other members", R"({"x":[{}],"license":"bGljZW5jZQ==","max_height":720})", "=licence"},
      {"garbage", "garbage", "DRM_LICENSE"},
      {"cut off", R"({"license":"bGlj)", "DRM_LICENSE"},
      {"no licence", R"({"expires_at":1})", "DRM_LICENSE"},
      {"of another type", R"({"license":7})", "DRM_LICENSE"},
      {"a list", R"(["license"])", "DRM_LICENSE"},
      {"no base64", R"({"license":"!"})", "DRM_LICENSE"},
      {"deep", "{\"license\":" + std::string(100, '[') + std::string(100, ']') + "}",
       "DRM_LICENSE"},
      {"large", "{\"license\":\"" + std::string(2 << 20, 'A') + "\"}", "DRM_LICENSE"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    rig.of_service();
    rig.service.script = [&](const Request&) { return raw(c.body); };
    CHECK(rig.outcome() == c.outcome);
  }
}

TEST_CASE("license client: what the service says of a licence") {
  const WallTime now{VirtualExecutor().wall_now()};
  const auto seconds = std::to_string(now.us / 1'000'000 + 5000);  // the device's clock is behind
  const auto at = [&](int64_t offset) { return std::to_string(now.us / 1'000'000 + offset); };
  const auto whole = [](WallTime t) { return WallTime{t.us / 1'000'000 * 1'000'000}; };
  struct Case {
    const char* name;
    std::string members;
    const char* outcome;
    LicenseTerms terms;
  };
  const Case cases[] = {
      {"nothing", "", "=x", {}},
      {"null", R"(,"expires_at":null,"max_height":null)", "=x", {}},
      {"by a clock that agrees",
       ",\"expires_at\":" + at(60) + ",\"renew_after\":" + at(45),
       "=x",
       {whole(now) + 60s, whole(now) + 45s, 0}},
      {"by a clock that is ahead",
       ",\"expires_at\":" + at(5060) + ",\"renew_after\":" + at(5045) +
           ",\"server_time\":" + seconds,
       "=x",
       {now + 60s, now + 45s, 0}},
      {"a height", R"(,"max_height":720,"other":-1)", "=x", {{}, {}, 720}},
      {"a height that is text", R"(,"max_height":"720")", "DRM_LICENSE", {}},
      {"a height below nothing", R"(,"max_height":-1)", "DRM_LICENSE", {}},
      {"a height above all", R"(,"max_height":9999999)", "DRM_LICENSE", {}},
      {"an end that is a fraction", R"(,"expires_at":1.5)", "DRM_LICENSE", {}},
      {"an end out of time", R"(,"expires_at":99999999999999999)", "DRM_LICENSE", {}},
      {"a clock out of time", R"(,"server_time":-1)", "DRM_LICENSE", {}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    rig.of_service();
    rig.service.script = [&](const Request&) {
      return raw(R"({"license":"eA==")" + c.members + "}");
    };
    const WallTime began = rig.executor.wall_now();
    REQUIRE(began == now);
    const auto answer = rig.fetch();
    CHECK((answer ? "=" + std::string(as_text(answer->license.view()))
                  : std::string(error_name(answer.error().code))) == c.outcome);
    if (!answer) continue;
    const bool is_by_server = c.members.find("server_time") != std::string::npos;
    const Duration passed = is_by_server ? rig.executor.wall_now() - began : Duration{0};
    LicenseTerms expected = c.terms;
    if (expected.expires_at) *expected.expires_at += passed;
    if (expected.renew_after) *expected.renew_after += passed;
    CHECK(answer->terms == expected);
  }
}

TEST_CASE("license client: redirects that keep the body are followed, with what describes it") {
  struct Case {
    const char* name;
    int status;
    const char* location;
    const char* outcome;
    const char* url;     // of the second request; "": there is none
    bool keeps_headers;  // those of the app
  };
  const Case cases[] = {
      {"307", 307, "/other", "=licence", "https://manifest.example/other", true},
      {"308 elsewhere", 308, "https://b.example/l", "=licence", "https://b.example/l", false},
      {"307 to http", 307, "http://b.example/l", "DRM_LICENSE", "", false},
      {"307 to nowhere", 307, "", "DRM_LICENSE", "", false},
      {"302 would lose the body", 302, "/other", "DRM_LICENSE", "", false},
      {"303 too", 303, "/other", "DRM_LICENSE", "", false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    rig.config.on_license_request = [](LicenseMessage& message) -> Result<void> {
      message.headers.push_back({"X-App", "secret"});
      return {};
    };
    int count = 0;
    rig.service.script = [&](const Request&) {
      return count++ == 0 ? Answer{c.status, "", {{"Location", c.location}}, std::nullopt}
                          : raw("licence");
    };
    CHECK(rig.outcome() == c.outcome);
    REQUIRE(rig.service.seen.size() == (*c.url != 0 ? 2 : 1));
    if (*c.url == 0) continue;
    CHECK(rig.sent(1).url == c.url);
    CHECK(rig.sent(1).method == "POST");
    CHECK(rig.sent(1).body == "question");
    CHECK(header_of(rig.sent(1).headers, "Content-Type") == "application/json");
    CHECK(header_of(rig.sent(1).headers, "X-App").empty() != c.keeps_headers);
  }
  SUBCASE("on this machine not to another one over http") {
    Rig rig;
    rig.request.url = "http://127.0.0.1/l";
    rig.service.script = [](const Request&) {
      return Answer{307, "", {{"Location", "http://other.example/"}}, std::nullopt};
    };
    CHECK(rig.outcome() == "DRM_LICENSE");
    CHECK(rig.service.seen.size() == 1);
  }
  SUBCASE("not without end") {
    for (const bool is_circle : {false, true}) {
      CAPTURE(is_circle);
      Rig rig;
      int count = 0;
      rig.service.script = [&](const Request&) {
        const std::string next = "/again" + std::to_string(is_circle ? 0 : count++);
        return Answer{307, "", {{"Location", next}}, std::nullopt};
      };
      CHECK(rig.outcome() == "DRM_LICENSE");
      CHECK(rig.service.seen.size() == (is_circle ? 2 : 6));
    }
  }
  SUBCASE("never with a token") {
    Rig rig;
    rig.of_service();
    rig.service.script = [](const Request&) {
      return Answer{307, "", {{"Location", "https://evil.example/"}}, std::nullopt};
    };
    CHECK(rig.outcome() == "DRM_LICENSE");
    CHECK(rig.service.seen.size() == 1);
  }
}

TEST_CASE("license client: hooks of the app") {
  Rig rig;
  std::string seen_scheme;
  rig.config.on_license_request = [](LicenseMessage& message) -> Result<void> {
    message.headers.push_back({"X-App", message.scheme});
    message.body = "<" + message.body + ">";
    return {};
  };
  rig.config.on_license_response = [&](const std::string& scheme,
                                       const SharedBytes& body) -> Result<SharedBytes> {
    seen_scheme = scheme;
    return bytes_of("un" + std::string(as_text(body.view())));
  };
  SUBCASE("raw") {
    CHECK(rig.outcome() == "=unlicence");
    CHECK(rig.sent().body == "<question>");
    CHECK(header_of(rig.sent().headers, "X-App") == "clearkey");
    CHECK(seen_scheme == "clearkey");
  }
  SUBCASE("the service's wrapping is undone before") {
    rig.of_service();
    rig.service.script = [](const Request&) { return wrapped("licence"); };
    CHECK(rig.outcome() == "=unlicence");
    CHECK(rig.sent().body.substr(0, 2) == "<{");
  }
  SUBCASE("the token does not go where the app sends it") {
    rig.of_service();
    rig.config.on_license_request = [](LicenseMessage& message) -> Result<void> {
      message.url = "https://proxy.example/";
      return {};
    };
    rig.service.script = [](const Request&) { return wrapped("licence"); };
    CHECK(rig.outcome() == "=unlicence");
    CHECK(rig.sent().url == "https://proxy.example/");
    CHECK(rig.sent().credentials.empty());
    CHECK(rig.refreshes.empty());
  }
  SUBCASE("their errors end it") {
    rig.config.on_license_request = [](LicenseMessage&) -> Result<void> {
      return make_error(ErrorCode::kInvalidState, "not now");
    };
    CHECK(rig.outcome() == "INVALID_STATE");
    CHECK(rig.service.seen.empty());
    rig.config.on_license_request = nullptr;
    rig.config.on_license_response = [](const std::string&, const SharedBytes&) {
      return Result<SharedBytes>(make_error(ErrorCode::kDrmLicense, "not ours"));
    };
    CHECK(rig.outcome() == "DRM_LICENSE");
  }
  SUBCASE("a URL they choose is looked at as well") {
    rig.config.on_license_request = [](LicenseMessage& message) -> Result<void> {
      message.url = "http://proxy.example/";
      return {};
    };
    CHECK(rig.outcome() == "DRM_LICENSE");
    CHECK(rig.service.seen.empty());
  }
}

TEST_CASE("license client: a release may be answered by nothing") {
  Rig rig;
  rig.service.script = [](const Request&) { return Answer{204, "", {}, std::nullopt}; };
  CHECK(rig.outcome() == "DRM_LICENSE");
  rig.request.type = DrmMessageType::kRelease;
  CHECK(rig.outcome() == "=");
}

TEST_CASE("license client: who cancels hears nothing") {
  for (const int steps : {0, 1, 2, 3, 4, 5, 6}) {
    CAPTURE(steps);
    Rig rig;
    rig.of_service();
    rig.service.script = [](const Request&) { return problem(503, "", ""); };
    LicenseClient client(rig.config, rig.origin, rig.service, rig.executor);
    bool was_told = false;
    CancelHandle handle =
        client.fetch(rig.request, [&](const Result<LicenseAnswer>&) { was_told = true; });
    for (int i = 0; i < steps; ++i) {
      const uint64_t before = rig.executor.steps();
      rig.executor.run_until_true([&] { return rig.executor.steps() > before; }, 1s);
    }
    handle.reset();
    rig.executor.run_for(1h);
    CHECK_FALSE(was_told);
    CHECK(rig.executor.idle());
  }
}

}  // namespace playhead::test
