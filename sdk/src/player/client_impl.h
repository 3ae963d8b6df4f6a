// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/watchers.h"
#include "net/host_health.h"
#include "player/drm_memory.h"
#include "player/host_memory.h"
#include "player/media_budget.h"
#include "player/network_memory.h"
#include "playhead/abr/plan_cache.h"
#include "playhead/client.h"
#include "playhead/drm_config.h"
#include "playhead/events.h"
#include "playhead/media.h"
#include "playhead/offline_title.h"
#include "recorder/recording_executor.h"
#include "session/api_access.h"
#include "session/cmcd_collector.h"
#include "session/outbox.h"
#include "session/position_memory.h"
#include "session/release_outbox.h"
#include "session/service_desk.h"
#include "session/telemetry_outbox.h"

namespace playhead {

class LicenseReturns;

// What concerns everybody who works for a client.
enum class ClientNews : uint8_t { kOnline, kOffline, kLowMemory, kMediaBytes };

// The parts of a Client that its players use.
class Client::Impl {
 public:
  ~Impl();

  std::shared_ptr<LogSink> log;
  std::shared_ptr<Executor> executor;
  bool owns_executor = false;  // nothing but the library runs on it
  // The same, when the client is recorded; else null. Players then run on it as well.
  std::shared_ptr<recorder::RecordingExecutor> recording;
  std::shared_ptr<Transport> transport;
  std::shared_ptr<Store> store;
  std::shared_ptr<const WallClock> clock;  // the app's; may be null
  std::shared_ptr<MediaBackend> backend;
  // With the profile it is played for.
  [[nodiscard]] PlaySource settled(PlaySource source) const;

  // Where wake-ups run; made when the first is set. Any thread.
  [[nodiscard]] Executor& notifier();
  void set_notifier(std::shared_ptr<Executor> notifier);
  // Hears what players tell while they end, when nobody can read it any more; null: nobody does.
  // Set before there are players.
  UniqueFunction<void(const Event&)> last_words;

  // Null without an API URL.
  std::unique_ptr<ApiAccess> api;
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<PositionMemory> positions;
  std::unique_ptr<ServiceDesk> service;
  ServiceConfig service_config;
  // Null when nothing of plays is reported.
  std::unique_ptr<TelemetryOutbox> telemetry;
  // What players tell collectors with. Made when the first one asks. Any thread.
  [[nodiscard]] CmcdCollector& cmcd_collector();
  // Tries to deliver what waits in all of them.
  void drain(Duration patience, UniqueFunction<void(bool)> done);

  // How protected titles are opened.
  DrmConfig drm;
  // Tracks whose decoders can serve a system that decrypts nothing itself.
  [[nodiscard]] std::vector<TrackKind> secure_decoders() const;
  // Never null once the client is made.
  std::unique_ptr<LicenseReturns> returns;
  // Proofs that keys are gone. Never null once the client is made.
  std::unique_ptr<ReleaseOutbox> releases;
  // Null where there is nothing to choose between.
  std::unique_ptr<DrmMemory> drm_memory;

  // Never null once the client is made.
  std::unique_ptr<NetworkMemory> networks;
  std::unique_ptr<HostMemory> hosts;

  // What choosing a bitrate looks up: the same for titles with the same ladder.
  const std::shared_ptr<abr::PlanCache> plans = std::make_shared<abr::PlanCache>();
  // What players found out about hosts, for all of them.
  const std::shared_ptr<HostHealth> health = std::make_shared<HostHealth>();
  // Encoded bytes that the players may hold. Its members hear of kMediaBytes. Never null once the
  // client is made.
  std::unique_ptr<MediaBudget> budget;
  // `watcher` runs on any thread, from now on and until the handle is gone, whenever there is news;
  // it must only post. Any thread.
  [[nodiscard]] CancelHandle watch(UniqueFunction<void(ClientNews)> watcher);
  void tell(ClientNews news);
  void on_network(bool is_online);
  // `saver` runs on any thread, as above, when the app may be about to end or to be frozen: it has
  // where somebody is put into the outbox, and lets go of what it is given when that is done.
  [[nodiscard]] CancelHandle watch_flush(UniqueFunction<void(std::shared_ptr<void>)> saver);
  void flush(Duration limit, UniqueFunction<void(bool)> done);
  void on_low_memory();
  [[nodiscard]] bool is_online();

  // The downloads its players can play, as long as somebody has them open; null: none. Players that
  // play one hold it until they end. Any thread.
  void set_library(std::shared_ptr<OfflineLibrary> library);
  [[nodiscard]] std::shared_ptr<OfflineLibrary> library();

 private:
  void end_workers();
  // An executor of the app's runs nothing any more.
  void tell_ended_executor() const;

  std::mutex notifier_mutex_;
  std::shared_ptr<Executor> notifier_;  // under notifier_mutex_
  std::mutex collector_mutex_;
  std::unique_ptr<CmcdCollector> collector_;  // under collector_mutex_
  Watchers<ClientNews> watchers_;
  Watchers<std::shared_ptr<void>> savers_;
  std::mutex news_mutex_;
  bool is_online_ = true;  // under news_mutex_, as is what is told
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // while there are workers
  std::mutex library_mutex_;
  std::shared_ptr<OfflineLibrary> library_;  // under library_mutex_
};

}  // namespace playhead
