// SPDX-License-Identifier: Apache-2.0
// Calls of the C interface in any order with any handle, right kind or not, alive or not: each is answered by a status
// that has a name, nothing crashes, what is left can be destroyed, and an app gets back all it brought. Inputs are read
// as operation, handles, values; what the app's callbacks do follows from a seed among them (c_calls_app.h).
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <thread>

#include "c_calls_app.h"
#include "c_calls_input.h"
#include "playhead/playhead.h"
#include "support/temp_folder.h"

namespace {

using playhead::test::App;
using playhead::test::CallsInput;
using playhead::test::Shelf;
using playhead::test::TempFolder;

constexpr int kCalls = 48;     // of one input
constexpr int kCreations = 4;  // clients and players have threads

class Calls : CallsInput {
 public:
  Calls(const uint8_t* data, std::size_t size) : CallsInput(data, size) {}
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls() {
    for (auto& handle : shelf_.made) forget(handle);
    // What was destroyed inside a callback ends a little later, and gives back until then.
    for (App& app : apps_) {
      while (app.tables() > 0 || app.frames() > 0) {
        for (auto& handle : shelf_.lent) Shelf::give_back(handle.exchange(nullptr));
        std::this_thread::yield();
      }
    }
    for (auto& handle : shelf_.lent) Shelf::give_back(handle);
  }

  void run() {
    for (int i = 0; i < kCalls && !is_empty(); ++i) call(byte());
  }

 private:
  template <typename Handle>
  Handle* handle() {
    const uint8_t which = byte();
    if (which == 255) return nullptr;
    const std::size_t place = which % (shelf_.made.size() + shelf_.lent.size());
    const auto& stands = place < shelf_.made.size() ? shelf_.made[place] : shelf_.lent[place - shelf_.made.size()];
    return static_cast<Handle*>(stands.load());
  }
  void keep(void* handle) {
    next_ = (next_ + 1) % shelf_.made.size();
    forget(shelf_.made[next_].exchange(handle));
  }
  // A folder that is gone after this input.
  const char* file(const char* name) {
    if (!folder_) folder_.emplace();
    return paths_.emplace_back(folder_->path(name)).c_str();
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
  static void answered(playhead_status status) {
    if (status > PLAYHEAD_OK || std::strcmp(playhead_error_name(status), "UNKNOWN") == 0) std::abort();
    if (*playhead_error_meaning(status) == '\0') std::abort();
  }
  bool may_create() { return created_++ < kCreations; }
  App& new_app() { return apps_.emplace_back(byte(), shelf_); }

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
    switch (what % 6) {
      case 0: return create_client(nullptr);
      case 1: return create_player(nullptr);
      case 2:
      case 4: return create_client(&new_app());
      default: return create_player(&new_app());
    }
  }
  // One with callback tables has its size: else nobody knows which of them are taken.
  void create_client(App* app) {
    playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
    playhead_client* made = nullptr;
    config.user_agent = text();
    config.api_url = text();
    config.max_media_bytes = number();
    if (app == nullptr) {
      odd_size(config);
      answered(playhead_client_create(byte() == 255 ? nullptr : &config, &made));
    } else {
      const uint8_t which = byte();
      if (which % 3 == 2) config.storage_path = file("store");
      if (which % 5 == 4) config.recording_path = file("recording");
      app->bring(config, byte());
      answered(playhead_client_create(&config, &made));
    }
    keep(made);
  }
  void create_player(App* app) {
    playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
    playhead_player* made = nullptr;
    config.preset = byte() % 7;
    config.max_height = small();
    config.buffer_target_us = number();
    config.live_min_speed = real();
    config.audio_language = text();
    config.cmcd = byte() % 4;
    if (app == nullptr) {
      odd_size(config);
    } else {
      app->bring(config);
    }
    auto* const client = handle<playhead_client>();
    answered(playhead_player_create(client, app == nullptr && byte() == 255 ? nullptr : &config, &made));
    keep(made);
  }

