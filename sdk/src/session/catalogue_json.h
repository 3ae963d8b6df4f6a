// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playhead/catalogue.h"
#include "playhead/result.h"

namespace playhead {

// The JSON of what a service has to show, both ways. Pure. Every parser: kApiBadAnswer naming the
// field that is missing or wrong; words of enumerations that are not known are taken for the
// plainest, unknown members are ignored.

[[nodiscard]] Result<HomePage> parse_home(std::string_view text);
// {"items": [...]}: of a search, and of what to continue.
[[nodiscard]] Result<std::vector<CatalogueItem>> parse_items(std::string_view text);
[[nodiscard]] Result<TitleDetails> parse_title(std::string_view text);
[[nodiscard]] Result<std::vector<Recommendation>> parse_recommendations(std::string_view text);
[[nodiscard]] Result<std::vector<ViewerProfile>> parse_profiles(std::string_view text);
[[nodiscard]] Result<ViewerProfile> parse_profile(std::string_view text);

[[nodiscard]] std::string profile_body(const ProfileChange& change);
[[nodiscard]] std::string rating_body(const std::string& title_id, const std::string& profile_id,
                                      int stars);

}  // namespace playhead
