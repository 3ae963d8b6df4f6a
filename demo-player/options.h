// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "script.h"

namespace demo {

// What the user asked for on the command line.
struct Options {
  std::string url;                     // of any manifest, or
  std::string title;                   // of the service at `api`, or
  std::string offline;                 // a download: its id, title or URL
  std::vector<std::string> following;  // more of the same kind, which play one after another
  std::string api;
  std::string token;
  std::string token_file;
  std::string storage;                   // folder for saved positions; empty: none
  std::string downloads;                 // folder of the downloads
  std::vector<std::string> cdm_modules;  // absolute paths
  std::string drm_preference;            // names of systems, best first
  std::string license_url;
  bool is_headless = false;
  bool has_audio = true;
  bool exits_after_first_frame = false;
  bool shows_status = false;
  bool shows_log = false;
  std::optional<int64_t> run_us;    // wall time since the start of the process
  std::optional<int64_t> start_us;  // position
  double speed = 1.0;
  double volume = 1.0;
  int max_height = 0;   // 0: none
  int hdcp_tenths = 0;  // of the output: 22 is HDCP 2.2; 0: not known
  int32_t preset = 0;   // PLAYHEAD_PRESET_…
  bool saves_data = false;
  int progress_interval_s = 4;
  std::string text;       // language of the subtitles, "off" for none at all, empty for forced ones
  std::string events;     // file, "-" for standard output, empty for none
  std::string decisions;  // file for the decision log, empty for none
  std::string recording;  // file for the flight recorder, empty for none
  std::string screenshot;
  int64_t screenshot_at_us = 0;
  std::vector<Step> script;
};

// The options, or the exit code when the program is already done: 0 after --help and --version,
// 2 after a mistake (said on standard error).
struct ParsedOptions {
  std::optional<Options> options;
  int exit_code = 0;
};
ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace demo
