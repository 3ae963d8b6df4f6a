// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "playhead/playhead.h"
#include "support/loopback_server.h"
#include "support/temp_folder.h"

// The C interface of downloads, called from inside its own callbacks.
namespace {

using namespace playhead::test;

constexpr playhead_status kRefused = -PLAYHEAD_ERROR_INVALID_STATE;

struct Insider {
  playhead_client* client = nullptr;
  playhead_downloads* downloads = nullptr;
  std::string elsewhere;
  std::vector<playhead_status> told, asked;  // what calls were answered in which callback
  std::promise<void> heard;

  void call(std::vector<playhead_status>& answers) {
    playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
    config.path = elsewhere.c_str();
    playhead_downloads* second = nullptr;
    playhead_download_list* list = nullptr;
    answers = {playhead_downloads_close(downloads), playhead_downloads_pump(downloads, 1, nullptr),
               playhead_downloads_open(client, &config, &second),
               playhead_downloads_list(downloads, &list), playhead_downloads_pause_all(downloads)};
    playhead_download_list_release(list);
  }
};

playhead_video_chooser chooser_of(Insider& app) {
  playhead_video_chooser chooser = PLAYHEAD_VIDEO_CHOOSER_INIT;
  chooser.user = &app;
  chooser.choose = [](void* user, const playhead_video_question*) {
    auto& self = *static_cast<Insider*>(user);
    self.call(self.asked);
    return int32_t{-1};
  };
  return chooser;
}

playhead_download_listener listener_of(Insider& app) {
  playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  listener.user = &app;
  listener.changed = [](void* user, const playhead_download* download) {
    auto& self = *static_cast<Insider*>(user);
    if (download->state != PLAYHEAD_DOWNLOAD_FAILED || !self.told.empty()) return;
    self.call(self.told);
    self.heard.set_value();
  };
  return listener;
}

}  // namespace

TEST_CASE("U02 downloads: what would wait for itself is refused inside callbacks, and they stay") {
  const TempFolder folder;
  LoopbackServer server;
  server.serve("/film.m3u8", text_answer("#EXTM3U\n"
                                         "#EXT-X-STREAM-INF:BANDWIDTH=900000\n"
                                         "low.m3u8\n"));
  Insider app;
  app.elsewhere = folder.path("elsewhere");
  const playhead_client_config client_config = PLAYHEAD_CLIENT_CONFIG_INIT;
  REQUIRE(playhead_client_create(&client_config, &app.client) == PLAYHEAD_OK);
  const std::string path = folder.path("downloads"), url = server.url("/film.m3u8");
  const playhead_video_chooser chooser = chooser_of(app);
  const playhead_download_listener listener = listener_of(app);
  playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  config.path = path.c_str();
  config.free_space_floor_bytes = -1;
  config.is_pumped = 1;
  config.video_chooser = &chooser;
  config.listener = &listener;
  REQUIRE(playhead_downloads_open(app.client, &config, &app.downloads) == PLAYHEAD_OK);
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  request.url = url.c_str();
  REQUIRE(playhead_downloads_add(app.downloads, &request, nullptr, 0, nullptr) == PLAYHEAD_OK);
  for (int32_t has_more = 1; has_more == 1;) {
    REQUIRE(playhead_downloads_pump(app.downloads, 50'000, &has_more) == PLAYHEAD_OK);
  }
  app.heard.get_future().wait();
  CHECK(app.asked == std::vector<playhead_status>(5, kRefused));
  CHECK(app.told == std::vector<playhead_status>{kRefused, kRefused, kRefused, 0, 0});
  CHECK_FALSE(std::filesystem::exists(app.elsewhere));
  CHECK(playhead_downloads_pause_all(app.downloads) == PLAYHEAD_OK);
  CHECK(playhead_downloads_close(app.downloads) == PLAYHEAD_OK);
  CHECK(playhead_downloads_close(app.downloads) == -PLAYHEAD_ERROR_INVALID_HANDLE);
  CHECK(playhead_downloads_close(nullptr) == PLAYHEAD_OK);
  playhead_client_destroy(app.client);
}
