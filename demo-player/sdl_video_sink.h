// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "library.h"
#include "playhead/playhead.h"

struct SDL_Renderer;
struct SDL_Texture;

namespace demo {

// Holds the newest picture between the engine thread, which puts it here, and the window's thread,
// which takes it. The library and the window own it together.
class FrameSlot {
 public:
  // `notify` may only signal; called on the engine thread after each picture.
  explicit FrameSlot(std::function<void()> notify) : notify_(std::move(notify)) {}

  void put(FrameHandle frame);
  void clear();
  // Null when there is none since the last look. `was_cleared`: the title's picture is to go.
  [[nodiscard]] FrameHandle take(bool& was_cleared);

 private:
  const std::function<void()> notify_;
  std::mutex mutex_;
  FrameHandle frame_;
  bool is_cleared_ = false;
};

// The slot as a table of the library, which keeps a reference of its own.
[[nodiscard]] playhead_video_sink make_video_table(std::shared_ptr<FrameSlot> slot);

struct PictureRect {
  float x = 0, y = 0, width = 0, height = 0;
};

// The picture on screen as a texture. The window's thread.
class VideoTexture {
 public:
  explicit VideoTexture(SDL_Renderer* renderer) : renderer_(renderer) {}
  ~VideoTexture();
  VideoTexture(const VideoTexture&) = delete;
  VideoTexture& operator=(const VideoTexture&) = delete;

  // Takes what the slot holds; true when the picture changed.
  bool update(FrameSlot& slot);
  // Draws it as large as fits, pixels in their true shape.
  void draw(int window_width, int window_height) const;
  // Where in a window of that size it is drawn.
  [[nodiscard]] PictureRect place(int window_width, int window_height) const;

  [[nodiscard]] bool has_picture() const { return has_picture_; }
  // Position of the picture on the presentation timeline.
  [[nodiscard]] int64_t time_us() const { return info_.time_us; }

 private:
  bool make_texture(const playhead_frame_info& info);

  SDL_Renderer* renderer_;
  SDL_Texture* texture_ = nullptr;
  playhead_frame_info info_ = PLAYHEAD_FRAME_INFO_INIT;
  bool has_picture_ = false;
};

// The largest rectangle of the picture's shape inside the window, centred.
[[nodiscard]] PictureRect fit_picture(const playhead_frame_info& info, int window_width,
                                      int window_height);

}  // namespace demo
