// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "options.h"

namespace demo {

enum class BrowseVerb { kSearch, kContinue };

// What the user asked for with "search" or "continue".
struct BrowseOptions {
  BrowseVerb verb = BrowseVerb::kSearch;
  Options service;    // service, token, folders, log
  std::string words;  // of "search"
  std::string title;  // of "continue": the one to go on with; empty: the newest
  int limit = 20;
  bool is_json = false;
  bool only_lists = false;           // of "continue"
  std::vector<std::string> playing;  // of "continue": how to play, for parse_options()
};

// True for the first word of such a command line.
[[nodiscard]] bool is_browse_verb(const std::string& word);

// As parse_options() does. argv[1] is the verb.
struct ParsedBrowseOptions {
  std::optional<BrowseOptions> options;
  int exit_code = 0;
};
[[nodiscard]] ParsedBrowseOptions parse_browse_options(int argc, const char* const* argv);

}  // namespace demo
