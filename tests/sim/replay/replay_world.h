// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "playhead/config.h"
#include "playhead/store.h"
#include "playhead/transport.h"
#include "recorder/fields.h"
#include "sim/replay/script.h"

// Executor, network and store of a session that is played again. Each answers a step of its kinds
// by `run`; false: nobody waits for it.
namespace playhead::replay {

class ReplayExecutor final : public Executor {
 public:
  explicit ReplayExecutor(Script& script) : script_(script) {}

  [[nodiscard]] MonotonicTime now() const override { return script_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return script_.wall_now(); }
  void post(Task task) override;
  CancelHandle post_at(MonotonicTime deadline, Task task) override;
  uint64_t random() override;
  [[nodiscard]] bool is_current() const override { return true; }

  // What is posted next is a call of the app, and runs by run_call().
  void expect_call() { expects_call_ = true; }
  bool run_call();
  bool run_task();
  // The earliest, if it is due.
  bool run_timer();
  // What waits is forgotten; at the end.
  void clear();

 private:
  using TimerKey = std::pair<int64_t, uint64_t>;
  struct State {
    std::deque<Task> tasks;
    std::map<TimerKey, Task> timers;
  };
  Script& script_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  uint64_t next_timer_ = 0;
  bool expects_call_ = false;
  Task call_;
};

class ReplayTransport final : public Transport {
 public:
  explicit ReplayTransport(Script& script) : script_(script) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string& url) override;

  bool run(char kind, recorder::FieldReader& in);

 private:
  struct Exchange {
    std::string url;
    FetchCallbacks callbacks;
    std::size_t received = 0;
  };
  using Exchanges = std::map<uint64_t, std::shared_ptr<Exchange>>;

  // The next bytes of a body: redacted, or zeros.
  SharedBytes piece(uint64_t number, std::size_t from, std::size_t size);

  Script& script_;
  std::shared_ptr<Exchanges> exchanges_ = std::make_shared<Exchanges>();
};

class ReplayStore final : public Store {
 public:
  explicit ReplayStore(Script& script) : script_(script) {}

  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override;
  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override;

  bool run(char kind, recorder::FieldReader& in);

 private:
  Script& script_;
  std::map<uint64_t, UniqueFunction<void(Result<uint64_t>)>> writes_;
  std::map<uint64_t, UniqueFunction<void(Result<std::vector<StoreRecord>>)>> lists_;
};

class ReplayTokens {
 public:
  explicit ReplayTokens(Script& script) : script_(script) {}
  TokenProvider provider();
  bool run(recorder::FieldReader& in);

 private:
  Script& script_;
  std::map<uint64_t, TokenCallback> questions_;
};

}  // namespace playhead::replay
