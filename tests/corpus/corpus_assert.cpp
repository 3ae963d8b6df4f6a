// SPDX-License-Identifier: Apache-2.0
#include "corpus/corpus_assert.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/iso8601.h"
#include "base/url.h"

namespace playhead::corpus {
namespace {

using nlohmann::json;

// Unset, null, or the type's "no value".
bool is_absent(const json& value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) ||
         (value.is_string() && value.get<std::string>().empty()) ||
         ((value.is_array() || value.is_object()) && value.empty()) ||
         (value.is_number() && value.get<double>() == 0);
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Hexadecimal digits without 0x and leading zeros, in lower case.
std::string bare_hex(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.rfind("0x", 0) == 0) text.erase(0, 2);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  return text;
}

std::string hex_of(const json& value) {
  if (value.is_string()) return bare_hex(value.get<std::string>());
  if (value.is_object() && value.contains("hex")) return bare_hex(value["hex"].get<std::string>());
  return value.dump();
}

std::string resolved(const std::string& uri, const std::string& base) {
  const Result<std::string> url = resolve_url(base, uri);
  return url ? *url : uri;
}

struct Found {
  bool is_known = true;  // false: the model has no such name
  const json* value = nullptr;
};

// "segments[0].map.uri".
Found find(const json& model, const std::string& path) {
  const json* at = &model;
  std::size_t i = 0;
  while (i < path.size()) {
    if (path[i] == '.') {
      ++i;
    } else if (path[i] == '[') {
      const std::size_t close = path.find(']', i);
      if (close == std::string::npos) return {false, nullptr};
      const std::string index = path.substr(i + 1, close - i - 1);
      i = close + 1;
      if (at->is_null()) return {true, nullptr};
      if (!at->is_array() || index.find_first_not_of("0123456789") != std::string::npos) {
        return {false, nullptr};
      }
      if (std::stoul(index) >= at->size()) return {true, nullptr};
      at = &(*at)[std::stoul(index)];
    } else {
      const std::size_t end = std::min(path.find_first_of(".[", i), path.size());
      const std::string key = path.substr(i, end - i);
      i = end;
      if (at->is_null()) return {true, nullptr};
      if (!at->is_object() || !at->contains(key)) return {false, nullptr};
      at = &(*at)[key];
    }
  }
  return {true, at};
}

Outcome outcome_of(bool holds) { return holds ? Outcome::kMatched : Outcome::kMismatched; }

}  // namespace

bool is_equal(const std::string& path, const json& actual, const json& expected,
              const Context& context) {
  if (ends_with(path, "iv") && !actual.is_null()) return hex_of(actual) == hex_of(expected);
  const bool is_date = ends_with(path, "program_date_time") || ends_with(path, "date");
  if (is_date && expected.is_string() && actual.is_number()) {
    const auto date = parse_iso_date_time(expected.get<std::string>());
    return date && std::abs(static_cast<double>(date->us) / 1000 - actual.get<double>()) <= 1;
  }
  if (actual.is_number() && expected.is_string()) {
    const std::string text = expected.get<std::string>();
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' && std::abs(number - actual.get<double>()) < 0.0015;
  }
  if (actual.is_boolean() && expected.is_string()) {
    return expected.get<std::string>() == (actual.get<bool>() ? "YES" : "NO");
  }
  if (actual.is_number() && expected.is_number()) {
    const double scale = std::max(1.0, std::abs(expected.get<double>()));
    return std::abs(actual.get<double>() - expected.get<double>()) <= 1e-6 * scale + 1e-4;
  }
  if (actual.is_object() && expected.is_string() && actual.contains("offset")) {
    // A byte range as written.
    const std::string text = expected.get<std::string>();
    const std::string ours = actual["length"].dump() + "@" + actual["offset"].dump();
    return text == ours || (text.find('@') == std::string::npos && text == actual["length"].dump());
  }
  if (actual.is_string() && expected.is_string()) {
    const auto& ours = actual.get_ref<const std::string&>();
    std::string theirs = expected.get<std::string>();
    if (theirs.size() >= 2 && theirs.front() == '"' && theirs.back() == '"') {
      theirs = theirs.substr(1, theirs.size() - 2);  // some keep the quotes
    }
    const bool is_place = ends_with(path, "uri") || ends_with(path, "url");
    return ours == theirs ||
           (is_place && resolved(ours, context.base) == resolved(theirs, context.base));
  }
  if (actual.is_object() && expected.is_object()) {
    return std::all_of(expected.items().begin(), expected.items().end(), [&](const auto& item) {
      return actual.contains(item.key()) &&
             is_equal(path + "." + item.key(), actual[item.key()], item.value(), context);
    });
  }
  if (actual.is_array() && expected.is_array()) {
    if (actual.size() != expected.size()) return false;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      if (!is_equal(path, actual[i], expected[i], context)) return false;
    }
    return true;
  }
  return actual == expected || (is_absent(actual) && is_absent(expected));
}

Outcome evaluate(const json& statement, const Context& context) {
  const std::string path = statement[0].is_string() ? statement[0].get<std::string>() : "";
  const std::string op = statement[1];
  const json expected = statement.size() > 2 ? statement[2] : json();
  const Found found = path.empty() ? Found{false, nullptr} : find(context.model, path);
  if (!found.is_known) return Outcome::kNotApplicable;
  const json actual = found.value == nullptr ? json() : *found.value;
  if (op == "eq") return outcome_of(is_equal(path, actual, expected, context));
  if (op == "ne") return outcome_of(!is_equal(path, actual, expected, context));
  if (op == "len") {
    return outcome_of((actual.is_null() ? 0 : actual.size()) == expected.get<std::size_t>());
  }
  if (op == "absent" || op == "falsy" || op == "empty") return outcome_of(is_absent(actual));
  if (op == "present" || op == "truthy" || op == "nonempty") {
    return outcome_of(!is_absent(actual));
  }
  return Outcome::kNotApplicable;  // statements about upstream's own classes
}

}  // namespace playhead::corpus
