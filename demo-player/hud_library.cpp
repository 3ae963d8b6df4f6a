// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "download_text.h"
#include "hud.h"
#include "playhead/playhead.h"
#include "text_format.h"

namespace demo {
namespace {

constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse |
                                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
constexpr float kWidth = 720.0F, kMostHeight = 460.0F;
constexpr float kRowHeight = 66.0F, kHeadHeight = 92.0F;
constexpr float kButtonsWidth = 190.0F;
constexpr float kBarHeight = 3.0F;
const ImVec4 kRowSelected{1.0F, 1.0F, 1.0F, 0.08F};

bool can_play(const DownloadView& view) {
  const bool has_something =
      view.state == PLAYHEAD_DOWNLOAD_COMPLETED || view.playable_until_us > 0;
  const bool is_allowed = view.rights != PLAYHEAD_RIGHTS_EXPIRED &&
                          view.rights != PLAYHEAD_RIGHTS_TAMPERED &&
                          view.state != PLAYHEAD_DOWNLOAD_REMOVING;
  return has_something && is_allowed;
}

std::string facts_of(const DownloadView& view) {
  std::string text = download_state_text(view);
  const bool is_whole = view.state == PLAYHEAD_DOWNLOAD_COMPLETED;
  text += "  \u00b7  " +
          (is_whole ? format_bytes(view.bytes_done)
                    : format_amount(view.bytes_done, view.bytes_total, view.is_total_exact));
  if (view.bytes_per_second > 0) text += "  \u00b7  " + format_bytes(view.bytes_per_second) + "/s";
  if (view.time_left_us) text += "  \u00b7  " + format_time(*view.time_left_us) + " left";
  if (view.height > 0) text += "  \u00b7  " + std::to_string(view.height) + "p";
  return text;
}

std::string rights_of(const DownloadView& view) {
  if (!view.message.empty()) return view.message;
  if (!view.expires_at_us) return "";
  return rights_text(view.rights) + ", until " + format_date(*view.expires_at_us);
}

void draw_share(const DownloadView& view, ImVec2 begin, float width) {
  if (view.state == PLAYHEAD_DOWNLOAD_COMPLETED || view.bytes_total <= 0) return;
  const float share = std::clamp(
      static_cast<float>(view.bytes_done) / static_cast<float>(view.bytes_total), 0.0F, 1.0F);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(begin, {begin.x + width, begin.y + kBarHeight},
                     ImGui::GetColorU32(ImVec4(1, 1, 1, 0.15F)), kBarHeight / 2);
  list.AddRectFilled(begin, {begin.x + width * share, begin.y + kBarHeight},
                     ImGui::GetColorU32(kAccent), kBarHeight / 2);
}

void draw_buttons(const DownloadView& view, const LibraryModel& model, HudActions& actions) {
  if (can_play(view)) {
    if (text_button("play", "Play", "Enter")) actions.play_download = view.id;
    ImGui::SameLine();
  }
  const bool is_doomed = model.doomed == view.id;
  if (is_doomed) ImGui::PushStyleColor(ImGuiCol_Text, kAccentWarm);
  if (text_button("remove", is_doomed ? "Really?" : "Remove", "Delete")) {
    actions.remove_download = view.id;
  }
  if (is_doomed) ImGui::PopStyleColor();
}

void draw_download(const DownloadView& view, const LibraryModel& model, const HudFonts& fonts,
                   HudActions& actions) {
  ImGui::PushID(view.id.c_str());
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (view.id == model.selected) {
    ImGui::GetWindowDrawList()->AddRectFilled(begin, {begin.x + width, begin.y + kRowHeight - 6},
                                              ImGui::GetColorU32(kRowSelected), 6);
  }
  const float text_end = begin.x + width - kButtonsWidth;
  ImGui::PushClipRect(begin, {text_end, begin.y + kRowHeight}, true);
  ImGui::SetCursorScreenPos({begin.x + 12, begin.y + 5});
  ImGui::PushFont(fonts.bold);
  ImGui::TextUnformatted(view.name().c_str());
  ImGui::PopFont();
  ImGui::PushFont(fonts.small);
  const bool is_wrong =
      view.state == PLAYHEAD_DOWNLOAD_FAILED || view.rights == PLAYHEAD_RIGHTS_EXPIRED;
  ImGui::SetCursorScreenPos({begin.x + 12, begin.y + 26});
  ImGui::TextColored(is_wrong ? kAccentWarm : kText, "%s", facts_of(view).c_str());
  ImGui::SetCursorScreenPos({begin.x + 12, begin.y + 42});
  ImGui::TextColored(kTextDim, "%s", rights_of(view).c_str());
  ImGui::PopFont();
  ImGui::PopClipRect();
  draw_share(view, {begin.x + 12, begin.y + kRowHeight - 12}, text_end - begin.x - 24);
  ImGui::SetCursorScreenPos({text_end, begin.y + 14});
  draw_buttons(view, model, actions);
  ImGui::SetCursorScreenPos({begin.x, begin.y + kRowHeight});
  ImGui::PopID();
}

}  // namespace

void draw_library_panel(const LibraryModel& model, const HudFonts& fonts, HudActions& actions) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const float rows = static_cast<float>(std::max<std::size_t>(model.downloads.size(), 1));
  const float width = std::min(kWidth, size.x - 2 * kMargin);
  const float height =
      std::min({kMostHeight, kHeadHeight + rows * kRowHeight, size.y - 2 * kMargin});
  ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({width, height});
  ImGui::SetNextWindowBgAlpha(0.95F);
  ImGui::Begin("library", nullptr, kFlags);
  ImGui::PushFont(fonts.bold);
  ImGui::TextUnformatted("Downloads");
  ImGui::PopFont();
  ImGui::PushFont(fonts.small);
  ImGui::TextColored(kTextDim, "%s",
                     "up  down  choose    Enter  play    Delete  remove    l  close");
  ImGui::PopFont();
  ImGui::Dummy({0, 4});
  if (!model.problem.empty()) {
    ImGui::TextWrapped("%s", model.problem.c_str());
  } else if (model.downloads.empty()) {
    ImGui::TextColored(kTextDim, "%s", "Nothing was downloaded.");
  }
  for (const DownloadView& view : model.downloads) draw_download(view, model, fonts, actions);
  ImGui::End();
}

}  // namespace demo
