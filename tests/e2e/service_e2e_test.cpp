// SPDX-License-Identifier: Apache-2.0
// What there is to watch, and for whom: the library against the real server over real sockets, in
// C++ and in C.
#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "e2e/server_driver.h"
#include "playhead/playhead.h"
#include "playhead/service_client.h"

using namespace playhead;
using namespace playhead::e2e;
using nlohmann::json;

namespace {

// Four titles; nothing of them is ever played.
struct Folders {
  TempDir media;
  TempDir data;

  Folders() {
    add("m_1", R"("name":"First Light","genre":"Drama","year":2021,"maturity_rating":"G",
        "cast":["Ann Bo"],"description":"A day.",
        "chapters":[{"start_seconds":0,"end_seconds":60,"name":"Morning"}],
        "intro":{"start_seconds":2,"end_seconds":12.5},"credits":{"start_seconds":90,"end_seconds":100})");
    add("m_2", R"("name":"Second Wind","genre":"Comedy","year":2022,"maturity_rating":"R")");
    add("m_3", R"("name":"Third Man","genre":"Crime","year":2023,"maturity_rating":"PG",
        "countries":["FR"])");
    add("m_4", R"("name":"Fourth Wall","genre":"Drama","year":2024,"maturity_rating":"G")");
  }

 private:
  void add(const std::string& id, const std::string& members) const {
    media.write(id + "/title.json", R"({"id":")" + id + R"(","duration_seconds":100,)" +
                                        R"("manifests":{"hls":"a.m3u8"},)" + members + "}");
    media.write(id + "/a.m3u8", "#EXTM3U\n#EXTINF:4,\na.ts\n");
  }
};

struct World {
  Folders folders;
  ServerProcess server{folders.data.path(), folders.media.path(), {"--country", "DE"}};
  std::string token = make_token(folders.data.path());

