// SPDX-License-Identifier: Apache-2.0
#include "c_host.h"

#include <algorithm>
#include <utility>

#include "aes.h"
#include "c_wall.h"
#include "license_end.h"

namespace playhead::drm {
namespace {

constexpr Status kInvalid = -PLAYHEAD_CDM_INVALID_ARGUMENT;

std::optional<WallTime> time_of(int64_t wall_us) {
  if (wall_us == PLAYHEAD_CDM_NEVER) return std::nullopt;
  return within_calendar(WallTime{wall_us});
}

Result<void> result_of(Status status, const playhead_cdm_error* error, const char* what) {
  if (status == 0) return {};
  return error_of(status, error, what);
}

}  // namespace

CHost::CHost(const CdmHostOptions& options) : options_(options) { fill_table(); }

uint64_t CHost::add(Executor& executor, CSessionSink& sink) {
  const std::lock_guard lock(mutex_);
  lines_[next_session_] = {&executor, &sink, std::make_shared<std::atomic<uint32_t>>(0),
                           std::make_shared<const bool>(true)};
  return next_session_++;
}

void CHost::remove(uint64_t session) {
  const std::lock_guard lock(mutex_);
  lines_.erase(session);
}

template <typename Tell>
void CHost::post(const Line& line, Tell tell) {
  line.waiting->fetch_add(1);
  line.executor->post([sink = line.sink, waiting = line.waiting,
                       alive = std::weak_ptr<const bool>(line.alive),
                       tell = std::move(tell)]() mutable {
    waiting->fetch_sub(1);
    if (!alive.expired()) tell(*sink);
  });
}

// Posting is done under the lock: once remove() has returned, the executor may be gone.
template <typename Tell>
Status CHost::pass(uint64_t session, Tell tell) {
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(session);
  if (found == lines_.end()) return -PLAYHEAD_CDM_CLOSED;
  Line& line = found->second;
  if (line.is_flooded) return -PLAYHEAD_CDM_INVALID_STATE;
  if (line.waiting->load() < PLAYHEAD_CDM_MAX_WAITING) {
    post(line, std::move(tell));
    return 0;
  }
  line.is_flooded = true;
  post(line, [](CSessionSink& sink) {
    sink.on_failed(make_error(ErrorCode::kDrmModule, "the module says more than can be handled"));
  });
  return -PLAYHEAD_CDM_INVALID_STATE;
}

void CHost::end_update(uint64_t session, uint64_t token, Error error) {
  const std::lock_guard lock(mutex_);
  post(lines_.at(session), [token, error = std::move(error)](CSessionSink& sink) mutable {
    sink.on_updated(token, std::move(error));
  });
}

template <typename Question>
auto CHost::ask(uint64_t session, Question question)
    -> decltype(question(std::declval<Executor&>())) {
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(session);
  return found == lines_.end() ? 0 : question(*found->second.executor);
}

Status CHost::refuse(uint64_t session, const char* why) {
  const Status passed = pass(session, [error = make_error(ErrorCode::kDrmModule, why)](
                                          CSessionSink& sink) { sink.on_failed(error); });
  return passed != 0 ? passed : kInvalid;
}

Status CHost::message(uint64_t session, const playhead_cdm_message* message) {
  if (message == nullptr) return refuse(session, "the module sends no message");
  const auto said = c_copied(message);
  const auto type = message_type_of(said.type);
  if (!type) return 0;
  if (said.challenge_size > PLAYHEAD_CDM_MAX_MESSAGE) {
    return refuse(session, "the module's licence request is too large");
  }
  if (said.challenge == nullptr && said.challenge_size != 0) {
    return refuse(session, "the module's licence request has no bytes");
  }
  const auto url = c_text(said.url == nullptr ? "" : said.url, PLAYHEAD_CDM_MAX_URL);
  if (!url) return refuse(session, "the URL of the module's message is too long");
  std::vector<uint8_t> bytes;
  if (said.challenge_size != 0) {
    bytes.assign(said.challenge, said.challenge + said.challenge_size);
  }
  return pass(session, [told = DrmMessage{*type, SharedBytes(std::move(bytes)), std::string(*url)}](
                           CSessionSink& sink) mutable { sink.on_message(std::move(told)); });
}

Status CHost::keys(uint64_t session, const playhead_cdm_key* keys, std::size_t count) {
  if (count > PLAYHEAD_CDM_MAX_KEYS) return refuse(session, "the module has too many keys");
  if (keys == nullptr && count != 0) return refuse(session, "the module's list of keys is missing");
  std::vector<KeyInfo> told(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy(std::begin(keys[i].id), std::end(keys[i].id), told[i].id.begin());
    told[i].status = key_status_of(keys[i].status);
  }
  return pass(session, [told = std::move(told)](CSessionSink& sink) mutable {
    sink.on_keys(std::move(told));
  });
}

Status CHost::failed(uint64_t session, Status status, const playhead_cdm_error* error) {
  return pass(session, [told = error_of(status, error, "session")](CSessionSink& sink) mutable {
    sink.on_failed(std::move(told));
  });
}

Status CHost::updated(uint64_t session, uint64_t token, Status status,
                      const playhead_cdm_error* error) {
  return pass(session,
              [token, told = result_of(status, error, "update()")](CSessionSink& sink) mutable {
                sink.on_updated(token, std::move(told));
              });
}

void CHost::log(uint32_t level, const char* line) {
  if (options_.log == nullptr || line == nullptr) return;
  // As long as an error's text; what is longer is cut there.
  auto said = c_sized<playhead_cdm_error>();
  const void* end = std::memchr(line, 0, sizeof(said.message) - 1);
  const std::size_t size = end == nullptr
                               ? sizeof(said.message) - 1
                               : static_cast<std::size_t>(static_cast<const char*>(end) - line);
  std::memcpy(said.message, line, size);
  if (size == 0) return;
  const Error plain = error_of(-PLAYHEAD_CDM_MODULE, &said, "log()");
  options_.log->log(log_level_of(level), "drm", name_ + ": " + plain.context);
}

// LicenseStore is for sessions' threads alone.
bool CHost::is_on_session_thread() {
  const std::lock_guard lock(mutex_);
  return std::any_of(lines_.begin(), lines_.end(),
                     [](const auto& line) { return line.second.executor->is_current(); });
}

std::optional<std::string> CHost::store_name(const char* name) {
  const auto text = c_text(name, PLAYHEAD_CDM_MAX_NAME);
  if (!text || text->empty() || !is_on_session_thread()) return std::nullopt;
  return std::string(*text);
}

Status CHost::store_get(const char* name, uint8_t* buffer, std::size_t* size) {
  const auto id = store_name(name);
  if (!id || size == nullptr || (buffer == nullptr && *size != 0)) return kInvalid;
  Result<std::vector<uint8_t>> record = options_.store->get(*id);
  if (!record) return status_of(record.error());
  const std::size_t room = std::exchange(*size, record->size());
  const bool fits = record->size() <= room;
  if (fits) std::copy(record->begin(), record->end(), buffer);
  wipe(*record);
  return fits ? 0 : -PLAYHEAD_CDM_BUFFER_TOO_SMALL;
}

Status CHost::store_put(const char* name, const uint8_t* record, std::size_t size) {
  const auto id = store_name(name);
  if (!id || (record == nullptr && size != 0) || size > PLAYHEAD_CDM_MAX_MESSAGE) return kInvalid;
  const Result<void> kept = options_.store->put(*id, ByteView(record, size));
  return kept ? 0 : status_of(kept.error());
}

Status CHost::store_remove(const char* name) {
  const auto id = store_name(name);
  if (!id) return kInvalid;
  const Result<void> removed = options_.store->remove(*id);
  return removed ? 0 : status_of(removed.error());
}

void CHost::fill_table() {
  table_ = c_sized<playhead_cdm_host>();
  table_.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  table_.user = this;
  fill_slot(table_.message, [](void* user, uint64_t session, const playhead_cdm_message* message) {
    return of(user).message(session, message);
  });
  fill_slot(table_.keys, [](void* user, uint64_t session, const playhead_cdm_key* keys,
                            std::size_t count) { return of(user).keys(session, keys, count); });
  fill_slot(table_.expiration, [](void* user, uint64_t session, int64_t wall_us) {
    return of(user).pass(session,
                         [at = time_of(wall_us)](CSessionSink& sink) { sink.on_expiration(at); });
  });
  fill_slot(table_.failed,
            [](void* user, uint64_t session, Status status, const playhead_cdm_error* error) {
              return of(user).failed(session, status, error);
            });
  fill_slot(table_.updated, [](void* user, uint64_t session, uint64_t token, Status status,
                               const playhead_cdm_error* error) {
    return of(user).updated(session, token, status, error);
  });
  fill_slot(table_.post, [](void* user, uint64_t session, uint64_t token) {
    return of(user).pass(session, [token](CSessionSink& sink) { sink.on_wake(token); });
  });
  fill_slot(table_.post_at, [](void* user, uint64_t session, int64_t at_us, uint64_t token) {
    return of(user).pass(session,
                         [at_us, token](CSessionSink& sink) { sink.on_timer({at_us}, token); });
  });
  fill_slot(table_.cancel, [](void* user, uint64_t session, uint64_t token) {
    return of(user).pass(session, [token](CSessionSink& sink) { sink.on_cancel(token); });
  });
  fill_slot(table_.now_us, [](void* user, uint64_t session) {
    return of(user).ask(session, [](Executor& executor) { return executor.now().us; });
  });
  fill_slot(table_.wall_now_us, [](void* user, uint64_t session) {
    return of(user).ask(session, [](Executor& executor) { return executor.wall_now().us; });
  });
  fill_slot(table_.random, [](void* user, uint64_t session) {
    return of(user).ask(session, [](Executor& executor) -> uint64_t {
      return executor.is_current() ? executor.random() : 0;
    });
  });
  table_.is_current = [](void* user, uint64_t session) {
    return of(user).ask(session, [](Executor& executor) { return int32_t{executor.is_current()}; });
  };
  fill_slot(table_.output_protection, [](void* user) {
    const auto& output = of(user).options_.output;
    return c_output(output ? output() : OutputProtection::kUnknown);
  });
  fill_slot(table_.log,
            [](void* user, uint32_t level, const char* line) { of(user).log(level, line); });
  if (options_.store == nullptr) return;
  fill_slot(table_.store_get, [](void* user, const char* name, uint8_t* buffer, std::size_t* size) {
    return of(user).store_get(name, buffer, size);
  });
  fill_slot(table_.store_put,
            [](void* user, const char* name, const uint8_t* record, std::size_t size) {
              return of(user).store_put(name, record, size);
            });
  fill_slot(table_.store_remove,
            [](void* user, const char* name) { return of(user).store_remove(name); });
}

}  // namespace playhead::drm
