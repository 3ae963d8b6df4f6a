// SPDX-License-Identifier: Apache-2.0
// The C interface as no app calls it: eight threads, any call at any moment, players that end in
// the middle of it; and lives of clients and players, one after the other. Whether that was
// harmless the sanitizers say; what the process holds afterwards, this.
//   call_storm [--seconds N] [--ends N] [--seed N] [--media FOLDER]
// FOLDER: a title with cmaf/master.m3u8; where it is not made, exit status 77: skipped. Without
// --media nothing can be had, and every play fails.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "playhead/playhead.h"
#include "support/loopback_server.h"
#include "support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace playhead::test;
using Dice = std::mt19937_64;

constexpr int kThreads = 8;
constexpr int kPlayers = 2;
constexpr int64_t kSecond = 1'000'000;

// More than what threads that begin and end leave in the pools of malloc.
constexpr int64_t kMostGrowth = 4 << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsMemoryOurs = false;  // what is freed is kept for a while
#else
constexpr bool kIsMemoryOurs = true;
#endif

struct Options {
  int64_t seconds = 1;
  int64_t ends = 0;
  uint64_t seed = 1;
  fs::path media;
};

int count_of(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Of the process, by the system.
struct Holding {
  int threads = count_of("/proc/self/task");
  int descriptors = count_of("/proc/self/fd");
  int64_t resident = 0;

  Holding() {
    int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    resident = pages * 4096;
  }
};

void serve(LoopbackServer& server, const fs::path& media) {
  server.serve([media](const WebRequest& request) -> std::optional<WebAnswer> {
    const std::string name = request.target.substr(1, request.target.find('?') - 1);
    std::ifstream file(media / name, std::ios::binary);
    if (media.empty() || !fs::is_regular_file(media / name)) return status_answer(404);
    return bytes_answer(std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {}));
  });
}

// A device that plays as fast as the clock goes. Engine thread.
struct Speaker {
  int64_t began_us = 0, written = 0, rate = 48'000;
  bool runs = false;
};

playhead_audio_sink speaker_table() {
  playhead_audio_sink sink = PLAYHEAD_AUDIO_SINK_INIT;
  sink.user = new Speaker;
  sink.destroy = [](void* user) { delete static_cast<Speaker*>(user); };
  sink.open = [](void* user, const playhead_audio_format* wanted, playhead_audio_format*) {
    static_cast<Speaker*>(user)->rate = wanted->sample_rate;
    return playhead_status{PLAYHEAD_OK};
  };
  sink.close = [](void*) {};
  sink.write = [](void* user, const float*, int64_t frames) {
    static_cast<Speaker*>(user)->written += frames;
  };
  sink.frames_played = [](void* user, int64_t now_us) {
    auto& self = *static_cast<Speaker*>(user);
    if (!self.runs) return int64_t{0};
    if (self.began_us == 0) self.began_us = now_us;
    return std::min(self.written, (now_us - self.began_us) * self.rate / kSecond);
  };
  sink.pause = [](void*) {};
  sink.resume = [](void* user) { static_cast<Speaker*>(user)->runs = true; };
  sink.flush = [](void* user) {
    auto& self = *static_cast<Speaker*>(user);
    self = Speaker{0, 0, self.rate, false};
  };
  sink.set_volume = [](void*, double) {};
  return sink;
}

playhead_client* make_client(const std::string& storage) {
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;
  log.log = [](void*, int32_t, const char*, const char*) {};
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.log_sink = &log;
  config.storage_path = storage.c_str();
  playhead_client* client = nullptr;
  if (playhead_client_create(&config, &client) != PLAYHEAD_OK) std::abort();
  return client;
}

playhead_player* make_player(playhead_client* client, std::atomic<int64_t>* frames) {
  playhead_video_sink video = PLAYHEAD_VIDEO_SINK_INIT;
  video.user = frames;
  video.show = [](void* user, playhead_frame* frame) {
    playhead_frame_release(playhead_frame_retain(frame));
    ++*static_cast<std::atomic<int64_t>*>(user);
  };
  const playhead_audio_sink audio = speaker_table();
  playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
  config.video = &video;
  config.audio = &audio;
  playhead_player* player = nullptr;
  if (playhead_player_create(client, &config, &player) != PLAYHEAD_OK) std::abort();
  return player;
}

playhead_downloads* open_downloads(playhead_client* client, const std::string& path) {
  playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  listener.changed = [](void*, const playhead_download*) {};
  playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  config.path = path.c_str();
  config.listener = &listener;
  config.free_space_floor_bytes = -1;
  playhead_downloads* downloads = nullptr;
  if (playhead_downloads_open(client, &config, &downloads) != PLAYHEAD_OK) std::abort();
  return downloads;
}

