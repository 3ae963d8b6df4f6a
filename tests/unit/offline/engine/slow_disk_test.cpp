// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "engine/download_rig.h"

// What lies in memory while the disk is slower than the network.
namespace playhead::offline {
namespace {

using playhead::test::bytes_answer;
using playhead::test::pattern_bytes;
using playhead::test::SimLink;
using playhead::test::text_answer;
using test::DownloadRig;
using test::WebAnswer;
using test::WebRequest;

// A lane on the simulation's thread that takes its time for each job.
class SlowLane final : public Executor {
 public:
  SlowLane(Executor& world, Duration each) : world_(world), each_(each) {}

  [[nodiscard]] MonotonicTime now() const override { return world_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return world_.wall_now(); }
  void post(Task task) override {
    tasks_.push_back(std::move(task));
    if (!timer_) arm();
  }
  CancelHandle post_at(MonotonicTime deadline, Task task) override {
    return world_.post_at(deadline, std::move(task));
  }
  uint64_t random() override { return world_.random(); }
  [[nodiscard]] bool is_current() const override { return world_.is_current(); }

 private:
  void arm() {
    timer_ = world_.post_at(world_.now() + each_, [this] {
      timer_.reset();
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
      if (!tasks_.empty() && !timer_) arm();
    });
  }

  Executor& world_;
  const Duration each_;
  std::deque<Task> tasks_;
  CancelHandle timer_;
};

// Largest number of bytes that had come and were not written.
struct Gauge {
  int64_t most = 0;
  void look(DownloadRig& rig) {
    const int64_t come = rig.world.transport->bytes_delivered();
    most = std::max(most, come - rig.disk->bytes_appended());
  }
};

constexpr int64_t kMedia = 60'000'000;

int64_t most_in_memory(DownloadRig& rig, const std::string& url) {
  rig.world.transport->set_link(SimLink::constant(2'000'000'000, 1ms));  // 250 MB/s
  for (int n = 0; n < 4; ++n) {
    rig.lanes.push_back(std::make_shared<SlowLane>(rig.world.executor, 40ms));
  }
  rig.open();
  DownloadRequest request;
  request.url = url;
  const std::string id = rig.add(request);
  Gauge gauge;
  rig.world.executor.run_until_true(
      [&] {
        gauge.look(rig);
        return !rig.told.changes.empty() && rig.told.last.state == DownloadState::kCompleted;
      },
      10min);
  const DownloadStatus status = rig.status(id);
  CAPTURE(status.bytes_done);
  CAPTURE(status.failure ? describe(status.failure->error) : "no failure");
  REQUIRE(status.state == DownloadState::kCompleted);
  CHECK(rig.status(id).bytes_done >= kMedia);
  return gauge.most;
}

}  // namespace

TEST_CASE("downloads: a host that knows no ranges is held back by a slow disk") {
  DownloadRig rig;
  const std::string url = "http://cdn.test/film.mp4";
  const auto film = pattern_bytes(kMedia, 7);
  rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != url) return std::nullopt;
    WebAnswer answer = bytes_answer(film);
    answer.ignores_range = true;
    return answer;
  };
  rig.more = [&](const std::string&) { return std::string(as_text(film)); };
  const int64_t most = most_in_memory(rig, url);
  CHECK(most > 0);
  // The window, and the piece that fills it: 50 ms of the link at most.
  CHECK(most <= kMostAheadBytes + 13'000'000);
}

TEST_CASE("downloads: segments of many megabytes are held back by a slow disk") {
  DownloadRig rig;
  const std::string list = "http://cdn.test/list.m3u8";
  const auto segment = pattern_bytes(kMedia / 4, 7);
  rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url == list) {
      std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:40\n";
      for (int n = 0; n < 4; ++n) text += "#EXTINF:40,\n" + std::to_string(n) + ".ts\n";
      return text_answer(text + "#EXT-X-ENDLIST\n");
    }
    if (!request.url.ends_with(".ts")) return std::nullopt;
    return bytes_answer(segment);
  };
  const int64_t most = most_in_memory(rig, list);
  CHECK(most > 0);
  CHECK(most <= 4 * kMostAheadBytes + 13'000'000);
}

}  // namespace playhead::offline
