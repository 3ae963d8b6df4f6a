// SPDX-License-Identifier: Apache-2.0
#include "session/api_json.h"

#include <doctest/doctest.h>

namespace playhead {

namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

std::string grant_with(const std::string& field) {
  return R"({"stream_url":"https://c/x.m3u8","resume_position_seconds":1,)" + field + "}";
}

}  // namespace

TEST_CASE("api_json: a stream answer") {
  const auto grant = parse_stream_grant(
      R"({"stream_url":"https://cdn.example/m/main.m3u8?exp=1&sig=2","resume_position_seconds":12.345,
          "manifest_type":"hls","drm":null,"expires_at":1700000000,"unknown":[{}]})");
  REQUIRE(grant.has_value());
  CHECK(grant->stream_url == "https://cdn.example/m/main.m3u8?exp=1&sig=2");
  CHECK(grant->resume_position == 12'345ms);
  CHECK(grant->manifest_type == "hls");
  REQUIRE(grant->expires_at.has_value());
  CHECK(grant->expires_at->us == 1'700'000'000'000'000);
}

TEST_CASE("api_json: a stream answer of a protected title") {
  const auto grant = parse_stream_grant(
      grant_with(R"("drm":{"type":"clearkey","license_url":"https://a/license?sig=1","x":1})"));
  REQUIRE(grant.has_value());
  CHECK(grant->drm.type == "clearkey");
  CHECK(grant->drm.license_url == "https://a/license?sig=1");
  const auto bare = parse_stream_grant(grant_with(R"("drm":{})"));
  REQUIRE(bare.has_value());
  CHECK(bare->drm.type.empty());
}

TEST_CASE("api_json: the parts of a stream answer that may be left out or spelt otherwise") {
  struct Case {
    const char* name;
    std::string text;
    std::optional<int64_t> expires_s;
  };
  const Case cases[] = {
      {"bare", R"({"stream_url":"http://c/x","resume_position_seconds":0})", std::nullopt},
      {"null time", grant_with(R"("expires_at":null)"), std::nullopt},
      {"RFC 3339", grant_with(R"("expires_at":"2023-11-14T22:13:20Z")"), 1'700'000'000},
      {"epoch with a fraction", grant_with(R"("expires_at":1.7e9)"), 1'700'000'000},
      {"brackets in strings are no nesting",
       grant_with("\"x\":\"" + std::string(100, '[') + "\\\"[\""), std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto grant = parse_stream_grant(c.text);
    REQUIRE(grant.has_value());
    CHECK(grant->expires_at.has_value() == c.expires_s.has_value());
    if (c.expires_s) CHECK(grant->expires_at->us == *c.expires_s * 1'000'000);
  }
}

TEST_CASE("api_json: bad stream answers name what is wrong") {
  struct Case {
    const char* name;
    std::string text;
    const char* says;
  };
  const Case cases[] = {
      {"nothing", "", "not JSON"},
      {"HTML", "<!DOCTYPE html><html></html>", "not JSON"},
      {"cut off", R"({"stream_url":"https:)", "not JSON"},
      {"array", "[]", "not a JSON object"},
      {"number", "1", "not a JSON object"},
      {"NUL bytes", std::string(10, '\0'), "not JSON"},
      {"too deep", nested(65), "too deeply"},
      {"far too deep", nested(500'000), "too deeply"},
      {"too large", std::string((1 << 20) + 1, ' '), "larger than 1 MiB"},
      {"no URL", R"({"resume_position_seconds":0})", "\"stream_url\" is missing"},
      {"URL is a number", R"({"stream_url":1,"resume_position_seconds":0})",
       "\"stream_url\" is not a string"},
      {"URL of a file", R"({"stream_url":"file:///etc/passwd","resume_position_seconds":0})",
       "\"stream_url\" is not an http(s) URL"},
      {"URL with a line break", R"({"stream_url":"http://a/\r\nb","resume_position_seconds":0})",
       "\"stream_url\" is not an http(s) URL"},
      {"URL of 9 kB",
       R"({"stream_url":"http://a/)" + std::string(9000, 'x') + R"(","resume_position_seconds":0})",
       "\"stream_url\" is not an http(s) URL"},
      {"no position", R"({"stream_url":"http://a/"})", "\"resume_position_seconds\" is missing"},
      {"position as text", R"({"stream_url":"http://a/","resume_position_seconds":"5"})",
       "\"resume_position_seconds\" is not a number"},
      {"negative position", R"({"stream_url":"http://a/","resume_position_seconds":-1})",
       "\"resume_position_seconds\" is out of range"},
      {"absurd position", R"({"stream_url":"http://a/","resume_position_seconds":1e300})",
       "\"resume_position_seconds\" is out of range"},
      {"position beyond double", R"({"stream_url":"http://a/","resume_position_seconds":1e999})",
       "not JSON"},
      {"expiry in the past of time", grant_with(R"("expires_at":-5)"), "\"expires_at\""},
      {"expiry in milliseconds", grant_with(R"("expires_at":1700000000000000)"), "\"expires_at\""},
      {"expiry as words", grant_with(R"("expires_at":"soon")"), "\"expires_at\""},
      {"expiry as object", grant_with(R"("expires_at":{})"), "\"expires_at\""},
      {"drm as text", grant_with(R"("drm":"clearkey")"), "\"drm\""},
      {"a licence URL that is none", grant_with(R"("drm":{"license_url":"skd://x"})"),
       "\"license_url\""},
      {"type as number", grant_with(R"("manifest_type":1)"), "\"manifest_type\""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto grant = parse_stream_grant(c.text);
    REQUIRE(!grant.has_value());
    CHECK(grant.error().code == ErrorCode::kApiBadAnswer);
    CAPTURE(grant.error().context);
    CHECK(grant.error().context.find(c.says) != std::string::npos);
  }
  CHECK(!parse_stream_grant(nested(64)).has_value());  // allowed to be parsed, still no object
}

TEST_CASE("api_json: the service's words") {
  const auto problem = parse_problem(R"({"error":{"code":"geo","message":"Not here.\n\u0007"}})");
  REQUIRE(problem.has_value());
  CHECK(problem->code == "geo");
  CHECK(problem->message == "Not here.");
  const auto cut = parse_problem("{\"error\":{\"message\":\"" + std::string(299, 'x') + "äää\"}}");
  REQUIRE(cut.has_value());
  CHECK(cut->message == std::string(299, 'x'));  // never half a character
  for (const char* text : {"", "<html>", "{}", R"({"error":"no"})", R"({"error":{}})",
                           R"({"error":{"code":1}})", "[]", "null"}) {
    CAPTURE(text);
    CHECK(!parse_problem(text).has_value());
  }
}

TEST_CASE("api_json: the body of a progress report") {
  ProgressReport report;
  report.title_id = "m_1";
  report.position = Duration{12'345'678};
  report.recorded_at = WallTime{1'700'000'000'123'456};
  report.session_id = "s";
  CHECK(progress_body(report) ==
        R"({"movie_id":"m_1","position_seconds":12.345,"recorded_at":"2023-11-14T22:13:20.123Z",)"
        R"("session_id":"s"})");
  report.profile_id = "kid";
  CHECK(progress_body(report).find(R"("profile_id":"kid")") != std::string::npos);
  report.title_id = "\xff\"";
  CHECK(progress_body(report).find("\\\"") != std::string::npos);  // and no throw for bad UTF-8
}

TEST_CASE("api_json: a stored report is read back as it was") {
  ProgressReport report{"m \"1\"\n", Duration{1'234'567}, WallTime{-5}, true, "s", "p", true};
  const auto read = decode_progress(encode_progress(report));
  REQUIRE(read.has_value());
  CHECK(*read == report);
  for (const std::string text :
       {"", "{}", "x", R"({"format":2,"title":"m"})", R"({"format":1,"title":""})",
        R"({"format":1,"title":"m","profile":"","session":"","position_us":-1,"recorded_us":0,)"
        R"("server_time":0,"at_end":0})",
        R"({"format":1,"title":"m","profile":"","session":"","position_us":1.5,"recorded_us":0,)"
        R"("server_time":0,"at_end":0})"}) {
    CAPTURE(text);
    CHECK(!decode_progress(text).has_value());
  }
  // Every cut of a record is refused, none crashes.
  const std::string whole = encode_progress(report);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(!decode_progress(whole.substr(0, size)).has_value());
  }
}

TEST_CASE("api_json: the answer to a start of a session") {
  const auto least = parse_playback_grant(R"({"manifest_url":"http://a/m.mpd"})");
  REQUIRE(least.has_value());
  CHECK(least->stream_url == "http://a/m.mpd");
  CHECK(least->places == std::vector<MediaPlace>{{"", "http://a/m.mpd"}});
  CHECK(least->resume_position == Duration{0});
  CHECK(!least->other_session);
  CHECK(least->heartbeat == Duration{0});
  for (const char* text :
       {R"({})", R"({"manifest_url":"m.mpd"})", R"({"manifest_url":"http://a/m","session_id":7})",
        R"({"manifest_url":"http://a/m","locations":{}})",
        R"({"manifest_url":"http://a/m","locations":[{"id":"x"}]})",
        R"({"manifest_url":"http://a/m","locations":[{"manifest_url":"file:///x"}]})",
        R"({"manifest_url":"http://a/m","existing_session":[]})",
        R"({"manifest_url":"http://a/m","heartbeat_seconds":-1})",
        R"({"manifest_url":"http://a/m","resume_position_seconds":"1"})"}) {
    CAPTURE(text);
    CHECK(parse_playback_grant(text).error().code == ErrorCode::kApiBadAnswer);
  }
  CHECK(download_body({"m", "kids"}) == R"({"movie_id":"m","profile_id":"kids"})");
  CHECK(download_body({"m"}) == R"({"movie_id":"m"})");
  PlaybackQuery query;
  query.title_id = "m";
  CHECK(playback_body(query, "1234") ==
        R"({"asset_id":"m","device":{"type":"other"},"pin":"1234"})");
}

}  // namespace playhead
