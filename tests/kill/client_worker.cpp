// SPDX-License-Identifier: Apache-2.0
// Plays titles of the service on null outputs, as an app does, and writes down what it saw; whoever
// started it may kill it at any moment.
//   client_worker play API_URL TOKEN FOLDER TITLE TRUTH stream|session SEED
//       plays TITLE again and again, with pauses and seeks drawn from SEED; says "playing" when it
//       first does. Lines of TRUTH, on disk before the next one, each with the seconds of the
//       player's clock in front (on Linux that of every process):
//         resume MS             the service lets it begin there
//         event TYPE            it was told so; TYPE as the service's events have it
//         at MS PLAYED COVERED  the position; ms of play, and of play and stalls, since the start
//   client_worker flush API_URL TOKEN FOLDER
//       delivers what earlier lives left; exit status 0 when nothing waits any more
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "playhead/playhead.h"

namespace {

constexpr int kTickMs = 50;
constexpr int64_t kBeatUs = 1'000'000;
constexpr int kFlushMs = 60'000;

// A file that survives its writer.
class Truth {
 public:
  explicit Truth(const char* path) : file_(open(path, O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
  ~Truth() { close(file_); }
  Truth(const Truth&) = delete;
  Truth& operator=(const Truth&) = delete;

  void say(int64_t now_us, const std::string& words) {
    char stamp[32];
    std::snprintf(stamp, sizeof stamp, "%.6f ", static_cast<double>(now_us) / 1e6);
    const std::string line = stamp + words + '\n';
    const bool is_written =
        write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
        fdatasync(file_) == 0;
    if (!is_written) std::exit(3);
  }

 private:
  const int file_;
};

// As the service names it; null: it is not told, or not by every play.
const char* event_type(const playhead_event& event) {
  switch (event.type) {
    case PLAYHEAD_EVENT_FIRST_FRAME:
      return "start";
    case PLAYHEAD_EVENT_REPRESENTATION_CHANGED:
      return "quality_change";
    case PLAYHEAD_EVENT_SEEK_DONE:
      return "seek";
    case PLAYHEAD_EVENT_ENDED:
      return "end";
    case PLAYHEAD_EVENT_STATE_CHANGED:
      break;
    default:
      return nullptr;
  }
  if (event.to_state == PLAYHEAD_STATE_PAUSED) return "pause";
  if (event.to_state == PLAYHEAD_STATE_REBUFFERING) return "rebuffer";
  if (event.to_state != PLAYHEAD_STATE_PLAYING) return nullptr;
  if (event.from_state == PLAYHEAD_STATE_PAUSED) return "resume";
  return event.from_state == PLAYHEAD_STATE_REBUFFERING ? "rebuffer_end" : nullptr;
}

// Time that passed in the states that count.
class Stopwatch {
 public:
  void run(bool runs, int64_t now_us) {
    total_us_ = read(now_us);
    runs_ = runs;
    since_us_ = now_us;
  }
  [[nodiscard]] int64_t read(int64_t now_us) const {
    return total_us_ + (runs_ ? now_us - since_us_ : 0);
  }

 private:
  int64_t total_us_ = 0, since_us_ = 0;
  bool runs_ = false;
};

class Viewer {
 public:
  Viewer(playhead_player* player, const char* title, Truth& truth, unsigned seed)
      : player_(player), truth_(truth), random_(seed) {
    source_.title_id = title;
  }

  [[noreturn]] void watch() {
    playhead_player_load(player_, &source_);
    for (;;) {
      playhead_event event = PLAYHEAD_EVENT_INIT;
      const playhead_status status = playhead_player_next_event(player_, kTickMs, &event);
      if (status == PLAYHEAD_OK && event.type != PLAYHEAD_EVENT_NONE) take(event);
      if (status != PLAYHEAD_OK && status != -PLAYHEAD_ERROR_TIMED_OUT) std::exit(4);
      const int64_t now_us = playhead_player_now_us(player_);
      if (now_us < next_tick_us_) continue;
      next_tick_us_ = now_us + kTickMs * 1000;
      tick();
    }
  }

 private:
  void say(const std::string& words) { truth_.say(playhead_player_now_us(player_), words); }

  void take(const playhead_event& event) {
    if (event.type == PLAYHEAD_EVENT_SESSION_STARTED) {
      say("resume " + std::to_string(event.target_us / 1000));
    }
    if (event.type == PLAYHEAD_EVENT_MANIFEST_LOADED) duration_us_ = event.duration_us;
    if (event.type == PLAYHEAD_EVENT_STATE_CHANGED) take_state(event);
    if (const char* type = event_type(event)) say(std::string("event ") + type);
    if (event.type == PLAYHEAD_EVENT_ENDED) say_position(duration_us_);
    const bool is_over =
        event.type == PLAYHEAD_EVENT_ENDED || event.type == PLAYHEAD_EVENT_FAILED;
    if (is_over) playhead_player_load(player_, &source_);
  }

  void take_state(const playhead_event& event) {
    const bool plays = event.to_state == PLAYHEAD_STATE_PLAYING;
    if (plays && !has_played_) {
      has_played_ = true;
      std::puts("playing");
      std::fflush(stdout);
    }
    is_playing_ = plays;
    played_.run(plays, event.time_us);
    covered_.run(plays || event.to_state == PLAYHEAD_STATE_REBUFFERING, event.time_us);
  }

  void say_position(int64_t position_us) {
    const int64_t now_us = playhead_player_now_us(player_);
    say("at " + std::to_string(position_us / 1000) + ' ' +
               std::to_string(played_.read(now_us) / 1000) + ' ' +
               std::to_string(covered_.read(now_us) / 1000));
  }

  void tick() {
    playhead_snapshot* snapshot = nullptr;
    if (playhead_player_snapshot(player_, &snapshot) != PLAYHEAD_OK) std::exit(5);
    playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
    playhead_snapshot_get_status(snapshot, &status);
    playhead_snapshot_release(snapshot);
    const bool is_under_way =
        status.state == PLAYHEAD_STATE_PLAYING || status.state == PLAYHEAD_STATE_PAUSED;
    if (is_under_way) say_position(status.position_us);
    if (pause_left_ > 0 && --pause_left_ == 0) playhead_player_play(player_);
    if (!is_playing_ || pause_left_ > 0) return;
    const unsigned chance = random_() % 100;
    if (chance < 3) {
      pause_left_ = 2 + static_cast<int>(random_() % 8);
      playhead_player_pause(player_);
    } else if (chance < 6 && duration_us_ > 0) {
      const int64_t target_us = static_cast<int64_t>(random_() % 1000) * duration_us_ / 1000;
      say_position(target_us);  // the player may be there, and have said so, before it is heard of
      playhead_player_seek(player_, target_us, 0);
    }
  }

  playhead_player* const player_;
  playhead_source source_ = PLAYHEAD_SOURCE_INIT;
  Truth& truth_;
  std::minstd_rand random_;
  Stopwatch played_, covered_;
  bool has_played_ = false, is_playing_ = false;
  int pause_left_ = 0;  // ticks
  int64_t duration_us_ = 0;
  int64_t next_tick_us_ = 0;
};

void answer_token(void* user, int32_t, playhead_token_request* request) {
  playhead_token_request_answer(request, static_cast<const char*>(user));
}

playhead_client* open_client(char** words, bool by_session) {
  playhead_token_provider tokens = PLAYHEAD_TOKEN_PROVIDER_INIT;
  tokens.user = words[3];
  tokens.request_token = answer_token;
  playhead_service_config service = PLAYHEAD_SERVICE_CONFIG_INIT;
  service.start = by_session ? PLAYHEAD_START_SESSION : PLAYHEAD_START_STREAM;
  service.device_id = "worker";
  service.reports_events = 1;
  service.heartbeat_us = kBeatUs;
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.api_url = words[2];
  config.storage_path = words[4];
  config.token_provider = &tokens;
  config.service = &service;
  playhead_client* client = nullptr;
  const playhead_status status = playhead_client_create(&config, &client);
  if (status != PLAYHEAD_OK) {
    std::printf("failed %s\n", playhead_error_meaning(status));
    std::exit(1);
  }
  return client;
}

}  // namespace

int main(int count, char** words) {
  if (count == 5 && std::strcmp(words[1], "flush") == 0) {
    playhead_client* client = open_client(words, false);
    const playhead_status status = playhead_client_flush(client, kFlushMs);
    playhead_client_destroy(client);
    return status == PLAYHEAD_OK ? 0 : 1;
  }
  if (count != 9 || std::strcmp(words[1], "play") != 0) return 2;
  playhead_client* client = open_client(words, std::strcmp(words[7], "session") == 0);
  playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
  config.progress_interval_us = kBeatUs;
  playhead_player* player = nullptr;
  if (playhead_player_create(client, &config, &player) != PLAYHEAD_OK) return 1;
  Truth truth(words[6]);
  Viewer(player, words[5], truth, static_cast<unsigned>(std::strtoul(words[8], nullptr, 10)))
      .watch();
}
