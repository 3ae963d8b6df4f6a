// SPDX-License-Identifier: Apache-2.0
// The process that outbox_kill_test kills: puts positions into an outbox on a real store as fast as
// the disk takes them, over a network that fails half the time, until it dies.
//
//   outbox_kill_child DATABASE FIRST_POSITION SEED
//
// Writes a line for every report that was acknowledged ("S title seconds") and for every one that
// the service took ("D" and the body). A line is one write(2), so it is there whole or not at all.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <unistd.h>

#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "session/outbox.h"
#include "unit/session/recording_transport.h"

namespace {

using namespace playhead;

constexpr int kTitles = 5;
constexpr int kUnderWay = 8;  // reports not acknowledged yet, at most

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(3);
}

// Lives on the executor's thread.
class Writer {
 public:
  Writer(Executor& executor, int64_t first) : executor_(executor), next_(first) {}

  void put_next(Outbox& outbox) {
    ProgressReport report;
    report.title_id = "t" + std::to_string(next_ % kTitles);
    report.position = std::chrono::seconds(next_);
    report.recorded_at = executor_.wall_now();
    report.session_id = "s";
    ++next_;
    outbox.put_progress(std::move(report));
  }

 private:
  Executor& executor_;
  int64_t next_;
};

int run(const std::string& path, int64_t first, uint64_t seed) {
  ThreadExecutor executor("outbox");
  auto store = SqliteStore::open(path);
  if (!store) {
    std::fprintf(stderr, "%s\n", describe(store.error()).c_str());
    return 2;
  }
  std::mt19937_64 random(seed);
  test::RecordingTransport transport(
      [&](const std::string& body) -> test::RecordingTransport::Answer {
        switch (random() % 4) {
          case 0:
            return {0};
          case 1:
            return {503};
          default:
            say("D " + body);
            return {204};
        }
      });
  ApiAccess access("http://api", [](bool, TokenCallback done) { done(std::string("t")); });
  Writer writer(executor, first);
  Outbox* outbox_of_observer = nullptr;
  OutboxObserver observer;
  observer.on_saved = [&](const ProgressReport& report) {
    say("S " + report.title_id + " " + std::to_string(to_ms(report.position) / 1000));
    writer.put_next(*outbox_of_observer);
  };
  OutboxLimits limits;
  limits.backoff = {1ms, 5ms};  // deliver and erase as much as possible while being killed
  Outbox outbox(access, **store, transport, executor, std::move(observer), limits);
  outbox_of_observer = &outbox;
  // Once the outbox has read what is on disk.
  const CancelHandle ready =
      outbox.settle("", "none", 60s, executor, [&](const std::optional<ProgressReport>&) {
        for (int i = 0; i < kUnderWay; ++i) writer.put_next(outbox);
      });
  while (true) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 1;
  return run(argv[1], std::atoll(argv[2]), static_cast<uint64_t>(std::atoll(argv[3])));
}
