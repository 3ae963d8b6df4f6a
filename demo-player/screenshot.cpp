// SPDX-License-Identifier: Apache-2.0
#include "screenshot.h"

#include <vector>

#include <SDL.h>
#include <png.h>

namespace demo {

std::string write_screenshot(SDL_Renderer* renderer, const std::string& path) {
  int width = 0, height = 0;
  if (SDL_GetRendererOutputSize(renderer, &width, &height) != 0) return SDL_GetError();
  const int stride = width * 3;
  std::vector<Uint8> pixels(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height));
  if (SDL_RenderReadPixels(renderer, nullptr, SDL_PIXELFORMAT_RGB24, pixels.data(), stride) != 0) {
    return SDL_GetError();
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), stride, nullptr) == 0) {
    return image.message;
  }
  return "";
}

}  // namespace demo
