// SPDX-License-Identifier: Apache-2.0
#include "player/decision_text.h"

#include <algorithm>
#include <utility>

namespace playhead {

void DecisionText::start(const abr::Settings& settings, Duration target) {
  std::string head = std::string("session ") + abr::to_string(abr::Algorithm::kDefault) +
                     " player - - " + std::to_string(target.count() / 1'000'000) + " | " +
                     abr::encode(settings);
  seen_ = 0;
  limits_.clear();
  const std::lock_guard lock(mutex_);
  head_ = std::move(head);
  lines_.clear();
}

void DecisionText::follow(const VideoChooser& chooser) {
  const auto& records = chooser.log().records();
  const int64_t total = chooser.log().dropped() + static_cast<int64_t>(records.size());
  if (total == seen_) return;
  if (chooser.limits() != limits_) {
    limits_ = chooser.limits();
    std::string line = "limits";
    for (const VideoChooser::Limited& limited : limits_) {
      line += ' ' + limited.id + '=' + abr::to_string(limited.limit);
    }
    std::replace(line.begin(), line.end(), '\n', ' ');
    add(std::move(line));
  }
  const auto unseen = std::min(total - seen_, static_cast<int64_t>(records.size()));
  for (auto it = records.end() - unseen; it != records.end(); ++it) add(abr::encode(*it));
  seen_ = total;
}

void DecisionText::take(DecisionText& other) {
  seen_ = other.seen_;
  limits_ = std::move(other.limits_);
  const std::scoped_lock lock(mutex_, other.mutex_);
  head_ = std::move(other.head_);
  lines_ = std::move(other.lines_);
}

void DecisionText::add(std::string line) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() >= abr::DecisionLog::kDefaultCapacity) lines_.pop_front();
  lines_.push_back(std::move(line));
}

std::string DecisionText::text() const {
  const std::lock_guard lock(mutex_);
  if (head_.empty()) return {};
  std::string text = head_ + '\n';
  for (const std::string& line : lines_) text += line + '\n';
  return text;
}

}  // namespace playhead
