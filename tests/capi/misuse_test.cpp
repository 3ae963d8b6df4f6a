// SPDX-License-Identifier: Apache-2.0
// The C interface over the real library, used wrongly and at the edges of lives.
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "guard.h"
#include "playhead/playhead.h"
#include "support/temp_folder.h"

namespace {

constexpr playhead_status kInvalid = -PLAYHEAD_ERROR_INVALID_ARGUMENT;

void count(void* user) { ++*static_cast<int*>(user); }

// A client and a player with nothing to play.
struct Pair {
  playhead_client* client = nullptr;
  playhead_player* player = nullptr;

  Pair() {
    const playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
    REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);
    REQUIRE(playhead_player_create(client, nullptr, &player) == PLAYHEAD_OK);
  }
  ~Pair() {
    playhead_player_destroy(player);
    playhead_client_destroy(client);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
};

}  // namespace

TEST_CASE("U08 misuse: NULL is answered everywhere") {
  playhead_client* client = nullptr;
  playhead_player* player = nullptr;
  playhead_snapshot* snapshot = nullptr;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
  playhead_representation representation = PLAYHEAD_REPRESENTATION_INIT;
  playhead_track track = PLAYHEAD_TRACK_INIT;
  const playhead_source source = PLAYHEAD_SOURCE_INIT;
  const playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;

  CHECK(playhead_client_create(nullptr, &client) == kInvalid);
  CHECK(playhead_client_create(&config, nullptr) == kInvalid);
  CHECK(playhead_client_flush(nullptr, 0) == kInvalid);
  CHECK(playhead_client_network_changed(nullptr, 1) == kInvalid);
  CHECK(playhead_client_set_network(nullptr, "wifi") == kInvalid);
  CHECK(playhead_client_low_memory(nullptr) == kInvalid);
  CHECK(playhead_player_prepare(nullptr, nullptr) == kInvalid);
  CHECK(playhead_player_create(nullptr, nullptr, &player) == kInvalid);
  CHECK(playhead_player_load(nullptr, &source) == kInvalid);
  CHECK(playhead_player_set_next(nullptr, &source) == kInvalid);
  CHECK(playhead_player_set_next(nullptr, nullptr) == kInvalid);
  CHECK(playhead_player_play_next(nullptr) == kInvalid);
  CHECK(playhead_player_play(nullptr) == kInvalid);
  CHECK(playhead_player_pause(nullptr) == kInvalid);
  CHECK(playhead_player_seek(nullptr, 0, 0) == kInvalid);
  CHECK(playhead_player_seek_fast(nullptr, 0, 0) == kInvalid);
  CHECK(playhead_player_set_speed(nullptr, 1) == kInvalid);
  CHECK(playhead_player_go_live(nullptr) == kInvalid);
  CHECK(playhead_player_set_volume(nullptr, 1) == kInvalid);
  CHECK(playhead_player_set_surface(nullptr, 1) == kInvalid);
  CHECK(playhead_player_select_representation(nullptr, "") == kInvalid);
  CHECK(playhead_player_select_audio(nullptr, "") == kInvalid);
  CHECK(playhead_player_select_text(nullptr, "") == kInvalid);
  CHECK(playhead_player_trick_play(nullptr, 2) == kInvalid);
  CHECK(playhead_player_scrub(nullptr, 0) == kInvalid);
  CHECK(playhead_player_request_thumbnail(nullptr, 0, 1) == kInvalid);
  const playhead_limits limits = PLAYHEAD_LIMITS_INIT;
  CHECK(playhead_player_set_limits(nullptr, &limits) == kInvalid);
  uint64_t needed = 1;
  CHECK(playhead_player_decision_log(nullptr, nullptr, 0, &needed) == kInvalid);
  CHECK(needed == 0);
  CHECK(playhead_player_stop(nullptr) == kInvalid);
  CHECK(playhead_player_next_event(nullptr, 0, &event) == kInvalid);
  CHECK(playhead_player_set_wakeup(nullptr, nullptr) == kInvalid);
  CHECK(playhead_player_now_us(nullptr) == 0);
  CHECK(playhead_player_snapshot(nullptr, &snapshot) == kInvalid);
  CHECK(playhead_snapshot_get_status(nullptr, &status) == kInvalid);
  CHECK(playhead_snapshot_get_qoe(nullptr, &qoe) == kInvalid);
  CHECK(playhead_snapshot_get_representation(nullptr, 0, &representation) == kInvalid);
  CHECK(playhead_snapshot_get_track(nullptr, 0, &track) == kInvalid);
  playhead_sample_info sample = PLAYHEAD_SAMPLE_INFO_INIT;
  playhead_decoded_frame frame = PLAYHEAD_DECODED_FRAME_INIT;
  playhead_decoded_sound sound = PLAYHEAD_DECODED_SOUND_INIT;
  CHECK(playhead_sample_get_info(nullptr, &sample) == kInvalid);
  CHECK(playhead_decoder_give_frame(nullptr, &frame) == kInvalid);
  CHECK(playhead_decoder_give_sound(nullptr, &sound) == kInvalid);
  CHECK(playhead_decoder_drained(nullptr) == kInvalid);
  CHECK(playhead_decoder_failed(nullptr, PLAYHEAD_ERROR_DECODE_FAILED, 1) == kInvalid);
  playhead_sample_release(nullptr);
  playhead_token_request_answer(nullptr, "token");
  playhead_snapshot_release(nullptr);
  playhead_player_destroy(nullptr);
  playhead_player_destroy(nullptr);
  playhead_client_destroy(nullptr);
  playhead_client_destroy(nullptr);
}

