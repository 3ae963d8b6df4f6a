// SPDX-License-Identifier: Apache-2.0
#include "playhead/offline/download_manager.h"

#include <filesystem>
#include <mutex>
#include <system_error>
#include <type_traits>
#include <utility>

#include "base/thread_executor.h"
#include "engine/manager_impl.h"
#include "licences/drm_licence_keeper.h"
#include "player/client_impl.h"

namespace playhead {

namespace {

using offline::DownloadEngine;

// They wait for the disk more than they work. Fewer: it waits for them; more: memory.
constexpr int kDiskLanes = 4;

// Between looking for a library of the client and lending it one.
std::mutex library_mutex;  // NOLINT(cert-err58-cpp): constexpr constructor

Error has_library() {
  return make_error(ErrorCode::kInvalidState, "the client has a folder of downloads open already");
}

Error invalid(const char* why) { return make_error(ErrorCode::kInvalidArgument, why); }

Result<void> validate(const DownloadLimits& limits) {
  if (limits.parallel_titles < 1 || limits.parallel_titles > 8) {
    return invalid("parallel_titles is 1 to 8");
  }
  if (limits.parallel_segments < 1 || limits.parallel_segments > 16) {
    return invalid("parallel_segments is 1 to 16");
  }
  if (limits.quota_bytes < 0 || limits.free_space_floor < 0) {
    return invalid("quota_bytes and free_space_floor are not negative");
  }
  return {};
}

Result<void> validate(const OfflineConfig& config) {
  if (config.path.empty()) return invalid("downloads need a folder");
  auto limits = validate(DownloadLimits{config.only_unmetered, config.only_charging,
                                        config.quota_bytes, config.free_space_floor,
                                        config.parallel_titles, config.parallel_segments});
  if (!limits) return limits;
  if (config.keep_expired < Duration{0} || config.max_without_contact <= Duration{0}) {
    return invalid("keep_expired and max_without_contact are times");
  }
  return {};
}

}  // namespace

namespace offline {

void ListenerPost::send(std::function<void(DownloadListener&)> message) const {
  executor_->post([desk = desk_, message = std::move(message)] {
    const std::lock_guard lock(desk->mutex);
    if (desk->listener != nullptr) message(*desk->listener);
  });
}

void ListenerPost::changed(const DownloadStatus& status) const {
  send([status](DownloadListener& listener) { listener.on_download_changed(status); });
}

void ListenerPost::removed(const std::string& id) const {
  send([id](DownloadListener& listener) { listener.on_download_removed(id); });
}

void ListenerPost::close() const {
  const std::lock_guard lock(desk_->mutex);
  desk_->listener = nullptr;
}

}  // namespace offline

DownloadManager::Impl::Impl(std::shared_ptr<Client> client, DownloadListener* listener)
    : client_(std::move(client)), listener_(client_->impl().executor, listener) {}

Result<std::unique_ptr<DownloadManager>> DownloadManager::Impl::open(std::shared_ptr<Client> client,
                                                                     OfflineConfig config,
                                                                     DownloadListener* listener,
                                                                     offline::ManagerWorld world) {
  if (!client) return invalid("downloads need a client");
  if (auto valid = validate(config); !valid) return std::move(valid).error();
  std::error_code failure;
  const std::string root = std::filesystem::absolute(config.path, failure).string();
  if (failure) return invalid("the folder of downloads has no absolute path");
  std::unique_ptr<Impl> impl(new Impl(client, listener));
  const bool is_simulated = world.executor != nullptr;  // tests alone have one
  Client::Impl& shared = client->impl();
  if (!world.files) world.files = offline::make_file_system();
  if (!world.clock) world.clock = offline::make_system_clock_source(shared.clock);
  impl->licences_ = std::move(world.licences);
  if (!config.runs_by_itself) {
    impl->pumped_ = std::make_shared<offline::PumpedExecutor>(shared.executor);
    impl->executor_ = impl->pumped_;
  } else if (world.executor) {
    impl->executor_ = std::move(world.executor);
  } else if (shared.recording) {
    impl->executor_ = shared.executor;
  } else {
    impl->executor_ = std::make_shared<ThreadExecutor>("playhead-loads", shared.clock);
    for (int i = 0; i < kDiskLanes; ++i) {
      world.disk_lanes.push_back(std::make_shared<ThreadExecutor>("playhead-disk"));
    }
  }
  PLAYHEAD_TRY(impl->folder_,
               offline::DownloadFolder::open({root, world.files, config.device_keys, world.clock,
                                              config.start_over_when_corrupt},
                                             impl->executor_->wall_now()));
  // Before anything begins; two that open at once are told apart by open_library().
  if (shared.library()) return has_library();
  if (!impl->licences_) {
    impl->licences_ = std::make_shared<offline::DrmLicenceKeeper>(
        offline::DrmLicenceKeeper::Parts{shared.drm, shared.api.get(), *shared.transport,
                                         impl->folder_->sealer(), shared.secure_decoders()});
  }
  impl->rights_ = std::make_shared<offline::RightsBook>(*impl->folder_);
  if (auto loaded = impl->rights_->load(); !loaded) return std::move(loaded).error();
  DownloadEngine::Parts parts{
      *impl->folder_,
      *impl->rights_,
      *shared.transport,
      *shared.backend,
      *impl->executor_,
      shared.executor,
      shared.api.get(),
      impl->licences_.get(),
      std::move(world.disk_lanes),
      shared.health,
      std::move(config),
      Logger(shared.log.get(), "offline"),
      [&post = impl->listener_](const DownloadStatus& s) { post.changed(s); },
      [&post = impl->listener_](const std::string& id) { post.removed(id); }};
  impl->engine_ = std::make_shared<DownloadEngine>(std::move(parts));
  const bool is_online = shared.is_online();
  auto started = impl->run([is_online](DownloadEngine& engine) {
    engine.set_network(is_online);
    return engine.start();
  });
  if (!started) return std::move(started).error();
  impl->network_ =
      shared.watch([executor = impl->executor_.get(),
                    weak = std::weak_ptr<DownloadEngine>(impl->engine_)](ClientNews news) {
        const bool is_there = news == ClientNews::kOnline;
        if (!is_there && news != ClientNews::kOffline) return;
        executor->post([weak, is_there] {
          if (const auto engine = weak.lock()) engine->set_network(is_there);
        });
      });
  // Reading for players waits for no download; in a simulation there is one thread for all.
  auto lent = impl->open_library(is_simulated ? impl->executor_
                                              : std::make_shared<ThreadExecutor>("playhead-reads"));
  if (!lent) return std::move(lent).error();
  return std::unique_ptr<DownloadManager>(new DownloadManager(std::move(impl)));
}

Result<void> DownloadManager::Impl::open_library(std::shared_ptr<Executor> reader) {
  offline::LibraryParts parts{
      folder_->files(),
      folder_->store(),
      folder_->sealer(),
      folder_->clock(),
      [&book = *rights_](const std::string& id) { return book.get(id); },
      [executor = executor_, weak = std::weak_ptr<DownloadEngine>(engine_)](const std::string& id) {
        executor->post([weak, id] {
          if (const auto engine = weak.lock()) engine->refetch(id);
        });
      }};
  const std::lock_guard lock(library_mutex);
  if (client_->impl().library()) return has_library();
  library_ = std::make_shared<offline::OfflineLibraryImpl>(std::move(parts), std::move(reader));
  client_->impl().set_library(library_);
  return {};
}

DownloadManager::Impl::~Impl() {
  network_.reset();
  if (library_) {
    client_->impl().set_library(nullptr);
    library_->close();
  }
  listener_.close();
  if (!engine_) return;
  run([](DownloadEngine& engine) { engine.stop(); });
  // It ends where it lived.
  std::promise<void> ended;
  auto end = [&] {
    engine_.reset();
    ended.set_value();
  };
  if (pumped_) {
    pumped_->run(end);
  } else if (executor_->is_current()) {
    end();
  } else {
    executor_->post(end);
  }
  ended.get_future().wait();
}

bool DownloadManager::Impl::pump(Duration slice) {
  if (!pumped_) return false;
  pumped_->pump(slice, [this](MonotonicTime end) { return engine_->has_work(end); });
  const MonotonicTime next = pumped_->now() + slice;
  return run([next](const DownloadEngine& engine) { return engine.has_work(next); });
}

Result<std::unique_ptr<DownloadManager>> DownloadManager::open(std::shared_ptr<Client> client,
                                                               OfflineConfig config,
                                                               DownloadListener* listener) {
  return Impl::open(std::move(client), std::move(config), listener, {});
}

DownloadManager::DownloadManager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DownloadManager::~DownloadManager() = default;

Result<std::string> DownloadManager::add(const DownloadRequest& request) {
  return impl_->run([&](DownloadEngine& engine) { return engine.add(request); });
}
Result<void> DownloadManager::pause(const std::string& id) {
  return impl_->run([&](DownloadEngine& engine) { return engine.pause(id); });
}
Result<void> DownloadManager::resume(const std::string& id) {
  return impl_->run([&](DownloadEngine& engine) { return engine.resume(id); });
}
Result<void> DownloadManager::remove(const std::string& id) {
  return impl_->run([&](DownloadEngine& engine) { return engine.remove(id); });
}
Result<void> DownloadManager::set_priority(const std::string& id, int priority) {
  return impl_->run([&](DownloadEngine& engine) { return engine.set_priority(id, priority); });
}
Result<void> DownloadManager::renew(const std::string& id) {
  return impl_->run([&](DownloadEngine& engine) { return engine.renew(id); });
}
Result<void> DownloadManager::verify(const std::string& id) {
  return impl_->run([&](DownloadEngine& engine) { return engine.verify(id); });
}
Result<void> DownloadManager::pause_all() {
  return impl_->run([](DownloadEngine& engine) { return engine.pause_all(); });
}
Result<void> DownloadManager::resume_all() {
  return impl_->run([](DownloadEngine& engine) { return engine.resume_all(); });
}
Result<void> DownloadManager::remove_all() {
  return impl_->run([](DownloadEngine& engine) { return engine.remove_all(); });
}
void DownloadManager::set_conditions(const DownloadConditions& conditions) {
  impl_->run([&](DownloadEngine& engine) { engine.set_conditions(conditions); });
}
Result<void> DownloadManager::set_limits(const DownloadLimits& limits) {
  if (auto valid = validate(limits); !valid) return valid;
  impl_->run([&](DownloadEngine& engine) { engine.set_limits(limits); });
  return {};
}
Result<std::vector<DownloadStatus>> DownloadManager::list() const {
  return impl_->run([](DownloadEngine& engine) { return engine.list(); });
}
Result<DownloadStatus> DownloadManager::find(const std::string& id) const {
  return impl_->run([&](DownloadEngine& engine) { return engine.find(id); });
}
bool DownloadManager::pump(Duration slice) { return impl_->pump(slice); }

}  // namespace playhead