  void command(uint8_t what) {
    auto* const player = handle<playhead_player>();
    switch (what % 22) {
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
      case 16: return answered(playhead_player_select_audio(player, text()));
      case 17: return answered(playhead_player_select_text(player, text()));
      case 18: return answered(playhead_player_go_live(player));
      case 19: return answered(playhead_player_play_next(player));
      case 20: { const auto wakeup = new_app().wakeup(); return answered(playhead_player_set_wakeup(player, &wakeup)); }
      case 21: return answered(playhead_player_set_wakeup(player, nullptr));
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
    playhead_track track = PLAYHEAD_TRACK_INIT;
    playhead_live live = PLAYHEAD_LIVE_INIT;
    playhead_qoe qoe = PLAYHEAD_QOE_INIT;
    char buffer[64];
    uint64_t needed = 0;
    switch (what % 10) {
      case 0: {
        playhead_snapshot* taken = nullptr;
        answered(playhead_player_snapshot(player, &taken));
        return keep(taken);
      }
      case 1:
        odd_size(status);
        return answered(playhead_snapshot_get_status(snapshot, &status));
      case 2: return answered(playhead_snapshot_get_representation(snapshot, small(), &representation));
      case 3: return answered(playhead_player_decision_log(player, buffer, byte() % sizeof buffer, &needed));
      case 4: return take_event(player, 0);
      case 5: return take_event(player, byte() % 8);
      case 6: return answered(playhead_snapshot_get_track(snapshot, small(), &track));
      case 7: return answered(playhead_snapshot_get_live(snapshot, &live));
      case 8: return answered(playhead_snapshot_get_qoe(snapshot, &qoe));
      default: (void)playhead_player_now_us(player);
    }
  }
  void take_event(playhead_player* player, int32_t timeout_ms) {
    playhead_event event = PLAYHEAD_EVENT_INIT;
    odd_size(event);
    const bool is_whole = event.struct_size == sizeof event;
    const playhead_status status = playhead_player_next_event(player, timeout_ms, &event);
    answered(status);
    if (status != PLAYHEAD_OK || !is_whole) return;
    playhead_cue cue = PLAYHEAD_CUE_INIT;
    playhead_cue_span span = PLAYHEAD_CUE_SPAN_INIT;
    for (int32_t i = 0; i < playhead_cues_count(event.cues); ++i) {
      answered(playhead_cues_get(event.cues, i, &cue));
      answered(playhead_cues_get_span(event.cues, i, cue.span_count - 1, &span));
      letters_ += std::strlen(cue.text) + std::strlen(span.text);
    }
    if (event.metadata != nullptr) letters_ += std::strlen(event.metadata->scheme);
    letters_ += std::strlen(event.url) + std::strlen(event.id) + std::strlen(event.message);
    shelf_.lend(const_cast<playhead_cues*>(event.cues));  // until the next event
  }

  void end(uint8_t what) {
    void* const handle = shelf_.made[byte() % shelf_.made.size()];
    switch (what % 7) {
      case 0: return playhead_player_destroy(static_cast<playhead_player*>(handle));
      case 1: return playhead_client_destroy(static_cast<playhead_client*>(handle));
      case 2: return playhead_snapshot_release(static_cast<playhead_snapshot*>(handle));
      case 3: return playhead_service_close(static_cast<playhead_service*>(handle));
      case 4: return playhead_frame_release(static_cast<playhead_frame*>(handle));
      case 5: return Shelf::give_back(shelf_.lent[byte() % shelf_.lent.size()].exchange(nullptr));
      default: return answered(playhead_downloads_close(static_cast<playhead_downloads*>(handle)));
    }
  }

  void rest(uint8_t what) {
    auto* const client = handle<playhead_client>();
    playhead_frame_info frame = PLAYHEAD_FRAME_INFO_INIT;
    playhead_cue cue = PLAYHEAD_CUE_INIT;
    playhead_sample_info sample = PLAYHEAD_SAMPLE_INFO_INIT;
    switch (what % 20) {
      case 0: return answered(playhead_client_flush(client, byte() % 3));
      case 1: return answered(playhead_client_network_changed(client, byte() % 2));
      case 2: return answered(playhead_client_set_network(client, text()));
      case 3: return answered(playhead_client_low_memory(client));
      case 4: return answered(playhead_frame_get_info(handle<playhead_frame>(), &frame));
      case 5: return answered(playhead_cues_get(handle<playhead_cues>(), small(), &cue));
      case 6: return open_service(client);
      case 7: return open_downloads(client, nullptr);
      case 8:
      case 9:
      case 10:
      case 11: return ask(byte());
      case 12: return open_downloads(client, &new_app());
      case 13: return download(byte());
      case 14: return download(byte());
      case 15: return transfer(byte());
      case 16: return answered(playhead_sample_get_info(handle<playhead_sample>(), &sample));
      case 17: return tell_decoder(byte());
      case 18: return misplaced(byte());
      default: return download(9);
    }
  }

  void open_service(playhead_client* client) {
    playhead_service* made = nullptr;
    playhead_service_listener listener = new_app().service_listener();
    answered(playhead_service_open(client, &listener, &made));
    keep(made);
  }
  void ask(uint8_t what) {
    auto* const service = handle<playhead_service>();
    playhead_profile_change change = PLAYHEAD_PROFILE_CHANGE_INIT;
    switch (what % 9) {
      case 0: return answered(playhead_service_home(service, text(), small(), byte()));
      case 1: return answered(playhead_service_search(service, text(), small(), byte()));
      case 2: return answered(playhead_service_title(service, text(), byte()));
      case 3: return answered(playhead_service_continue_watching(service, small(), byte()));
      case 4: return answered(playhead_service_recommendations(service, small(), small(), small(), byte()));
      case 5: return answered(playhead_service_rate(service, text(), small(), byte()));
      case 6: return answered(playhead_service_profiles(service, byte()));
      case 7: return answered(playhead_service_choose_profile(service, text(), text(), byte()));
      default:
        change.name = text();
        change.pin = text();
        change.maturity = small();
        odd_size(change);
        return answered(playhead_service_put_profile(service, &change, byte()));
    }
  }

  void open_downloads(playhead_client* client, App* app) {
    playhead_downloads* made = nullptr;
    playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
    config.path = "/dev/null/downloads";  // cannot be
    if (app != nullptr) {
      config.path = file("downloads");
      config.is_pumped = byte() % 2;
      config.parallel_segments = small();
      config.free_space_floor_bytes = -1;
      app->bring(config);
    }
    answered(playhead_downloads_open(client, &config, &made));
    keep(made);
  }
  void download(uint8_t what) {
    auto* const downloads = handle<playhead_downloads>();
    playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
    playhead_download_list* list = nullptr;
    playhead_download found = PLAYHEAD_DOWNLOAD_INIT;
    char id[PLAYHEAD_DOWNLOAD_ID_BYTES] = "1";
    if (what % 3 > 0 && playhead_downloads_list(downloads, &list) == PLAYHEAD_OK) {
      if (playhead_download_list_get(list, 0, &found) == PLAYHEAD_OK) std::strcpy(id, found.id);
      playhead_download_list_release(list);
    }
    playhead_download_limits limits = PLAYHEAD_DOWNLOAD_LIMITS_INIT;
    playhead_download_conditions conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
    int32_t more = 0;
    uint64_t needed = 0;
    switch (what % 17) {
      case 0:
      case 1:
        request.url = text();
        request.title_id = text();
        request.to_us = number();
        odd_size(request);
        return answered(playhead_downloads_add(downloads, &request, id, sizeof id, &needed));
      case 2: return answered(playhead_downloads_pause(downloads, id));
      case 3: return answered(playhead_downloads_resume(downloads, id));
      case 4: return answered(playhead_downloads_remove(downloads, id));
      case 5: return answered(playhead_downloads_set_priority(downloads, id, small()));
      case 6: return answered(playhead_downloads_renew(downloads, id));
      case 7: return answered(playhead_downloads_verify(downloads, id));
      case 8: return answered(playhead_downloads_pause_all(downloads));
      case 9: answered(playhead_downloads_list(downloads, &list)); return keep(list);
      case 10: answered(playhead_downloads_find(downloads, id, &list)); return keep(list);
      case 11: return answered(playhead_downloads_resume_all(downloads));
      case 12: return answered(playhead_downloads_remove_all(downloads));
      case 13:
        conditions.is_offline = byte() % 2;
        conditions.is_metered = byte() % 2;
        return answered(playhead_downloads_set_conditions(downloads, &conditions));
      case 14:
        limits.quota_bytes = number();
        limits.parallel_titles = small();
        odd_size(limits);
        return answered(playhead_downloads_set_limits(downloads, &limits));
      case 15: return answered(playhead_downloads_pump(downloads, byte() * 20, &more));
      default: return answered(playhead_download_list_get(handle<playhead_download_list>(), small(), &found));
    }
  }

  static void taken(playhead_status status) {
    if (status != PLAYHEAD_TRANSFER_WAIT) answered(status);
  }
  // Of the app's HTTP, on a thread that it was not started on; over already, mostly.
  void transfer(uint8_t what) {
    auto* const transfer = handle<playhead_transfer>();
    static constexpr const char* kHeaders[] = {"Content-Length", "3", "Content-Type", "text/html", nullptr};
    playhead_transfer_facts facts = PLAYHEAD_TRANSFER_FACTS_INIT;
    switch (what % 4) {
      case 0: return answered(playhead_transfer_sent(transfer));
      case 1: return taken(playhead_transfer_head(transfer, small(), what < 128 ? nullptr : kHeaders));
      case 2: return taken(playhead_transfer_body(transfer, "abc", 3));
      default:
        facts.wire_bytes = number();
        odd_size(facts);
        return answered(playhead_transfer_finish(transfer, small(), &facts, small()));
    }
  }
  void tell_decoder(uint8_t what) {
    auto* const decoder = handle<playhead_decoder>();
    const float sample = 0.5F;
    playhead_decoded_sound sound = PLAYHEAD_DECODED_SOUND_INIT;
    sound.sample_rate = 48'000;
    sound.channels = sound.frames = 1;
    sound.samples = &sample;
    sound.time_us = number();
    if (what % 3 == 0) return answered(playhead_decoder_drained(decoder));
    if (what % 3 == 1) return answered(playhead_decoder_failed(decoder, small(), byte() % 2));
    answered(playhead_decoder_give_sound(decoder, &sound));
  }
  // What is for a callback alone, outside of it.
  void misplaced(uint8_t what) {
    auto* const message = handle<playhead_license_message>();
    auto* const request = handle<playhead_request>();
    switch (what % 7) {
      case 0: letters_ += playhead_license_message_url(message) != nullptr; return;
      case 1: return answered(playhead_license_message_set_url(message, text()));
      case 2: return answered(playhead_license_message_set_body(message, "body", 4));
      case 3: return answered(playhead_request_set_url(request, text()));
      case 4: return answered(playhead_request_add_header(request, text(), text(), byte() % 2));
      case 5: letters_ += std::strlen(playhead_request_url(request)); return;
      default: return answered(playhead_store_page_add(handle<playhead_store_page>(), "k", 1, "v", 1, 1));
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

  std::optional<TempFolder> folder_;
  Shelf shelf_;
  std::deque<App> apps_;
  std::size_t next_ = 0;
  int created_ = 0;
  std::deque<std::string> paths_;
  std::size_t letters_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Calls(data, size).run();
  return 0;
}
