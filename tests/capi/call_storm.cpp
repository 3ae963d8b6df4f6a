// SPDX-License-Identifier: Apache-2.0
// The C interface as no app calls it: eight threads, any call at any moment, players that end in
// the middle of it; and lives of clients and players, one after the other. Whether that was
// harmless the sanitizers say; what the process holds afterwards, this.
//   call_storm [--seconds N] [--ends N] [--seed N] [--media FOLDER]
// FOLDER: a title with cmaf/master.m3u8; where it is not made, exit status 77: skipped. Without
// --media nothing can be had, and every play fails.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "lives.h"
#include "playhead/playhead.h"
#include "storm_app.h"
#include "support/loopback_server.h"
#include "support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace playhead::test;
using Dice = std::mt19937_64;

constexpr int kThreads = 8;
constexpr int kPlayers = 2;
constexpr int64_t kSecond = 1'000'000;

struct Options {
  int64_t seconds = 1;
  int64_t ends = 0;
  uint64_t seed = 1;
  fs::path media;
};

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
  if (options.ends > 0) return run_lives(options.ends, options.media) ? 0 : 1;
  LoopbackServer server;
  serve(server, options.media);
  std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
  Storm storm(server);
  storm.run(options.seconds, options.seed);
  std::printf("%lld calls, %lld pictures\n", static_cast<long long>(storm.calls()),
              static_cast<long long>(storm.frames()));
  return 0;
}
