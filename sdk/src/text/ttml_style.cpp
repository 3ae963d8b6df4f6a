// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_style.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/decimal.h"
#include "base/limits.h"
#include "text/color.h"
#include "text/scan.h"
#include "text/ttml_xml.h"

namespace playhead::text {
namespace {

// Styles one attribute may refer to; real documents have one or two.
constexpr std::size_t kReferences = 50;

// A viewer's letters are as high as a row of TTML's own 15 (§7.2.2); documents with other cells say
// how large theirs are.
constexpr double kNormalRows = 15;

constexpr std::array<std::string_view, kTtmlAttributes> kNames{
    "backgroundColor", "color",      "display",   "displayAlign", "extent",
    "fontFamily",      "fontSize",   "fontStyle", "fontWeight",   "forcedDisplay",
    "origin",          "position",   "ruby",      "textAlign",    "textDecoration",
    "visibility",      "writingMode"};

template <typename Value>
struct Word {
  std::string_view word;
  Value value;
};
template <typename Value, std::size_t kSize>
std::optional<Value> look_up(const std::array<Word<Value>, kSize>& table, std::string_view word) {
  for (const Word<Value>& row : table) {
    if (row.word == word) return row.value;
  }
  return {};
}

constexpr std::array<Word<CueTextAlign>, 6> kAligns{{{"start", CueTextAlign::kStart},
                                                     {"center", CueTextAlign::kCenter},
                                                     {"end", CueTextAlign::kEnd},
                                                     {"left", CueTextAlign::kLeft},
                                                     {"right", CueTextAlign::kRight},
                                                     {"justify", CueTextAlign::kStart}}};
constexpr std::array<Word<CueAnchor>, 4> kDisplayAligns{{{"before", CueAnchor::kStart},
                                                         {"center", CueAnchor::kCenter},
                                                         {"after", CueAnchor::kEnd},
                                                         {"justify", CueAnchor::kStart}}};
constexpr std::array<Word<CueWriting>, 7> kWritings{{{"lrtb", CueWriting::kHorizontal},
                                                     {"rltb", CueWriting::kHorizontal},
                                                     {"lr", CueWriting::kHorizontal},
                                                     {"rl", CueWriting::kHorizontal},
                                                     {"tbrl", CueWriting::kVerticalRightToLeft},
                                                     {"tb", CueWriting::kVerticalRightToLeft},
                                                     {"tblr", CueWriting::kVerticalLeftToRight}}};
constexpr std::array<Word<CueRuby>, 4> kRubies{{{"base", CueRuby::kBase},
                                                {"baseContainer", CueRuby::kBase},
                                                {"text", CueRuby::kText},
                                                {"textContainer", CueRuby::kText}}};
constexpr std::array<Word<CueFont>, 8> kFonts{{{"monospace", CueFont::kMonospace},
                                               {"monospaceSansSerif", CueFont::kMonospace},
                                               {"monospaceSerif", CueFont::kMonospace},
                                               {"proportionalSansSerif", CueFont::kSansSerif},
                                               {"proportionalSerif", CueFont::kSerif},
                                               {"sansSerif", CueFont::kSansSerif},
                                               {"serif", CueFont::kSerif},
                                               {"default", CueFont::kDefault}}};

enum class Axis : uint8_t { kHorizontal, kVertical };

// A number and its unit; nothing when it is no <length> of §10.3.15.
struct Length {
  double value = 0;
  std::string_view unit;
};
std::optional<Length> parse_length(std::string_view text) {
  constexpr double kMost = 1e6;
  const std::size_t unit = text.find_first_not_of("+-.0123456789");
  if (unit == std::string_view::npos) return {};
  const auto number = parse_signed_decimal(text.substr(0, unit), 6);
  if (!number) return {};
  return Length{std::clamp(static_cast<double>(*number) / 1e6, -kMost, kMost), text.substr(unit)};
}

// A length as a fraction of the root's width or height.
std::optional<double> fraction(std::string_view text, const TtmlRoot& root, Axis axis) {
  const auto length = parse_length(text);
  if (!length) return {};
  const bool is_wide = axis == Axis::kHorizontal;
  if (length->unit == "%") return length->value / 100;
  if (length->unit == "c") return length->value / (is_wide ? root.columns : root.rows);
  const double pixels = is_wide ? root.width_px : root.height_px;
  if (length->unit == "px" && pixels > 0) return length->value / pixels;
  // TTML2: of the root's width and height, whichever axis they stand on.
  if (length->unit == "rw") return is_wide ? std::optional(length->value / 100) : std::nullopt;
  if (length->unit == "rh") return is_wide ? std::nullopt : std::optional(length->value / 100);
  return {};
}

struct Pair {
  double x = 0, y = 0;
};
std::optional<Pair> parse_pair(std::string_view text, const TtmlRoot& root) {
  Words words(text);
  const auto x = fraction(words.next(), root, Axis::kHorizontal);
  const auto y = fraction(words.next(), root, Axis::kVertical);
  if (!x || !y) return {};
  return Pair{*x, *y};
}

// §10.2.21: percent and em are of the parent's size. The letters' height counts,
// which is the second of two lengths.
void apply_font_size(std::string_view text, const TtmlRoot& root, CueStyle& letters) {
  Words words(text);
  std::string_view written = words.next();
  if (!words.at_end()) written = words.next();
  const auto length = parse_length(written);
  if (!length) return;
  const double parent = letters.font_size_percent;
  double percent = 0;
  if (length->unit == "%") percent = parent * length->value / 100;
  if (length->unit == "em") percent = parent * length->value;
  if (length->unit == "c") percent = 100 * kNormalRows * length->value / root.rows;
  if (length->unit == "rh") percent = kNormalRows * length->value;
  if (length->unit == "px" && root.height_px > 0) {
    percent = 100 * kNormalRows * length->value / root.height_px;
  }
  if (percent <= 0) return;
  letters.font_size_percent = static_cast<int>(std::lround(std::clamp(percent, 10.0, 1000.0)));
}

void apply_decoration(std::string_view text, CueStyle& letters) {
  for (Words words(text); !words.at_end();) {
    const std::string_view word = words.next();
    if (word == "underline") letters.is_underlined = true;
    if (word == "lineThrough") letters.is_struck_through = true;
    if (word == "none" || word == "noUnderline") letters.is_underlined = false;
    if (word == "none" || word == "noLineThrough") letters.is_struck_through = false;
  }
}

void apply_font_family(std::string_view text, CueStyle& letters) {
  while (!text.empty()) {
    const Halves halves = split(text, ',');
    if (const auto font = look_up(kFonts, trim(halves.first))) {
      letters.font = *font;
      return;
    }
    text = halves.second;
  }
}

// tts:position (§10.2.34) in one or two values: an edge, or a share of the room left over.
Pair read_position(std::string_view text, const TtmlRoot& root, const CueRegion& region) {
  double x = 0.5, y = 0.5;  // shares
  std::optional<Pair> absolute;
  bool is_first = true;
  for (Words words(text); !words.at_end(); is_first = false) {
    const std::string_view word = words.next();
    if (word == "left") x = 0;
    if (word == "right") x = 1;
    if (word == "top") y = 0;
    if (word == "bottom") y = 1;
    const auto length = parse_length(word);
    if (!length) continue;
    if (length->unit == "%") {
      (is_first ? x : y) = length->value / 100;
    } else if (const auto at =
                   fraction(word, root, is_first ? Axis::kHorizontal : Axis::kVertical)) {
      if (!absolute) absolute = Pair{std::nan(""), std::nan("")};
      (is_first ? absolute->x : absolute->y) = *at;
    }
  }
  Pair out{x * (1 - region.width), y * (1 - region.height)};
  if (absolute && !std::isnan(absolute->x)) out.x = absolute->x;
  if (absolute && !std::isnan(absolute->y)) out.y = absolute->y;
  return out;
}

}  // namespace

void TtmlStyleSet::override_by(const TtmlStyleSet& other) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!other.values[i].empty()) values[i] = other.values[i];
  }
}

