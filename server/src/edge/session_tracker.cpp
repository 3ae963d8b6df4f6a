// SPDX-License-Identifier: Apache-2.0
#include "edge/session_tracker.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "media_path.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxSessions = 20'000;
constexpr std::size_t kMaxHeads = 20'000;  // titles
constexpr std::size_t kHeadFiles = 8;      // two renditions' init and first segments, or so
constexpr std::size_t kStaysAfter = 20;    // files: about 40 s of picture and sound in segments of 4 s

}  // namespace

Result<std::map<std::string, std::string>> parse_next_titles(std::string_view text) {
  const Error bad{500, "bad_next_file", R"(The file of next titles must be like {"m_1": "m_2"}.)"};
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return bad;
  std::map<std::string, std::string> next;
  for (const auto& [title, follower] : json.items()) {
    if (!is_title_id(title) || !follower.is_string() || !is_title_id(follower.get<std::string>())) {
      return bad;
    }
    next[title] = follower.get<std::string>();
  }
  return next;
}

SessionTracker::Wanted SessionTracker::note(std::string_view session, const std::string& title,
                                            const std::string& path) {
  const std::lock_guard lock(mutex_);
  auto known = by_name_.find(session);
  if (known == by_name_.end()) {
    sessions_.push_front({std::string(session), 0, {}});
    known = by_name_.emplace(sessions_.front().name, sessions_.begin()).first;
    if (sessions_.size() > kMaxSessions) {
      by_name_.erase(sessions_.back().name);
      sessions_.pop_back();
    }
  } else {
    sessions_.splice(sessions_.begin(), sessions_, known->second);
  }
  Session& one = *known->second;
  if (one.last == path) return {};
  one.last = path;
  ++one.files;
  if (one.files <= kHeadFiles && (heads_.size() < kMaxHeads || heads_.count(title) != 0)) {
    std::vector<std::string>& head = heads_[title];
    if (head.size() < kHeadFiles && std::find(head.begin(), head.end(), path) == head.end()) {
      head.push_back(path);
    }
  }
  const auto follower = next_.find(title);
  if (one.files != kStaysAfter || follower == next_.end()) return {};
  const auto head = heads_.find(follower->second);
  if (head == heads_.end()) return {};
  return {follower->second, head->second};
}

}  // namespace playhead::server