TEST_CASE(
    "U08 misuse: a config that cannot be is refused, and nothing is left in the out-pointer") {
  struct Case {
    const char* name;
    uint32_t struct_size, header_version;
    playhead_status status;
  };
  const Case cases[] = {
      {"no size", 0, PLAYHEAD_VERSION, kInvalid},
      {"uninitialised size", 0xCDCDCDCD, PLAYHEAD_VERSION, kInvalid},
      {"no version", sizeof(playhead_client_config), 0, -PLAYHEAD_ERROR_VERSION_MISMATCH},
      {"another major", sizeof(playhead_client_config), 99U << 16,
       -PLAYHEAD_ERROR_VERSION_MISMATCH}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
    config.struct_size = c.struct_size;
    config.header_version = c.header_version;
    int storage = 0;
    auto* client = reinterpret_cast<playhead_client*>(&storage);
    CHECK(playhead_client_create(&config, &client) == c.status);
    CHECK(client == nullptr);
  }
}

TEST_CASE("misuse: a callback table is given back once, also when the call fails") {
  int log_destroyed = 0, token_destroyed = 0, video_destroyed = 0, audio_destroyed = 0;
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;  // no log(): required
  log.user = &log_destroyed;
  log.destroy = count;
  playhead_token_provider token = PLAYHEAD_TOKEN_PROVIDER_INIT;
  token.user = &token_destroyed;
  token.destroy = count;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.log_sink = &log;
  config.token_provider = &token;
  playhead_client* client = nullptr;
  CHECK(playhead_client_create(&config, &client) == kInvalid);
  CHECK(log_destroyed == 1);
  CHECK(token_destroyed == 1);

  playhead_video_sink video = PLAYHEAD_VIDEO_SINK_INIT;
  video.user = &video_destroyed;
  video.destroy = count;
  video.show = [](void*, playhead_frame*) {};
  playhead_audio_sink audio = PLAYHEAD_AUDIO_SINK_INIT;  // nothing of what is required
  audio.user = &audio_destroyed;
  audio.destroy = count;
  playhead_player_config player_config = PLAYHEAD_PLAYER_CONFIG_INIT;
  player_config.video = &video;
  player_config.audio = &audio;
  const Pair pair;
  playhead_player* player = nullptr;
  CHECK(playhead_player_create(pair.client, &player_config, &player) == kInvalid);
  CHECK(player == nullptr);
  CHECK(video_destroyed == 1);
  CHECK(audio_destroyed == 1);

  player_config.audio = nullptr;
  CHECK(playhead_player_create(pair.client, &player_config, &player) == PLAYHEAD_OK);
  CHECK(video_destroyed == 1);
  playhead_player_destroy(player);
  CHECK(video_destroyed == 2);
}

