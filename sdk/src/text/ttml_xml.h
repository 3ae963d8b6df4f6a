// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include <pugixml.hpp>

#include "playhead/bytes.h"
#include "playhead/result.h"

// XML as TTML needs it: white space kept, name space prefixes passed over, no DTDs, limits before
// memory. Included by the ttml_*.cpp files only.
namespace playhead::text {

[[nodiscard]] inline std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const std::size_t colon = whole.find(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}
[[nodiscard]] inline std::string_view local_name(pugi::xml_node node) {
  return local_name(node.name());
}
// The attribute of that local name; empty when there is none.
[[nodiscard]] std::string_view attribute_of(pugi::xml_node node, std::string_view name);

// Errors: kContainerSyntax (not well-formed, with the byte; too much markup or too deep),
// kTooLarge.
[[nodiscard]] Result<std::unique_ptr<pugi::xml_document>> parse_ttml_xml(ByteView bytes);

}  // namespace playhead::text
