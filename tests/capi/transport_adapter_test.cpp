// SPDX-License-Identifier: Apache-2.0
// What an app's HTTP may do wrong, answer by answer; that it keeps the contract of transports is
// shown by tests/contract.
#include "transport_adapter.h"

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"

namespace playhead::capi {
namespace {

constexpr playhead_status kOver = -PLAYHEAD_ERROR_INVALID_HANDLE;
constexpr playhead_status kBadArgument = -PLAYHEAD_ERROR_INVALID_ARGUMENT;
const char* const kFourBytes[] = {"Content-Length", "4", nullptr};

// An app whose answers the test gives by hand.
struct HandApp {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<playhead_transfer*> started;
  std::vector<std::string> calls;  // "start http://…", "cancel", "network", "destroy"
  bool throws = false;

  void note(std::string what, playhead_transfer* transfer = nullptr) {
    const std::lock_guard lock(mutex);
    calls.push_back(std::move(what));
    if (transfer != nullptr) started.push_back(transfer);
    changed.notify_all();
  }
  playhead_transfer* wait_for_start(std::size_t number) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return started.size() >= number; });
    return started[number - 1];
  }
  [[nodiscard]] std::vector<std::string> told() {
    const std::lock_guard lock(mutex);
    return calls;
  }

  playhead_transport table() {
    playhead_transport table = PLAYHEAD_TRANSPORT_INIT;
    table.user = this;
    table.destroy = [](void* user) { static_cast<HandApp*>(user)->note("destroy"); };
    table.start = [](void* user, playhead_transfer* transfer,
                     const playhead_transfer_request* request) {
      auto& app = *static_cast<HandApp*>(user);
      app.note(std::string("start ") + request->url, transfer);
      if (app.throws) throw 1;
    };
    table.cancel = [](void* user, playhead_transfer*) {
      static_cast<HandApp*>(user)->note("cancel");
    };
    table.network_changed = [](void* user) { static_cast<HandApp*>(user)->note("network"); };
    return table;
  }
};

// A transport over the app, and one request.
struct Desk {
  HandApp app;
  ThreadExecutor executor{"desk"};
  std::shared_ptr<Transport> transport;
  CancelHandle handle;
  std::string body;  // the executor's
  std::promise<Result<TransferStats>> done;

  Desk() {
    const playhead_transport table = app.table();
    transport = make_c_transport(CallbackTable<playhead_transport>::adopt(&table));
  }
  ~Desk() {
    on_executor([this] { handle.reset(); });
  }
  void on_executor(const std::function<void()>& action) {
    std::promise<void> ran;
    executor.post([&] {
      action();
      ran.set_value();
    });
    ran.get_future().wait();
  }
  void start(RequestTimeouts timeouts = {}) {
    Request request;
    request.url = "http://host.test/a?sig=s3cr3t";
    request.timeouts = timeouts;
    FetchCallbacks callbacks;
    callbacks.on_body = [this](const SharedBytes& bytes, MonotonicTime) {
      body += as_text(bytes.view());
    };
    callbacks.on_done = [this](Result<TransferStats> result) { done.set_value(std::move(result)); };
    on_executor([&] { handle = transport->start(request, executor, std::move(callbacks)); });
  }
  // kInternal and a code: whichever it ended with; nothing: it went well.
  std::optional<Error> wait() {
    const auto result = done.get_future().get();
    return result ? std::nullopt : std::optional(result.error());
  }
};

