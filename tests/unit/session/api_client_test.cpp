// SPDX-License-Identifier: Apache-2.0
#include "session/api_client.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {

namespace {

struct Rig {
  VirtualExecutor executor;
  FakeService service{executor};
  std::vector<bool> refreshes;  // every question to the app
  std::string app_token = "token-1";
  ApiAccess access{"https://api.example/base/", [this](bool refresh, TokenCallback done) {
                     refreshes.push_back(refresh);
                     done(app_token);
                   }};
  ApiClient client{access, service, executor};

  Result<StreamGrant> get(const StreamQuery& query, Duration limit = 200s) {
    std::optional<Result<StreamGrant>> answer;
    const CancelHandle handle =
        client.get_stream(query, [&](Result<StreamGrant> grant) { answer = std::move(grant); });
    CHECK(!answer.has_value());
    REQUIRE(executor.run_until_true([&] { return answer.has_value(); }, limit));
    return *answer;
  }
  PostOutcome post(const ProgressReport& report) {
    std::optional<PostOutcome> answer;
    const CancelHandle handle =
        client.post_progress(report, [&](PostOutcome outcome) { answer = std::move(outcome); });
    REQUIRE(executor.run_until_true([&] { return answer.has_value(); }, 200s));
    return *answer;
  }
};

using Verdict = PostOutcome::Verdict;

}  // namespace

