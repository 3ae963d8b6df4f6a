// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/cancel_handle.h"
#include "playhead/config.h"
#include "playhead/executor.h"
#include "playhead/result.h"

namespace playhead {

// Holds the account's access token and asks the app for it: one question at a time however many
// requests wait for the answer. Thread-safe.
class Credentials {
 public:
  explicit Credentials(TokenProvider provider);
  // No `done` runs after this; answers of the app that still come are ignored.
  ~Credentials();

  // Answers with a token other than `rejected` (empty: any token will do), the held one if it is
  // that, else the app's. The same token again is handed on: the service decides.
  // Errors: the app's own; kUnauthorized when the app drops the question unanswered or its token is
  // empty or not visible ASCII.
  // `done` runs on `executor`, never inside the call.
  CancelHandle request(const std::string& rejected, Executor& executor, TokenCallback done);

 private:
  class State;
  class Duty;
  std::shared_ptr<State> state_;
};

}  // namespace playhead
