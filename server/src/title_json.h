// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account_store.h"
#include "api_json.h"
#include "recommend.h"

// The JSON of titles: one in detail, and lists. Pure; any thread.
namespace playhead::server {

struct TitleDetail {
  const Title* title = nullptr;
  std::optional<int64_t> position_ms;  // of this viewer, when there is one
  std::optional<int> own_stars;
  AccountStore::RatingSum ratings;
  std::optional<std::string> thumbnails_url;  // signed
};
[[nodiscard]] std::string title_detail_json(const TitleDetail& detail);

// {"query","items":[...]}
[[nodiscard]] std::string search_json(std::string_view query,
                                      const std::vector<const Title*>& titles);
// {"rows":[{"id","name","items":[...]}],"next_cursor"}; items as in items_json()
[[nodiscard]] std::string home_json(const std::vector<HomeRow>& rows,
                                    const std::optional<std::string>& next_cursor);
// {"items":[...]} with positions
[[nodiscard]] std::string items_json(const std::vector<HomeItem>& items);
// {"items":[{..., "score","reason"}]}
[[nodiscard]] std::string recommendations_json(const std::vector<Recommendation>& titles);

}  // namespace playhead::server
