// SPDX-License-Identifier: Apache-2.0
// Viewings as the real server sees them, over real sockets: whose position counts, sessions with
// several places, reports; and where the token goes.
#include <atomic>
#include <future>
#include <memory>
#include <semaphore>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/thread_executor.h"
#include "base/volatile_store.h"
#include "e2e/server_driver.h"
#include "net/cmcd.h"
#include "net/curl_transport.h"
#include "playhead/player.h"
#include "playhead/service_client.h"
#include "session/playback_session.h"
#include "support/loopback_server.h"

using namespace playhead;
using namespace playhead::e2e;
using nlohmann::json;

namespace {

// A device's clocks: its wall clock is wrong, and both can be put forward.
class DeviceExecutor final : public Executor {
 public:
  explicit DeviceExecutor(Duration ahead) : ahead_us_(ahead.count()) {}
  [[nodiscard]] MonotonicTime now() const override { return inner_.now() + passed(); }
  [[nodiscard]] WallTime wall_now() const override {
    return inner_.wall_now() + passed() + Duration{ahead_us_};
  }
  void post(Task task) override { inner_.post(std::move(task)); }
  CancelHandle post_at(MonotonicTime deadline, Task task) override {
    return inner_.post_at(deadline - passed(), std::move(task));
  }
  uint64_t random() override { return inner_.random(); }
  [[nodiscard]] bool is_current() const override { return inner_.is_current(); }
  void let_pass(Duration time) { passed_us_ += time.count(); }

 private:
  [[nodiscard]] Duration passed() const { return Duration{passed_us_.load()}; }

  const int64_t ahead_us_;
  std::atomic<int64_t> passed_us_ = 0;
  ThreadExecutor inner_{"device"};
};

// The real network, when there is one.
class DeviceNetwork final : public Transport {
 public:
  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    if (is_there) return curl_.start(std::move(request), executor, std::move(callbacks));
    auto alive = std::make_shared<bool>(true);
    executor.post([alive, callbacks = std::move(callbacks)]() mutable {
      if (*alive) callbacks.on_done(make_error(ErrorCode::kNetworkUnreachable, "no network"));
    });
    return CancelHandle([alive] { *alive = false; });
  }
  void preconnect(const std::string&) override {}
  std::atomic<bool> is_there = true;

 private:
  CurlTransport curl_;
};

// One device of an account that plays one title.
class Device {
 public:
  Device(const ServerProcess& server, const std::string& token, Duration clock_ahead,
         ServiceConfig service = {})
      : executor_(clock_ahead),
        store_(),
        access_(server.url(""), [token](bool, TokenCallback done) { done(token); }) {
    on_thread([&] {
      outbox_ = std::make_unique<Outbox>(access_, store_, network, executor_, OutboxObserver{});
      telemetry_ = std::make_unique<TelemetryOutbox>(access_, store_, network, executor_,
                                                     [this](const Error& error, bool is_lost) {
                                                       if (is_lost)
                                                         lost_.push_back(describe(error));
                                                     });
      PlaybackSessionConfig config;
      config.title_id = "m_1";
      config.service = std::move(service);
      config.telemetry = telemetry_.get();
      session_ = std::make_unique<PlaybackSession>(std::move(config), access_, *outbox_, network,
                                                   executor_);
      return 0;
    });
  }
  ~Device() {
    on_thread([this] {
      session_.reset();
      telemetry_.reset();
      outbox_.reset();
      return 0;
    });
  }

  Result<SessionStart> start() {
    return wait_for<Result<SessionStart>>([this](auto done) { session_->start(std::move(done)); });
  }
  // Plays up to there, and pauses.
  void watch(int64_t seconds) {
    on_thread([this, seconds] {
      const MediaTime here{seconds * 1'000'000};
      session_->update(PlayActivity::kPlaying, here - Duration{1s});
      executor_.let_pass(2s);
      session_->update(PlayActivity::kPaused, here);
      return 0;
    });
  }
  void observe(const EventPayload& payload) {
    on_thread([&] {
      session_->observe(payload, MediaTime{0});
      return 0;
    });
  }
  bool drain() {
    const bool positions =
        wait_for<bool>([this](auto done) { outbox_->drain(20s, std::move(done)); });
    return wait_for<bool>([this](auto done) { telemetry_->drain(20s, std::move(done)); }) &&
           positions;
  }
  void let_pass(Duration time) { executor_.let_pass(time); }
  std::vector<std::string> lost() {
    return on_thread([this] { return lost_; });
  }

