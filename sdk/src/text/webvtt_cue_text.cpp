// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_cue_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "text/scan.h"
#include "text/webvtt_parser.h"

namespace playhead::text {
namespace {

struct Reference {
  std::string_view name;
  uint32_t character;
};
// WebVTT §4.2.2 names the first six.
constexpr std::array<Reference, 38> kReferences{
    {{"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"lrm", 0x200e},
     {"rlm", 0x200f},    {"nbsp", 0xa0},    {"quot", '"'},     {"apos", '\''},
     {"iexcl", 0xa1},    {"cent", 0xa2},    {"pound", 0xa3},   {"yen", 0xa5},
     {"sect", 0xa7},     {"copy", 0xa9},    {"laquo", 0xab},   {"shy", 0xad},
     {"reg", 0xae},      {"deg", 0xb0},     {"plusmn", 0xb1},  {"middot", 0xb7},
     {"raquo", 0xbb},    {"frac12", 0xbd},  {"iquest", 0xbf},  {"times", 0xd7},
     {"szlig", 0xdf},    {"ensp", 0x2002},  {"emsp", 0x2003},  {"thinsp", 0x2009},
     {"zwnj", 0x200c},   {"zwj", 0x200d},   {"ndash", 0x2013}, {"mdash", 0x2014},
     {"lsquo", 0x2018},  {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d},
     {"hellip", 0x2026}, {"euro", 0x20ac}}};
// Longer than any name and any number that means something.
constexpr std::size_t kReferenceBytes = 12;

// The character of a reference without its '&' and ';'; 0: none.
uint32_t character_of(std::string_view name) {
  if (name.size() > 1 && name.front() == '#') {
    const bool is_hex = name[1] == 'x' || name[1] == 'X';
    name.remove_prefix(is_hex ? 2 : 1);
    uint32_t value = 0;
    for (const char c : name) {
      const int digit = hex_digit(c);
      if (digit < 0 || (!is_hex && digit > 9)) return 0;
      value = value * (is_hex ? 16 : 10) + static_cast<uint32_t>(digit);
      if (value > 0x10ffff) return kReplacementCharacter;
    }
    if (name.empty()) return 0;
    return value == 0 ? kReplacementCharacter : value;
  }
  for (const Reference& row : kReferences) {
    if (row.name == name) return row.character;
  }
  return 0;
}

struct Tag {
  std::string_view name;
  std::vector<std::string> classes;
  std::string annotation;
  bool is_end = false;
};

Tag parse_tag(std::string_view inside) {
  Tag tag;
  if (!inside.empty() && inside.front() == '/') {
    tag.is_end = true;
    inside.remove_prefix(1);
  }
  const std::size_t space = inside.find_first_of(" \t\n\f");
  std::string_view head = inside.substr(0, space);
  if (space != std::string_view::npos) {
    const std::string annotation = without_controls(decode_references(inside.substr(space)));
    for (Words words(annotation); !words.at_end();) {
      if (!tag.annotation.empty()) tag.annotation += ' ';
      tag.annotation += words.next();
    }
  }
  tag.name = head.substr(0, head.find('.'));
  head.remove_prefix(tag.name.size());
  while (!head.empty()) {
    head.remove_prefix(1);
    const std::string_view name = head.substr(0, head.find('.'));
    if (!name.empty()) tag.classes.emplace_back(without_controls(name));
    head.remove_prefix(name.size());
  }
  return tag;
}

class CueTextParser {
 public:
  CueTextParser(std::string_view text, std::string_view cue_id, const WebVttStyleSheet& styles)
      : rest_(text), styles_(styles) {
    Open root;
    StyledNode node;
    node.cue_id = cue_id;
    styles_.apply(node, root.look.style);
    open_.push_back(std::move(root));
  }

  std::vector<CueSpan> parse() {
    while (!rest_.empty() && spans_.size() < limits::kCueSpans) {
      if (rest_.front() == '<') {
        const std::size_t close = rest_.find('>');
        take_tag(rest_.substr(1, close == std::string_view::npos ? close : close - 1));
        rest_.remove_prefix(close == std::string_view::npos ? rest_.size() : close + 1);
      } else {
        const std::string_view run = rest_.substr(0, rest_.find('<'));
        add_text(run);
        rest_.remove_prefix(run.size());
      }
    }
    return std::move(spans_);
  }

 private:
  // A tag that is open, and how text inside it looks.
  struct Open {
    std::string name;
    CueSpan look;
  };

  void take_tag(std::string_view inside) {
    if (!inside.empty() && is_digit(inside.front())) {
      if (const auto time = parse_webvtt_time(trim(inside))) active_from_ = time;
      return;
    }
    Tag tag = parse_tag(inside);
    if (tag.is_end) {
      close(tag.name);
    } else {
      open(std::move(tag));
    }
  }

  void close(std::string_view name) {
    if (open_.size() < 2) return;
    if (open_.back().name == name) {
      open_.pop_back();
    } else if (name == "ruby" && open_.back().name == "rt" && open_.size() > 2) {
      open_.pop_back();
      open_.pop_back();
    }
  }

  void open(Tag tag) {
    constexpr std::array<std::string_view, 8> kNames{"b", "i", "u", "c", "v", "lang", "ruby", "rt"};
    if (std::find(kNames.begin(), kNames.end(), tag.name) == kNames.end()) return;
    if (tag.name == "rt" && open_.back().name != "ruby") return;
    if (open_.size() > limits::kTextNesting) return;
    Open next{std::string(tag.name), open_.back().look};
    CueSpan& look = next.look;
    if (tag.name == "b") look.style.is_bold = true;
    if (tag.name == "i") look.style.is_italic = true;
    if (tag.name == "u") look.style.is_underlined = true;
    if (tag.name == "v") look.voice = tag.annotation;
    if (tag.name == "lang") look.language = tag.annotation;
    if (tag.name == "ruby") look.ruby = CueRuby::kBase;
    if (tag.name == "rt") look.ruby = CueRuby::kText;
    for (const std::string& name : tag.classes) {
      apply_color_class(name, look.style);
      if (look.classes.size() < limits::kTextNesting) look.classes.push_back(name);
    }
    if (!styles_.is_empty()) {
      styles_.apply({tag.name, &tag.classes, tag.annotation, {}}, look.style);
    }
    open_.push_back(std::move(next));
  }

  void add_text(std::string_view run) {
    std::string text = without_controls(decode_references(run));
    if (text.empty()) return;
    CueSpan span = open_.back().look;
    span.active_from = active_from_;
    if (!spans_.empty()) {
      // Tags that changed nothing do not break a run.
      CueSpan& last = spans_.back();
      std::string before = std::exchange(last.text, {});
      const bool is_same = span == last;
      last.text = std::move(before);
      if (is_same) {
        last.text += text;
        return;
      }
    }
    span.text = std::move(text);
    spans_.push_back(std::move(span));
  }

  std::string_view rest_;
  const WebVttStyleSheet& styles_;
  std::vector<Open> open_;
  std::optional<MediaTime> active_from_;
  std::vector<CueSpan> spans_;
};

}  // namespace

std::string decode_references(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t start = text.find('&');
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    text.remove_prefix(start);
    const std::size_t end = text.substr(0, kReferenceBytes).find(';');
    const uint32_t character =
        end == std::string_view::npos ? 0 : character_of(text.substr(1, end - 1));
    if (character == 0) {
      out += '&';
      text.remove_prefix(1);
    } else {
      append_utf8(out, character);
      text.remove_prefix(end + 1);
    }
  }
}

std::vector<CueSpan> parse_cue_text(std::string_view text, std::string_view cue_id,
                                    const WebVttStyleSheet& styles) {
  return CueTextParser(text, cue_id, styles).parse();
}

}  // namespace playhead::text
