// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/secret_bytes.h"

namespace playhead {

// JSON with secrets in it, on its way to a parser: parsers leave copies of what they read behind.
// The texts of members of one name are taken out; a number in quotation marks stands in their
// place. Nothing else is changed, also where it is no JSON. Pure.
class SecretJson {
 public:
  SecretJson(std::string_view json, std::string_view name) {
    kept_.reserve(json.size());
    std::size_t at = 0;
    while (at < json.size()) {
      const std::size_t end = json[at] == '"' ? end_of_text(json, at) : at + 1;
      keep(json.substr(at, end - at));
      const bool is_name = end - at == name.size() + 2 && json.substr(at + 1, name.size()) == name;
      at = end;
      if (json[end - 1] != '"' || !is_name) continue;
      const std::size_t colon = behind_space(json, end);
      const std::size_t value = behind_space(json, colon + 1);
      if (value >= json.size() || json[colon] != ':' || json[value] != '"') continue;
      keep(json.substr(at, value - at));
      keep('"' + std::to_string(secrets_.size()) + '"');
      at = end_of_text(json, value);
      secrets_.push_back(plain(json.substr(value, at - value)));
    }
  }

  // What may be parsed.
  [[nodiscard]] std::string_view text() const { return as_text(kept_); }
  // What `placeholder`, the text of such a member now, stands for. Null: it stands for nothing.
  [[nodiscard]] const SecretBytes* find(std::string_view placeholder) const {
    std::size_t index = 0;
    const char* const end = placeholder.data() + placeholder.size();
    const auto read = std::from_chars(placeholder.data(), end, index);
    const bool is_one = read.ec == std::errc() && read.ptr == end && index < secrets_.size();
    return is_one ? &secrets_[index] : nullptr;
  }

 private:
  void keep(std::string_view part) { kept_.insert(kept_.end(), part.begin(), part.end()); }

  // Behind the quotation mark that ends the text beginning at `at`.
  [[nodiscard]] static std::size_t end_of_text(std::string_view json, std::size_t at) {
    for (++at; at < json.size(); ++at) {
      if (json[at] == '\\') {
        ++at;
      } else if (json[at] == '"') {
        return at + 1;
      }
    }
    return json.size();
  }
  [[nodiscard]] static std::size_t behind_space(std::string_view json, std::size_t at) {
    while (at < json.size() && std::string_view(" \t\r\n").find(json[at]) != std::string_view::npos)
      ++at;
    return at;
  }
  // Without quotation marks and escapes (RFC 8259 §7); of base64 writers escape / + and =.
  [[nodiscard]] static SecretBytes plain(std::string_view quoted) {
    SecretBytes bytes;
    bytes.reserve(quoted.size());
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
      char c = quoted[i];
      if (c == '\\' && i + 2 < quoted.size()) {
        c = quoted[++i];
        unsigned number = 0;
        const char* const digits = quoted.data() + i + 1;
        const bool has_number = c == 'u' && i + 5 < quoted.size() &&
                                std::from_chars(digits, digits + 4, number, 16).ptr == digits + 4;
        if (has_number && number < 0x80) {
          c = static_cast<char>(number);
          i += 4;
        }
      }
      bytes.push_back(static_cast<uint8_t>(c));
    }
    return bytes;
  }

  SecretBytes kept_;
  std::vector<SecretBytes> secrets_;
};

}  // namespace playhead
