// SPDX-License-Identifier: Apache-2.0
#include "title_json.h"

#include <cmath>

#include "json_body.h"

namespace playhead::server {
namespace {

Json span_json(const TitleSpan& span) {
  return {{"start_seconds", seconds_of(span.start_ms)}, {"end_seconds", seconds_of(span.end_ms)}};
}

Json optional_span(const std::optional<TitleSpan>& span) {
  return span ? span_json(*span) : Json(nullptr);
}

Json optional_text(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json maturity_json(const Title& title) {
  if (!title.meta.maturity) return nullptr;
  return std::string(maturity_name(*title.meta.maturity));
}

Json item_json(const Title& title) {
  return {{"movie_id", title.id},
          {"name", title.name},
          {"genre", title.genre},
          {"year", title.year},
          {"duration_seconds", seconds_of(title.duration_ms)},
          {"maturity_rating", maturity_json(title)}};
}

Json item_list(const std::vector<HomeItem>& items) {
  Json list = Json::array();
  for (const HomeItem& item : items) {
    Json entry = item_json(*item.title);
    if (item.position_ms) entry["position_seconds"] = seconds_of(*item.position_ms);
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string title_detail_json(const TitleDetail& detail) {
  const Title& title = *detail.title;
  Json out = item_json(title);
  out["description"] = title.meta.description;
  out["genres"] = title.meta.genres;
  out["cast"] = title.meta.cast;
  Json formats = Json::array();
  for (const auto& [format, path] : title.manifests) formats.push_back(format);
  out["formats"] = std::move(formats);
  out["is_protected"] = title.drm.has_value();
  Json chapters = Json::array();
  for (const TitleSpan& chapter : title.meta.chapters) {
    Json entry = span_json(chapter);
    entry["name"] = chapter.name;
    chapters.push_back(std::move(entry));
  }
  out["chapters"] = std::move(chapters);
  out["intro"] = optional_span(title.meta.intro);
  out["credits"] = optional_span(title.meta.credits);
  out["thumbnails_url"] = optional_text(detail.thumbnails_url);
  const AccountStore::RatingSum& sum = detail.ratings;
  out["ratings"] = {{"count", sum.count}, {"average", nullptr}, {"own", nullptr}};
  if (sum.count > 0) {
    const double average = static_cast<double>(sum.stars) / static_cast<double>(sum.count);
    out["ratings"]["average"] = std::round(average * 100) / 100;
  }
  if (detail.own_stars) out["ratings"]["own"] = *detail.own_stars;
  out["position_seconds"] =
      detail.position_ms ? Json(seconds_of(*detail.position_ms)) : Json(nullptr);
  return dump(out);
}

std::string search_json(std::string_view query, const std::vector<const Title*>& titles) {
  Json items = Json::array();
  for (const Title* title : titles) items.push_back(item_json(*title));
  return dump({{"query", std::string(query)}, {"items", std::move(items)}});
}

std::string home_json(const std::vector<HomeRow>& rows,
                      const std::optional<std::string>& next_cursor) {
  Json list = Json::array();
  for (const HomeRow& row : rows) {
    list.push_back({{"id", row.id}, {"name", row.name}, {"items", item_list(row.items)}});
  }
  Json out = {{"rows", std::move(list)}, {"next_cursor", nullptr}};
  if (next_cursor) out["next_cursor"] = *next_cursor;
  return dump(out);
}

std::string items_json(const std::vector<HomeItem>& items) {
  return dump({{"items", item_list(items)}});
}

std::string recommendations_json(const std::vector<Recommendation>& titles) {
  Json list = Json::array();
  for (const Recommendation& one : titles) {
    Json entry = item_json(*one.title);
    entry["score"] = std::round(one.score * 10'000) / 10'000;
    entry["reason"] = std::string(one.reason);
    list.push_back(std::move(entry));
  }
  return dump({{"items", std::move(list)}});
}

}  // namespace playhead::server
