// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "audio_sink.h"

namespace demo {

// Sound on the default device of SDL, which must have its audio subsystem up.
[[nodiscard]] std::unique_ptr<AudioSink> make_sdl_audio_sink();

}  // namespace demo
