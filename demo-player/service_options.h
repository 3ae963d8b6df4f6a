// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.h"

namespace CLI {
class App;
}

namespace demo {

// Where the service is, who asks, where things are kept: the same for every command.
void add_service_options(CLI::App& app, Options& options);

// Fills in the folder of the downloads, below the storage folder unless it was named.
void settle_folders(Options& options);

// Says what is wrong with the command line; the exit code for it.
int report_usage_error(const std::string& sentence);

}  // namespace demo
