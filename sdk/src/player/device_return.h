// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/sinks.h"
#include "playhead/time.h"

namespace playhead {

// Looks for a sound device that has gone: opens it about once a second, and takes it for back
// when it plays silence. Engine thread.
class DeviceReturn {
 public:
  explicit DeviceReturn(AudioSink& sink) : sink_(sink) {}
  ~DeviceReturn() { close(); }
  DeviceReturn(const DeviceReturn&) = delete;
  DeviceReturn& operator=(const DeviceReturn&) = delete;

  // The device, closed, has gone; `wanted` is what it is to be opened with.
  void lose(const AudioFormat& wanted, MonotonicTime now);
  [[nodiscard]] bool is_lost() const { return is_lost_; }
  // To be asked every turn while it is lost. What the device takes once it is back: open, flushed
  // and paused.
  [[nodiscard]] std::optional<AudioFormat> look(MonotonicTime now);
  // How long until asking again makes sense.
  [[nodiscard]] Duration wait(MonotonicTime now) const;

 private:
  void close();
  void open(MonotonicTime now);

  AudioSink& sink_;
  bool is_lost_ = false;
  AudioFormat wanted_;
  MonotonicTime tried_;                // when it was opened, or could not be
  std::optional<AudioFormat> opened_;  // silence was given to it
};

}  // namespace playhead
