// SPDX-License-Identifier: Apache-2.0
#include "support/sim_transport.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "base/url.h"
#include "net/http_headers.h"
#include "net/redirect.h"
#include "net/stall_watch.h"
#include "support/sim_transfer.h"

namespace playhead::test {

namespace {

// Credit of a flow counts bits times microseconds per second: one byte is worth this much. Whole
// numbers, so that every run is the same.
constexpr int64_t kCreditPerByte = 8 * int64_t{1'000'000};
// Bodies come in pieces of about this size, but at least and at most that often.
constexpr int64_t kPieceBytes = int64_t{64} << 10;
constexpr int64_t kPacketBytes = 1'460;
constexpr Duration kMinSlice = 5ms;
constexpr Duration kMaxSlice = 50ms;

bool is_compressible(ResourceKind kind) {
  return kind == ResourceKind::kManifest || kind == ResourceKind::kText ||
         kind == ResourceKind::kApi;
}

using Transfer = SimTransfer;
using TransferPtr = std::shared_ptr<SimTransfer>;
using Origin = SimOrigin;

}  // namespace

class SimTransport::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(VirtualExecutor& executor, SimLink link)
      : executor_(executor), link_(std::move(link), executor.now()) {}

  void add_handler(WebHandler handler) { handlers_.push_back(std::move(handler)); }
  void watch(std::function<void(const WebRequest&)> watcher) { watcher_ = std::move(watcher); }
  void observe(std::function<void(const SimRecord&)> observer) { observer_ = std::move(observer); }
  void meddle(Meddler meddler) { meddler_ = std::move(meddler); }
  void set_slices(Duration longest, bool packet_first) {
    longest_slice_ = std::max(longest, kMinSlice);
    sends_packet_first_ = packet_first;
  }
  void forget_records() { forgets_records_ = true; }
  void add_fault(SimFault fault) { faults_.push_back(std::move(fault)); }
  void clear_faults() { faults_.clear(); }

  void set_link(SimLink link) {
    account();
    link_ = SimLinkClock(std::move(link), executor_.now());
    schedule_pump();
    // Those that waited for a dead link, and handshakes that would have ended when it was alive.
    for (auto& [number, handshake] : handshakes_) {
      const auto ready = passes_from(std::max(executor_.now(), handshake.over));
      if (ready) handshake.step = connected_at(*ready, handshake.origin, number);
    }
    for (const auto& [key, origin] : origins_) {
      if (!origin.waiting.empty() && origin.connecting == 0) open_connection(key);
    }
  }

  void drop_connections() {
    origins_.clear();
    handshakes_.clear();
    for (const auto& [id, transfer] : transfers_) {
      if (!transfer->has_connection) continue;
      transfer->has_connection = false;
      transfer->step = at(executor_.now(), [this, id = id] {
        fail(id, ErrorCode::kConnectionLost, "the network changed");
      });
    }
    for (const auto& [id, transfer] : transfers_) {
      if (!transfer->has_connection && !transfer->step) {
        transfer->step = at(executor_.now(), [this, id = id] { connect(id); });
      }
    }
  }

  void release() {
    is_released_ = true;
    for (const auto& [id, transfer] : transfers_) {
      if (std::exchange(transfer->is_head_held, false)) {
        transfer->step = at(executor_.now(), [this, id = id] { take_head(id); });
      }
      if (std::exchange(transfer->is_body_held, false)) {
        transfer->stop = transfer->body_size;
        transfer->step = at(executor_.now(), [this, id = id] { begin_body(id); });
      }
    }
  }

  uint64_t start(Request request, FetchCallbacks callbacks) {
    const auto transfer = std::make_shared<Transfer>();
    transfer->id = next_id_++;
    transfer->url = request.url;
    transfer->method = request.method;
    if (forgets_records_ && transfers_.empty()) records_.clear();
    transfer->record = records_.size();
    transfer->stats.started = executor_.now();
    records_.push_back(make_record(request));
    if (observer_) observer_(records_.back());
    transfer->request = std::move(request);
    transfer->callbacks = std::move(callbacks);
    transfers_.emplace(transfer->id, transfer);
    transfer->step = at(executor_.now(), [this, id = transfer->id] { begin_hop(id); });
    return transfer->id;
  }

