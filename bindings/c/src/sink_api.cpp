// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "handles.h"

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::guard_void;
using playhead::capi::Pinned;
using playhead::capi::status_of;

playhead_status playhead_frame_get_info(const playhead_frame* frame,
                                        playhead_frame_info* info) noexcept {
  return guard([&] {
    const Pinned pinned(frame);
    if (!pinned) return pinned.status();
    const playhead::VideoFrame& from = pinned->frame;
    playhead_frame_info to = PLAYHEAD_FRAME_INFO_INIT;
    to.format = static_cast<int32_t>(from.format);
    to.time_us = from.time.us;
    to.duration_us = from.duration.count();
    to.width = from.width;
    to.height = from.height;
    to.sar_num = from.sar_num > 0 && from.sar_den > 0 ? from.sar_num : 1;
    to.sar_den = from.sar_num > 0 && from.sar_den > 0 ? from.sar_den : 1;
    for (int plane = 0; plane < 3; ++plane) {
      to.planes[plane] = from.planes[static_cast<std::size_t>(plane)];
      to.strides[plane] = from.strides[static_cast<std::size_t>(plane)];
    }
    if (from.format == playhead::PixelFormat::kOpaque) {
      to.app_frame = const_cast<void*>(from.owner.get());
    }
    return playhead::capi::write_struct(to, info) ? PLAYHEAD_OK
                                                  : status_of(ErrorCode::kInvalidArgument);
  });
}

playhead_frame* playhead_frame_retain(playhead_frame* frame) noexcept {
  const Pinned pinned(frame);
  if (!pinned) return nullptr;
  pinned->references.fetch_add(1, std::memory_order_relaxed);
  return frame;
}

void playhead_frame_release(playhead_frame* frame) noexcept {
  guard_void([&] {
    const Pinned pinned(frame);
    // The last holder must see what the others did with the frame before it goes.
    const bool is_last = pinned && pinned->references.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (is_last) static_cast<void>(Pinned<playhead_frame>::take(frame));
  });
}