  // Where somebody is in a title, told by another app.
  [[nodiscard]] long save(const std::string& title, double position) const {
    const json body = {{"movie_id", title}, {"position_seconds", position}};
    return http({.url = server.url("/api/v1/stream/progress"),
                 .method = "POST",
                 .headers = {"Authorization: Bearer " + token},
                 .body = body.dump()})
        .status;
  }
};

class Calls {
 public:
  explicit Calls(const World& world) {
    ClientConfig config;
    config.api_url = world.server.url("");
    config.token_provider = [token = world.token](bool, TokenCallback done) { done(token); };
    client_ = *Client::create(std::move(config));
    calls_ = *ServiceClient::create(client_);
  }
  template <typename T, typename Call>
  Result<T> ask(Call call) {
    std::promise<Result<T>> promise;
    call(*calls_, [&promise](Result<T> answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  Result<HomePage> home(const HomeQuery& query) {
    return ask<HomePage>([&](ServiceClient& c, auto done) { c.home(query, std::move(done)); });
  }
  std::vector<std::string> found(const std::string& text) {
    return ids(ask<std::vector<CatalogueItem>>([&](ServiceClient& c, auto done) {
      c.search({text, 20}, std::move(done));
    }));
  }
  Result<TitleDetails> title(const std::string& id) {
    return ask<TitleDetails>([&](ServiceClient& c, auto done) { c.title(id, std::move(done)); });
  }
  Result<std::vector<CatalogueItem>> begun() {
    return ask<std::vector<CatalogueItem>>(
        [](ServiceClient& c, auto done) { c.continue_watching(20, std::move(done)); });
  }
  Result<ViewerProfile> put(const ProfileChange& change, const std::string& default_pin = "") {
    return ask<ViewerProfile>(
        [&](ServiceClient& c, auto done) { c.put_profile(change, default_pin, std::move(done)); });
  }
  Result<void> choose(const std::string& profile, const std::string& pin = "") {
    return ask<void>(
        [&](ServiceClient& c, auto done) { c.choose_profile(profile, pin, std::move(done)); });
  }
  Result<void> rate(const std::string& id, int stars) {
    return ask<void>([&](ServiceClient& c, auto done) { c.rate(id, stars, std::move(done)); });
  }
  static std::vector<std::string> ids(const Result<std::vector<CatalogueItem>>& items) {
    if (!items) return {describe(items.error())};
    std::vector<std::string> ids;
    for (const CatalogueItem& item : *items) ids.push_back(item.title_id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

 private:
  std::shared_ptr<Client> client_;
  std::unique_ptr<ServiceClient> calls_;
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("service: the home feed comes page by page, and all of it") {
  const World world;
  REQUIRE(world.server.running());
  CHECK(world.save("m_4", 50) == 204);
  Calls calls(world);
  HomeQuery query;
  query.limit = 1;
  std::vector<std::string> rows;
  do {
    const auto page = calls.home(query);
    REQUIRE(page.has_value());
    for (const HomeRow& row : page->rows) rows.push_back(row.id);
    query.cursor = page->next_cursor;
    REQUIRE(rows.size() < 20);
  } while (!query.cursor.empty());
  CHECK(rows.size() == 3);  // two genres, one is of another country; and what to continue
  CHECK(rows.front() == "continue-watching");
  query.cursor = "no cursor of theirs";
  CHECK(calls.home(query).error().code == ErrorCode::kApiRejected);
}

TEST_CASE("service: titles are found, and told in detail") {
  const World world;
  REQUIRE(world.server.running());
  Calls calls(world);
  CHECK(calls.found("light") == Ids{"m_1"});
  CHECK(calls.found("ANN bo") == Ids{"m_1"});
  CHECK(calls.found("drama") == Ids{"m_1", "m_4"});
  CHECK(calls.found("nothing of that name").empty());

  CHECK(calls.rate("m_1", 4).has_value());
  CHECK(calls.rate("m_0", 4).error().code == ErrorCode::kNotFound);
  const auto title = calls.title("m_1");
  REQUIRE(title.has_value());
  CHECK(title->item.name == "First Light");
  CHECK(title->item.maturity == MaturityRating::kG);
  CHECK(title->description == "A day.");
  CHECK(title->own_rating == 4);
  CHECK(title->rating_count == 1);
  REQUIRE(title->marks.chapters.size() == 1);
  CHECK(title->marks.chapters[0].name == "Morning");
  CHECK(title->marks.intro == TimeSpan{{2'000'000}, {12'500'000}});
  CHECK(title->marks.credits == TimeSpan{{90'000'000}, {100'000'000}});
  CHECK(calls.title("m_0").error().code == ErrorCode::kNotFound);

  const auto offered = calls.ask<std::vector<Recommendation>>([](ServiceClient& c, auto done) {
    RecommendationQuery query;
    query.device = DeviceType::kTv;
    c.recommendations(query, std::move(done));
  });
  REQUIRE(offered.has_value());
  CHECK(!offered->empty());
  for (const Recommendation& each : *offered) CHECK(each.item.title_id != "m_1");  // rated
}

TEST_CASE("service: what was begun and not finished is told with its position") {
  const World world;
  REQUIRE(world.server.running());
  Calls calls(world);
  CHECK(calls.begun()->empty());
  CHECK(world.save("m_1", 4) == 204);
  CHECK(world.save("m_2", 40.5) == 204);
  CHECK(world.save("m_4", 96) == 204);
  const auto begun = calls.begun();
  REQUIRE(begun.has_value());
  REQUIRE(begun->size() == 1);
  CHECK(begun->front().title_id == "m_2");
  CHECK(begun->front().position == Duration{40'500ms});
}

TEST_CASE("service: profiles see what their rating and their PIN let them see") {
  const World world;
  REQUIRE(world.server.running());
  Calls calls(world);
  ProfileChange kids;
  kids.name = "Kids";
  kids.maturity = MaturityRating::kPg;
  const auto made = calls.put(kids);
  REQUIRE(made.has_value());
  ProfileChange mum;
  mum.name = "Mum";
  mum.pin = "1234";
  const auto guarded = calls.put(mum);
  REQUIRE(guarded.has_value());
  CHECK(guarded->is_protected);
  const auto all = calls.ask<std::vector<ViewerProfile>>(
      [](ServiceClient& c, auto done) { c.profiles(std::move(done)); });
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 3);
  CHECK(all->front().is_default);

  CHECK(calls.choose(guarded->profile_id).error().code == ErrorCode::kPinRequired);
  CHECK(calls.choose(guarded->profile_id, "9999").error().code == ErrorCode::kPinWrong);
  CHECK(calls.choose("nobody").error().code == ErrorCode::kNotFound);
  CHECK(calls.found("drama") == Ids{"m_1", "m_4"});  // still the default one
  REQUIRE(calls.choose(made->profile_id).has_value());
  CHECK(calls.found("comedy").empty());  // rated R
  CHECK(calls.found("drama") == Ids{"m_1", "m_4"});
  REQUIRE(calls.choose(guarded->profile_id, "1234").has_value());
  CHECK(calls.found("comedy") == Ids{"m_2"});
  // Changed on another device: this one asks again and again, and locks nobody out.
  Calls elsewhere(world);
  mum.profile_id = guarded->profile_id;
  mum.pin = "5678";
  REQUIRE(elsewhere.choose(guarded->profile_id, "1234").has_value());
  REQUIRE(elsewhere.put(mum, "1234").has_value());
  for (int i = 0; i < 6; ++i) CHECK(calls.found("comedy") != Ids{"m_2"});
  REQUIRE(calls.choose(guarded->profile_id, "5678").has_value());
  CHECK(calls.found("comedy") == Ids{"m_2"});
  for (int i = 0; i < 5; ++i) (void)calls.choose(guarded->profile_id, "0000");
  CHECK(calls.choose(guarded->profile_id, "1234").error().code == ErrorCode::kPinLocked);
}

// --- the same in C ---

namespace {

// Hands each answer to whoever waits for it.
struct Ear {
  std::promise<playhead_answer*> next;
  int destroyed = 0;

  playhead_service_listener table() {
    playhead_service_listener listener = PLAYHEAD_SERVICE_LISTENER_INIT;
    listener.user = this;
    listener.destroy = [](void* user) { ++static_cast<Ear*>(user)->destroyed; };
    listener.answered = [](void* user, uint64_t, playhead_answer* answer) {
      static_cast<Ear*>(user)->next.set_value(answer);
    };
    return listener;
  }
  using Answer = std::unique_ptr<playhead_answer, decltype(&playhead_answer_release)>;
  Answer take() {
    Answer answer(next.get_future().get(), &playhead_answer_release);
    next = std::promise<playhead_answer*>();
    return answer;
  }
};

void answer_token(void* user, int32_t, playhead_token_request* request) {
  playhead_token_request_answer(request, static_cast<const std::string*>(user)->c_str());
}

// Sees the requests of a client, and adds to them.
struct Watcher {
  int asked = 0, answered = 0, destroyed = 0;  // client's thread, until it is gone

  playhead_request_interceptor table() {
    playhead_request_interceptor interceptor = PLAYHEAD_REQUEST_INTERCEPTOR_INIT;
    interceptor.user = this;
    interceptor.destroy = [](void* user) { ++static_cast<Watcher*>(user)->destroyed; };
    interceptor.on_request = [](void* user, playhead_request* request) {
      CHECK(playhead_request_kind(request) == PLAYHEAD_RESOURCE_API);
      const std::string url = playhead_request_url(request);
      CHECK(playhead_request_set_url(request, url.c_str()) == PLAYHEAD_OK);
      CHECK(playhead_request_add_header(request, "X-App", "1", 0) == PLAYHEAD_OK);
      CHECK(playhead_request_add_header(request, "X-Secret", "1", 1) == PLAYHEAD_OK);
      CHECK(std::string(playhead_request_response_header(request, "Server")).empty());
      ++static_cast<Watcher*>(user)->asked;
    };
    interceptor.on_response = [](void* user, const playhead_request* request, int32_t status) {
      CHECK(std::string(playhead_request_url(request)).rfind("http://127.0.0.1:", 0) == 0);
      CHECK(status >= 200);
      CHECK(std::string(playhead_request_response_header(request, "server")) == "playhead");
      CHECK(std::string(playhead_request_response_header(request, "X-None")).empty());
      ++static_cast<Watcher*>(user)->answered;
    };
    return interceptor;
  }
};

playhead_answer_info info_of(const Ear::Answer& answer) {
  playhead_answer_info info = PLAYHEAD_ANSWER_INFO_INIT;
  CHECK(playhead_answer_get(answer.get(), &info) == PLAYHEAD_OK);
  return info;
}

}  // namespace

TEST_CASE("service: the C interface asks the same questions") {
  World world;
  REQUIRE(world.server.running());
  CHECK(world.save("m_2", 40.5) == 204);
  const std::string url = world.server.url("");
  playhead_token_provider tokens = PLAYHEAD_TOKEN_PROVIDER_INIT;
  tokens.user = &world.token;
  tokens.request_token = &answer_token;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.api_url = url.c_str();
  config.token_provider = &tokens;
  Watcher watcher;
  const playhead_request_interceptor interceptor = watcher.table();
  config.interceptor = &interceptor;
  playhead_client* client = nullptr;
  REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);
  Ear ear;
  const playhead_service_listener listener = ear.table();
  playhead_service* service = nullptr;
  REQUIRE(playhead_service_open(client, &listener, &service) == PLAYHEAD_OK);

  REQUIRE(playhead_service_search(service, "first light", 0, 7) == PLAYHEAD_OK);
  auto answer = ear.take();
  CHECK(info_of(answer).error_code == 0);
  REQUIRE(info_of(answer).row_count == 1);
  playhead_row row = PLAYHEAD_ROW_INIT;
  CHECK(playhead_answer_row(answer.get(), 0, &row) == PLAYHEAD_OK);
  REQUIRE(row.item_count == 1);
  playhead_item item = PLAYHEAD_ITEM_INIT;
  CHECK(playhead_answer_item(answer.get(), 0, 0, &item) == PLAYHEAD_OK);
  CHECK(std::string(item.title_id) == "m_1");
  CHECK(item.maturity == PLAYHEAD_MATURITY_G);
  CHECK(playhead_answer_item(answer.get(), 0, 1, &item) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  CHECK(playhead_answer_row(answer.get(), 1, &row) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  playhead_title title = PLAYHEAD_TITLE_INIT;
  CHECK(playhead_answer_title(answer.get(), &title) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);

  REQUIRE(playhead_service_title(service, "m_1", 8) == PLAYHEAD_OK);
  answer = ear.take();
  REQUIRE(playhead_answer_title(answer.get(), &title) == PLAYHEAD_OK);
  CHECK(std::string(title.cast) == "Ann Bo");
  CHECK(title.has_intro == 1);
  CHECK(title.intro_end_us == 12'500'000);
  playhead_chapter chapter = PLAYHEAD_CHAPTER_INIT;
  REQUIRE(playhead_answer_chapter(answer.get(), 0, &chapter) == PLAYHEAD_OK);
  CHECK(std::string(chapter.name) == "Morning");

  REQUIRE(playhead_service_continue_watching(service, 0, 9) == PLAYHEAD_OK);
  answer = ear.take();
  REQUIRE(playhead_answer_item(answer.get(), 0, 0, &item) == PLAYHEAD_OK);
  CHECK(item.position_us == 40'500'000);
  REQUIRE(playhead_service_home(service, nullptr, 0, 10) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).row_count == 3);
  CHECK(std::string(info_of(answer).next_cursor).empty());

  playhead_profile_change change = PLAYHEAD_PROFILE_CHANGE_INIT;
  change.name = "Mum";
  change.pin = "1234";
  REQUIRE(playhead_service_put_profile(service, &change, 11) == PLAYHEAD_OK);
  answer = ear.take();
  playhead_profile profile = PLAYHEAD_PROFILE_INIT;
  REQUIRE(playhead_answer_profile(answer.get(), 0, &profile) == PLAYHEAD_OK);
  CHECK(profile.is_protected == 1);
  const std::string mum = profile.profile_id;
  REQUIRE(playhead_service_choose_profile(service, mum.c_str(), "0000", 12) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).error_code == PLAYHEAD_ERROR_PIN_WRONG);
  CHECK(std::string(info_of(answer).error_name) == "PIN_WRONG");
  REQUIRE(playhead_service_choose_profile(service, mum.c_str(), "1234", 13) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).error_code == 0);
  REQUIRE(playhead_service_rate(service, "m_1", 6, 14) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).error_code == PLAYHEAD_ERROR_INVALID_ARGUMENT);
  REQUIRE(playhead_service_rate(service, "m_1", 5, 15) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).error_code == 0);
  // What was rated is not recommended again; its genre is.
  REQUIRE(playhead_service_recommendations(service, 3, PLAYHEAD_DEVICE_PHONE, 60, 16) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).error_code == 0);
  REQUIRE(playhead_answer_item(answer.get(), 0, 0, &item) == PLAYHEAD_OK);
  CHECK(std::string(item.title_id) == "m_4");
  CHECK(item.because == PLAYHEAD_BECAUSE_OF_TITLES);
  CHECK(item.score > 0);
  REQUIRE(playhead_service_profiles(service, 17) == PLAYHEAD_OK);
  answer = ear.take();
  CHECK(info_of(answer).error_code == 0);
  REQUIRE(playhead_answer_profile(answer.get(), 0, &profile) == PLAYHEAD_OK);
  CHECK(profile.is_protected == 0);
  REQUIRE(playhead_answer_profile(answer.get(), 1, &profile) == PLAYHEAD_OK);
  CHECK(profile.profile_id == mum);
  CHECK(playhead_answer_profile(answer.get(), 2, &profile) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);

  playhead_service_close(service);
  CHECK(ear.destroyed == 1);
  playhead_client_destroy(client);
  CHECK(watcher.asked == watcher.answered);
  CHECK(watcher.asked == 10);  // a rating out of range is not asked for
  CHECK(watcher.destroyed == 1);
}