  void cancel(uint64_t id) {
    const TransferPtr transfer = find(id);
    if (!transfer) return;
    records_[transfer->record].is_cancelled = true;
    records_[transfer->record].finished = executor_.now();
    if (observer_) observer_(records_[transfer->record]);
    transfer->is_connection_broken = true;
    remove(*transfer);
  }

  void preconnect(const std::string& url) {
    const auto parsed = url_origin(url);
    if (!parsed) return;
    const std::string key = key_of(*parsed);
    const Origin& origin = origins_[key];
    if (origin.idle + origin.connecting > 0) return;
    if (link_.link().is_multiplexed && origin.open > 0) return;
    open_connection(key);
  }

  [[nodiscard]] const std::vector<SimRecord>& records() const { return records_; }
  [[nodiscard]] int connections_opened() const { return connections_opened_; }
  [[nodiscard]] int64_t bytes_delivered() const { return bytes_delivered_; }
  [[nodiscard]] std::size_t in_flight() const { return transfers_.size(); }

 private:
  // A connection that is being made.
  struct Handshake {
    std::string origin;
    MonotonicTime over;  // not before that, on whatever link
    CancelHandle step;
  };

  SimRecord make_record(const Request& request) const {
    SimRecord record;
    record.started = executor_.now();
    record.url = request.url;
    record.method = request.method;
    record.kind = request.kind;
    record.range = request.range;
    record.headers = request.headers;
    record.headers.insert(record.headers.end(), request.credentials.begin(),
                          request.credentials.end());
    return record;
  }

  TransferPtr find(uint64_t id) const {
    const auto found = transfers_.find(id);
    return found == transfers_.end() ? nullptr : found->second;
  }

  static std::string key_of(const UrlOrigin& origin) {
    return origin.scheme + "://" + origin.host + ":" + std::to_string(origin.port);
  }

  // A step of the simulation; the transport may be gone by then.
  template <typename Step>
  CancelHandle at(MonotonicTime time, Step step) {
    return executor_.post_at(time, [weak = weak_from_this(), step = std::move(step)]() mutable {
      if (const auto self = weak.lock()) step();
    });
  }

  // The first moment from `time` on at which the link carries anything; nothing within a round of
  // its phases means never.
  std::optional<MonotonicTime> passes_from(MonotonicTime time) const {
    for (std::size_t i = 0; i <= link_.link().phases.size(); ++i) {
      const SimLinkState state = link_.at(time);
      if (state.bits_per_second > 0) return time;
      time = state.until;
    }
    return std::nullopt;
  }

  // ---- hop: connection, request, head ----

  void begin_hop(uint64_t id) {
    const TransferPtr t = find(id);
    const auto origin = url_origin(t->url);
    if (!origin) return fail(id, origin.error().code, "not a URL");
    if (origin->scheme != "http" && origin->scheme != "https") {
      return fail(id, ErrorCode::kForbiddenScheme, redact(t->url));
    }
    t->origin = key_of(*origin);
    connect(id);
  }

  void connect(uint64_t id) {
    const TransferPtr t = find(id);
    t->step.reset();
    Origin& origin = origins_[t->origin];
    const SimLink& link = link_.link();
    if (link.is_multiplexed ? origin.open > 0 : origin.idle > 0) {
      if (!link.is_multiplexed) --origin.idle;
      t->is_connection_new = false;
      return use_connection(*t);
    }
    origin.waiting.push_back(id);
    set_deadline(*t, executor_.now() + t->request.timeouts.connect);
    const int most = link.is_multiplexed ? 1 : link.max_connections_per_origin;
    const bool is_served = static_cast<std::size_t>(origin.connecting) >= origin.waiting.size();
    if (!is_served && origin.open + origin.connecting < most) open_connection(t->origin);
  }

