// SPDX-License-Identifier: Apache-2.0
// What an app says of itself, of its profile and of what may be told of plays, by the C interface,
// as it comes out at the service, the CDN and the collector.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "playhead/playhead.h"
#include "support/loopback_server.h"

namespace playhead::test {
namespace {

using Json = nlohmann::json;

// Service, CDN and collector in one, as far as a play needs them that finds no segment.
struct Origin {
  LoopbackServer server;

  Origin() {
    server.serve([this](const WebRequest& request) { return answer(request); });
  }
  [[nodiscard]] std::optional<WebAnswer> answer(const WebRequest& request) const {
    if (request.target == "/v1/playback/start") {
      const std::string url = server.url("/t/a.m3u8?sig=s");
      const Json grant = {{"asset_id", "m_1"},
                          {"manifest_url", url},
                          {"manifest_type", "hls"},
                          {"session_id", "theirs"},
                          {"locations", {{{"id", "near"}, {"manifest_url", url}}}}};
      return text_answer(grant.dump());
    }
    if (request.target.rfind("/t/a.m3u8?", 0) == 0) {
      return text_answer(
          "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n1.ts?sig=s\n#EXT-X-ENDLIST\n");
    }
    if (request.method == "POST") return status_answer(204);
    return std::nullopt;
  }
  // Of those to that path.
  [[nodiscard]] std::vector<WebRequest> requests(const std::string& path) const {
    std::vector<WebRequest> found;
    for (const WebRequest& request : server.requests()) {
      if (request.target.substr(0, request.target.find('?')) == path) found.push_back(request);
    }
    return found;
  }
};

void answer_token(void*, int32_t, playhead_token_request* request) {
  playhead_token_request_answer(request, "token");
}

// A client, and a player of it that has tried to play; ended with what was to be told delivered.
void try_to_play(const Origin& origin, const playhead_player_config& player_config) {
  const std::string url = origin.server.url("");
  playhead_token_provider tokens = PLAYHEAD_TOKEN_PROVIDER_INIT;
  tokens.request_token = answer_token;
  playhead_service_config service = PLAYHEAD_SERVICE_CONFIG_INIT;
  service.start = PLAYHEAD_START_SESSION;
  service.device_id = "tv-1";
  service.device_type = PLAYHEAD_DEVICE_TV;
  service.formats = "hls dash";
  service.codecs = "avc1";
  service.drm = "clearkey";
  service.reports_events = 1;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.api_url = url.c_str();
  config.token_provider = &tokens;
  config.service = &service;
  playhead_client* client = nullptr;
  REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);
  playhead_player* player = nullptr;
  REQUIRE(playhead_player_create(client, &player_config, &player) == PLAYHEAD_OK);
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  source.title_id = "m_1";
  source.profile_id = "kids";
  REQUIRE(playhead_player_load(player, &source) == PLAYHEAD_OK);
  playhead_event event = PLAYHEAD_EVENT_INIT;
  while (event.type != PLAYHEAD_EVENT_FAILED) {
    REQUIRE(playhead_player_next_event(player, -1, &event) == PLAYHEAD_OK);
  }
  playhead_player_destroy(player);
  CHECK(playhead_client_flush(client, 10'000) == PLAYHEAD_OK);
  playhead_client_destroy(client);
}

TEST_CASE("service settings: device, profile, reports and CMCD come out as the app said them") {
  const Origin origin;
  const std::string collector = origin.server.url("/cmcd");
  playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
  config.cmcd = PLAYHEAD_CMCD_HEADERS;
  config.cmcd_events_url = collector.c_str();
  config.cmcd_tells_responses = 1;
  try_to_play(origin, config);

  const auto starts = origin.requests("/v1/playback/start");
  REQUIRE(starts.size() == 1);
  const Json start = Json::parse(starts[0].body);
  CHECK(start["asset_id"] == "m_1");
  CHECK(start["profile_id"] == "kids");
  CHECK(start["device"] == Json{{"device_id", "tv-1"},
                                {"type", "tv"},
                                {"formats", {"hls", "dash"}},
                                {"codecs", {"avc1"}},
                                {"drm", {"clearkey"}}});

  const auto manifests = origin.requests("/t/a.m3u8");
  REQUIRE(!manifests.empty());
  CHECK(manifests[0].header("CMCD-Object") == "ot=m");
  const std::string session = manifests[0].header("CMCD-Session");
  CHECK(session.rfind("cid=\"m_1\",", 0) == 0);

  const auto reports = origin.requests("/v1/playback/events");
  REQUIRE(!reports.empty());
  bool has_place = false;
  for (const WebRequest& report : reports) {
    const Json batch = Json::parse(report.body);
    CHECK(batch["session_id"] == "theirs");
    CHECK(batch["profile_id"] == "kids");
    for (const Json& event : batch["events"]) {
      if (event["type"] == "error") CHECK(event["location"] == "near");
      has_place = has_place || event.value("location", "") == "near";
    }
  }
  CHECK(has_place);

  const auto told = origin.requests("/cmcd");
  REQUIRE(!told.empty());
  std::string lines;
  for (const WebRequest& request : told) {
    CHECK(request.header("Content-Type") == "application/cmcd");
    CHECK(!request.has_header("Authorization"));
    lines += request.body + '\n';
  }
  // Both name the same play.
  const std::string sid = session.substr(session.find("sid="));
  CHECK(lines.find(sid.substr(0, sid.find(','))) != std::string::npos);
  CHECK(lines.find("e=ps,") != std::string::npos);
  CHECK(lines.find("sta=f,") != std::string::npos);
  CHECK(lines.find("e=rr,") != std::string::npos);
  CHECK(lines.find("rc=404,") != std::string::npos);
}

TEST_CASE("service settings: what cannot be is refused when client or player are made") {
  playhead_service_config service = PLAYHEAD_SERVICE_CONFIG_INIT;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.api_url = "http://127.0.0.1:1";
  config.service = &service;
  playhead_client* client = nullptr;
  for (const int64_t heartbeat_us : {int64_t{999'999}, int64_t{-1}, int64_t{601'000'000}}) {
    service.heartbeat_us = heartbeat_us;
    CHECK(playhead_client_create(&config, &client) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  }
  service.heartbeat_us = 1'000'000;
  const std::string long_id(257, 'x');
  service.device_id = long_id.c_str();
  CHECK(playhead_client_create(&config, &client) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  service.device_id = nullptr;
  REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);

  struct Case {
    const char* name;
    void (*change)(playhead_player_config&);
    bool is_refused;
  };
  const Case cases[] = {
      {"no such mode", [](playhead_player_config& c) { c.cmcd = 3; }, true},
      {"a negative mode", [](playhead_player_config& c) { c.cmcd = -1; }, true},
      {"no web", [](playhead_player_config& c) { c.cmcd_events_url = "ftp://a/b"; }, true},
      {"no URL", [](playhead_player_config& c) { c.cmcd_events_url = "collector"; }, true},
      {"too often", [](playhead_player_config& c) { c.cmcd_events_interval_us = 999'999; }, true},
      {"too seldom",
       [](playhead_player_config& c) { c.cmcd_events_interval_us = 3'601'000'000; }, true},
      {"never", [](playhead_player_config& c) { c.cmcd_events_interval_us = -1; }, false},
      {"a collector", [](playhead_player_config& c) { c.cmcd_events_url = "https://a/b"; }, false},
      {"an empty URL", [](playhead_player_config& c) { c.cmcd_events_url = ""; }, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    playhead_player_config player_config = PLAYHEAD_PLAYER_CONFIG_INIT;
    c.change(player_config);
    playhead_player* player = nullptr;
    const playhead_status status = playhead_player_create(client, &player_config, &player);
    CHECK(status == (c.is_refused ? -PLAYHEAD_ERROR_INVALID_ARGUMENT : PLAYHEAD_OK));
    playhead_player_destroy(player);
  }
  playhead_client_destroy(client);
}

}  // namespace
}  // namespace playhead::test
