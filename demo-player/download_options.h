// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "downloads.h"
#include "options.h"

namespace demo {

enum class DownloadVerb { kDownload, kList, kRemove };

// What the user asked for with "download", "list" or "remove".
struct DownloadOptions {
  DownloadVerb verb = DownloadVerb::kList;
  Options service;                   // service, token, folders, log
  std::vector<DownloadWish> wishes;  // of "download"; none: what is there goes on
  std::vector<std::string> names;    // of "remove": ids, titles, URLs
  bool is_json = false;
};

// True for the first word of such a command line.
[[nodiscard]] bool is_download_verb(const std::string& word);

// As parse_options() does. argv[1] is the verb.
struct ParsedDownloadOptions {
  std::optional<DownloadOptions> options;
  int exit_code = 0;
};
[[nodiscard]] ParsedDownloadOptions parse_download_options(int argc, const char* const* argv);

}  // namespace demo