void TtmlStyleTable::add(pugi::xml_node styling) {
  for (const pugi::xml_node node : styling.children()) {
    if (local_name(node) != "style" || entries_.size() >= limits::kTtmlStyles) continue;
    const std::string_view id = attribute_of(node, "id");
    if (!id.empty()) entries_[id].node = node;
  }
}

TtmlStyleSet TtmlStyleTable::styles_of(pugi::xml_node element) { return collect(element, 0); }

TtmlStyleSet TtmlStyleTable::collect(pugi::xml_node element, std::size_t depth) {
  TtmlStyleSet out;
  std::size_t references = 0;
  for (Words ids(attribute_of(element, "style")); !ids.at_end() && references < kReferences;) {
    ++references;
    if (const TtmlStyleSet* set = resolve(ids.next(), depth)) out.override_by(*set);
  }
  for (const pugi::xml_node child : element.children()) {
    if (local_name(child) != "style" || depth >= limits::kTextNesting) continue;
    out.override_by(collect(child, depth + 1));
  }
  for (const pugi::xml_attribute attribute : element.attributes()) {
    const auto name = std::find(kNames.begin(), kNames.end(), local_name(attribute.name()));
    if (name == kNames.end()) continue;
    out.values[static_cast<std::size_t>(name - kNames.begin())] = trim(attribute.value());
  }
  return out;
}

