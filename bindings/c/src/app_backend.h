// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "decoder_port.h"

namespace playhead::capi {

// All callbacks are there that have to be.
[[nodiscard]] bool is_complete(const playhead_decoders& table);

// `built_in`, and in front of it the decoders of an app: what they do not take is decoded by it, and
// what they make of sound is brought to the sink's format and speed. `log` may be null.
[[nodiscard]] std::shared_ptr<MediaBackend> make_app_backend(Decoders table,
                                                             std::shared_ptr<MediaBackend> built_in,
                                                             std::shared_ptr<LogSink> log);

}  // namespace playhead::capi
