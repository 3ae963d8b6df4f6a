// SPDX-License-Identifier: Apache-2.0
// The calls around browsing, accounts and playback, through the router.
#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "service_fixture.h"

using namespace playhead::server;
using nlohmann::json;
using playhead::server::test::error_code;
using playhead::server::test::header;
using playhead::server::test::kNowMs;
using playhead::server::test::ServiceFixture;
using playhead::server::test::title_text;

namespace {

// As long as it lives no file of this process can be written: what a full disk does to a database.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);  // else it would end the process
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit none{0, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

const std::map<std::string, std::string> kTitles = {
    {"kids", title_text("kids", "Family", R"(,"maturity_rating":"G","cast":["Ann Bee"])")},
    {"adult", title_text("adult", "Horror", R"(,"maturity_rating":"R")")},
    {"german", title_text("german", "Krimi", R"(,"countries":["DE"])")},
    {"mine",
     title_text(
         "mine", "Mine",
         R"(,"drm":{"keys":[{"kid":"00112233445566778899aabbccddeeff"}],"entitled":["bob"]})")},
};

ApiConfig dev_config() {
  ApiConfig config = ServiceFixture::default_config();
  config.has_dev_accounts = true;
  config.locations = {{"us", "https://us.example", {"US"}, true},
                      {"eu", "https://eu.example", {"DE"}, true}};
  return config;
}

json body_of(const Response& response) {
  CAPTURE(response.body);
  REQUIRE(response.status == 200);
  return json::parse(response.body);
}

std::string ids_of(const json& items) {
  std::string text;
  for (const json& item : items) text += item.at("movie_id").get<std::string>() + " ";
  return text;
}

std::string new_profile(ServiceFixture& server, const std::string& body) {
  return body_of(server.post("/api/v1/profiles", body)).at("profile_id");
}

std::string start_code(ServiceFixture& server, const std::string& body) {
  const Response response = server.post("/v1/playback/start", body);
  return response.status == 200 ? "ok"
                                : std::to_string(response.status) + " " + error_code(response);
}

}  // namespace

TEST_CASE("service: every new call refuses a request without a valid token") {
  ServiceFixture server;
  for (const char* authorization : {"", "Bearer x.y.z"}) {
    server.set_authorization(authorization);
    for (const char* path : {"/api/v1/titles/m_1", "/api/v1/search", "/api/v1/continue-watching",
                             "/api/v1/profiles", "/api/v1/recommendations"}) {
      CAPTURE(std::string(path));
      CHECK(server.get(path).status == 401);
    }
    for (const char* path : {"/api/v1/profiles", "/api/v1/ratings", "/v1/playback/start",
                             "/v1/playback/events", "/api/playback/heartbeat"}) {
      CAPTURE(std::string(path));
      CHECK(server.post(path, "{}").status == 401);
    }
  }
}

TEST_CASE("service: bad input gets the right status and code, and writes nothing") {
  ServiceFixture server(dev_config(), kTitles);
  const std::string event = R"({"event_id":"e","type":"pause","timestamp_ms":1})";
  const std::string beat =
      R"("session_id":"s","video_id":"m_1","timestamp_ms":1,"duration_ms":1,"buffering_count":0)";
  struct Case {
    const char* path;
    std::string body;  // empty: a GET of the path
    int status;
    const char* code;
  };
  const std::string deep(20, '[');
  const Case cases[] = {
      {"/api/v1/titles/", "", 404, "unknown_title"},
      {"/api/v1/titles/nothing", "", 404, "unknown_title"},
      {"/api/v1/titles/..%2Fm_1", "", 404, "unknown_title"},
      {"/api/v1/titles/../m_1", "", 404, "unknown_title"},
      {"/api/v1/titles/m_1/x", "", 404, "unknown_title"},
      {"/api/v1/search", "", 400, "bad_query"},
      {"/api/v1/search?q=", "", 400, "bad_query"},
      {"/api/v1/search?q=a&q=b", "", 400, "bad_query"},
      {"/api/v1/search?q=%zz", "", 400, "bad_query"},
      {"/api/v1/search?q=a&limit=0", "", 400, "bad_limit"},
      {"/api/v1/search?q=a&limit=51", "", 400, "bad_limit"},
      {"/api/v1/continue-watching?limit=x", "", 400, "bad_limit"},
      {"/api/v1/recommendations?utc_offset_minutes=900", "", 400, "bad_query"},
      {"/api/v1/recommendations?limit=-1", "", 400, "bad_limit"},
      {"/api/v1/recommendations?device=toaster", "", 400, "bad_query"},
      {"/api/v1/profiles", "{", 400, "bad_json"},
      {"/api/v1/profiles", "[]", 400, "bad_json"},
      {"/api/v1/profiles", deep, 400, "bad_json"},
      {"/api/v1/profiles", R"({"maturity_rating":"G"})", 400, "bad_field"},
      {"/api/v1/profiles", R"({"name":1,"maturity_rating":"G"})", 400, "bad_field"},
      {"/api/v1/profiles", R"({"name":"a","maturity_rating":"X"})", 422, "bad_maturity"},
      {"/api/v1/profiles", R"({"name":"a","maturity_rating":"G","pin":"12"})", 422, "bad_pin"},
      {"/api/v1/profiles", R"({"name":"a","maturity_rating":"G","pin":1234})", 400, "bad_field"},
      {"/api/v1/profiles", R"({"profile_id":"x","name":"a","maturity_rating":"G"})", 404,
       "unknown_profile"},
      {"/api/v1/ratings", R"({"movie_id":"m_1"})", 400, "bad_field"},
      {"/api/v1/ratings", R"({"movie_id":"m_1","stars":"5"})", 400, "bad_field"},
      {"/api/v1/ratings", R"({"movie_id":"m_1","stars":4.5})", 400, "bad_field"},
      {"/api/v1/ratings", R"({"movie_id":"m_1","stars":0})", 422, "bad_rating"},
      {"/api/v1/ratings", R"({"movie_id":"m_1","stars":6})", 422, "bad_rating"},
      {"/api/v1/ratings", R"({"movie_id":"m_1","stars":18446744073709551615})", 400, "bad_field"},
      {"/api/v1/ratings", R"({"movie_id":"m_9","stars":5})", 404, "unknown_title"},
      {"/v1/playback/start", "{}", 400, "bad_field"},
      {"/v1/playback/start", R"({"asset_id":"m_9"})", 404, "unknown_title"},
      {"/v1/playback/start", R"({"asset_id":"../m_1"})", 404, "unknown_title"},
      {"/v1/playback/start", R"({"asset_id":"m_1","device":[]})", 400, "bad_field"},
      {"/v1/playback/start", R"({"asset_id":"m_1","device":{"type":"toaster"}})", 400, "bad_field"},
      {"/v1/playback/start", R"({"asset_id":"m_1","device":{"formats":"hls"}})", 400, "bad_field"},
      {"/v1/playback/start", R"({"asset_id":"m_1","device":{"formats":[1]}})", 400, "bad_field"},
      {"/v1/playback/events", R"({"session_id":"s"})", 400, "bad_field"},
      {"/v1/playback/events", R"({"session_id":"s","events":[]})", 400, "bad_field"},
      {"/v1/playback/events", R"({"session_id":"s","events":[1]})", 400, "bad_field"},
      {"/v1/playback/events", R"({"session_id":"s","events":[{"event_id":"e"}]})", 400,
       "bad_field"},
      {"/v1/playback/events",
       R"({"session_id":"s","events":[{"event_id":"e","type":"A b","timestamp_ms":1}]})", 400,
       "bad_field"},
      {"/v1/playback/events",
       R"({"session_id":"s","events":[{"event_id":"e","type":"a","timestamp_ms":-1}]})", 400,
       "bad_field"},
      {"/v1/playback/events",
       R"({"session_id":"s","events":[{"event_id":"e","type":"a","timestamp_ms":1,"position_seconds":-2}]})",
       422, "bad_position"},
      {"/v1/playback/events", R"({"session_id":"s","events":[)" + event + "]}", 404,
       "unknown_session"},
      {"/v1/playback/events", R"({"session_id":"s","asset_id":"m_9","events":[)" + event + "]}",
       404, "unknown_title"},
      {"/api/playback/heartbeat", "{" + beat + "}", 400, "bad_field"},
      {"/api/playback/heartbeat", "{" + beat + R"(,"bitrate_kbps":-1})", 400, "bad_field"},
      {"/api/playback/heartbeat", "{" + beat + R"(,"bitrate_kbps":1e300})", 400, "bad_field"},
      {"/api/playback/heartbeat",
       R"({"session_id":"s","video_id":"m_9","timestamp_ms":1,"duration_ms":1,"bitrate_kbps":1,"buffering_count":0})",
       404, "unknown_title"},
      {"/api/v1/token/refresh", "{}", 400, "bad_field"},
      {"/api/v1/token/refresh", R"({"refresh_token":"made up"})", 401, "refresh_invalid"},
      {"/api/v1/dev/login", R"({"user":""})", 400, "bad_field"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.path));
    CAPTURE(c.body);
    const std::string_view target = c.path;
    const std::size_t question = target.find('?');
    const Response response =
        c.body.empty()
            ? server.get(target.substr(0, question),
                         question == std::string_view::npos ? "" : target.substr(question + 1))
            : server.post(target, c.body);
    CHECK(response.status == c.status);
    CHECK(error_code(response) == c.code);
  }
  CHECK(server.store().ratings("alice", 9).value().empty());
  CHECK(server.store().profiles("alice").value().empty());
  CHECK(server.store().recent_sessions("alice", 9).value().empty());
  CHECK(server.reports("alice", "s").events == 0);
  CHECK(server.reports("alice", "s").heartbeats == 0);
  ServiceFixture closed;  // nobody said that anybody may log in
  CHECK(closed.post("/api/v1/dev/login", R"({"user":"bob"})").status == 404);
}

