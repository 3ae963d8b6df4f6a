// SPDX-License-Identifier: Apache-2.0
#include "session/catalogue_json.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

const std::string kItem =
    R"({"movie_id":"m_1","name":"One","genre":"Drama","year":2024,"duration_seconds":100.5,)"
    R"("maturity_rating":"PG-13","position_seconds":12.25})";
const std::string kTitle =
    R"({"movie_id":"m_1","name":"One","genre":"Drama","year":2024,"duration_seconds":100,)"
    R"("maturity_rating":null,"description":"d","genres":["Drama","War"],"cast":["A"],)"
    R"("formats":["hls","dash"],"is_protected":true,)"
    R"("chapters":[{"start_seconds":0,"end_seconds":50,"name":"First"}],)"
    R"("intro":{"start_seconds":5,"end_seconds":20.5},"credits":null,)"
    R"("thumbnails_url":"https://a/t.vtt?sig=s",)"
    R"("ratings":{"count":3,"average":3.5,"own":4},"position_seconds":null})";

TEST_CASE("catalogue_json: a page of the home feed") {
  const auto page = parse_home(R"({"rows":[{"id":"continue-watching","name":"Go on","items":[)" +
                               kItem + R"(]}],"next_cursor":"c2"})");
  REQUIRE(page.has_value());
  CHECK(page->next_cursor == "c2");
  REQUIRE(page->rows.size() == 1);
  CHECK(page->rows[0].id == "continue-watching");
  REQUIRE(page->rows[0].items.size() == 1);
  const CatalogueItem& item = page->rows[0].items[0];
  CHECK(item.title_id == "m_1");
  CHECK(item.name == "One");
  CHECK(item.genre == "Drama");
  CHECK(item.year == 2024);
  CHECK(item.duration == 100'500ms);
  CHECK(item.maturity == MaturityRating::kPg13);
  CHECK(item.position == Duration{12'250ms});
  const auto last = parse_home(R"({"rows":[],"next_cursor":null})");
  REQUIRE(last.has_value());
  CHECK(last->next_cursor.empty());
}

TEST_CASE("catalogue_json: everything known of a title") {
  const auto title = parse_title(kTitle);
  REQUIRE(title.has_value());
  CHECK(title->item.maturity == MaturityRating::kNotRated);
  CHECK(!title->item.position);
  CHECK(title->genres == std::vector<std::string>{"Drama", "War"});
  CHECK(title->cast == std::vector<std::string>{"A"});
  CHECK(title->formats == std::vector<std::string>{"hls", "dash"});
  CHECK(title->is_protected);
  REQUIRE(title->marks.chapters.size() == 1);
  CHECK(title->marks.chapters[0].name == "First");
  CHECK(title->marks.chapters[0].span == TimeSpan{{0}, {50'000'000}});
  CHECK(title->marks.intro == TimeSpan{{5'000'000}, {20'500'000}});
  CHECK(!title->marks.credits);
  CHECK(title->thumbnails_url == "https://a/t.vtt?sig=s");
  CHECK(title->rating_count == 3);
  CHECK(title->rating_average == 3.5);
  CHECK(title->own_rating == 4);
}

TEST_CASE("catalogue_json: recommendations and profiles") {
  const auto list = parse_recommendations(
      R"({"items":[{"movie_id":"m","name":"n","genre":"g","year":1,"duration_seconds":2,)"
      R"("maturity_rating":"G","score":0.75,"reason":"context"},)"
      R"({"movie_id":"m","name":"n","duration_seconds":2,"score":7,"reason":"of tomorrow"}]})");
  REQUIRE(list.has_value());
  REQUIRE(list->size() == 2);
  CHECK((*list)[0].score == 0.75);
  CHECK((*list)[0].reason == RecommendationReason::kContext);
  CHECK((*list)[1].score == 1);
  CHECK((*list)[1].reason == RecommendationReason::kNew);

  const auto profiles = parse_profiles(
      R"({"profiles":[{"profile_id":"default","name":"Me","maturity_rating":"TV-MA",)"
      R"("is_protected":true,"is_default":true},{"profile_id":"p","name":"Kids",)"
      R"("maturity_rating":"G","is_protected":false,"is_default":false}]})");
  REQUIRE(profiles.has_value());
  REQUIRE(profiles->size() == 2);
  CHECK((*profiles)[0].is_default);
  CHECK((*profiles)[0].is_protected);
  CHECK((*profiles)[1].maturity == MaturityRating::kG);
}

TEST_CASE("catalogue_json: what is wrong is named") {
  struct Case {
    const char* from;
    const char* to;
    const char* field;
  };
  const Case cases[] = {
      {R"("movie_id":"m_1",)", "", "movie_id"},
      {R"("movie_id":"m_1")", R"("movie_id":"")", "movie_id"},
      {R"("name":"One")", R"("name":7)", "name"},
      {R"("year":2024)", R"("year":-1)", "year"},
      {R"("duration_seconds":100)", R"("duration_seconds":-1)", "duration_seconds"},
      {R"("duration_seconds":100)", R"("duration_seconds":1e300)", "duration_seconds"},
      {R"("genres":["Drama","War"])", R"("genres":["Drama",1])", "genres"},
      {R"("cast":["A"])", R"("cast":{})", "cast"},
      {R"("is_protected":true)", R"("is_protected":1)", "is_protected"},
      {R"("end_seconds":50)", R"("end_seconds":-50)", "end_seconds"},
      {R"("intro":{"start_seconds":5)", R"("intro":{"start_seconds":50)", "end_seconds"},
      {R"("intro":{)", R"("intro":[],"x":{)", "intro"},
      {R"("chapters":[{)", R"("chapters":[3,{)", "chapters"},
      {"https://a/t.vtt", "javascript:alert(1)", "thumbnails_url"},
      {R"("own":4)", R"("own":6)", "own"},
      {R"("average":3.5)", R"("average":"good")", "average"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.to);
    std::string text = kTitle;
    REQUIRE(text.find(c.from) != std::string::npos);
    text.replace(text.find(c.from), std::string(c.from).size(), c.to);
    const auto title = parse_title(text);
    REQUIRE(!title.has_value());
    CHECK(title.error().code == ErrorCode::kApiBadAnswer);
    CHECK(title.error().context.find('"' + std::string(c.field) + '"') != std::string::npos);
  }
  for (const char* text : {"", "[]", "{}", "<html>", R"({"items":7})", R"({"items":[7]})"}) {
    CAPTURE(text);
    CHECK(parse_items(text).error().code == ErrorCode::kApiBadAnswer);
    CHECK(parse_home(text).error().code == ErrorCode::kApiBadAnswer);
    CHECK(parse_profiles(text).error().code == ErrorCode::kApiBadAnswer);
    CHECK(parse_profile(text).error().code == ErrorCode::kApiBadAnswer);
  }
}

TEST_CASE("catalogue_json: bodies are what the contract says") {
  ProfileChange change;
  change.name = "Kids \"1\"";
  change.maturity = MaturityRating::kPg13;
  CHECK(profile_body(change) == R"({"maturity_rating":"PG-13","name":"Kids \"1\""})");
  change.profile_id = "p";
  change.pin = "1234";
  CHECK(profile_body(change) ==
        R"({"maturity_rating":"PG-13","name":"Kids \"1\"","pin":"1234","profile_id":"p"})");
  change.pin = "";
  CHECK(profile_body(change).find(R"("pin":null)") != std::string::npos);
  CHECK(rating_body("m", "", 3) == R"({"movie_id":"m","stars":3})");
  CHECK(rating_body("m", "p", 3) == R"({"movie_id":"m","profile_id":"p","stars":3})");
}

}  // namespace
}  // namespace playhead
