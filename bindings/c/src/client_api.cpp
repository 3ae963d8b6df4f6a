// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <string_view>
#include <utility>

#include "app_backend.h"
#include "drm_setup.h"
#include "guard.h"
#include "handles.h"
#include "interceptor_adapter.h"
#include "storage_adapter.h"
#include "taken_download.h"
#include "transport_adapter.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(LogLevel::kError) == PLAYHEAD_LOG_ERROR);
static_assert(static_cast<int>(LogLevel::kWarning) == PLAYHEAD_LOG_WARNING);
static_assert(static_cast<int>(LogLevel::kInfo) == PLAYHEAD_LOG_INFO);
static_assert(static_cast<int>(LogLevel::kDebug) == PLAYHEAD_LOG_DEBUG);

static_assert(static_cast<int>(PlaybackStart::kStream) == PLAYHEAD_START_STREAM);
static_assert(static_cast<int>(PlaybackStart::kSession) == PLAYHEAD_START_SESSION);

// Longest wait of playhead_client_flush, milliseconds (chosen: an app that quits waits seconds).
constexpr int32_t kMaxFlushMs = 60'000;

class CLogSink final : public LogSink {
 public:
  explicit CLogSink(SharedTable<playhead_log_sink> table) : table_(std::move(table)) {}

  void log(LogLevel level, std::string_view module, std::string_view message) override {
    const InAppCall inside(AppCall::kLog);
    guard_void([&] {
      (*table_)->log((*table_)->user, static_cast<int32_t>(level), std::string(module).c_str(),
                     std::string(message).c_str());
    });
  }

 private:
  SharedTable<playhead_log_sink> table_;
};

TokenProvider make_token_provider(const SharedTable<playhead_token_provider>& table) {
  if (table == nullptr) return nullptr;
  return [table](bool refresh, UniqueFunction<void(Result<std::string>)> done) {
    auto* request = make_handle(std::make_unique<playhead_token_request>(refresh, std::move(done)));
    const InAppCall inside(AppCall::kTold);
    const bool has_returned =
        tell_app([&] { (*table)->request_token((*table)->user, refresh ? 1 : 0, request); });
    // Whoever throws has none; if it has answered before, this does nothing.
    if (!has_returned) playhead_token_request_answer(request, nullptr);
  };
}

// One host a line, its keys after it.
std::vector<PinnedHost> read_pins(const char* text) {
  std::vector<PinnedHost> pins;
  std::istringstream lines(text_or_empty(text));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    PinnedHost pin;
    if (!(words >> pin.host)) continue;
    for (std::string key; words >> key;) pin.keys.push_back(key);
    pins.push_back(std::move(pin));
  }
  return pins;
}

// Errors: kInvalidArgument: numbers that stand for nothing, lists that are too long.
Result<ServiceConfig> read_service(const playhead_service_config* theirs) {
  ServiceConfig to;
  if (theirs == nullptr) return to;
  playhead_service_config from{};
  const bool is_good = read_struct(theirs, from) && from.start >= PLAYHEAD_START_STREAM &&
                       from.start <= PLAYHEAD_START_SESSION &&
                       from.device_type >= PLAYHEAD_DEVICE_OTHER &&
                       from.device_type <= PLAYHEAD_DEVICE_CONSOLE;
  if (!is_good) return make_error(ErrorCode::kInvalidArgument, "the service's settings");
  to.start = static_cast<PlaybackStart>(from.start);
  to.device.id = text_or_empty(from.device_id);
  to.device.type = static_cast<DeviceType>(from.device_type);
  PLAYHEAD_TRY(to.device.formats, read_words(from.formats));
  PLAYHEAD_TRY(to.device.codecs, read_words(from.codecs));
  PLAYHEAD_TRY(to.device.drm, read_words(from.drm));
  to.reports_events = from.reports_events != 0;
  to.heartbeat = Duration{from.heartbeat_us};
  return to;
}