TEST_CASE("transport table: whatever the app answers, the transfer ends as it has to") {
  struct Case {
    const char* name;
    std::function<void(Desk&, playhead_transfer*)> answer;
    std::optional<ErrorCode> code;
    bool is_cancelled;
  };
  const auto ends_with = [](playhead_status status) {
    return [status](Desk&, playhead_transfer* transfer) {
      CHECK(playhead_transfer_finish(transfer, status, nullptr, 7) == PLAYHEAD_OK);
    };
  };
  const Case cases[] = {
      {"shorter than announced",
       [](Desk&, playhead_transfer* transfer) {
         CHECK(playhead_transfer_head(transfer, 200, kFourBytes) == PLAYHEAD_OK);
         CHECK(playhead_transfer_body(transfer, "ab", 2) == PLAYHEAD_OK);
         CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, nullptr, 0) == PLAYHEAD_OK);
       },
       ErrorCode::kConnectionLost, false},
      {"longer than announced",
       [](Desk&, playhead_transfer* transfer) {
         CHECK(playhead_transfer_head(transfer, 200, kFourBytes) == PLAYHEAD_OK);
         CHECK(playhead_transfer_body(transfer, "abcdef", 6) == PLAYHEAD_OK);
         CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, nullptr, 0) == PLAYHEAD_OK);
       },
       std::nullopt, false},
      {"a header that is two",
       [](Desk&, playhead_transfer* transfer) {
         const char* const headers[] = {"X", "a\r\nSet-Cookie: b", nullptr};
         CHECK(playhead_transfer_head(transfer, 200, headers) == kOver);
         CHECK(playhead_transfer_body(transfer, "a", 1) == kOver);
       },
       ErrorCode::kBadResponse, true},
      {"nothing", [](Desk&, playhead_transfer*) {}, ErrorCode::kNetworkTimeout, true},
      {"another network", [](Desk& desk, playhead_transfer*) { desk.transport->network_changed(); },
       ErrorCode::kConnectionLost, true},
      {"no head at all", ends_with(PLAYHEAD_OK), ErrorCode::kConnectionLost, false},
      {"an error of networks", ends_with(-PLAYHEAD_ERROR_TLS_FAILURE), ErrorCode::kTlsFailure,
       false},
      {"another error", ends_with(-PLAYHEAD_ERROR_UNAUTHORIZED), ErrorCode::kConnectionLost, false},
      {"what is no error", ends_with(3), ErrorCode::kConnectionLost, false},
      {"the least number", ends_with(INT32_MIN), ErrorCode::kConnectionLost, false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Desk desk;
    const bool is_silent = std::string(c.name) == "nothing";
    desk.start(is_silent ? RequestTimeouts{2ms, 2ms, 2ms} : RequestTimeouts{});
    playhead_transfer* const transfer = desk.app.wait_for_start(1);
    c.answer(desk, transfer);
    const auto error = desk.wait();
    CHECK(error.has_value() == c.code.has_value());
    if (error && c.code) {
      CHECK(error->code == *c.code);
      CHECK(describe(*error).find("s3cr3t") == std::string::npos);
    }
    if (!c.code) CHECK(desk.body == "abcd");
    CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, nullptr, 0) == kOver);
    desk.transport.reset();
    std::vector<std::string> expected{"start http://host.test/a?sig=s3cr3t"};
    if (c.is_cancelled) expected.emplace_back("cancel");
    if (std::string(c.name) == "another network") expected.emplace_back("network");
    expected.emplace_back("destroy");
    CHECK(desk.app.told() == expected);
  }
}

TEST_CASE("transport table: answers twice, out of order and too late do nothing") {
  Desk desk;
  desk.start();
  playhead_transfer* const transfer = desk.app.wait_for_start(1);
  CHECK(playhead_transfer_sent(transfer) == PLAYHEAD_OK);
  CHECK(playhead_transfer_body(transfer, "a", 1) == kOver);
  CHECK(playhead_transfer_sent(transfer) == PLAYHEAD_OK);
  SUBCASE("after its end") {
    CHECK(playhead_transfer_head(transfer, 200, nullptr) == PLAYHEAD_OK);
    CHECK(playhead_transfer_head(transfer, 404, nullptr) == kOver);
    CHECK(playhead_transfer_body(transfer, "b", 1) == PLAYHEAD_OK);
    CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, nullptr, 0) == PLAYHEAD_OK);
    CHECK_FALSE(desk.wait().has_value());
    CHECK(desk.body == "b");
  }
  SUBCASE("after it was cancelled") {
    desk.on_executor([&] { desk.handle.reset(); });
    std::unique_lock lock(desk.app.mutex);
    desk.app.changed.wait(lock, [&] { return desk.app.calls.back() == "cancel"; });
  }
  SUBCASE("after the transport's end") {
    desk.transport.reset();
    CHECK(desk.app.told().back() == "destroy");
  }
  CHECK(playhead_transfer_sent(transfer) == kOver);
  CHECK(playhead_transfer_head(transfer, 200, nullptr) == kOver);
  CHECK(playhead_transfer_body(transfer, "c", 1) == kOver);
  CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, nullptr, 0) == kOver);
}