  void open_connection(const std::string& key) {
    const MonotonicTime over =
        executor_.now() + link_.at(executor_.now()).rtt * link_.link().handshake_round_trips;
    const auto ready = passes_from(over);
    if (!ready) return;
    ++origins_[key].connecting;
    ++connections_opened_;
    const auto number = ++next_connection_;
    handshakes_.insert_or_assign(number, Handshake{key, over, connected_at(*ready, key, number)});
  }

  CancelHandle connected_at(MonotonicTime time, const std::string& key, uint64_t number) {
    return at(time, [this, key, number] {
      handshakes_.erase(number);
      on_connected(key);
    });
  }

  void on_connected(const std::string& key) {
    Origin& origin = origins_[key];
    if (origin.connecting == 0) return;  // dropped meanwhile
    --origin.connecting;
    ++origin.open;
    if (link_.link().is_multiplexed) {
      const std::deque<uint64_t> waiting = std::exchange(origin.waiting, {});
      bool is_first = true;
      for (const uint64_t id : waiting) give_connection(id, std::exchange(is_first, false));
      return;
    }
    if (origin.waiting.empty()) {
      ++origin.idle;
      return;
    }
    const uint64_t id = origin.waiting.front();
    origin.waiting.pop_front();
    give_connection(id, true);
  }

  void give_connection(uint64_t id, bool is_new) {
    const TransferPtr t = find(id);
    if (!t) return;
    t->is_connection_new = is_new;
    use_connection(*t);
  }

  void use_connection(Transfer& t) {
    t.has_connection = true;
    SimRecord& record = records_[t.record];
    record.is_new_connection = record.is_new_connection || t.is_connection_new;
    set_deadline(t, executor_.now() + t.request.timeouts.first_byte);
    send(t);
  }

  void send(Transfer& t) {
    const WebRequest request = make_web_request(t);
    const SimFault* fault = match_fault(t.url);
    if (watcher_) watcher_(request);
    t.answer = ask(request, fault);
    if (meddler_) meddler_(records_[t.record], request, t.answer);
    if (fault != nullptr && fault->break_after) {
      t.answer.break_after = fault->break_after;
      t.answer.break_kind = fault->break_kind;
    }
    t.asked = executor_.now();
    const Duration latency = t.answer.latency + (fault != nullptr ? fault->latency : Duration{0});
    const auto arrives = passes_from(executor_.now() + link_.at(executor_.now()).rtt + latency);
    const bool is_refused =
        t.answer.refuses_connection || (fault != nullptr && fault->refuses_connection);
    if ((fault != nullptr && fault->is_silent) || !arrives) return;  // only a timeout ends it
    t.is_head_held = t.answer.holds_head && !is_released_;
    if (t.is_head_held) return;
    const bool is_broken = t.answer.breaks_before_head;
    t.step = at(*arrives, [this, id = t.id, is_refused, is_broken] {
      if (is_broken) return fail(id, ErrorCode::kConnectionLost, "reset by the host");
      if (is_refused) return fail(id, ErrorCode::kNetworkUnreachable, "connection refused");
      take_head(id);
    });
  }

  WebRequest make_web_request(const Transfer& t) const {
    WebRequest request;
    request.method = t.method;
    request.url = t.url;
    const std::size_t host = t.url.find("//") + 2;
    request.target = t.url.substr(std::min(t.url.find('/', host), t.url.size()));
    if (request.target.empty()) request.target = "/";
    request.headers = t.request.headers;
    if (t.sends_credentials) {
      request.headers.insert(request.headers.end(), t.request.credentials.begin(),
                             t.request.credentials.end());
    }
    if (t.request.range) request.headers.push_back({"Range", range_header(*t.request.range)});
    if (t.method == "POST" || t.method == "PUT") request.body = t.request.body;
    return request;
  }

