// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "hud.h"
#include "text_format.h"

namespace demo {
namespace {

constexpr ImGuiWindowFlags kPanelFlags =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoMove |
    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_AlwaysAutoResize;
constexpr float kPanelWidth = 300.0F;
constexpr float kPlotHeight = 46.0F;

void draw_row(const char* name, const std::string& value) {
  ImGui::TextColored(kTextDim, "%s", name);
  const float width = ImGui::CalcTextSize(value.c_str()).x;
  ImGui::SameLine(std::max(120.0F, kPanelWidth + ImGui::GetStyle().WindowPadding.x - width));
  ImGui::TextUnformatted(value.c_str());
}

void draw_plot(const char* id, const std::vector<float>& samples, float least_top, ImVec4 colour) {
  float top = least_top;
  for (const float sample : samples) top = std::max(top, sample);
  ImGui::PushStyleColor(ImGuiCol_PlotLines, colour);
  ImGui::PlotLines(id, samples.data(), static_cast<int>(samples.size()), 0, nullptr, 0, top * 1.1F,
                   {kPanelWidth, kPlotHeight});
  ImGui::PopStyleColor();
}

std::string representation_text(const PlayerView& view) {
  if (view.shown_height <= 0) return "\u2013";
  return std::to_string(view.shown_width) + "\u00d7" + std::to_string(view.shown_height) +
         (view.is_auto_bitrate ? "  auto" : "  fixed");
}

}  // namespace

void draw_status_panel(const HudModel& model, const HudFonts& fonts) {
  const PlayerView& view = model.view;
  const float right = ImGui::GetIO().DisplaySize.x - kMargin;
  ImGui::SetNextWindowPos({right, 72}, ImGuiCond_Always, {1, 0});
  ImGui::Begin("status", nullptr, kPanelFlags);
  ImGui::PushFont(fonts.small);
  draw_row("State", state_name(view.state));
  draw_row("Picture", representation_text(view));
  draw_row("Bitrate", format_bitrate(view.shown_bitrate_bps));
  draw_row("Dropped frames", std::to_string(view.qoe.dropped_frames) + " of " +
                                 std::to_string(view.qoe.shown_frames + view.qoe.dropped_frames));
  draw_row("Rebufferings", std::to_string(view.qoe.rebuffer_count) + ", " +
                               format_seconds(view.qoe.rebuffer_time_us));
  draw_row("Switches", std::to_string(view.qoe.switches));
  draw_row("Received", format_bytes(view.qoe.bytes));
  if (view.qoe.has_startup != 0) {
    draw_row("Start-up", std::to_string(view.qoe.startup_us / 1000) + " ms");
  }
  ImGui::Dummy({0, 2});
  if (view.drm_level > 0) draw_row("Protection", format_drm(view));
  draw_row("Throughput", format_bitrate(view.throughput_bps));
  draw_plot("##throughput", model.history.throughput_mbps(), 1.0F, kAccent);
  draw_row("Buffer", format_seconds(view.buffer_us));
  draw_plot("##buffer", model.history.buffer_s(), 10.0F, kAccentWarm);
  ImGui::PopFont();
  ImGui::End();
}

void draw_help_panel(const HudFonts& fonts) {
  constexpr std::array<std::array<const char*, 2>, 15> kKeys{{
      {"space", "play, pause"},
      {"left  right", "10 seconds back, on"},
      {"shift left  right", "a minute back, on"},
      {"up  down", "volume"},
      {"m", "mute"},
      {"[  ]", "slower, faster"},
      {",  .", "wind back, on: 2 to 32 times"},
      {"q", "picture quality"},
      {"a", "audio track"},
      {"n", "next title"},
      {"i", "status"},
      {"l", "library of downloads"},
      {"f", "full screen"},
      {"s", "screenshot"},
      {"Esc", "quit"},
  }};
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::GetBackgroundDrawList()->AddRectFilled({0, 0}, size,
                                                ImGui::GetColorU32(ImVec4(0, 0, 0, 0.55F)));
  ImGui::SetNextWindowBgAlpha(0.95F);
  ImGui::Begin("help", nullptr, kPanelFlags);
  ImGui::PushFont(fonts.bold);
  ImGui::TextUnformatted("Keys");
  ImGui::PopFont();
  ImGui::Dummy({0, 2});
  for (const auto& [key, meaning] : kKeys) {
    ImGui::TextColored(kAccent, "%s", key);
    ImGui::SameLine(180);
    ImGui::TextUnformatted(meaning);
  }
  ImGui::End();
}

}  // namespace demo