TEST_CASE("transport table: what cannot be is refused, and the transfer goes on") {
  CHECK(playhead_transfer_sent(nullptr) == kBadArgument);
  CHECK(playhead_transfer_head(nullptr, 200, nullptr) == kBadArgument);
  CHECK(playhead_transfer_body(nullptr, nullptr, 0) == kBadArgument);
  CHECK(playhead_transfer_finish(nullptr, 0, nullptr, 0) == kBadArgument);
  Desk desk;
  desk.start();
  playhead_transfer* const transfer = desk.app.wait_for_start(1);
  const char* const half[] = {"Name", nullptr};
  playhead_transfer_facts facts{};
  CHECK(playhead_transfer_head(transfer, 199, nullptr) == kBadArgument);
  CHECK(playhead_transfer_head(transfer, 600, nullptr) == kBadArgument);
  CHECK(playhead_transfer_head(transfer, 200, half) == kBadArgument);
  CHECK(playhead_transfer_head(transfer, 200, nullptr) == PLAYHEAD_OK);
  CHECK(playhead_transfer_body(transfer, nullptr, 1) == kBadArgument);
  CHECK(playhead_transfer_body(transfer, nullptr, 0) == PLAYHEAD_OK);
  CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, &facts, 0) == kBadArgument);
  CHECK(playhead_transfer_finish(transfer, PLAYHEAD_OK, nullptr, 0) == PLAYHEAD_OK);
  CHECK_FALSE(desk.wait().has_value());
}

TEST_CASE("transport table: a start that throws is a failure, and nothing to cancel") {
  Desk desk;
  desk.app.throws = true;
  desk.start();
  const auto error = desk.wait();
  REQUIRE(error.has_value());
  CHECK(error->code == ErrorCode::kInternal);
  desk.transport.reset();
  CHECK(desk.app.told() ==
        std::vector<std::string>{"start http://host.test/a?sig=s3cr3t", "destroy"});
}

TEST_CASE("transport table: a redirect is another transfer") {
  Desk desk;
  desk.start();
  playhead_transfer* const first = desk.app.wait_for_start(1);
  const char* const there[] = {"Location", "/b", "Content-Length", "0", nullptr};
  CHECK(playhead_transfer_head(first, 302, there) == PLAYHEAD_OK);
  CHECK(playhead_transfer_finish(first, PLAYHEAD_OK, nullptr, 0) == PLAYHEAD_OK);
  playhead_transfer* const second = desk.app.wait_for_start(2);
  CHECK(first != second);
  CHECK(desk.app.told().back() == "start http://host.test/b");
  CHECK(playhead_transfer_head(first, 200, nullptr) == kOver);
  CHECK(playhead_transfer_head(second, 200, kFourBytes) == PLAYHEAD_OK);
  CHECK(playhead_transfer_body(second, "abcd", 4) == PLAYHEAD_OK);
  CHECK(playhead_transfer_finish(second, PLAYHEAD_OK, nullptr, 0) == PLAYHEAD_OK);
  CHECK_FALSE(desk.wait().has_value());
  CHECK(desk.body == "abcd");
}

}  // namespace
}  // namespace playhead::capi
