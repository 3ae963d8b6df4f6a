// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace playhead::hls {

struct Attribute {
  std::string_view name;
  std::string_view value;  // without quotes
  bool is_quoted = false;
};

// An attribute list (RFC 8216 §4.2). Linear in its length. What is not NAME=value is skipped and
// counted, and so are names that come again: the first counts. Views into the text given to
// parse().
class AttributeList {
 public:
  void parse(std::string_view text);

  [[nodiscard]] const Attribute* find_item(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    const Attribute* item = find_item(name);
    return item == nullptr ? std::nullopt : std::optional<std::string_view>(item->value);
  }
  [[nodiscard]] std::string_view get(std::string_view name) const {
    return find(name).value_or(std::string_view());
  }
  [[nodiscard]] bool is_yes(std::string_view name) const { return get(name) == "YES"; }
  [[nodiscard]] std::vector<Attribute>& items() { return items_; }
  [[nodiscard]] const std::vector<Attribute>& items() const { return items_; }
  [[nodiscard]] int malformed() const { return malformed_; }
  [[nodiscard]] int repeated() const { return repeated_; }

 private:
  void add(const Attribute& attribute);

  std::vector<Attribute> items_;  // keeps its memory from list to list
  uint64_t names_seen_ = 0;       // a bit for each hash: equal names are looked for only on a hit
  int malformed_ = 0;
  int repeated_ = 0;
};

}  // namespace playhead::hls
