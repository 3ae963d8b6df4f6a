// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

struct SDL_Renderer;

namespace demo {

// Writes what was drawn and not yet presented as PNG. Empty when it worked, else what did not.
[[nodiscard]] std::string write_screenshot(SDL_Renderer* renderer, const std::string& path);

}  // namespace demo
