// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/catalogue.h"
#include "session/api_call.h"

namespace playhead {

// 1..kMaxIdBytes.
[[nodiscard]] bool is_title_id(const std::string& id);

// The calls that ask what there is to watch, as requests. Pure. `profile_id`: whose they are, empty
// for the account's default one. Errors: kInvalidArgument, which names what is out of its range.
[[nodiscard]] Result<ApiRequest> home_request(const HomeQuery& query,
                                              const std::string& profile_id);
[[nodiscard]] Result<ApiRequest> search_request(const SearchQuery& query,
                                                const std::string& profile_id);
[[nodiscard]] Result<ApiRequest> title_request(const std::string& title_id,
                                               const std::string& profile_id);
[[nodiscard]] Result<ApiRequest> continue_request(int limit, const std::string& profile_id);
[[nodiscard]] Result<ApiRequest> recommendation_request(const RecommendationQuery& query,
                                                        const std::string& profile_id);
[[nodiscard]] Result<ApiRequest> rating_request(const std::string& title_id, int stars,
                                                const std::string& profile_id);
[[nodiscard]] ApiRequest profiles_request();
[[nodiscard]] Result<ApiRequest> put_profile_request(const ProfileChange& change,
                                                     const std::string& default_pin);
// The smallest call that the service answers only to who may act for the profile.
[[nodiscard]] Result<ApiRequest> choice_request(const std::string& profile_id,
                                                const std::string& pin);

}  // namespace playhead