// A table of callbacks as it was given: adopted, whatever it holds.
template <typename Table>
struct Given {
  explicit Given(const Table* theirs)
      : is_there(theirs != nullptr), table(CallbackTable<Table>::adopt(theirs)) {}
  // There is none, or it has its required callbacks.
  template <typename Check>
  [[nodiscard]] bool is_good(Check&& check) const {
    return !is_there || (table != nullptr && check(*table->operator->()));
  }
  const bool is_there;
  const SharedTable<Table> table;
};

// What stands in for what the library makes by itself.
struct GivenWorld {
  explicit GivenWorld(const playhead_client_config& config)
      : transport(config.transport), store(config.store), clock(config.clock) {}
  [[nodiscard]] bool is_good(const playhead_client_config& config) const {
    const auto complete = [](const auto& table) { return is_complete(table); };
    const auto is_set = [](const char* text) { return text != nullptr && *text != '\0'; };
    if (transport.is_there && (is_set(config.proxy) || is_set(config.pins))) return false;
    if (store.is_there && is_set(config.storage_path)) return false;
    return transport.is_good(complete) && store.is_good(complete) && clock.is_good(complete);
  }
  [[nodiscard]] ClientDependencies make() const {
    ClientDependencies made;
    if (transport.is_there) made.transport = make_c_transport(transport.table);
    if (store.is_there) made.store = make_c_store(store.table);
    if (clock.is_there) made.clock = std::make_shared<CClock>(clock.table);
    return made;
  }

  const Given<playhead_transport> transport;
  const Given<playhead_store> store;
  const Given<playhead_clock> clock;
};

// The tables are taken first, so that each is given back whatever fails afterwards.
playhead_status create_client(const playhead_client_config* theirs, playhead_client** out_client) {
  playhead_client_config config{};
  if (!read_struct(theirs, config)) return status_of(ErrorCode::kInvalidArgument);
  const Given<playhead_log_sink> log_sink(config.log_sink);
  const Given<playhead_token_provider> tokens(config.token_provider);
  const Given<playhead_request_interceptor> interceptor(config.interceptor);
  const GivenWorld world(config);
  const Given<playhead_decoders> decoders(config.decoders);
  const bool log_is_good = log_sink.is_good([](const auto& table) { return table.log != nullptr; });
  const std::shared_ptr<LogSink> log =
      log_sink.is_there && log_is_good ? std::make_shared<CLogSink>(log_sink.table) : nullptr;
  auto drm = make_drm_config(config.drm, log);
  if (is_refused(AppCall::kLog)) return status_of(ErrorCode::kInvalidState);
  if (config.header_version >> 16 != PLAYHEAD_VERSION_MAJOR || config.header_version == 0) {
    return status_of(ErrorCode::kVersionMismatch);
  }
  const bool tables_are_good =
      log_is_good && world.is_good(config) &&
      tokens.is_good([](const auto& table) { return table.request_token != nullptr; }) &&
      interceptor.is_good([](const auto& table) { return table.on_request != nullptr; }) &&
      decoders.is_good([](const auto& table) { return is_complete(table); });
  if (out_client == nullptr || !tables_are_good) return status_of(ErrorCode::kInvalidArgument);

  ClientConfig ours;
  ours.storage_path = text_or_empty(config.storage_path);
  ours.account_id = text_or_empty(config.account_id);
  ours.api_url = text_or_empty(config.api_url);
  if (config.user_agent != nullptr) ours.user_agent = config.user_agent;
  ours.proxy = text_or_empty(config.proxy);
  ours.pins = read_pins(config.pins);
  ours.recording_path = text_or_empty(config.recording_path);
  if (config.recording_max_bytes != 0) ours.recording_max_bytes = config.recording_max_bytes;
  if (config.max_media_bytes != 0) ours.max_media_bytes = config.max_media_bytes;
  ours.token_provider = make_token_provider(tokens.table);
  ours.log = log;
  if (interceptor.is_there) ours.interceptor = std::make_shared<CInterceptor>(interceptor.table);

  auto handle = std::make_unique<playhead_client>();
  handle->log = ours.log;
  const auto refuse = [&log = handle->log](const Error& error) {
    if (log) log->log(LogLevel::kError, "capi", describe(error));
    return status_of(error.code);
  };
  if (!drm) return refuse(drm.error());
  auto service = read_service(config.service);
  if (!service) return refuse(service.error());
  ours.service = *std::move(service);
  ours.drm = *std::move(drm);
  ClientDependencies dependencies = world.make();
  if (decoders.table != nullptr) {
    dependencies.backend = make_app_backend(decoders.table, make_default_backend(), log);
  }
  auto client = Client::create(std::move(ours), std::move(dependencies));
  if (!client) return refuse(client.error());
  handle->client = *std::move(client);
  *out_client = make_handle(std::move(handle));
  return PLAYHEAD_OK;
}

