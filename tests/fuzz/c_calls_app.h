// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "playhead/playhead.h"

namespace playhead::test {

// Handles that any thread takes from; alive or not.
struct Shelf {
  std::array<std::atomic<void*>, 8> made{};  // by calls
  std::array<std::atomic<void*>, 8> lent{};  // to callbacks
  std::atomic<unsigned> next_lent{0};

  // In the place of an older one, which is given back.
  void lend(void* handle);
  // What callbacks may keep, by every function that gives one back: the right one does, the others refuse.
  static void give_back(void* handle);
};

// What an app brings along, all callback tables of one client or player. What a callback does is drawn from the seed
// and from how many there were; 0: what a good app would do. Lives until tables() and frames() are 0.
class App {
 public:
  App(uint8_t seed, Shelf& shelf) : seed_(seed), shelf_(shelf) {}
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // All but the last of them stand where their table is asked for; `config` is used before this ends or the next call.
  void bring(playhead_client_config& config, uint8_t which);
  void bring(playhead_player_config& config);
  void bring(playhead_downloads_config& config);
  [[nodiscard]] playhead_service_listener service_listener();
  [[nodiscard]] playhead_wakeup wakeup();

  // Not given back yet.
  [[nodiscard]] int tables() const { return tables_; }
  [[nodiscard]] int frames() const { return frames_; }

 private:
  struct Opened;
  template <typename Table>
  Table table(Table made);
  unsigned choose(unsigned end);
  int64_t odd_number();
  void called();
  void start(playhead_transfer* transfer, const playhead_transfer_request* request);
  void decode(Opened& opened, playhead_sample* sample);
  void read(const playhead_answer* answer);
  [[nodiscard]] playhead_transport transport();
  [[nodiscard]] playhead_store store();
  [[nodiscard]] playhead_decoders decoders();
  [[nodiscard]] playhead_request_interceptor interceptor();
  [[nodiscard]] playhead_video_sink video();
  [[nodiscard]] playhead_audio_sink audio();

  const uint8_t seed_;
  Shelf& shelf_;
  std::atomic<uint32_t> chosen_{0};
  std::atomic<int> tables_{0}, frames_{0};
  std::atomic<uint64_t> version_{0};
  std::atomic<int64_t> heard_{0};

  // What configs point at while a call looks at them.
  playhead_log_sink log_ = PLAYHEAD_LOG_SINK_INIT;
  playhead_token_provider tokens_ = PLAYHEAD_TOKEN_PROVIDER_INIT;
  playhead_service_config service_ = PLAYHEAD_SERVICE_CONFIG_INIT;
  playhead_transport transport_ = PLAYHEAD_TRANSPORT_INIT;
  playhead_store store_ = PLAYHEAD_STORE_INIT;
  playhead_clock clock_ = PLAYHEAD_CLOCK_INIT;
  playhead_decoders decoders_ = PLAYHEAD_DECODERS_INIT;
  playhead_request_interceptor interceptor_ = PLAYHEAD_REQUEST_INTERCEPTOR_INIT;
  playhead_license_hooks hooks_ = PLAYHEAD_LICENSE_HOOKS_INIT;
  playhead_drm_config drm_ = PLAYHEAD_DRM_CONFIG_INIT;
  playhead_video_sink video_ = PLAYHEAD_VIDEO_SINK_INIT;
  playhead_audio_sink audio_ = PLAYHEAD_AUDIO_SINK_INIT;
  playhead_device_keys keys_ = PLAYHEAD_DEVICE_KEYS_INIT;
  playhead_video_chooser chooser_ = PLAYHEAD_VIDEO_CHOOSER_INIT;
  playhead_download_listener download_listener_ = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  playhead_url_resolver resolver_ = PLAYHEAD_URL_RESOLVER_INIT;
};

}  // namespace playhead::test
