// SPDX-License-Identifier: Apache-2.0
#include "c_session.h"

#include <utility>

namespace playhead::drm {
namespace {

// Answers that a module has not yet made up its mind about. Chosen: one is usual.
constexpr std::size_t kMaxUpdates = 16;

Error thrown(const char* what) {
  return make_error(ErrorCode::kDrmModule,
                    std::string("an exception came out of the module's ") + what);
}

}  // namespace

CSession::CSession(std::shared_ptr<CCore> core, Executor& executor, DrmSessionListener& listener)
    : core_(std::move(core)), executor_(executor), listener_(listener) {
  number_ = core_->host.add(executor_, *this);
}

Result<std::unique_ptr<DrmSession>> CSession::open(std::shared_ptr<CCore> core, SessionKind kind,
                                                   Executor& executor,
                                                   DrmSessionListener& listener) {
  std::unique_ptr<CSession> session(new CSession(std::move(core), executor, listener));
  const playhead_cdm_system& table = session->table();
  auto error = c_sized<playhead_cdm_error>();
  playhead_cdm_session* opened = nullptr;
  const Status status =
      call_slot(table.open_session, table.user, session->number_, c_kind(kind), &opened, &error);
  if (status != 0) return error_of(status, &error, "open_session()");
  if (opened == nullptr) {
    return make_error(ErrorCode::kDrmModule, "the module opens a session that is none");
  }
  if (!session->take(opened)) {
    return make_error(ErrorCode::kDrmModule, "the module opens a session that is open already");
  }
  return std::unique_ptr<DrmSession>(std::move(session));
}

bool CSession::take(playhead_cdm_session* opened) {
  const std::lock_guard lock(core_->mutex);
  if (!core_->open_sessions.insert(opened).second) return false;
  session_ = opened;
  return true;
}

// First nothing is heard any more, so that what the module says while it closes is refused.
CSession::~CSession() {
  core_->host.remove(number_);
  timers_.clear();
  if (session_ == nullptr) return;
  {
    const std::lock_guard lock(core_->mutex);
    core_->open_sessions.erase(session_);
  }
  call_slot(table().close, session_);
}

template <typename Function, typename... Arguments>
Result<void> CSession::run(Function function, const char* what, Arguments... arguments) {
  if (is_over_) return make_error(ErrorCode::kInvalidState, "the session has failed");
  if (function == nullptr) {
    return make_error(ErrorCode::kInvalidState,
                      "the DRM module has no function " + std::string(what));
  }
  auto error = c_sized<playhead_cdm_error>();
  const Status status = call_slot(function, session_, arguments..., &error);
  if (status != 0) return error_of(status, &error, what);
  return {};
}

Result<void> CSession::request(const InitData& init) {
  return run(table().request, "request()", c_init_type(init.type), init.bytes.data(),
             init.bytes.size());
}

Result<void> CSession::restore(const std::string& persistent_id) {
  if (persistent_id.size() > PLAYHEAD_CDM_MAX_NAME ||
      persistent_id.find('\0') != std::string::npos) {
    return make_error(ErrorCode::kDrmNoLicense, "no licence has such a name");
  }
  return run(table().restore, "restore()", persistent_id.c_str());
}

void CSession::update(SharedBytes response, Done done) {
  Result<void> taken;
  if (is_over_) taken = make_error(ErrorCode::kInvalidState, "the session has failed");
  if (updates_.size() >= kMaxUpdates) {
    taken = make_error(ErrorCode::kInvalidState, "the module has answers waiting");
  }
  if (response.size() > PLAYHEAD_CDM_MAX_MESSAGE) {
    taken = make_error(ErrorCode::kDrmLicense, "the licence is too large");
  }
  const uint64_t token = next_token_++;
  updates_.emplace(token, std::move(done));
  if (!taken) return core_->host.end_update(number_, token, std::move(taken).error());
  if (call_slot(table().update, session_, response.data(), response.size(), token) == 0) return;
  core_->host.end_update(number_, token, thrown("update()"));
}

Result<void> CSession::renew() {
  return run(table().renew, "renew()");
}

Result<void> CSession::release() {
  return run(table().release, "release()");
}

std::string CSession::persistent_id() const {
  if (table().persistent_id == nullptr) return "";
  char buffer[PLAYHEAD_CDM_MAX_NAME + 1] = {};
  if (call_slot(table().persistent_id, session_, buffer, sizeof(buffer)) != 0) return "";
  return std::string(c_text(buffer, PLAYHEAD_CDM_MAX_NAME).value_or(""));
}

void CSession::on_message(DrmMessage message) {
  if (!is_over_) listener_.on_drm_message(std::move(message));
}

void CSession::on_keys(std::vector<KeyInfo> keys) {
  if (!is_over_) listener_.on_drm_keys(std::move(keys));
}

void CSession::on_expiration(std::optional<WallTime> at) {
  if (!is_over_) listener_.on_drm_expiration(at);
}

void CSession::on_failed(Error error) {
  if (std::exchange(is_over_, true)) return;
  timers_.clear();
  listener_.on_drm_failed(std::move(error));
}

void CSession::on_updated(uint64_t token, Result<void> result) {
  const auto found = updates_.find(token);
  if (found == updates_.end()) return;
  Done done = std::move(found->second);
  updates_.erase(found);
  if (done) done(std::move(result));
}

void CSession::on_wake(uint64_t token) {
  if (is_over_ || table().wake == nullptr) return;
  if (call_slot(table().wake, session_, token) != 0) on_failed(thrown("wake()"));
}

void CSession::on_timer(MonotonicTime at, uint64_t token) {
  if (is_over_) return;
  timers_.erase(token);
  if (timers_.size() >= PLAYHEAD_CDM_MAX_TIMERS) {
    return on_failed(make_error(ErrorCode::kDrmModule, "the module has too many timers"));
  }
  timers_[token] = executor_.post_at(at, [this, token] {
    timers_.erase(token);
    on_wake(token);
  });
}

void CSession::on_cancel(uint64_t token) { timers_.erase(token); }

}  // namespace playhead::drm