TEST_CASE("service: titles in detail, search, and what to continue") {
  ServiceFixture server(dev_config(), kTitles);
  json detail = body_of(server.get("/api/v1/titles/kids"));
  CHECK(detail.at("maturity_rating") == "G");
  CHECK(detail.at("position_seconds").is_null());
  CHECK(detail.at("ratings").at("average").is_null());
  CHECK(server.post("/api/v1/ratings", R"({"movie_id":"kids","stars":2})").status == 204);
  CHECK(server.post("/api/v1/ratings", R"({"movie_id":"kids","stars":4})").status == 204);
  CHECK(server.progress("kids", 50) == 204);
  CHECK(server.progress("adult", 4.9) == 204);
  server.clock().set_ms(kNowMs + 1);
  CHECK(server.progress("german", 20) == 204);
  detail = body_of(server.get("/api/v1/titles/kids"));
  CHECK(detail.at("position_seconds") == 50);
  CHECK(detail.at("ratings") == json({{"count", 1}, {"average", 4.0}, {"own", 4}}));

  CHECK(ids_of(body_of(server.get("/api/v1/search", "q=ann%20FAMILY")).at("items")) == "kids ");
  CHECK(ids_of(body_of(server.get("/api/v1/search", "q=krimi")).at("items")).empty());
  server.set_country("de");
  CHECK(ids_of(body_of(server.get("/api/v1/search", "q=krimi")).at("items")) == "german ");
  CHECK(ids_of(body_of(server.get("/api/v1/continue-watching")).at("items")) == "german kids ");
  CHECK(ids_of(body_of(server.get("/api/v1/continue-watching", "limit=1")).at("items")) ==
        "german ");
  server.set_country("FR");
  CHECK(ids_of(body_of(server.get("/api/v1/continue-watching")).at("items")) == "kids ");
}

