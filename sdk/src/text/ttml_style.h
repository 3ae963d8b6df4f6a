// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>

#include <pugixml.hpp>

#include "playhead/cues.h"

// Styles of TTML (TTML2 §10): collected as written, combined by reference, then read.
namespace playhead::text {

// The style attributes that have a use here.
enum class TtmlAttribute : uint8_t {
  kBackgroundColor,
  kColor,
  kDisplay,
  kDisplayAlign,
  kExtent,
  kFontFamily,
  kFontSize,
  kFontStyle,
  kFontWeight,
  kForcedDisplay,
  kOrigin,
  kPosition,
  kRuby,
  kTextAlign,
  kTextDecoration,
  kVisibility,
  kWritingMode,
};
inline constexpr std::size_t kTtmlAttributes = 17;

// One value per attribute; empty: not set. Views into the document.
struct TtmlStyleSet {
  std::array<std::string_view, kTtmlAttributes> values;

  [[nodiscard]] std::string_view get(TtmlAttribute attribute) const {
    return values[static_cast<std::size_t>(attribute)];
  }
  void override_by(const TtmlStyleSet& other);
};

// The document's <styling>, and what any element's attributes come to with it.
class TtmlStyleTable {
 public:
  // All <style> children of `styling`; further ones beyond limits::kTtmlStyles are left out.
  void add(pugi::xml_node styling);

  // §10.4.4.2: styles referred to (in order, each with those it refers to), <style> children, then
  // the attributes of the element itself.
  [[nodiscard]] TtmlStyleSet styles_of(pugi::xml_node element);

 private:
  struct Entry {
    pugi::xml_node node;
    TtmlStyleSet resolved;
    enum class State : uint8_t { kNew, kBusy, kDone } state = State::kNew;
  };
  TtmlStyleSet collect(pugi::xml_node element, std::size_t depth);
  const TtmlStyleSet* resolve(std::string_view id, std::size_t depth);

  std::map<std::string_view, Entry> entries_;
};

// What lengths are relative to (§10.3.15): the root's extent in pixels, 0 unknown, and its cells.
struct TtmlRoot {
  double width_px = 0, height_px = 0;
  double columns = 32, rows = 15;
};

// How text looks once all styles above it are applied.
struct TtmlLook {
  CueStyle letters;
  CueRuby ruby = CueRuby::kNone;
  CueTextAlign text_align = CueTextAlign::kStart;
  bool has_text_align = false;
  bool is_displayed = true, is_visible = true, is_forced = false;
};

// Applies what an element sets to what it inherits. Font sizes multiply (§10.2.21).
void apply_ttml_styles(const TtmlStyleSet& styles, const TtmlRoot& root, TtmlLook& look);

// The rectangle and flow of a region (§9.3.1); `id` is left to the caller.
struct TtmlFlow {
  CueRegion region;
  CueWriting writing = CueWriting::kHorizontal;
};
[[nodiscard]] TtmlFlow read_ttml_region(const TtmlStyleSet& styles, const TtmlRoot& root);

// "1280px 720px" as two numbers; 0 0 when it is not that.
[[nodiscard]] TtmlRoot read_ttml_root(std::string_view extent, std::string_view cell_resolution);

}  // namespace playhead::text
