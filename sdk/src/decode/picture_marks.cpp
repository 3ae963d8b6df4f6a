// SPDX-License-Identifier: Apache-2.0
#include "decode/picture_marks.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace playhead {

namespace {

// Sizes in bytes and rows; the smallest blocks that any codec codes by themselves are as large.
constexpr std::ptrdiff_t kCell = 16;
constexpr std::ptrdiff_t kMarkRow = 8;  // within a cell: filters of the cells around stay away

// What no picture holds by chance; for addresses that are multiples of 8.
uint64_t mark_for(const uint8_t* place) {
  uint64_t mark = reinterpret_cast<uintptr_t>(place) * 0x9E3779B97F4A7C15u;  // Fibonacci hashing
  mark ^= mark >> 29;
  return mark * 0xBF58476D1CE4E5B9u | 1;
}

const uint8_t* aligned(const uint8_t* place) {
  return place + (8 - reinterpret_cast<uintptr_t>(place) % 8) % 8;
}

}  // namespace

void PictureMarks::attach(AVCodecContext& context) {
  context.opaque = this;
  context.get_buffer2 = &PictureMarks::get_buffer;
}

int PictureMarks::get_buffer(AVCodecContext* context, AVFrame* frame, int flags) {
  const int result = avcodec_default_get_buffer2(context, frame, flags);
  const auto* marks = static_cast<const PictureMarks*>(context->opaque);
  if (result < 0 || !marks->is_active_ || frame->linesize[0] <= 0) return result;
  // All of it: which bytes is_complete() looks at is known when the picture has been cropped.
  for (std::ptrdiff_t row = 0; row < frame->height; ++row) {
    uint8_t* const begin = frame->data[0] + row * frame->linesize[0];
    const std::ptrdiff_t first = aligned(begin) - begin;
    for (std::ptrdiff_t at = first; at + 8 <= frame->linesize[0]; at += 8) {
      const uint64_t mark = mark_for(begin + at);
      std::memcpy(begin + at, &mark, sizeof(mark));
    }
  }
  return result;
}

bool PictureMarks::is_complete(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const int bytes_a_pixel = format ? (format->comp[0].depth + 7) / 8 : 1;
  const std::ptrdiff_t width = std::ptrdiff_t{frame.width} * bytes_a_pixel;
  for (std::ptrdiff_t top = 0; top + kCell <= frame.height; top += kCell) {
    const uint8_t* const row = frame.data[0] + (top + kMarkRow) * frame.linesize[0];
    for (std::ptrdiff_t at = 0; at + kCell <= width; at += kCell) {
      const uint8_t* const place = aligned(row + at);
      const uint64_t mark = mark_for(place);
      if (std::memcmp(place, &mark, sizeof(mark)) == 0) return false;
    }
  }
  return true;
}

}  // namespace playhead
