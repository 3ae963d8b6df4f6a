// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/license_keeper.h"

#include <algorithm>
#include <utility>

#include "drm_manager_impl.h"
#include "license_return.h"

namespace playhead {
namespace drm {
namespace {

DrmManagerConfig keeping(DrmManagerConfig config) {
  config.kind = SessionKind::kPersistent;
  config.only_kept.reset();
  return config;
}

class LicenseKeeperImpl final : public LicenseKeeper, private DrmManagerListener {
 public:
  using Acquired = UniqueFunction<void(Result<std::vector<KeptLicense>>)>;

  LicenseKeeperImpl(DrmManagerConfig config, LicenseFetcher& fetcher, Executor& executor)
      : executor_(executor),
        fetcher_(fetcher),
        manager_(keeping(std::move(config)), fetcher, executor,
                 static_cast<DrmManagerListener&>(*this)) {}

  void acquire(std::span<const LicenseWish> wishes, Acquired done) override {
    if (done_) {
      executor_.post([done = std::move(done), alive = std::weak_ptr<const bool>(alive_)]() mutable {
        if (alive.expired()) return;
        done(make_error(ErrorCode::kInvalidState, "licences are being asked for already"));
      });
      return;
    }
    done_ = std::move(done);
    for (const LicenseWish& wish : wishes) {
      if (wish.media) {
        manager_.require(wish.track, wish.protections, *wish.media);
      } else {
        manager_.require(wish.track, wish.protections);
      }
    }
    look_ = executor_.post_at(executor_.now(), [this] { look(); });
  }

  void release(const KeptLicense& license, UniqueFunction<void(Result<void>)> done) override {
    std::erase_if(returns_, [](const auto& back) { return back->is_over(); });
    returns_.push_back(std::make_unique<LicenseReturn>(manager_.return_orders(license), fetcher_,
                                                       executor_, std::move(done)));
  }

 private:
  void on_drm_changed() override { look(); }
  void on_drm_licensed() override {}
  void on_drm_fallback(DrmFallback) override {}

  // Whether all that was asked for has come or will not come.
  void look() {
    if (!done_ || manager_.is_asking()) return;
    look_.reset();
    Result<std::vector<KeptLicense>> outcome = manager_.kept();
    if (std::optional<Error> failure = manager_.first_failure()) {
      outcome = *std::move(failure);
    } else if (outcome->empty()) {
      outcome = make_error(ErrorCode::kDrmInitData, "nothing says yet which keys are needed");
    }
    // The receiver may end this.
    Acquired done = std::move(done_);
    done_ = nullptr;
    done(std::move(outcome));
  }

  Executor& executor_;
  LicenseFetcher& fetcher_;
  Acquired done_;  // of acquire(); null: nothing is being acquired
  CancelHandle look_;
  std::vector<std::unique_ptr<LicenseReturn>> returns_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  DrmManagerImpl manager_;  // last: it calls what is above
};

}  // namespace
}  // namespace drm

std::unique_ptr<LicenseKeeper> LicenseKeeper::make(DrmManagerConfig config, LicenseFetcher& fetcher,
                                                   Executor& executor) {
  return std::make_unique<drm::LicenseKeeperImpl>(std::move(config), fetcher, executor);
}

}  // namespace playhead
