// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "download_options.h"

namespace demo {

// Does what was asked for. The exit code: 0 done, 1 something failed (standard error says what), 3
// it was ended before all was downloaded; run again, it goes on. Needs SDL's events, for Ctrl-C.
[[nodiscard]] int run_download_command(const DownloadOptions& options);

}  // namespace demo
