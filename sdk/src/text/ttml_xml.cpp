// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_xml.h"

#include <algorithm>
#include <string>

#include "base/limits.h"

namespace playhead::text {
namespace {

std::size_t count(ByteView bytes, char wanted) {
  return static_cast<std::size_t>(
      std::count(bytes.begin(), bytes.end(), static_cast<uint8_t>(wanted)));
}

class DepthGuard final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node&) override { return depth() <= limits::kXmlDepth; }
};

}  // namespace

std::string_view attribute_of(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_attribute attribute : node.attributes()) {
    if (local_name(attribute.name()) == name) return attribute.value();
  }
  return {};
}

Result<std::unique_ptr<pugi::xml_document>> parse_ttml_xml(ByteView bytes) {
  if (static_cast<int64_t>(bytes.size()) > limits::kTextBytes) {
    return make_error(ErrorCode::kTooLarge, "the subtitles are larger than 16 MiB");
  }
  if (count(bytes, '<') > limits::kXmlMarkup || count(bytes, '=') > limits::kXmlAttributes) {
    return make_error(ErrorCode::kContainerSyntax,
                      "the subtitles have too many elements or attributes");
  }
  auto document = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result parsed = document->load_buffer(
      bytes.data(), bytes.size(),
      pugi::parse_minimal | pugi::parse_escapes | pugi::parse_cdata | pugi::parse_ws_pcdata |
          pugi::parse_eol | pugi::parse_wconv_attribute,
      pugi::encoding_auto);
  if (!parsed) {
    return make_error(ErrorCode::kContainerSyntax,
                      "the subtitles are not well-formed XML at byte " +
                          std::to_string(parsed.offset) + ": " + parsed.description());
  }
  DepthGuard guard;
  if (!document->traverse(guard)) {
    return make_error(ErrorCode::kContainerSyntax, "the subtitles nest deeper than 64 elements");
  }
  return document;
}

}  // namespace playhead::text