TEST_CASE("misuse: the reason of a refused player reaches the log sink as a sentence") {
  std::string heard;
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;
  log.user = &heard;
  log.log = [](void* user, int32_t level, const char*, const char* message) {
    if (level == PLAYHEAD_LOG_ERROR) *static_cast<std::string*>(user) = message;
  };
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.log_sink = &log;
  playhead_client* client = nullptr;
  REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);
  playhead_player_config player_config = PLAYHEAD_PLAYER_CONFIG_INIT;
  player_config.progress_interval_us = 1000;
  playhead_player* player = nullptr;
  CHECK(playhead_player_create(client, &player_config, &player) == kInvalid);
  CHECK(heard.find("progress_interval") != std::string::npos);
  playhead_client_destroy(client);
}

TEST_CASE("U08 misuse: inside the log's callback the library is not called, and nothing ends") {
  struct App {
    playhead_client* client = nullptr;
    playhead_player* player = nullptr;
    std::vector<playhead_status> answers;
    int destroyed = 0;
    int given_back = 0;  // tables of calls that were refused
  } app;
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;
  log.user = &app;
  log.destroy = [](void* user) { ++static_cast<App*>(user)->destroyed; };
  log.log = [](void* user, int32_t, const char* module, const char*) {
    auto& self = *static_cast<App*>(user);
    if (std::string(module) != "capi") return;  // on the test's thread, when it has all
    playhead_source source = PLAYHEAD_SOURCE_INIT;
    source.url = "ftp://127.0.0.1/film.m3u8";
    playhead_snapshot* snapshot = nullptr;
    playhead_downloads* downloads = nullptr;
    playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
    config.path = "/dev/null/downloads";
    const auto give_back = [](void* of) { ++static_cast<App*>(of)->given_back; };
    playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
    listener.user = user;
    listener.destroy = give_back;
    listener.changed = [](void*, const playhead_download*) {};
    config.listener = &listener;
    playhead_wakeup wakeup = PLAYHEAD_WAKEUP_INIT;
    wakeup.user = user;
    wakeup.destroy = give_back;
    wakeup.wake = [](void*) {};
    self.answers = {playhead_player_load(self.player, &source),
                    playhead_player_snapshot(self.player, &snapshot),
                    playhead_client_low_memory(self.client),
                    playhead_client_flush(self.client, 60'000),
                    playhead_downloads_open(self.client, &config, &downloads),
                    playhead_player_set_wakeup(self.player, &wakeup)};
    playhead_player_destroy(self.player);
    playhead_client_destroy(self.client);
    CHECK(playhead_error_name(-PLAYHEAD_ERROR_INVALID_STATE) == std::string("INVALID_STATE"));
  };
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.log_sink = &log;
  REQUIRE(playhead_client_create(&config, &app.client) == PLAYHEAD_OK);
  REQUIRE(playhead_player_create(app.client, nullptr, &app.player) == PLAYHEAD_OK);
  playhead_player_config refused = PLAYHEAD_PLAYER_CONFIG_INIT;
  refused.progress_interval_us = 1000;
  playhead_player* none = nullptr;
  CHECK(playhead_player_create(app.client, &refused, &none) == kInvalid);
  REQUIRE(app.answers.size() == 6);
  for (const playhead_status answer : app.answers) CHECK(answer == -PLAYHEAD_ERROR_INVALID_STATE);
  CHECK(app.given_back == 2);
  CHECK(playhead_player_pause(app.player) == PLAYHEAD_OK);
  CHECK(playhead_client_low_memory(app.client) == PLAYHEAD_OK);
  playhead_player_destroy(app.player);
  playhead_client_destroy(app.client);
  CHECK(app.destroyed == 1);
}

TEST_CASE("U08 misuse: commands check their arguments") {
  const Pair pair;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  CHECK(playhead_player_load(pair.player, nullptr) == kInvalid);
  CHECK(playhead_player_load(pair.player, &source) == kInvalid);  // neither title nor URL
  source.download_id = "";
  CHECK(playhead_player_load(pair.player, &source) == kInvalid);  // nor a download
  source.struct_size = 3;
  CHECK(playhead_player_load(pair.player, &source) == kInvalid);
  CHECK(playhead_player_set_speed(pair.player, std::nan("")) == kInvalid);
  CHECK(playhead_player_set_volume(pair.player, std::nan("")) == kInvalid);
  CHECK(playhead_player_set_surface(pair.player, 2) == kInvalid);
  CHECK(playhead_player_set_surface(pair.player, 0) == PLAYHEAD_OK);
  CHECK(playhead_player_set_surface(pair.player, 1) == PLAYHEAD_OK);
  CHECK(playhead_player_select_audio(pair.player, nullptr) == kInvalid);
  CHECK(playhead_player_select_text(pair.player, nullptr) == PLAYHEAD_OK);

  playhead_limits limits = PLAYHEAD_LIMITS_INIT;
  CHECK(playhead_player_set_limits(pair.player, nullptr) == kInvalid);
  limits.pixel_ratio = std::nan("");
  CHECK(playhead_player_set_limits(pair.player, &limits) == kInvalid);
  playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
  for (const int32_t preset : {-1, 5, 256, INT32_MAX, INT32_MIN}) {
    CAPTURE(preset);
    playhead_player* none = nullptr;
    config.preset = preset;
    CHECK(playhead_player_create(pair.client, &config, &none) == kInvalid);
  }
  uint64_t needed = 0;
  char text[4] = {'a', 'b', 'c', 'd'};
  CHECK(playhead_player_decision_log(pair.player, text, sizeof text, nullptr) == kInvalid);
  CHECK(playhead_player_decision_log(pair.player, nullptr, 4, &needed) == kInvalid);
  CHECK(playhead_player_decision_log(pair.player, nullptr, 0, &needed) == PLAYHEAD_OK);
  CHECK(needed == 1);  // nothing was played
  CHECK(playhead_player_decision_log(pair.player, text, sizeof text, &needed) == PLAYHEAD_OK);
  CHECK(text[0] == 0);

  // Out of range is clamped, out of order ignored: none of this may end anything.
  CHECK(playhead_player_set_speed(pair.player, 1e300) == PLAYHEAD_OK);
  CHECK(playhead_player_set_volume(pair.player, -1e300) == PLAYHEAD_OK);
  limits.pixel_ratio = -1e300;
  limits.viewport_width = limits.viewport_height = limits.max_height = INT32_MAX;
  limits.max_bitrate_bps = limits.data_saver_bitrate_bps = INT64_MIN;
  limits.hdcp_tenths = INT32_MIN;
  CHECK(playhead_player_set_limits(pair.player, &limits) == PLAYHEAD_OK);
  CHECK(playhead_player_seek(pair.player, std::numeric_limits<int64_t>::min(), 1) == PLAYHEAD_OK);
  CHECK(playhead_player_seek(pair.player, std::numeric_limits<int64_t>::max(), 2) == PLAYHEAD_OK);
  CHECK(playhead_player_seek_fast(pair.player, std::numeric_limits<int64_t>::max(), 3) ==
        PLAYHEAD_OK);
  CHECK(playhead_player_select_representation(pair.player, nullptr) == PLAYHEAD_OK);
  CHECK(playhead_player_select_representation(pair.player, "no such") == PLAYHEAD_OK);
  CHECK(playhead_player_play(pair.player) == PLAYHEAD_OK);
  CHECK(playhead_player_pause(pair.player) == PLAYHEAD_OK);
  CHECK(playhead_player_stop(pair.player) == PLAYHEAD_OK);
  CHECK(playhead_player_stop(pair.player) == PLAYHEAD_OK);
}

TEST_CASE("snapshot: reads, refuses what is not there, outlives its player") {
  playhead_snapshot* snapshot = nullptr;
  {
    const Pair pair;
    CHECK(playhead_player_snapshot(pair.player, nullptr) == kInvalid);
    REQUIRE(playhead_player_snapshot(pair.player, &snapshot) == PLAYHEAD_OK);
  }
  playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
  CHECK(playhead_snapshot_get_status(snapshot, &status) == PLAYHEAD_OK);
  CHECK(status.struct_size == sizeof(status));
  CHECK(status.state == PLAYHEAD_STATE_IDLE);
  CHECK(status.speed == 1.0);
  CHECK(status.representation_count == 0);
  CHECK(std::string(status.shown_id).empty());
  CHECK(playhead_snapshot_get_status(snapshot, nullptr) == kInvalid);
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
  CHECK(playhead_snapshot_get_qoe(snapshot, &qoe) == PLAYHEAD_OK);
  CHECK(qoe.has_startup == 0);
  playhead_representation representation = PLAYHEAD_REPRESENTATION_INIT;
  representation.width = 7;
  for (const int32_t index : {-1, 0, std::numeric_limits<int32_t>::max()}) {
    CAPTURE(index);
    CHECK(playhead_snapshot_get_representation(snapshot, index, &representation) == kInvalid);
    CHECK(representation.width == 0);
    CHECK(representation.struct_size == sizeof(representation));
  }
  playhead_snapshot_release(snapshot);
}

TEST_CASE("events: a poll of an empty queue says so and clears the event") {
  const Pair pair;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  event.type = 77;
  CHECK(playhead_player_next_event(pair.player, 0, &event) == -PLAYHEAD_ERROR_TIMED_OUT);
  CHECK(event.type == PLAYHEAD_EVENT_NONE);
  CHECK(playhead_player_next_event(pair.player, 1, &event) == -PLAYHEAD_ERROR_TIMED_OUT);
  CHECK(playhead_player_next_event(pair.player, 0, nullptr) == kInvalid);
  event.struct_size = 1;
  CHECK(playhead_player_next_event(pair.player, 0, &event) == kInvalid);
}

TEST_CASE("events: a URL that cannot be played fails with a sentence, the wake-up having rung") {
  struct Bell {
    std::atomic<int> rung{0}, destroyed{0};
  } bell;
  {
    const Pair pair;
    playhead_wakeup wakeup = PLAYHEAD_WAKEUP_INIT;
    CHECK(playhead_player_set_wakeup(pair.player, &wakeup) == kInvalid);  // no wake()
    wakeup.user = &bell;
    wakeup.wake = [](void* user) { ++static_cast<Bell*>(user)->rung; };
    wakeup.destroy = [](void* user) { ++static_cast<Bell*>(user)->destroyed; };
    REQUIRE(playhead_player_set_wakeup(pair.player, &wakeup) == PLAYHEAD_OK);
    playhead_source source = PLAYHEAD_SOURCE_INIT;
    source.url = "ftp://host/movie.mpd";
    REQUIRE(playhead_player_load(pair.player, &source) == PLAYHEAD_OK);
    playhead_event event = PLAYHEAD_EVENT_INIT;
    while (event.type != PLAYHEAD_EVENT_FAILED) {
      REQUIRE(playhead_player_next_event(pair.player, -1, &event) == PLAYHEAD_OK);
    }
    CHECK(std::string(event.error_name) == playhead_error_name(event.error_code));
    CHECK(std::string(event.message).size() > 10);
    CHECK(event.time_us <= playhead_player_now_us(pair.player));
    while (bell.rung == 0) std::this_thread::yield();
    CHECK(playhead_player_set_wakeup(pair.player, nullptr) == PLAYHEAD_OK);
    CHECK(bell.destroyed == 1);
  }
  CHECK(bell.destroyed == 1);
}

TEST_CASE("events: destroy ends a wait on another thread") {
  Pair pair;
  std::atomic<bool> begins{false};
  playhead_status status = PLAYHEAD_OK;
  std::thread waiter([&] {
    playhead_event event = PLAYHEAD_EVENT_INIT;
    begins = true;
    status = playhead_player_next_event(pair.player, -1, &event);
  });
  while (!begins) std::this_thread::yield();
  playhead_player_destroy(pair.player);
  waiter.join();
  // A call that comes a moment later finds none.
  CHECK((status == -PLAYHEAD_ERROR_CLOSED || status == -PLAYHEAD_ERROR_INVALID_HANDLE));
}

TEST_CASE("client: lives as long as its players, and its tables with it") {
  const playhead::test::TempFolder folder;
  int destroyed = 0;
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;
  log.user = &destroyed;
  log.destroy = count;
  log.log = [](void*, int32_t, const char*, const char*) {};
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.log_sink = &log;
  config.storage_path = folder.path().c_str();
  playhead_client* client = nullptr;
  playhead_player* player = nullptr;
  REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);
  REQUIRE(playhead_player_create(client, nullptr, &player) == PLAYHEAD_OK);
  CHECK(playhead_client_flush(client, 0) <= PLAYHEAD_OK);
  CHECK(playhead_client_set_network(client, std::string(256, 'w').c_str()) == PLAYHEAD_OK);
  CHECK(playhead_client_set_network(client, std::string(257, 'w').c_str()) ==
        -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  CHECK(playhead_client_set_network(client, nullptr) == PLAYHEAD_OK);
  CHECK(playhead_client_flush(client, 1000) == PLAYHEAD_OK);  // nothing was ever to be sent
  playhead_client_destroy(client);
  CHECK(destroyed == 0);
  CHECK(playhead_player_play(player) == PLAYHEAD_OK);
  playhead_player_destroy(player);
  CHECK(destroyed == 1);
}

TEST_CASE("U09 a player takes calls from eight threads at once") {
  const Pair pair;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&pair, i] {
      for (int k = 0; k < 50; ++k) {
        playhead_source source = PLAYHEAD_SOURCE_INIT;
        source.url = "http://127.0.0.1:1/a.m3u8";  // nobody listens there
        if ((i + k) % 16 == 0) playhead_player_load(pair.player, &source);
        playhead_player_seek(pair.player, k * 1'000'000, static_cast<uint64_t>(k));
        playhead_player_pause(pair.player);
        playhead_player_play(pair.player);
        playhead_player_set_speed(pair.player, 1.5);
        playhead_player_select_text(pair.player, "");
        playhead_snapshot* snapshot = nullptr;
        if (playhead_player_snapshot(pair.player, &snapshot) == PLAYHEAD_OK) {
          playhead_qoe qoe = PLAYHEAD_QOE_INIT;
          playhead_snapshot_get_qoe(snapshot, &qoe);
          playhead_snapshot_release(snapshot);
        }
        if (k % 16 == 15) playhead_player_stop(pair.player);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  playhead_snapshot* snapshot = nullptr;
  CHECK(playhead_player_snapshot(pair.player, &snapshot) == PLAYHEAD_OK);
  playhead_snapshot_release(snapshot);
}

TEST_CASE("capi: a download nobody has open fails, and says why") {
  const Pair pair;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  source.download_id = "d-1";
  REQUIRE(playhead_player_load(pair.player, &source) == PLAYHEAD_OK);
  playhead_event event = PLAYHEAD_EVENT_INIT;
  std::string url;
  while (event.type != PLAYHEAD_EVENT_FAILED) {
    REQUIRE(playhead_player_next_event(pair.player, -1, &event) == PLAYHEAD_OK);
    if (event.type == PLAYHEAD_EVENT_LOAD_STARTED) url = event.url;
  }
  CHECK(url == "offline:d-1");
  CHECK(event.error_code == PLAYHEAD_ERROR_INVALID_STATE);
  CHECK(std::string(event.error_context).find("DownloadManager") != std::string::npos);
}

namespace {

// Loads what fails at once: the quickest way to have something told.
void load_nothing(playhead_player* player) {
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  source.url = "ftp://127.0.0.1/film.m3u8";
  REQUIRE(playhead_player_load(player, &source) == PLAYHEAD_OK);
}

void wait_for_failure(playhead_player* player) {
  playhead_event event = PLAYHEAD_EVENT_INIT;
  while (event.type != PLAYHEAD_EVENT_FAILED) {
    REQUIRE(playhead_player_next_event(player, -1, &event) == PLAYHEAD_OK);
  }
}

struct Waker {
  playhead_player* player = nullptr;
  playhead_client* client = nullptr;
  std::atomic<int> calls{0}, ended{0};
  std::atomic<bool> is_let_go{false};
  void (*act)(Waker&) = nullptr;

  playhead_wakeup table() {
    playhead_wakeup made = PLAYHEAD_WAKEUP_INIT;
    made.user = this;
    made.destroy = [](void* user) { ++static_cast<Waker*>(user)->ended; };
    made.wake = [](void* user) {
      auto& self = *static_cast<Waker*>(user);
      ++self.calls;
      self.act(self);
    };
    return made;
  }
};

}  // namespace

TEST_CASE("U01 U07 a wake-up may replace itself, and what it throws ends there") {
  Waker waker;
  {
    const Pair pair;
    waker.player = pair.player;
    waker.act = [](Waker& self) {
      playhead_player_set_wakeup(self.player, nullptr);
      if (self.ended != 0) ++self.calls;  // gone while it runs
      throw 7;
    };
    const playhead_wakeup table = waker.table();
    REQUIRE(playhead_player_set_wakeup(pair.player, &table) == PLAYHEAD_OK);
    load_nothing(pair.player);
    wait_for_failure(pair.player);
    while (waker.ended == 0) std::this_thread::yield();
  }
  CHECK(waker.calls == 1);
  CHECK(waker.ended == 1);
}

TEST_CASE("U06 a wake-up that does not return holds up nobody else") {
  Waker waker;
  const Pair pair;
  waker.act = [](Waker& self) {
    while (!self.is_let_go) std::this_thread::yield();
  };
  const playhead_wakeup table = waker.table();
  REQUIRE(playhead_player_set_wakeup(pair.player, &table) == PLAYHEAD_OK);
  load_nothing(pair.player);
  while (waker.calls == 0) std::this_thread::yield();
  // It is in there while the engine works and its events are read.
  wait_for_failure(pair.player);
  load_nothing(pair.player);
  wait_for_failure(pair.player);
  CHECK(waker.calls == 1);
  CHECK(waker.ended == 0);
  waker.is_let_go = true;
  CHECK(playhead_player_set_wakeup(pair.player, nullptr) == PLAYHEAD_OK);
  CHECK(waker.ended == 1);
}

TEST_CASE("U02 a player, and its client, may be destroyed by the player's own wake-up") {
  for (int round = 0; round < 20; ++round) {
    Waker waker;
    Pair pair;
    waker.player = std::exchange(pair.player, nullptr);
    waker.client = std::exchange(pair.client, nullptr);
    waker.act = [](Waker& self) {
      playhead_player_destroy(self.player);
      playhead_client_destroy(self.client);
      if (self.ended != 0) ++self.calls;  // gone while it runs
      CHECK(playhead_player_play(self.player) == -PLAYHEAD_ERROR_INVALID_HANDLE);
    };
    const playhead_wakeup table = waker.table();
    REQUIRE(playhead_player_set_wakeup(waker.player, &table) == PLAYHEAD_OK);
    // Other threads call meanwhile, and wait for events.
    std::vector<std::thread> others;
    for (int i = 0; i < 2; ++i) {
      others.emplace_back([player = waker.player] {
        playhead_event event = PLAYHEAD_EVENT_INIT;
        while (playhead_player_next_event(player, -1, &event) == PLAYHEAD_OK) {
          playhead_player_pause(player);
        }
      });
      if (round % 2 == 0) break;  // and sometimes two
    }
    load_nothing(waker.player);
    for (std::thread& other : others) other.join();
    while (waker.ended == 0) std::this_thread::yield();
    CHECK(waker.calls == 1);
    CHECK(waker.ended == 1);
  }
}

TEST_CASE("U02 U07 sinks may destroy their player, and throw") {
  struct App {
    playhead_player* player = nullptr;
    std::atomic<int> cleared{0}, ended{0};
  };
  for (const bool throws : {false, true}) {
    App app;
    Pair pair;
    playhead_video_sink screen = PLAYHEAD_VIDEO_SINK_INIT;
    screen.user = &app;
    screen.destroy = [](void* user) {
      ++static_cast<App*>(user)->ended;
      throw 8;
    };
    screen.show = [](void*, playhead_frame*) {};
    screen.clear = throws ? [](void* user) {
      ++static_cast<App*>(user)->cleared;
      throw 7;
    } : [](void* user) {
      auto& self = *static_cast<App*>(user);
      ++self.cleared;
      playhead_player_destroy(self.player);
      CHECK(self.ended == 0);  // not while it runs
      CHECK(playhead_player_stop(self.player) == -PLAYHEAD_ERROR_INVALID_HANDLE);
    };
    playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
    config.video = &screen;
    REQUIRE(playhead_player_create(pair.client, &config, &app.player) == PLAYHEAD_OK);
    load_nothing(app.player);
    if (throws) {
      wait_for_failure(app.player);
      playhead_player_destroy(app.player);
    }
    while (app.ended == 0) std::this_thread::yield();
    CHECK(app.cleared == 1);
    CHECK(app.ended == 1);
  }
}

TEST_CASE("U08 handles of what is gone, and of other kinds, are answered") {
  constexpr playhead_status kNone = -PLAYHEAD_ERROR_INVALID_HANDLE;
  Pair pair;
  playhead_snapshot* snapshot = nullptr;
  REQUIRE(playhead_player_snapshot(pair.player, &snapshot) == PLAYHEAD_OK);
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  // Another kind, and no handle at all: a pointer, an odd number.
  const auto as_player = [](auto* handle) { return reinterpret_cast<playhead_player*>(handle); };
  for (playhead_player* wrong : {as_player(snapshot), as_player(pair.client), as_player(&qoe),
                                 as_player(reinterpret_cast<char*>(&qoe) + 1),
                                 reinterpret_cast<playhead_player*>(~uintptr_t{0})}) {
    CHECK(playhead_player_play(wrong) == kNone);
    CHECK(playhead_player_next_event(wrong, -1, &event) == kNone);
    CHECK(playhead_player_now_us(wrong) == 0);
    playhead_player_destroy(wrong);
  }
  CHECK(playhead_snapshot_get_qoe(snapshot, &qoe) == PLAYHEAD_OK);
  playhead_snapshot_release(snapshot);
  CHECK(playhead_snapshot_get_qoe(snapshot, &qoe) == kNone);
  playhead_snapshot_release(snapshot);
  playhead_player* const gone = std::exchange(pair.player, nullptr);
  playhead_player_destroy(gone);
  playhead_player_destroy(gone);
  CHECK(playhead_player_load(gone, nullptr) == kNone);
  CHECK(playhead_player_snapshot(gone, &snapshot) == kNone);
  CHECK(snapshot == nullptr);
  // What takes its place is another one.
  REQUIRE(playhead_player_create(pair.client, nullptr, &pair.player) == PLAYHEAD_OK);
  CHECK(pair.player != gone);
  CHECK(playhead_player_play(gone) == kNone);
  CHECK(playhead_player_play(pair.player) == PLAYHEAD_OK);
  playhead_client* const client = std::exchange(pair.client, nullptr);
  playhead_client_destroy(client);
  playhead_client_destroy(client);
  CHECK(playhead_client_set_network(client, "wifi") == kNone);
  CHECK(playhead_client_low_memory(client) == kNone);
  playhead_player* none = nullptr;
  CHECK(playhead_player_create(client, nullptr, &none) == kNone);
}

TEST_CASE("U07 what a body of the interface throws becomes a status") {
  using playhead::capi::guard;
  CHECK(guard([]() -> playhead_status { throw std::bad_alloc(); }) ==
        -PLAYHEAD_ERROR_OUT_OF_MEMORY);
  CHECK(guard([]() -> playhead_status { throw 7; }) == -PLAYHEAD_ERROR_INTERNAL);
  CHECK(guard([]() -> playhead_status { throw std::string("x"); }) == -PLAYHEAD_ERROR_INTERNAL);
  playhead::capi::guard_void([] { throw 7; });
}
