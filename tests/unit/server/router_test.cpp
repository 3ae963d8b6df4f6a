// SPDX-License-Identifier: Apache-2.0
#include "router.h"

#include <cstdlib>
#include <future>
#include <initializer_list>
#include <semaphore>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "service_fixture.h"

using namespace playhead::server;
using nlohmann::json;
using playhead::server::test::error_code;
using playhead::server::test::header;
using playhead::server::test::kNowMs;
using Fixture = playhead::server::test::ServiceFixture;

TEST_CASE("router: every call refuses a request without a valid token") {
  Fixture server;
  for (const char* authorization :
       {"", "Bearer", "Bearer ", "Basic YTpi", "Bearer x.y.z", "bearer"}) {
    server.set_authorization(authorization);
    CAPTURE(std::string(authorization));
    CHECK(server.get("/api/v1/home").status == 401);
    CHECK(server.get("/api/v1/stream", "movie_id=m_1").status == 401);
    CHECK(server.post("/api/v1/download", R"({"movie_id":"m_1"})").status == 401);
    const Response progress =
        server.post("/api/v1/stream/progress", R"({"movie_id":"m_1","position_seconds":1})");
    CHECK(progress.status == 401);
    CHECK(header(progress, "WWW-Authenticate") == "Bearer");
    CHECK_FALSE(error_code(progress).empty());
  }
}

TEST_CASE("router: of what is too much only reports are refused, unseen; they are kept where they come from") {
  Fixture server;
  const std::string position = R"({"movie_id":"m_1","position_seconds":1})";
  // What is answered has left.
  for (int i = 0; i < 4; ++i) CHECK(server.post("/api/v1/stream/progress", i % 2 == 0 ? position : "{").status != 503);
  std::size_t entered = 0;
  while (server.load().enter(0) == 0) ++entered;
  CHECK(entered == LoadShedder::Limits{}.most);
  server.set_authorization("");
  for (const char* path : {"/api/v1/stream/progress", "/api/playback/heartbeat", "/v1/playback/events"}) {
    CAPTURE(std::string(path));
    const Response refused = server.post(path, "");
    CHECK(refused.status == 503);
    CHECK(error_code(refused) == "overloaded");
    CHECK(header(refused, "Retry-After") == "1");
    CHECK(header(refused, "Access-Control-Allow-Origin") == "*");
    Request preflight;
    preflight.method = Method::kOptions;
    preflight.path = path;
    CHECK(server.call(preflight).status == 204);
  }
  CHECK(server.post("/v1/playback/start", "").status == 401);
  CHECK(server.get("/api/v1/stream").status == 401);
  CHECK(server.get("/media/m_1/a.ts").status == 403);
  // Room again.
  server.load().leave(0);
  CHECK(server.post("/api/v1/stream/progress", "").status == 401);
  CHECK(server.post("/api/v1/stream/progress", "").status == 401);
}

