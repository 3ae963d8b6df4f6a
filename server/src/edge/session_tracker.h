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

// Follows which client watches what, to know which files will be wanted soon: who has asked for 20 files of a title is
// likely to go on to the next one, whose first files are those with the lowest numbers that anybody has asked for.
// Signatures say nothing of who watches: they are renewed while somebody does, and equal for all who began in the same
// second. Any thread.
class SessionTracker {
 public:
  explicit SessionTracker(std::map<std::string, std::string> next) : next_(std::move(next)) {}

  struct Wanted {
    std::string title;
    std::vector<std::string> paths;
  };
  // A client asked for a file. What is to be fetched ahead; empty nearly always.
  [[nodiscard]] Wanted note(std::string_view client, const std::string& title, const std::string& path);

 private:
  struct Session {
    std::string name;
    std::size_t files = 0;
    std::string last;  // a file asked for in several ranges counts once
  };
  // What a rendition begins with, the lowest number first; an init segment has none, which is lower.
  using Head = std::vector<std::pair<int64_t, std::string>>;
  using Heads = std::map<std::string, Head>;  // of a title, by folder

  Session& session_of(std::string_view client, const std::string& title);
  void learn(const std::string& title, const std::string& path);

  const std::map<std::string, std::string> next_;
  std::mutex mutex_;
  std::list<Session> sessions_;  // the one heard of last comes first; bounded
  std::unordered_map<std::string_view, std::list<Session>::iterator> by_name_;
  std::unordered_map<std::string, Heads> heads_;
};

}  // namespace playhead::server