  DeviceNetwork network;

 private:
  template <typename Outcome, typename Call>
  Outcome wait_for(Call call) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    executor_.post([call = std::move(call), promise]() mutable {
      call([promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    });
    return future.get();
  }
  template <typename Call>
  auto on_thread(Call call) -> decltype(call()) {
    using Outcome = decltype(call());
    return wait_for<Outcome>([call = std::move(call)](auto done) mutable { done(call()); });
  }

  DeviceExecutor executor_;
  VolatileStore store_;
  ApiAccess access_;
  std::vector<std::string> lost_;  // executor's thread
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<TelemetryOutbox> telemetry_;
  std::unique_ptr<PlaybackSession> session_;
};

struct Folders {
  TempDir media;
  TempDir data;

  Folders() {
    media.write("m_1/title.json",
                R"({"id":"m_1","name":"One","genre":"Drama","year":2024,"duration_seconds":100,)"
                R"("manifests":{"hls":"a.m3u8"}})");
    media.write("m_1/a.m3u8", "#EXTM3U\n#EXTINF:4,\na.ts\n");
  }
};

double saved_position(const ServerProcess& server, const std::string& token) {
  const HttpReply reply = http({.url = server.url("/api/v1/stream?movie_id=m_1"),
                                .headers = {"Authorization: Bearer " + token}});
  REQUIRE(reply.status == 200);
  return json::parse(reply.body).at("resume_position_seconds");
}

}  // namespace

TEST_CASE("session: H03 H07 of two devices the one that watched last is right, whatever their clocks say") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const std::string token = make_token(folders.data.path());
  Device tv(server, token, 2h), phone(server, token, -1h);
  REQUIRE(tv.start().has_value());
  REQUIRE(phone.start().has_value());

  tv.network.is_there = false;
  tv.watch(10);
  phone.let_pass(60s);
  phone.watch(61);
  CHECK(phone.drain());
  CHECK(saved_position(server, token) == 61);
  // What the television has to tell comes later, and is older.
  tv.network.is_there = true;
  CHECK(tv.drain());
  CHECK(saved_position(server, token) == 61);
  // And then it goes on.
  tv.let_pass(120s);
  tv.watch(30);
  CHECK(tv.drain());
  CHECK(saved_position(server, token) == 30);
}

