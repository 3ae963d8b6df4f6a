// SPDX-License-Identifier: Apache-2.0
#include "session/outbox_queue.h"

#include <algorithm>

namespace playhead {

void OutboxQueue::count(const OutboxItem& item, bool added) {
  const std::size_t size = item.key.size() + item.value.size();
  if (added) {
    order_.emplace(item.stamp, item.key);
    bytes_ += size;
  } else {
    order_.erase({item.stamp, item.key});
    bytes_ -= size;
  }
}

OutboxQueue::Entry& OutboxQueue::replace(OutboxItem item) {
  const std::string key = item.key;
  const auto [found, is_new] = entries_.try_emplace(key);
  Entry& entry = found->second;
  if (!is_new && !entry.is_finished) count(entry.item, false);
  entry.item = std::move(item);
  entry.serial = ++last_serial_;
  entry.is_restored = false;
  entry.is_finished = false;
  entry.suspicious_since.reset();
  if (entry.failures == 0) entry.not_before = entry.item.held_until;
  count(entry.item, true);
  return entry;
}

std::optional<OutboxQueue::Ticket> OutboxQueue::put(OutboxItem item) {
  const auto known = entries_.find(item.key);
  if (known != entries_.end() && !known->second.is_finished && !known->second.is_restored &&
      known->second.item.is_server_time == item.is_server_time &&
      known->second.item.stamp > item.stamp) {
    return std::nullopt;
  }
  const Entry& entry = replace(std::move(item));
  return Ticket{entry.item, entry.serial};
}

bool OutboxQueue::restore(OutboxItem item, uint64_t version) {
  // Also when that was just delivered: the list may be older than the delivery.
  if (entries_.count(item.key) > 0) return false;
  Entry& entry = replace(std::move(item));
  entry.is_restored = true;
  entry.saved_serial = entry.serial;
  entry.saved_version = version;
  return true;
}

std::optional<OutboxQueue::Ticket> OutboxQueue::pop_excess() {
  if (order_.size() <= limits_.max_items && bytes_ <= limits_.max_bytes) return std::nullopt;
  for (const auto& [stamp, key] : order_) {
    Entry& entry = entries_.at(key);
    if (entry.is_in_flight) continue;
    Ticket ticket{entry.item, entry.serial};
    finish(entry);
    return ticket;
  }
  return std::nullopt;
}

void OutboxQueue::saving(const std::string& key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) ++found->second.saves_under_way;
}

std::optional<OutboxQueue::Erase> OutboxQueue::saved(const std::string& key, uint64_t serial,
                                                     uint64_t version) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  --entry.saves_under_way;
  entry.saved_serial = serial;
  entry.saved_version = version;
  return collect(key);
}

std::optional<OutboxQueue::Erase> OutboxQueue::save_failed(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  --found->second.saves_under_way;
  return collect(key);
}

std::vector<OutboxQueue::Ticket> OutboxQueue::unsaved() const {
  std::vector<Ticket> tickets;
  for (const auto& [stamp, key] : order_) {
    const Entry& entry = entries_.at(key);
    if (entry.saved_serial != entry.serial && entry.saves_under_way == 0) {
      tickets.push_back({entry.item, entry.serial});
    }
  }
  return tickets;
}

void OutboxQueue::forget_saved() {
  for (auto& [key, entry] : entries_) {
    entry.saved_serial = 0;
    entry.saved_version = 0;
  }
}

bool OutboxQueue::is_full_flight() const {
  return in_flight_ >= (failures_ > 0 ? 1 : limits_.max_in_flight);
}

MonotonicTime OutboxQueue::open_from() const { return std::max(not_before_, held_until_); }

std::optional<OutboxQueue::Ticket> OutboxQueue::next(MonotonicTime now) {
  if (now < open_from() || is_full_flight()) return std::nullopt;
  Entry* best = next_urgent(now);
  const bool is_urgent = best != nullptr;
  for (auto it = order_.rbegin(); !is_urgent && it != order_.rend(); ++it) {
    if (best != nullptr && best->failures == 0) break;
    Entry& entry = entries_.at(it->second);
    if (!entry.is_due(now)) continue;
    if (best == nullptr || entry.failures < best->failures) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  best->is_in_flight = true;
  ++in_flight_;
  return Ticket{best->item, best->serial};
}

OutboxQueue::Entry* OutboxQueue::next_urgent(MonotonicTime now) {
  while (!urgent_.empty()) {
    const auto found = entries_.find(urgent_.back());
    urgent_.pop_back();
    if (found != entries_.end() && found->second.is_due(now)) return &found->second;
  }
  return nullptr;
}

std::optional<MonotonicTime> OutboxQueue::next_due() const {
  if (is_full_flight()) return std::nullopt;
  std::optional<MonotonicTime> due;
  for (const auto& [stamp, key] : order_) {
    const Entry& entry = entries_.at(key);
    if (entry.is_in_flight) continue;
    due = due ? std::min(*due, entry.not_before) : entry.not_before;
  }
  if (due) due = std::max(*due, open_from());
  return due;
}

void OutboxQueue::finish(Entry& entry) {
  if (entry.is_finished) return;
  entry.is_finished = true;
  count(entry.item, false);
}

bool OutboxQueue::finished(const std::string& key, uint64_t serial) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  entry.is_in_flight = false;
  entry.failures = 0;
  --in_flight_;
  failures_ = 0;
  not_before_ = {};
  if (entry.serial != serial) return false;
  finish(entry);
  return true;
}

bool OutboxQueue::remove(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return true;
  finish(found->second);
  return !found->second.is_in_flight;
}

bool OutboxQueue::failed(const std::string& key, uint64_t serial, const Failure& failure) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  entry.is_in_flight = false;
  --in_flight_;
  ++entry.failures;
  ++failures_;
  entry.not_before = failure.now + backoff_delay(limits_.backoff, entry.failures, failure.random);
  not_before_ = failure.now + backoff_delay(limits_.backoff, failures_, failure.random);
  if (failure.retry_after) {
    const Duration wait = std::min(*failure.retry_after, limits_.max_retry_after);
    held_until_ = std::max(held_until_, failure.now + wait);
  }
  if (entry.serial != serial || !failure.is_suspicious) return false;
  if (!entry.suspicious_since) entry.suspicious_since = failure.now;
  if (failure.now - *entry.suspicious_since < limits_.suspicious_for) return false;
  finish(entry);
  return true;
}

std::optional<OutboxQueue::Erase> OutboxQueue::collect(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  if (!entry.is_finished || entry.saves_under_way > 0) return std::nullopt;
  const uint64_t version = entry.saved_version;
  entries_.erase(found);
  if (version == 0) return std::nullopt;
  return Erase{key, version};
}

void OutboxQueue::hurry() {
  not_before_ = {};
  for (auto& [key, entry] : entries_) {
    entry.not_before = entry.item.is_with_another ? entry.item.held_until : MonotonicTime{};
  }
}

void OutboxQueue::let_go(const std::string& key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) found->second.item.is_with_another = false;
}

void OutboxQueue::hurry(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  not_before_ = {};
  found->second.not_before = {};
  urgent_.push_back(key);
}

const OutboxItem* OutboxQueue::find(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() || found->second.is_finished ? nullptr : &found->second.item;
}

}  // namespace playhead
