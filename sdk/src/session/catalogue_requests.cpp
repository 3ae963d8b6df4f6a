// SPDX-License-Identifier: Apache-2.0
#include "session/catalogue_requests.h"

#include <algorithm>
#include <utility>

#include "base/url.h"
#include "session/catalogue_json.h"

namespace playhead {

namespace {

constexpr int kMaxLimit = 50;
constexpr std::size_t kMaxSearchBytes = 200;
constexpr int kWestmost = -720, kEastmost = 840;   // minutes
constexpr std::size_t kMaxProfileNameBytes = 256;  // of 64 characters
constexpr std::size_t kLeastPin = 4, kMostPin = 8;

Error out_of_range(const char* what) { return make_error(ErrorCode::kInvalidArgument, what); }

bool is_pin(const std::string& pin) {
  return pin.size() >= kLeastPin && pin.size() <= kMostPin &&
         std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A path with its query, member by member.
class Path {
 public:
  explicit Path(std::string path) : text_(std::move(path)) {}

  Path& with(const char* name, const std::string& value) {
    if (value.empty()) return *this;
    text_ += std::exchange(separator_, '&');
    text_ += name;
    text_ += '=' + percent_encoded(value);
    return *this;
  }
  Path& with(const char* name, int value) { return with(name, std::to_string(value)); }

  Result<ApiRequest> get() {
    ApiRequest request;
    request.path = std::move(text_);
    return request;
  }

 private:
  std::string text_;
  char separator_ = '?';
};

Result<void> check(int limit, const std::string& profile_id) {
  if (limit < 1 || limit > kMaxLimit) return out_of_range("a limit is 1 to 50");
  if (profile_id.size() > kMaxIdBytes) return out_of_range("a profile id has 256 bytes at most");
  return {};
}

}  // namespace

bool is_title_id(const std::string& id) { return !id.empty() && id.size() <= kMaxIdBytes; }

Result<ApiRequest> home_request(const HomeQuery& query, const std::string& profile_id) {
  if (auto checked = check(query.limit, profile_id); !checked) return std::move(checked).error();
  return Path("/api/v1/home")
      .with("cursor", query.cursor)
      .with("limit", query.limit)
      .with("profile_id", profile_id)
      .get();
}

Result<ApiRequest> search_request(const SearchQuery& query, const std::string& profile_id) {
  if (auto checked = check(query.limit, profile_id); !checked) return std::move(checked).error();
  if (query.text.empty() || query.text.size() > kMaxSearchBytes) {
    return out_of_range("a search has 1 to 200 bytes");
  }
  return Path("/api/v1/search")
      .with("q", query.text)
      .with("limit", query.limit)
      .with("profile_id", profile_id)
      .get();
}

Result<ApiRequest> title_request(const std::string& title_id, const std::string& profile_id) {
  if (!is_title_id(title_id)) return out_of_range("a title id has 1 to 256 bytes");
  return Path("/api/v1/titles/" + percent_encoded(title_id)).with("profile_id", profile_id).get();
}

Result<ApiRequest> continue_request(int limit, const std::string& profile_id) {
  if (auto checked = check(limit, profile_id); !checked) return std::move(checked).error();
  return Path("/api/v1/continue-watching")
      .with("limit", limit)
      .with("profile_id", profile_id)
      .get();
}

Result<ApiRequest> recommendation_request(const RecommendationQuery& query,
                                          const std::string& profile_id) {
  if (auto checked = check(query.limit, profile_id); !checked) return std::move(checked).error();
  if (query.utc_offset_minutes < kWestmost || query.utc_offset_minutes > kEastmost) {
    return out_of_range("utc_offset_minutes is -720 to 840");
  }
  return Path("/api/v1/recommendations")
      .with("limit", query.limit)
      .with("device", std::string(to_string(query.device)))
      .with("utc_offset_minutes", query.utc_offset_minutes)
      .with("profile_id", profile_id)
      .get();
}

Result<ApiRequest> rating_request(const std::string& title_id, int stars,
                                  const std::string& profile_id) {
  if (!is_title_id(title_id)) return out_of_range("a title id has 1 to 256 bytes");
  if (stars < 1 || stars > 5) return out_of_range("a rating is 1 to 5 stars");
  ApiRequest request;
  request.method = "POST";
  request.path = "/api/v1/ratings";
  request.body = rating_body(title_id, profile_id, stars);
  return request;
}

ApiRequest profiles_request() {
  ApiRequest request;
  request.path = "/api/v1/profiles";
  return request;
}

Result<ApiRequest> put_profile_request(const ProfileChange& change,
                                       const std::string& default_pin) {
  if (change.name.empty() || change.name.size() > kMaxProfileNameBytes) {
    return out_of_range("a profile's name has 1 to 64 characters");
  }
  if (change.profile_id.size() > kMaxIdBytes)
    return out_of_range("a profile id has 256 bytes at most");
  if (change.maturity == MaturityRating::kNotRated) return out_of_range("a profile has a rating");
  const bool sets_pin = change.pin && !change.pin->empty();
  if ((sets_pin && !is_pin(*change.pin)) || (!default_pin.empty() && !is_pin(default_pin))) {
    return out_of_range("a PIN has 4 to 8 digits");
  }
  ApiRequest request;
  request.method = "POST";
  request.path = "/api/v1/profiles";
  request.body = profile_body(change);
  request.pin = default_pin;
  return request;
}

Result<ApiRequest> choice_request(const std::string& profile_id, const std::string& pin) {
  if (!pin.empty() && !is_pin(pin)) return out_of_range("a PIN has 4 to 8 digits");
  PLAYHEAD_TRY(ApiRequest request, continue_request(1, profile_id));
  request.pin = pin;
  return request;
}

}  // namespace playhead
