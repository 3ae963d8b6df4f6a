// SPDX-License-Identifier: Apache-2.0
#include "storm_app.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

namespace playhead::test {

namespace {

constexpr int64_t kSecond = 1'000'000;

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

}  // namespace

void serve(LoopbackServer& server, const std::filesystem::path& media) {
  server.serve([media](const WebRequest& request) -> std::optional<WebAnswer> {
    const std::string name = request.target.substr(1, request.target.find('?') - 1);
    std::ifstream file(media / name, std::ios::binary);
    if (media.empty() || !std::filesystem::is_regular_file(media / name)) return status_answer(404);
    return bytes_answer(std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {}));
  });
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

}  // namespace playhead::test
