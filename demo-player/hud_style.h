// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <imgui.h>

namespace demo {

// The look of everything drawn over the picture. Sizes are points.
struct HudFonts {
  ImFont* regular = nullptr;
  ImFont* small = nullptr;
  ImFont* bold = nullptr;
};

inline const ImVec4 kAccent{0.30F, 0.66F, 1.00F, 1.0F};
inline const ImVec4 kAccentWarm{1.00F, 0.74F, 0.30F, 1.0F};
inline const ImVec4 kText{1.0F, 1.0F, 1.0F, 0.95F};
inline const ImVec4 kTextDim{1.0F, 1.0F, 1.0F, 0.60F};
inline const ImVec4 kPanel{0.06F, 0.07F, 0.09F, 0.88F};
inline constexpr float kMargin = 24.0F;
inline constexpr float kRounding = 10.0F;

// Loads a readable font, `pixel_scale` pixels to a point, or ImGui's own when none is installed;
// sets colours and spacing. Needs an ImGui context.
[[nodiscard]] HudFonts apply_hud_style(float pixel_scale);

enum class Icon { kPlay, kPause, kSpeaker, kMuted, kInfo, kFullScreen, kWindow };

// Draws `icon` into the square of `size` around `centre`.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour);

// A flat button of `size`; true when clicked. `tip` shows while the pointer rests on it.
[[nodiscard]] bool icon_button(const char* id, Icon icon, float size, const char* tip);
[[nodiscard]] bool text_button(const char* id, const char* text, const char* tip);
[[nodiscard]] float text_button_width(const char* text);

}  // namespace demo
