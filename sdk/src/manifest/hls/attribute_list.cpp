// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/attribute_list.h"

#include <algorithm>
#include <cstring>

#include "manifest/hls/line_reader.h"

namespace playhead::hls {
namespace {

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_character);
}

// Position of `wanted` in text[from..], or the end.
std::size_t find_from(std::string_view text, std::size_t from, char wanted) {
  const void* found =
      from < text.size() ? std::memchr(text.data() + from, wanted, text.size() - from) : nullptr;
  return found == nullptr ? text.size()
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

void AttributeList::add(const Attribute& attribute) {
  const std::string_view name = attribute.name;
  const std::size_t hash = name.size() * 7 + static_cast<unsigned char>(name.front()) * 3u +
                           static_cast<unsigned char>(name.back()) * 11u;
  const uint64_t bit = uint64_t{1} << (hash % 64);
  if ((names_seen_ & bit) != 0) {
    // Looking through all of a hostile list for each item of it would be quadratic; real lists
    // have fewer names than this.
    constexpr std::size_t kMostLookedThrough = 64;
    if (items_.size() <= kMostLookedThrough && find_item(name) != nullptr) {
      ++repeated_;
      return;
    }
  }
  names_seen_ |= bit;
  items_.push_back(attribute);
}

void AttributeList::parse(std::string_view text) {
  items_.clear();
  names_seen_ = 0;
  malformed_ = repeated_ = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    std::size_t mark = at;
    while (mark < text.size() && is_name_character(text[mark])) ++mark;
    const bool is_plain = mark > at && mark < text.size() && text[mark] == '=';
    if (!is_plain) {
      // Blanks around the name, or none at all: look for the end of whatever it is.
      while (mark < text.size() && text[mark] != '=' && text[mark] != ',') ++mark;
      if (mark == text.size() || text[mark] == ',') {
        // A blank item, as after a trailing comma, is as common as it is harmless.
        if (mark > at) ++malformed_;
        at = mark + 1;
        continue;
      }
    }
    Attribute attribute;
    attribute.name = trim(text.substr(at, mark - at));
    at = mark + 1;
    while (at < text.size() && is_blank(text[at])) ++at;

    bool is_sound = is_plain || is_name(attribute.name);
    if (at < text.size() && text[at] == '"') {
      const std::size_t quote = find_from(text, at + 1, '"');
      if (quote == text.size()) {
        ++malformed_;
        return;
      }
      attribute.value = text.substr(at + 1, quote - at - 1);
      attribute.is_quoted = true;
      std::size_t comma = quote + 1;
      if (comma < text.size() && text[comma] != ',') comma = find_from(text, comma, ',');
      // What follows the quote is lost; the value itself is clear.
      if (comma > quote + 1 && !trim(text.substr(quote + 1, comma - quote - 1)).empty()) {
        ++malformed_;
      }
      at = comma + 1;
    } else {
      std::size_t comma = at;
      while (comma < text.size() && text[comma] != ',') ++comma;  // these values are short
      attribute.value = trim(text.substr(at, comma - at));
      is_sound = is_sound && !attribute.value.empty();
      at = comma + 1;
    }
    if (is_sound) {
      add(attribute);
    } else {
      ++malformed_;
    }
  }
}

const Attribute* AttributeList::find_item(std::string_view name) const {
  for (const Attribute& attribute : items_) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

}  // namespace playhead::hls
