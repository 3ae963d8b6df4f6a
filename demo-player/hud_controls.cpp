// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "hud.h"
#include "text_format.h"

namespace demo {
namespace {

constexpr float kBarHeight = 92.0F;
constexpr float kShadeHeight = 150.0F;
constexpr float kButton = 34.0F;
constexpr float kVolumeWidth = 84.0F;
// Narrower windows do without the volume's line, then without speed and audio track.
constexpr float kVolumeNeeds = 680.0F, kMenusNeed = 540.0F;
constexpr std::array<double, 7> kSpeeds{0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0};

// The line of buttons: its upper edge and how far it reaches.
struct Row {
  float y, width;
};

void draw_shade(float alpha) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const ImU32 dark = ImGui::GetColorU32(ImVec4(0, 0, 0, 0.78F * alpha));
  const ImU32 clear = ImGui::GetColorU32(ImVec4(0, 0, 0, 0));
  ImGui::GetBackgroundDrawList()->AddRectFilledMultiColor({0, size.y - kShadeHeight}, size, clear,
                                                          clear, dark, dark);
}

// A thin line that can be clicked or dragged: `share` of it is full, up to `ahead` is ready. The
// share under the pointer when it is used.
struct Line {
  const char* id;
  ImVec2 begin;
  float width;
  double share, ahead;
};
struct LineUse {
  bool is_hovered = false, was_released = false, is_held = false;
  double share = 0;
};
LineUse draw_line(const Line& line) {
  constexpr float kReach = 10.0F;  // half the height that takes the pointer
  ImGui::SetCursorScreenPos({line.begin.x, line.begin.y - kReach});
  ImGui::InvisibleButton(line.id, {line.width, 2 * kReach});
  LineUse use;
  use.is_hovered = ImGui::IsItemHovered();
  use.is_held = ImGui::IsItemActive();
  use.was_released = ImGui::IsItemDeactivated();
  use.share = std::clamp((ImGui::GetIO().MousePos.x - line.begin.x) / line.width, 0.0F, 1.0F);

  const double share = use.is_held ? use.share : line.share;
  const bool is_thick = use.is_hovered || use.is_held;
  const float half = is_thick ? 3.0F : 2.0F;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto draw_part = [&](double to, ImVec4 colour) {
    const float right = line.begin.x + line.width * static_cast<float>(std::clamp(to, 0.0, 1.0));
    if (right - line.begin.x < 1) return;
    list.AddRectFilled({line.begin.x, line.begin.y - half}, {right, line.begin.y + half},
                       ImGui::GetColorU32(colour), half);
  };
  draw_part(1.0, {1, 1, 1, 0.22F});
  draw_part(line.ahead, {1, 1, 1, 0.40F});
  draw_part(share, kAccent);
  const ImVec2 knob{line.begin.x + line.width * static_cast<float>(std::clamp(share, 0.0, 1.0)),
                    line.begin.y};
  list.AddCircleFilled(knob, is_thick ? 8.0F : 6.0F, ImGui::GetColorU32(kText), 20);
  return use;
}

// What is to be seen there, over the seek bar at `x`, and when.
void draw_preview(const HudModel& model, int64_t time_us, float x, float y) {
  constexpr float kWidth = 200.0F, kGap = 16.0F;
  const std::string text = format_time(time_us);
  const auto preview = model.preview ? model.preview(time_us) : std::nullopt;
  const ImVec2 letters = ImGui::CalcTextSize(text.c_str());
  const float width = preview ? kWidth : letters.x;
  const float height = preview ? kWidth / preview->aspect + 4 : 0;
  const float right_most = std::max(ImGui::GetIO().DisplaySize.x - kMargin - width, kMargin);
  const ImVec2 begin{std::clamp(x - width / 2, kMargin, right_most), y - kGap - height - letters.y};
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled({begin.x - 6, begin.y - 6},
                     {begin.x + width + 6, begin.y + height + letters.y + 4},
                     ImGui::GetColorU32(kPanel), kRounding);
  if (preview) {
    list.AddImage(preview->texture, begin, {begin.x + width, begin.y + height - 4},
                  {preview->left, preview->top}, {preview->right, preview->bottom});
  }
  list.AddText({begin.x + (width - letters.x) / 2, begin.y + height}, ImGui::GetColorU32(kText),
               text.c_str());
}

void draw_progress(const HudModel& model, float y, float width, HudActions& actions) {
  const PlayerView& view = model.view;
  const double duration = static_cast<double>(view.duration_us);
  const int64_t position_us = model.controls.position_us(view);
  Line line{"progress", {kMargin, y}, width - 2 * kMargin, 0, 0};
  if (view.duration_us > 0) {
    line.share = static_cast<double>(position_us) / duration;
    line.ahead = static_cast<double>(view.position_us + view.buffer_us) / duration;
  }
  const LineUse use = draw_line(line);
  if (view.duration_us <= 0) return;
  const auto target_us = static_cast<int64_t>(use.share * duration);
  if (use.is_hovered || use.is_held) {
    draw_preview(model, target_us, ImGui::GetIO().MousePos.x, y);
  } else if (const auto hover_us = model.controls.hover_us()) {
    const double share = std::clamp(static_cast<double>(*hover_us) / duration, 0.0, 1.0);
    draw_preview(model, *hover_us, kMargin + line.width * static_cast<float>(share), y);
  }
  if (use.is_held) actions.scrub_us = target_us;
  if (use.was_released) actions.seek_us = target_us;
}

void draw_left(const HudModel& model, const HudFonts& fonts, const Row& row, HudActions& actions) {
  const float y = row.y, width = row.width;
  ImGui::SetCursorScreenPos({kMargin - 6, y});
  const bool is_paused = model.controls.is_paused();
  actions.toggle_pause = icon_button("pause", is_paused ? Icon::kPlay : Icon::kPause, kButton,
                                     is_paused ? "Play (space)" : "Pause (space)");
  ImGui::SameLine(0, 6);
  const double volume = model.controls.volume();
  actions.toggle_mute = icon_button("mute", volume > 0 ? Icon::kSpeaker : Icon::kMuted, kButton,
                                    volume > 0 ? "Mute (m)" : "Sound on (m)");
  const ImVec2 slider{kMargin + 2 * kButton + 14, y + kButton / 2};
  float text_x = slider.x;
  if (width >= kVolumeNeeds) {
    const LineUse use = draw_line({"volume", slider, kVolumeWidth, volume, 0});
    if (use.is_held) actions.volume = use.share;
    text_x += kVolumeWidth + 24;
  }

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const std::string position = format_time(model.controls.position_us(model.view));
  const float text_y = y + (kButton - ImGui::GetFontSize()) / 2;
  const ImVec2 at{text_x, text_y};
  list.AddText(at, ImGui::GetColorU32(kText), position.c_str());
  if (model.view.duration_us <= 0) return;
  const float after = at.x + ImGui::CalcTextSize(position.c_str()).x;
  const std::string duration = "  /  " + format_time(model.view.duration_us);
  list.AddText(fonts.regular, ImGui::GetFontSize(), {after, text_y}, ImGui::GetColorU32(kTextDim),
               duration.c_str());
}

// A button that opens a menu above itself. The index that was chosen.
struct Menu {
  const char* id;
  std::string text;  // on the button
  const char* tip;
  std::vector<std::string> items;
  int selected;
};
std::optional<int> draw_menu(const Menu& menu, bool is_closing) {
  std::optional<int> chosen;
  ImGui::PushID(menu.id);
  if (text_button("button", menu.text.c_str(), menu.tip)) ImGui::OpenPopup("menu");
  const ImVec2 corner{ImGui::GetItemRectMax().x, ImGui::GetItemRectMin().y - 30};
  ImGui::SetNextWindowPos(corner, ImGuiCond_Always, {1.0F, 1.0F});
  if (ImGui::BeginPopup("menu")) {
    if (is_closing) ImGui::CloseCurrentPopup();
    for (int i = 0; i < static_cast<int>(menu.items.size()); ++i) {
      ImGui::PushID(i);
      const std::string& item = menu.items[static_cast<std::size_t>(i)];
      if (ImGui::Selectable(item.c_str(), i == menu.selected, 0, {170, 0})) chosen = i;
      ImGui::PopID();
    }
    ImGui::EndPopup();
  }
  ImGui::PopID();
  ImGui::SameLine(0, 4);
  return chosen;
}

Menu make_speed_menu(const HudModel& model) {
  Menu menu{"speed", format_speed(model.controls.speed()), "Speed ([ and ])", {}, -1};
  for (const double speed : kSpeeds) {
    if (std::abs(speed - model.controls.speed()) < 0.01) {
      menu.selected = static_cast<int>(menu.items.size());
    }
    menu.items.push_back(format_speed(speed));
  }
  return menu;
}

Menu make_audio_menu(const HudModel& model) {
  Menu menu{"audio", "Audio", "Audio track (a)", {}, -1};
  for (const AudioChoice& choice : model.view.audios) {
    if (choice.is_selected) {
      menu.selected = static_cast<int>(menu.items.size());
      menu.text = choice.name;
    }
    menu.items.push_back(choice.name);
  }
  return menu;
}

// The best on top, "Automatic" at the bottom, next to the button.
Menu make_quality_menu(const HudModel& model) {
  Menu menu{"quality", model.controls.quality_label(model.view), "Quality (q)", {}, -1};
  const auto& qualities = model.view.qualities;
  for (auto it = qualities.rbegin(); it != qualities.rend(); ++it) {
    menu.items.push_back(quality_name(*it) + "   " + format_bitrate(it->bitrate_bps));
  }
  menu.items.emplace_back("Automatic");
  const int last = static_cast<int>(menu.items.size()) - 1;
  const int rung = model.controls.quality(model.view);
  menu.selected = rung < 0 ? last : last - 1 - rung;
  return menu;
}

void draw_right(const HudModel& model, const Row& row, HudActions& actions) {
  const float y = row.y, width = row.width;
  const Menu speed = make_speed_menu(model);
  const Menu audio = make_audio_menu(model);
  const Menu quality = make_quality_menu(model);
  const bool has_room = width >= kMenusNeed;
  const bool has_audio_choice = has_room && audio.items.size() > 1;
  float needed = text_button_width(quality.text.c_str()) + 2 * kButton + 2 * 4;
  if (has_room) needed += text_button_width(speed.text.c_str()) + 4;
  if (has_audio_choice) needed += text_button_width(audio.text.c_str()) + 4;
  ImGui::SetCursorScreenPos({width - kMargin + 6 - needed, y});
  if (has_room) {
    if (const auto chosen = draw_menu(speed, model.closes_menus)) {
      actions.speed = kSpeeds[static_cast<std::size_t>(*chosen)];
    }
  }
  if (has_audio_choice) actions.audio = draw_menu(audio, model.closes_menus);
  if (const auto chosen = draw_menu(quality, model.closes_menus)) {
    actions.quality = static_cast<int>(quality.items.size()) - 2 - *chosen;
  }
  actions.toggle_status = icon_button("status", Icon::kInfo, kButton, "Status (i)");
  ImGui::SameLine(0, 4);
  actions.toggle_full_screen =
      icon_button("full_screen", model.is_full_screen ? Icon::kWindow : Icon::kFullScreen, kButton,
                  "Full screen (f)");
}

}  // namespace

void draw_control_bar(const HudModel& model, const HudFonts& fonts, HudActions& actions) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  draw_shade(model.controls_alpha);
  ImGui::PushStyleVar(ImGuiStyleVar_Alpha, model.controls_alpha);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::SetNextWindowPos({0, size.y - kBarHeight});
  ImGui::SetNextWindowSize({size.x, kBarHeight});
  ImGui::Begin("controls", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBringToFrontOnFocus);
  ImGui::PopStyleVar();  // the padding: menus keep theirs
  const float top = size.y - kBarHeight;
  draw_progress(model, top + 20, size.x, actions);
  draw_left(model, fonts, {top + 42, size.x}, actions);
  draw_right(model, {top + 42, size.x}, actions);
  ImGui::End();
  ImGui::PopStyleVar();
}

}  // namespace demo
