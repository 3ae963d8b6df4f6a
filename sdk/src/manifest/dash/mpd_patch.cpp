// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_patch.h"

#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/limits.h"
#include "manifest/dash/xml.h"

namespace playhead::dash {
namespace {

using Node = pugi::xml_node;

Error unusable(std::string why) {
  return make_error(ErrorCode::kManifestSyntax, "MPD patch: " + std::move(why), 0,
                    Severity::kRecoverable);
}

// What a selector names: an element, or an attribute or the text of it.
struct Selection {
  enum class Kind : uint8_t { kElement, kAttribute, kText };
  Kind kind = Kind::kElement;
  Node node;
  std::string attribute;
};

// One '[…]': a position or an attribute's value.
struct Condition {
  uint64_t position = 0;  // from 1; 0: none
  std::string_view attribute, value;
};
struct Step {
  std::string_view name;
  std::vector<Condition> conditions;
};

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// Reads "name[@id='1'][2]" off the front of `rest`.
std::optional<Step> read_step(std::string_view& rest) {
  Step step;
  const std::size_t end = std::min(rest.find_first_of("/["), rest.size());
  step.name = without_prefix(trim(rest.substr(0, end)));
  rest.remove_prefix(end);
  while (!rest.empty() && rest.front() == '[') {
    Condition condition;
    const std::size_t quote = rest.find_first_of("'\"]");
    if (quote == std::string_view::npos) return std::nullopt;
    std::size_t close = quote;
    if (rest[quote] != ']') {
      const std::size_t unquote = rest.find(rest[quote], quote + 1);
      if (unquote == std::string_view::npos) return std::nullopt;
      close = rest.find(']', unquote);
      if (close == std::string_view::npos) return std::nullopt;
      const std::string_view left = trim(rest.substr(1, quote - 1));
      if (left.size() < 3 || left.front() != '@' || left.back() != '=') return std::nullopt;
      condition.attribute = without_prefix(trim(left.substr(1, left.size() - 2)));
      condition.value = rest.substr(quote + 1, unquote - quote - 1);
    } else {
      const std::optional<uint64_t> position = parse_uint64(trim(rest.substr(1, close - 1)));
      if (!position || *position == 0) return std::nullopt;
      condition.position = *position;
    }
    step.conditions.push_back(condition);
    rest.remove_prefix(close + 1);
  }
  if (step.name.empty()) return std::nullopt;
  return step;
}

bool has_value(Node node, const Condition& condition) {
  for (const pugi::xml_attribute attribute : node.attributes()) {
    if (local_name(attribute.name()) == condition.attribute) {
      return condition.value == attribute.value();
    }
  }
  return false;
}

// The first child that a step selects; conditions count one after the other, as in XPath.
Node child_for(Node parent, const Step& step) {
  std::vector<uint64_t> counts(step.conditions.size(), 0);
  for (const Node child : parent.children()) {
    if (child.type() != pugi::node_element || local_name(child) != step.name) continue;
    bool is_selected = true;
    for (std::size_t i = 0; i < step.conditions.size() && is_selected; ++i) {
      const Condition& condition = step.conditions[i];
      is_selected =
          condition.position > 0 ? ++counts[i] == condition.position : has_value(child, condition);
    }
    if (is_selected) return child;
  }
  return {};
}

std::optional<Selection> select(const pugi::xml_document& mpd, std::string_view selector) {
  Selection selection;
  selection.node = mpd;
  std::string_view rest = trim(selector);
  while (!rest.empty()) {
    if (rest.front() != '/') return std::nullopt;
    rest.remove_prefix(1);
    if (!rest.empty() && rest.front() == '@') {
      selection.kind = Selection::Kind::kAttribute;
      selection.attribute = trim(rest.substr(1));
      return selection.attribute.empty() ? std::nullopt : std::optional(selection);
    }
    if (rest == "text()") {
      selection.kind = Selection::Kind::kText;
      return selection;
    }
    const std::optional<Step> step = read_step(rest);
    if (!step) return std::nullopt;
    selection.node = child_for(selection.node, *step);
    if (!selection.node) return std::nullopt;
  }
  if (selection.node == mpd) return std::nullopt;
  return selection;
}

void set_attribute(Node node, const std::string& name, std::string_view value) {
  pugi::xml_attribute attribute = node.attribute(name.c_str());
  if (!attribute) attribute = node.append_attribute(name.c_str());
  attribute.set_value(std::string(value).c_str());
}

bool add(Node operation, const Selection& target) {
  const std::string_view type = trim(operation.attribute("type").value());
  if (target.kind == Selection::Kind::kAttribute || (!type.empty() && type.front() == '@')) {
    const std::string name =
        target.kind == Selection::Kind::kAttribute ? target.attribute : std::string(type.substr(1));
    if (name.empty()) return false;
    set_attribute(target.node, name, text_of(operation));
    return true;
  }
  if (target.kind == Selection::Kind::kText) return false;
  const std::string_view position = operation.attribute("pos").value();
  Node parent = target.node.parent();
  Node reference = target.node;
  const Node front = target.node.first_child();
  for (const Node child : operation.children()) {
    if (position == "before") {
      parent.insert_copy_before(child, target.node);
    } else if (position == "after") {
      reference = parent.insert_copy_after(child, reference);
    } else if (position == "prepend" && front) {
      reference = target.node;
      reference.insert_copy_before(child, front);
    } else {
      reference = target.node;
      reference.append_copy(child);
    }
  }
  return true;
}

bool replace(Node operation, const Selection& target) {
  Node node = target.node;
  switch (target.kind) {
    case Selection::Kind::kAttribute:
      if (!node.attribute(target.attribute.c_str())) return false;
      set_attribute(node, target.attribute, text_of(operation));
      return true;
    case Selection::Kind::kText:
      return node.text().set(std::string(text_of(operation)).c_str());
    case Selection::Kind::kElement:
      break;
  }
  Node element = operation.first_child();
  while (element && element.type() != pugi::node_element) element = element.next_sibling();
  Node parent = node.parent();
  if (!element || !parent) return false;
  parent.insert_copy_before(element, node);
  return parent.remove_child(node);
}

bool remove(const Selection& target) {
  Node node = target.node;
  switch (target.kind) {
    case Selection::Kind::kAttribute:
      return node.remove_attribute(target.attribute.c_str());
    case Selection::Kind::kText:
      return node.text().set("");
    case Selection::Kind::kElement:
      break;
  }
  return node.parent().remove_child(node);
}

bool is_same_time(std::string_view a, std::string_view b) {
  const std::optional<WallTime> left = parse_iso_date_time(a);
  const std::optional<WallTime> right = parse_iso_date_time(b);
  return left && right ? left == right : trim(a) == trim(b);
}

Result<void> check_fit(Node mpd, Node patch) {
  const std::string_view id = trim(attribute_of(mpd, "id"));
  if (id.empty() || id != trim(attribute_of(patch, "mpdId"))) {
    return unusable("it is for an MPD with another @id");
  }
  const std::string_view published = trim(attribute_of(mpd, "publishTime"));
  if (published.empty() ||
      !is_same_time(published, trim(attribute_of(patch, "originalPublishTime")))) {
    return unusable("it is for another version of the MPD (@originalPublishTime)");
  }
  return {};
}

class TextWriter final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    const auto* bytes = static_cast<const uint8_t*>(data);
    text.insert(text.end(), bytes, bytes + size);
  }
  std::vector<uint8_t> text;
};

}  // namespace

