// SPDX-License-Identifier: Apache-2.0
#include "sim/replay/replay_world.h"

#include <algorithm>

#include "base/decimal.h"
#include "recorder/recording_store.h"
#include "recorder/recording_transport.h"

namespace playhead::replay {

namespace {

constexpr int64_t kMaxChunk = int64_t{64} << 20;

// An error, when the field says so and it is one.
std::optional<Error> read_error(recorder::FieldReader& in, const std::string& mark) {
  if (mark != "E") return std::nullopt;
  return in.error();
}

}  // namespace

// ---- executor ----

void ReplayExecutor::post(Task task) {
  if (std::exchange(expects_call_, false)) {
    call_ = std::move(task);
    return;
  }
  script_.effect("p");
  state_->tasks.push_back(std::move(task));
}

CancelHandle ReplayExecutor::post_at(MonotonicTime deadline, Task task) {
  script_.effect("t" + std::to_string((deadline - script_.now()).count()));
  const TimerKey key{deadline.us, next_timer_++};
  state_->timers.emplace(key, std::move(task));
  return CancelHandle([weak = std::weak_ptr<State>(state_), key] {
    const auto state = weak.lock();
    if (!state) return;
    const auto found = state->timers.find(key);
    if (found == state->timers.end()) return;
    const Task dropped = std::move(found->second);
    state->timers.erase(found);
  });
}

uint64_t ReplayExecutor::random() {
  const auto answer = script_.ask("n");
  return answer ? static_cast<uint64_t>(parse_int64(*answer).value_or(0)) : 0;
}

bool ReplayExecutor::run_call() {
  if (!call_) return false;
  Task call = std::exchange(call_, nullptr);
  call();
  return true;
}

bool ReplayExecutor::run_task() {
  if (state_->tasks.empty()) return false;
  Task task = std::move(state_->tasks.front());
  state_->tasks.pop_front();
  task();
  return true;
}

bool ReplayExecutor::run_timer() {
  if (state_->timers.empty() || state_->timers.begin()->first.first > script_.now().us) {
    return false;
  }
  Task task = std::move(state_->timers.begin()->second);
  state_->timers.erase(state_->timers.begin());
  task();
  return true;
}

void ReplayExecutor::clear() {
  while (!state_->tasks.empty() || !state_->timers.empty()) {
    const auto dropped = std::exchange(*state_, State());
  }
}

// ---- network ----

CancelHandle ReplayTransport::start(Request request, Executor&, FetchCallbacks callbacks) {
  const uint64_t number = script_.next_number();
  script_.effect("R" + std::to_string(number) + ',' + recorder::describe(request, script_.urls()));
  auto exchange = std::make_shared<Exchange>();
  exchange->url = request.url;
  exchange->callbacks = std::move(callbacks);
  exchanges_->emplace(number, std::move(exchange));
  return CancelHandle([this, exchanges = exchanges_, number] {
    script_.effect("c" + std::to_string(number));
    const auto found = exchanges->find(number);
    if (found == exchanges->end()) return;
    const auto dropped = std::move(found->second);
    exchanges->erase(found);
  });
}

void ReplayTransport::preconnect(const std::string& url) {
  script_.effect("O" + std::to_string(script_.urls().number(url)));
}

SharedBytes ReplayTransport::piece(uint64_t number, std::size_t from, std::size_t size) {
  std::vector<uint8_t> bytes(size);
  const Recording& recording = script_.recording();
  const auto put = [&](std::size_t at, std::string_view content) {
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (at + i >= from && at + i - from < size) {
        bytes[at + i - from] = static_cast<uint8_t>(content[i]);
      }
    }
  };
  const auto body = recording.bodies.find(number);
  if (body != recording.bodies.end() && from < body->second.size()) {
    put(from, std::string_view(body->second).substr(from, size));
  }
  const auto outline = recording.outlines.find(number);
  if (outline == recording.outlines.end()) return SharedBytes(std::move(bytes));
  std::string_view rest = outline->second;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos) continue;
    const auto at = parse_uint64(item.substr(0, colon));
    const auto content = recorder::from_hex(item.substr(colon + 1));
    if (at && content) put(static_cast<std::size_t>(*at), *content);
  }
  return SharedBytes(std::move(bytes));
}

