// SPDX-License-Identifier: Apache-2.0
#include "image_decoder.h"

#include <climits>
#include <cstring>
#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
}

namespace demo {
namespace {

constexpr int64_t kMaxPixels = 64'000'000;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(&object);
  }
};
using Context = std::unique_ptr<AVCodecContext, Freer<avcodec_free_context>>;
using Packet = std::unique_ptr<AVPacket, Freer<av_packet_free>>;
using Frame = std::unique_ptr<AVFrame, Freer<av_frame_free>>;

Frame decode(const void* bytes, std::size_t size) {
  if (size < 4 || size > INT_MAX / 2) return nullptr;
  const auto* head = static_cast<const uint8_t*>(bytes);
  const bool is_png = head[0] == 0x89 && head[1] == 'P';
  const AVCodec* codec = avcodec_find_decoder(is_png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG);
  const Context context(codec != nullptr ? avcodec_alloc_context3(codec) : nullptr);
  const Packet packet(av_packet_alloc());
  Frame frame(av_frame_alloc());
  if (!context || !packet || !frame) return nullptr;
  context->max_pixels = kMaxPixels;
  context->thread_count = 1;
  if (avcodec_open2(context.get(), codec, nullptr) < 0) return nullptr;
  if (av_new_packet(packet.get(), static_cast<int>(size)) < 0) return nullptr;
  std::memcpy(packet->data, bytes, size);
  if (avcodec_send_packet(context.get(), packet.get()) < 0) return nullptr;
  avcodec_send_packet(context.get(), nullptr);
  if (avcodec_receive_frame(context.get(), frame.get()) < 0) return nullptr;
  return frame;
}

}  // namespace

std::optional<Picture> decode_image(const void* bytes, std::size_t size) {
  const Frame frame = decode(bytes, size);
  if (!frame || frame->width <= 0 || frame->height <= 0) return std::nullopt;
  const int width = frame->width, height = frame->height;
  const std::unique_ptr<SwsContext, void (*)(SwsContext*)> scaler(
      sws_getContext(width, height, static_cast<AVPixelFormat>(frame->format), width, height,
                     AV_PIX_FMT_RGBA, SWS_POINT, nullptr, nullptr, nullptr),
      sws_freeContext);
  if (!scaler) return std::nullopt;
  Picture picture;
  picture.width = width;
  picture.height = height;
  picture.rgba.resize(std::size_t{4} * static_cast<std::size_t>(width) *
                      static_cast<std::size_t>(height));
  uint8_t* const planes[] = {picture.rgba.data(), nullptr, nullptr, nullptr};
  const int strides[] = {4 * width, 0, 0, 0};
  sws_scale(scaler.get(), frame->data, frame->linesize, 0, height, planes, strides);
  return picture;
}

}  // namespace demo