TEST_CASE("service: a profile sees what is for it, and keeps its own positions") {
  ServiceFixture server(dev_config(), kTitles);
  CHECK(server.progress("m_1", 10, R"(,"profile_id":"whatever")") == 204);  // has only one
  CHECK(server.resume("m_1") == 10);
  const std::string kid = new_profile(server, R"({"name":"Kid","maturity_rating":"G"})");
  CHECK(server.progress("m_1", 10, R"(,"profile_id":"whatever")") == 404);
  CHECK(server.progress("kids", 30, R"(,"profile_id":")" + kid + "\"") == 204);
  CHECK(server.resume("kids") == 0);
  CHECK(server.resume("kids&profile_id=" + kid) == 30);
  CHECK(server.resume("kids&profile_id=default") == 0);

  const std::string as_kid = "&profile_id=" + kid;
  CHECK(ids_of(body_of(server.get("/api/v1/search", "q=name" + as_kid)).at("items")) == "kids ");
  const json home = body_of(server.get("/api/v1/home", as_kid));
  REQUIRE(home.at("rows").size() == 2);  // to continue, and its only genre
  CHECK(ids_of(home["rows"][1].at("items")) == "kids ");
  CHECK(error_code(server.get("/api/v1/stream", "movie_id=adult" + as_kid)) == "maturity_blocked");
  CHECK(error_code(server.get("/api/v1/stream", "movie_id=m_1" + as_kid)) ==
        "maturity_blocked");  // nobody has rated it
  CHECK(error_code(server.post("/api/v1/download", R"({"movie_id":"adult","profile_id":")" + kid +
                                                       "\"}")) == "maturity_blocked");
  CHECK(server.get("/api/v1/stream", "movie_id=adult").status == 200);
  const json list = body_of(server.get("/api/v1/profiles")).at("profiles");
  REQUIRE(list.size() == 2);
  CHECK(list[0].at("profile_id") == "default");
  CHECK(list[1].at("is_protected") == false);
  for (int i = 0; i < 9; ++i) new_profile(server, R"({"name":"x","maturity_rating":"G"})");
  CHECK(error_code(server.post("/api/v1/profiles", R"({"name":"x","maturity_rating":"G"})")) ==
        "too_many_profiles");
}

