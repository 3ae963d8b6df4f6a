// SPDX-License-Identifier: Apache-2.0
#include "session/release_outbox.h"

#include <functional>
#include <optional>
#include <utility>

#include "session/outbox_lane.h"
#include "session/playback_session.h"
#include "session/post_to.h"
#include "session/release_json.h"

namespace playhead {

namespace {

constexpr char kReleases[] = "outbox/releases";
// Longer than a title that is over is kept for its answer (LicenseReturns).
constexpr Duration kOwnTime = 5s;

OutboxLimits release_limits() {
  OutboxLimits limits;
  limits.max_items = 100;
  limits.max_bytes = std::size_t{1} << 20;
  limits.max_in_flight = 1;
  // Nobody waits for it, and each attempt goes on for 30 s by itself.
  limits.backoff = {1min, 10min};
  return limits;
}

PostOutcome outcome_of(const Result<LicenseAnswer>& answer) {
  using Verdict = PostOutcome::Verdict;
  if (answer) return {Verdict::kDelivered, {}, {}};
  const Error& error = answer.error();
  Verdict verdict = Verdict::kRetry;
  if (error.code == ErrorCode::kInvalidArgument) verdict = Verdict::kRefused;
  // A page of a captive portal, or a service that will not understand it the hundredth time either.
  if (error.code == ErrorCode::kDrmLicense) verdict = Verdict::kSuspicious;
  if (error.code == ErrorCode::kDrmLicenseRefused) {
    // Nobody is signed in: somebody may be later.
    verdict = error.detail == 401 || error.detail == 0 ? Verdict::kSuspicious : Verdict::kRefused;
  }
  return {verdict, error, {}};
}

}  // namespace

// On the executor's thread.
class ReleaseOutbox::Impl final : public OutboxCargo {
 public:
  Impl(DrmConfig config, ApiAccess* access, Transport& transport, Executor& executor, Observer observer)
      : config_(std::move(config)),
        access_(access),
        transport_(transport),
        executor_(executor),
        observer_(std::move(observer)) {
    config_.systems.clear();  // messages are all it has to do with
  }

  void open(Store& store) { lane_.emplace(kReleases, release_limits(), store, executor_, *this); }

  void put(std::string key, KeptRelease release) {
    const WallTime now = executor_.wall_now();
    release.at = now;
    lane_->put({std::move(key), now, encode_release(release), false, executor_.now() + kOwnTime, true});
  }
  void let_go(const std::string& key) { lane_->let_go(key); }
  void settled(const std::string& key) { lane_->remove(key); }
  void drain(Duration patience, UniqueFunction<void(bool)> done) { lane_->drain(patience, std::move(done)); }

  [[nodiscard]] std::optional<WallTime> stamp_of(const std::string& value) const override {
    const Result<KeptRelease> release = decode_release(value);
    return release ? std::optional(release->at) : std::nullopt;
  }
  CancelHandle send(const std::string& value, UniqueFunction<void(PostOutcome)> done) override {
    Result<KeptRelease> release = decode_release(value);
    if (release && release->is_of_service && access_ == nullptr) {
      release = make_error(ErrorCode::kInvalidArgument, "the account it belongs to is gone");
    }
    if (!release) {
      return executor_.post_at(executor_.now(), [done = std::move(done), error = release.error()]() mutable {
        done({PostOutcome::Verdict::kRefused, error, {}});
      });
    }
    LicenseOrigin origin{release->is_of_service ? access_ : nullptr, release->license_url};
    return LicenseClient(config_, std::move(origin), transport_, executor_)
        .fetch(std::move(release->request), [done = std::move(done)](const Result<LicenseAnswer>& answer) mutable {
          done(outcome_of(answer));
        });
  }
  void on_saved(const std::string&) override {}
  void on_delivered(const std::string&) override {}
  void on_dropped(const std::string&, const Error& error) override { tell(error, true); }
  void on_trouble(const Error& error) override { tell(error, false); }

 private:
  void tell(const Error& error, bool is_lost) {
    if (observer_) observer_(error, is_lost);
  }

  DrmConfig config_;
  ApiAccess* const access_;
  Transport& transport_;
  Executor& executor_;
  Observer observer_;
  std::optional<OutboxLane> lane_;
};

ReleaseOutbox::ReleaseOutbox(DrmConfig config, ApiAccess* access, Store& store, Transport& transport,
                             Executor& executor, Observer observer)
    : impl_(std::make_shared<Impl>(std::move(config), access, transport, executor, std::move(observer))),
      executor_(executor) {
  post([&store](Impl& impl) { impl.open(store); });
}

ReleaseOutbox::~ReleaseOutbox() = default;

// Runs on the executor's thread, in order; not at all once the outbox is gone.
template <typename Action>
void ReleaseOutbox::post(Action action) {
  post_to(executor_, impl_, std::move(action));
}

void ReleaseOutbox::put(std::string key, const LicenseRequest& request, const LicenseOrigin& origin) {
  KeptRelease release;
  release.request = request;
  release.license_url = origin.license_url;
  release.is_of_service = origin.access != nullptr;
  post([key = std::move(key), release = std::move(release)](Impl& impl) mutable {
    impl.put(std::move(key), std::move(release));
  });
}

void ReleaseOutbox::settled(std::string key) {
  post([key = std::move(key)](Impl& impl) { impl.settled(key); });
}

void ReleaseOutbox::let_go(std::string key) {
  post([key = std::move(key)](Impl& impl) { impl.let_go(key); });
}

void ReleaseOutbox::drain(Duration patience, UniqueFunction<void(bool)> done) {
  post([patience, done = std::move(done)](Impl& impl) mutable { impl.drain(patience, std::move(done)); });
}

CancelHandle ReleaseKeeper::fetch(LicenseRequest request, UniqueFunction<void(Result<LicenseAnswer>)> done) {
  if (request.type != DrmMessageType::kRelease) return fetcher_->fetch(std::move(request), std::move(done));
  const uint64_t high = executor_.random();
  std::string key = make_session_id(high, executor_.random());
  outbox_.put(key, request, origin_);
  CancelHandle fetch = fetcher_->fetch(
      std::move(request), [&outbox = outbox_, key, done = std::move(done)](Result<LicenseAnswer> answer) mutable {
        const auto verdict = outcome_of(answer).verdict;
        const bool is_settled =
            verdict == PostOutcome::Verdict::kDelivered || verdict == PostOutcome::Verdict::kRefused;
        if (is_settled) {
          outbox.settled(key);
        } else {
          outbox.let_go(key);
        }
        done(std::move(answer));
      });
  // Not in the callback's destruction, which may come later and on another thread.
  return CancelHandle([&outbox = outbox_, key = std::move(key), fetch = std::move(fetch)]() mutable {
    fetch.reset();
    outbox.let_go(std::move(key));
  });
}

}  // namespace playhead
