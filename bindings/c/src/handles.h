// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "callback_table.h"
#include "handle.h"
#include "playhead/client.h"
#include "playhead/drm_config.h"
#include "playhead/player.h"
#include "playhead/playhead.h"
#include "taken_event.h"

// What the opaque types of the C interface are.

struct playhead_client {
  static constexpr auto kKind = playhead::capi::HandleKind::kClient;
  std::shared_ptr<playhead::Client> client;
  std::shared_ptr<playhead::LogSink> log;  // may be null
};

struct playhead_player {
  static constexpr auto kKind = playhead::capi::HandleKind::kPlayer;
  // Whoever takes an event takes it from one thread at a time. One that does not loses what the event points to, but no
  // event, and breaks nothing here.
  std::mutex taking;
  playhead::capi::TakenEvent taken;
  std::unique_ptr<playhead::Player> player;
};

struct playhead_snapshot {
  static constexpr auto kKind = playhead::capi::HandleKind::kSnapshot;
  std::shared_ptr<const playhead::PlayerStatus> status;
  playhead::MediaTime position;  // brought forward to the moment of the snapshot
};

struct playhead_frame {
  static constexpr auto kKind = playhead::capi::HandleKind::kFrame;
  std::atomic<int32_t> references{1};
  playhead::VideoFrame frame;
};

struct playhead_license_message {
  static constexpr auto kKind = playhead::capi::HandleKind::kLicenseMessage;
  playhead::LicenseMessage message;
  playhead::SharedBytes answer;  // of the service, in the place of message.body
  bool is_answer = false;
};

struct playhead_token_request {
  static constexpr auto kKind = playhead::capi::HandleKind::kTokenRequest;
  using Done = playhead::UniqueFunction<void(playhead::Result<std::string>)>;
  playhead_token_request(bool refresh, Done callback)
      : is_refresh(refresh), done(std::move(callback)) {}
  const bool is_refresh;
  Done done;
};

namespace playhead::capi {

[[nodiscard]] inline std::string text_or_empty(const char* text) {
  return text != nullptr ? std::string(text) : std::string();
}

}  // namespace playhead::capi
