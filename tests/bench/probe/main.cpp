// SPDX-License-Identifier: Apache-2.0
// Plays one URL through the C interface on null outputs and prints what a viewer would notice, as
// lines of JSON: how players are measured side by side.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "../cpu_clock.h"
#include "audio_sink.h"
#include "frame_watch.h"
#include "library.h"
#include "null_audio_sink.h"
#include "playhead/playhead.h"
#include "report.h"

namespace playhead::bench {
namespace {

struct Arguments {
  std::string url;
  std::string mode = "ttff";
  double seconds = 10;
  std::vector<double> seeks;
  double between = 3;
  double timeout = 40;
  bool is_lean = false;
};

int64_t in_us(double seconds) { return static_cast<int64_t>(seconds * 1e6); }

class Probe {
 public:
  explicit Probe(const Arguments& arguments) : arguments_(arguments), watch_(!arguments.is_lean) {}

  int run();

 private:
  bool open();
  bool play();
  // Takes events until `is_done` or `limit_us` from now has passed. False: it was not done in time,
  // or playback has failed.
  bool wait(const std::function<bool()>& is_done, int64_t limit_us);
  void on_event(const playhead_event& event);
  void seek_around();
  void tell_end();

  const Arguments& arguments_;
  FrameWatch watch_;
  demo::ClientHandle client_;
  demo::PlayerHandle player_;
  bool has_ended_ = false, has_failed_ = false;
};

bool Probe::open() {
  playhead_client_config client_config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_client* client = nullptr;
  if (playhead_client_create(&client_config, &client) != PLAYHEAD_OK) return false;
  client_.reset(client);

  playhead_video_sink video = PLAYHEAD_VIDEO_SINK_INIT;
  video.user = &watch_;
  video.show = [](void* user, playhead_frame* frame) {
    playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
    playhead_frame_get_info(frame, &info);
    static_cast<FrameWatch*>(user)->on_frame(info, monotonic_us());
  };
  const playhead_audio_sink audio =
      demo::make_audio_table(std::make_unique<demo::NullAudioSink>(monotonic_us));
  playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
  config.video = &video;
  config.audio = &audio;
  playhead_player* player = nullptr;
  if (playhead_player_create(client, &config, &player) != PLAYHEAD_OK) return false;
  player_.reset(player);
  return true;
}

bool Probe::play() {
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  source.url = arguments_.url.c_str();
  report("play", monotonic_us());
  return playhead_player_load(player_.get(), &source) == PLAYHEAD_OK;
}

void Probe::on_event(const playhead_event& event) {
  if (event.type == PLAYHEAD_EVENT_ENDED) has_ended_ = true;
  if (event.type == PLAYHEAD_EVENT_FIRST_FRAME && event.qoe != nullptr) {
    const playhead_qoe& start = *event.qoe;
    report("start", event.time_us,
           "\"manifest\":" + seconds(start.manifest_us) + ",\"first_byte\":" +
               seconds(start.first_byte_us) + ",\"first_frame\":" + seconds(start.startup_us) +
               ",\"bytes\":" + std::to_string(start.startup_bytes));
  }
  if (event.type == PLAYHEAD_EVENT_FAILED) {
    has_failed_ = true;
    report("error", monotonic_us(), "\"msg\":" + quoted(event.message));
  }
}

bool Probe::wait(const std::function<bool()>& is_done, int64_t limit_us) {
  // Frames wake nobody here: how long after one the wait may end.
  constexpr int64_t kLookUs = 50'000;
  const int64_t deadline_us = monotonic_us() + limit_us;
  while (!has_failed_ && !is_done()) {
    const int64_t left_us = deadline_us - monotonic_us();
    if (left_us <= 0) return false;
    const auto wait_ms = static_cast<int32_t>(std::min(left_us, kLookUs) / 1000 + 1);
    playhead_event event = PLAYHEAD_EVENT_INIT;
    if (playhead_player_next_event(player_.get(), wait_ms, &event) == PLAYHEAD_OK) on_event(event);
  }
  return !has_failed_;
}

void Probe::seek_around() {
  for (const double target : arguments_.seeks) {
    if (has_failed_) return;
    wait([] { return false; }, in_us(arguments_.between));
    watch_.seek(in_us(target), monotonic_us());
    playhead_player_seek(player_.get(), in_us(target), 0);
    const bool is_done = wait([this] { return !watch_.is_seeking(); }, in_us(arguments_.timeout));
    if (is_done) continue;
    if (!has_failed_) report("error", monotonic_us(), "\"msg\":\"seek timed out\"");
    return;
  }
  // What comes after the last one counts as well.
  wait([this] { return watch_.is_settled(monotonic_us()); }, in_us(arguments_.between));
}

void Probe::tell_end() {
  playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
  playhead_snapshot* taken = nullptr;
  if (playhead_player_snapshot(player_.get(), &taken) != PLAYHEAD_OK) return;
  const demo::SnapshotHandle snapshot(taken);
  playhead_snapshot_get_status(taken, &status);
  playhead_snapshot_get_qoe(taken, &qoe);
  report("end", monotonic_us(),
         "\"pos\":" + seconds(status.position_us) + ",\"dropped\":" +
             std::to_string(qoe.dropped_frames) + ",\"shown\":" + std::to_string(qoe.shown_frames));
}

int Probe::run() {
  report("init", monotonic_us());
  if (!open() || !play()) {
    report("error", monotonic_us(), "\"msg\":\"the player cannot be made\"");
    return 1;
  }
  if (!wait([this] { return watch_.has_first(); }, in_us(arguments_.timeout))) {
    if (!has_failed_) report("error", monotonic_us(), "\"msg\":\"no first frame\"");
  } else if (arguments_.mode == "play") {
    wait([this] { return has_ended_; }, in_us(arguments_.seconds));
  } else if (arguments_.mode == "seek") {
    seek_around();
  } else {
    wait([this] { return watch_.is_settled(monotonic_us()); }, in_us(arguments_.timeout));
  }
  tell_end();
  return has_failed_ || !watch_.has_first() ? 1 : 0;
}

}  // namespace

// glibc keeps what was freed once blocks of megabytes came and went, as pictures do when their size
// changes. With a fixed threshold they go back to the system. (Media lies in pages of its own.)
void give_back_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

}  // namespace playhead::bench

int main(int argc, char** argv) {
  playhead::bench::give_back_memory();
  playhead::bench::Arguments arguments;
  CLI::App app("Plays one URL on null outputs and prints what a viewer would notice.");
  app.add_option("--url", arguments.url)->required();
  app.add_option("--mode", arguments.mode)->check(CLI::IsMember({"ttff", "play", "seek"}));
  app.add_option("--seconds", arguments.seconds, "play: seconds after the first frame");
  app.add_option("--seeks", arguments.seeks, "seek: targets in seconds")->delimiter(',');
  app.add_option("--between", arguments.between, "seek: seconds of playback before each");
  app.add_option("--timeout", arguments.timeout, "seconds");
  app.add_flag("--lean", arguments.is_lean, "do not look into the pictures");
  CLI11_PARSE(app, argc, argv);
  return playhead::bench::Probe(arguments).run();
}
