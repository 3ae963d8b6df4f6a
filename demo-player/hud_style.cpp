// SPDX-License-Identifier: Apache-2.0
#include "hud_style.h"

#include <array>
#include <filesystem>
#include <string>
#include <system_error>

namespace demo {
namespace {

constexpr float kRegularSize = 17.0F, kSmallSize = 14.0F, kBoldSize = 21.0F;
constexpr float kButtonPadding = 10.0F;

// Where the systems we build on keep a readable font, and its bold face.
struct FontPlace {
  const char* regular;
  const char* bold;
};
constexpr std::array<FontPlace, 4> kFontPlaces{
    {{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
      "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"},
     {"/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
      "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf"},
     {"/System/Library/Fonts/Supplemental/Arial.ttf",
      "/System/Library/Fonts/Supplemental/Arial Bold.ttf"},
     {"C:/Windows/Fonts/segoeui.ttf", "C:/Windows/Fonts/segoeuib.ttf"}}};

// Latin with its accents, Greek and Cyrillic, dashes and quotes: titles come in any of them.
constexpr std::array<ImWchar, 9> kGlyphs{0x0020, 0x024F, 0x0370, 0x03FF, 0x0400,
                                         0x04FF, 0x2010, 0x2044, 0};

bool is_file(const char* path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

ImFont* load_font(const char* path, float points, float pixel_scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  ImFont* font = nullptr;
  if (path != nullptr && is_file(path)) {
    font = atlas.AddFontFromFileTTF(path, points * pixel_scale, nullptr, kGlyphs.data());
  }
  if (font == nullptr) {
    ImFontConfig config;
    config.SizePixels = points * pixel_scale;
    font = atlas.AddFontDefault(&config);
  }
  font->Scale = 1.0F / pixel_scale;
  return font;
}

void draw_speaker(ImDrawList& list, ImVec2 c, float s, ImU32 colour, bool is_muted) {
  list.AddRectFilled({c.x - 0.45F * s, c.y - 0.16F * s}, {c.x - 0.25F * s, c.y + 0.16F * s},
                     colour);
  list.AddTriangleFilled({c.x - 0.34F * s, c.y}, {c.x, c.y - 0.38F * s}, {c.x, c.y + 0.38F * s},
                         colour);
  if (is_muted) {
    list.AddLine({c.x + 0.14F * s, c.y - 0.16F * s}, {c.x + 0.46F * s, c.y + 0.16F * s}, colour,
                 2.0F);
    list.AddLine({c.x + 0.14F * s, c.y + 0.16F * s}, {c.x + 0.46F * s, c.y - 0.16F * s}, colour,
                 2.0F);
    return;
  }
  for (const float radius : {0.22F, 0.40F}) {
    list.PathArcTo(c, radius * s, -0.8F, 0.8F, 10);
    list.PathStroke(colour, 0, 2.0F);
  }
}

void draw_corners(ImDrawList& list, ImVec2 c, float s, ImU32 colour, bool points_in) {
  const float outer = 0.38F * s, arm = 0.24F * s;
  for (const float x : {-1.0F, 1.0F}) {
    for (const float y : {-1.0F, 1.0F}) {
      const float edge = points_in ? outer - arm : outer;
      const float tip = points_in ? outer : outer - arm;
      const std::array<ImVec2, 3> corner{{{c.x + x * tip, c.y + y * edge},
                                          {c.x + x * edge, c.y + y * edge},
                                          {c.x + x * edge, c.y + y * tip}}};
      list.AddPolyline(corner.data(), 3, colour, 0, 2.0F);
    }
  }
}

bool flat_button(const char* id, ImVec2 size, const char* tip) {
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const bool was_clicked = ImGui::InvisibleButton(id, size);
  if (ImGui::IsItemHovered()) {
    const ImVec4 shade{1, 1, 1, ImGui::IsItemActive() ? 0.22F : 0.12F};
    ImGui::GetWindowDrawList()->AddRectFilled(begin, {begin.x + size.x, begin.y + size.y},
                                              ImGui::GetColorU32(shade), 6.0F);
    if (tip != nullptr) ImGui::SetTooltip("%s", tip);
  }
  return was_clicked;
}

}  // namespace

HudFonts apply_hud_style(float pixel_scale) {
  const FontPlace* place = nullptr;
  for (const FontPlace& candidate : kFontPlaces) {
    if (place == nullptr && is_file(candidate.regular)) place = &candidate;
  }
  const char* regular = place != nullptr ? place->regular : nullptr;
  const char* bold = place != nullptr ? place->bold : nullptr;
  HudFonts fonts;
  fonts.regular = load_font(regular, kRegularSize, pixel_scale);
  fonts.small = load_font(regular, kSmallSize, pixel_scale);
  fonts.bold = load_font(bold, kBoldSize, pixel_scale);

  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowRounding = style.PopupRounding = kRounding;
  style.WindowBorderSize = style.PopupBorderSize = 0;
  style.WindowPadding = {16, 14};
  style.ItemSpacing = {8, 6};
  style.FrameRounding = 4;
  style.Colors[ImGuiCol_Text] = kText;
  style.Colors[ImGuiCol_WindowBg] = style.Colors[ImGuiCol_PopupBg] = kPanel;
  style.Colors[ImGuiCol_Header] = {kAccent.x, kAccent.y, kAccent.z, 0.35F};
  style.Colors[ImGuiCol_HeaderHovered] = {1, 1, 1, 0.14F};
  style.Colors[ImGuiCol_HeaderActive] = {1, 1, 1, 0.22F};
  style.Colors[ImGuiCol_FrameBg] = {1, 1, 1, 0.06F};
  return fonts;
}

void draw_icon(ImDrawList& list, Icon icon, ImVec2 c, float s, ImU32 colour) {
  switch (icon) {
    case Icon::kPlay:
      list.AddTriangleFilled({c.x - 0.30F * s, c.y - 0.40F * s}, {c.x - 0.30F * s, c.y + 0.40F * s},
                             {c.x + 0.42F * s, c.y}, colour);
      break;
    case Icon::kPause:
      list.AddRectFilled({c.x - 0.32F * s, c.y - 0.38F * s}, {c.x - 0.10F * s, c.y + 0.38F * s},
                         colour, 1.5F);
      list.AddRectFilled({c.x + 0.10F * s, c.y - 0.38F * s}, {c.x + 0.32F * s, c.y + 0.38F * s},
                         colour, 1.5F);
      break;
    case Icon::kSpeaker:
    case Icon::kMuted:
      draw_speaker(list, c, s, colour, icon == Icon::kMuted);
      break;
    case Icon::kInfo:
      list.AddCircle(c, 0.42F * s, colour, 24, 2.0F);
      list.AddRectFilled({c.x - 1.2F, c.y - 0.04F * s}, {c.x + 1.2F, c.y + 0.24F * s}, colour);
      list.AddCircleFilled({c.x, c.y - 0.19F * s}, 1.6F, colour, 8);
      break;
    case Icon::kFullScreen:
    case Icon::kWindow:
      draw_corners(list, c, s, colour, icon == Icon::kWindow);
      break;
  }
}

bool icon_button(const char* id, Icon icon, float size, const char* tip) {
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const bool was_clicked = flat_button(id, {size, size}, tip);
  draw_icon(*ImGui::GetWindowDrawList(), icon, {begin.x + size / 2, begin.y + size / 2},
            size * 0.58F, ImGui::GetColorU32(kText));
  return was_clicked;
}

float text_button_width(const char* text) {
  return ImGui::CalcTextSize(text).x + 2 * kButtonPadding;
}

bool text_button(const char* id, const char* text, const char* tip) {
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const ImVec2 extent = ImGui::CalcTextSize(text);
  const float height = 34.0F;
  const bool was_clicked = flat_button(id, {extent.x + 2 * kButtonPadding, height}, tip);
  ImGui::GetWindowDrawList()->AddText({begin.x + kButtonPadding, begin.y + (height - extent.y) / 2},
                                      ImGui::GetColorU32(kText), text);
  return was_clicked;
}

}  // namespace demo