TEST_CASE("router: places in the line are those of reports; what somebody waits for may be asked again at once") {
  std::promise<void> open;
  const std::shared_future<void> opened = open.get_future().share();
  std::binary_semaphore writing{0};
  std::binary_semaphore hashing{0};
  std::counting_semaphore<> hashed{0};
  const std::string mine = R"("drm":{"keys":[{"kid":"00112233445566778899aabbccddeeff"}],"entitled":["*"]})";
  Fixture server(Fixture::default_config(), {{"mine", playhead::server::test::title_text("mine", "Mine", "," + mine)}});
  // Five a second are done, and twenty are refused: the line is 40 s long.
  const int64_t now_us = server.clock().monotonic_us();
  for (int i = 0; i < 3; ++i) REQUIRE(server.load().enter(now_us) == 0);
  for (int i = 1; i <= 3; ++i) server.load().leave(now_us + i * 200'000);
  for (int i = 0; i < 20; ++i) REQUIRE(server.load().microseconds_to_wait(now_us) > 0);

  const auto ignore = [](const Status&) {};
  REQUIRE(server.writer().submit(
      [&]() -> Status {
        writing.release();
        opened.wait();
        return Done{};
      },
      ignore));
  writing.acquire();
  while (server.writer().submit([]() -> Status { return Done{}; }, ignore)) {
  }
  const std::string start = R"({"asset_id":"m_1","device":{"type":"tv"}})";
  // {"kids":["ABEiM0RVZneImaq7zN3u_w"]}: gives it back.
  const std::string license = R"({"license_url":")" + server.license_url("mine", "alice") +
                              R"(","challenge":"eyJraWRzIjpbIkFCRWlNMFJWWm5lSW1hcTd6TjN1X3ciXX0=","scheme":"clearkey"})";
  const std::string profile = R"({"name":"Kid","maturity_rating":"G","pin":"1234"})";
  const std::string rating = R"({"movie_id":"m_1","stars":5})";
  const std::pair<const char*, const std::string*> urgent[] = {{"/v1/playback/start", &start},
                                                               {"/v1/license", &license},
                                                               {"/api/v1/profiles", &profile},
                                                               {"/api/v1/ratings", &rating}};
  for (const auto& write : urgent) {
    const std::string path = write.first;
    CAPTURE(path);
    const Response refused = server.post(path, *write.second);
    CHECK(error_code(refused) == "overloaded");
    CHECK(header(refused, "Retry-After") == "1");
  }
  const Response report = server.post("/api/v1/stream/progress", R"({"movie_id":"m_1","position_seconds":1})");
  CHECK(error_code(report) == "overloaded");
  CHECK(std::atoi(header(report, "Retry-After").c_str()) > 30);

  // As many PINs as may wait are 3 s of work, whoever reports.
  const std::string alice = server.good_authorization();
  server.be("bob");  // so many PINs of one token are too many
  const std::string bob = server.good_authorization();
  const auto hash = [&](const std::string& who, const Respond& respond) {
    Request request;
    request.method = Method::kPost;
    request.path = "/api/v1/profiles";
    request.body = profile;
    request.authorization = who;
    server.router().handle(request, respond);
  };
  hash(alice, [&](const Response&) {
    hashing.release();
    opened.wait();
  });
  hashing.acquire();
  for (std::size_t i = 0; i < kMaxSlowCalls; ++i) {
    hash(i % 2 == 0 ? alice : bob, [&](const Response&) { hashed.release(); });
  }
  Response refused;
  hash(alice, [&](Response response) { refused = std::move(response); });
  CHECK(error_code(refused) == "overloaded");
  CHECK(header(refused, "Retry-After") == "3");
  open.set_value();
  for (std::size_t i = 0; i < kMaxSlowCalls; ++i) hashed.acquire();
}

TEST_CASE("router: as many reports as may be let in leave room for who wants to watch") {
  std::binary_semaphore writing{0};
  std::binary_semaphore open{0};
  Fixture server;
  const auto ignore = [](const Status&) {};
  REQUIRE(server.writer().submit(
      [&]() -> Status {
        writing.release();
        open.acquire();
        return Done{};
      },
      ignore));
  writing.acquire();
  bool are_taken = true;
  while (server.load().enter(0) == 0) {
    are_taken = server.writer().submit(ProgressWrite{"alice", "m_1", 1, 1, 1, ""}, ignore) && are_taken;
  }
  CHECK(are_taken);
  Request start;
  start.method = Method::kPost;
  start.path = "/v1/playback/start";
  start.body = R"({"asset_id":"m_1","device":{"type":"tv"}})";
  const std::string alice = server.good_authorization();
  start.authorization = alice;
  std::promise<int> status;
  server.router().handle(start, [&](const Response& response) { status.set_value(response.status); });
  open.release();
  CHECK(status.get_future().get() == 200);
}

