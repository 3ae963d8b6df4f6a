// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_settings.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/decimal.h"
#include "text/scan.h"

namespace playhead::text {
namespace {

// §7.2: the lines of a region are 6vh high.
constexpr double kRegionLineHeight = 0.06;
// §3.4: a region of three lines over the whole width, its lower left corner at the picture's.
constexpr int kRegionLines = 3;
// Far beyond any screen.
constexpr int64_t kMaxLines = 1'000;

template <typename Value>
struct Word {
  std::string_view word;
  Value value;
};
template <typename Value, std::size_t kSize>
bool look_up(const std::array<Word<Value>, kSize>& table, std::string_view word, Value& out) {
  for (const Word<Value>& row : table) {
    if (row.word == word) return out = row.value, true;
  }
  return false;
}

constexpr std::array<Word<CueTextAlign>, 6> kAligns{{{"start", CueTextAlign::kStart},
                                                     {"center", CueTextAlign::kCenter},
                                                     {"middle", CueTextAlign::kCenter},
                                                     {"end", CueTextAlign::kEnd},
                                                     {"left", CueTextAlign::kLeft},
                                                     {"right", CueTextAlign::kRight}}};
constexpr std::array<Word<CueAnchor>, 3> kLineAnchors{
    {{"start", CueAnchor::kStart}, {"center", CueAnchor::kCenter}, {"end", CueAnchor::kEnd}}};
// "start", "middle" and "end" are those of drafts before 2016, still written by encoders.
constexpr std::array<Word<CueAnchor>, 6> kPositionAnchors{{{"line-left", CueAnchor::kStart},
                                                           {"center", CueAnchor::kCenter},
                                                           {"line-right", CueAnchor::kEnd},
                                                           {"start", CueAnchor::kStart},
                                                           {"middle", CueAnchor::kCenter},
                                                           {"end", CueAnchor::kEnd}}};
constexpr std::array<Word<CueWriting>, 2> kWritings{
    {{"rl", CueWriting::kVerticalRightToLeft}, {"lr", CueWriting::kVerticalLeftToRight}}};

// What region: rules out (§6.3, the last step).
struct SettingState {
  CuePlacement& out;
  const WebVttRegions& regions;
  const CueRegion* region = nullptr;
  std::optional<CueAnchor> position_align;
};

bool set_line(SettingState& state, std::string_view value) {
  const Halves halves = split(value, ',');
  CueAnchor anchor = CueAnchor::kStart;
  if (halves.first.size() != value.size() && !look_up(kLineAnchors, halves.second, anchor)) {
    return false;
  }
  if (const auto fraction = parse_percentage(halves.first)) {
    state.out.line = *fraction;
    state.out.line_number.reset();
  } else {
    const auto number = parse_signed_decimal(halves.first, 0);
    if (!number || *number < -kMaxLines || *number > kMaxLines) return false;
    state.out.line_number = static_cast<int>(*number);
    state.out.line.reset();
  }
  state.out.line_align = anchor;
  return true;
}

bool set_position(SettingState& state, std::string_view value) {
  const Halves halves = split(value, ',');
  std::optional<CueAnchor> anchor;
  if (halves.first.size() != value.size()) {
    anchor.emplace();
    if (!look_up(kPositionAnchors, halves.second, *anchor)) return false;
  }
  const auto fraction = parse_percentage(halves.first);
  if (!fraction) return false;
  state.out.position = *fraction;
  state.position_align = anchor;
  return true;
}

bool set_size(SettingState& state, std::string_view value) {
  const auto fraction = parse_percentage(value);
  if (!fraction) return false;
  state.out.size = *fraction;
  return true;
}

bool set_region(SettingState& state, std::string_view value) {
  for (const CueRegion& region : state.regions) {
    if (region.id == value) state.region = &region;
  }
  return state.region != nullptr;
}

struct Setting {
  std::string_view name;
  bool (*set)(SettingState&, std::string_view);
};
constexpr std::array<Setting, 6> kSettings{{
    {"vertical",
     [](SettingState& s, std::string_view v) { return look_up(kWritings, v, s.out.writing); }},
    {"line", &set_line},
    {"position", &set_position},
    {"size", &set_size},
    {"align",
     [](SettingState& s, std::string_view v) { return look_up(kAligns, v, s.out.text_align); }},
    {"region", &set_region},
}};

// §4.4 computed position alignment.
CueAnchor anchor_of(CueTextAlign align) {
  switch (align) {
    case CueTextAlign::kStart:
    case CueTextAlign::kLeft:
      return CueAnchor::kStart;
    case CueTextAlign::kEnd:
    case CueTextAlign::kRight:
      return CueAnchor::kEnd;
    case CueTextAlign::kCenter:
      break;
  }
  return CueAnchor::kCenter;
}

struct Point {
  double x = 0, y = 0;
};
std::optional<Point> parse_point(std::string_view text) {
  const Halves halves = split(text, ',');
  const auto x = parse_percentage(halves.first), y = parse_percentage(halves.second);
  if (!x || !y) return {};
  return Point{*x, *y};
}

}  // namespace

int parse_cue_settings(std::string_view text, const WebVttRegions& regions, CuePlacement& out) {
  SettingState state{out, regions, nullptr, {}};
  int refused = 0;
  for (Words words(text); !words.at_end();) {
    const Halves halves = split(words.next(), ':');
    const auto* setting = std::find_if(kSettings.begin(), kSettings.end(),
                                       [&](const Setting& s) { return s.name == halves.first; });
    if (setting == kSettings.end() || halves.second.empty() ||
        !setting->set(state, halves.second)) {
      ++refused;
    }
  }
  out.position_align = state.position_align.value_or(anchor_of(out.text_align));
  const bool is_placed_itself =
      out.writing != CueWriting::kHorizontal || out.line || out.line_number || out.size != 1;
  if (state.region && !is_placed_itself) out.region = *state.region;
  return refused;
}

CueRegion parse_region_settings(std::string_view text) {
  CueRegion region;
  Point region_anchor{0, 1}, viewport_anchor{0, 1};
  int64_t lines = kRegionLines;
  for (Words words(text); !words.at_end();) {
    const Halves halves = split(words.next(), ':');
    if (halves.first == "id") {
      region.id = halves.second;
    } else if (halves.first == "width") {
      region.width = parse_percentage(halves.second).value_or(region.width);
    } else if (halves.first == "lines") {
      lines = std::min(parse_decimal(halves.second, 0).value_or(lines), kMaxLines);
    } else if (halves.first == "regionanchor") {
      region_anchor = parse_point(halves.second).value_or(region_anchor);
    } else if (halves.first == "viewportanchor") {
      viewport_anchor = parse_point(halves.second).value_or(viewport_anchor);
    } else if (halves.first == "scroll") {
      region.scrolls_up = halves.second == "up";
    }
  }
  region.height = kRegionLineHeight * static_cast<double>(lines);
  region.x = viewport_anchor.x - region_anchor.x * region.width;
  region.y = viewport_anchor.y - region_anchor.y * region.height;
  return region;
}

}  // namespace playhead::text
