// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "playhead/offline/download.h"

// What a failure means for a download. Pure.
namespace playhead::offline {

enum class Remedy : uint8_t {
  kWait,     // it passes by itself: DownloadState::kWaiting, tried again
  kRefresh,  // the service and the manifest are asked anew, once
  kFail,
};

struct Diagnosis {
  Remedy remedy = Remedy::kFail;
  WaitReason waits_for = WaitReason::kNothing;  // of kWait
  DownloadFailure failure;
};

struct FailureInputs {
  Error error;
  // Asked anew since the last byte came: what the answer is now, it stays.
  bool is_refreshed = false;
  // It was added by the service's title, not by a URL.
  bool has_service = false;
  int failures = 1;  // in a row without progress, with this one
};

// Hosts that answer with errors are given up after so many tries in a row (chosen: at 1 to 60 s
// each, ten minutes); without an answer it waits for ever, as networks go for days.
inline constexpr int kMostRefusals = 20;

[[nodiscard]] Diagnosis diagnose(const FailureInputs& in);

}  // namespace playhead::offline
