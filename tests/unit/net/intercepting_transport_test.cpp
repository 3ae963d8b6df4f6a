// SPDX-License-Identifier: Apache-2.0
#include "net/intercepting_transport.h"

#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

// Remembers what it is asked for and answers with a head.
class Network final : public Transport {
 public:
  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    requests.push_back(std::move(request));
    executor.post([callbacks = std::move(callbacks)]() mutable {
      ResponseHead head;
      head.status = 418;
      callbacks.on_head(head);
    });
    return {};
  }
  void preconnect(const std::string&) override {}
  std::vector<Request> requests;
};

class App final : public RequestInterceptor {
 public:
  explicit App(std::function<void(InterceptedRequest&)> change) : change_(std::move(change)) {}
  void on_request(InterceptedRequest& request) override { change_(request); }
  void on_response(const InterceptedRequest& request, const ResponseHead& head) override {
    answers.push_back(request.url + " " + std::to_string(head.status));
  }
  std::vector<std::string> answers;

 private:
  std::function<void(InterceptedRequest&)> change_;
};

struct World {
  VirtualExecutor executor;
  std::shared_ptr<Network> network = std::make_shared<Network>();
  int heads = 0;
  std::vector<std::string> answers;

  Request send(std::function<void(InterceptedRequest&)> change,
               const std::string& url = "https://api.example/x?y=1") {
    const auto app = std::make_shared<App>(std::move(change));
    InterceptingTransport transport(network, app);
    Request request;
    request.url = url;
    request.kind = ResourceKind::kApi;
    request.headers = {{"Accept", "text/plain"}};
    request.credentials = {{"Authorization", "Bearer t"}};
    FetchCallbacks callbacks;
    callbacks.on_head = [this](const ResponseHead&) { ++heads; };
    const CancelHandle handle = transport.start(std::move(request), executor, std::move(callbacks));
    executor.run_for(1s);
    answers = app->answers;
    return network->requests.back();
  }
};

TEST_CASE("intercepting_transport: an app adds headers and rewrites URLs") {
  World world;
  const Request sent = world.send([](InterceptedRequest& request) {
    CHECK(request.kind == ResourceKind::kApi);
    CHECK(request.method == "GET");
    CHECK(request.credentials.empty());  // the token is nobody's business
    request.url += "&z=2";
    request.headers.push_back({"X-App", "1"});
    request.credentials.push_back({"X-Secret", "2"});
  });
  CHECK(sent.url == "https://api.example/x?y=1&z=2");
  REQUIRE(sent.headers.size() == 2);
  CHECK(sent.headers[1].name == "X-App");
  REQUIRE(sent.credentials.size() == 2);
  CHECK(sent.credentials[0].name == "Authorization");
  CHECK(sent.credentials[1].name == "X-Secret");
  CHECK(world.heads == 1);
  CHECK(world.answers == std::vector<std::string>{"https://api.example/x?y=1&z=2 418"});
}

TEST_CASE("intercepting_transport: the library's token goes to no other origin") {
  for (const char* url : {"https://other.example/x", "http://api.example/x",
                          "https://api.example:444/x", "https://api.example.evil/x"}) {
    CAPTURE(url);
    World world;
    const Request sent = world.send([&](InterceptedRequest& request) {
      request.url = url;
      request.credentials.push_back({"X-Secret", "2"});
    });
    CHECK(sent.url == url);
    REQUIRE(sent.credentials.size() == 1);
    CHECK(sent.credentials[0].name == "X-Secret");
  }
}

TEST_CASE("intercepting_transport: what HTTP does not allow is left out") {
  World world;
  const Request sent = world.send([](InterceptedRequest& request) {
    request.url = "file:///etc/passwd";
    request.headers.push_back({"X-Split", "1\r\nX-Evil: 1"});
    request.headers.push_back({"X Space", "1"});
    request.headers.push_back({"", "1"});
    request.credentials.push_back({"X-Nul", std::string("a\0b", 3)});
    request.headers.push_back({"X-Fine", "a\tb \xc3\xa4"});
  });
  CHECK(sent.url == "https://api.example/x?y=1");
  REQUIRE(sent.headers.size() == 2);
  CHECK(sent.headers[1].name == "X-Fine");
  CHECK(sent.credentials.size() == 1);
}

TEST_CASE("intercepting_transport: what is not http is not shown") {
  World world;
  bool is_shown = false;
  const Request sent =
      world.send([&](InterceptedRequest&) { is_shown = true; }, "offline:12/main.mpd");
  CHECK(!is_shown);
  CHECK(sent.url == "offline:12/main.mpd");
}

}  // namespace
}  // namespace playhead::test
