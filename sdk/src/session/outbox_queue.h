// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "playhead/time.h"
#include "session/backoff.h"

namespace playhead {

// Something to be delivered. Of one key only the newest is worth delivering; what must all arrive
// has a key of its own each.
struct OutboxItem {
  std::string key;
  WallTime stamp;     // the newest wins
  std::string value;  // as it is stored
  // Which clock made the stamp: stamps of different clocks do not compare.
  bool is_server_time = false;
  // Is not sent before: more is to come under its key. hurry() sends it all the same.
  MonotonicTime held_until = {};
  // Somebody else is delivering it until then: not even hurry() sends it.
  bool is_with_another = false;

  friend bool operator==(const OutboxItem&, const OutboxItem&) = default;
};

struct OutboxLimits {
  // What may wait; beyond either the item with the oldest stamp is dropped. Larger: survives longer
  // outages of more titles. Smaller: less memory and disk.
  std::size_t max_items = 10'000;
  std::size_t max_bytes = std::size_t{4} << 20;  // keys and values
  // Requests at once. More: a backlog drains faster. Fewer: playback has the network to itself.
  int max_in_flight = 4;
  // A report comes every 4 s or 10 s anyway. A higher cap: after an outage positions stay here
  // longer; lower: a service in trouble sees more of its clients.
  Backoff backoff{500ms, 15s};
  // How long an item that is refused suspiciously (see PostOutcome) is offered again, from the
  // first such refusal on. Chosen: longer than a captive portal's sign-in. Longer: what a service
  // refuses in strange words is asked about in vain; shorter: positions die in front of portals.
  Duration suspicious_for = 10min;
  // Longest Retry-After obeyed in full. Longer: a service's slip silences the client for longer.
  Duration max_retry_after = 1h;
};

// What waits, what is under way, what is on disk, and when the next attempt is due. Pure: no clock,
// no I/O. Every value put gets a serial; answers carry it, so that late ones hit nothing newer.
//
// Failures hold back the item that failed and the queue as a whole (its destination is one
// service): while the queue is failing one request at a time probes; the first success opens it
// again.
class OutboxQueue {
 public:
  struct Ticket {
    OutboxItem item;
    uint64_t serial = 0;
  };
  // A stored record that is not needed any more.
  struct Erase {
    std::string key;
    uint64_t version = 0;
  };
  struct Failure {
    MonotonicTime now;
    std::optional<Duration> retry_after;
    uint64_t random = 0;  // 64 uniform bits
    bool is_suspicious = false;
  };

  explicit OutboxQueue(OutboxLimits limits) : limits_(limits) {}

  // A new value; to be saved. Nothing when one with a newer stamp was put already. The later put
  // wins if the stamps are equal, if they are of different clocks, and always over a restored
  // value: an earlier run is over, whatever its clock showed.
  std::optional<Ticket> put(OutboxItem item);
  // A value that an earlier run left on disk. False when the key was put since.
  bool restore(OutboxItem item, uint64_t version);
  // The item that must go because there is too much; it is forgotten as by finished().
  std::optional<Ticket> pop_excess();

  // Saving: a save was started, ended well (`version` as the store gave it), or failed. The answer:
  // a record to erase, now that it is known.
  void saving(const std::string& key);
  std::optional<Erase> saved(const std::string& key, uint64_t serial, uint64_t version);
  std::optional<Erase> save_failed(const std::string& key);
  // Values that are not on disk, and no save is under way.
  [[nodiscard]] std::vector<Ticket> unsaved() const;
  // The disk has lost everything.
  void forget_saved();

  // The next item to send, now under way: of those with the fewest failures the newest. What is
  // being watched must not wait behind a backlog, nor all others behind one that always fails.
  std::optional<Ticket> next(MonotonicTime now);
  // When next() will have one; none while only answers can change that.
  [[nodiscard]] std::optional<MonotonicTime> next_due() const;
  // The item arrived, or will never be accepted. False: there is a newer value, which stays.
  bool finished(const std::string& key, uint64_t serial);
  // It need not be sent any more. False: it is on its way; that is still to be told.
  bool remove(const std::string& key);
  // Not this time. True: nor any other time, it is forgotten as by finished().
  bool failed(const std::string& key, uint64_t serial, const Failure& failure);
  // To be called after an item went by finished(), failed() or pop_excess(): the record to erase.
  // None: there is none, or a save under way will tell.
  std::optional<Erase> collect(const std::string& key);

  // Who was delivering it has not: hurry() may send it.
  void let_go(const std::string& key);
  // Forgets back-off, not what the service asked for (Retry-After).
  void hurry();
  // The same for one item, which is also the next one.
  void hurry(const std::string& key);

  // The waiting value of a key; null when none.
  [[nodiscard]] const OutboxItem* find(const std::string& key) const;
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    OutboxItem item;
    uint64_t serial = 0;
    bool is_restored = false;
    bool is_finished = false;  // nothing to send; kept until all its saves are answered
    // On disk.
    uint64_t saved_serial = 0;
    uint64_t saved_version = 0;  // 0: nothing of this key
    int saves_under_way = 0;
    // On the network.
    bool is_in_flight = false;
    int failures = 0;
    std::optional<MonotonicTime> suspicious_since;
    MonotonicTime not_before;

    [[nodiscard]] bool is_due(MonotonicTime now) const {
      return !is_finished && !is_in_flight && now >= not_before;
    }
  };
  using Entries = std::map<std::string, Entry>;

  Entry& replace(OutboxItem item);
  void finish(Entry& entry);
  Entry* next_urgent(MonotonicTime now);
  void count(const OutboxItem& item, bool added);
  [[nodiscard]] bool is_full_flight() const;
  [[nodiscard]] MonotonicTime open_from() const;

  const OutboxLimits limits_;
  Entries entries_;
  std::set<std::pair<WallTime, std::string>> order_;  // unfinished entries, oldest first
  std::vector<std::string> urgent_;                   // keys to send first, the last one first
  std::size_t bytes_ = 0;
  uint64_t last_serial_ = 0;
  int in_flight_ = 0;
  int failures_ = 0;          // in a row, of any item
  MonotonicTime not_before_;  // back-off of the whole queue
  MonotonicTime held_until_;  // Retry-After
};

}  // namespace playhead