  const SimFault* match_fault(const std::string& url) {
    const MonotonicTime now = executor_.now();
    for (SimFault& fault : faults_) {
      const bool matches = url.find(fault.url_contains) != std::string::npos && fault.times != 0 &&
                           now >= fault.from && now < fault.until;
      if (!matches) continue;
      if (fault.skip > 0) {
        --fault.skip;
        continue;
      }
      if (fault.times > 0) --fault.times;
      return &fault;
    }
    return nullptr;
  }

  WebAnswer ask(const WebRequest& request, const SimFault* fault) {
    if (fault != nullptr && fault->status) return status_answer(*fault->status, fault->headers);
    for (auto handler = handlers_.rbegin(); handler != handlers_.rend(); ++handler) {
      if (auto answer = (*handler)(request)) return *std::move(answer);
    }
    return text_answer("not here", 404);
  }

  // The head arrives.
  void take_head(uint64_t id) {
    const TransferPtr t = find(id);
    t->step.reset();
    WebPart part = part_for_range(make_web_request(*t), t->answer);
    if (!t->answer.content_range.empty()) part.content_range = t->answer.content_range;
    ResponseHead head;
    head.status = part.status;
    head.url = t->url;
    head.headers = t->answer.headers;
    if (!part.content_range.empty()) head.headers.push_back({"Content-Range", part.content_range});
    auto redirect = decide_redirect({head.status, head.header("location"), t->url, t->method,
                                     t->hops, t->request.max_redirects});
    if (!redirect) return fail(id, redirect.error().code, redirect.error().context);
    if (*redirect) return follow(*t, **redirect);
    begin_answer(*t, part, head);
  }

  void follow(Transfer& t, const Redirect& redirect) {
    leave_connection(t);
    ++t.hops;
    t.url = redirect.url;
    t.method = redirect.method;
    t.sends_credentials = t.sends_credentials && redirect.is_same_origin;
    t.deadline = MonotonicTime::max();
    t.is_in_body = false;
    begin_hop(t.id);
  }

  void begin_answer(Transfer& t, const WebPart& part, ResponseHead& head) {
    const bool has_body = t.method != "HEAD" && part.status != 204 && part.status != 304;
    t.body_first = part.first;
    t.body_size = has_body ? part.size : 0;
    const bool is_bodiless = part.status == 204 || part.status == 304;
    if (t.answer.framing == WebAnswer::Framing::kLength && !is_bodiless) {
      head.content_length = t.answer.announced_length.value_or(part.size);
      head.headers.push_back({"Content-Length", std::to_string(*head.content_length)});
      if (has_body) t.announced = head.content_length;
    }
    t.stop = std::min(t.body_size, t.answer.break_after.value_or(t.body_size));
    if (t.announced) t.stop = std::min(t.stop, *t.announced);
    t.stats.first_byte = executor_.now();
    records_[t.record].status = part.status;
    t.stall.start(executor_.now(), t.request.timeouts.stall);
    t.is_in_body = true;
    set_deadline(t, t.stall.deadline());
    const uint64_t id = t.id;
    if (!head.header("content-encoding").empty() && !is_compressible(t.request.kind)) {
      return fail(id, ErrorCode::kBadResponse, "compressed, which was not asked for");
    }
    if (t.callbacks.on_head) t.callbacks.on_head(head);
    if (!find(id)) return;
    if (t.announced && *t.announced > t.request.max_bytes) {
      return fail(id, ErrorCode::kTooLarge, redact(t.url));
    }
    begin_body(id);
  }

  // ---- body: fair shares of the link ----

  void begin_body(uint64_t id) {
    const TransferPtr t = find(id);
    t->step.reset();
    if (t->sent >= t->stop) return end_body(id);
    account();
    flows_.push_back(t);
    schedule_pump();
  }

