// SPDX-License-Identifier: Apache-2.0
// Real media in real vault files, played by the real player and FFmpeg.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "player/client_impl.h"
#include "playhead/player.h"
#include "support/media_samples.h"
#include "support/memory_store.h"
#include "support/settled_backend.h"
#include "support/sim_sinks.h"
#include "support/sim_transport.h"
#include "unit/offline/playback/stored_world.h"

namespace playhead::offline::test {
namespace {

using playhead::test::CapturingVideoSink;
using playhead::test::MemoryStore;
using playhead::test::SettledBackend;
using playhead::test::SimAudioSink;
using playhead::test::SimTransport;

const std::string kManifest = "https://cdn.test/t/main.m3u8?sig=1";

template <typename T>
std::shared_ptr<T> borrowed(T& object) {
  return std::shared_ptr<T>(std::shared_ptr<void>(), &object);
}

// A player of a download that holds `sample` as its only segment. One at a time: see
// SettledBackend.
class Playing {
 public:
  Playing(const std::string& sample, int seconds, std::optional<Duration> expires_in = {})
      : Playing(title_of(sample, seconds, expires_in)) {}
  explicit Playing(const StoredWorld::Title& title) {
    world.add(title);
    ClientDependencies parts;
    parts.executor = borrowed<Executor>(world.executor);
    parts.transport = network;
    parts.store = borrowed<Store>(store);
    parts.backend = std::make_shared<SettledBackend>(world.executor);
    client = *Client::create({}, std::move(parts));
    client->impl().set_library(world.library);
    Sinks sinks;
    sinks.video = screen;
    sinks.audio = speaker;
    player = *Player::create(client, {}, std::move(sinks), borrowed<Executor>(world.executor));
  }
  static StoredWorld::Title title_of(const std::string& sample, int seconds,
                                     std::optional<Duration> expires_in) {
    const std::vector<uint8_t> media = playhead::test::media_sample(sample);
    StoredWorld::Title title;
    title.expires_in = expires_in;
    title.files = {{kManifest, "#EXTM3U\n#EXT-X-TARGETDURATION:" + std::to_string(seconds) +
                                   "\n#EXTINF:" + std::to_string(seconds) +
                                   ",\nmedia.ts?sig=1\n#EXT-X-ENDLIST\n"},
                   {"https://cdn.test/t/media.ts", std::string(media.begin(), media.end())}};
    return title;
  }
  ~Playing() {
    player.reset();
    client.reset();
  }
  void load() {
    PlaySource source;
    source.download_id = "d-1";
    player->load(source);
  }
  // False: not within `limit`.
  template <typename Kind>
  bool run_until(Duration limit) {
    return world.executor.run_until_true(
        [&] {
          while (auto event = player->next_event()) {
            if (const auto* is_failed = std::get_if<Failed>(&event->payload)) {
              failure = is_failed->error;
            }
            if (std::holds_alternative<Kind>(event->payload)) return true;
          }
          return false;
        },
        limit);
  }

