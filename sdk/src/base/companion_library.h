// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/error.h"
#include "playhead/result.h"

namespace playhead {

// A part of the product in a shared library of its own, so that who does without it starts without
// what it links. It lies beside the library (or program) this code is in, has one entry, is loaded
// when it is needed, and stays. Both are one program in several files: of one version, which the
// entry is asked about.
struct CompanionLibrary {
  const char* what;       // in messages: "the library of decoders"
  const char* name;       // of its file, without what the platform adds: "playhead-decoders"
  const char* entry;      // the one function it exports
  ErrorCode unavailable;  // the error of whoever needs it where it is not

  [[nodiscard]] std::string file_name() const;
  [[nodiscard]] Error error(const std::string& why) const;
  [[nodiscard]] Error other_version() const;

  // The entry. `folder` empty: that of this code. Any thread; blocks as long as loading takes.
  [[nodiscard]] Result<void*> load(const std::string& folder) const;
};

}  // namespace playhead
