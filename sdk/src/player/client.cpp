// SPDX-License-Identifier: Apache-2.0
#include "playhead/client.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/calendar_clock.h"
#include "base/log.h"
#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "base/url.h"
#include "base/volatile_store.h"
#include "net/http_transport.h"
#include "net/intercepting_transport.h"
#include "player/client_impl.h"
#include "player/license_returns.h"
#include "player/run_at_end.h"
#include "recorder/call_text.h"
#include "recorder/recording_library.h"
#include "recorder/recording_media.h"
#include "recorder/recording_store.h"
#include "recorder/recording_transport.h"
#include "session/account_store.h"
#include "session/after_drains.h"

namespace playhead {

std::vector<TrackKind> Client::Impl::secure_decoders() const {
  std::vector<TrackKind> kinds;
  if (drm.systems.empty()) return kinds;
  for (const TrackKind kind : {TrackKind::kVideo, TrackKind::kAudio}) {
    if (backend->has_secure_decoder(kind)) kinds.push_back(kind);
  }
  return kinds;
}

CancelHandle Client::Impl::watch(UniqueFunction<void(ClientNews)> watcher) {
  return watchers_.add(std::move(watcher));
}

void Client::Impl::tell(ClientNews news) {
  const std::lock_guard lock(news_mutex_);
  if (news == ClientNews::kOnline) is_online_ = true;
  if (news == ClientNews::kOffline) is_online_ = false;
  watchers_.tell(news);
}

void Client::Impl::on_low_memory() {
  plans->clear();
  tell(ClientNews::kLowMemory);
}

void Client::Impl::on_network(bool is_online) {
  health->forget();
  transport->network_changed();
  tell(is_online ? ClientNews::kOnline : ClientNews::kOffline);
  // What the outbox holds need not wait for its next attempt.
  constexpr Duration kDrain = 30s;
  if (is_online) drain(kDrain, [](bool) {});
}

CancelHandle Client::Impl::watch_flush(UniqueFunction<void(std::shared_ptr<void>)> saver) {
  return savers_.add(std::move(saver));
}

void Client::Impl::flush(Duration limit, UniqueFunction<void(bool)> done) {
  if (!outbox) return drain(limit, std::move(done));
  const auto told = std::make_shared<UniqueFunction<void(bool)>>(std::move(done));
  const auto deliver = [this, weak = std::weak_ptr<int>(alive_), limit, told] {
    if (!weak.expired()) drain(limit, std::move(*told));
  };
  // Each player lets go of it when its position is in the outbox: then that can be delivered.
  const std::shared_ptr<void> all_saved(
      nullptr, [executor = executor, deliver](std::nullptr_t) { executor->post(deliver); });
  savers_.tell(all_saved);
}

void Client::Impl::drain(Duration patience, UniqueFunction<void(bool)> done) {
  CmcdCollector* collector = nullptr;
  {
    const std::lock_guard lock(collector_mutex_);
    collector = collector_.get();
  }
  const int count =
      (outbox ? 1 : 0) + (telemetry ? 1 : 0) + (releases ? 1 : 0) + (collector != nullptr ? 1 : 0);
  if (count == 0) {
    return executor->post([done = std::move(done)]() mutable { done(true); });
  }
  const auto answer = after_drains(count, std::move(done));
  if (outbox) outbox->drain(patience, answer);
  if (telemetry) telemetry->drain(patience, answer);
  if (releases) releases->drain(patience, answer);
  // Measurements: what a collector does not take is nothing to wait for.
  if (collector != nullptr) collector->drain(patience, [answer]() mutable { answer(true); });
}

Executor& Client::Impl::notifier() {
  const std::lock_guard lock(notifier_mutex_);
  if (!notifier_) notifier_ = std::make_shared<ThreadExecutor>("playhead-wakeup");
  return *notifier_;
}

void Client::Impl::set_notifier(std::shared_ptr<Executor> notifier) {
  const std::lock_guard lock(notifier_mutex_);
  notifier_ = std::move(notifier);
}

CmcdCollector& Client::Impl::cmcd_collector() {
  const std::lock_guard lock(collector_mutex_);
  if (!collector_) collector_ = std::make_unique<CmcdCollector>(*transport, *executor);
  return *collector_;
}

bool Client::Impl::is_online() {
  const std::lock_guard lock(news_mutex_);
  return is_online_;
}

void Client::Impl::set_library(std::shared_ptr<OfflineLibrary> library) {
  if (library && recording) {
    library = std::make_shared<recorder::RecordingLibrary>(std::move(library), recording);
  }
  const auto set = [&] {
    const std::lock_guard lock(library_mutex_);
    library_.swap(library);
  };
  if (!recording) return set();
  recording->run_call(
      [is_there = library != nullptr] { return recorder::Fields("library").flag(is_there).take(); },
      set);
}

std::shared_ptr<OfflineLibrary> Client::Impl::library() {
  const std::lock_guard lock(library_mutex_);
  return library_;
}

PlaySource Client::Impl::settled(PlaySource source) const {
  const bool is_of_service = api && source.download_id.empty() && !source.title_id.empty();
  if (!is_of_service) {
    source.profile_id.clear();
  } else if (source.profile_id.empty()) {
    source.profile_id = api->profile.id();
  } else {
    source.profile_id = profile_key(std::move(source.profile_id));
  }
  return source;
}

void Client::Impl::end_workers() {
  alive_.reset();
  service.reset();
  collector_.reset();
  telemetry.reset();
  releases.reset();
  outbox.reset();
}

Client::Impl::~Impl() {
  if (returns && !returns->wait()) tell_ended_executor();
  if (recording) {
    recording->run_call([] { return std::string("client-end"); },
                        [this] {
                          recording->recorder().effect("client-end");
                          returns.reset();
                          end_workers();
                        });
    return;
  }
  returns.reset();
  if (!executor || (!outbox && !releases && !collector_)) return;
  if (executor->is_current()) {
    end_workers();
    return;
  }
  // On their own thread.
  if (!run_at_end(*executor, [this] { end_workers(); })) tell_ended_executor();
}

void Client::Impl::tell_ended_executor() const {
  Logger(log.get(), "client")
      .error("the client ends after its executor, which has to be the other way round");
}

namespace {

// What happens to reports is nobody's event: playback does not depend on it. The log tells.
OutboxObserver log_to(const std::shared_ptr<LogSink>& sink) {
  const Logger logger(sink.get(), "session");
  OutboxObserver observer;
  observer.on_dropped = [sink, logger](const ProgressReport& report, const Error& error) {
    logger.error("a position of " + report.title_id + " is lost: " + describe(error));
  };
  observer.on_trouble = [sink, logger](const Error& error) {
    logger.info("a position waits: " + describe(error));
  };
  return observer;
}

Result<std::shared_ptr<Store>> open_store(const std::string& folder, const Logger& logger) {
  if (folder.empty()) return std::shared_ptr<Store>(std::make_shared<VolatileStore>());
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    return make_error(ErrorCode::kStoreIo,
                      "the storage folder " + folder + " cannot be made: " + failure.message(),
                      failure.value());
  }
  PLAYHEAD_TRY(auto store, SqliteStore::open(folder + "/playhead.db"));
  if (!store->damaged_file().empty()) {
    logger.error("the store was damaged and begins anew; the old file is " + store->damaged_file());
  }
  return std::shared_ptr<Store>(std::move(store));
}

// A pin without a backup locks every installed app out when the key has to change.
Result<void> validate_pins(const std::vector<PinnedHost>& pins) {
  constexpr std::size_t kPinBytes = 8 + 44;  // "sha256//" and the base64 of 32 bytes
  for (const PinnedHost& pin : pins) {
    const bool is_valid = !pin.host.empty() && pin.keys.size() >= 2 &&
                          std::all_of(pin.keys.begin(), pin.keys.end(), [](const std::string& key) {
                            return key.size() == kPinBytes && key.rfind("sha256//", 0) == 0 &&
                                   key.find(';') == std::string::npos;
                          });
    if (!is_valid) {
      return make_error(ErrorCode::kInvalidArgument,
                        "the pins of " + pin.host +
                            " need two keys or more, each \"sha256//\" and 44 characters");
    }
  }
  return {};
}

// Puts a recorder between the client and its world.
Result<void> record(Client::Impl& impl, const ClientConfig& config) {
  constexpr int64_t kLeastBytes = 64 << 10;
  if (config.recording_max_bytes < kLeastBytes) {
    return make_error(ErrorCode::kInvalidArgument, "recording_max_bytes is below 64 KiB");
  }
  PLAYHEAD_TRY(auto recorder,
               recorder::FlightRecorder::open(config.recording_path, config.recording_max_bytes,
                                              impl.executor->now()));
  impl.recording =
      std::make_shared<recorder::RecordingExecutor>(std::move(impl.executor), std::move(recorder));
  impl.executor = impl.recording;
  impl.transport =
      std::make_shared<recorder::RecordingTransport>(std::move(impl.transport), impl.recording);
  impl.backend =
      std::make_shared<recorder::RecordingBackend>(std::move(impl.backend), impl.recording);
  impl.store = std::make_shared<recorder::RecordingStore>(std::move(impl.store), impl.recording);
  return {};
}

Result<void> validate_service(const ServiceConfig& service) {
  const bool has_beats = service.heartbeat != Duration{0};
  if (has_beats && (service.heartbeat < 1s || service.heartbeat > 10min)) {
    return make_error(ErrorCode::kInvalidArgument, "service.heartbeat is 1 s to 10 min, or 0");
  }
  if (service.device.id.size() > kMaxIdBytes) {
    return make_error(ErrorCode::kInvalidArgument, "service.device.id has 256 bytes at most");
  }
  return {};
}

void make_telemetry(Client::Impl& impl) {
  const bool is_wanted =
      impl.service_config.reports_events || impl.service_config.heartbeat > Duration{0};
  if (!is_wanted) return;
  const Logger logger(impl.log.get(), "session");
  impl.telemetry = std::make_unique<TelemetryOutbox>(
      *impl.api, *impl.store, *impl.transport, *impl.executor,
      [sink = impl.log, logger](const Error& error, bool is_lost) {
        const std::string what = is_lost ? "a report on a play is lost: " : "a report waits: ";
        logger.info(what + describe(error));
      });
}

void make_releases(Client::Impl& impl) {
  const Logger logger(impl.log.get(), "drm");
  impl.releases = std::make_unique<ReleaseOutbox>(
      impl.drm, impl.api.get(), *impl.store, *impl.transport, *impl.executor,
      [sink = impl.log, logger](const Error& error, bool is_lost) {
        const std::string what =
            is_lost ? "a proof that keys are gone is lost: " : "a proof that keys are gone waits: ";
        logger.info(what + describe(error));
      });
}

// What works on the client's thread.
void make_workers(Client::Impl& impl, const std::string& api_url, int64_t media_bytes,
                  TokenProvider tokens) {
  impl.budget =
      std::make_unique<MediaBudget>(media_bytes, [&impl] { impl.tell(ClientNews::kMediaBytes); });
  impl.networks = std::make_unique<NetworkMemory>(*impl.store, *impl.executor);
  impl.hosts = std::make_unique<HostMemory>(*impl.store, *impl.executor);
  impl.returns = std::make_unique<LicenseReturns>(*impl.executor);
  if (!impl.drm.systems.empty()) {
    impl.drm_memory = std::make_unique<DrmMemory>(*impl.store, *impl.executor);
  }
  if (!api_url.empty()) impl.api = std::make_unique<ApiAccess>(api_url, std::move(tokens));
  make_releases(impl);
  if (!impl.api) return;
  impl.outbox = std::make_unique<Outbox>(*impl.api, *impl.store, *impl.transport, *impl.executor,
                                         log_to(impl.log));
  make_telemetry(impl);
  impl.service = std::make_unique<ServiceDesk>(*impl.api, *impl.transport, *impl.executor);
  impl.positions = std::make_unique<PositionMemory>(*impl.store, *impl.executor);
}

}  // namespace

