// SPDX-License-Identifier: Apache-2.0
#include "playhead/service_client.h"

#include <optional>

#include <doctest/doctest.h>

#include "playhead/player.h"
#include "session/account_store.h"
#include "session/outbox.h"
#include "support/memory_store.h"
#include "support/sim_media.h"
#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {
namespace {

constexpr const char* kItems =
    R"({"items":[{"movie_id":"m_1","name":"One","genre":"g","year":1,"duration_seconds":9}]})";

std::string pin_of(const Request& request) {
  for (const HttpHeader& header : request.credentials) {
    if (header.name == "X-Profile-Pin") return header.value;
  }
  return {};
}

bool asks_for(const Request& request, const std::string& part) {
  return request.url.find(part) != std::string::npos;
}

struct World {
  std::shared_ptr<VirtualExecutor> executor = std::make_shared<VirtualExecutor>();
  std::shared_ptr<FakeService> service = std::make_shared<FakeService>(*executor);
  std::shared_ptr<Client> client;
  std::unique_ptr<ServiceClient> calls;

  World() {
    ClientConfig config;
    config.api_url = "https://api.example";
    config.token_provider = [](bool, TokenCallback done) { done(std::string("token-1")); };
    ClientDependencies world;
    world.executor = executor;
    world.transport = service;
    world.backend = std::make_shared<SimBackend>();
    client = *Client::create(std::move(config), std::move(world));
    calls = *ServiceClient::create(client);
  }
  template <typename T, typename Call>
  Result<T> wait_for(Call call) {
    std::optional<Result<T>> answer;
    call([&](Result<T> result) { answer = std::move(result); });
    CHECK(!answer.has_value());  // never inside the call
    REQUIRE(executor->run_until_true([&] { return answer.has_value(); }, 60s));
    return *std::move(answer);
  }
  Result<std::vector<CatalogueItem>> search(const std::string& text) {
    return wait_for<std::vector<CatalogueItem>>([&](auto done) {
      calls->search({text, 20}, std::move(done));
    });
  }
  Result<void> choose(const std::string& profile, const std::string& pin) {
    return wait_for<void>([&](auto done) { calls->choose_profile(profile, pin, std::move(done)); });
  }
  [[nodiscard]] const Request& last_request() const { return service->seen.back().request; }
};

TEST_CASE("service_client: needs a client with a service") {
  CHECK(ServiceClient::create(nullptr).error().code == ErrorCode::kInvalidArgument);
  const auto client = Client::create({});
  REQUIRE(client.has_value());
  CHECK(ServiceClient::create(*client).error().code == ErrorCode::kInvalidState);
}

TEST_CASE("client: what another account could not deliver is not sent with this one's token") {
  const auto executor = std::make_shared<VirtualExecutor>();
  const auto service = std::make_shared<FakeService>(*executor);
  const auto store = std::make_shared<MemoryStore>(*executor);
  const auto client_of = [&](const std::string& account) {
    ClientConfig config;
    config.account_id = account;
    config.api_url = "https://api.example";
    config.token_provider = [](bool, TokenCallback done) { done(std::string("token-1")); };
    ClientDependencies world;
    world.executor = executor;
    world.transport = service;
    world.store = store;
    world.backend = std::make_shared<SimBackend>();
    return Client::create(std::move(config), std::move(world));
  };
  {
    service->script = [](const Request&) { return problem(503, "overloaded", "later"); };
    AccountStore of_alice(store, "alice");
    ApiAccess access{"https://api.example",
                     [](bool, TokenCallback done) { done(std::string("token-1")); }};
    Outbox outbox(access, of_alice, *service, *executor, {});
    ProgressReport report;
    report.title_id = "m";
    report.session_id = "s";
    report.position = 12s;
    report.recorded_at = executor->wall_now();
    outbox.put_progress(report);
    executor->run_for(1s);
    service->script = nullptr;
  }
  const auto seconds_of = [&](const std::string& account) {
    const auto client = client_of(account);
    REQUIRE(client.has_value());
    executor->run_for(2s);
    return service->positions["m"].seconds;
  };
  CHECK(seconds_of("bob") == 0);
  CHECK(seconds_of("") == 0);
  CHECK(seconds_of("alice") == 12);
  CHECK(client_of(std::string(257, 'a')).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("service_client: asks with the token, and answers once") {
  World world;
  world.service->script = [](const Request&) { return FakeService::Answer{200, kItems, {}, {}}; };
  const auto found = world.search("one");
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 1);
  CHECK(found->front().title_id == "m_1");
  REQUIRE(world.service->seen.size() == 1);
  CHECK(world.last_request().url == "https://api.example/api/v1/search?q=one&limit=20");
  REQUIRE(world.last_request().credentials.size() == 1);
  CHECK(world.last_request().credentials[0].value == "Bearer token-1");
  CHECK(world.search("").error().code == ErrorCode::kInvalidArgument);
  CHECK(world.service->seen.size() == 1);
}

TEST_CASE("service_client: the refusals of the service have codes of their own") {
  struct Case {
    int status;
    const char* word;
    ErrorCode code;
  };
  const Case cases[] = {
      {403, "geo_blocked", ErrorCode::kGeoBlocked},
      {403, "maturity_blocked", ErrorCode::kMaturityBlocked},
      {403, "pin_required", ErrorCode::kPinRequired},
      {403, "pin_wrong", ErrorCode::kPinWrong},
      {403, "not_entitled", ErrorCode::kNotEntitled},
      {403, "device_unsupported", ErrorCode::kDeviceUnsupported},
      {403, "something else", ErrorCode::kNotEntitled},
      {429, "pin_locked", ErrorCode::kPinLocked},
      {404, "unknown_profile", ErrorCode::kNotFound},
  };
  for (const Case& c : cases) {
    CAPTURE(c.word);
    World world;
    world.service->script = [&](const Request&) {
      return problem(c.status, c.word, "No.", {{"Retry-After", "900"}});
    };
    const auto found = world.search("x");
    REQUIRE(!found.has_value());
    CHECK(found.error().code == c.code);
    CHECK(found.error().detail == c.status);
    CHECK(world.service->seen.size() == 1);
  }
}

TEST_CASE("service_client: a profile is everybody's once the service lets it") {
  World world;
  world.service->script = [](const Request& request) -> std::optional<FakeService::Answer> {
    if (asks_for(request, "profile_id=mum") && pin_of(request) != "1234") {
      return problem(403, pin_of(request).empty() ? "pin_required" : "pin_wrong", "No.");
    }
    if (asks_for(request, "/api/v1/stream")) return std::nullopt;
    return FakeService::Answer{200, kItems, {}, {}};
  };
  CHECK(world.choose("mum", "").error().code == ErrorCode::kPinRequired);
  CHECK(world.choose("mum", "9999").error().code == ErrorCode::kPinWrong);
  CHECK(world.choose("mum", "12").error().code == ErrorCode::kInvalidArgument);
  CHECK(world.calls->profile().empty());
  CHECK(world.choose("mum", "1234").has_value());
  CHECK(world.calls->profile() == "mum");

  CHECK(world.search("x").has_value());
  CHECK(asks_for(world.last_request(), "&profile_id=mum"));
  CHECK(pin_of(world.last_request()) == "1234");
  CHECK(world.search("x").has_value());

  // Playing is for it, too.
  Result<std::unique_ptr<Player>> player =
      Player::create(world.client, {}, Sinks(), world.executor);
  REQUIRE(player.has_value());
  PlaySource source;
  source.title_id = "m_1";
  (*player)->load(source);
  world.executor->run_for(100ms);
  bool has_asked = false;
  for (const auto& seen : world.service->seen) {
    if (!asks_for(seen.request, "/api/v1/stream")) continue;
    has_asked = true;
    CHECK(asks_for(seen.request, "&profile_id=mum"));
    CHECK(pin_of(seen.request) == "1234");
  }
  CHECK(has_asked);

  // A PIN goes with its own profile alone.
  CHECK(world.choose("kids", "").has_value());
  CHECK(world.search("x").has_value());
  CHECK(pin_of(world.last_request()).empty());
}

TEST_CASE("service_client: a PIN that is wrong by now is sent once; who changes it here keeps it") {
  World world;
  std::string pin = "1234";
  world.service->script = [&](const Request& request) -> std::optional<FakeService::Answer> {
    if (request.method == "POST") {
      return FakeService::Answer{200,
                                 R"({"profile_id":"mum","name":"Mum","maturity_rating":"PG",)"
                                 R"("is_protected":true,"is_default":false})",
                                 {},
                                 {}};
    }
    if (asks_for(request, "profile_id=mum") && pin_of(request) != pin) {
      return problem(403, pin_of(request).empty() ? "pin_required" : "pin_wrong", "No.");
    }
    return FakeService::Answer{200, kItems, {}, {}};
  };
  REQUIRE(world.choose("mum", "1234").has_value());
  CHECK(world.choose("mum", "9999").error().code == ErrorCode::kPinWrong);  // somebody's slip
  CHECK(world.search("x").has_value());

  ProfileChange change;
  change.profile_id = "mum";
  change.name = "Mum";
  change.pin = pin = "2345";
  REQUIRE(world
              .wait_for<ViewerProfile>(
                  [&](auto done) { world.calls->put_profile(change, "", std::move(done)); })
              .has_value());
  CHECK(world.search("x").has_value());

  pin = "5678";  // by another device
  CHECK(world.search("x").error().code == ErrorCode::kPinWrong);
  CHECK(pin_of(world.last_request()) == "2345");
  CHECK(world.search("x").error().code == ErrorCode::kPinRequired);
  CHECK(pin_of(world.last_request()).empty());
  CHECK(world.calls->profile() == "mum");
  REQUIRE(world.choose("mum", "5678").has_value());
  CHECK(world.search("x").has_value());
}

TEST_CASE("service_client: the default profile is one, by whichever of its names") {
  World world;
  world.service->script = [](const Request& request) -> std::optional<FakeService::Answer> {
    if (asks_for(request, "/stream")) return std::nullopt;
    return FakeService::Answer{200, kItems, {}, {}};
  };
  const auto player = *Player::create(world.client, {}, Sinks(), world.executor);
  // The profile of the start that follows, as the service is asked for it, and the PIN.
  const auto starts_as = [&](const std::string& profile_id) {
    PlaySource source;
    source.title_id = "m_1";
    source.profile_id = profile_id;
    player->load(source);
    world.executor->run_for(100ms);
    for (auto seen = world.service->seen.rbegin(); seen != world.service->seen.rend(); ++seen) {
      if (!asks_for(seen->request, "/api/v1/stream?")) continue;
      const std::size_t at = seen->request.url.find("profile_id=");
      const std::string asked = at == std::string::npos ? "" : seen->request.url.substr(at + 11);
      return asked + '/' + pin_of(seen->request);
    }
    return std::string("nothing was asked");
  };
  REQUIRE(world.choose("default", "1234").has_value());
  CHECK(world.calls->profile().empty());
  CHECK(pin_of(world.last_request()) == "1234");
  CHECK(starts_as("") == "/1234");
  REQUIRE(world.choose("kids", "").has_value());
  CHECK(starts_as("") == "kids/");
  CHECK(starts_as("default") == "/1234");
}

TEST_CASE("service_client: a portal's page chooses no profile and rates nothing") {
  World world;
  world.service->script = [](const Request&) {
    return FakeService::Answer{200, "<html>Sign in</html>", {}, {}};
  };
  CHECK(world.choose("mum", "").error().code == ErrorCode::kApiBadAnswer);
  CHECK(world.calls->profile().empty());
  const auto rated =
      world.wait_for<void>([&](auto done) { world.calls->rate("m_1", 4, std::move(done)); });
  CHECK(rated.error().code == ErrorCode::kApiBadAnswer);
}

TEST_CASE("service_client: a new profile is asked for once, a change until it is there") {
  for (const bool is_new : {true, false}) {
    CAPTURE(is_new);
    World world;
    world.service->script = [](const Request&) {
      return FakeService::Answer{0, "", {}, ErrorCode::kConnectionLost};
    };
    ProfileChange change;
    change.name = "Kids";
    if (!is_new) change.profile_id = "p_1";
    const auto put = world.wait_for<ViewerProfile>(
        [&](auto done) { world.calls->put_profile(change, "", std::move(done)); });
    CHECK(put.error().code == ErrorCode::kConnectionLost);
    CHECK((world.service->seen.size() == 1) == is_new);
  }
}

TEST_CASE("service_client: nobody is told once it is gone") {
  for (int ms = 0; ms < 60; ms += 3) {
    CAPTURE(ms);
    World world;
    world.service->script = [](const Request&) { return FakeService::Answer{200, kItems, {}, {}}; };
    bool is_gone = false;
    bool was_told_late = false;
    const auto held = std::make_shared<int>(0);
    world.calls->search({"x", 20}, [&, held](const Result<std::vector<CatalogueItem>>&) {
      was_told_late = was_told_late || is_gone;
    });
    world.executor->run_for(Duration{1ms} * ms);
    world.calls.reset();
    is_gone = true;
    if (ms > 0) CHECK(held.use_count() == 1);  // nor is anything of the app's kept
    world.executor->run_for(60s);
    CHECK(!was_told_late);
  }
}

}  // namespace
}  // namespace playhead::test