  // Gives every flow its share of what the link carried since the last time.
  void account() {
    const MonotonicTime now = executor_.now();
    const SimLinkState link = link_.at(accounted_);
    if (!flows_.empty() && now > accounted_) {
      const int64_t share =
          link.bits_per_second * (now - accounted_).count() / static_cast<int64_t>(flows_.size());
      for (const TransferPtr& t : flows_) t->credit += limited(*t, share, now - accounted_);
    }
    accounted_ = now;
  }

  // What of a flow's share its host makes use of.
  static int64_t limited(const Transfer& t, int64_t share, Duration time) {
    const int64_t limit = t.answer.max_bits_per_second;
    return limit > 0 ? std::min(share, limit * time.count()) : share;
  }

  // When the first flow is complete, a piece is worth delivering, or the rate changes.
  void schedule_pump() {
    pump_timer_.reset();
    if (flows_.empty()) return;
    const MonotonicTime now = executor_.now();
    const SimLinkState link = link_.at(now);
    MonotonicTime next = link.until;
    if (link.bits_per_second > 0) {
      const auto count = static_cast<int64_t>(flows_.size());
      const auto time_for = [&](int64_t credit) {
        return Duration{(credit * count + link.bits_per_second - 1) / link.bits_per_second};
      };
      next = std::min(next, now + std::clamp(time_for(kPieceBytes * kCreditPerByte), kMinSlice,
                                             longest_slice_));
      for (const TransferPtr& t : flows_) {
        if (t->answer.max_bits_per_second > 0 || t->is_full) continue;
        int64_t wanted = made_of(t->answer, executor_.now() - t->asked, t->stop) - t->sent;
        if (wanted <= 0) {
          next = std::min(next, next_made(t->answer, t->asked, executor_.now()));
          continue;
        }
        if (sends_packet_first_ && t->sent == 0) wanted = std::min(wanted, kPacketBytes);
        const int64_t missing = wanted * kCreditPerByte - t->credit;
        next = std::min(next, now + time_for(std::max<int64_t>(missing, 0)));
      }
    }
    pump_timer_ = at(next, [this] { pump(); });
  }

  void pump() {
    account();
    const std::vector<TransferPtr> flows = flows_;  // callbacks start and cancel transfers
    for (const TransferPtr& t : flows) {
      if (transfers_.count(t->id) != 0) deliver(*t);
    }
    schedule_pump();
  }

  // The consumer has no room: the link carries nothing for it, and goes on once it has.
  bool waits_for_room(Transfer& t) {
    if (!t.request.window || !t.request.window->is_full()) return false;
    t.credit = 0;
    t.is_full = true;
    set_deadline(t, MonotonicTime::max());
    t.request.window->on_room([weak = weak_from_this(), id = t.id] {
      if (const auto self = weak.lock()) self->on_room(id);
    });
    return true;
  }

  void on_room(uint64_t id) {
    const TransferPtr t = find(id);
    if (!t || !std::exchange(t->is_full, false)) return;
    t->stall.start(executor_.now(), t->request.timeouts.stall);
    set_deadline(*t, t->stall.deadline());
    account();
    t->credit = 0;
    schedule_pump();
  }

  void deliver(Transfer& t) {
    if (t.is_full || waits_for_room(t)) return;
    const uint64_t id = t.id;
    int64_t size = std::min(t.credit / kCreditPerByte,
                            made_of(t.answer, executor_.now() - t.asked, t.stop) - t.sent);
    const int64_t room = t.request.max_bytes - t.stats.body_bytes;
    const bool is_too_large = size > room;
    size = std::min(size, room);
    if (size > 0) {
      const MonotonicTime now = executor_.now();
      if (!std::exchange(t.has_body, true)) t.stats.first_byte = now;
      t.stall.add(size, now);
      set_deadline(t, t.stall.deadline());
      SharedBytes piece = part_of_body(t.answer, t.body_first + t.sent, size);
      const bool is_part = !piece.empty() && static_cast<int64_t>(piece.size()) < size;
      size = static_cast<int64_t>(piece.size());
      t.credit -= size * kCreditPerByte;
      t.sent += size;
      t.stats.body_bytes += size;
      t.stats.wire_bytes += size;
      bytes_delivered_ += size;
      records_[t.record].body_bytes += size;
      piece = FlowWindow::Share::attach({t.request.window, size}, std::move(piece));
      if (t.callbacks.on_body) t.callbacks.on_body(std::move(piece), now);
      if (!find(id)) return;
      if (is_part) return deliver(t);  // what came with it comes with it
    }
    if (is_too_large) return fail(id, ErrorCode::kTooLarge, redact(t.url));
    if (t.sent >= t.stop) return end_body(id);
    if (t.sent >= made_of(t.answer, executor_.now() - t.asked, t.stop))
      t.credit = 0;  // what the link carried meanwhile was not for it
  }

