// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "result.h"

namespace playhead::server {

// Which title follows which: {"m_1001": "m_1002", ...}. 500 `bad_next_file`.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_next_titles(std::string_view text);

// Follows who watches what, by the signature their requests carry, to know which files will be wanted soon: who has
// asked for 20 files of a title is likely to go on to the next one, whose sessions begin as those before it began.
// Any thread.
class SessionTracker {
 public:
  explicit SessionTracker(std::map<std::string, std::string> next) : next_(std::move(next)) {}

  struct Wanted {
    std::string title;
    std::vector<std::string> paths;
  };
  // A session, "exp=...&sig=...", asked for a file. What is to be fetched ahead; empty nearly always.
  [[nodiscard]] Wanted note(std::string_view session, const std::string& title,
                            const std::string& path);

 private:
  struct Session {
    std::string name;
    std::size_t files = 0;
    std::string last;  // a file asked for in several ranges counts once
  };

  const std::map<std::string, std::string> next_;
  std::mutex mutex_;
  std::list<Session> sessions_;  // the one heard of last comes first; bounded
  std::unordered_map<std::string_view, std::list<Session>::iterator> by_name_;
  std::unordered_map<std::string, std::vector<std::string>> heads_;  // what sessions of a title began with
};

}  // namespace playhead::server
