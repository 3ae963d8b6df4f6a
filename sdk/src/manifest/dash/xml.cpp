// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/xml.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/limits.h"

namespace playhead::dash {
namespace {

struct Markup {
  std::size_t tags = 0, attributes = 0;
};

// In at most 255 bytes. Sums of bytes, which compilers turn into vector code.
void count_block(const uint8_t* bytes, std::size_t size, Markup& markup) {
  uint8_t tags = 0;
  uint8_t attributes = 0;
  for (std::size_t i = 0; i < size; ++i) {
    tags = static_cast<uint8_t>(tags + (bytes[i] == '<' ? 1 : 0));
    attributes = static_cast<uint8_t>(attributes + (bytes[i] == '=' ? 1 : 0));
  }
  markup.tags += tags;
  markup.attributes += attributes;
}

// '<' and '=' of the text, at a fraction of what the parse costs.
Markup count_markup(ByteView text) {
  constexpr std::size_t kBlock = 240;
  Markup markup;
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    const std::size_t size = std::min(kBlock, text.size() - at);
    count_block(text.data() + at, size, markup);
  }
  return markup;
}

// Walked without recursion: depth is a matter of sense, not of safety.
bool is_too_deep(pugi::xml_node root) {
  int depth = 0;
  pugi::xml_node node = root;
  while (true) {
    if (pugi::xml_node child = node.first_child()) {
      node = child;
      if (++depth > limits::kXmlDepth) return true;
      continue;
    }
    pugi::xml_node next = node.next_sibling();
    while (node != root && !next) {
      node = node.parent();
      --depth;
      next = node.next_sibling();
    }
    if (node == root) return false;
    node = next;
  }
}

// Nothing that is made for players has one; it can only name entities and files.
bool has_dtd(const pugi::xml_document& document) {
  return std::any_of(document.begin(), document.end(), [](pugi::xml_node node) {
    return node.type() == pugi::node_doctype;
  });
}

class StringWriter final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    text.append(static_cast<const char*>(data), size);
  }
  std::string text;
};

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  if (!text.empty() && text.front() > ' ' && text.back() > ' ') return text;
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view attribute_of(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_attribute attribute : attributes_of(node)) {
    if (local_name(attribute.name()) == name) return attribute.value();
  }
  return {};
}

std::string inner_xml(pugi::xml_node node) {
  StringWriter writer;
  for (const pugi::xml_node child : children_of(node)) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      writer.text += child.value();
    } else {
      child.print(writer, "", pugi::format_raw | pugi::format_no_declaration);
    }
  }
  return std::string(trim(writer.text));
}

Result<std::shared_ptr<XmlDocument>> parse_xml(ByteView text) {
  if (static_cast<int64_t>(text.size()) > limits::kManifestBytes) {
    return make_error(ErrorCode::kManifestLimit, "the document is larger than 32 MiB");
  }
  const Markup markup = count_markup(text);
  if (markup.tags > limits::kXmlMarkup || markup.attributes > limits::kXmlAttributes) {
    return make_error(ErrorCode::kManifestLimit,
                      "the document has too many elements or attributes");
  }
  auto document = std::make_shared<XmlDocument>();
  document->text.reset(new char[text.size() + 1]);
  document->size = text.size();
  if (!text.empty()) std::memcpy(document->text.get(), text.data(), text.size());
  // Comments and processing instructions are passed over; entities other than XML's own five and
  // characters stay as written.
  const pugi::xml_parse_result parsed = document->tree.load_buffer_inplace(
      document->text.get(), text.size(),
      pugi::parse_minimal | pugi::parse_escapes | pugi::parse_cdata | pugi::parse_doctype,
      pugi::encoding_auto);
  if (!parsed) {
    return make_error(ErrorCode::kManifestSyntax,
                      "line " + std::to_string(line_of(as_text(text), parsed.offset)) + ", byte " +
                          std::to_string(parsed.offset) + ": " + parsed.description());
  }
  if (has_dtd(document->tree)) {
    return make_error(ErrorCode::kManifestUnsupported, "the document has a DTD");
  }
  if (is_too_deep(document->tree)) {
    return make_error(ErrorCode::kManifestLimit, "the document nests deeper than 64 elements");
  }
  return document;
}

void XmlDocument::drop_tree() {
  // Texts in other encodings were converted into memory of the tree's own.
  const char* name = tree.document_element().name();
  const std::less<> is_before;
  const bool is_in_place = !is_before(name, text.get()) && is_before(name, text.get() + size);
  if (is_in_place) tree.reset();
}

int64_t line_of(std::string_view text, int64_t byte) {
  const auto end =
      std::min<std::size_t>(static_cast<std::size_t>(std::max<int64_t>(byte, 0)), text.size());
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
}

}  // namespace playhead::dash