const TtmlStyleSet* TtmlStyleTable::resolve(std::string_view id, std::size_t depth) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  if (entry.state == Entry::State::kDone) return &entry.resolved;
  // §10.4.4.2: a loop is an error; what leads back adds nothing.
  if (entry.state == Entry::State::kBusy || depth >= limits::kTextNesting) return nullptr;
  entry.state = Entry::State::kBusy;
  entry.resolved = collect(entry.node, depth + 1);
  entry.state = Entry::State::kDone;
  return &entry.resolved;
}

void apply_ttml_styles(const TtmlStyleSet& styles, const TtmlRoot& root, TtmlLook& look) {
  const auto get = [&styles](TtmlAttribute attribute) { return styles.get(attribute); };
  CueStyle& letters = look.letters;
  if (const auto color = parse_color(get(TtmlAttribute::kColor), AlphaScale::kByte)) {
    letters.color = color;
  }
  // Not inherited by TTML, but what is behind a block is behind the letters in it.
  const auto background = parse_color(get(TtmlAttribute::kBackgroundColor), AlphaScale::kByte);
  if (background && background->alpha > 0) letters.background = background;
  if (const auto weight = get(TtmlAttribute::kFontWeight); !weight.empty()) {
    letters.is_bold = weight == "bold";
  }
  if (const auto style = get(TtmlAttribute::kFontStyle); !style.empty()) {
    letters.is_italic = style == "italic" || style == "oblique";
  }
  apply_decoration(get(TtmlAttribute::kTextDecoration), letters);
  apply_font_family(get(TtmlAttribute::kFontFamily), letters);
  apply_font_size(get(TtmlAttribute::kFontSize), root, letters);
  if (const auto align = look_up(kAligns, get(TtmlAttribute::kTextAlign))) {
    look.text_align = *align;
    look.has_text_align = true;
  }
  if (const auto ruby = look_up(kRubies, get(TtmlAttribute::kRuby))) look.ruby = *ruby;
  if (get(TtmlAttribute::kRuby) == "delimiter") look.is_displayed = false;
  if (get(TtmlAttribute::kDisplay) == "none") look.is_displayed = false;
  if (const auto visibility = get(TtmlAttribute::kVisibility); !visibility.empty()) {
    look.is_visible = visibility != "hidden";
  }
  if (const auto forced = get(TtmlAttribute::kForcedDisplay); !forced.empty()) {
    look.is_forced = forced == "true";
  }
}

TtmlFlow read_ttml_region(const TtmlStyleSet& styles, const TtmlRoot& root) {
  TtmlFlow flow;
  CueRegion& region = flow.region;
  region.display_align =
      look_up(kDisplayAligns, styles.get(TtmlAttribute::kDisplayAlign)).value_or(CueAnchor::kStart);
  if (const auto extent = parse_pair(styles.get(TtmlAttribute::kExtent), root)) {
    region.width = std::max(extent->x, 0.0);
    region.height = std::max(extent->y, 0.0);
  }
  if (const auto origin = parse_pair(styles.get(TtmlAttribute::kOrigin), root)) {
    region.x = origin->x;
    region.y = origin->y;
  }
  // §10.2.34: where both are given, the position counts.
  if (const auto position = styles.get(TtmlAttribute::kPosition); !position.empty()) {
    const Pair at = read_position(position, root, region);
    region.x = at.x;
    region.y = at.y;
  }
  const auto background =
      parse_color(styles.get(TtmlAttribute::kBackgroundColor), AlphaScale::kByte);
  if (background && background->alpha > 0) region.background = background;
  flow.writing =
      look_up(kWritings, styles.get(TtmlAttribute::kWritingMode)).value_or(CueWriting::kHorizontal);
  return flow;
}

TtmlRoot read_ttml_root(std::string_view extent, std::string_view cell_resolution) {
  TtmlRoot root;
  Words sides(extent);
  const auto width = parse_length(sides.next()), height = parse_length(sides.next());
  if (width && height && width->unit == "px" && height->unit == "px" && width->value > 0 &&
      height->value > 0) {
    root.width_px = width->value;
    root.height_px = height->value;
  }
  Words cells(cell_resolution);
  const auto columns = parse_uint64(cells.next()), rows = parse_uint64(cells.next());
  constexpr uint64_t kMost = 10'000;
  if (columns && rows && *columns > 0 && *rows > 0 && *columns <= kMost && *rows <= kMost) {
    root.columns = static_cast<double>(*columns);
    root.rows = static_cast<double>(*rows);
  }
  return root;
}

}  // namespace playhead::text
