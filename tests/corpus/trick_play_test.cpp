// SPDX-License-Identifier: Apache-2.0
// Trick play against the real thing: byte ranges of key frames in files the ffmpeg CLI made, real
// sockets, real decoding. Which moment a picture shows its brightness tells.
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "playhead/player.h"
#include "support/loopback_server.h"

namespace playhead::test {
namespace {

constexpr int64_t kSecond = 1'000'000;  // a key frame each, and a segment every four
constexpr int kSegmentKeys = 4;
constexpr int kPacket = 188;  // of MPEG-TS

// Of steps.mp4 and steps.ts: each second is brighter by 8 than the one before.
int brightness_at(MediaTime time) { return 24 + 8 * static_cast<int>(time.us / kSecond); }

// Where a key frame stands in its file.
struct Key {
  int64_t segment = 0;            // what precedes it, so that decoding can begin here
  int64_t first = 0, behind = 0;  // what an I-frame playlist names
};

struct Sample {
  std::string name, bytes;
  std::vector<Key> keys;
  [[nodiscard]] bool is_mp4() const { return name.ends_with("mp4"); }
};

Sample read_sample(const std::string& name) {
  const std::string path = std::string(PLAYHEAD_MEDIA_SAMPLES_DIR) + "/" + name;
  std::ifstream in(path, std::ios::binary);
  Sample sample{name, {std::istreambuf_iterator<char>(in), {}}, {}};
  std::ifstream places(path + ".places");
  bool is_open = false;  // an MPEG-TS key frame goes on to the next picture
  for (std::string line; std::getline(places, line);) {
    std::istringstream fields(line);
    std::string time, size, place, flags;
    const bool is_packet = std::getline(fields, time, ',') && std::getline(fields, size, ',') &&
                           std::getline(fields, place, ',') && std::getline(fields, flags, ',');
    if (!is_packet) continue;
    const int64_t at = std::stoll(place);
    if (std::exchange(is_open, false)) sample.keys.back().behind = at;
    if (flags[0] != 'K') continue;
    Key key;
    key.behind = at + std::stoll(size);
    if (sample.is_mp4()) {
      key.segment = key.first = static_cast<int64_t>(sample.bytes.rfind("moof", at)) - 4;
    } else {
      key.first = at;
      key.segment = at - 2 * kPacket;  // the tables before it
      is_open = true;
    }
    sample.keys.push_back(key);
  }
  return sample;
}

// An event in front of each key frame (emsg, version 1: ISO/IEC 23009-1 5.10.3.3).
void add_events(Sample& sample) {
  const std::string event = std::string(
                                "\0\0\0\x27"
                                "emsg\1",
                                9) +
                            std::string(6, '\0') + '\1' + std::string(16, '\0') +
                            std::string("urn:x\0\0", 7);
  const auto size = static_cast<int64_t>(event.size());
  int64_t added = 0;
  for (Key& key : sample.keys) {
    sample.bytes.insert(static_cast<std::size_t>(key.segment + added), event);
    key.segment += added;
    key.first += added;
    added += size;
    key.behind += added;
  }
}

std::string range(int64_t first, int64_t behind) {
  return "#EXT-X-BYTERANGE:" + std::to_string(behind - first) + "@" + std::to_string(first) + "\n";
}

std::string playlist(const Sample& sample, bool is_keys) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n";
  if (is_keys) text += "#EXT-X-I-FRAMES-ONLY\n";
  // Key frames of MPEG-TS come without: what precedes the first of them serves (RFC 8216bis
  // §4.4.3.6).
  if (sample.is_mp4()) {
    text += "#EXT-X-MAP:URI=\"k-" + sample.name + "\",BYTERANGE=\"" +
            std::to_string(sample.keys[0].first) + "@0\"\n";
  }
  const std::size_t step = is_keys ? 1 : kSegmentKeys;
  for (std::size_t i = 0; i < sample.keys.size(); i += step) {
    const bool is_last = i + step >= sample.keys.size();
    const auto size = static_cast<int64_t>(sample.bytes.size());
    const int64_t end = is_last ? size : sample.keys[i + step].segment;
    text += "#EXTINF:" + std::to_string(step) + ",\n";
    text += is_keys ? range(sample.keys[i].first, sample.keys[i].behind)
                    : range(sample.keys[i].segment, end);
    text += (is_keys ? "k-" : "v-") + sample.name + "\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

// What was shown, and what the app was told; tests wait for it.
class Watch final : public VideoSink {
 public:
  struct Picture {
    MediaTime time;
    int brightness = 0;
  };
  void show(const VideoFrame& frame) override {
    int64_t sum = 0;
    for (int y = 0; y < frame.height; ++y) {
      const uint8_t* row = frame.planes[0] + static_cast<std::ptrdiff_t>(y) * frame.strides[0];
      for (int x = 0; x < frame.width; ++x) sum += row[x];
    }
    const std::lock_guard lock(mutex_);
    shown_.push_back(
        {frame.time, static_cast<int>(sum / (int64_t{1} * frame.width * frame.height))});
    changed_.notify_all();
  }
  void wake() {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    changed_.notify_all();
  }
  // Waits for that; the test program's time limit is the only other end.
  void wait_for(const std::function<bool(const std::vector<Picture>&)>& is_there) {
    std::unique_lock lock(mutex_);
    while (!is_there(shown_)) {
      changed_.wait(lock, [&] { return std::exchange(is_woken_, false) || is_there(shown_); });
    }
  }
  std::vector<Picture> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(shown_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_woken_ = false;
  std::vector<Picture> shown_;
};

class Run {
 public:
  Run(const Sample& sample, bool has_iframes) {
    std::string list = "#EXTM3U\n#EXT-X-VERSION:7\n";
    const std::string attributes = "BANDWIDTH=80000,RESOLUTION=160x90,CODECS=\"avc1.42c00a\"";
    if (has_iframes) list += "#EXT-X-I-FRAME-STREAM-INF:" + attributes + ",URI=\"keys.m3u8\"\n";
    list += "#EXT-X-STREAM-INF:" + attributes + "\nall.m3u8\n";
    server.serve("/title.m3u8", text_answer(list));
    server.serve("/keys.m3u8", text_answer(playlist(sample, true)));
    server.serve("/all.m3u8", text_answer(playlist(sample, false)));
    const std::vector<uint8_t> bytes(sample.bytes.begin(), sample.bytes.end());
    for (const char* prefix : {"/k-", "/v-"}) {
      server.serve(prefix + sample.name, bytes_answer(bytes));
    }
  }
  // Up to the first picture, and stands there.
  void start() {
    auto made = Client::create({});
    REQUIRE(made.has_value());
    auto opened = Player::create(*made, {}, {watch, nullptr});
    REQUIRE(opened.has_value());
    player = *std::move(opened);
    player->set_wakeup([held = watch] { held->wake(); });
    PlaySource source;
    source.url = server.url("/title.m3u8");
    source.start_paused = true;
    player->load(source);
    watch->wait_for([&](const auto& shown) { return !shown.empty() || has_failed(); });
    REQUIRE_FALSE(has_failed());
    watch->take();
  }
  bool has_failed() {
    while (auto event = player->next_event()) {
      failed = failed || std::holds_alternative<Failed>(event->payload);
      has_warned = has_warned || std::holds_alternative<Warning>(event->payload);
    }
    return failed;
  }
  // Requests for key frames alone. Not those for the InitSegment in front of the same file: how
  // many these are depends on whether it came before its key frame was refused.
  [[nodiscard]] std::size_t key_requests() const {
    const auto all = server.requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& request) {
      return request.target.starts_with("/k-") && !request.header("Range").starts_with("bytes=0-");
    }));
  }

