// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/variables.h"

#include <algorithm>

namespace playhead::hls {
namespace {

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_character);
}

Result<void> substitute(std::string_view text, const VariableMap& variables, std::string& result) {
  while (true) {
    const std::size_t open = text.find("{$");
    result += text.substr(0, open);
    if (open == std::string_view::npos) return {};
    text.remove_prefix(open + 2);
    const auto stop = std::find_if_not(text.begin(), text.end(), is_name_character);
    const auto length = static_cast<std::size_t>(stop - text.begin());
    const std::string_view name = text.substr(0, length);
    if (name.empty() || stop == text.end() || *stop != '}') {
      result += "{$";  // not a reference
      continue;
    }
    const auto found = variables.find(name);
    if (found == variables.end()) {
      return make_error(ErrorCode::kManifestSyntax,
                        "variable " + std::string(name.substr(0, 64)) + " is not defined");
    }
    result += found->second;
    text.remove_prefix(length + 1);
  }
}

std::optional<std::string> query_parameter(std::string_view url, std::string_view name) {
  url = url.substr(0, url.find('#'));
  const std::size_t question = url.find('?');
  if (question == std::string_view::npos) return std::nullopt;
  std::string_view query = url.substr(question + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decode(pair.substr(0, equals)) == name) {
      return percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return std::nullopt;
}

}  // namespace playhead::hls