TEST_CASE("service: PINs protect profiles, open titles above the rating, and are not guessed") {
  ServiceFixture server(dev_config(), kTitles);
  const std::string teen =
      new_profile(server, R"({"name":"Teen","maturity_rating":"PG-13","pin":"2468"})");
  const auto start = [&](const std::string& pin) {
    return start_code(
        server, R"({"asset_id":"adult","profile_id":")" + teen + R"(","pin":")" + pin + "\"}");
  };
  CHECK(start("") == "403 pin_required");
  CHECK(start("2468") == "ok");
  CHECK(start("1111") == "403 pin_wrong");
  CHECK(error_code(server.get("/api/v1/continue-watching", "profile_id=" + teen)) ==
        "pin_required");
  server.set_pin("2468");
  CHECK(server.get("/api/v1/continue-watching", "profile_id=" + teen).status == 200);
  server.set_pin("");
  for (int i = 0; i < 3; ++i) CHECK(start("1111") == "403 pin_wrong");
  const Response locked = server.post(
      "/v1/playback/start", R"({"asset_id":"kids","pin":"2468","profile_id":")" + teen + "\"}");
  CHECK(error_code(locked) == "pin_locked");
  CHECK(header(locked, "Retry-After") == "60");

  // With a PIN on the default profile, nobody else makes or changes profiles.
  const std::string change = R"({"profile_id":"default","name":"Me","maturity_rating":"TV-MA")";
  CHECK(server.post("/api/v1/profiles", change + R"(,"pin":"1357"})").status == 200);
  const std::string sneaky = R"({"name":"Sneaky","maturity_rating":"TV-MA"})";
  CHECK(error_code(server.post("/api/v1/profiles", sneaky)) == "pin_required");
  CHECK(error_code(server.post("/api/v1/profiles", change + R"(,"pin":null})")) == "pin_required");
  CHECK(error_code(server.get("/api/v1/stream", "movie_id=kids")) == "pin_required");
  server.set_pin("1357");
  CHECK(server.get("/api/v1/stream", "movie_id=kids").status == 200);
  CHECK(server.post("/api/v1/profiles", change + "}").status == 200);  // the PIN stays
  server.set_pin("");
  CHECK(error_code(server.post("/api/v1/profiles", sneaky)) == "pin_required");
  server.set_pin("1357");
  CHECK(server.post("/api/v1/profiles", change + R"(,"pin":null})").status == 200);
  server.set_pin("");
  CHECK(server.post("/api/v1/profiles", sneaky).status == 200);
}

