// SPDX-License-Identifier: Apache-2.0
#include "hud.h"

#include <cmath>

namespace demo {
namespace {

constexpr int64_t kSampleIntervalUs = 500'000;
constexpr std::size_t kSamples = 120;  // a minute

void push(std::vector<float>& samples, float value) {
  if (samples.size() == kSamples) samples.erase(samples.begin());
  samples.push_back(value);
}

void draw_title(const HudModel& model, const HudFonts& fonts) {
  if (model.controls_alpha <= 0 || model.title.empty()) return;
  ImDrawList& list = *ImGui::GetBackgroundDrawList();
  const float width = ImGui::GetIO().DisplaySize.x;
  const float alpha = model.controls_alpha;
  const ImU32 dark = ImGui::GetColorU32(ImVec4(0, 0, 0, 0.65F * alpha));
  const ImU32 clear = ImGui::GetColorU32(ImVec4(0, 0, 0, 0));
  list.AddRectFilledMultiColor({0, 0}, {width, 96}, dark, dark, clear, clear);
  const ImVec4 clip{kMargin, 0, width - kMargin, 96};
  const auto draw_text = [&](const ImFont& font, float y, ImVec4 colour, const std::string& text) {
    colour.w *= alpha;
    list.AddText(&font, font.FontSize * font.Scale, {kMargin, y}, ImGui::GetColorU32(colour),
                 text.c_str(), nullptr, 0, &clip);
  };
  draw_text(*fonts.bold, 18, kText, model.title);
  draw_text(*fonts.small, 44, kTextDim, model.subtitle);
}

bool is_waiting(const HudModel& model) {
  const int32_t state = model.view.state;
  return state == PLAYHEAD_STATE_LOADING || state == PLAYHEAD_STATE_BUFFERING ||
         state == PLAYHEAD_STATE_REBUFFERING;
}

void draw_spinner(const HudModel& model) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const ImVec2 centre{size.x / 2, size.y / 2};
  ImDrawList& list = *ImGui::GetBackgroundDrawList();
  constexpr float kRadius = 26.0F, kTurn = 6.2831853F;
  list.AddCircleFilled(centre, kRadius + 14, ImGui::GetColorU32(ImVec4(0, 0, 0, 0.45F)), 48);
  list.AddCircle(centre, kRadius, ImGui::GetColorU32(ImVec4(1, 1, 1, 0.20F)), 48, 4);
  const auto begin = static_cast<float>(std::fmod(model.seconds * 5.0, 6.2831853));
  list.PathArcTo(centre, kRadius, begin, begin + kTurn * 0.28F, 24);
  list.PathStroke(ImGui::GetColorU32(kText), 0, 4);
}

// A word in a rounded box, centred at `y`.
void draw_box(const std::string& text, float y, ImVec4 colour) {
  const float width = ImGui::GetIO().DisplaySize.x;
  const float wrap = width * 0.7F;
  const ImVec2 extent = ImGui::CalcTextSize(text.c_str(), nullptr, false, wrap);
  const ImVec2 begin{(width - extent.x) / 2, y};
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled({begin.x - 18, begin.y - 11},
                     {begin.x + extent.x + 18, begin.y + extent.y + 11}, ImGui::GetColorU32(kPanel),
                     kRounding);
  list.AddText(ImGui::GetFont(), ImGui::GetFontSize(), begin, ImGui::GetColorU32(colour),
               text.c_str(), nullptr, wrap);
}

void draw_error(const HudModel& model) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  draw_box("This cannot be played.\n\n" + model.error, size.y * 0.4F, kAccentWarm);
}

}  // namespace

void History::add(int64_t now_us, const PlayerView& view) {
  if (now_us < next_us_) return;
  next_us_ = now_us + kSampleIntervalUs;
  push(throughput_mbps_, static_cast<float>(view.throughput_bps) / 1e6F);
  push(buffer_s_, static_cast<float>(view.buffer_us) / 1e6F);
}

HudActions draw_hud(const HudModel& model, const HudFonts& fonts) {
  HudActions actions;
  ImGui::PushFont(fonts.regular);
  draw_title(model, fonts);
  if (model.error.empty() && is_waiting(model)) draw_spinner(model);
  if (model.controls_alpha > 0) draw_control_bar(model, fonts, actions);
  if (model.shows_status) draw_status_panel(model, fonts);
  if (model.library != nullptr) draw_library_panel(*model.library, fonts, actions);
  if (model.shows_help) draw_help_panel(fonts);
  if (!model.toast.empty()) draw_box(model.toast, 84, kText);
  if (!model.error.empty()) draw_error(model);
  ImGui::PopFont();
  return actions;
}

}  // namespace demo