  void end_body(uint64_t id) {
    const TransferPtr t = find(id);
    account();
    std::erase(flows_, t);
    const WebAnswer& answer = t->answer;
    const bool breaks = answer.break_after && *answer.break_after <= t->body_size &&
                        !(answer.break_kind == WebAnswer::Break::kHold && is_released_);
    if (breaks && answer.break_kind == WebAnswer::Break::kHold) {
      t->is_body_held = true;
      return schedule_pump();
    }
    if (answer.break_after && answer.break_kind == WebAnswer::Break::kHold && !breaks &&
        t->stop < t->body_size) {
      t->stop = t->body_size;  // was released before it came to this point
      return begin_body(id);
    }
    const bool is_reset = breaks && answer.break_kind == WebAnswer::Break::kReset;
    const bool is_short = answer.framing == WebAnswer::Framing::kChunked
                              ? breaks
                              : t->announced && t->sent < *t->announced;
    if (is_reset || is_short) {
      fail(id, ErrorCode::kConnectionLost, "the connection broke");
    } else {
      succeed(*t);
    }
    schedule_pump();
  }

  // ---- end ----

  void succeed(Transfer& t) {
    t.stats.finished = executor_.now();
    t.stats.connection_reused = !t.is_connection_new;
    t.stats.http_major = link_.link().is_multiplexed ? 2 : 1;
    finish(t.id, t.stats);
  }

  void fail(uint64_t id, ErrorCode code, const std::string& what) {
    const TransferPtr t = find(id);
    t->is_connection_broken = true;
    records_[t->record].error = code;
    finish(id, make_error(code, redact(t->url) + ": " + what));
  }

  void finish(uint64_t id, Result<TransferStats> result) {
    const TransferPtr t = find(id);
    records_[t->record].is_done = true;
    records_[t->record].finished = executor_.now();
    if (observer_) observer_(records_[t->record]);
    remove(*t);
    if (t->callbacks.on_done) t->callbacks.on_done(std::move(result));
  }

  void remove(Transfer& t) {
    account();
    std::erase_if(flows_, [&](const TransferPtr& flow) { return flow->id == t.id; });
    leave_connection(t);
    t.step.reset();
    t.timer.reset();
    transfers_.erase(t.id);
    schedule_pump();
  }

  void leave_connection(Transfer& t) {
    const auto found = origins_.find(t.origin);
    if (found == origins_.end()) return;
    Origin& origin = found->second;
    std::erase(origin.waiting, t.id);
    if (!std::exchange(t.has_connection, false) || link_.link().is_multiplexed) return;
    if (t.is_connection_broken || t.answer.framing == WebAnswer::Framing::kUntilClose) {
      --origin.open;
      if (!origin.waiting.empty()) open_connection(t.origin);
    } else if (origin.waiting.empty()) {
      ++origin.idle;
    } else {
      const uint64_t next = origin.waiting.front();
      origin.waiting.pop_front();
      if (const TransferPtr waiting = find(next)) {
        waiting->is_connection_new = false;
        waiting->has_connection = true;  // it leaves it when it ends before it could use it
        waiting->step = at(executor_.now(), [this, next] { use_connection(*find(next)); });
      }
    }
  }