TEST_CASE("service: who uses a PIN for the first time holds up no event loop, and not for ever") {
  ServiceFixture server(dev_config(), kTitles);
  const auto caller = std::this_thread::get_id();
  const std::string teen = new_profile(server, R"({"name":"Teen","maturity_rating":"PG","pin":"2468"})");
  const auto code = [&](const std::string& pin) {
    server.set_pin(pin);
    return error_code(server.get("/api/v1/home", "profile_id=" + teen));
  };
  CHECK(code("1111") == "pin_wrong");
  CHECK(server.answered_on() != caller);
  CHECK(code("2468").empty());
  CHECK(server.answered_on() != caller);
  CHECK(code("2468").empty());  // it is known by now
  CHECK(server.answered_on() == caller);
  // A new hash each, whatever becomes of it.
  std::string last;
  for (int i = 0; i < 100 && last != "rate_limited"; ++i) {
    last = error_code(server.post("/api/v1/profiles", R"({"name":"x","maturity_rating":"G","pin":"1234"})"));
  }
  CHECK(last == "rate_limited");
  CHECK(code("2468").empty());
}

TEST_CASE("service: H10 what is not on disk is not acknowledged, and is taken when there is room again") {
  ServiceFixture server(dev_config(), kTitles);
  const std::string started = body_of(server.post("/v1/playback/start", R"({"asset_id":"m_1"})")).at("session_id");
  const json tokens = body_of(server.post("/api/v1/dev/login", R"({"user":"alice"})"));
  const std::string about = R"("session_id":")" + started + '"';
  const std::pair<const char*, std::string> writes[] = {
      {"/api/v1/stream/progress", R"({"movie_id":"m_1","position_seconds":50})"},
      {"/v1/playback/start", R"({"asset_id":"m_1"})"},
      {"/v1/playback/events", "{" + about + R"(,"events":[{"event_id":"e","type":"pause","timestamp_ms":1}]})"},
      {"/api/playback/heartbeat",
       "{" + about + R"(,"video_id":"m_1","timestamp_ms":1,"duration_ms":1,"buffering_count":0,"bitrate_kbps":1})"},
      {"/api/v1/profiles", R"({"name":"x","maturity_rating":"G"})"},
      {"/api/v1/ratings", R"({"movie_id":"m_1","stars":5})"},
      {"/api/v1/token/refresh", R"({"refresh_token":")" + tokens.at("refresh_token").get<std::string>() + "\"}"},
      {"/api/v1/dev/login", R"({"user":"bob"})"},
  };
  for (const auto& write : writes) {
    const std::string path = write.first;
    const std::string& body = write.second;
    CAPTURE(path);
    {
      const FullDisk full;
      const Response refused = server.post(path, body);
      CHECK(refused.status == 503);
      CHECK(error_code(refused) == "storage_unavailable");
      CHECK_FALSE(header(refused, "Retry-After").empty());
    }
    CHECK(server.post(path, body).status / 100 == 2);
  }
  CHECK(server.resume("m_1") == 50);
}

