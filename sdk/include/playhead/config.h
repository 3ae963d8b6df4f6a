// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "playhead/bitrate.h"
#include "playhead/result.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

// Asks the app for the bearer token of the service. `refresh` is true when the last token was
// refused (401): the app should get a new one. Called on the client's thread; must not block;
// `done` may be called at once or later, from any thread, exactly once.
using TokenProvider =
    std::function<void(bool refresh, UniqueFunction<void(Result<std::string>)> done)>;

enum class LogLevel : uint8_t { kError, kWarning, kInfo, kDebug };
// Any thread, possibly several at once; must not call back into the library. URLs are redacted.
using LogSink = std::function<void(LogLevel level, const char* module, const std::string& message)>;

// What all players of an app share.
struct ClientConfig {
  // Folder for the outbox and remembered facts; created when absent. Empty: nothing is remembered
  // and unsent progress is lost with the process.
  std::string storage_path;
  // Origin of the control plane, "https://api.example.com". Empty: only plain URLs can be played.
  std::string api_url;
  TokenProvider token_provider;
  LogSink log;
  std::string user_agent = "playhead";
};

// When to fetch and when to play. Zero durations are not allowed.
struct BufferingConfig {
  Duration start = 1s;           // media needed before playback starts; more: later start, calmer
  Duration after_rebuffer = 2s;  // the same after the buffer ran empty
  Duration target = 30s;  // fetch until this much is ahead; more: memory, wasted bytes on quit
  Duration back = 10s;    // kept behind the position for instant rewinds
  int64_t max_bytes = int64_t{96} << 20;  // encoded bytes held, all tracks; wins over `target`
};

struct PlayerConfig {
  BufferingConfig buffering;
  // Position reports per true play time; 4 s or 10 s by product rule, 1 s..60 s accepted.
  Duration progress_interval = 4s;
  // Caps for the automatic choice; 0 means none.
  Bitrate max_bitrate;
  int max_height = 0;
  // BCP 47; empty: the manifest's default.
  std::string audio_language;
  // Threads the video decoder may use, 1..16; 0 chooses by the machine.
  int decoder_threads = 0;
};

// What to play: a title of the service, or the URL of any manifest.
struct PlaySource {
  std::string title_id;
  std::string url;                // used when title_id is empty
  std::optional<Duration> start;  // overrides the saved position
  bool start_paused = false;
};

}  // namespace playhead