TEST_CASE("router: methods and paths") {
  struct Case {
    Method method;
    const char* path;
    int status;
    const char* code;
  };
  const Case cases[] = {
      {Method::kPost, "/api/v1/stream", 405, "method_not_allowed"},
      {Method::kGet, "/api/v1/stream/progress", 405, "method_not_allowed"},
      {Method::kOther, "/api/v1/home", 405, "method_not_allowed"},
      {Method::kPost, "/media/m_1/a.ts", 405, "method_not_allowed"},
      {Method::kGet, "/", 404, "not_found"},
      {Method::kGet, "/api/v1/home/", 404, "not_found"},
      {Method::kGet, "/api/v1/../v1/home", 404, "not_found"},
      {Method::kGet, "/media/m_1/../m_1/a.ts", 404, "not_found"},
  };
  Fixture server;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.path));
    Request request;
    request.method = c.method;
    request.path = c.path;
    const Response response = server.call(request);
    CHECK(response.status == c.status);
    CHECK(error_code(response) == c.code);
    CHECK(header(response, "Access-Control-Allow-Origin") == "*");
  }
  Request preflight;
  preflight.method = Method::kOptions;
  preflight.path = "/media/m_1/a.ts";
  CHECK(server.call(preflight).status == 204);
}

TEST_CASE("router: H03 a position is resumed, per user and title, newest recorded_at first") {
  Fixture server;
  CHECK(server.resume("m_1") == 0);
  CHECK(server.progress("m_1", 42.5) == 204);
  CHECK(server.resume("m_1") == 42.5);
  CHECK(server.progress("m_1", 50, R"(,"recorded_at":1)") == 204);
  CHECK(server.resume("m_1") == 42.5);  // older than what is there
  CHECK(server.progress("m_1", 60, R"(,"recorded_at":"2099-01-01T00:00:00Z")") == 204);
  server.clock().set_ms(kNowMs + 1000);
  CHECK(server.progress("m_1", 30) == 204);
  CHECK(server.resume("m_1") == 30);  // a clock decades ahead locked nothing
  CHECK(server.resume("Action") == 0);
  CHECK(server.progress("m_1", 95) == 204);
  CHECK(server.resume("m_1") == 0);           // completed
  CHECK(server.progress("m_1", 110) == 204);  // a little beyond the end is the end
  CHECK(server.progress("m_1", 161) == 422);
  CHECK(server.progress("nothing", 1) == 404);
  CHECK(server.progress("../m_1", 1) == 404);
}

TEST_CASE("router: stream answers with a signed URL of the asked format") {
  Fixture server;
  const json answer = json::parse(server.get("/api/v1/stream", "movie_id=m_1&format=dash").body);
  CHECK(answer.at("manifest_type") == "dash");
  CHECK(answer.at("drm").is_null());
  CHECK(answer.at("expires_at") == kNowMs / 1000 + 3600);
  const std::string url = answer.at("stream_url");
  CHECK(url.rfind("http://media.test:8080/media/m_1/a.mpd?exp=1700003600&sig=", 0) == 0);

  struct Case {
    const char* query;
    int status;
    const char* code;
  };
  const Case cases[] = {{"", 400, "bad_query"},
                        {"movie_id=m_1&movie_id=m_1", 400, "bad_query"},
                        {"movie_id=%zz", 400, "bad_query"},
                        {"movie_id=", 404, "unknown_title"},
                        {"movie_id=m_9", 404, "unknown_title"},
                        {"movie_id=..%2Fm_1", 404, "unknown_title"},
                        {"movie_id=m_1&format=avi", 400, "bad_format"},
                        {"movie_id=m_1&format=hls-ts", 404, "format_unavailable"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.query));
    const Response response = server.get("/api/v1/stream", c.query);
    CHECK(response.status == c.status);
    CHECK(error_code(response) == c.code);
  }
}

