// SPDX-License-Identifier: Apache-2.0
#include "api_json.h"

#include <doctest/doctest.h>

#include "json_text.h"

using namespace playhead::server;

TEST_CASE("parse_progress: what is accepted") {
  struct Case {
    const char* name;
    const char* text;
    int64_t position_ms;
    std::optional<int64_t> recorded_at_ms;
    const char* session;
  };
  const Case cases[] = {
      {"the least", R"({"movie_id":"m","position_seconds":0})", 0, std::nullopt, ""},
      {"fraction", R"({"movie_id":"m","position_seconds":12.3456})", 12'346, std::nullopt, ""},
      {"exponent", R"({"movie_id":"m","position_seconds":1e2})", 100'000, std::nullopt, ""},
      {"minus zero", R"({"movie_id":"m","position_seconds":-0.0})", 0, std::nullopt, ""},
      {"a week", R"({"movie_id":"m","position_seconds":604800})", 604'800'000, std::nullopt, ""},
      {"time in ms", R"({"movie_id":"m","position_seconds":1,"recorded_at":1700000000123})", 1'000,
       1'700'000'000'123, ""},
      {"time as text",
       R"({"movie_id":"m","position_seconds":1,"recorded_at":"2023-11-14T22:13:20.5Z"})", 1'000,
       1'700'000'000'500, ""},
      {"nulls count as absent",
       R"({"movie_id":"m","position_seconds":1,"recorded_at":null,"session_id":null})", 1'000,
       std::nullopt, ""},
      {"session", R"({"movie_id":"m","position_seconds":1,"session_id":"s-1"})", 1'000,
       std::nullopt, "s-1"},
      {"unknown members", R"({"movie_id":"m","position_seconds":1,"x":[{}]})", 1'000, std::nullopt,
       ""},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto body = parse_progress(c.text);
    REQUIRE(body.ok());
    CHECK(body.value().movie_id == "m");
    CHECK(body.value().position_ms == c.position_ms);
    CHECK(body.value().recorded_at_ms == c.recorded_at_ms);
    CHECK(body.value().session_id == c.session);
  }
}

TEST_CASE("parse_progress: what is refused") {
  struct Case {
    const char* name;
    std::string text;
    int status;
    const char* code;
  };
  const std::string deep =
      "{\"movie_id\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  const Case cases[] = {
      {"empty", "", 400, "bad_json"},
      {"not JSON", "position=1", 400, "bad_json"},
      {"cut off", R"({"movie_id":"m","position_seconds":1)", 400, "bad_json"},
      {"something after it", R"({"movie_id":"m","position_seconds":1}})", 400, "bad_json"},
      {"list", "[]", 400, "bad_json"},
      {"text", "\"m\"", 400, "bad_json"},
      {"null", "null", 400, "bad_json"},
      {"NaN is not JSON", R"({"movie_id":"m","position_seconds":NaN})", 400, "bad_json"},
      {"Infinity is not JSON", R"({"movie_id":"m","position_seconds":Infinity})", 400, "bad_json"},
      {"broken UTF-8", "{\"movie_id\":\"\xff\",\"position_seconds\":1}", 400, "bad_json"},
      {"nested too deeply", deep, 400, "bad_json"},
      {"no movie", R"({"position_seconds":1})", 400, "bad_field"},
      {"movie is a number", R"({"movie_id":1,"position_seconds":1})", 400, "bad_field"},
      {"movie is null", R"({"movie_id":null,"position_seconds":1})", 400, "bad_field"},
      {"movie is empty", R"({"movie_id":"","position_seconds":1})", 400, "bad_field"},
      {"movie is too long", R"({"position_seconds":1,"movie_id":")" + std::string(257, 'm') + "\"}",
       400, "bad_field"},
      {"no position", R"({"movie_id":"m"})", 400, "bad_field"},
      {"position is a text", R"({"movie_id":"m","position_seconds":"1"})", 400, "bad_field"},
      {"position is true", R"({"movie_id":"m","position_seconds":true})", 400, "bad_field"},
      {"position is null", R"({"movie_id":"m","position_seconds":null})", 400, "bad_field"},
      {"negative", R"({"movie_id":"m","position_seconds":-0.001})", 422, "bad_position"},
      {"more than a week", R"({"movie_id":"m","position_seconds":604800.001})", 422,
       "bad_position"},
      {"absurd", R"({"movie_id":"m","position_seconds":1e300})", 422, "bad_position"},
      {"beyond double", R"({"movie_id":"m","position_seconds":1e999})", 400, "bad_json"},
      {"time is a fraction", R"({"movie_id":"m","position_seconds":1,"recorded_at":1.5})", 400,
       "bad_field"},
      {"time is negative", R"({"movie_id":"m","position_seconds":1,"recorded_at":-1})", 400,
       "bad_field"},
      {"time beyond 9999", R"({"movie_id":"m","position_seconds":1,"recorded_at":253402300800000})",
       400, "bad_field"},
      {"time beyond int64",
       R"({"movie_id":"m","position_seconds":1,"recorded_at":18446744073709551615})", 400,
       "bad_field"},
      {"time is no time", R"({"movie_id":"m","position_seconds":1,"recorded_at":"soon"})", 400,
       "bad_field"},
      {"time is an object", R"({"movie_id":"m","position_seconds":1,"recorded_at":{}})", 400,
       "bad_field"},
      {"session is a number", R"({"movie_id":"m","position_seconds":1,"session_id":5})", 400,
       "bad_field"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto body = parse_progress(c.text);
    CHECK_FALSE(body.ok());
    if (body.ok()) continue;
    CHECK(body.error().http_status == c.status);
    CHECK(body.error().code == c.code);
    CHECK_FALSE(body.error().message.empty());
  }
}

TEST_CASE("api_json: answers") {
  CHECK(
      stream_json({"http://h/m", 12'500, "hls", 1'700'000'000}) ==
      R"({"stream_url":"http://h/m","resume_position_seconds":12.5,"recorded_at":null,"manifest_type":"hls","drm":null,"expires_at":1700000000})");
  CHECK(download_json("http://h/m", 1'700'000'000) ==
        R"({"download_url":"http://h/m","expires_at":"2023-11-14T22:13:20Z"})");
  CHECK(error_json({404, "unknown_title", "A \"text\"."}) ==
        R"({"error":{"code":"unknown_title","message":"A \"text\"."}})");
}

TEST_CASE("json_text: depth is measured outside of strings") {
  CHECK(json_depth_within(R"({"a":[1]})", 2));
  CHECK_FALSE(json_depth_within(R"({"a":[1]})", 1));
  CHECK(json_depth_within(R"(["[[[[", "\"[[["])", 1));
  CHECK(json_depth_within(R"([[],[],[]])", 2));
}
