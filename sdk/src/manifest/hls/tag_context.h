// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "manifest/diagnostic.h"
#include "manifest/hls/attribute_list.h"
#include "manifest/hls/line_reader.h"
#include "manifest/hls/tags.h"
#include "manifest/hls/text_arena.h"
#include "manifest/hls/variables.h"
#include "playhead/result.h"

namespace playhead::hls {

// What both playlist parsers share while they read: the line, variables, violations, the first
// error.
class TagContext {
 public:
  // `imports` may be null; it and options.diagnostics are used during parsing only.
  TagContext(std::string_view text, std::string url, const VariableMap* imports,
             TagRule::Place place, const ParseOptions& options)
      : text_(text),
        lines_(text),
        url_(std::move(url)),
        imports_(imports),
        place_(place),
        options_(options) {}

  // Looks at the text as a whole: its first line, its characters. Before the first next().
  void begin();
  // Next line to look at; false at the end, or after an error.
  bool next(std::string_view& line);
  // The tag a line is, when it is one to act upon. What the rules of kTagRules forbid is reported.
  std::optional<Tag> admit(const TagLine& line);
  // A segment is complete: tags that may stand once for each may come again.
  void end_segment() { seen_each_ = 0; }
  // For tags that are handled without admit().
  void see_each(Tag tag);

  // Ends parsing; the first call counts. The line's number is added.
  void fail(ErrorCode code, std::string_view what);
  void fail(std::string_view what) { fail(ErrorCode::kManifestSyntax, what); }
  // A MUST of RFC 8216bis is broken. `clause` is its section: "4.4.4.1".
  void violate(std::string_view clause, std::string_view what) {
    violate_at(lines_.offset(), clause, what);
  }
  void violate_at(std::size_t offset, std::string_view clause, std::string_view what);
  // An unknown or unusable part; `name` is put behind `what`.
  void skip(std::string_view what, std::string_view name = {});
  // What stands here needs at least this EXT-X-VERSION (§8).
  void require_version(int version, std::string_view why) {
    if (version <= required_version_) return;
    required_version_ = version;
    required_why_ = why;
    required_offset_ = lines_.offset();
  }
  // EXT-X-VERSION; 1 without it.
  void on_version(std::string_view value);
  // At the end: EXT-X-VERSION covers what was used.
  void check_version();

  // The tag's attributes, with variables substituted; valid until the next call.
  const AttributeList& attributes(std::string_view value);
  // As above, without variables.
  const AttributeList& written_attributes(std::string_view value);
  // A URI line. Answers `uri` itself unless it refers to variables; see strings().
  std::string_view substituted(std::string_view uri);
  // EXT-X-DEFINE (RFC 8216bis §4.4.2.3).
  void define(std::string_view value);
  // EXT-X-START: TIME-OFFSET in µs and PRECISE.
  struct Start {
    int64_t offset_us = 0;
    bool is_precise = false;
  };
  std::optional<Start> start(std::string_view value);

  [[nodiscard]] bool has_failed() const { return error_.has_value(); }
  [[nodiscard]] Error take_error() { return std::move(*error_); }
  [[nodiscard]] int warnings() const { return warnings_; }
  [[nodiscard]] int version() const { return version_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] LineReader& lines() { return lines_; }
  // Owns every substituted value since the last clear.
  [[nodiscard]] TextArena& strings() { return strings_; }
  [[nodiscard]] const std::shared_ptr<VariableMap>& variables() const { return variables_; }

 private:
  void report(std::size_t offset, Diagnostic::Severity severity, std::string_view rule,
              std::string_view what);
  void check_line_end();
  void check_characters();

  std::string_view text_;
  LineReader lines_;
  std::string url_;
  const VariableMap* imports_;
  TagRule::Place place_;
  ParseOptions options_;
  std::shared_ptr<VariableMap> variables_ = std::make_shared<VariableMap>();
  AttributeList attributes_;
  TextArena strings_;
  std::string scratch_;
  std::size_t substituted_bytes_ = 0;
  uint64_t seen_ = 0;       // a bit for each Tag of this playlist …
  uint64_t seen_each_ = 0;  // … and of this segment
  bool has_carriage_returns_ = false;
  int version_ = 1;
  int required_version_ = 1;
  std::string_view required_why_;
  std::size_t required_offset_ = 0;
  int warnings_ = 0;
  std::optional<Error> error_;
};

// "9.9766" seconds; negative is no value.
[[nodiscard]] std::optional<int64_t> parse_duration_ns(std::string_view text);
// Decimal digits, at most `max`.
[[nodiscard]] std::optional<int64_t> parse_count(std::string_view text, int64_t max);

}  // namespace playhead::hls
