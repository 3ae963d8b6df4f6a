// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "playhead/bitrate.h"
#include "playhead/log.h"
#include "playhead/result.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

using TokenCallback = UniqueFunction<void(Result<std::string>)>;

// The app's source of access tokens. Called from any thread, never while an earlier call has not
// been answered; must not block. `refresh`: the service refused the last token, a new one is needed.
// `done` may be called from any thread, during the call or later; only the first call of it counts.
using TokenProvider = UniqueFunction<void(bool refresh, TokenCallback done)>;

// What all players of an app share.
struct ClientConfig {
  // Folder for the outbox and remembered facts; created when absent. Empty: nothing is remembered
  // and unsent progress is lost with the process.
  std::string storage_path;
  // Origin of the control plane, "https://api.example.com". Empty: only plain URLs can be played.
  std::string api_url;
  TokenProvider token_provider;
  std::shared_ptr<LogSink> log;  // null: no logs; URLs in them are redacted
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
};

// What to play: a title of the service, or the URL of any manifest.
struct PlaySource {
  std::string title_id;
  std::string url;                // used when title_id is empty
  std::optional<Duration> start;  // overrides the saved position
  bool start_paused = false;
};

}  // namespace playhead