TEST_CASE("service: who does not know a profile's PIN changes neither that nor its rating") {
  ServiceFixture server(dev_config(), kTitles);
  const std::string kid = new_profile(server, R"({"name":"Kid","maturity_rating":"G","pin":"2468"})");
  const auto change = [&](const std::string& members) {
    const Response response = server.post(
        "/api/v1/profiles", R"({"profile_id":")" + kid + R"(","name":"Kid",)" + members + "}");
    return response.status == 200 ? "ok" : error_code(response);
  };
  CHECK(change(R"("maturity_rating":"G","pin":null)") == "pin_required");
  CHECK(change(R"("maturity_rating":"G","pin":"1111")") == "pin_required");
  CHECK(change(R"("maturity_rating":"TV-MA")") == "pin_required");
  CHECK(change(R"("maturity_rating":"G")") == "ok");  // as it was
  server.set_pin("1111");
  CHECK(change(R"("maturity_rating":"G","pin":null)") == "pin_wrong");
  server.set_pin("2468");
  CHECK(change(R"("maturity_rating":"PG")") == "ok");
  CHECK(change(R"("maturity_rating":"PG","pin":null)") == "ok");
  server.set_pin("");
  CHECK(change(R"("maturity_rating":"TV-MA")") == "ok");
}

TEST_CASE("service: a renewal goes on with the session it names, device or none") {
  ServiceFixture server(dev_config(), kTitles);
  const auto start = [&](const std::string& session, const std::string& title = "m_1") {
    return body_of(server.post("/v1/playback/start", R"({"asset_id":")" + title +
                                                         R"(","session_id":")" + session + "\"}"));
  };
  const json first = start("");
  const std::string id = first.at("session_id");
  const json again = start(id);
  CHECK(again.at("session_id") == id);
  CHECK(again.at("is_resumed") == true);
  CHECK(again.at("existing_session").is_null());
  CHECK(server.store().recent_sessions("alice", 9).value().size() == 1);
  CHECK(start(id, "Comedy").at("session_id") != id);
  CHECK(start("never-heard-of").at("session_id") != id);
  server.be("bob");
  CHECK(start(id).at("session_id") != id);
}

TEST_CASE("service: a resume position comes with when it was recorded") {
  ServiceFixture server(dev_config(), kTitles);
  const auto recorded_at = [&] {
    const json stream = body_of(server.get("/api/v1/stream", "movie_id=m_1"));
    const json start = body_of(server.post("/v1/playback/start", R"({"asset_id":"m_1"})"));
    CHECK(stream.at("recorded_at") == start.at("recorded_at"));
    return stream.at("recorded_at");
  };
  CHECK(recorded_at().is_null());
  CHECK(server.progress("m_1", 42, R"(,"recorded_at":"2023-11-14T22:13:19.042Z")") == 204);
  CHECK(recorded_at() == "2023-11-14T22:13:19.042Z");
}

