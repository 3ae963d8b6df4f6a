// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "library.h"
#include "options.h"
#include "playhead/playhead.h"

namespace demo {

// Keeps what the library says last about a failure, and shows its log when asked for.
class LogKeeper {
 public:
  explicit LogKeeper(bool is_shown) : is_shown_(is_shown) {}
  void add(int32_t level, const char* module, const char* message);
  [[nodiscard]] std::string last_error();

 private:
  const bool is_shown_;
  std::mutex mutex_;
  std::string last_error_;
};

// Makes the library's client from the options; null after a failure, which `sentence` explains.
[[nodiscard]] ClientHandle make_client(const Options& options, std::string& sentence);

}  // namespace demo
