// SPDX-License-Identifier: Apache-2.0
#pragma once

struct SDL_Renderer;
struct SDL_Texture;
struct ImDrawData;
struct ImDrawCmd;
struct ImDrawList;

namespace demo {

// Draws Dear ImGui's triangles with an SDL renderer. Needs SDL 2.0.18 and an ImGui context whose
// fonts are complete.
class ImguiSdlRenderer {
 public:
  explicit ImguiSdlRenderer(SDL_Renderer* renderer);
  ~ImguiSdlRenderer();
  ImguiSdlRenderer(const ImguiSdlRenderer&) = delete;
  ImguiSdlRenderer& operator=(const ImguiSdlRenderer&) = delete;

  void draw(const ImDrawData& data);

 private:
  void draw_command(const ImDrawData& data, const ImDrawList& list, const ImDrawCmd& command);

  SDL_Renderer* renderer_;
  SDL_Texture* fonts_ = nullptr;
};

}  // namespace demo