  void set_deadline(Transfer& t, MonotonicTime deadline) {
    t.deadline = deadline;
    if (t.timer && t.timer_at <= deadline) return;
    t.timer_at = deadline;
    t.timer = at(deadline, [this, id = t.id] { on_timer(id); });
  }

  void on_timer(uint64_t id) {
    const TransferPtr t = find(id);
    t->timer.reset();
    if (t->deadline == MonotonicTime::max()) return;
    if (t->is_in_body) {
      if (!t->stall.is_over(executor_.now())) return set_deadline(*t, t->stall.deadline());
    } else if (executor_.now() < t->deadline) {
      return set_deadline(*t, t->deadline);
    }
    fail(id, ErrorCode::kNetworkTimeout, "no answer in time");
  }

  VirtualExecutor& executor_;
  SimLinkClock link_;
  std::deque<WebHandler> handlers_;
  std::function<void(const WebRequest&)> watcher_;
  std::deque<SimFault> faults_;
  std::map<uint64_t, TransferPtr> transfers_;
  std::map<std::string, Origin> origins_;
  std::map<uint64_t, Handshake> handshakes_;
  std::vector<TransferPtr> flows_;
  MonotonicTime accounted_;
  CancelHandle pump_timer_;
  std::function<void(const SimRecord&)> observer_;
  Meddler meddler_;
  Duration longest_slice_ = kMaxSlice;
  bool sends_packet_first_ = false;
  bool forgets_records_ = false;
  std::vector<SimRecord> records_;
  uint64_t next_id_ = 1;
  uint64_t next_connection_ = 0;
  int connections_opened_ = 0;
  int64_t bytes_delivered_ = 0;
  bool is_released_ = false;
};

SimTransport::SimTransport(VirtualExecutor& executor, SimLink link)
    : impl_(std::make_shared<Impl>(executor, std::move(link))) {}

SimTransport::~SimTransport() = default;

void SimTransport::serve(WebHandler handler) { impl_->add_handler(std::move(handler)); }

void SimTransport::serve(const std::string& url, WebAnswer answer) {
  impl_->add_handler([url, answer = std::move(answer)](const WebRequest& request) {
    return request.url == url ? std::optional(answer) : std::nullopt;
  });
}

void SimTransport::watch(std::function<void(const WebRequest&)> watcher) {
  impl_->watch(std::move(watcher));
}

void SimTransport::observe(std::function<void(const SimRecord&)> observer) {
  impl_->observe(std::move(observer));
}
void SimTransport::meddle(Meddler meddler) { impl_->meddle(std::move(meddler)); }
void SimTransport::set_slices(Duration longest, bool packet_first) {
  impl_->set_slices(longest, packet_first);
}
void SimTransport::forget_records() { impl_->forget_records(); }
void SimTransport::add_fault(SimFault fault) { impl_->add_fault(std::move(fault)); }
void SimTransport::clear_faults() { impl_->clear_faults(); }
void SimTransport::set_link(SimLink link) { impl_->set_link(std::move(link)); }
void SimTransport::drop_connections() { impl_->drop_connections(); }
void SimTransport::release() { impl_->release(); }
const std::vector<SimRecord>& SimTransport::records() const { return impl_->records(); }
int SimTransport::connections_opened() const { return impl_->connections_opened(); }
int64_t SimTransport::bytes_delivered() const { return impl_->bytes_delivered(); }
std::size_t SimTransport::in_flight() const { return impl_->in_flight(); }

CancelHandle SimTransport::start(Request request, Executor&, FetchCallbacks callbacks) {
  const uint64_t id = impl_->start(std::move(request), std::move(callbacks));
  return CancelHandle([weak = std::weak_ptr<Impl>(impl_), id] {
    if (const auto impl = weak.lock()) impl->cancel(id);
  });
}

void SimTransport::preconnect(const std::string& url) { impl_->preconnect(url); }

void SimTransport::network_changed() { impl_->drop_connections(); }

}  // namespace playhead::test
