// SPDX-License-Identifier: Apache-2.0
#include "session/outbox.h"

#include <map>
#include <utility>

#include "base/mailbox.h"
#include "session/api_client.h"
#include "session/api_json.h"
#include "session/outbox_lane.h"
#include "session/post_to.h"

namespace playhead {

namespace {

constexpr char kCollection[] = "outbox/progress";

using DeliveryMailbox = Mailbox<ProgressReport>;
using SettledMailbox = Mailbox<std::optional<ProgressReport>>;

// Ids hold no NUL (checked), so no two pairs share a key.
std::string key_of(const std::string& profile_id, const std::string& title_id) {
  return profile_id + '\0' + title_id;
}

bool is_id(const std::string& id) {
  return id.size() <= kMaxIdBytes && id.find('\0') == std::string::npos;
}

bool is_valid(const ProgressReport& report) {
  return !report.title_id.empty() && is_id(report.title_id) && is_id(report.profile_id) &&
         is_id(report.session_id) && report.position >= Duration{0};
}

// The lane hands out only what was checked when it came in.
ProgressReport report_of(const std::string& value) {
  Result<ProgressReport> report = decode_progress(value);
  return report ? *std::move(report) : ProgressReport{};
}

}  // namespace

// On the executor's thread but for subscribe().
class Outbox::Impl final : public OutboxCargo, public std::enable_shared_from_this<Impl> {
 public:
  Impl(ApiAccess& access, Transport& transport, Executor& executor, OutboxObserver observer)
      : access_(access),
        executor_(executor),
        api_(access, transport, executor),
        observer_(std::move(observer)) {}

  void open(Store& store, OutboxLimits limits) {
    lane_ = std::make_unique<OutboxLane>(kCollection, limits, store, executor_, *this);
  }

  void put(const ProgressReport& report) {
    if (!is_valid(report)) {
      const Error error =
          make_error(ErrorCode::kInvalidArgument, "a progress report names no valid title");
      if (observer_.on_dropped) observer_.on_dropped(report, error);
      return;
    }
    lane_->put({key_of(report.profile_id, report.title_id), report.recorded_at,
                encode_progress(report), report.is_server_time});
  }

  void flush() { lane_->flush(); }

  void drain(Duration patience, UniqueFunction<void(bool)> done) {
    lane_->drain(patience, std::move(done));
  }

  void settle(const std::string& key, Duration patience,
              const std::shared_ptr<SettledMailbox>& answer) {
    lane_->settle(key, patience, [answer](const OutboxItem* item) {
      answer->send(item == nullptr ? std::nullopt : std::optional(report_of(item->value)));
    });
  }

  void add_subscriber(const std::string& session_id, std::shared_ptr<DeliveryMailbox> mailbox) {
    std::erase_if(subscribers_, [](const auto& entry) { return entry.second->closed(); });
    subscribers_.emplace(session_id, std::move(mailbox));
  }

  [[nodiscard]] std::optional<WallTime> stamp_of(const std::string& value) const override {
    const Result<ProgressReport> report = decode_progress(value);
    if (!report || !is_valid(*report)) return std::nullopt;
    return report->recorded_at;
  }

  CancelHandle send(const std::string& value, UniqueFunction<void(PostOutcome)> done) override {
    ProgressReport report = report_of(value);
    if (!report.is_server_time) {
      // Recorded before the service's time was known. By how much the device's clock is off now is
      // the best guess for then.
      const WallTime device = executor_.wall_now();
      const auto reading = access_.clock.read(executor_.now(), device);
      report.recorded_at += reading.time - device;
    }
    return api_.post_progress(report, std::move(done));
  }

  void on_saved(const std::string& value) override {
    if (observer_.on_saved) observer_.on_saved(report_of(value));
  }

  void on_delivered(const std::string& value) override {
    const ProgressReport report = report_of(value);
    const auto [first, last] = subscribers_.equal_range(report.session_id);
    for (auto it = first; it != last; ++it) it->second->send(report);
    if (observer_.on_delivered) observer_.on_delivered(report);
  }

  void on_dropped(const std::string& value, const Error& error) override {
    if (error.code == ErrorCode::kStoreCorrupt) return on_trouble(error);  // no report to speak of
    if (observer_.on_dropped) observer_.on_dropped(report_of(value), error);
  }

  void on_trouble(const Error& error) override {
    if (observer_.on_trouble) observer_.on_trouble(error);
  }

 private:
  ApiAccess& access_;
  Executor& executor_;
  ApiClient api_;
  OutboxObserver observer_;
  std::multimap<std::string, std::shared_ptr<DeliveryMailbox>> subscribers_;  // by session
  std::unique_ptr<OutboxLane> lane_;
};

Outbox::Outbox(ApiAccess& access, Store& store, Transport& transport, Executor& executor,
               OutboxObserver observer, OutboxLimits limits)
    : impl_(std::make_shared<Impl>(access, transport, executor, std::move(observer))),
      executor_(executor) {
  post([&store, limits](Impl& impl) { impl.open(store, limits); });
}

Outbox::~Outbox() = default;

// Runs on the executor's thread, in order; not at all once the outbox is gone.
template <typename Action>
void Outbox::post(Action action) {
  post_to(executor_, impl_, std::move(action));
}

void Outbox::put_progress(ProgressReport report) {
  post([report = std::move(report)](Impl& impl) { impl.put(report); });
}

void Outbox::flush() {
  post([](Impl& impl) { impl.flush(); });
}

void Outbox::drain(Duration patience, UniqueFunction<void(bool)> done) {
  post([patience, done = std::move(done)](Impl& impl) mutable {
    impl.drain(patience, std::move(done));
  });
}

CancelHandle Outbox::settle(const std::string& profile_id, const std::string& title_id,
                            Duration patience, Executor& reply_to,
                            UniqueFunction<void(std::optional<ProgressReport>)> done) {
  CancelHandle handle;
  auto answer = SettledMailbox::make(reply_to, std::move(done), handle);
  post([key = key_of(profile_id, title_id), patience, answer](Impl& impl) {
    impl.settle(key, patience, answer);
  });
  return handle;
}

CancelHandle Outbox::subscribe(std::string session_id, Executor& reply_to,
                               UniqueFunction<void(const ProgressReport&)> on_delivered) {
  CancelHandle handle;
  auto mailbox = DeliveryMailbox::make(
      reply_to,
      [on_delivered = std::move(on_delivered)](const ProgressReport& report) mutable {
        on_delivered(report);
      },
      handle);
  post([session_id = std::move(session_id), mailbox](Impl& impl) {
    impl.add_subscriber(session_id, mailbox);
  });
  return handle;
}

}  // namespace playhead
