// SPDX-License-Identifier: Apache-2.0
#include "session/outbox_lane.h"

#include <utility>

namespace playhead {

namespace {

constexpr int kPage = 1000;
// Chosen: a full disk is not emptied within seconds; shorter only adds failing writes.
constexpr Duration kStoreRetry = 10s;
// How long sending waits for what earlier runs left. Chosen: far beyond any healthy disk.
constexpr Duration kLoadPatience = 5s;

}  // namespace

template <typename Action>
auto OutboxLane::guarded(Action action) {
  return [weak = std::weak_ptr<char>(alive_), action = std::move(action)](auto&&... args) mutable {
    if (!weak.expired()) action(std::forward<decltype(args)>(args)...);
  };
}

OutboxLane::OutboxLane(std::string collection, OutboxLimits limits, Store& store,
                       Executor& executor, OutboxCargo& cargo)
    : collection_(std::move(collection)),
      store_(store),
      executor_(executor),
      cargo_(cargo),
      queue_(limits) {
  load_timer_ = executor_.post_at(executor_.now() + kLoadPatience, [this] { on_loaded(); });
  load({});
}

OutboxLane::~OutboxLane() {
  for (OutboxQueue::Ticket& ticket : queue_.unsaved()) save(std::move(ticket));
  for (auto& [key, item] : before_load_) save({std::move(item), 0});
}

// --- loading
// --------------------------------------------------------------------------------------

void OutboxLane::load(std::string after_key) {
  store_.list(collection_, after_key, kPage, executor_,
              guarded([this, after_key](Result<std::vector<StoreRecord>> listed) mutable {
                on_listed(std::move(after_key), std::move(listed));
              }));
}

void OutboxLane::on_listed(std::string after_key, Result<std::vector<StoreRecord>> listed) {
  if (!listed) {
    cargo_.on_trouble(listed.error());
    on_loaded();  // what is on disk has to wait; what comes now has not
    load_timer_ = executor_.post_at(executor_.now() + kStoreRetry,
                                    [this, after_key = std::move(after_key)] { load(after_key); });
    return;
  }
  std::string last_key = listed->empty() ? std::string() : listed->back().key;
  const bool is_last_page = listed->size() < kPage;
  for (StoreRecord& record : *listed) restore(std::move(record));
  if (is_last_page) return on_loaded();
  load(std::move(last_key));
}

void OutboxLane::restore(StoreRecord record) {
  const auto stamp = cargo_.stamp_of(record.value);
  if (!stamp) {
    erase(OutboxQueue::Erase{record.key, record.version});
    cargo_.on_dropped(record.value, make_error(ErrorCode::kStoreCorrupt, "a damaged record"));
    return;
  }
  queue_.restore({std::move(record.key), *stamp, std::move(record.value), false}, record.version);
  drop_excess();
}

// Once everything is known, or cannot be known now; also for what turns up later.
void OutboxLane::on_loaded() {
  is_loaded_ = true;
  load_timer_.reset();
  for (auto& [key, item] : std::exchange(before_load_, {})) accept(std::move(item));
  std::vector<std::string> keys;
  for (const auto& [id, waiter] : waiters_) keys.push_back(waiter.key);
  for (const std::string& key : keys) {
    if (queue_.find(key) == nullptr) {
      answer_waiters(key);
    } else {
      queue_.hurry(key);
    }
  }
  pump();
}

// --- putting and saving
// ---------------------------------------------------------------------------

void OutboxLane::put(OutboxItem item) {
  if (!is_loaded_) {
    OutboxItem& waiting = before_load_[item.key];
    const bool is_older = !waiting.key.empty() && waiting.is_server_time == item.is_server_time &&
                          waiting.stamp > item.stamp;
    if (!is_older) waiting = std::move(item);
    return;
  }
  accept(std::move(item));
  pump();
}

void OutboxLane::accept(OutboxItem item) {
  auto ticket = queue_.put(std::move(item));
  if (!ticket) return;
  save(*std::move(ticket));
  drop_excess();
}

void OutboxLane::remove(const std::string& key) {
  before_load_.erase(key);
  if (!queue_.remove(key)) return;
  erase(queue_.collect(key));
  answer_waiters(key);
  pump();
}

void OutboxLane::drop_excess() {
  while (const auto ticket = queue_.pop_excess()) {
    erase(queue_.collect(ticket->item.key));
    cargo_.on_dropped(ticket->item.value,
                      make_error(ErrorCode::kStoreFull, "too many undelivered records wait"));
    answer_waiters(ticket->item.key);
  }
}

void OutboxLane::save(OutboxQueue::Ticket ticket) {
  queue_.saving(ticket.item.key);
  std::vector<StoreWrite> writes;
  writes.push_back({StoreWrite::Kind::kPut, collection_, ticket.item.key, ticket.item.value, 0});
  store_.write(std::move(writes), executor_,
               guarded([this, ticket = std::move(ticket)](const Result<uint64_t>& answer) {
                 on_save_answer(ticket, answer);
               }));
}

void OutboxLane::on_save_answer(const OutboxQueue::Ticket& ticket, const Result<uint64_t>& answer) {
  if (answer) {
    erase(queue_.saved(ticket.item.key, ticket.serial, *answer));
    cargo_.on_saved(ticket.item.value);
    return;
  }
  erase(queue_.save_failed(ticket.item.key));
  // A damaged store was replaced by an empty one: everything has to be saved again.
  if (answer.error().code == ErrorCode::kStoreCorrupt) queue_.forget_saved();
  save_later();
  cargo_.on_trouble(answer.error());
}

void OutboxLane::save_later() {
  if (save_timer_) return;
  save_timer_ = executor_.post_at(executor_.now() + kStoreRetry, [this] {
    save_timer_.reset();
    save_again();
  });
}

void OutboxLane::save_again() {
  for (const OutboxQueue::Erase& each : std::exchange(erase_again_, {})) erase(each);
  for (OutboxQueue::Ticket& ticket : queue_.unsaved()) save(std::move(ticket));
}

void OutboxLane::erase(const std::optional<OutboxQueue::Erase>& erase) {
  if (!erase) return;
  std::vector<StoreWrite> writes;
  writes.push_back(
      {StoreWrite::Kind::kEraseIfVersion, collection_, erase->key, {}, erase->version});
  store_.write(std::move(writes), executor_,
               guarded([this, erase = *erase](const Result<uint64_t>& answer) {
                 if (answer) return;
                 // Would be delivered once more by the next run: no harm, but not needed either.
                 if (answer.error().code != ErrorCode::kStoreCorrupt) erase_again_.push_back(erase);
                 save_later();
                 cargo_.on_trouble(answer.error());
               }));
}

// --- sending
// --------------------------------------------------------------------------------------

void OutboxLane::pump() {
  if (!is_loaded_) return;
  while (auto ticket = queue_.next(executor_.now())) {
    const uint64_t serial = ticket->serial;
    const std::string value = ticket->item.value;
    sends_[serial] = cargo_.send(
        value, guarded([this, ticket = *std::move(ticket)](const PostOutcome& outcome) {
          const OutboxQueue::Ticket sent = ticket;  // the handle below owns this very callback
          const CancelHandle handle = std::move(sends_[sent.serial]);
          sends_.erase(sent.serial);
          on_outcome(sent, outcome);
        }));
  }
  const auto due = queue_.next_due();
  send_timer_.reset();
  if (due) send_timer_ = executor_.post_at(*due, [this] { pump(); });
  if (is_drained()) answer_drains();
}

void OutboxLane::on_outcome(const OutboxQueue::Ticket& ticket, const PostOutcome& outcome) {
  using Verdict = PostOutcome::Verdict;
  const std::string& key = ticket.item.key;
  const bool is_settled =
      outcome.verdict == Verdict::kDelivered || outcome.verdict == Verdict::kRefused;
  bool is_dropped = outcome.verdict == Verdict::kRefused;
  if (is_settled) {
    queue_.finished(key, ticket.serial);
  } else {
    is_dropped = queue_.failed(key, ticket.serial,
                               {executor_.now(), outcome.retry_after, executor_.random(),
                                outcome.verdict == Verdict::kSuspicious});
  }
  erase(queue_.collect(key));
  if (outcome.verdict == Verdict::kDelivered) cargo_.on_delivered(ticket.item.value);
  if (is_dropped) cargo_.on_dropped(ticket.item.value, outcome.error);
  if (!is_settled && !is_dropped) cargo_.on_trouble(outcome.error);
  const bool has_newer = is_settled && queue_.find(key) != nullptr;
  if (!has_newer) answer_waiters(key);
  pump();
}

void OutboxLane::let_go(const std::string& key) {
  const auto early = before_load_.find(key);
  if (early != before_load_.end()) early->second.is_with_another = false;
  queue_.let_go(key);
  if (!drains_.empty()) flush();
}

void OutboxLane::flush() {
  queue_.hurry();
  pump();
}

// --- settling
// -------------------------------------------------------------------------------------

void OutboxLane::settle(const std::string& key, Duration patience,
                        UniqueFunction<void(const OutboxItem*)> done) {
  if (is_loaded_ && queue_.find(key) == nullptr) return done(nullptr);
  const uint64_t id = ++last_waiter_;
  Waiter& waiter = waiters_[id];
  waiter.key = key;
  waiter.done = std::move(done);
  waiter.timer =
      executor_.post_at(executor_.now() + patience, guarded([this, id] { answer_waiter(id); }));
  queue_.hurry(key);
  pump();
}

void OutboxLane::answer_waiters(const std::string& key) {
  std::vector<uint64_t> ids;
  for (const auto& [id, waiter] : waiters_) {
    if (waiter.key == key) ids.push_back(id);
  }
  for (const uint64_t id : ids) answer_waiter(id);
}

void OutboxLane::answer_waiter(uint64_t id) {
  auto node = waiters_.extract(id);
  if (node.empty()) return;
  node.mapped().done(queue_.find(node.mapped().key));
}

// --- draining
// -------------------------------------------------------------------------------------

bool OutboxLane::is_drained() const {
  return is_loaded_ && before_load_.empty() && queue_.size() == 0;
}

void OutboxLane::drain(Duration patience, UniqueFunction<void(bool)> done) {
  flush();
  if (is_drained()) return done(true);
  const uint64_t id = ++last_waiter_;
  Drain& drain = drains_[id];
  drain.done = std::move(done);
  drain.timer = executor_.post_at(executor_.now() + patience, guarded([this, id] {
                                    auto node = drains_.extract(id);
                                    if (!node.empty()) node.mapped().done(false);
                                  }));
}

void OutboxLane::answer_drains() {
  for (auto& [id, drain] : std::exchange(drains_, {})) drain.done(true);
}

}  // namespace playhead
