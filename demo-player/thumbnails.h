// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "image_decoder.h"
#include "playhead/playhead.h"

struct SDL_Renderer;
struct SDL_Texture;

namespace demo {

// The part of a texture that shows what is to be seen at a time.
struct Preview {
  SDL_Texture* texture = nullptr;
  float left = 0, top = 0, right = 0, bottom = 0;  // shares of the texture
  float aspect = 1;                                // width over height
};

// Asks the player for the thumbnail under the pointer and keeps the last image as a texture. One
// thread.
class Thumbnails {
 public:
  explicit Thumbnails(playhead_player* player) : player_(player) {}
  ~Thumbnails();
  Thumbnails(const Thumbnails&) = delete;
  Thumbnails& operator=(const Thumbnails&) = delete;

  void on_event(const playhead_event& event);
  // What to show for `time_us`; nothing while it is not there.
  [[nodiscard]] std::optional<Preview> at(int64_t time_us, SDL_Renderer* renderer);
  // The textures' renderer is about to end.
  void let_go();

 private:
  bool make_texture(SDL_Renderer* renderer);
  [[nodiscard]] bool covers(int64_t time_us) const {
    return has_answer_ && time_us >= shown_.start_us &&
           time_us < shown_.start_us + shown_.duration_us;
  }

  playhead_player* player_;
  uint64_t tag_ = 0;
  bool has_answer_ = false;
  int64_t asked_us_ = -1;
  playhead_thumbnail shown_ = PLAYHEAD_THUMBNAIL_INIT;  // `image` is NULL
  Picture picture_;        // the image last answered with; empty: nobody can decode it
  uint64_t image_id_ = 0;  // of the picture; 0: none
  uint64_t texture_id_ = 0;
  SDL_Texture* texture_ = nullptr;
};

}  // namespace demo
