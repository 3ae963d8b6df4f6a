// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "c_types.h"
#include "playhead/drm/cdm_module.h"
#include "playhead/executor.h"

namespace playhead::drm {

// Where what a module says of a session arrives, on the session's executor.
class CSessionSink {
 public:
  virtual ~CSessionSink() = default;
  virtual void on_message(DrmMessage message) = 0;
  virtual void on_keys(std::vector<KeyInfo> keys) = 0;
  virtual void on_expiration(std::optional<WallTime> at) = 0;
  virtual void on_failed(Error error) = 0;
  virtual void on_updated(uint64_t token, Result<void> result) = 0;
  virtual void on_wake(uint64_t token) = 0;
  virtual void on_timer(MonotonicTime at, uint64_t token) = 0;
  virtual void on_cancel(uint64_t token) = 0;
};

// The host's side of cdm.h for one system: checks and copies what the module says, from whatever
// thread and at whatever moment, and hands it on as a task of the session's executor. Sessions are
// numbers; of those that are closed nothing is heard any more. Does not know the module.
class CHost {
 public:
  explicit CHost(const CdmHostOptions& options);
  CHost(const CHost&) = delete;
  CHost& operator=(const CHost&) = delete;

  // Valid as long as this object.
  [[nodiscard]] const playhead_cdm_host* table() const { return &table_; }
  // In front of its lines.
  void set_name(std::string name) { name_ = std::move(name); }

  // From now on `sink` is told, which lives until remove(). On the thread of `executor`.
  uint64_t add(Executor& executor, CSessionSink& sink);
  void remove(uint64_t session);
  // As if the module had ended that update.
  void end_update(uint64_t session, uint64_t token, Error error);

 private:
  struct Line {
    Executor* executor = nullptr;
    CSessionSink* sink = nullptr;
    std::shared_ptr<std::atomic<uint32_t>> waiting;
    std::shared_ptr<const bool> alive;  // what tasks look at
    bool is_flooded = false;            // more was said than is ever handled: it has been ended
  };
  static CHost& of(void* user) { return *static_cast<CHost*>(user); }
  void fill_table();

  // Runs `tell(sink)` on the session's executor, unless it is closed by then.
  template <typename Tell>
  Status pass(uint64_t session, Tell tell);
  template <typename Tell>
  static void post(const Line& line, Tell tell);
  // Calls `question(executor)` if there is such a session; otherwise 0.
  template <typename Question>
  auto ask(uint64_t session, Question question) -> decltype(question(std::declval<Executor&>()));
  // What broke the rules ends the session.
  Status refuse(uint64_t session, const char* why);
  bool is_on_session_thread();

  Status message(uint64_t session, const playhead_cdm_message* message);
  Status keys(uint64_t session, const playhead_cdm_key* keys, std::size_t count);
  Status failed(uint64_t session, Status status, const playhead_cdm_error* error);
  Status updated(uint64_t session, uint64_t token, Status status, const playhead_cdm_error* error);
  void log(uint32_t level, const char* line);
  // None: the store may not be asked now, or not for that.
  std::optional<std::string> store_name(const char* name);
  Status store_get(const char* name, uint8_t* buffer, std::size_t* size);
  Status store_put(const char* name, const uint8_t* record, std::size_t size);
  Status store_remove(const char* name);

  const CdmHostOptions options_;
  std::string name_;  // set before the module is started
  playhead_cdm_host table_;
  std::mutex mutex_;
  std::map<uint64_t, Line> lines_;  // under mutex_
  uint64_t next_session_ = 1;       // under mutex_
};

}  // namespace playhead::drm
