// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "playhead/drm/drm_system.h"
#include "playhead/error.h"
#include "streaming/timed_sample.h"

namespace playhead {

// What the pipelines ask whoever has the keys of the title. Engine thread.
class KeyGate {
 public:
  enum class Answer : uint8_t {
    kOpen,   // a decoder may be given the sample
    kWait,   // its key is on its way
    kNever,  // as things are it will not be opened: see refusal()
  };

  virtual ~KeyGate() = default;
  // Clear samples are always open.
  [[nodiscard]] virtual Answer ask(const TimedSample& sample) = 0;
  // Why the answer is kNever.
  [[nodiscard]] virtual Error refusal(const TimedSample& sample) const = 0;
  // Opens the samples in the decoders; may be null.
  [[nodiscard]] virtual std::shared_ptr<SampleDecryptor> decryptor() const = 0;
};

}  // namespace playhead