Result<std::shared_ptr<Client>> Client::create(ClientConfig config,
                                               ClientDependencies dependencies) {
  if (auto valid = validate_pins(config.pins); !valid) return std::move(valid).error();
  if (auto valid = validate_service(config.service); !valid) return std::move(valid).error();
  if (config.account_id.size() > kMaxIdBytes) {
    return make_error(ErrorCode::kInvalidArgument, "account_id has 256 bytes at most");
  }
  if (config.max_media_bytes < MediaBudget::kLeastBytes) {
    return make_error(ErrorCode::kInvalidArgument, "max_media_bytes is below 1 MiB");
  }
  auto impl = std::make_unique<Impl>();
  impl->log = std::move(config.log);
  impl->set_notifier(std::move(dependencies.notifier));
  if (dependencies.clock) impl->clock = std::make_shared<CalendarClock>(std::move(dependencies.clock));
  impl->drm = std::move(config.drm);
  impl->service_config = std::move(config.service);
  impl->transport = std::move(dependencies.transport);
  if (!impl->transport) {
    CurlConfig curl;
    curl.user_agent = config.user_agent;
    curl.log = impl->log.get();
    curl.proxy = config.proxy;
    curl.pins = config.pins;
    impl->transport = make_http_transport(std::move(curl));
  }
  if (config.interceptor) {
    impl->transport = std::make_shared<InterceptingTransport>(std::move(impl->transport),
                                                              std::move(config.interceptor));
  }
  impl->backend = std::move(dependencies.backend);
  if (!impl->backend) impl->backend = make_default_backend();
  impl->executor = std::move(dependencies.executor);
  impl->owns_executor = !impl->executor;
  if (!impl->executor) impl->executor = std::make_shared<ThreadExecutor>("playhead-client", impl->clock);

  if (!config.api_url.empty()) {
    PLAYHEAD_TRY([[maybe_unused]] auto origin, url_origin(config.api_url));
  }
  impl->store = std::move(dependencies.store);
  if (!impl->store) {
    PLAYHEAD_TRY(impl->store, open_store(config.storage_path, Logger(impl->log.get(), "store")));
  }
  if (!config.account_id.empty()) {
    impl->store = std::make_shared<AccountStore>(std::move(impl->store), config.account_id);
  }
  if (config.recording_path.empty()) {
    make_workers(*impl, config.api_url, config.max_media_bytes, std::move(config.token_provider));
  } else {
    if (auto recorded = record(*impl, config); !recorded) return std::move(recorded).error();
    const auto describe = [&] {
      recorder::Fields call("client");
      call.text(impl->recording->recorder().redactor().url(config.api_url));
      call.flag(static_cast<bool>(config.token_provider));
      recorder::add(call, impl->service_config, impl->recording->recorder().redactor());
      call.number(config.max_media_bytes);
      return call.take();
    };
    impl->recording->run_call(describe, [&] {
      make_workers(*impl, config.api_url, config.max_media_bytes,
                   recorder::record_tokens(impl->recording, std::move(config.token_provider)));
    });
  }
  return std::shared_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() {
  const auto executor = impl_->executor;
  // In the middle of what it does there: it goes when that is over.
  const bool is_inside = impl_->owns_executor && executor->is_current();
  if (is_inside) executor->post([impl = std::move(impl_)] {});
}

Result<void> Client::set_network(std::string id) {
  if (id.size() > NetworkMemory::kMaxNameBytes) {
    return make_error(ErrorCode::kInvalidArgument, "a network's name is longer than 256 bytes");
  }
  if (!impl_->recording) {
    impl_->networks->set_network(std::move(id));
    return {};
  }
  impl_->recording->run_call(
      [&] {
        return recorder::Fields("network-name")
            .text(impl_->recording->recorder().redactor().name(id))
            .take();
      },
      [&] { impl_->networks->set_network(id); });
  return {};
}

void Client::flush(Duration limit, UniqueFunction<void(bool)> done) {
  if (!impl_->recording) return impl_->flush(limit, std::move(done));
  impl_->recording->run_call(
      [limit] { return recorder::Fields("flush").number(limit.count()).take(); },
      [&] { impl_->flush(limit, std::move(done)); });
}

void Client::network_changed(bool is_online) {
  if (!impl_->recording) return impl_->on_network(is_online);
  impl_->recording->run_call(
      [is_online] { return recorder::Fields("network").flag(is_online).take(); },
      [&] { impl_->on_network(is_online); });
}

void Client::low_memory() {
  if (!impl_->recording) return impl_->on_low_memory();
  impl_->recording->run_call([] { return recorder::Fields("low-memory").take(); },
                             [&] { impl_->on_low_memory(); });
}

}  // namespace playhead
