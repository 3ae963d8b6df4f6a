// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "manifest/hls/attribute_list.h"
#include "manifest/hls/line_reader.h"
#include "manifest/hls/variables.h"
#include "playhead/result.h"

namespace playhead::hls {

// One row of a parser's table: the tag's name without '#', and what it does with its value.
template <typename Parser>
struct TagHandler {
  std::string_view name;
  void (Parser::*handle)(std::string_view value);
};

// Rows must be sorted by name, which the parsers assert at compile time.
template <typename Parser, std::size_t N>
[[nodiscard]] constexpr bool is_sorted_by_name(const std::array<TagHandler<Parser>, N>& table) {
  for (std::size_t i = 1; i < N; ++i) {
    if (table[i - 1].name >= table[i].name) return false;
  }
  return true;
}

template <typename Parser, std::size_t N>
[[nodiscard]] const TagHandler<Parser>* find_handler(const std::array<TagHandler<Parser>, N>& table,
                                                     std::string_view name) {
  const auto row = std::lower_bound(
      table.begin(), table.end(), name,
      [](const TagHandler<Parser>& handler, std::string_view n) { return handler.name < n; });
  return row != table.end() && row->name == name ? &*row : nullptr;
}

struct TagLine {
  std::string_view name;   // without '#'
  std::string_view value;  // after the first ':'
};

// "#EXT-X-KEY:METHOD=NONE" → {"EXT-X-KEY", "METHOD=NONE"}.
[[nodiscard]] inline TagLine split_tag(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  return {trim(line.substr(1, colon - 1)), trim(line.substr(std::min(colon + 1, line.size())))};
}
[[nodiscard]] inline bool is_tag(std::string_view line) {
  return line.size() >= 4 && line[0] == '#' && line[1] == 'E' && line[2] == 'X' && line[3] == 'T';
}

// What both playlist parsers share while they read: the line, variables, warnings, the first error.
class TagContext {
 public:
  // `imports` may be null; it is used during parsing only.
  TagContext(std::string_view text, std::string url, const VariableMap* imports)
      : lines_(text), url_(std::move(url)), imports_(imports) {}

  // Next line to look at; false at the end, or after an error.
  bool next(std::string_view& line);

  // Ends parsing; the first call counts. The line's number is added.
  void fail(ErrorCode code, std::string_view what);
  void fail(std::string_view what) { fail(ErrorCode::kManifestSyntax, what); }
  // A tolerated violation or an unknown part.
  void warn() { ++warnings_; }

  // The tag's attributes, with variables substituted; valid until the next call.
  const AttributeList& attributes(std::string_view value);
  // A URI line. Answers `uri` itself unless it refers to variables; see strings().
  std::string_view substituted(std::string_view uri);
  // EXT-X-DEFINE (RFC 8216bis §4.4.2.3).
  void define(std::string_view value);

  [[nodiscard]] bool has_failed() const { return error_.has_value(); }
  [[nodiscard]] Error take_error() { return std::move(*error_); }
  [[nodiscard]] int warnings() const { return warnings_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  // Owns every substituted value since the last clear; addresses are stable.
  [[nodiscard]] std::deque<std::string>& strings() { return strings_; }
  [[nodiscard]] const std::shared_ptr<VariableMap>& variables() const { return variables_; }

 private:
  LineReader lines_;
  std::string url_;
  const VariableMap* imports_;
  std::shared_ptr<VariableMap> variables_ = std::make_shared<VariableMap>();
  AttributeList attributes_;
  std::deque<std::string> strings_;
  std::size_t substituted_bytes_ = 0;
  int warnings_ = 0;
  std::optional<Error> error_;
};

// "9.9766" seconds; negative is no value.
[[nodiscard]] std::optional<int64_t> parse_duration_ns(std::string_view text);

}  // namespace playhead::hls