TEST_CASE("service: playback start decides, and a device goes on with its session") {
  ServiceFixture server(dev_config(), kTitles);
  CHECK(start_code(server, R"({"asset_id":"german"})") == "403 geo_blocked");
  CHECK(start_code(server, R"({"asset_id":"mine"})") == "403 not_entitled");
  CHECK(error_code(server.get("/api/v1/stream", "movie_id=mine")) == "not_entitled");
  CHECK(error_code(server.post("/api/v1/download", R"({"movie_id":"mine"})")) == "not_entitled");
  CHECK(start_code(server, R"({"asset_id":"m_1","device":{"formats":["smooth"]}})") ==
        "403 device_unsupported");
  CHECK(error_code(server.get("/api/v1/stream", "movie_id=german")) == "geo_blocked");
  server.be("bob");
  CHECK(start_code(server, R"({"asset_id":"mine","device":{"drm":["widevine"]}})") ==
        "403 device_unsupported");
  const json mine = body_of(server.post("/v1/playback/start", R"({"asset_id":"mine"})"));
  CHECK(mine.at("drm").at("type") == "clearkey");
  server.be("alice");
  server.set_country("DE");
  CHECK(start_code(server, R"({"asset_id":"german"})") == "ok");

  CHECK(server.progress("m_1", 42) == 204);
  const std::string on_tv = R"({"asset_id":"m_1","device":{"device_id":"tv1","type":"tv"}})";
  const json first = body_of(server.post("/v1/playback/start", on_tv));
  CHECK(first.at("resume_position_seconds") == 42);
  CHECK(first.at("is_resumed") == false);
  CHECK(first.at("expires_at") == kNowMs / 1000 + 3600);
  CHECK(first.at("locations").at(0).at("id") == "eu");
  CHECK(first.at("manifest_url")
            .get<std::string>()
            .rfind("https://eu.example/media/m_1/a.m3u8?exp=", 0) == 0);
  const json again = body_of(server.post("/v1/playback/start", on_tv));
  CHECK(again.at("session_id") == first.at("session_id"));
  CHECK(again.at("is_resumed") == true);
  const json phone = body_of(server.post(
      "/v1/playback/start", R"({"asset_id":"m_1","device":{"device_id":"p1","type":"phone"}})"));
  CHECK(phone.at("session_id") != first.at("session_id"));
  CHECK(phone.at("existing_session").at("session_id") == first.at("session_id"));
  CHECK(phone.at("existing_session").at("device_id") == "tv1");

  const std::string session = first.at("session_id");
  const std::string end = R"({"session_id":")" + session +
                          R"(","events":[{"event_id":"e9","type":"end","timestamp_ms":9}]})";
  CHECK(server.post("/v1/playback/events", end).status == 204);
  CHECK(body_of(server.post("/v1/playback/start", on_tv)).at("session_id") != session);
}

TEST_CASE("service: H02 events and heartbeats are kept once, for their user only") {
  ServiceFixture server(dev_config(), kTitles);
  const std::string session =
      body_of(server.post("/v1/playback/start", R"({"asset_id":"m_1"})")).at("session_id");
  const auto events = [&](const std::string& id) {
    return server
        .post("/v1/playback/events",
              R"({"session_id":")" + session + R"(","events":[{"event_id":")" + id +
                  R"(","type":"error","timestamp_ms":1,"location":"eu","detail":{"a":[1]}}]})")
        .status;
  };
  CHECK(events("e1") == 204);
  CHECK(events("e1") == 204);
  CHECK(events("e2") == 204);
  const auto beat = [&](const std::string& id, int at, const std::string& beat_id = "") {
    return server
        .post("/api/playback/heartbeat",
              R"({"session_id":")" + id + R"(","heartbeat_id":")" + beat_id +
                  R"(","profile_id":"","video_id":"m_1","timestamp_ms":)" +
                  std::to_string(at) +
                  R"(,"duration_ms":10000,"bitrate_kbps":2400,"buffering_count":0})")
        .status;
  };
  CHECK(beat(session, 1) == 204);
  CHECK(beat(session, 1) == 204);
  CHECK(beat(session, 2) == 204);
  CHECK(beat(session, 7, "b1") == 204);
  CHECK(beat(session, 3'600'007, "b1") == 204);
  CHECK(beat("made-by-the-player", 1) == 204);
  CHECK(server.reports("alice", session).events == 2);
  CHECK(server.reports("alice", session).heartbeats == 3);
  CHECK(server.store().session("made-by-the-player").value()->movie_id == "m_1");
  server.be("bob");
  CHECK(events("e3") == 404);
  CHECK(beat(session, 3) == 404);
  CHECK(beat("made-by-the-player", 3) == 404);
  CHECK(server.reports("bob", session).events == 0);
  // What three users say of a place is believed: others are sent elsewhere first. A player that
  // went on at another place only warns.
  server.set_country("DE");
  const auto first_place = [&]() -> std::string {
    const json start = body_of(server.post("/v1/playback/start", R"({"asset_id":"m_1"})"));
    return start.at("locations").at(0).at("id");
  };
  for (const char* user : {"bob", "carol", "dave"}) {
    server.be(user);
    const json start = body_of(server.post("/v1/playback/start", R"({"asset_id":"m_1"})"));
    const std::string type = user == std::string("bob") ? "error" : "warning";
    const auto tell = [&](int64_t at_ms) {
      const json event = {{"event_id", "e" + std::to_string(at_ms)},
                          {"type", type},
                          {"timestamp_ms", at_ms},
                          {"location", "eu"}};
      const json batch = {{"session_id", start.at("session_id")}, {"events", {event}}};
      CHECK(server.post("/v1/playback/events", batch.dump()).status == 204);
    };
    tell(kNowMs - 60'000);  // of a minute ago, and told only now
    CHECK(first_place() == "eu");
    tell(kNowMs + 1000);  // of a clock that is ahead
  }
  CHECK(first_place() == "us");
}