TEST_CASE("api_client: asks for the title with the token as credentials only") {
  Rig rig;
  rig.service.positions["m_1"].seconds = 61.5;
  const auto grant = rig.get({"m_1", "dash"});
  REQUIRE(grant.has_value());
  CHECK(grant->resume_position == 61'500ms);
  REQUIRE(rig.service.seen.size() == 1);
  const Request& request = rig.service.seen[0].request;
  CHECK(request.url == "https://api.example/base/api/v1/stream?movie_id=m_1&format=dash");
  CHECK(request.kind == ResourceKind::kApi);
  CHECK(request.max_redirects == 0);
  REQUIRE(request.credentials.size() == 1);
  CHECK(request.credentials[0].name == "Authorization");
  CHECK(request.credentials[0].value == "Bearer token-1");
  for (const HttpHeader& header : request.headers) {
    CHECK(header.value.find("token-1") == std::string::npos);
  }
  CHECK(rig.access.clock.read(rig.executor.now(), {0}).is_server_time);
}

TEST_CASE("api_client: an id is data, not a part of the URL") {
  Rig rig;
  rig.service.script = [](const Request&) { return problem(404, "unknown_title", "No."); };
  const auto grant = rig.get({"../a?b&c=d#e f\xc3\xa4", ""});
  CHECK(rig.service.seen[0].request.url ==
        "https://api.example/base/api/v1/stream?movie_id=..%2Fa%3Fb%26c%3Dd%23e%20f%C3%A4");
  REQUIRE(!grant.has_value());
  CHECK(describe(grant.error()) ==
        "the host does not have the resource: No. [unknown_title] (404)");
  for (const std::string& id : {std::string(), std::string(257, 'x')}) {
    CHECK(rig.get({id, ""}).error().code == ErrorCode::kInvalidArgument);
  }
  CHECK(rig.service.seen.size() == 1);
}

TEST_CASE("api_client: H04 a 401 refreshes the token once") {
  Rig rig;
  rig.service.valid_token = "token-2";
  SUBCASE("and succeeds with the new one") {
    std::vector<bool>& refreshes = rig.refreshes;
    ApiAccess access("https://api.example", [&](bool refresh, TokenCallback done) {
      refreshes.push_back(refresh);
      done(std::string(refresh ? "token-2" : "token-1"));
    });
    ApiClient client(access, rig.service, rig.executor);
    bool is_granted = false;
    const CancelHandle handle = client.get_stream(
        {"m", ""}, [&](const Result<StreamGrant>& grant) { is_granted = grant.has_value(); });
    rig.executor.run_for(1s);
    CHECK(is_granted);
    CHECK(refreshes == std::vector<bool>{false, true});
    CHECK(rig.service.seen.size() == 2);
  }
  SUBCASE("and gives up when the app has no better one") {
    const auto grant = rig.get({"m", ""});
    CHECK(grant.error().code == ErrorCode::kUnauthorized);
    CHECK(rig.refreshes == std::vector<bool>{false, true});
    CHECK(rig.service.seen.size() == 2);
  }
}

namespace {

// A profile whose PIN was given here and may have been changed elsewhere since.
struct GuardedRig : Rig {
  GuardedRig() {
    access.profile.choose({"mum", "1234"}, executor.now());
    service.script = [this](const Request& request) -> std::optional<FakeService::Answer> {
      const bool has_old = request.body.find(R"("pin":"1234")") != std::string::npos;
      std::string given = has_old ? "1234" : "";
      for (const HttpHeader& one : request.credentials) {
        if (one.name == "X-Profile-Pin") given = one.value;
      }
      if (given == pin) return std::nullopt;
      if (!given.empty()) ++wrong;
      return problem(403, given.empty() ? "pin_required" : "pin_wrong", "No.");
    };
  }
  // By turns in both forms: the PIN is in a header or in the body.
  void ask() {
    auto done = [this](const Result<StreamGrant>& grant) {
      answered_at.push_back(executor.now());
      codes.push_back(grant ? std::optional<ErrorCode>() : grant.error().code);
    };
    if (calls.size() % 2 == 0) {
      calls.push_back(client.get_stream({"m", "", "mum"}, done));
    } else {
      PlaybackQuery query;
      query.title_id = "m";
      query.profile_id = "mum";
      calls.push_back(client.start_playback(query, done));
    }
  }
  [[nodiscard]] std::ptrdiff_t count(std::optional<ErrorCode> code) const {
    return std::count(codes.begin(), codes.end(), code);
  }

  std::string pin = "1234";
  int wrong = 0;
  std::vector<CancelHandle> calls;
  std::vector<std::optional<ErrorCode>> codes;  // none: granted
  std::vector<MonotonicTime> answered_at;
};

}  // namespace

TEST_CASE(
    "api_client: whether a PIN is still right is asked by one call, and the others heed the "
    "answer") {
  struct Case {
    const char* name;
    Duration ago;  // it was right then
    Duration latency;
    int wrong;
  };
  for (const Case& c : {Case{"long ago", 10s, 100ms, 1}, Case{"a moment ago", 9s, 100ms, 3},
                        Case{"long ago, of a service that is slow", 10s, 2500ms, 3}}) {
    CAPTURE(std::string(c.name));
    GuardedRig rig;
    rig.executor.run_for(c.ago);
    rig.pin = "5678";  // by another device
    rig.service.latency = c.latency;
    for (int i = 0; i < 8; ++i) rig.ask();
    rig.executor.run_for(10s);
    CHECK(rig.wrong == c.wrong);
    CHECK(rig.count(ErrorCode::kPinWrong) == c.wrong);
    CHECK(rig.count(ErrorCode::kPinRequired) == 8 - c.wrong);
  }
}

TEST_CASE("api_client: calls with a PIN that is right wait for the first of them, and no longer") {
  GuardedRig rig;
  rig.executor.run_for(1h);
  const MonotonicTime began = rig.executor.now();
  SUBCASE("which is answered") {
    for (int i = 0; i < 4; ++i) rig.ask();
    rig.executor.run_for(1s);
    CHECK(rig.count(std::nullopt) + rig.count(ErrorCode::kApiBadAnswer) == 4);
    CHECK(rig.answered_at.back() - began == 2 * rig.service.latency);
  }
  SUBCASE("which is answered by others than the service") {
    int pages = 1;
    const auto guard = rig.service.script;
    rig.service.script = [&](const Request& request) {
      return pages-- > 0 ? FakeService::Answer{302, "", {}, {}} : guard(request);
    };
    rig.ask();
    rig.ask();
    rig.executor.run_for(1s);
    CHECK(rig.answered_at.size() == 2);
  }
  SUBCASE("which hangs") {
    const Duration latency = std::exchange(rig.service.latency, 100s);
    rig.ask();
    rig.executor.run_for(1ms);  // it asks for the token first
    rig.service.latency = latency;
    rig.ask();
    rig.executor.run_for(10s);
    REQUIRE(rig.answered_at.size() == 1);
    CHECK(rig.answered_at.back() - began == 1ms + 2s + latency);
  }
  SUBCASE("which is given up") {
    rig.ask();
    rig.ask();
    rig.executor.run_for(1ms);
    rig.calls.front().reset();
    rig.executor.run_for(10s);
    REQUIRE(rig.answered_at.size() == 1);
    CHECK(rig.answered_at.back() - began == 1ms + rig.service.latency);
  }
}

TEST_CASE("api_client: an app that never answers is not waited for for ever") {
  VirtualExecutor executor;
  FakeService service(executor);
  TokenCallback kept;
  ApiAccess access("http://api", [&](bool, TokenCallback done) { kept = std::move(done); });
  ApiClient client(access, service, executor);
  std::optional<ErrorCode> code;
  const CancelHandle handle = client.get_stream(
      {"m", ""}, [&](const Result<StreamGrant>& grant) { code = grant.error().code; });
  executor.run_for(31s);
  CHECK(code == ErrorCode::kTimedOut);
  CHECK(service.seen.empty());
}

TEST_CASE("api_client: what passes is waited out, what does not is told at once") {
  struct Case {
    const char* name;
    FakeService::Answer answer;
    int failures;  // before the service recovers
    std::optional<ErrorCode> code;
    int requests;
  };
  const FakeService::Answer unreachable{0, "", {}, ErrorCode::kNetworkUnreachable};
  const Case cases[] = {
      {"unreachable twice", unreachable, 2, std::nullopt, 3},
      {"502 twice", problem(502, "", "x"), 2, std::nullopt, 3},
      {"busy, come back in 7 s", problem(503, "busy", "", {{"Retry-After", "7"}}), 1, std::nullopt,
       2},
      {"busy, come back tomorrow", problem(503, "busy", "", {{"Retry-After", "86400"}}), 9,
       ErrorCode::kServerBusy, 1},
      {"not entitled", problem(403, "geo", "Not here."), 9, ErrorCode::kNotEntitled, 1},
      {"unknown", problem(404, "unknown_title", "No."), 9, ErrorCode::kNotFound, 1},
      {"rejected", problem(400, "bad", "No."), 9, ErrorCode::kApiRejected, 1},
      {"a captive portal's page",
       {200, "<html>Sign in</html>", {}, std::nullopt},
       9,
       ErrorCode::kApiBadAnswer,
       1},
      {"a redirect",
       {302, "", {{"Location", "http://portal/"}}, std::nullopt},
       9,
       ErrorCode::kApiBadAnswer,
       1},
      {"a secure connection refused",
       {0, "", {}, ErrorCode::kTlsFailure},
       9,
       ErrorCode::kTlsFailure,
       1},
      {"an answer that is too large",
       {0, "", {}, ErrorCode::kTooLarge},
       9,
       ErrorCode::kTooLarge,
       1},
      {"an empty answer", {200, "", {}, std::nullopt}, 9, ErrorCode::kApiBadAnswer, 1},
      {"no content", {204, "", {}, std::nullopt}, 9, ErrorCode::kApiBadAnswer, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    int failures = c.failures;
    rig.service.script = [&](const Request&) -> std::optional<FakeService::Answer> {
      if (failures-- > 0) return c.answer;
      return std::nullopt;
    };
    const MonotonicTime begun = rig.executor.now();
    const auto grant = rig.get({"m", ""});
    CHECK(grant.has_value() == !c.code.has_value());
    if (c.code && !grant) CHECK(grant.error().code == *c.code);
    CHECK(static_cast<int>(rig.service.seen.size()) == c.requests);
    const bool was_told_to_wait = std::string(c.name) == "busy, come back in 7 s";
    if (was_told_to_wait) CHECK(rig.service.seen[1].at - begun >= 7s);
  }
}

TEST_CASE("api_client: an outage ends the call after the retry budget") {
  Rig rig;
  rig.service.script = [](const Request&) { return problem(500, "", "x"); };
  const MonotonicTime begun = rig.executor.now();
  const auto grant = rig.get({"m", ""});
  CHECK(grant.error().code == ErrorCode::kHttpStatus);
  CHECK(rig.executor.now() - begun <= 31s);
  CHECK(rig.service.seen.size() >= 4);
  CHECK(rig.service.seen.size() <= 60);
}

TEST_CASE("api_client: cancelling at any moment silences the call") {
  for (int steps = 0; steps < 60; ++steps) {
    Rig rig;
    rig.service.script = [](const Request&) { return problem(503, "", "x"); };
    bool was_called = false;
    {
      const CancelHandle handle =
          rig.client.get_stream({"m", ""}, [&](const Result<StreamGrant>&) { was_called = true; });
      rig.executor.run_for(steps * Duration{7ms});
    }
    rig.executor.run_for(100s);
    CHECK(!was_called);
  }
}

TEST_CASE("api_client: the callback may drop its own handle") {
  Rig rig;
  CancelHandle handle;
  int calls = 0;
  handle = rig.client.get_stream({"m", ""}, [&](const Result<StreamGrant>&) {
    handle.reset();
    ++calls;
  });
  rig.executor.run_for(1s);
  CHECK(calls == 1);
}

TEST_CASE("api_client: posts a position, once") {
  Rig rig;
  ProgressReport report;
  report.title_id = "m";
  report.position = 4s;
  CHECK(rig.post(report).verdict == Verdict::kDelivered);
  CHECK(rig.service.posted == std::vector<std::string>{"m@4.000"});
  const Request& request = rig.service.seen[0].request;
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.example/base/api/v1/stream/progress");
  rig.service.script = [](const Request&) {
    return problem(503, "busy", "", {{"Retry-After", "3"}});
  };
  const PostOutcome outcome = rig.post(report);
  CHECK(outcome.verdict == Verdict::kRetry);
  CHECK(outcome.retry_after == Duration{3s});
  CHECK(rig.service.seen.size() == 2);
  report.title_id.clear();
  CHECK(rig.post(report).verdict == Verdict::kRefused);
}

TEST_CASE("api_client: N14 N17 what the service asked for holds for all who share it") {
  Rig rig;
  const auto held = std::make_shared<HeldUrls>();
  ApiClient one(rig.access, rig.service, rig.executor, held);
  ApiClient other(rig.access, rig.service, rig.executor, held);
  std::optional<Result<StreamGrant>> first, second;
  const auto ask = [&](ApiClient& client, const char* title, auto& answer) {
    return client.get_stream({title, ""},
                             [&](Result<StreamGrant> grant) { answer = std::move(grant); });
  };
  const char* wait = "17";
  rig.service.script = [&](const Request&) -> std::optional<FakeService::Answer> {
    if (rig.service.seen.size() > 1) return std::nullopt;
    return problem(503, "busy", "", {{"Retry-After", wait}});
  };
  SUBCASE("while the one waits so does the other, about another title, too") {
    const CancelHandle a = ask(one, "m", first);
    rig.executor.run_for(5s);
    const CancelHandle b = ask(other, "n", second);
    rig.executor.run_for(11s);
    CHECK(rig.service.seen.size() == 1);
    rig.executor.run_for(2s);
    CHECK(rig.service.seen.size() == 3);
    CHECK((first && first->has_value()));
    CHECK((second && second->has_value()));
  }
  SUBCASE("the one that was told is gone") {
    CancelHandle a = ask(one, "m", first);
    rig.executor.run_for(5s);
    a.reset();
    const CancelHandle b = ask(other, "m", second);
    rig.executor.run_for(11s);
    CHECK(rig.service.seen.size() == 1);
    rig.executor.run_for(2s);
    CHECK((second && second->has_value()));
  }
  SUBCASE("what the one has given up over fails for the other, without a request") {
    wait = "86400";
    const CancelHandle a = ask(one, "m", first);
    rig.executor.run_for(5s);
    CHECK(first->error().code == ErrorCode::kServerBusy);
    CancelHandle b = ask(other, "n", second);
    rig.executor.run_for(1s);
    REQUIRE(second);
    CHECK(second->error().code == ErrorCode::kServerBusy);
    CHECK(second->error().context.find("try again in 863") != std::string::npos);
    CHECK(rig.service.seen.size() == 1);
    held->forget();
    b = ask(other, "n", second);
    rig.executor.run_for(1s);
    CHECK(second->has_value());
  }
}

TEST_CASE("api_client: addresses that are not http(s) are never asked") {
  for (const char* url : {"", "file:///etc", "ftp://x", "api.example"}) {
    CAPTURE(url);
    VirtualExecutor executor;
    FakeService service(executor);
    ApiAccess access(url, [](bool, TokenCallback done) { done(std::string("t")); });
    ApiClient client(access, service, executor);
    std::optional<ErrorCode> code;
    const CancelHandle handle = client.get_stream(
        {"m", ""}, [&](const Result<StreamGrant>& grant) { code = grant.error().code; });
    executor.run_for(1s);
    CHECK(code == ErrorCode::kInvalidUrl);
    CHECK(service.seen.empty());
  }
}

}  // namespace playhead::test
