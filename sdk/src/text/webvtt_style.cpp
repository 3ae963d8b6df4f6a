// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_style.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/decimal.h"
#include "base/limits.h"
#include "text/color.h"
#include "text/scan.h"

namespace playhead::text {
namespace {

std::string without_comments(std::string_view css) {
  std::string out;
  while (true) {
    const std::size_t open = css.find("/*");
    out += css.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = css.find("*/", open + 2);
    if (close == std::string_view::npos) return out;
    out += ' ';
    css.remove_prefix(close + 2);
  }
}

// Where the first of `wanted` stands outside brackets and quotes.
std::size_t find_outside(std::string_view text, char wanted) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == wanted && depth == 0) {
      return i;
    } else if (c == '(' || c == '[') {
      ++depth;
    } else if ((c == ')' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return std::string_view::npos;
}

// Takes the part before the next `separator` off the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t at = find_outside(rest, separator);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return trim(part);
}

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         static_cast<uint8_t>(c) >= 0x80;
}

std::string_view take_name(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && is_name_character(rest[end])) ++end;
  const std::string_view name = rest.substr(0, end);
  rest.remove_prefix(end);
  return name;
}

bool set_font_size(std::string_view value, StyleChange& change) {
  int64_t percent = 0;
  const auto number = [](std::string_view text) { return parse_decimal(text, 2).value_or(-1); };
  if (value.size() > 1 && value.back() == '%') {
    percent = number(value.substr(0, value.size() - 1)) / 100;
  } else if (value.size() > 2 && value.substr(value.size() - 2) == "em") {
    percent = number(value.substr(0, value.size() - 2));
  }
  if (percent <= 0) return false;
  change.font_size_percent = static_cast<int>(std::clamp<int64_t>(percent, 10, 1000));
  return true;
}

bool set_font_family(std::string_view value, StyleChange& change) {
  constexpr std::array<std::pair<std::string_view, CueFont>, 3> kFamilies{
      {{"sans-serif", CueFont::kSansSerif},
       {"serif", CueFont::kSerif},
       {"monospace", CueFont::kMonospace}}};
  while (!value.empty()) {
    const std::string_view name = take(value, ',');
    for (const auto& [word, font] : kFamilies) {
      if (word == name) return change.font = font, true;
    }
  }
  return false;
}

bool set_weight(std::string_view value, StyleChange& change) {
  const auto number = parse_uint64(value);
  if (!number && value != "bold" && value != "bolder" && value != "normal" && value != "lighter") {
    return false;
  }
  change.is_bold = number ? *number >= 600 : value.front() == 'b';  // CSS Fonts: 600 is semi bold
  return true;
}

bool set_decoration(std::string_view value, StyleChange& change) {
  bool is_known = false;
  StyleChange changed = change;
  changed.is_underlined = changed.is_struck_through = false;
  for (Words words(value); !words.at_end();) {
    const std::string_view word = words.next();
    if (word == "underline") changed.is_underlined = true;
    if (word == "line-through") changed.is_struck_through = true;
    is_known = is_known || word == "underline" || word == "line-through" || word == "none";
  }
  if (is_known) change = changed;
  return is_known;
}

bool set_color(std::string_view value, std::optional<CueColor>& out) {
  const auto color = parse_color(value, AlphaScale::kUnit);
  if (color) out = color;
  return color.has_value();
}

struct Property {
  std::string_view name;
  bool (*set)(std::string_view, StyleChange&);
};
constexpr std::array<Property, 9> kProperties{{
    {"color", [](std::string_view v, StyleChange& s) { return set_color(v, s.color); }},
    {"background-color",
     [](std::string_view v, StyleChange& s) { return set_color(v, s.background); }},
    {"background", [](std::string_view v, StyleChange& s) { return set_color(v, s.background); }},
    {"font-style",
     [](std::string_view v, StyleChange& s) {
       s.is_italic = v == "italic" || v == "oblique";
       return *s.is_italic || v == "normal";
     }},
    {"font-weight", &set_weight},
    {"text-decoration", &set_decoration},
    {"text-decoration-line", &set_decoration},
    {"font-size", &set_font_size},
    {"font-family", &set_font_family},
}};

}  // namespace

void StyleChange::apply(CueStyle& style) const {
  style.is_bold = is_bold.value_or(style.is_bold);
  style.is_italic = is_italic.value_or(style.is_italic);
  style.is_underlined = is_underlined.value_or(style.is_underlined);
  style.is_struck_through = is_struck_through.value_or(style.is_struck_through);
  if (color) style.color = color;
  if (background) style.background = background;
  style.font = font.value_or(style.font);
  style.font_size_percent = font_size_percent.value_or(style.font_size_percent);
}

bool read_declaration(std::string_view property, std::string_view value, StyleChange& change) {
  for (const Property& row : kProperties) {
    if (row.name == property) return row.set(value, change);
  }
  return false;
}

