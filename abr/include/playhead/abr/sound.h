// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "playhead/abr/settings.h"
#include "playhead/abr/throughput.h"
#include "playhead/bitrate.h"

// Which sound beside pictures. Pure.
namespace playhead::abr {

struct SoundInputs {
  std::span<const Bitrate> ladder;     // of the sound, ascending, not empty
  std::optional<std::size_t> current;  // index of the segment's before; none at the start
  Forecast forecast;                   // of the whole link
  Bitrate highest_picture;             // most that pictures will ever ask for, > 0
};

// The highest bitrate with which the link still carries the pictures that are chosen by
// Settings::margin of the same forecast, up to the one above which nobody hears a difference; the
// lowest where none does. Before anything is known of the link: as if it carried all. What it says
// hangs on no choice of pictures, so that the two never take turns.
[[nodiscard]] std::size_t choose_sound(const SoundInputs& in, const Settings& settings);

}  // namespace playhead::abr
