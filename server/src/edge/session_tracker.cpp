// SPDX-License-Identifier: Apache-2.0
#include "edge/session_tracker.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "edge/eviction.h"
#include "media_path.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxSessions = 20'000;
constexpr std::size_t kMaxHeads = 20'000;  // titles
constexpr std::size_t kHeadFolders = 4;    // of renditions that were watched first
constexpr std::size_t kHeadFiles = 3;      // of each: its init and first two segments
constexpr std::size_t kStaysAfter = 20;    // files: about 40 s of picture and sound in segments of 4 s
// A client may be many, behind one address, and what was fetched ahead is given up some time.
constexpr std::size_t kAgainAfter = 400;

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

SessionTracker::Session& SessionTracker::session_of(std::string_view client, const std::string& title) {
  const std::string name = title + " " + std::string(client);
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) {
    sessions_.splice(sessions_.begin(), sessions_, known->second);
    return sessions_.front();
  }
  sessions_.push_front({name, 0, {}});
  by_name_.emplace(sessions_.front().name, sessions_.begin());
  if (sessions_.size() > kMaxSessions) {
    by_name_.erase(sessions_.back().name);
    sessions_.pop_back();
  }
  return sessions_.front();
}

// Whoever resumes in the middle, or goes on with a new signature, asks for higher numbers than who begins.
void SessionTracker::learn(const std::string& title, const std::string& path) {
  if (heads_.size() >= kMaxHeads && heads_.count(title) == 0) return;
  Heads& heads = heads_[title];
  const SliceFacts facts = slice_facts(path);
  if (heads.size() >= kHeadFolders && heads.count(facts.folder) == 0) return;
  Head& head = heads[facts.folder];
  const std::pair one(facts.number, path);
  const auto place = std::lower_bound(head.begin(), head.end(), one);
  if (place != head.end() && *place == one) return;
  if (place == head.end() && head.size() == kHeadFiles) return;
  head.insert(place, one);
  if (head.size() > kHeadFiles) head.pop_back();
}

SessionTracker::Wanted SessionTracker::note(std::string_view client, const std::string& title,
                                            const std::string& path) {
  if (next_.empty()) return {};
  const std::lock_guard lock(mutex_);
  Session& one = session_of(client, title);
  if (one.last == path) return {};
  one.last = path;
  ++one.files;
  learn(title, path);
  const auto follower = next_.find(title);
  if (one.files % kAgainAfter != kStaysAfter || follower == next_.end()) return {};
  const auto heads = heads_.find(follower->second);
  if (heads == heads_.end()) return {};
  Wanted wanted{follower->second, {}};
  for (const auto& [folder, head] : heads->second) {
    for (const auto& [number, file] : head) wanted.paths.push_back(file);
  }
  return wanted;
}

}  // namespace playhead::server
