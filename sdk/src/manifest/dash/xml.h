// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "playhead/bytes.h"
#include "playhead/result.h"

// XML as MPDs need it: name space prefixes passed over, no DTDs, limits before memory.
namespace playhead::dash {

[[nodiscard]] std::string_view trim(std::string_view text);

// Name without its prefix: "mpd:Period" → "Period".
[[nodiscard]] inline std::string_view local_name(const char* name) {
  // Names are short: one look at each byte is less than a call to find its end and one for the
  // colon.
  const char* start = name;
  const char* at = name;
  for (; *at != '\0' && *at != ':'; ++at) continue;
  if (*at == '\0') return {start, static_cast<std::size_t>(at - start)};
  return std::string_view(at + 1);
}
[[nodiscard]] inline std::string_view local_name(pugi::xml_node node) {
  return local_name(node.name());
}

// Children and attributes for range-for, with a third of the calls into the library that its own
// ranges take.
template <typename Item, Item (Item::*kNext)() const>
class XmlRange {
 public:
  explicit XmlRange(Item first) : first_(first) {}
  struct Iterator {
    Item item;
    Item operator*() const { return item; }
    Iterator& operator++() {
      item = (item.*kNext)();
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return static_cast<bool>(item); }
  };
  [[nodiscard]] Iterator begin() const { return {first_}; }
  [[nodiscard]] std::nullptr_t end() const { return nullptr; }

 private:
  Item first_;
};
[[nodiscard]] inline auto attributes_of(pugi::xml_node node) {
  return XmlRange<pugi::xml_attribute, &pugi::xml_attribute::next_attribute>(
      node.first_attribute());
}
[[nodiscard]] inline auto children_of(pugi::xml_node node) {
  return XmlRange<pugi::xml_node, &pugi::xml_node::next_sibling>(node.first_child());
}

// The attribute of that local name; empty when there is none.
[[nodiscard]] std::string_view attribute_of(pugi::xml_node node, std::string_view name);
[[nodiscard]] inline std::string_view text_of(pugi::xml_node node) {
  return trim(node.text().get());
}
// All child elements but no markup inside, as text.
[[nodiscard]] std::string inner_xml(pugi::xml_node node);
// Where the node stands in the text; 0 when that is not known.
[[nodiscard]] inline int64_t byte_of(pugi::xml_node node) {
  return std::max<int64_t>(node.offset_debug(), 0);
}

// A parsed document and the bytes its strings are in.
struct XmlDocument {
  // Frees the tree; its strings stay. For when only they are needed.
  void drop_tree();

  std::unique_ptr<char[]> text;
  std::size_t size = 0;
  pugi::xml_document tree;
};

// kManifestSyntax: not well-formed (with the place); kManifestLimit: larger than 32 MiB, too much
// markup, nested too deeply; kManifestUnsupported: it has a DTD.
[[nodiscard]] Result<std::shared_ptr<XmlDocument>> parse_xml(ByteView text);

// The line, from 1, of a byte of `text`.
[[nodiscard]] int64_t line_of(std::string_view text, int64_t byte);

}  // namespace playhead::dash
