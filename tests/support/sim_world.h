// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "playhead/player.h"
#include "support/memory_store.h"
#include "support/sim_dash.h"
#include "support/sim_live.h"
#include "support/sim_media.h"
#include "support/sim_service.h"
#include "support/sim_sinks.h"
#include "support/sim_title.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead::test {

// A whole player in a simulated world: the real engine, streaming, session and network policies on
// virtual time. What it tells the app is collected as it happens.
class SimWorld {
 public:
  explicit SimWorld(uint64_t seed = 1, SimTitle title = {}, SimLink link = SimLink());
  ~SimWorld();

  // A process start: client and player on what the store kept.
  void start_app(PlayerConfig config = {});
  // The process ends in good order.
  void quit_app();
  // The process dies on the spot; what was not committed is lost.
  void kill_app();

  void load_title(bool start_paused = false);
  void load_dash(const SimDash& dash, std::optional<Duration> start = {});
  // Began `age` ago unless it says so itself; may be changed while it plays (SimWorld::live).
  void load_live(SimLive live, Duration age = 10min);
  void load_url(const std::string& url, std::optional<Duration> start = {});

  // From now on requests with that text in their URL are answered with that status.
  void fail_requests(const std::string& url_contains, int status);
  // The host breaks all its connections and refuses new ones.
  void take_down(const std::string& host, std::optional<Duration> duration = {});

  void run_for(Duration duration);
  // Runs until an event of that kind came since the last forget_events(); false after `limit`.
  template <typename Kind>
  bool run_until_event(Duration limit) {
    return executor.run_until_true(
        [&] {
          collect();
          return find<Kind>() != nullptr;
        },
        limit);
  }

  // The first event of that kind; null when there was none.
  template <typename Kind>
  const Kind* find() const {
    for (const Event& event : events) {
      if (const auto* payload = std::get_if<Kind>(&event.payload)) return payload;
    }
    return nullptr;
  }
  template <typename Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const Event& event : events) {
      if (const auto* payload = std::get_if<Kind>(&event.payload)) found.push_back(*payload);
    }
    return found;
  }
  void forget_events() {
    collect();
    events.clear();
  }
  [[nodiscard]] std::shared_ptr<const PlayerStatus> status() { return player->status(); }
  [[nodiscard]] double position_s() { return to_seconds(status()->position); }
  // The events as text, one a line.
  [[nodiscard]] std::string log() const;
  // URLs of the media requests so far, without query.
  [[nodiscard]] std::vector<std::string> media_requests() const;

  VirtualExecutor executor;
  SimTitle title;
  std::vector<SimTitle> more_titles;  // the CDN has
  SimLive live;
  SimCodecTroubles codecs;  // of the next start_app()
  // The same; null: SimBackend.
  std::shared_ptr<MediaBackend> backend;
  bool has_speaker = true;  // the same; without, nobody hears what is played
  DrmConfig drm;
  std::shared_ptr<RequestInterceptor> interceptor;  // of the next start_app(); null: there is none
  SimService service;
  MemoryStore store;
  std::shared_ptr<SimTransport> transport;
  std::shared_ptr<CapturingVideoSink> screen;
  std::shared_ptr<SimAudioSink> speaker;
  std::shared_ptr<Client> client;
  std::unique_ptr<Player> player;
  std::vector<Event> events;

 private:
  void collect();
  std::optional<WebAnswer> cdn(const WebRequest& request) const;
};

}  // namespace playhead::test
