// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "callback_table.h"
#include "playhead/client.h"
#include "playhead/drm_config.h"
#include "playhead/player.h"
#include "playhead/playhead.h"
#include "taken_event.h"

// What the opaque types of the C interface are.

struct playhead_client {
  std::shared_ptr<playhead::Client> client;
  std::shared_ptr<playhead::LogSink> log;  // may be null
};

struct playhead_player {
  // Any thread, under `mutex`:
  std::mutex mutex;
  std::condition_variable changed;
  bool has_signal = false;  // the engine has queued something since the last look
  bool is_closed = false;
  int waiting = 0;  // calls inside playhead_player_next_event

  // Held while the app's wake-up runs, so that replacing it waits for it; it may replace itself.
  std::recursive_mutex wakeup_mutex;
  playhead::capi::SharedTable<playhead_wakeup> wakeup;

  // Only the one thread that takes events:
  playhead::capi::TakenEvent taken;

  // Last member: ends first, and with it every call that could come in.
  std::unique_ptr<playhead::Player> player;
};

struct playhead_snapshot {
  std::shared_ptr<const playhead::PlayerStatus> status;
  playhead::MediaTime position;  // brought forward to the moment of the snapshot
};

struct playhead_frame {
  std::atomic<int32_t> references{1};
  playhead::VideoFrame frame;
};

struct playhead_license_message {
  playhead::LicenseMessage message;
  playhead::SharedBytes answer;  // of the service, in the place of message.body
  bool is_answer = false;
};

struct playhead_token_request {
  bool is_refresh = false;
  playhead::UniqueFunction<void(playhead::Result<std::string>)> done;
};

namespace playhead::capi {

[[nodiscard]] inline std::string text_or_empty(const char* text) {
  return text != nullptr ? std::string(text) : std::string();
}

}  // namespace playhead::capi
