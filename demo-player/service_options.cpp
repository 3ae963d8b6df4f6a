// SPDX-License-Identifier: Apache-2.0
#include "service_options.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

namespace demo {
namespace {

constexpr int kUsageError = 2;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Where an app keeps what it wants to remember, by the XDG base directory specification.
std::string default_storage() {
  const std::string state = environment("XDG_STATE_HOME");
  if (!state.empty()) return state + "/playhead";
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.local/state/playhead";
}

}  // namespace

void add_service_options(CLI::App& app, Options& options) {
  options.storage = default_storage();
  app.add_option("--api", options.api, "Address of the service");
  app.add_option("--token", options.token, "Access token of the service")
      ->envname("PLAYHEAD_TOKEN");
  app.add_option(
      "--token-file", options.token_file,
      "File holding the access token, read again when it was refused; wins over --token");
  app.add_option("--storage", options.storage,
                 "Folder for saved positions; an empty one remembers nothing")
      ->capture_default_str();
  app.add_option("--dir", options.downloads,
                 "Folder of the downloads (default: downloads in the storage folder)")
      ->type_name("FOLDER");
}

void settle_folders(Options& options) {
  if (!options.downloads.empty()) return;
  const std::string home = options.storage.empty() ? default_storage() : options.storage;
  options.downloads = home.empty() ? "downloads" : home + "/downloads";
}

int report_usage_error(const std::string& sentence) {
  std::cerr << "playhead-demo: " << sentence << "\nTry --help.\n";
  return kUsageError;
}

}  // namespace demo
