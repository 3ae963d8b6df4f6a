// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/cues.h"

// STYLE blocks: the part of CSS that says how cues look (WebVTT §8.2.1).
namespace playhead::text {

// One tag of a cue's text as selectors see it; the cue itself has no name.
struct StyledNode {
  std::string_view name;  // "b", "c", "v" …
  const std::vector<std::string>* classes = nullptr;
  std::string_view annotation;  // voice or language
  std::string_view cue_id;
};

// What declarations change about a style; the rest stays.
struct StyleChange {
  std::optional<bool> is_bold, is_italic, is_underlined, is_struck_through;
  std::optional<CueColor> color, background;
  std::optional<CueFont> font;
  std::optional<int> font_size_percent;

  void apply(CueStyle& style) const;
};

// One CSS declaration; false: the property or its value is none of those that count here.
bool read_declaration(std::string_view property, std::string_view value, StyleChange& change);

class WebVttStyleSheet {
 public:
  // Adds the rules of one STYLE block. Answers how many selectors and declarations it passed over.
  int add(std::string_view css);

  // What the rules for this node change: less specific ones first, then in order (CSS 2 §6.4).
  void apply(const StyledNode& node, CueStyle& style) const;
  [[nodiscard]] bool is_empty() const { return rules_.empty(); }

 private:
  // A compound selector: ::cue(v.loud[voice="Fred"]).
  struct Selector {
    std::string name, id, attribute, attribute_value;
    std::vector<std::string> classes;
    bool is_root = false;  // ::cue
  };
  struct Rule {
    Selector selector;
    StyleChange change;
    int specificity = 0;
  };

  static bool parse_selector(std::string_view text, Selector& out);
  static bool parse_compound(std::string_view text, Selector& out);
  static bool matches(const Selector& selector, const StyledNode& node);
  int add_rule(std::string_view selectors, std::string_view body);

  std::vector<Rule> rules_;  // ascending by specificity
};

// Classes with a colour of their own, "yellow" and "bg_blue" (WebVTT §5). False: it is none.
bool apply_color_class(std::string_view name, CueStyle& style);

}  // namespace playhead::text