TEST_CASE("service: recommendations leave out what was seen and what is not for the profile") {
  ServiceFixture server(dev_config(), kTitles);
  const auto rate = [&](const char* user, const char* movie, int stars) {
    server.be(user);
    return server
        .post("/api/v1/ratings", R"({"movie_id":")" + std::string(movie) + R"(","stars":)" +
                                     std::to_string(stars) + "}")
        .status;
  };
  CHECK(rate("bob", "m_1", 5) == 204);
  CHECK(rate("bob", "adult", 5) == 204);
  CHECK(rate("alice", "m_1", 5) == 204);
  const json items = body_of(server.get("/api/v1/recommendations", "device=tv")).at("items");
  REQUIRE(items.size() > 1);
  CHECK(items[0].at("movie_id") == "adult");
  CHECK(items[0].at("reason") == "taste");
  CHECK(ids_of(items).find("m_1 ") == std::string::npos);
  CHECK(ids_of(items).find("german ") == std::string::npos);
  const std::string kid = new_profile(server, R"({"name":"Kid","maturity_rating":"G"})");
  CHECK(ids_of(body_of(server.get("/api/v1/recommendations", "profile_id=" + kid)).at("items")) ==
        "kids ");
}

TEST_CASE("service: login, refresh, and the end of it when a refresh token is used twice") {
  ServiceFixture server(dev_config());
  server.set_authorization("");
  const json login = body_of(server.post("/api/v1/dev/login", R"({"user":"carol"})"));
  const auto refresh = [&](const json& tokens) {
    return server.post("/api/v1/token/refresh",
                       json({{"refresh_token", tokens.at("refresh_token")}}).dump());
  };
  const json second = body_of(refresh(login));
  server.set_authorization("Bearer " + second.at("access_token").get<std::string>());
  CHECK(server.get("/api/v1/home").status == 200);
  CHECK(error_code(refresh(login)) == "refresh_reused");
  CHECK(error_code(refresh(second)) == "refresh_invalid");
  server.stop_writer();  // what was made up does not wait with those who write
  CHECK(error_code(refresh({{"refresh_token", "made up"}})) == "refresh_invalid");
}

TEST_CASE("service: a token that asks too often is told when to come back; others are not") {
  ServiceFixture server;
  int limited = 0;
  Response last;
  for (int i = 0; i < 501; ++i) {
    last = server.get("/api/v1/profiles");
    limited += last.status == 429 ? 1 : 0;
  }
  CHECK(limited == 1);
  CHECK(error_code(last) == "rate_limited");
  CHECK(header(last, "Retry-After") == "1");
  server.be("bob");
  CHECK(server.get("/api/v1/profiles").status == 200);
}

TEST_CASE("service: health and metrics need no token and tell of nobody") {
  ServiceFixture server;
  CHECK(server.get("/api/v1/stream", "movie_id=m_1").status == 200);
  CHECK(server.get("/no/such/alice").status == 404);
  server.set_authorization("");
  CHECK(body_of(server.get("/healthz")).at("status") == "ok");
  const Response metrics = server.get("/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.body.find("playhead_requests_total{route=\"/api/v1/stream\",status=\"200\"} 1") !=
        std::string::npos);
  CHECK(metrics.body.find("playhead_requests_total{route=\"other\",status=\"404\"} 1") !=
        std::string::npos);
  CHECK(metrics.body.find("alice") == std::string::npos);
}
