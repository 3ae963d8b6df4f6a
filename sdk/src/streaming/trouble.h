// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/error.h"

namespace playhead {

// What went wrong with a Representation of a track.
struct Trouble {
  const std::string& representation_id;
  const Error& error;
  bool is_media = true;     // false: its index
  bool is_last = false;     // the title's last segment
  bool is_new = false;      // a live title's, announced moments ago
  bool is_leaving = false;  // a live title's, at the old end of what is listed
};

}  // namespace playhead
