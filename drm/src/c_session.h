// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "c_host.h"
#include "c_wall.h"

namespace playhead::drm {

// One system behind a table; lives as long as the last of system, sessions and decryptor.
struct CCore {
  CCore(const CdmHostOptions& options, std::shared_ptr<const void> code)
      : library(std::move(code)), host(options) {}
  ~CCore() {
    if (table.destroy != nullptr) call_slot(table.destroy, table.user);
  }
  CCore(const CCore&) = delete;
  CCore& operator=(const CCore&) = delete;

  const std::shared_ptr<const void> library;  // first: unloaded last
  playhead_cdm_system table = {};
  std::string name;
  std::vector<KeyId> system_ids;
  std::vector<std::string> key_formats;
  CHost host;
  std::mutex mutex;
  std::set<playhead_cdm_session*> open_sessions;  // under mutex
};

// A session behind a table, on the thread of its executor.
class CSession final : public DrmSession, private CSessionSink {
 public:
  static Result<std::unique_ptr<DrmSession>> open(std::shared_ptr<CCore> core, SessionKind kind,
                                                  Executor& executor, DrmSessionListener& listener);
  ~CSession() override;

  Result<void> request(const InitData& init) override;
  Result<void> restore(const std::string& persistent_id) override;
  void update(SharedBytes response, UniqueFunction<void(Result<void>)> done) override;
  Result<void> renew() override;
  Result<void> release() override;
  [[nodiscard]] std::string persistent_id() const override;

 private:
  using Done = UniqueFunction<void(Result<void>)>;

  CSession(std::shared_ptr<CCore> core, Executor& executor, DrmSessionListener& listener);

  void on_message(DrmMessage message) override;
  void on_keys(std::vector<KeyInfo> keys) override;
  void on_expiration(std::optional<WallTime> at) override;
  void on_failed(Error error) override;
  void on_updated(uint64_t token, Result<void> result) override;
  void on_wake(uint64_t token) override;
  void on_timer(MonotonicTime at, uint64_t token) override;
  void on_cancel(uint64_t token) override;

  // False: it is somebody else's, and must not be closed twice.
  bool take(playhead_cdm_session* opened);
  [[nodiscard]] const playhead_cdm_system& table() const { return core_->table; }
  // Calls an optional function with the session, `arguments` and an error.
  template <typename Function, typename... Arguments>
  Result<void> run(Function function, const char* what, Arguments... arguments);

  const std::shared_ptr<CCore> core_;
  Executor& executor_;
  DrmSessionListener& listener_;
  uint64_t number_ = 0;                      // what the module calls it
  playhead_cdm_session* session_ = nullptr;  // null: not opened
  bool is_over_ = false;                     // it has failed
  uint64_t next_token_ = 1;
  std::map<uint64_t, Done> updates_;
  std::map<uint64_t, CancelHandle> timers_;
};

}  // namespace playhead::drm