TEST_CASE(
    "router: licence calls need a token or a signed URL, and a body that says what is asked") {
  Fixture server;
  CHECK(error_code(server.post("/v1/license", "{}")) == "bad_field");
  CHECK(error_code(server.post("/v1/license/m_1", "{}")) == "signature_invalid");
  CHECK(server.post("/v1/license/", "{}").status == 404);
  CHECK(server.post("/v1/license/m_1/x", "{}").status == 404);
  CHECK(server.get("/v1/license").status == 405);
  CHECK(server.get("/v1/license/m_1").status == 405);
  const auto call_with = [](const std::string& url, const std::string& challenge = "e30=") {
    return R"({"license_url":")" + url + R"(","challenge":")" + challenge + "\",";
  };
  const std::string call = call_with(server.license_url("m_1", "alice"));
  CHECK(error_code(server.post("/v1/license", call + R"("scheme":"clearkey"})")) ==
        "not_protected");
  // Only where the service itself gave the URL, to this user, country and PIN were looked at.
  const auto refusal = [&](const std::string& url, const std::string& challenge = "e30=") {
    return error_code(
        server.post("/v1/license", call_with(url, challenge) + R"("scheme":"clearkey"})"));
  };
  const std::string foreign = server.license_url("m_2", "alice");
  CHECK(refusal("http://a/v1/license/m_1") == "signature_invalid");
  CHECK(refusal("http://a/v1/license/m_1?" + server.signed_query("m_1")) == "signature_invalid");
  CHECK(refusal("http://a/v1/license/m_1" + foreign.substr(foreign.find('?'))) ==
        "signature_invalid");
  CHECK(refusal(server.license_url("m_1", "bob")) == "not_entitled");
  const std::string late = server.license_url("m_1", "alice", 0);
  CHECK(refusal(late) == "signature_expired");
  // {"kids":["AAAAAAAAAAAAAAAAAAAAAA"]}: gives back what was kept for months.
  const std::string release = "eyJraWRzIjpbIkFBQUFBQUFBQUFBQUFBQUFBQUFBQUEiXX0=";
  CHECK(refusal(late, release) == "not_protected");
  CHECK(error_code(server.post("/v1/license", call + R"("scheme":"widevine"})")) ==
        "unsupported_scheme");
  server.set_authorization("");
  CHECK(server.post("/v1/license", call + R"("scheme":"clearkey"})").status == 401);
}

TEST_CASE("router: download answers with a URL and the end of the copy's life") {
  Fixture server;
  const json answer = json::parse(server.post("/api/v1/download", R"({"movie_id":"m_1"})").body);
  CHECK(answer.at("expires_at") == "2023-11-15T22:13:20Z");
  CHECK(answer.at("download_url")
            .get<std::string>()
            .rfind("http://127.0.0.1:1/media/m_1/a.m3u8?exp=", 0) == 0);
  CHECK(server.post("/api/v1/download", "{}").status == 400);
  CHECK(server.post("/api/v1/download", R"({"movie_id":"m_9"})").status == 404);
}

TEST_CASE("router: home pages through the genres and begins with what to continue") {
  Fixture server;
  REQUIRE(server.progress("m_1", 4.9) == 204);     // below 5 %
  REQUIRE(server.progress("Comedy", 50) == 204);   // shown
  REQUIRE(server.progress("Western", 95) == 204);  // completed
  json page = json::parse(server.get("/api/v1/home", "limit=3").body);
  REQUIRE(page.at("rows").size() == 4);
  const json& row = page["rows"][0];
  CHECK(row.at("id") == "continue-watching");
  REQUIRE(row.at("items").size() == 1);
  CHECK(row["items"][0].at("movie_id") == "Comedy");
  CHECK(row["items"][0].at("position_seconds") == 50);
  CHECK(page["rows"][1].at("name") == "Action");
  CHECK(page["rows"][3].at("name") == "Drama");
  REQUIRE(page.at("next_cursor").is_string());
  page = json::parse(
      server.get("/api/v1/home", "cursor=" + page["next_cursor"].get<std::string>()).body);
  REQUIRE(page.at("rows").size() == 1);
  CHECK(page["rows"][0].at("name") == "Western");
  CHECK(page.at("next_cursor").is_null());
  for (const char* bad :
       {"limit=0", "limit=51", "limit=x", "limit=-1", "limit=1e1", "cursor=*", "limit=1&limit=2"}) {
    CAPTURE(std::string(bad));
    CHECK(server.get("/api/v1/home", bad).status == 400);
  }
}