Result<SharedBytes> apply_patch(ByteView mpd, ByteView patch) {
  PLAYHEAD_TRY(const std::shared_ptr<XmlDocument> document, parse_xml(mpd));
  Result<std::shared_ptr<XmlDocument>> changes = parse_xml(patch);
  if (!changes) return unusable(changes.error().context);
  const Node root = document->tree.document_element();
  const Node operations = (*changes)->tree.document_element();
  if (local_name(root) != "MPD" || local_name(operations) != "Patch") {
    return unusable("the document is no Patch");
  }
  if (Result<void> fit = check_fit(root, operations); !fit) return std::move(fit).error();
  const std::string before(trim(attribute_of(root, "publishTime")));
  std::size_t count = 0;
  for (const Node operation : operations.children()) {
    if (operation.type() != pugi::node_element) continue;
    if (++count > limits::kPatchOperations) {
      return make_error(ErrorCode::kManifestLimit, "the MPD patch has too many operations");
    }
    const std::string_view name = local_name(operation);
    const std::optional<Selection> target = select(document->tree, attribute_of(operation, "sel"));
    const bool is_done = target && (name == "add"       ? add(operation, *target)
                                    : name == "replace" ? replace(operation, *target)
                                    : name == "remove"  ? remove(*target)
                                                        : false);
    if (!is_done) {
      return unusable("operation " + std::to_string(count) + " cannot be carried out");
    }
  }
  // 5.15.2: the patch says what it leads to, should no operation have.
  const Node patched = document->tree.document_element();
  const std::string_view published = trim(attribute_of(operations, "publishTime"));
  if (!published.empty() && trim(attribute_of(patched, "publishTime")) == before) {
    set_attribute(patched, "publishTime", published);
  }
  TextWriter writer;
  document->tree.save(writer, "", pugi::format_raw, pugi::encoding_utf8);
  return SharedBytes(std::move(writer.text));
}

}  // namespace playhead::dash