bool apply_color_class(std::string_view name, CueStyle& style) {
  constexpr std::array<std::string_view, 8> kClasses{"white",  "lime",    "cyan", "red",
                                                     "yellow", "magenta", "blue", "black"};
  const bool is_background = name.substr(0, 3) == "bg_";
  if (is_background) name.remove_prefix(3);
  if (std::find(kClasses.begin(), kClasses.end(), name) == kClasses.end()) return false;
  (is_background ? style.background : style.color) = parse_color(name, AlphaScale::kUnit);
  return true;
}

int WebVttStyleSheet::add(std::string_view css) {
  const std::string text = without_comments(css);
  std::string_view rest = text;
  int refused = 0;
  while (!trim(rest).empty()) {
    const std::size_t open = rest.find('{');
    if (open == std::string_view::npos) return refused + 1;
    const std::string_view selectors = trim(rest.substr(0, open));
    rest.remove_prefix(open + 1);
    const std::size_t close = find_outside(rest, '}');
    refused += add_rule(selectors, rest.substr(0, close));
    rest.remove_prefix(close == std::string_view::npos ? rest.size() : close + 1);
  }
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const Rule& a, const Rule& b) { return a.specificity < b.specificity; });
  return refused;
}

int WebVttStyleSheet::add_rule(std::string_view selectors, std::string_view body) {
  Rule rule;
  int refused = 0;
  while (!trim(body).empty()) {
    std::string_view declaration = take(body, ';');
    if (declaration.empty()) continue;
    const Halves halves = split(declaration, ':');
    std::string value = lower_case(trim(halves.second));
    constexpr std::string_view kImportant = "!important";
    if (value.size() > kImportant.size() && value.ends_with(kImportant)) {
      value =
          std::string(trim(std::string_view(value).substr(0, value.size() - kImportant.size())));
    }
    if (!read_declaration(lower_case(trim(halves.first)), value, rule.change)) ++refused;
  }
  while (!trim(selectors).empty()) {
    Selector selector;
    const std::string_view written = take(selectors, ',');
    if (rules_.size() >= limits::kStyleRules || !parse_selector(written, selector)) {
      ++refused;
      continue;
    }
    rule.specificity =
        static_cast<int>((selector.id.empty() ? 0 : 100) +
                         10 * (selector.classes.size() + (selector.attribute.empty() ? 0 : 1)) +
                         (selector.name.empty() ? 0 : 1));
    rule.selector = std::move(selector);
    rules_.push_back(rule);
  }
  return refused;
}

bool WebVttStyleSheet::parse_selector(std::string_view text, Selector& out) {
  constexpr std::string_view kCue = "::cue";
  if (!text.starts_with(kCue)) return false;
  text.remove_prefix(kCue.size());
  if (text.empty()) return out.is_root = true;
  if (text.size() < 3 || text.front() != '(' || text.back() != ')') return false;
  return parse_compound(trim(text.substr(1, text.size() - 2)), out);
}

bool WebVttStyleSheet::parse_compound(std::string_view rest, Selector& out) {
  out.name = take_name(rest);
  while (!rest.empty()) {
    const char kind = rest.front();
    rest.remove_prefix(1);
    if (kind == '.') {
      out.classes.emplace_back(take_name(rest));
      if (out.classes.back().empty()) return false;
    } else if (kind == '#') {
      out.id = take_name(rest);
      if (out.id.empty()) return false;
    } else if (kind == '[') {
      const std::size_t close = find_outside(rest, ']');
      if (close == std::string_view::npos) return false;
      const Halves halves = split(rest.substr(0, close), '=');
      std::string_view value = trim(halves.second);
      if (value.size() < 2 || (value.front() != '"' && value.front() != '\'')) return false;
      out.attribute = trim(halves.first);
      out.attribute_value = value.substr(1, value.size() - 2);
      if (out.attribute != "voice" && out.attribute != "lang") return false;
      rest.remove_prefix(close + 1);
    } else {
      return false;  // combinators and pseudo-classes
    }
  }
  return !out.name.empty() || !out.id.empty() || !out.attribute.empty() || !out.classes.empty();
}

bool WebVttStyleSheet::matches(const Selector& selector, const StyledNode& node) {
  const bool is_root = node.name.empty();
  if (selector.is_root) return is_root;
  if (!selector.id.empty() && (!is_root || selector.id != node.cue_id)) return false;
  if (!selector.name.empty() && selector.name != node.name) return false;
  if (!selector.attribute.empty()) {
    const std::string_view of = selector.attribute == "voice" ? "v" : "lang";
    if (node.name != of || selector.attribute_value != node.annotation) return false;
  }
  return std::all_of(selector.classes.begin(), selector.classes.end(), [&](const std::string& c) {
    return node.classes &&
           std::find(node.classes->begin(), node.classes->end(), c) != node.classes->end();
  });
}

void WebVttStyleSheet::apply(const StyledNode& node, CueStyle& style) const {
  for (const Rule& rule : rules_) {
    if (matches(rule.selector, node)) rule.change.apply(style);
  }
}

}  // namespace playhead::text
