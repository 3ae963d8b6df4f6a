// SPDX-License-Identifier: Apache-2.0
#include "sdl_video_sink.h"

#include <algorithm>
#include <utility>

#include <SDL.h>

namespace demo {
namespace {

using SlotReference = std::shared_ptr<FrameSlot>;
FrameSlot& slot_of(void* user) { return **static_cast<SlotReference*>(user); }

Uint32 texture_format(const playhead_frame_info& info) {
  return info.format == PLAYHEAD_PIXEL_FORMAT_NV12 ? SDL_PIXELFORMAT_NV12 : SDL_PIXELFORMAT_IYUV;
}

}  // namespace

void FrameSlot::put(FrameHandle frame) {
  {
    const std::lock_guard lock(mutex_);
    std::swap(frame_, frame);
    is_cleared_ = false;
  }
  notify_();
}  // the picture nobody came to see is freed here, outside of the lock

void FrameSlot::clear() {
  {
    const std::lock_guard lock(mutex_);
    frame_.reset();
    is_cleared_ = true;
  }
  notify_();
}

FrameHandle FrameSlot::take(bool& was_cleared) {
  const std::lock_guard lock(mutex_);
  was_cleared = std::exchange(is_cleared_, false);
  return std::move(frame_);
}

playhead_video_sink make_video_table(std::shared_ptr<FrameSlot> slot) {
  playhead_video_sink table = PLAYHEAD_VIDEO_SINK_INIT;
  table.user = new SlotReference(std::move(slot));
  table.destroy = [](void* user) { delete static_cast<SlotReference*>(user); };
  table.show = [](void* user, playhead_frame* frame) {
    slot_of(user).put(FrameHandle(playhead_frame_retain(frame)));
  };
  table.clear = [](void* user) { slot_of(user).clear(); };
  return table;
}

VideoTexture::~VideoTexture() {
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
}

bool VideoTexture::update(FrameSlot& slot) {
  bool was_cleared = false;
  const FrameHandle frame = slot.take(was_cleared);
  if (was_cleared) has_picture_ = false;
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  if (frame == nullptr || playhead_frame_get_info(frame.get(), &info) != PLAYHEAD_OK ||
      !make_texture(info)) {
    return was_cleared;
  }
  if (info.format == PLAYHEAD_PIXEL_FORMAT_NV12) {
    SDL_UpdateNVTexture(texture_, nullptr, info.planes[0], info.strides[0], info.planes[1],
                        info.strides[1]);
  } else {
    SDL_UpdateYUVTexture(texture_, nullptr, info.planes[0], info.strides[0], info.planes[1],
                         info.strides[1], info.planes[2], info.strides[2]);
  }
  info_ = info;
  has_picture_ = true;
  return true;
}

bool VideoTexture::make_texture(const playhead_frame_info& info) {
  if (texture_ != nullptr && info.width == info_.width && info.height == info_.height &&
      info.format == info_.format) {
    return true;
  }
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
  texture_ = SDL_CreateTexture(renderer_, texture_format(info), SDL_TEXTUREACCESS_STREAMING,
                               info.width, info.height);
  if (texture_ == nullptr) return false;
  SDL_SetTextureScaleMode(texture_, SDL_ScaleModeLinear);
  return true;
}

void VideoTexture::draw(int window_width, int window_height) const {
  if (!has_picture_ || texture_ == nullptr) return;
  const PictureRect rect = fit_picture(info_, window_width, window_height);
  const SDL_FRect target{rect.x, rect.y, rect.width, rect.height};
  SDL_RenderCopyF(renderer_, texture_, nullptr, &target);
}

PictureRect VideoTexture::place(int window_width, int window_height) const {
  return fit_picture(info_, window_width, window_height);
}

PictureRect fit_picture(const playhead_frame_info& info, int window_width, int window_height) {
  const float width = static_cast<float>(info.width) * static_cast<float>(info.sar_num) /
                      static_cast<float>(info.sar_den);
  const float height = static_cast<float>(info.height);
  if (width <= 0 || height <= 0) return {};
  const float scale = std::min(static_cast<float>(window_width) / width,
                               static_cast<float>(window_height) / height);
  PictureRect rect;
  rect.width = width * scale;
  rect.height = height * scale;
  rect.x = (static_cast<float>(window_width) - rect.width) / 2;
  rect.y = (static_cast<float>(window_height) - rect.height) / 2;
  return rect;
}

}  // namespace demo
