// SPDX-License-Identifier: Apache-2.0
#include "title_meta.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "media_path.h"

namespace playhead::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDescriptionBytes = 4000;
constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxCast = 100;
constexpr std::size_t kMaxGenres = 16;
constexpr std::size_t kMaxCountries = 250;
constexpr std::size_t kMaxCodecs = 16;
constexpr std::size_t kMaxChapters = 200;

Error bad(const std::string& name, const std::string& why) {
  return Error{500, "bad_title", "'" + name + "' " + why};
}

const json* member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Status read_text(const json& object, const char* name, std::size_t max_bytes, std::string& out) {
  const json* const value = member(object, name);
  if (value == nullptr) return Done{};
  if (!value->is_string()) return bad(name, "is not a text");
  out = value->get<std::string>();
  if (out.size() > max_bytes) return bad(name, "is too long");
  return Done{};
}

Status read_list(const json& object, const char* name, std::size_t max,
                 std::vector<std::string>& out) {
  const json* const value = member(object, name);
  if (value == nullptr) return Done{};
  if (!value->is_array() || value->size() > max) return bad(name, "is not a list, or too long");
  for (const json& entry : *value) {
    const bool fits = entry.is_string() && !entry.get_ref<const std::string&>().empty() &&
                      entry.get_ref<const std::string&>().size() <= kMaxNameBytes;
    if (!fits) return bad(name, "has an entry that is no text, empty or too long");
    out.push_back(entry.get<std::string>());
  }
  return Done{};
}

bool is_country(const std::string& text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<int64_t> ms_of(const json* seconds, int64_t duration_ms) {
  if (seconds == nullptr || !seconds->is_number()) return std::nullopt;
  const double value = seconds->get<double>() * 1000.0;
  if (!(value >= 0 && value <= static_cast<double>(duration_ms) + 1000.0)) return std::nullopt;
  return std::min(duration_ms, static_cast<int64_t>(std::llround(value)));
}

Result<TitleSpan> read_span(const json& value, const std::string& name, int64_t duration_ms) {
  if (!value.is_object()) return bad(name, "is not an object");
  const auto start = ms_of(member(value, "start_seconds"), duration_ms);
  const auto end = ms_of(member(value, "end_seconds"), duration_ms);
  if (!start || !end || *start >= *end) return bad(name, "does not lie within the title");
  TitleSpan span{*start, *end};
  for (const auto& [key, entry] : value.items()) {
    // A name under another key would be lost in silence.
    if (key != "start_seconds" && key != "end_seconds" && key != "name") {
      return bad(name, "has '" + key + "', which nothing knows");
    }
  }
  if (Status text = read_text(value, "name", kMaxNameBytes, span.name); !text.ok()) {
    return text.error();
  }
  return span;
}

Status read_optional_span(const json& object, const char* name, int64_t duration_ms,
                          std::optional<TitleSpan>& out) {
  const json* const value = member(object, name);
  if (value == nullptr) return Done{};
  auto span = read_span(*value, name, duration_ms);
  if (!span.ok()) return span.error();
  out = std::move(span.value());
  return Done{};
}

Status read_chapters(const json& object, int64_t duration_ms, std::vector<TitleSpan>& out) {
  const json* const list = member(object, "chapters");
  if (list == nullptr) return Done{};
  if (!list->is_array() || list->size() > kMaxChapters) {
    return bad("chapters", "is not a list, or too long");
  }
  for (const json& value : *list) {
    auto span = read_span(value, "chapters", duration_ms);
    if (!span.ok()) return span.error();
    if (!out.empty() && span.value().start_ms < out.back().end_ms) {
      return bad("chapters", "overlap or are not in order");
    }
    out.push_back(std::move(span.value()));
  }
  return Done{};
}

Status read_maturity(const json& object, std::optional<Maturity>& out) {
  std::string name;
  if (Status text = read_text(object, "maturity_rating", kMaxNameBytes, name); !text.ok()) {
    return text;
  }
  if (name.empty()) return Done{};
  out = parse_maturity(name);
  if (!out) return bad("maturity_rating", "must be G, PG, PG-13, R or TV-MA");
  return Done{};
}

Status read_all(const json& object, std::string_view title_id, int64_t duration_ms,
                TitleMeta& meta) {
  const auto all = {
      read_text(object, "description", kMaxDescriptionBytes, meta.description),
      read_list(object, "genres", kMaxGenres, meta.genres),
      read_list(object, "cast", kMaxCast, meta.cast),
      read_list(object, "countries", kMaxCountries, meta.countries),
      read_list(object, "codecs", kMaxCodecs, meta.codecs),
      read_text(object, "thumbnails", kMaxNameBytes, meta.thumbnails),
      read_maturity(object, meta.maturity),
      read_chapters(object, duration_ms, meta.chapters),
      read_optional_span(object, "intro", duration_ms, meta.intro),
      read_optional_span(object, "credits", duration_ms, meta.credits),
  };
  for (const Status& status : all) {
    if (!status.ok()) return status;
  }
  if (!std::all_of(meta.countries.begin(), meta.countries.end(), is_country)) {
    return bad("countries", "must be codes of two capital letters");
  }
  // The same test that a request for it must pass.
  if (!meta.thumbnails.empty() &&
      !parse_media_path(std::string(kMediaPrefix).append(title_id) + "/" + meta.thumbnails)) {
    return bad("thumbnails", "is no path that can be served");
  }
  return Done{};
}

}  // namespace

Result<TitleMeta> parse_title_meta(const json& object, std::string_view title_id,
                                   std::string_view genre, int64_t duration_ms) {
  TitleMeta meta;
  if (Status read = read_all(object, title_id, duration_ms, meta); !read.ok()) return read.error();
  const auto at = std::find(meta.genres.begin(), meta.genres.end(), genre);
  if (at != meta.genres.end()) meta.genres.erase(at);
  meta.genres.insert(meta.genres.begin(), std::string(genre));
  return meta;
}

}  // namespace playhead::server
