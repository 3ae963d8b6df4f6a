// SPDX-License-Identifier: Apache-2.0
#include "session/catalogue_json.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "session/json_fields.h"

namespace playhead {

namespace {

using namespace json_fields;

// More than any list of the contract (chosen).
constexpr std::size_t kMaxListEntries = 1'000;

// By number: the enumerators in order.
constexpr const char* kMaturityWords[] = {"", "G", "PG", "PG-13", "R", "TV-MA"};
constexpr const char* kDeviceWords[] = {"other",   "phone",   "tablet", "tv",
                                        "desktop", "browser", "console"};
constexpr const char* kReasonWords[] = {"taste", "titles", "context", "new"};

// Place of the word in the list; of others `otherwise`.
template <typename Enum, std::size_t N>
Enum enum_of(const std::string& word, const char* const (&words)[N], Enum otherwise) {
  const auto found = std::find(std::begin(words), std::end(words), word);
  if (found == std::end(words)) return otherwise;
  return static_cast<Enum>(found - std::begin(words));
}

// Every entry of the list, which must be objects, by `parse`.
template <typename T>
Result<std::vector<T>> parse_list(const Json& object, const char* name,
                                  Result<T> (*parse)(const Json&)) {
  PLAYHEAD_TRY(const Json* list, list_field(object, name, kMaxListEntries));
  std::vector<T> entries;
  entries.reserve(list->size());
  for (const Json& each : *list) {
    if (!each.is_object()) return bad_field(name, "has an entry that is not an object");
    PLAYHEAD_TRY(T entry, parse(each));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<std::string>> parse_words(const Json& object, const char* name) {
  PLAYHEAD_TRY(const Json* list, list_field(object, name, kMaxListEntries));
  std::vector<std::string> words;
  for (const Json& each : *list) {
    if (!each.is_string()) return bad_field(name, "has an entry that is not a string");
    words.push_back(each.get<std::string>());
  }
  return words;
}

Result<CatalogueItem> parse_item(const Json& json) {
  CatalogueItem item;
  PLAYHEAD_TRY(item.title_id, text_field(json, "movie_id"));
  if (item.title_id.empty()) return bad_field("movie_id", "is empty");
  PLAYHEAD_TRY(item.name, text_field(json, "name"));
  PLAYHEAD_TRY(item.genre, optional_text_field(json, "genre"));
  if (find(json, "year") != nullptr) {
    PLAYHEAD_TRY(const int64_t year, integer_field(json, "year"));
    if (year < 0 || year > 9999) return bad_field("year", "is out of range");
    item.year = static_cast<int>(year);
  }
  PLAYHEAD_TRY(item.duration, seconds_field(json, "duration_seconds"));
  PLAYHEAD_TRY(const std::string maturity, optional_text_field(json, "maturity_rating"));
  item.maturity = enum_of(maturity, kMaturityWords, MaturityRating::kNotRated);
  PLAYHEAD_TRY(item.position, optional_seconds_field(json, "position_seconds"));
  return item;
}

Result<HomeRow> parse_row(const Json& json) {
  HomeRow row;
  PLAYHEAD_TRY(row.id, text_field(json, "id"));
  PLAYHEAD_TRY(row.name, text_field(json, "name"));
  PLAYHEAD_TRY(row.items, parse_list(json, "items", &parse_item));
  return row;
}

Result<TimeSpan> parse_span(const Json& json) {
  PLAYHEAD_TRY(const Duration start, seconds_field(json, "start_seconds"));
  PLAYHEAD_TRY(const Duration end, seconds_field(json, "end_seconds"));
  if (end < start) return bad_field("end_seconds", "is before the start");
  return TimeSpan{MediaTime{start.count()}, MediaTime{end.count()}};
}

Result<std::optional<TimeSpan>> parse_optional_span(const Json& json, const char* name) {
  PLAYHEAD_TRY(const Json* span, object_field(json, name));
  if (span == nullptr) return std::optional<TimeSpan>();
  PLAYHEAD_TRY(const TimeSpan value, parse_span(*span));
  return std::optional(value);
}

Result<Chapter> parse_chapter(const Json& json) {
  Chapter chapter;
  PLAYHEAD_TRY(chapter.span, parse_span(json));
  PLAYHEAD_TRY(chapter.name, text_field(json, "name"));
  return chapter;
}

Result<void> parse_ratings(const Json& json, TitleDetails& title) {
  PLAYHEAD_TRY(const Json* ratings, object_field(json, "ratings"));
  if (ratings == nullptr) return {};
  PLAYHEAD_TRY(const int64_t count, integer_field(*ratings, "count"));
  title.rating_count = static_cast<int>(std::clamp<int64_t>(count, 0, INT32_MAX));
  if (const Json* average = find(*ratings, "average")) {
    if (!average->is_number()) return bad_field("average", "is not a number");
    title.rating_average = average->get<double>();
  }
  if (find(*ratings, "own") != nullptr) {
    PLAYHEAD_TRY(const int64_t own, integer_field(*ratings, "own"));
    if (own < 1 || own > 5) return bad_field("own", "is out of range");
    title.own_rating = static_cast<int>(own);
  }
  return {};
}

Result<Recommendation> parse_recommendation(const Json& json) {
  Recommendation recommendation;
  PLAYHEAD_TRY(recommendation.item, parse_item(json));
  if (const Json* score = find(json, "score")) {
    if (!score->is_number()) return bad_field("score", "is not a number");
    recommendation.score = std::clamp(score->get<double>(), 0.0, 1.0);
  }
  PLAYHEAD_TRY(const std::string reason, optional_text_field(json, "reason"));
  recommendation.reason = enum_of(reason, kReasonWords, RecommendationReason::kNew);
  return recommendation;
}

Result<ViewerProfile> parse_viewer(const Json& json) {
  ViewerProfile profile;
  PLAYHEAD_TRY(profile.profile_id, text_field(json, "profile_id"));
  if (profile.profile_id.empty()) return bad_field("profile_id", "is empty");
  PLAYHEAD_TRY(profile.name, text_field(json, "name"));
  PLAYHEAD_TRY(const std::string maturity, text_field(json, "maturity_rating"));
  profile.maturity = enum_of(maturity, kMaturityWords, MaturityRating::kTvMa);
  PLAYHEAD_TRY(profile.is_protected, flag_field(json, "is_protected"));
  PLAYHEAD_TRY(profile.is_default, flag_field(json, "is_default"));
  return profile;
}

}  // namespace

const char* to_string(MaturityRating rating) {
  return kMaturityWords[static_cast<std::size_t>(rating)];
}

const char* to_string(DeviceType type) { return kDeviceWords[static_cast<std::size_t>(type)]; }

Result<HomePage> parse_home(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  HomePage page;
  PLAYHEAD_TRY(page.rows, parse_list(json, "rows", &parse_row));
  PLAYHEAD_TRY(page.next_cursor, optional_text_field(json, "next_cursor"));
  return page;
}

Result<std::vector<CatalogueItem>> parse_items(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  return parse_list(json, "items", &parse_item);
}

Result<TitleDetails> parse_title(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  TitleDetails title;
  PLAYHEAD_TRY(title.item, parse_item(json));
  PLAYHEAD_TRY(title.description, optional_text_field(json, "description"));
  PLAYHEAD_TRY(title.genres, parse_words(json, "genres"));
  PLAYHEAD_TRY(title.cast, parse_words(json, "cast"));
  PLAYHEAD_TRY(title.formats, parse_words(json, "formats"));
  PLAYHEAD_TRY(title.is_protected, flag_field(json, "is_protected"));
  PLAYHEAD_TRY(title.marks.chapters, parse_list(json, "chapters", &parse_chapter));
  PLAYHEAD_TRY(title.marks.intro, parse_optional_span(json, "intro"));
  PLAYHEAD_TRY(title.marks.credits, parse_optional_span(json, "credits"));
  PLAYHEAD_TRY(title.thumbnails_url, optional_url_field(json, "thumbnails_url"));
  if (auto ratings = parse_ratings(json, title); !ratings) return std::move(ratings).error();
  return title;
}

Result<std::vector<Recommendation>> parse_recommendations(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  return parse_list(json, "items", &parse_recommendation);
}

Result<std::vector<ViewerProfile>> parse_profiles(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  return parse_list(json, "profiles", &parse_viewer);
}

Result<ViewerProfile> parse_profile(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  return parse_viewer(json);
}

std::string profile_body(const ProfileChange& change) {
  Json json = {{"name", change.name}, {"maturity_rating", to_string(change.maturity)}};
  if (!change.profile_id.empty()) json["profile_id"] = change.profile_id;
  if (change.pin) json["pin"] = change.pin->empty() ? Json(nullptr) : Json(*change.pin);
  return to_text(json);
}

std::string rating_body(const std::string& title_id, const std::string& profile_id, int stars) {
  Json json = {{"movie_id", title_id}, {"stars", stars}};
  if (!profile_id.empty()) json["profile_id"] = profile_id;
  return to_text(json);
}

}  // namespace playhead