  StoredWorld world;
  MemoryStore store{world.executor};
  std::shared_ptr<SimTransport> network = std::make_shared<SimTransport>(world.executor);
  std::shared_ptr<CapturingVideoSink> screen = std::make_shared<CapturingVideoSink>(world.executor);
  std::shared_ptr<SimAudioSink> speaker = std::make_shared<SimAudioSink>(world.executor);
  std::shared_ptr<Client> client;
  std::unique_ptr<Player> player;
  std::optional<Error> failure;
};

bool has_sample(const char* name) {
  if (!playhead::test::media_sample(name).empty()) return true;
  MESSAGE("skipped: no " << name);
  return false;
}

TEST_CASE("real media: a download is seen and heard, and no request leaves the device") {
  if (!has_sample("av.ts")) return;
  Playing playing("av.ts", 4);
  playing.load();
  REQUIRE(playing.run_until<Ended>(30s));
  CHECK(playing.screen->shown().size() == 100);
  CHECK(playing.speaker->heard_s(playing.world.executor.now()) == doctest::Approx(4).epsilon(0.03));
  CHECK(playing.network->records().empty());
}

// A plain file as it was downloaded: in parts of that many bytes, or whole.
StoredWorld::Title plain_title(const std::string& sample, std::size_t part) {
  const std::vector<uint8_t> media = playhead::test::media_sample(sample);
  StoredWorld::Title title;
  title.manifest_url = "https://cdn.test/t/film.mp4?sig=1";
  for (std::size_t at = 0; at < media.size(); at += part) {
    const std::size_t end = std::min(at + part, media.size());
    StoredWorld::File file;
    file.url = title.manifest_url;
    file.body = std::string(media.begin() + static_cast<std::ptrdiff_t>(at),
                            media.begin() + static_cast<std::ptrdiff_t>(end));
    const bool is_all = part >= media.size();
    if (!is_all) file.range = ByteRange{static_cast<int64_t>(at), static_cast<int64_t>(end) - 1};
    file.track = "file";
    title.files.push_back(std::move(file));
  }
  return title;
}

// Of all pictures, against the first.
std::vector<int64_t> times_of(const CapturingVideoSink& screen) {
  std::vector<int64_t> times;
  for (const auto& frame : screen.shown()) {
    times.push_back(frame.time.us - screen.shown().front().time.us);
  }
  return times;
}
std::vector<int64_t> probed_times(const std::string& sample) {
  std::vector<int64_t> times;
  int64_t first = 0;
  for (const auto& frame : playhead::test::probed_frames(sample)) {
    if (!frame.is_video) continue;
    if (times.empty()) first = frame.pts_us;
    times.push_back(frame.pts_us - first);
  }
  return times;
}

TEST_CASE("real media: a plain MP4 is seen and heard, wherever it says what is in it") {
  constexpr std::size_t kWhole = std::size_t{1} << 30;
  struct Case {
    const char* sample;
    std::size_t part;
  };
  const Case cases[] = {
      {"av_plain.mp4", kWhole}, {"av_plain.mp4", 50'000}, {"av_plain_faststart.mp4", 50'000},
      {"av.mp4", kWhole},       {"av.mp4", 50'000},       {"av_pieces.mp4", 50'000},
      {"av_hybrid.mp4", 50'000}};
  for (const Case& c : cases) {
    if (!has_sample(c.sample)) return;
    CAPTURE(c.sample);
    CAPTURE(c.part);
    Playing playing(plain_title(c.sample, c.part));
    playing.load();
    const bool has_ended = playing.run_until<Ended>(30s);
    if (playing.failure) MESSAGE(describe(*playing.failure));
    REQUIRE(has_ended);
    CHECK(times_of(*playing.screen) == probed_times(c.sample));
    CHECK(playing.screen->shown().size() == 100);
    CHECK(playing.speaker->heard_s(playing.world.executor.now()) ==
          doctest::Approx(4).epsilon(0.03));
    CHECK(playing.network->records().empty());
  }
}

TEST_CASE("real media: a seek in a plain MP4 shows the picture that was asked for") {
  for (const char* sample : {"steps_plain.mp4", "steps.mp4"}) {
    CAPTURE(sample);
    if (!has_sample(sample)) return;
    Playing playing(plain_title(sample, 30'000));
    playing.load();
    REQUIRE(playing.run_until<FirstFrame>(10s));
    for (const int64_t target_s : {17, 3, 21}) {
      CAPTURE(target_s);
      playing.player->seek(MediaTime{target_s * 1'000'000});
      REQUIRE(playing.run_until<SeekDone>(10s));
      const int64_t off = playing.screen->shown().back().time.us - target_s * 1'000'000;
      CHECK(std::abs(off) <= 40'000);
    }
  }
}

TEST_CASE("real media: what is no plain MP4 does not open, typed") {
  struct Case {
    const char* name;
    std::string body;
    ErrorCode code;
  };
  const Case cases[] = {
      {"another container", std::string(5'000, 'x'), ErrorCode::kContainerUnsupported},
      {"nothing", "", ErrorCode::kContainerSyntax},
      {"cut off in its moov", std::string("\0\0\1\0moov", 8), ErrorCode::kContainerSyntax},
      {"no moov", std::string("\0\0\0\10free", 8), ErrorCode::kContainerSyntax}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    StoredWorld world;
    StoredWorld::Title title;
    title.manifest_url = "https://cdn.test/t/film.mp4";
    title.files = {{title.manifest_url, c.body}};
    title.files[0].track = "file";
    world.add(title);
    const auto opened = world.open("d-1");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == c.code);
  }
}

TEST_CASE("real media: seeking shows the picture that was asked for") {
  if (!has_sample("steps.ts")) return;
  Playing playing("steps.ts", 24);
  playing.load();
  REQUIRE(playing.run_until<FirstFrame>(10s));
  for (const int64_t target_s : {17, 3, 21}) {
    CAPTURE(target_s);
    playing.player->seek(MediaTime{target_s * 1'000'000});
    REQUIRE(playing.run_until<SeekDone>(10s));
    const int64_t off = playing.screen->shown().back().time.us - target_s * 1'000'000;
    CHECK(std::abs(off) <= 40'000);
  }
  CHECK(playing.network->records().empty());
}

TEST_CASE("real media: O22 rights that end in the middle end the play within a second") {
  if (!has_sample("steps.ts")) return;
  Playing playing("steps.ts", 24, Duration{5s});
  const MonotonicTime end = playing.world.executor.now() + 5s;
  playing.load();
  REQUIRE(playing.run_until<Failed>(30s));
  CHECK(playing.failure->code == ErrorCode::kOfflineExpired);
  CHECK(playing.world.executor.now() >= end);
  CHECK(playing.world.executor.now() - end <= 1s);
  playing.screen->forget();
  playing.load();
  REQUIRE(playing.run_until<Failed>(30s));
  CHECK(playing.failure->code == ErrorCode::kOfflineExpired);
  CHECK(playing.screen->shown().empty());
}

TEST_CASE("real media: O17 a flipped bit is found, told and never shown") {
  if (!has_sample("av.ts")) return;
  Playing playing("av.ts", 4);
  {
    std::fstream file(playing.world.path_of("d-1", "https://cdn.test/t/media.ts"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(150);
    file.put('\x5a').put('\xa5');
  }
  playing.load();
  playing.world.executor.run_for(30s);
  CHECK(playing.screen->shown().empty());
  CHECK(playing.world.damaged == std::vector<std::string>{"d-1"});
  CHECK(playing.world.row_of("d-1", "https://cdn.test/t/media.ts").state == ResourceState::kBad);
  REQUIRE(playing.run_until<Failed>(1min));
  CHECK(playing.failure->code == ErrorCode::kOfflineDamaged);
}

}  // namespace
}  // namespace playhead::offline::test
