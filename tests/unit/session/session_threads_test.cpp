// SPDX-License-Identifier: Apache-2.0
// Several players, each on its own thread, share one client: its outbox, its credentials, its
// store. Says most under ThreadSanitizer.
#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "session/playback_session.h"
#include "support/temp_folder.h"
#include "unit/session/recording_transport.h"

namespace playhead::test {

namespace {

// Runs on the executor's thread and waits for it.
template <typename Action>
void run_on(Executor& executor, Action action) {
  std::promise<void> done;
  executor.post([&] {
    action();
    done.set_value();
  });
  done.get_future().get();
}

// One player: plays to the end again and again, each time a session of its own.
class Player {
 public:
  Player(std::string title, ApiAccess& access, Outbox& outbox, Transport& transport)
      : title_(std::move(title)), access_(access), outbox_(outbox), transport_(transport) {}
  ~Player() {
    run_on(executor_, [&] {
      session_.reset();
      reports_.reset();
    });
  }

  // `rounds` sessions; half of them are destroyed with their questions unanswered.
  std::future<void> play(int rounds) {
    executor_.post([this, rounds] { begin(rounds); });
    return finished_.get_future();
  }

 private:
  void begin(int rounds) {
    PlaybackSessionConfig config;
    config.title_id = title_;
    session_ = std::make_unique<PlaybackSession>(config, access_, outbox_, transport_, executor_);
    reports_ = session_->on_progress_sent([](const ProgressReport&) {});
    session_->start([](const Result<SessionStart>&) {});
    session_->update(PlayActivity::kPlaying, MediaTime{position_ * 1'000'000});
    session_->update(PlayActivity::kEnded, MediaTime{++position_ * 1'000'000});
    if (rounds == 0) return finished_.set_value();
    if (rounds % 2 == 0) {
      session_.reset();
      executor_.post([this, rounds] { begin(rounds - 1); });
      return;
    }
    session_->renew([this, rounds](const Result<SessionStart>& start) {
      CHECK(start.has_value());
      executor_.post([this, rounds] { begin(rounds - 1); });
    });
  }

  const std::string title_;
  ApiAccess& access_;
  Outbox& outbox_;
  Transport& transport_;
  std::unique_ptr<PlaybackSession> session_;
  CancelHandle reports_;
  int64_t position_ = 0;
  std::promise<void> finished_;
  ThreadExecutor executor_{"player"};
};

}  // namespace

TEST_CASE("session: players on their threads share one client") {
  const TempFolder folder;
  ThreadExecutor executor("client");
  auto store = SqliteStore::open(folder.path("outbox.db"));
  REQUIRE(store.has_value());
  std::mutex mutex;
  std::map<std::string, int> posts;  // under mutex: by body
  std::atomic<int> requests = 0;
  RecordingTransport transport([&](const std::string& body) -> RecordingTransport::Answer {
    if (++requests % 5 == 0) return {401};
    if (body.empty()) return {200, R"({"stream_url":"http://c/","resume_position_seconds":0})"};
    const std::lock_guard lock(mutex);
    ++posts[body];
    return {204};
  });
  std::atomic<int> tokens = 0;
  ApiAccess access("http://api",
                   [&](bool, TokenCallback done) { done("token-" + std::to_string(++tokens)); });
  auto outbox = std::make_unique<Outbox>(access, **store, transport, executor, OutboxObserver{});
  constexpr int kRounds = 40;
  std::vector<CancelHandle> handles;
  {
    Player a("a", access, *outbox, transport);
    Player b("b", access, *outbox, transport);
    std::future<void> a_done = a.play(kRounds);
    std::future<void> b_done = b.play(kRounds);
    a_done.get();
    b_done.get();
  }
  // Every fifth attempt is refused, so a few may be needed; in the end nothing is left.
  for (const char* title : {"a", "b"}) {
    bool is_left = true;
    for (int i = 0; i < 20 && is_left; ++i) {
      std::promise<bool> answer;
      handles.push_back(outbox->settle(
          "", title, 60s, executor,
          [&](const std::optional<ProgressReport>& left) { answer.set_value(left.has_value()); }));
      is_left = answer.get_future().get();
    }
    CHECK(!is_left);
  }
  run_on(executor, [&] {
    handles.clear();
    outbox.reset();
  });
  const std::string newest = "\"position_seconds\":" + std::to_string(kRounds + 1) + ".0";
  for (const char* title : {"\"a\"", "\"b\""}) {
    const bool is_there = std::any_of(posts.begin(), posts.end(), [&](const auto& post) {
      return post.first.find(title) != std::string::npos &&
             post.first.find(newest) != std::string::npos;
    });
    CHECK(is_there);
  }
}

}  // namespace playhead::test
