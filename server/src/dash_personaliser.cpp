// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <sstream>
#include <string_view>

#include <pugixml.hpp>

#include "manifest_personaliser.h"

namespace playhead::server {
namespace {

// Deepest element nesting followed; an MPD needs 8.
constexpr int kMaxDepth = 64;

struct UriAttribute {
  std::string_view element;  // without namespace prefix
  const char* attribute;
};

// ISO/IEC 23009-1 §5.3.9: every attribute that is a URI, or a template of one.
constexpr std::array kUriAttributes = {
    UriAttribute{"SegmentTemplate", "media"},
    UriAttribute{"SegmentTemplate", "index"},
    UriAttribute{"SegmentTemplate", "initialization"},
    UriAttribute{"SegmentTemplate", "bitstreamSwitching"},
    UriAttribute{"SegmentURL", "media"},
    UriAttribute{"SegmentURL", "index"},
    UriAttribute{"Initialization", "sourceURL"},
    UriAttribute{"RepresentationIndex", "sourceURL"},
    UriAttribute{"BitstreamSwitching", "sourceURL"},
};

// Elements whose text is a URI.
constexpr std::array<std::string_view, 4> kUriElements = {"BaseURL", "Location", "PatchLocation",
                                                          "ImportedMPD"};

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Relative URIs below this element go elsewhere: it has BaseURLs and none of them is ours.
bool has_foreign_base(const pugi::xml_node& node, const UriPersonaliser& uris) {
  bool any = false;
  for (const pugi::xml_node& child : node.children()) {
    if (local_name(child) != "BaseURL") continue;
    if (uris.is_ours(trim(child.text().get()))) return false;
    any = true;
  }
  return any;
}

void personalise_element(pugi::xml_node node, const UriPersonaliser& uris) {
  const std::string_view name = local_name(node);
  for (const UriAttribute& entry : kUriAttributes) {
    if (name != entry.element) continue;
    pugi::xml_attribute attribute = node.attribute(entry.attribute);
    if (attribute) attribute.set_value(uris.apply(attribute.value()).c_str());
  }
  for (const std::string_view element : kUriElements) {
    if (name == element) node.text().set(uris.apply(trim(node.text().get())).c_str());
  }
  pugi::xml_attribute link = node.attribute("xlink:href");
  if (link) link.set_value(uris.apply(link.value()).c_str());
}

bool walk(pugi::xml_node node, const UriPersonaliser& uris, int depth) {
  if (depth > kMaxDepth) return false;
  const bool foreign = has_foreign_base(node, uris);
  for (pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    // The BaseURLs themselves are judged one by one; Location is never relative to a BaseURL.
    const bool judged_alone = local_name(child) == "BaseURL" || local_name(child) == "Location";
    if (foreign && !judged_alone) continue;
    personalise_element(child, uris);
    if (!walk(child, uris, depth + 1)) return false;
  }
  return true;
}

Error unreadable(std::string why) {
  return Error{500, "manifest_unreadable",
               "The title's MPD cannot be read: " + std::move(why) + "."};
}

}  // namespace

Result<std::string> personalise_dash(std::string_view text, const UriPersonaliser& uris) {
  pugi::xml_document document;
  // Everything is kept for writing it out again: comments, declaration, white space. DTDs stay
  // text.
  constexpr unsigned kKeepAll = pugi::parse_full | pugi::parse_ws_pcdata;
  const pugi::xml_parse_result parsed =
      document.load_buffer(text.data(), text.size(), kKeepAll, pugi::encoding_utf8);
  if (!parsed) return unreadable(parsed.description());
  if (!walk(document, uris, 0)) return unreadable("elements are nested too deeply");
  std::ostringstream out;
  document.save(out, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return std::move(out).str();
}

}  // namespace playhead::server
