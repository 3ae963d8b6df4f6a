// SPDX-License-Identifier: Apache-2.0
#include "player/license_returns.h"

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"
#include "player/run_at_end.h"
#include "playhead/client.h"
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

// An app's executor, which an app may end too early.
class EndingExecutor final : public Executor {
 public:
  enum class End : uint8_t { kNot, kDestroysTasks, kKeepsTasks };

  explicit EndingExecutor(const char* name) : inner_(name) {}
  void end(End how) { end_ = how; }
  // Everything so far has run.
  void settle() {
    std::promise<void> done;
    inner_.post([&] { done.set_value(); });
    done.get_future().wait();
  }

  [[nodiscard]] MonotonicTime now() const override { return inner_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return inner_.wall_now(); }
  void post(Task task) override {
    if (end_ == End::kNot) return inner_.post(std::move(task));
    if (end_ == End::kDestroysTasks) return;
    const std::lock_guard lock(mutex_);
    kept_.push_back(std::move(task));
  }
  CancelHandle post_at(MonotonicTime deadline, Task task) override {
    return end_ == End::kNot ? inner_.post_at(deadline, std::move(task)) : CancelHandle();
  }
  uint64_t random() override { return inner_.random(); }
  [[nodiscard]] bool is_current() const override { return inner_.is_current(); }

 private:
  std::atomic<End> end_ = End::kNot;
  std::mutex mutex_;
  std::vector<Task> kept_;  // under mutex_
  ThreadExecutor inner_;
};

// With a licence, on the executor.
std::unique_ptr<TitleProtection> licensed_title(Executor& executor,
                                                const std::shared_ptr<test::BentScript>& script,
                                                const std::shared_ptr<std::atomic<int>>& proofs,
                                                Waiter& waiter) {
  std::unique_ptr<TitleProtection> title;
  executor.post([&] {
    DrmManagerConfig config;
    config.systems.push_back(std::make_unique<test::BentClearKey>(script));
    title = std::make_unique<TitleProtection>(
        std::move(config), std::make_unique<AnsweringFetcher>(executor, proofs), executor, waiter);
    ContentProtection common;
    common.scheme = "urn:mpeg:dash:mp4protection:2011";
    common.default_kids.emplace_back().fill(0xff);
    title->require(TrackKind::kVideo, std::vector{common});
  });
  waiter.licensed.get_future().wait();
  return title;
}

TEST_CASE("license_returns: titles on threads whose players are gone are waited for") {
  ThreadExecutor client("client");
  LicenseReturns returns(client);
  const auto proofs = std::make_shared<std::atomic<int>>(0);
  constexpr int kPlayers = 3;
  for (int i = 0; i < kPlayers; ++i) {
    auto executor = std::make_shared<ThreadExecutor>("player");
    Waiter waiter;
    const auto script = std::make_shared<test::BentScript>();
    script->stop_proof = kProof;
    auto title = licensed_title(*executor, script, proofs, waiter);
    std::promise<void> added;
    executor->post([&] {
      returns.add(std::move(title), *executor);
      added.set_value();
    });
    added.get_future().wait();
    returns.outlive(executor);
  }
  CHECK(returns.wait());
  CHECK(*proofs == kPlayers);
}

TEST_CASE("license_returns: a thread that runs nothing any more is not waited for") {
  ThreadExecutor client("client");
  LicenseReturns returns(client);
  EndingExecutor player("player");
  Waiter waiter;
  const auto proofs = std::make_shared<std::atomic<int>>(0);
  const auto script = std::make_shared<test::BentScript>();
  script->stop_proof = kProof;
  auto title = licensed_title(player, script, proofs, waiter);
  player.end(EndingExecutor::End::kKeepsTasks);
  player.settle();
  returns.add(std::move(title), player);
  CHECK_FALSE(returns.wait(10ms));
  CHECK(script.use_count() > 1);
  returns.clear();
  CHECK(script.use_count() == 1);
  CHECK(*proofs == 0);
}

TEST_CASE("run_at_end: there while it runs, else here") {
  struct Case {
    const char* name;
    EndingExecutor::End end;
    bool is_there;
  };
  for (const Case& c :
       {Case{"it runs", EndingExecutor::End::kNot, true},
        Case{"it destroys what is posted", EndingExecutor::End::kDestroysTasks, false},
        Case{"it keeps it", EndingExecutor::End::kKeepsTasks, false}}) {
    CAPTURE(std::string(c.name));
    EndingExecutor executor("app");
    executor.end(c.end);
    int runs = 0;
    bool was_there = false;
    const Duration patience =
        c.end == EndingExecutor::End::kKeepsTasks ? Duration{10ms} : kEndPatience;
    CHECK(run_at_end(
              executor,
              [&] {
                ++runs;
                was_there = executor.is_current();
              },
              patience) == c.is_there);
    CHECK(runs == 1);
    CHECK(was_there == c.is_there);
  }
}

TEST_CASE("client: it ends after an executor that has ended before") {
  const auto executor = std::make_shared<EndingExecutor>("app");
  ClientDependencies world;
  world.executor = executor;
  ClientConfig config;
  config.api_url = "http://127.0.0.1:9";
  auto client = Client::create(std::move(config), std::move(world));
  REQUIRE(client);
  executor->settle();
  executor->end(EndingExecutor::End::kDestroysTasks);
  executor->settle();
  client->reset();
  CHECK(executor.use_count() == 1);
}

}  // namespace
}  // namespace playhead
