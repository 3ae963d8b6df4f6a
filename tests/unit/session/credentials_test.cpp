// SPDX-License-Identifier: Apache-2.0
#include "session/credentials.h"

#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"

namespace playhead::test {

namespace {

// An app that answers when told to.
struct App {
  std::vector<bool> questions;  // `refresh` of each
  std::vector<TokenCallback> open;

  TokenProvider provider() {
    return [this](bool refresh, TokenCallback done) {
      questions.push_back(refresh);
      open.push_back(std::move(done));
    };
  }
};

struct Rig {
  App app;
  VirtualExecutor executor;
  Credentials credentials{app.provider()};
  std::vector<std::string> answers;  // a token, or "!" and the name of the error
  std::vector<CancelHandle> handles;

  void ask(const std::string& rejected) {
    handles.push_back(credentials.request(rejected, executor, [this](Result<std::string> token) {
      answers.push_back(token ? *token : "!" + std::string(error_name(token.error().code)));
    }));
  }
};

using Strings = std::vector<std::string>;
using Questions = std::vector<bool>;

}  // namespace

TEST_CASE("credentials: one question for all who wait, none once it is known") {
  Rig rig;
  rig.ask("");
  rig.ask("");
  rig.executor.run_ready();
  CHECK(rig.app.questions == Questions{false});
  CHECK(rig.answers.empty());
  rig.app.open[0](std::string("t1"));
  CHECK(rig.answers.empty());  // never inside the app's call
  rig.executor.run_ready();
  CHECK(rig.answers == Strings{"t1", "t1"});
  rig.ask("");
  rig.executor.run_ready();
  CHECK(rig.answers.size() == 3);
  CHECK(rig.app.questions.size() == 1);
}

TEST_CASE("credentials: H04 a refused token is refreshed once, however many were refused") {
  Rig rig;
  rig.ask("");
  rig.app.open[0](std::string("t1"));
  rig.ask("t1");
  rig.ask("t1");
  CHECK(rig.app.questions == Questions{false, true});
  rig.app.open[1](std::string("t2"));
  rig.ask("t1");  // a late one: t2 is known already
  rig.executor.run_ready();
  CHECK(rig.answers == Strings{"t1", "t2", "t2", "t2"});
  CHECK(rig.app.questions.size() == 2);
}

TEST_CASE("credentials: a refresh that fails is told to all, and tried again next time") {
  Rig rig;
  rig.ask("t0");
  rig.app.open[0](make_error(ErrorCode::kNetworkUnreachable, ""));
  rig.executor.run_ready();
  CHECK(rig.answers == Strings{"!NETWORK_UNREACHABLE"});
  rig.ask("");
  CHECK(rig.app.questions == Questions{true, false});
}

TEST_CASE("credentials: tokens that cannot be a header are refused") {
  for (const std::string token : {"", "a b", "a\r\nX: y", "\xc3\xa4", "\x7f"}) {
    CAPTURE(token);
    Rig rig;
    rig.ask("");
    rig.app.open[0](token);
    rig.executor.run_ready();
    CHECK(rig.answers == Strings{"!UNAUTHORIZED"});
  }
}

TEST_CASE("credentials: an app that drops the question has answered it") {
  Rig rig;
  rig.ask("");
  rig.app.open.clear();
  rig.executor.run_ready();
  CHECK(rig.answers == Strings{"!UNAUTHORIZED"});
  rig.ask("");
  rig.app.open[0](std::string("t1"));
  rig.app.open[0](std::string("t2"));  // only the first answer counts
  rig.ask("");
  rig.executor.run_ready();
  CHECK(rig.answers == Strings{"!UNAUTHORIZED", "t1", "t1"});
}

TEST_CASE("credentials: no provider, no token") {
  VirtualExecutor executor;
  Credentials credentials(nullptr);
  std::optional<ErrorCode> code;
  const CancelHandle handle = credentials.request(
      "", executor, [&](const Result<std::string>& t) { code = t.error().code; });
  executor.run_ready();
  CHECK(code == ErrorCode::kUnauthorized);
}

TEST_CASE("credentials: who cancels hears nothing, the others do") {
  Rig rig;
  rig.ask("");
  rig.ask("");
  rig.handles[0].reset();
  rig.app.open[0](std::string("t1"));
  rig.executor.run_ready();
  CHECK(rig.answers == Strings{"t1"});
  rig.ask("");
  rig.handles.back().reset();  // after it was posted, before it ran
  rig.executor.run_ready();
  CHECK(rig.answers.size() == 1);
}

TEST_CASE("credentials: an app that answers inside the call, and one that answers too late") {
  VirtualExecutor executor;
  TokenCallback late;
  int answers = 0;
  {
    Credentials quick([](bool, TokenCallback done) { done(std::string("t")); });
    const CancelHandle handle =
        quick.request("", executor, [&](const Result<std::string>&) { ++answers; });
    CHECK(answers == 0);
    executor.run_ready();
    CHECK(answers == 1);
    Credentials slow([&](bool, TokenCallback done) { late = std::move(done); });
    const CancelHandle never =
        slow.request("", executor, [&](const Result<std::string>&) { ++answers; });
  }
  late(std::string("t"));
  executor.run_ready();
  CHECK(answers == 1);
}

}  // namespace playhead::test