TEST_CASE("router: media needs the title's signature and then obeys ranges and validators") {
  Fixture server;
  const std::string query = server.signed_query("m_1");
  CHECK(error_code(server.get("/media/m_1/a.ts")) == "signature_invalid");
  CHECK(error_code(server.get("/media/m_1/a.ts", server.signed_query("m_2"))) ==
        "signature_invalid");
  CHECK(server.get("/media/m_1/none.ts", query).status == 404);

  const Response whole = server.get("/media/m_1/a.ts", query);
  CHECK(whole.status == 200);
  REQUIRE(whole.file);
  CHECK(whole.file->length == 10);
  CHECK(header(whole, "Content-Type") == "video/mp2t");
  const std::string etag = header(whole, "ETag");
  CHECK_FALSE(etag.empty());

  struct Case {
    const char* name;
    std::string_view range, if_range, if_none_match;
    int status;
    int64_t offset, length;
  };
  const Case cases[] = {{"range", "bytes=2-4", "", "", 206, 2, 3},
                        {"range of the same file", "bytes=2-4", etag, "", 206, 2, 3},
                        {"range of a changed file", "bytes=2-4", "\"old\"", "", 200, 0, 10},
                        {"unsatisfiable", "bytes=10-", "", "", 416, 0, 0},
                        {"not modified", "", "", etag, 304, 0, 0},
                        {"not modified, in a list", "bytes=0-1", "", "\"x\", *", 304, 0, 0},
                        {"modified", "", "", "\"x\"", 200, 0, 10}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Request request;
    request.method = Method::kGet;
    request.path = "/media/m_1/a.ts";
    request.query = query;
    request.range = c.range;
    request.if_range = c.if_range;
    request.if_none_match = c.if_none_match;
    const Response response = server.call(request);
    CHECK(response.status == c.status);
    CHECK(error_code(response) == (c.status == 416 ? "range_not_satisfiable" : ""));
    CHECK((header(response, "Cache-Control") == "no-store") == (c.status == 416));
    CHECK(header(response, "ETag").empty() == (c.status == 416));
    CHECK((response.file ? response.file->offset : 0) == c.offset);
    CHECK((response.file ? response.file->length : 0) == c.length);
  }
  server.clock().set_ms(kNowMs + 10'000);
  CHECK(error_code(server.get("/media/m_1/a.ts", query)) == "signature_expired");
}

TEST_CASE("router: manifests come personalised, and a range is one of the personalised text") {
  Fixture server;
  const std::string query = server.signed_query("m_1");
  const Response whole = server.get("/media/m_1/a.m3u8", query);
  CHECK(whole.status == 200);
  CHECK(header(whole, "Content-Type") == "application/vnd.apple.mpegurl");
  CHECK(whole.body ==
        "#EXTM3U\n#EXT-X-MAP:URI=\"i.mp4?" + query + "\"\n#EXTINF:4,\na.ts?" + query + "\n");
  Request request;
  request.method = Method::kGet;
  request.path = "/media/m_1/a.m3u8";
  request.query = query;
  request.range = "bytes=1-7";
  const Response part = server.call(request);
  CHECK(part.status == 206);
  CHECK(part.body == "EXTM3U\n");
  CHECK(header(part, "Content-Range") == "bytes 1-7/" + std::to_string(whole.body.size()));
}
