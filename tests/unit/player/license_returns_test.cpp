// SPDX-License-Identifier: Apache-2.0
#include "player/license_returns.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"
#include "support/bent_clear_key.h"

namespace playhead {
namespace {

constexpr const char* kProof = "the keys are gone";

// Key and key id of 16 bytes 0xff each, for everybody; remembers what it was sent.
class AnsweringFetcher final : public LicenseFetcher {
 public:
  AnsweringFetcher(Executor& executor, std::shared_ptr<std::atomic<int>> proofs)
      : executor_(executor), proofs_(std::move(proofs)) {}

  CancelHandle fetch(LicenseRequest request,
                     UniqueFunction<void(Result<LicenseAnswer>)> done) override {
    if (as_text(request.challenge.view()) == kProof) ++*proofs_;
    const std::string text =
        R"({"keys":[{"kty":"oct","kid":"_____________________w","k":"_____________________w"}]})";
    LicenseAnswer answer{SharedBytes(std::vector<uint8_t>(text.begin(), text.end())), {}};
    return executor_.post_at(executor_.now(),
                             [done = std::move(done), answer = std::move(answer)]() mutable {
                               done(std::move(answer));
                             });
  }

 private:
  Executor& executor_;
  const std::shared_ptr<std::atomic<int>> proofs_;
};

struct Waiter final : TitleProtectionListener {
  void on_keys_changed() override {}
  void on_licensed() override { licensed.set_value(); }
  void on_drm_fell_back(DrmFellBack) override {}
  void on_security_level(SecurityLevelChanged) override {}
  std::promise<void> licensed;
};

TEST_CASE("license_returns: titles on threads whose players are gone are waited for") {
  ThreadExecutor client("client");
  LicenseReturns returns(client);
  const auto proofs = std::make_shared<std::atomic<int>>(0);
  constexpr int kPlayers = 3;
  for (int i = 0; i < kPlayers; ++i) {
    auto executor = std::make_shared<ThreadExecutor>("player");
    Waiter waiter;
    std::unique_ptr<TitleProtection> title;
    executor->post([&] {
      const auto script = std::make_shared<test::BentScript>();
      script->stop_proof = kProof;
      DrmManagerConfig config;
      config.systems.push_back(std::make_unique<test::BentClearKey>(script));
      title = std::make_unique<TitleProtection>(
          std::move(config), std::make_unique<AnsweringFetcher>(*executor, proofs), *executor,
          waiter);
      ContentProtection common;
      common.scheme = "urn:mpeg:dash:mp4protection:2011";
      common.default_kids.emplace_back().fill(0xff);
      title->require(TrackKind::kVideo, std::vector{common});
    });
    waiter.licensed.get_future().wait();
    std::promise<void> added;
    executor->post([&] {
      returns.add(std::move(title), *executor);
      added.set_value();
    });
    added.get_future().wait();
    returns.outlive(executor);
  }
  returns.wait();
  CHECK(*proofs == kPlayers);
}

}  // namespace
}  // namespace playhead
