// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// A service and a title without end of effort: pictures that nothing decodes but the app's own decoders, real sound
// (silence) and text.
namespace playhead::test {

struct TitleAnswer {
  int status = 404;
  std::vector<uint8_t> body;
};

// To any URL of a request, whatever its host.
[[nodiscard]] TitleAnswer title_answer(const std::string& url);

}  // namespace playhead::test