TEST_CASE("session: the server names places and sessions, and takes the reports") {
  const Folders folders;
  folders.data.write("cdn.json",
                     R"({"locations":[{"id":"near","origin":"http://near.example"},)"
                     R"({"id":"far","origin":"http://far.example","regions":["XX"]}]})");
  const ServerProcess server(folders.data.path(), folders.media.path(),
                             {"--cdn-file", (folders.data.path() / "cdn.json").string()});
  REQUIRE(server.running());
  const std::string token = make_token(folders.data.path());
  const auto config = [](const std::string& device) {
    ServiceConfig service;
    service.start = PlaybackStart::kSession;
    service.device.id = device;
    service.device.type = DeviceType::kTv;
    service.device.formats = {"hls"};
    service.reports_events = true;
    service.heartbeat = 10s;
    return service;
  };
  Device tv(server, token, 0s, config("tv-1"));
  const auto start = tv.start();
  REQUIRE(start.has_value());
  CHECK(!start->is_resumed);
  CHECK(!start->other_session);
  REQUIRE(start->places.size() == 2);
  CHECK(start->manifest_url == start->places[0]);
  CHECK(start->places[0].rfind("http://near.example/", 0) == 0);
  CHECK(start->places[1].rfind("http://far.example/", 0) == 0);

  tv.observe(FirstFrame{500ms, 640, 360, {}});
  tv.observe(Warning{make_error(ErrorCode::kConnectionLost, "")});
  tv.watch(42);
  CHECK(tv.drain());
  CHECK(tv.lost() == std::vector<std::string>{});
  CHECK(saved_position(server, token) == 42);

  // The same device goes on; another one hears of it.
  Device again(server, token, 0s, config("tv-1")), phone(server, token, 0s, config("phone-1"));
  const auto resumed = again.start();
  REQUIRE(resumed.has_value());
  CHECK(resumed->is_resumed);
  CHECK(resumed->resume_position == MediaTime{42'000'000});
  const auto other = phone.start();
  REQUIRE(other.has_value());
  CHECK(!other->is_resumed);
  REQUIRE(other->other_session.has_value());
  CHECK(other->other_session->device_id == "tv-1");
}

TEST_CASE("session: a maze of redirects sees no token") {
  test::LoopbackServer api, cdn, other;
  const auto redirect = [](const std::string& to) {
    test::WebAnswer answer = test::status_answer(302);
    answer.headers.push_back({"Location", to});
    return answer;
  };
  const json stream = {{"stream_url", cdn.url("/a.m3u8?sig=s")}, {"resume_position_seconds", 0}};
  api.serve("/api/v1/stream?movie_id=m_1", test::text_answer(stream.dump()));
  api.serve("/api/v1/search?q=x&limit=20", redirect(other.url("/search")));
  api.serve("/api/v1/titles/m_1", redirect(cdn.url("/title")));
  cdn.serve("/a.m3u8?sig=s", redirect(other.url("/b.m3u8")));
  other.serve("/b.m3u8", redirect(api.url("/media/c.m3u8")));
  api.serve("/media/c.m3u8", redirect(cdn.localhost_url("/d.m3u8")));
  cdn.serve("/d.m3u8", test::text_answer("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n" +
                                         other.url("/1.ts") + "\n#EXT-X-ENDLIST\n"));
  other.serve("/1.ts", redirect(api.url("/api/v1/1.ts")));

  ClientConfig config;
  config.api_url = api.url("");
  config.token_provider = [](bool, TokenCallback done) { done(std::string("secret-token")); };
  const auto client = *Client::create(std::move(config));
  const auto calls = *ServiceClient::create(client);
  std::promise<ErrorCode> searched, told;
  calls->search({"x", 20}, [&](const Result<std::vector<CatalogueItem>>& found) {
    searched.set_value(found ? ErrorCode::kInternal : found.error().code);
  });
  calls->title("m_1", [&](const Result<TitleDetails>& title) {
    told.set_value(title ? ErrorCode::kInternal : title.error().code);
  });
  // The service redirects nobody.
  CHECK(searched.get_future().get() == ErrorCode::kApiBadAnswer);
  CHECK(told.get_future().get() == ErrorCode::kApiBadAnswer);

  std::counting_semaphore<> events(0);
  const auto player = *Player::create(client, {}, {});
  player->set_wakeup([&] { events.release(); });
  PlaySource source;
  source.title_id = "m_1";
  player->load(source);
  other.wait_for_requests(2);  // the second playlist, and the segment at the maze's end
  api.wait_for_requests(5);
  player->stop();

  int tokens = 0;
  for (const test::LoopbackServer* server : {&api, &cdn, &other}) {
    for (const test::WebRequest& request : server->requests()) {
      CAPTURE(request.target);
      const bool has_token = !request.header("Authorization").empty();
      const bool is_call = server == &api && request.target.rfind("/api/v1/1.ts", 0) != 0 &&
                           request.target.rfind("/api/", 0) == 0;
      CHECK(has_token == is_call);
      tokens += has_token ? 1 : 0;
      for (const auto& [name, value] : request.headers) {
        if (!is_call) CHECK(value.find("secret-token") == std::string::npos);
      }
      CHECK(request.target.find("secret-token") == std::string::npos);
    }
  }
  CHECK(tokens == 3);
}

TEST_CASE("session: CMCD is on the wire, in headers or in the query, and nowhere when it is off") {
  for (const CmcdMode mode : {CmcdMode::kOff, CmcdMode::kQuery, CmcdMode::kHeaders}) {
    CAPTURE(static_cast<int>(mode));
    test::LoopbackServer cdn;
    cdn.serve([](const test::WebRequest& request) -> std::optional<test::WebAnswer> {
      if (request.target.rfind("/t/a.m3u8?sig=s", 0) != 0) return std::nullopt;
      return test::text_answer(
          "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n1.ts?sig=s\n#EXTINF:4,\n2.ts?sig=s\n"
          "#EXT-X-ENDLIST\n");
    });
    const auto client = *Client::create({});
    PlayerConfig config;
    config.cmcd = mode;
    const auto player = *Player::create(client, config, {});
    PlaySource source;
    source.url = cdn.url("/t/a.m3u8?sig=s");
    player->load(source);
    cdn.wait_for_requests(2);
    player->stop();
    const auto requests = cdn.requests();
    const auto told = [&](const test::WebRequest& request) {
      std::string text;
      for (const char* name : {"CMCD-Object", "CMCD-Request", "CMCD-Session", "CMCD-Status"}) {
        if (request.has_header(name)) text += request.header(name) + ';';
      }
      return text;
    };
    const bool is_query = mode == CmcdMode::kQuery;
    CHECK((requests[0].target.find("&CMCD=ot%3Dm") != std::string::npos) == is_query);
    CHECK((requests[1].target.find("/t/1.ts?sig=s&CMCD=bl%3D0%2C") == 0) == is_query);
    if (mode != CmcdMode::kHeaders) {
      CHECK(told(requests[0]).empty());
      CHECK(told(requests[1]).empty());
    } else {
      CHECK(requests[1].target == "/t/1.ts?sig=s");
      CHECK(told(requests[0]).rfind("ot=m;", 0) == 0);
      CHECK(requests[1].header("CMCD-Object").rfind("d=4000,ot=", 0) == 0);
      CHECK(requests[1].header("CMCD-Request") == "bl=0,dl=0,nor=\"2.ts\",su");
      CHECK(requests[1].header("CMCD-Session").rfind("sf=h,sid=\"", 0) == 0);
    }
  }
}

TEST_CASE("session: a collector is told what happens, by a real socket and without a token") {
  test::LoopbackServer cdn, collector;
  cdn.serve("/t/a.m3u8?sig=s", test::text_answer("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n"
                                                 "1.ts?sig=s\n#EXT-X-ENDLIST\n"));
  collector.serve("/cmcd", test::status_answer(204));
  ClientConfig client_config;
  client_config.token_provider = [](bool, TokenCallback done) { done(std::string("secret")); };
  const auto client = *Client::create(std::move(client_config));
  PlayerConfig config;
  config.cmcd_events.url = collector.url("/cmcd");
  config.cmcd_events.tells_responses = true;
  const auto player = *Player::create(client, config, {});
  PlaySource source;
  source.url = cdn.url("/t/a.m3u8?sig=s");
  player->load(source);
  cdn.wait_for_requests(2);
  player->stop();
  // The stop is done on the player's own thread: what it has to say is there once the play is summed up.
  std::counting_semaphore<> events(1);
  player->set_wakeup([&events] { events.release(); });
  for (bool is_summed_up = false; !is_summed_up;) {
    events.acquire();
    while (auto event = player->next_event()) {
      is_summed_up = is_summed_up || std::holds_alternative<Summary>(event->payload);
    }
  }
  std::promise<bool> delivered;
  client->flush(10s, [&](bool is_empty) { delivered.set_value(is_empty); });
  CHECK(delivered.get_future().get());
  std::string told;
  for (const test::WebRequest& request : collector.requests()) {
    CHECK(request.method == "POST");
    CHECK(request.target == "/cmcd");
    CHECK(request.header("Content-Type") == "application/cmcd");
    CHECK(!request.has_header("Authorization"));
    told += request.body + '\n';
  }
  CHECK(told.rfind("e=ps,", 0) == 0);
  CHECK(told.find(",sta=s,") != std::string::npos);
  // What ends it first: the stop, or the segment that is not there.
  const bool is_over = told.find(",sta=q,") != std::string::npos || told.find(",sta=f,") != std::string::npos;
  CHECK(is_over);
  CHECK(told.find("url=\"" + cdn.url("/t/a.m3u8") + "\"") != std::string::npos);
  CHECK(told.find("ot=m,") != std::string::npos);
  CHECK(told.find("rc=200,") != std::string::npos);
  CHECK(told.find("sig=s") == std::string::npos);
}

TEST_CASE("session: the server serves signed URLs with CMCD in their query") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const HttpReply stream =
      http({.url = server.url("/api/v1/stream?movie_id=m_1"),
            .headers = {"Authorization: Bearer " + make_token(folders.data.path())}});
  REQUIRE(stream.status == 200);
  const std::string url = json::parse(stream.body).at("stream_url");
  const HttpReply manifest = http({.url = with_cmcd(url, "ot=m,sid=\"x\"")});
  CHECK(manifest.status == 200);
  CHECK(manifest.body.find("a.ts?exp=") != std::string::npos);
  CHECK(manifest.body.find("CMCD") == std::string::npos);
}
