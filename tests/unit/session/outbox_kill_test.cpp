// SPDX-License-Identifier: Apache-2.0
// kill -9 at any moment loses no acknowledged position: a real process on a real disk.
#include <algorithm>
#include <cstdlib>
#include <future>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "session/outbox.h"
#include "support/temp_folder.h"
#include "unit/session/recording_transport.h"

extern char** environ;

namespace playhead::test {

namespace {

// PLAYHEAD_KILLS asks for more.
constexpr uint64_t kKills = 30;

uint64_t kills_wanted() {
  const char* text = std::getenv("PLAYHEAD_KILLS");
  return text == nullptr ? kKills : static_cast<uint64_t>(std::max(std::atoll(text), 1LL));
}

// What the world outside the killed processes knows; positions grow, so the greatest is the newest.
struct Ledger {
  std::map<std::string, int64_t> acknowledged;  // by title
  std::map<std::string, int64_t> delivered;
  int64_t last_position = 0;
  int64_t acknowledgements = 0;
  int64_t deliveries = 0;

  void note(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "S") {
      std::string title;
      int64_t position = 0;
      words >> title >> position;
      raise(acknowledged[title], position);
      raise(last_position, position);
      ++acknowledgements;
    } else if (kind == "D") {
      note_delivery(line);
    }
  }
  void note_delivery(const std::string& body) {
    const std::string title = text_after(body, "\"movie_id\":\"", '"');
    raise(delivered[title], std::atoll(text_after(body, "\"position_seconds\":", '.').c_str()));
    ++deliveries;
  }

 private:
  static void raise(int64_t& value, int64_t to) { value = std::max(value, to); }
  static std::string text_after(const std::string& text, const std::string& mark, char end) {
    const std::size_t at = text.find(mark) + mark.size();
    return text.substr(at, text.find(end, at) - at);
  }
};

// Starts the child, kills it after `lines` lines, and notes all it has said.
void run_and_kill(const std::string& path, uint64_t seed, int lines, Ledger& ledger) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const std::string program = std::string(PLAYHEAD_BIN_DIR) + "/outbox_kill_child";
  // Beyond what the last child may have put without an acknowledgement.
  std::vector<std::string> words = {program, path, std::to_string(ledger.last_position + 100),
                                    std::to_string(seed)};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  REQUIRE(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ) ==
          0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);

  std::string pending;
  int seen = 0;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = ::read(ends[0], buffer, sizeof buffer)) > 0) {
    pending.append(buffer, static_cast<std::size_t>(size));
    for (std::size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      ledger.note(pending.substr(0, end));
      pending.erase(0, end + 1);
      if (++seen == lines) ::kill(child, SIGKILL);
    }
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(seen >= lines);
}

// Opens the outbox once more, with a network that works, until nothing waits.
void deliver_the_rest(const std::string& path, Ledger& ledger) {
  ThreadExecutor executor("outbox");
  auto store = SqliteStore::open(path);
  REQUIRE(store.has_value());
  CHECK((*store)->damaged_file().empty());
  RecordingTransport transport([&](const std::string& body) -> RecordingTransport::Answer {
    ledger.note_delivery(body);
    return {204};
  });
  ApiAccess access("http://api", [](bool, TokenCallback done) { done(std::string("t")); });
  auto outbox = std::make_unique<Outbox>(access, **store, transport, executor, OutboxObserver{});
  std::vector<CancelHandle> handles;
  for (const auto& [title, position] : ledger.acknowledged) {
    std::promise<bool> is_left;
    handles.push_back(outbox->settle(
        "", title, 60s, executor,
        [&](const std::optional<ProgressReport>& left) { is_left.set_value(left.has_value()); }));
    CHECK(!is_left.get_future().get());
  }
  std::promise<void> closed;
  executor.post([&] {
    handles.clear();  // on their executor's thread, as the outbox itself
    outbox.reset();
    closed.set_value();
  });
  closed.get_future().get();
}

}  // namespace

TEST_CASE("outbox: kill -9 at any moment loses no acknowledged position") {
  const TempFolder folder;
  const std::string path = folder.path("outbox.db");
  Ledger ledger;
  const uint64_t kills = kills_wanted();
  for (uint64_t seed = 1; seed <= kills; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    run_and_kill(path, seed, 1 + static_cast<int>(random() % 200), ledger);
  }
  deliver_the_rest(path, ledger);
  int lost = 0;
  for (const auto& report : ledger.acknowledged) {
    const auto& title = report.first;
    CAPTURE(title);
    CHECK(ledger.delivered[title] >= report.second);
    lost += ledger.delivered[title] < report.second;
  }
  MESSAGE("seeds 1.." << kills << ": " << ledger.acknowledgements << " acknowledged, "
                      << ledger.deliveries << " deliveries, " << lost << " lost");
  CHECK(ledger.acknowledgements > static_cast<int64_t>(kills));
}

}  // namespace playhead::test
