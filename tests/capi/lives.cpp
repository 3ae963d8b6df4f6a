// SPDX-License-Identifier: Apache-2.0
#include "lives.h"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "playhead/playhead.h"
#include "storm_app.h"
#include "support/loopback_server.h"
#include "support/temp_folder.h"

namespace playhead::test {

namespace {

namespace fs = std::filesystem;

// Slots of handles and what libraries remember come to less, however many lives there were; and what malloc keeps for
// itself, once it was asked to give back what it can.
constexpr int64_t kMostGrowth = 1 << 20, kMostResidentGrowth = 4 << 20;

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Of many arenas, which glibc makes for many threads, each keeps as much as any life ever took of it: 3 MB times 16 on
// two processors, all of them only after thousands of lives.
void keep_one_pool() { mallopt(M_ARENA_MAX, 1); }
void trim_pool() { malloc_trim(0); }
// What is allocated and not freed.
int64_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}
constexpr bool kIsMemoryKnown = true;
#else  // sanitizers keep what is freed for a while; elsewhere nobody says
void keep_one_pool() {}
void trim_pool() {}
int64_t bytes_in_use() { return 0; }
constexpr bool kIsMemoryKnown = false;
#endif

int count_of(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Of the process, by the system.
struct Holding {
  int threads = count_of("/proc/self/task");
  int descriptors = count_of("/proc/self/fd");
  int64_t in_use = bytes_in_use();
  int64_t resident = 0;

  Holding() {
    trim_pool();
    int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    resident = pages * 4096;
  }
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

void print(const std::string& when, const Holding& held) {
  std::printf("%s: %d threads, %d descriptors", when.c_str(), held.threads, held.descriptors);
  if (kIsMemoryKnown) {
    std::printf(", %lld KiB in use, %lld KiB resident", static_cast<long long>(held.in_use >> 10),
                static_cast<long long>(held.resident >> 10));
  }
  std::printf("\n");
}

}  // namespace

// The first life makes what libraries keep once; of the others one half must leave no more behind than the other did.
// Each half has a server of its own, gone when it is looked.
bool run_lives(int64_t count, const fs::path& media) {
  const TempFolder folder;
  const auto live_so_often = [&](int64_t lives) {
    LoopbackServer server;
    serve(server, media);
    for (int64_t i = 0; i < lives; ++i) live(server, folder.path("store"), i % 2 == 0);
  };
  keep_one_pool();
  live_so_often(1);
  const Holding one;
  live_so_often(count / 2);
  const Holding half = hold_at_rest(one);
  live_so_often(count - count / 2);
  const Holding all = hold_at_rest(one);
  print("one life", one);
  print("half of them", half);
  print(std::to_string(count) + " lives", all);
  const bool is_flat = !kIsMemoryKnown || (all.in_use - half.in_use <= kMostGrowth &&
                                           all.resident - half.resident <= kMostResidentGrowth);
  return is_flat && all.threads <= one.threads && all.descriptors <= one.descriptors;
}

}  // namespace playhead::test
