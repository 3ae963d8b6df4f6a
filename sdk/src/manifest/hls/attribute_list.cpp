// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/attribute_list.h"

#include <algorithm>

#include "manifest/hls/line_reader.h"

namespace playhead::hls {
namespace {

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

void AttributeList::parse(std::string_view text) {
  items_.clear();
  malformed_ = 0;
  while (!text.empty()) {
    const std::size_t mark = text.find_first_of("=,");
    if (mark == std::string_view::npos || text[mark] == ',') {
      // A blank item, as after a trailing comma, is as common as it is harmless.
      const std::string_view item = trim(text.substr(0, mark));
      if (!item.empty()) ++malformed_;
      if (mark == std::string_view::npos) return;
      text.remove_prefix(mark + 1);
      continue;
    }
    Attribute attribute;
    attribute.name = trim(text.substr(0, mark));
    text.remove_prefix(mark + 1);
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);

    bool is_sound = is_name(attribute.name);
    if (!text.empty() && text.front() == '"') {
      const std::size_t quote = text.find('"', 1);
      if (quote == std::string_view::npos) {
        ++malformed_;
        return;
      }
      attribute.value = text.substr(1, quote - 1);
      attribute.is_quoted = true;
      text.remove_prefix(quote + 1);
      const std::size_t comma = std::min(text.find(','), text.size());
      // What follows the quote is lost; the value itself is clear.
      if (!trim(text.substr(0, comma)).empty()) ++malformed_;
      text.remove_prefix(std::min(comma + 1, text.size()));
    } else {
      const std::size_t comma = std::min(text.find(','), text.size());
      attribute.value = trim(text.substr(0, comma));
      is_sound = is_sound && !attribute.value.empty();
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    if (is_sound) {
      items_.push_back(attribute);
    } else {
      ++malformed_;
    }
  }
}

std::optional<std::string_view> AttributeList::find(std::string_view name) const {
  for (const Attribute& attribute : items_) {
    if (attribute.name == name) return attribute.value;
  }
  return std::nullopt;
}

}  // namespace playhead::hls