  LoopbackServer server;
  std::shared_ptr<Watch> watch = std::make_shared<Watch>();
  std::unique_ptr<Player> player;
  bool failed = false, has_warned = false;
};

void check_pictures(const std::vector<Watch::Picture>& pictures, int64_t every) {
  for (const Watch::Picture& picture : pictures) {
    CAPTURE(picture.time.us);
    CHECK(picture.time.us % (every * kSecond) == 0);
    CHECK(std::abs(picture.brightness - brightness_at(picture.time)) <= 2);
  }
}

struct Case {
  const char* name;
  const char* file;
  bool has_iframes;
  bool is_forbidden;  // the key frames
  int64_t every;      // seconds between pictures
  bool has_events = false;
};
constexpr Case kCases[] = {{"fMP4", "steps.mp4", true, false, 1},
                           {"MPEG-TS", "steps.ts", true, false, 1},
                           {"fMP4, whole segments", "steps.mp4", false, false, kSegmentKeys},
                           {"MPEG-TS, whole segments", "steps.ts", false, false, kSegmentKeys},
                           {"key frames are forbidden", "steps.mp4", true, true, kSegmentKeys},
                           {"events among them", "steps.mp4", true, false, 1, true},
                           {"events in segments", "steps.mp4", false, false, kSegmentKeys, true}};

// Milliseconds; each in another second and none in the first.
constexpr int64_t kScrubs[] = {20'500, 3'200, 12'900, 23'990, 8'040};

// Null: there is no such file.
std::unique_ptr<Run> run_of(const Case& c) {
  Sample sample = read_sample(c.file);
  if (sample.keys.empty()) {
    MESSAGE("skipped: not made: " << c.file);
    return nullptr;
  }
  REQUIRE(sample.keys.size() == 24);
  if (c.has_events) add_events(sample);
  auto run = std::make_unique<Run>(sample, c.has_iframes);
  if (c.is_forbidden) {
    run->server.serve("/keys.m3u8", text_answer(playlist(sample, true)));
    run->server.serve([ranges = sample.keys](const WebRequest& request) {
      const std::string first = "bytes=" + std::to_string(ranges[0].first);
      const bool is_init = request.header("Range").starts_with("bytes=0-");
      const bool is_refused = request.target.starts_with("/k-") && !is_init;
      return is_refused ? std::optional(status_answer(403)) : std::nullopt;
    });
  }
  run->start();
  return run;
}

TEST_CASE("trick play: scrubbing shows the picture of the moment that is asked for") {
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    const auto run = run_of(c);
    if (!run) continue;
    for (const int64_t ms : kScrubs) {
      CAPTURE(ms);
      run->player->scrub(MediaTime{ms * 1000});
      run->watch->wait_for([&](const auto& shown) { return !shown.empty() || run->has_failed(); });
      const auto pictures = run->watch->take();
      REQUIRE(pictures.size() == 1);
      CHECK(pictures[0].time.us == ms * 1000 / (c.every * kSecond) * c.every * kSecond);
      check_pictures(pictures, c.every);
    }
    const std::size_t keys = run->key_requests();
    if (c.has_iframes && c.is_forbidden) CHECK(keys == 1);  // forbidden once is forbidden
    if (c.has_iframes && !c.is_forbidden) CHECK(keys == std::size(kScrubs));
    if (!c.has_iframes) CHECK(keys == 0);
    CHECK_FALSE(run->has_failed());
  }
}

TEST_CASE("trick play: pictures of a rate are those of their moments, both ways") {
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    const auto run = run_of(c);
    if (!run) continue;
    run->player->trick_play(32);
    const auto is_there = [&](const auto& shown) {
      return (!shown.empty() && shown.back().time.us >= 16 * kSecond) || run->has_failed();
    };
    run->watch->wait_for(is_there);
    run->player->trick_play(-32);
    run->watch->wait_for([&](const auto& shown) {
      return (!shown.empty() && shown.back().time.us <= 8 * kSecond) || run->has_failed();
    });
    run->player->pause();
    check_pictures(run->watch->take(), c.every);
    CHECK_FALSE(run->has_failed());
  }
}

}  // namespace
}  // namespace playhead::test
