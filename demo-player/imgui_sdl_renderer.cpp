// SPDX-License-Identifier: Apache-2.0
#include "imgui_sdl_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <SDL.h>
#include <imgui.h>

namespace demo {
namespace {

// One member of the vertices, as SDL's strided arrays want it.
template <typename Member>
const Member* member_of(const ImDrawVert* vertices, std::size_t offset) {
  return reinterpret_cast<const Member*>(reinterpret_cast<const char*>(vertices) + offset);
}

}  // namespace

ImguiSdlRenderer::ImguiSdlRenderer(SDL_Renderer* renderer) : renderer_(renderer) {
  ImGuiIO& io = ImGui::GetIO();
  io.BackendRendererName = "playhead_demo_sdl";
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
  fonts_ = SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_ABGR8888, SDL_TEXTUREACCESS_STATIC, width,
                             height);
  if (fonts_ == nullptr) return;
  SDL_UpdateTexture(fonts_, nullptr, pixels, width * 4);
  SDL_SetTextureBlendMode(fonts_, SDL_BLENDMODE_BLEND);
  SDL_SetTextureScaleMode(fonts_, SDL_ScaleModeLinear);
  io.Fonts->SetTexID(fonts_);
}

ImguiSdlRenderer::~ImguiSdlRenderer() {
  ImGui::GetIO().Fonts->SetTexID(nullptr);
  if (fonts_ != nullptr) SDL_DestroyTexture(fonts_);
}

void ImguiSdlRenderer::draw(const ImDrawData& data) {
  if (data.DisplaySize.x <= 0 || data.DisplaySize.y <= 0) return;
  float old_x = 1, old_y = 1;
  SDL_RenderGetScale(renderer_, &old_x, &old_y);
  // ImGui counts points, the renderer pixels.
  SDL_RenderSetScale(renderer_, data.FramebufferScale.x, data.FramebufferScale.y);
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback == nullptr) draw_command(data, list, command);
    }
  }
  SDL_RenderSetClipRect(renderer_, nullptr);
  SDL_RenderSetScale(renderer_, old_x, old_y);
}

void ImguiSdlRenderer::draw_command(const ImDrawData& data, const ImDrawList& list,
                                    const ImDrawCmd& command) {
  const float left = std::max(command.ClipRect.x - data.DisplayPos.x, 0.0F);
  const float top = std::max(command.ClipRect.y - data.DisplayPos.y, 0.0F);
  const float right = std::min(command.ClipRect.z - data.DisplayPos.x, data.DisplaySize.x);
  const float bottom = std::min(command.ClipRect.w - data.DisplayPos.y, data.DisplaySize.y);
  if (right <= left || bottom <= top) return;
  const SDL_Rect clip{static_cast<int>(left), static_cast<int>(top),
                      static_cast<int>(std::lround(right - left)),
                      static_cast<int>(std::lround(bottom - top))};
  SDL_RenderSetClipRect(renderer_, &clip);
  const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
  SDL_RenderGeometryRaw(renderer_, static_cast<SDL_Texture*>(command.GetTexID()),
                        member_of<float>(vertices, offsetof(ImDrawVert, pos)), sizeof(ImDrawVert),
                        member_of<SDL_Color>(vertices, offsetof(ImDrawVert, col)),
                        sizeof(ImDrawVert), member_of<float>(vertices, offsetof(ImDrawVert, uv)),
                        sizeof(ImDrawVert),
                        list.VtxBuffer.Size - static_cast<int>(command.VtxOffset),
                        list.IdxBuffer.Data + command.IdxOffset,
                        static_cast<int>(command.ElemCount), sizeof(ImDrawIdx));
}

}  // namespace demo
