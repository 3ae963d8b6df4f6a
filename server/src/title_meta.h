// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "maturity.h"
#include "result.h"

namespace playhead::server {

// A part of a title, in ms from its start; 0 <= start < end.
struct TitleSpan {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::string name = {};  // of a chapter
};

// What title.json may say beside what playing needs.
struct TitleMeta {
  std::string description;
  std::vector<std::string> genres;  // the main genre is the first
  std::vector<std::string> cast;
  std::optional<Maturity> maturity;
  std::vector<std::string> countries;  // ISO 3166-1 alpha-2, where it may be watched; empty = all
  std::vector<std::string> codecs;     // RFC 6381 names the pictures need, "avc1"; empty = unknown
  std::vector<TitleSpan> chapters;     // in order, without overlaps
  std::optional<TitleSpan> intro;
  std::optional<TitleSpan> credits;
  std::string thumbnails;  // path below the folder; empty = none
};

// "description", "genres", "cast", "maturity_rating", "countries", "codecs", "chapters", "intro",
// "credits", "thumbnails" of title.json, all optional. Error `bad_title` says what is wrong.
// `title_id`, `genre` and `duration_ms` are what the title is already known to have.
[[nodiscard]] Result<TitleMeta> parse_title_meta(const nlohmann::json& object,
                                                 std::string_view title_id, std::string_view genre,
                                                 int64_t duration_ms);

}  // namespace playhead::server