class Storm {
 public:
  explicit Storm(const LoopbackServer& server)
      : url_(server.url("/cmaf/master.m3u8")),
        client_(make_client(folder_.path("store"))),
        downloads_(open_downloads(client_, folder_.path("downloads"))) {
    for (auto& player : players_) player = make_player(client_, &frames_);
  }
  ~Storm() {
    for (auto& player : players_) playhead_player_destroy(player);
    playhead_downloads_close(downloads_);
    playhead_client_destroy(client_);
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  void run(int64_t seconds, uint64_t seed) {
    playhead_player* const clock = make_player(client_, &frames_);
    const int64_t end = playhead_player_now_us(clock) + seconds * kSecond;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, clock, end, dice = Dice(seed * kThreads + i)]() mutable {
        while (playhead_player_now_us(clock) < end) {
          call(dice);
          ++calls_;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    playhead_player_destroy(clock);
  }

  [[nodiscard]] int64_t calls() const { return calls_; }
  [[nodiscard]] int64_t frames() const { return frames_; }

 private:
  static int64_t below(Dice& dice, int64_t end) {
    return static_cast<int64_t>(dice() % static_cast<uint64_t>(end));
  }

  void call(Dice& dice) {
    std::atomic<playhead_player*>& slot = players_[static_cast<std::size_t>(below(dice, kPlayers))];
    playhead_player* const player = slot;
    // What begins a play anew is rare enough that some come to their pictures.
    const int64_t kind = below(dice, 100'000);
    if (kind < 2) return replace(slot);
    if (kind < 20) return load(player, dice);
    if (kind < 10'000) return call_client(dice);
    if (kind < 20'000) return call_downloads(dice);
    if (kind < 50'000) return read(player);
    command(player, dice);
  }

  // Others are in calls with the one that ends.
  void replace(std::atomic<playhead_player*>& slot) {
    playhead_player_destroy(slot.exchange(make_player(client_, &frames_)));
  }

  void load(playhead_player* player, Dice& dice) {
    playhead_source source = PLAYHEAD_SOURCE_INIT;
    source.url = url_.c_str();
    const int64_t kind = below(dice, 6);
    if (kind == 0) playhead_player_set_next(player, &source);
    if (kind == 1) playhead_player_prepare(player, &source);
    if (kind == 2) playhead_player_play_next(player);
    if (kind == 3) playhead_player_stop(player);
    if (kind > 3) playhead_player_load(player, &source);
  }

  void call_client(Dice& dice) {
    const int64_t kind = below(dice, 100);
    if (kind == 0) playhead_client_low_memory(client_);
    if (kind == 1) playhead_client_network_changed(client_, below(dice, 8) > 0 ? 1 : 0);
    if (kind == 2) playhead_client_network_changed(client_, 1);
    if (kind == 3) playhead_client_set_network(client_, "wifi");
    if (kind == 4) playhead_client_flush(client_, 0);
  }

  void call_downloads(Dice& dice) {
    const int64_t kind = below(dice, 200);
    playhead_download_list* list = nullptr;
    playhead_downloads_list(downloads_, &list);
    playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
    if (playhead_download_list_get(list, 0, &download) == PLAYHEAD_OK) {
      if (kind == 0) playhead_downloads_pause(downloads_, download.id);
      if (kind == 1) playhead_downloads_resume(downloads_, download.id);
      if (kind == 2) playhead_downloads_verify(downloads_, download.id);
      if (kind == 3) playhead_downloads_remove(downloads_, download.id);
    } else if (kind < 10) {
      playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
      request.url = url_.c_str();
      playhead_downloads_add(downloads_, &request, nullptr, 0, nullptr);
    }
    playhead_download_list_release(list);
  }

  static void read(playhead_player* player) {
    playhead_event event = PLAYHEAD_EVENT_INIT;
    playhead_player_next_event(player, 0, &event);
    playhead_snapshot* snapshot = nullptr;
    if (playhead_player_snapshot(player, &snapshot) != PLAYHEAD_OK) return;
    playhead_qoe qoe = PLAYHEAD_QOE_INIT;
    playhead_snapshot_get_qoe(snapshot, &qoe);
    playhead_snapshot_release(snapshot);
  }

  static void command(playhead_player* player, Dice& dice) {
    switch (below(dice, 1000)) {
      case 0:
        playhead_player_go_live(player);
        break;
      case 1:
        playhead_player_pause(player);
        break;
      case 2:
        playhead_player_trick_play(player, static_cast<int32_t>(below(dice, 9)) - 4);
        break;
      case 3:
        playhead_player_scrub(player, below(dice, 10 * kSecond));
        break;
      case 4:
        playhead_player_request_thumbnail(player, below(dice, 10 * kSecond), dice());
        break;
      case 5:
        playhead_player_seek_fast(player, below(dice, 10 * kSecond), dice());
        break;
      case 6:
        playhead_player_select_text(player, below(dice, 2) == 0 ? "en" : "");
        break;
      case 7:
        playhead_player_select_audio(player, "");
        break;
      case 8:
        playhead_player_set_surface(player, static_cast<int32_t>(below(dice, 2)));
        break;
      case 9:
        wake(player, dice);
        break;
      case 10:
        limit(player, dice);
        break;
      case 11:
        playhead_player_decision_log(player, nullptr, 0, nullptr);
        break;
      case 12:
        playhead_player_seek(player, below(dice, 10 * kSecond), dice());
        break;
      case 13:
        playhead_player_set_speed(player, 0.5 + static_cast<double>(below(dice, 4)) / 2);
        break;
      default:
        playhead_player_play(player);
        std::this_thread::yield();
    }
  }

  static void wake(playhead_player* player, Dice& dice) {
    playhead_wakeup wakeup = PLAYHEAD_WAKEUP_INIT;
    wakeup.wake = [](void*) {};
    playhead_player_set_wakeup(player, below(dice, 2) == 0 ? &wakeup : nullptr);
  }

  static void limit(playhead_player* player, Dice& dice) {
    playhead_limits limits = PLAYHEAD_LIMITS_INIT;
    limits.viewport_width = static_cast<int32_t>(below(dice, 2000));
    limits.viewport_height = limits.viewport_width / 2;
    playhead_player_set_limits(player, &limits);
  }

  const TempFolder folder_;
  const std::string url_;
  playhead_client* const client_;
  playhead_downloads* const downloads_;
  std::array<std::atomic<playhead_player*>, kPlayers> players_{};
  std::atomic<int64_t> calls_{0}, frames_{0};
};

// One life of an app: half of the plays are ended before anything can have come.
void live(const LoopbackServer& server, const std::string& store, bool waits) {
  std::atomic<int64_t> frames{0};
  playhead_client* const client = make_client(store);
  playhead_player* const player = make_player(client, &frames);
  const std::string url = server.url("/cmaf/master.m3u8");
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  source.url = url.c_str();
  playhead_player_load(player, &source);
  playhead_event event = PLAYHEAD_EVENT_INIT;
  while (waits && event.type != PLAYHEAD_EVENT_FIRST_FRAME && event.type != PLAYHEAD_EVENT_FAILED) {
    playhead_player_next_event(player, -1, &event);
  }
  playhead_player_destroy(player);
  playhead_client_destroy(client);
}

// What the system still lists of threads that have ended goes in a moment.
Holding hold_at_rest(const Holding& before) {
  Holding now;
  for (int i = 0; i < 100'000 && now.threads > before.threads; ++i) {
    std::this_thread::yield();
    now = Holding();
  }
  return now;
}

// Memory is compared once pools and caches have what they keep; the server's threads are gone.
bool run_ends(const Options& options) {
  const TempFolder folder;
  std::optional<Holding> half;
  const auto live_so_often = [&](int64_t ends) {
    LoopbackServer server;
    serve(server, options.media);
    for (int64_t i = 0; i < ends; ++i) {
      if (i == ends / 2) half.emplace();
      live(server, folder.path("store"), i % 2 == 0);
    }
  };
  live_so_often(1);
  const Holding before;
  live_so_often(options.ends);
  const Holding after = hold_at_rest(before);
  const int64_t growth = after.resident - half->resident;
  std::printf(
      "%lld lives: %d threads (%d before), %d descriptors (%d before), %lld KiB, "
      "%lld KiB more than half way\n",
      static_cast<long long>(options.ends), after.threads, before.threads, after.descriptors,
      before.descriptors, static_cast<long long>(after.resident >> 10),
      static_cast<long long>(growth >> 10));
  const bool is_flat = !kIsMemoryOurs || growth <= kMostGrowth;
  return is_flat && after.threads <= before.threads && after.descriptors <= before.descriptors;
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seconds") options.seconds = std::atoll(argv[i + 1]);
    if (name == "--ends") options.ends = std::atoll(argv[i + 1]);
    if (name == "--seed") options.seed = static_cast<uint64_t>(std::atoll(argv[i + 1]));
    if (name == "--media") options.media = argv[i + 1];
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  if (!options.media.empty() && !fs::exists(options.media / "cmaf" / "master.m3u8")) {
    std::printf("skipped: there is no title in %s\n", options.media.c_str());
    return 77;
  }
  if (options.ends > 0) return run_ends(options) ? 0 : 1;
  LoopbackServer server;
  serve(server, options.media);
  std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
  Storm storm(server);
  storm.run(options.seconds, options.seed);
  std::printf("%lld calls, %lld pictures\n", static_cast<long long>(storm.calls()),
              static_cast<long long>(storm.frames()));
  return 0;
}
