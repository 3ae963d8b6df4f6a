// SPDX-License-Identifier: Apache-2.0
#include "thumbnails.h"

#include <utility>

#include <SDL.h>

#include "image_decoder.h"

namespace demo {

Thumbnails::~Thumbnails() { let_go(); }

void Thumbnails::let_go() {
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
  texture_ = nullptr;
  texture_id_ = 0;
  has_answer_ = false;
}

void Thumbnails::on_event(const playhead_event& event) {
  if (event.type != PLAYHEAD_EVENT_THUMBNAIL || event.user_tag != tag_) return;
  has_answer_ = event.thumbnail != nullptr;
  if (!has_answer_) return;
  shown_ = *event.thumbnail;
  if (shown_.image_id != image_id_) {
    picture_ = decode_image(shown_.image, shown_.image_bytes).value_or(Picture());
    image_id_ = shown_.image_id;
  }
  shown_.image = nullptr;  // the event's
}

bool Thumbnails::make_texture(SDL_Renderer* renderer) {
  if (texture_ != nullptr && texture_id_ == image_id_) return true;
  if (picture_.width == 0) return false;
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
  texture_ = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ABGR8888, SDL_TEXTUREACCESS_STATIC,
                               picture_.width, picture_.height);
  if (texture_ == nullptr) return false;
  SDL_UpdateTexture(texture_, nullptr, picture_.rgba.data(), picture_.width * 4);
  SDL_SetTextureScaleMode(texture_, SDL_ScaleModeLinear);
  texture_id_ = image_id_;
  return true;
}

std::optional<Preview> Thumbnails::at(int64_t time_us, SDL_Renderer* renderer) {
  const bool is_there = covers(time_us);
  if (!is_there && time_us != asked_us_) {
    asked_us_ = time_us;
    static_cast<void>(playhead_player_request_thumbnail(player_, time_us, ++tag_));
  }
  if (!is_there || !make_texture(renderer)) return std::nullopt;
  const auto wide = static_cast<float>(picture_.width), high = static_cast<float>(picture_.height);
  Preview preview;
  preview.texture = texture_;
  const bool has_place = shown_.width > 0;
  const float width =
      has_place ? static_cast<float>(shown_.width) : wide / static_cast<float>(shown_.columns);
  const float height =
      has_place ? static_cast<float>(shown_.height) : high / static_cast<float>(shown_.rows);
  preview.left = static_cast<float>(shown_.column) * width / wide;
  preview.top = static_cast<float>(shown_.row) * height / high;
  preview.right = preview.left + width / wide;
  preview.bottom = preview.top + height / high;
  preview.aspect = width / height;
  return preview;
}

}  // namespace demo
