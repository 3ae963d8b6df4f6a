// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/tag_context.h"

#include "base/decimal.h"
#include "base/limits.h"

namespace playhead::hls {

bool TagContext::next(std::string_view& line) {
  if (error_ || !lines_.next(line)) return false;
  if (line.size() > limits::kPlaylistLineBytes) {
    fail(ErrorCode::kManifestLimit, "the line is longer than 64 KiB");
    return false;
  }
  return true;
}

void TagContext::fail(ErrorCode code, std::string_view what) {
  if (error_) return;
  error_ = make_error(code, "line " + std::to_string(lines_.number()) + ": " + std::string(what));
}

const AttributeList& TagContext::attributes(std::string_view value) {
  attributes_.parse(value);
  warnings_ += attributes_.malformed();
  if (!has_variable_reference(value)) return attributes_;
  for (Attribute& attribute : attributes_.items()) {
    // RFC 8216bis §4.3: quoted strings and hexadecimal sequences only.
    const std::string_view start = attribute.value.substr(0, 2);
    if (attribute.is_quoted || start == "0x" || start == "0X") {
      attribute.value = substituted(attribute.value);
    }
  }
  return attributes_;
}

std::string_view TagContext::substituted(std::string_view uri) {
  if (!has_variable_reference(uri)) return uri;
  Result<std::string> text = substitute(uri, *variables_);
  if (!text) {
    fail(text.error().context);
    return uri;
  }
  substituted_bytes_ += text->size();
  if (text->size() > limits::kPlaylistLineBytes || substituted_bytes_ > limits::kSubstitutedBytes) {
    fail(ErrorCode::kManifestLimit, "variables grow the playlist beyond its limit");
    return uri;
  }
  strings_.push_back(*std::move(text));
  return strings_.back();
}

void TagContext::define(std::string_view value) {
  const AttributeList& list = attributes(value);
  std::string name;
  std::string content;
  if (const auto plain = list.find("NAME")) {
    name = *plain;
    content = list.get("VALUE");
  } else if (const auto import = list.find("IMPORT")) {
    name = *import;
    const auto found = imports_ == nullptr ? VariableMap::const_iterator() : imports_->find(name);
    if (imports_ == nullptr || found == imports_->end()) {
      return fail("the imported variable is not defined in the multivariant playlist");
    }
    content = found->second;
  } else if (const auto query = list.find("QUERYPARAM")) {
    name = *query;
    std::optional<std::string> parameter = query_parameter(url_, name);
    if (!parameter) return fail("the playlist's URL lacks the query parameter of EXT-X-DEFINE");
    content = *std::move(parameter);
  } else {
    return fail("EXT-X-DEFINE without NAME, IMPORT or QUERYPARAM");
  }
  if (variables_->size() >= limits::kVariables) {
    return fail(ErrorCode::kManifestLimit, "more than 1,000 variables");
  }
  if (!variables_->emplace(std::move(name), std::move(content)).second) {
    fail("a variable is defined twice");
  }
}

std::optional<int64_t> parse_duration_ns(std::string_view text) { return parse_decimal(text, 9); }

}  // namespace playhead::hls
