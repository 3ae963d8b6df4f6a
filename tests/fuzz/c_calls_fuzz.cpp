// SPDX-License-Identifier: Apache-2.0
// Calls of the C interface in any order with any handle, right kind or not, alive or not: each is answered by a status
// that has a name, nothing crashes, and what is left can be destroyed. Inputs are read as operation, handles, values.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "playhead/playhead.h"

namespace {

constexpr int kCalls = 48;     // of one input
constexpr int kCreations = 4;  // clients and players have threads

void let_go(void*, uint64_t, playhead_answer* answer) { playhead_answer_release(answer); }

class Calls {
 public:
  Calls(const uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls() {
    for (void* handle : handles_) forget(handle);
  }

  void run() {
    for (int i = 0; i < kCalls && size_ > 0; ++i) call(byte());
  }

 private:
  uint8_t byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  // Small, huge or in between; seldom what is meant.
  int64_t number() {
    constexpr int64_t kOdd[] = {0, 1, -1, 2, 1000, 500'000, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    const uint8_t which = byte();
    if (which < std::size(kOdd)) return kOdd[which];
    return static_cast<int64_t>(which) << (byte() % 56);
  }
  int32_t small() { return static_cast<int32_t>(number()); }
  double real() {
    constexpr double kOdd[] = {0, 1, -1, 0.5, 1e300, -1e300};
    const uint8_t which = byte();
    return which < std::size(kOdd) ? kOdd[which] : which == 255 ? std::strtod("nan", nullptr) : which / 16.0;
  }
  const char* text() {
    static const std::string kLong(5000, 'a');
    // Nothing here is fetched from anybody: such ports are refused, or nobody is there.
    static constexpr const char* kTexts[] = {nullptr, "", "ftp://127.0.0.1/a.mpd", "http://127.0.0.1:1/a.m3u8", "en", "\xff\xfe",
                                             "*", "0", "id"};
    const uint8_t which = byte();
    return which < std::size(kTexts) ? kTexts[which] : kLong.c_str() + kLong.size() - which * 19U;
  }
  template <typename Handle>
  Handle* handle() {
    const uint8_t which = byte();
    if (which == 255) return nullptr;
    return static_cast<Handle*>(handles_[which % handles_.size()]);
  }
  template <typename Handle>
  Handle*& empty_place() {
    next_ = (next_ + 1) % handles_.size();
    forget(handles_[next_]);
    handles_[next_] = nullptr;
    return reinterpret_cast<Handle*&>(handles_[next_]);
  }
  // By every function that ends something: the right one does, the others refuse.
  static void forget(void* handle) {
    playhead_snapshot_release(static_cast<playhead_snapshot*>(handle));
    playhead_player_destroy(static_cast<playhead_player*>(handle));
    playhead_service_close(static_cast<playhead_service*>(handle));
    playhead_downloads_close(static_cast<playhead_downloads*>(handle));
    playhead_download_list_release(static_cast<playhead_download_list*>(handle));
    playhead_client_destroy(static_cast<playhead_client*>(handle));
  }
  // An older or a newer app's, or one that forgot its size.
  template <typename Struct>
  void odd_size(Struct& value) {
    const uint8_t which = byte();
    if (which > 200) value.struct_size = which % (sizeof(Struct) + 1);
  }
  static void answered(playhead_status status) {
    if (status > 0 || std::strcmp(playhead_error_name(status), "UNKNOWN") == 0) std::abort();
  }
  bool may_create() { return created_++ < kCreations; }

  playhead_source source() {
    playhead_source made = PLAYHEAD_SOURCE_INIT;
    made.url = text();
    made.title_id = text();
    made.download_id = text();
    made.has_start = byte() % 3;
    made.start_us = number();
    made.start_paused = byte() % 2;
    odd_size(made);
    return made;
  }

  void create(uint8_t what) {
    if (!may_create()) return;
    if (what % 2 == 0) {
      playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
      config.user_agent = text();
      config.api_url = text();
      config.max_media_bytes = number();
      odd_size(config);
      auto*& made = empty_place<playhead_client>();
      answered(playhead_client_create(byte() == 255 ? nullptr : &config, &made));
    } else {
      playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
      config.preset = byte() % 7;
      config.max_height = small();
      config.buffer_target_us = number();
      config.live_min_speed = real();
      config.audio_language = text();
      odd_size(config);
      auto* const client = handle<playhead_client>();
      playhead_player* made = nullptr;
      answered(playhead_player_create(client, byte() == 255 ? nullptr : &config, &made));
      empty_place<playhead_player>() = made;
    }
  }

  void command(uint8_t what) {
    auto* const player = handle<playhead_player>();
    switch (what % 16) {
      case 0: { const auto given = source(); return answered(playhead_player_load(player, &given)); }
      case 1: { const auto given = source(); return answered(playhead_player_prepare(player, &given)); }
      case 2: { const auto given = source(); return answered(playhead_player_set_next(player, &given)); }
      case 3: return answered(playhead_player_play(player));
      case 4: return answered(playhead_player_pause(player));
      case 5: return answered(playhead_player_stop(player));
      case 6: return answered(playhead_player_seek(player, number(), byte()));
      case 7: return answered(playhead_player_seek_fast(player, number(), byte()));
      case 8: return answered(playhead_player_set_speed(player, real()));
      case 9: return answered(playhead_player_set_volume(player, real()));
      case 10: return answered(playhead_player_trick_play(player, small()));
      case 11: return answered(playhead_player_scrub(player, number()));
      case 12: return answered(playhead_player_select_representation(player, text()));
      case 13: return answered(playhead_player_request_thumbnail(player, number(), byte()));
      case 14: return answered(playhead_player_set_surface(player, byte() % 2));
      default: {
        playhead_limits limits = PLAYHEAD_LIMITS_INIT;
        limits.max_height = small();
        limits.pixel_ratio = real();
        odd_size(limits);
        answered(playhead_player_set_limits(player, &limits));
      }
    }
  }

  void look(uint8_t what) {
    auto* const player = handle<playhead_player>();
    auto* const snapshot = handle<playhead_snapshot>();
    playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
    playhead_representation representation = PLAYHEAD_REPRESENTATION_INIT;
    playhead_event event = PLAYHEAD_EVENT_INIT;
    char buffer[64];
    uint64_t needed = 0;
    switch (what % 6) {
      case 0: {
        playhead_snapshot* taken = nullptr;
        answered(playhead_player_snapshot(player, &taken));
        empty_place<playhead_snapshot>() = taken;
        return;
      }
      case 1:
        odd_size(status);
        return answered(playhead_snapshot_get_status(snapshot, &status));
      case 2: return answered(playhead_snapshot_get_representation(snapshot, small(), &representation));
      case 3: return answered(playhead_player_decision_log(player, buffer, byte() % sizeof buffer, &needed));
      case 4:
        odd_size(event);
        return answered(playhead_player_next_event(player, 0, &event));
      default: (void)playhead_player_now_us(player);
    }
  }

  void end(uint8_t what) {
    const std::size_t which = byte() % handles_.size();
    void* const handle = handles_[which];
    switch (what % 5) {
      case 0: return playhead_player_destroy(static_cast<playhead_player*>(handle));
      case 1: return playhead_client_destroy(static_cast<playhead_client*>(handle));
      case 2: return playhead_snapshot_release(static_cast<playhead_snapshot*>(handle));
      case 3: return playhead_service_close(static_cast<playhead_service*>(handle));
      default: return playhead_frame_release(static_cast<playhead_frame*>(handle));
    }
  }

  void rest(uint8_t what) {
    auto* const client = handle<playhead_client>();
    playhead_frame_info frame = PLAYHEAD_FRAME_INFO_INIT;
    playhead_cue cue = PLAYHEAD_CUE_INIT;
    playhead_service* service = nullptr;
    playhead_service_listener listener = PLAYHEAD_SERVICE_LISTENER_INIT;
    playhead_downloads* downloads = nullptr;
    playhead_download_list* list = nullptr;
    playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
    switch (what % 10) {
      case 0: return answered(playhead_client_flush(client, 0));
      case 1: return answered(playhead_client_network_changed(client, byte() % 2));
      case 2: return answered(playhead_client_set_network(client, text()));
      case 3: return answered(playhead_client_low_memory(client));
      case 4: return answered(playhead_frame_get_info(handle<playhead_frame>(), &frame));
      case 5: return answered(playhead_cues_get(handle<playhead_cues>(), small(), &cue));
      case 6:
        listener.answered = byte() == 255 ? nullptr : let_go;
        answered(playhead_service_open(client, &listener, &service));
        empty_place<playhead_service>() = service;
        return;
      case 7:
        config.path = "/dev/null/downloads";  // cannot be
        answered(playhead_downloads_open(client, &config, &downloads));
        empty_place<playhead_downloads>() = downloads;
        return;
      case 8: return answered(playhead_service_home(handle<playhead_service>(), text(), small(), byte()));
      default:
        answered(playhead_downloads_list(handle<playhead_downloads>(), &list));
        empty_place<playhead_download_list>() = list;
    }
  }

  void call(uint8_t operation) {
    switch (operation % 8) {
      case 0: return create(operation / 8);
      case 1: return end(operation / 8);
      case 2: return rest(operation / 8);
      case 3:
      case 4: return look(operation / 8);
      default: return command(operation / 8);
    }
  }

  const uint8_t* data_;
  std::size_t size_;
  std::array<void*, 8> handles_{};
  std::size_t next_ = 0;
  int created_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Calls(data, size).run();
  return 0;
}
