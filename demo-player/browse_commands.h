// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "browse_options.h"

namespace demo {

// What is left to be done after a command that asks the service what there is.
struct Browsed {
  int exit_code = 0;                 // when nothing is
  std::optional<std::string> title;  // to be played
};

// Asks, and prints what was found: as a table or as JSON. Standard error says what failed.
[[nodiscard]] Browsed run_browse_command(const BrowseOptions& options);

}  // namespace demo
