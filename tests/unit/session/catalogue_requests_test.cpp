// SPDX-License-Identifier: Apache-2.0
#include "session/catalogue_requests.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

std::string path_of(const Result<ApiRequest>& request) {
  return request ? request->path : "refused: " + request.error().context;
}

TEST_CASE("catalogue_requests: paths hold data, never structure") {
  CHECK(path_of(home_request({}, "")) == "/api/v1/home?limit=10");
  CHECK(path_of(home_request({"a&b", 50}, "p/1")) ==
        "/api/v1/home?cursor=a%26b&limit=50&profile_id=p%2F1");
  CHECK(path_of(search_request({"caf\xc3\xa9 #1", 5}, "")) ==
        "/api/v1/search?q=caf%C3%A9%20%231&limit=5");
  CHECK(path_of(title_request("../m?1", "kids")) == "/api/v1/titles/..%2Fm%3F1?profile_id=kids");
  CHECK(path_of(continue_request(20, "")) == "/api/v1/continue-watching?limit=20");
  CHECK(path_of(recommendation_request({3, DeviceType::kTv, -90}, "")) ==
        "/api/v1/recommendations?limit=3&device=tv&utc_offset_minutes=-90");
  CHECK(path_of(profiles_request()) == "/api/v1/profiles");
}

TEST_CASE("catalogue_requests: what changes something is posted") {
  const auto rating = rating_request("m", 5, "p");
  REQUIRE(rating.has_value());
  CHECK(rating->method == "POST");
  CHECK(rating->path == "/api/v1/ratings");
  CHECK(rating->body == R"({"movie_id":"m","profile_id":"p","stars":5})");
  ProfileChange change;
  change.name = "Kids";
  const auto put = put_profile_request(change, "4321");
  REQUIRE(put.has_value());
  CHECK(put->method == "POST");
  CHECK(put->pin == "4321");
  const auto choice = choice_request("kids", "1234");
  REQUIRE(choice.has_value());
  CHECK(choice->method == "GET");
  CHECK(choice->pin == "1234");
  CHECK(choice->path == "/api/v1/continue-watching?limit=1&profile_id=kids");
}

TEST_CASE("catalogue_requests: what is out of its range is refused before anything is asked") {
  ProfileChange unnamed;
  ProfileChange unrated;
  unrated.name = "n";
  unrated.maturity = MaturityRating::kNotRated;
  ProfileChange bad_pin;
  bad_pin.name = "n";
  bad_pin.pin = "12a4";
  ProfileChange fine;
  fine.name = "n";
  const std::string long_id(257, 'x');
  const Result<ApiRequest> refused[] = {
      home_request({"", 0}, ""),
      home_request({"", 51}, ""),
      home_request({}, long_id),
      search_request({"", 1}, ""),
      search_request({std::string(201, 'x'), 1}, ""),
      search_request({"x", 51}, ""),
      title_request("", ""),
      title_request(long_id, ""),
      continue_request(0, ""),
      recommendation_request({20, DeviceType::kTv, 841}, ""),
      recommendation_request({20, DeviceType::kTv, -721}, ""),
      rating_request("m", 0, ""),
      rating_request("m", 6, ""),
      rating_request("", 3, ""),
      put_profile_request(unnamed, ""),
      put_profile_request(unrated, ""),
      put_profile_request(bad_pin, ""),
      put_profile_request(fine, "123"),
      choice_request("p", "123456789"),
      choice_request(long_id, ""),
  };
  for (const auto& each : refused) {
    REQUIRE(!each.has_value());
    CHECK(each.error().code == ErrorCode::kInvalidArgument);
    CHECK(!each.error().context.empty());
  }
}

}  // namespace
}  // namespace playhead
