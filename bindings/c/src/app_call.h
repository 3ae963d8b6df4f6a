// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

// Which of the app's callbacks this thread is in, where not all of the library may be called from
// it: what could wait for itself is refused instead. Of threads, not of objects: a callback of one
// folder of downloads counts for all of them.
namespace playhead::capi {

// In the order of how little may be called.
enum class AppCall : uint8_t {
  kNone,
  // Listener and URLs of downloads, tokens, all on the client's thread: downloads cannot be opened,
  // closed or pumped.
  kTold,
  // Key store and chooser of downloads, requests and what is about licences, on whichever thread, theirs
  // among them: nothing of downloads.
  kAsked,
  // Log, store and clock: nothing that has an answer, and nothing that ends: anybody's lock may be
  // held, or anybody may wait for this thread.
  kLog,
};

class InAppCall {
 public:
  explicit InAppCall(AppCall call) : before_(std::exchange(current_, std::max(call, current_))) {}
  ~InAppCall() { current_ = before_; }
  InAppCall(const InAppCall&) = delete;
  InAppCall& operator=(const InAppCall&) = delete;

  [[nodiscard]] static AppCall current() { return current_; }

 private:
  static inline thread_local AppCall current_ = AppCall::kNone;
  const AppCall before_;
};

}  // namespace playhead::capi