// What the waiting thread and the client's thread share; either may be the last.
struct FlushResult {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_done = false;
  bool nothing_left = false;
};

playhead_status flush_client(playhead_client& handle, std::chrono::milliseconds limit) {
  const auto result = std::make_shared<FlushResult>();
  handle.client->flush(limit, [result](bool nothing_left) {
    const std::lock_guard lock(result->mutex);
    result->is_done = true;
    result->nothing_left = nothing_left;
    result->changed.notify_all();
  });
  std::unique_lock lock(result->mutex);
  result->changed.wait_for(lock, limit, [&] { return result->is_done; });
  return result->nothing_left ? PLAYHEAD_OK : status_of(ErrorCode::kTimedOut);
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::contain;
using playhead::capi::guard;
using playhead::capi::guard_end;
using playhead::capi::guard_void;
using playhead::capi::Pinned;
using playhead::capi::status_of;

void playhead_token_request_answer(playhead_token_request* request, const char* token) noexcept {
  guard_void([&] {
    const auto owned = Pinned<playhead_token_request>::take(request);
    if (!owned || !owned->done) return;
    if (token != nullptr && *token != '\0') {
      owned->done(std::string(token));
    } else {
      owned->done(playhead::make_error(ErrorCode::kUnauthorized, owned->is_refresh
                                                                     ? "the app has no newer one"
                                                                     : "the app has none"));
    }
  });
}

playhead_status playhead_client_create(const playhead_client_config* config,
                                       playhead_client** out_client) noexcept {
  if (out_client != nullptr) *out_client = nullptr;
  return contain([&] { return playhead::capi::create_client(config, out_client); });
}

void playhead_client_destroy(playhead_client* client) noexcept {
  guard_end([&] { static_cast<void>(Pinned<playhead_client>::take(client)); });
}

playhead_status playhead_client_set_network(playhead_client* client, const char* id) noexcept {
  return guard([&] {
    const Pinned pinned(client);
    if (!pinned) return pinned.status();
    const auto set = pinned->client->set_network(playhead::capi::text_or_empty(id));
    return set ? PLAYHEAD_OK : status_of(set.error().code);
  });
}

playhead_status playhead_client_flush(playhead_client* client, int32_t timeout_ms) noexcept {
  return guard([&] {
    const Pinned pinned(client);
    if (!pinned) return pinned.status();
    const int32_t limit = std::clamp(timeout_ms, 0, playhead::capi::kMaxFlushMs);
    return playhead::capi::flush_client(*pinned, std::chrono::milliseconds(limit));
  });
}

playhead_status playhead_client_network_changed(playhead_client* client,
                                                int32_t is_online) noexcept {
  return guard([&] {
    const Pinned pinned(client);
    if (!pinned) return pinned.status();
    if (is_online != 0 && is_online != 1) return status_of(ErrorCode::kInvalidArgument);
    pinned->client->network_changed(is_online == 1);
    return playhead_status{PLAYHEAD_OK};
  });
}

playhead_status playhead_client_low_memory(playhead_client* client) noexcept {
  return guard([&] {
    const Pinned pinned(client);
    if (!pinned) return pinned.status();
    pinned->client->low_memory();
    return playhead_status{PLAYHEAD_OK};
  });
}
