// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hud.h"

namespace demo {
namespace {

// Height of a letter as a share of the picture's (chosen: EBU-TT-D's common 15 to 16 lines).
constexpr float kLetterShare = 0.050F;
constexpr float kLineSpacing = 1.25F;
// Text without a place of its own ends that share above the picture's bottom.
constexpr float kBottomShare = 0.05F;

ImU32 to_imgui(uint32_t rgba) {
  return IM_COL32(rgba >> 24, rgba >> 16 & 0xff, rgba >> 8 & 0xff, rgba & 0xff);
}

struct Pen {
  ImDrawList& list;
  const HudFonts& fonts;
  float letter = 0;

  [[nodiscard]] ImFont& font(const SubtitleRun& run) const {
    return run.is_bold ? *fonts.bold : *fonts.regular;
  }
  [[nodiscard]] float width(const SubtitleRun& run) const {
    return font(run).CalcTextSizeA(letter * run.scale, 1e6F, 0, run.text.c_str()).x;
  }
  void draw_line(const std::vector<SubtitleRun>& line, float centre_x, float x_anchor, float y) {
    float all = 0;
    for (const SubtitleRun& run : line) all += width(run);
    float x = centre_x - all * x_anchor;
    const float pad = letter * 0.2F;
    for (const SubtitleRun& run : line) {
      const float wide = width(run);
      // Backgrounds meet, but do not overlap: they are see-through.
      const float left = &run == &line.front() ? x - pad : x;
      const float right = &run == &line.back() ? x + wide + pad : x + wide;
      list.AddRectFilled({left, y}, {right, y + letter * kLineSpacing}, to_imgui(run.background));
      x += wide;
    }
    x = centre_x - all * x_anchor;
    for (const SubtitleRun& run : line) {
      list.AddText(&font(run), letter * run.scale, {x, y + letter * 0.1F}, to_imgui(run.color),
                   run.text.c_str());
      x += width(run);
    }
  }
};

}  // namespace

void draw_subtitles(const std::vector<Subtitle>& subtitles, const PictureRect& picture,
                    const HudFonts& fonts, float room_below) {
  Pen pen{*ImGui::GetBackgroundDrawList(), fonts, picture.height * kLetterShare};
  const float line_height = pen.letter * kLineSpacing;
  float bottom = picture.y + picture.height * (1 - kBottomShare);
  bottom = std::min(bottom, ImGui::GetIO().DisplaySize.y - room_below);
  // The last is the lowest.
  for (auto subtitle = subtitles.rbegin(); subtitle != subtitles.rend(); ++subtitle) {
    const float height = line_height * static_cast<float>(subtitle->lines.size());
    float top = bottom - height;
    if (subtitle->has_place) {
      top = picture.y + picture.height * subtitle->y - height * subtitle->y_anchor;
      top = std::clamp(top, picture.y, std::max(picture.y, picture.y + picture.height - height));
    } else {
      bottom = top;
    }
    const float x = picture.x + picture.width * subtitle->x;
    for (const auto& line : subtitle->lines) {
      pen.draw_line(line, x, subtitle->x_anchor, top);
      top += line_height;
    }
  }
}

}  // namespace demo