bool ReplayTransport::run(char kind, recorder::FieldReader& in) {
  const auto number = static_cast<uint64_t>(in.number());
  const auto found = exchanges_->find(number);
  if (found == exchanges_->end()) return false;
  const std::shared_ptr<Exchange> exchange = found->second;
  FetchCallbacks& callbacks = exchange->callbacks;
  if (kind == 'h') {
    ResponseHead head;
    head.status = static_cast<int>(in.number_within(0, 999));
    head.url = in.text();
    if (head.url == "=") head.url = exchange->url;
    head.content_length = in.maybe();
    while (in.is_good() && !in.at_end()) {
      std::string name = in.text();
      head.headers.push_back({std::move(name), in.text()});
    }
    if (!in.is_good()) return false;
    if (callbacks.on_head) callbacks.on_head(head);
    return true;
  }
  if (kind == 'b') {
    const auto size = static_cast<std::size_t>(in.number_within(0, kMaxChunk));
    const MonotonicTime received{in.number()};
    if (!in.is_good()) return false;
    SharedBytes bytes = piece(number, exchange->received, size);
    exchange->received += size;
    if (callbacks.on_body) callbacks.on_body(std::move(bytes), received);
    return true;
  }
  const std::string mark = in.text();
  Result<TransferStats> result = TransferStats();
  if (auto error = read_error(in, mark)) {
    result = *std::move(error);
  } else {
    TransferStats stats;
    stats.started = {parse_int64(mark).value_or(0)};
    stats.first_byte = stats.started + Duration{in.number()};
    stats.finished = stats.first_byte + Duration{in.number()};
    stats.wire_bytes = in.number();
    stats.body_bytes = in.number();
    stats.from_cache = in.flag();
    stats.connection_reused = in.flag();
    stats.http_major = static_cast<int>(in.number_within(0, 9));
    result = stats;
  }
  if (!in.is_good()) return false;
  exchanges_->erase(number);
  if (callbacks.on_done) callbacks.on_done(std::move(result));
  return true;
}

// ---- store ----

void ReplayStore::write(std::vector<StoreWrite> writes, Executor&,
                        UniqueFunction<void(Result<uint64_t>)> done) {
  const uint64_t number = script_.next_number();
  script_.effect("S" + std::to_string(number) + ',' + recorder::describe(writes));
  writes_.emplace(number, std::move(done));
}

void ReplayStore::list(std::string collection, std::string after_key, int limit, Executor&,
                       UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) {
  const uint64_t number = script_.next_number();
  script_.effect(recorder::Fields("L" + std::to_string(number))
                     .text(collection)
                     .number(static_cast<int64_t>(after_key.size()))
                     .number(limit)
                     .str());
  lists_.emplace(number, std::move(done));
}

bool ReplayStore::run(char kind, recorder::FieldReader& in) {
  const auto number = static_cast<uint64_t>(in.number());
  if (kind == 'k') {
    const auto found = writes_.find(number);
    if (found == writes_.end()) return false;
    auto done = std::move(found->second);
    writes_.erase(found);
    const std::string mark = in.text();
    auto error = read_error(in, mark);
    if (!in.is_good()) return false;
    if (error) {
      done(*std::move(error));
    } else {
      done(static_cast<uint64_t>(parse_int64(mark).value_or(0)));
    }
    return true;
  }
  const auto found = lists_.find(number);
  if (found == lists_.end()) return false;
  auto done = std::move(found->second);
  lists_.erase(found);
  std::vector<StoreRecord> records;
  while (!in.at_end() && in.is_good()) {
    const std::string key = in.text();
    if (key == "E" && records.empty()) {
      Error error = in.error();
      if (!in.is_good()) return false;
      done(std::move(error));
      return true;
    }
    StoreRecord record;
    record.key = key;
    record.value = in.text();
    record.version = static_cast<uint64_t>(in.number());
    records.push_back(std::move(record));
  }
  if (!in.is_good()) return false;
  done(std::move(records));
  return true;
}

// ---- tokens ----

TokenProvider ReplayTokens::provider() {
  return [this](bool refresh, TokenCallback done) {
    const uint64_t number = script_.next_number();
    script_.effect(recorder::Fields("K").number(static_cast<int64_t>(number)).flag(refresh).str());
    questions_.emplace(number, std::move(done));
  };
}

bool ReplayTokens::run(recorder::FieldReader& in) {
  const auto found = questions_.find(static_cast<uint64_t>(in.number()));
  if (found == questions_.end()) return false;
  TokenCallback done = std::move(found->second);
  questions_.erase(found);
  const std::string what = in.text();
  if (what == "token") {
    const int64_t number = in.number();
    done(number == 0 ? std::string() : "token-" + std::to_string(number));
  } else if (what == "error") {
    done(in.error());
  }
  return in.is_good();
}

}  // namespace playhead::replay
