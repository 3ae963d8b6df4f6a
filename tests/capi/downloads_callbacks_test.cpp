// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <future>
#include <mutex>
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

TEST_CASE("downloads: what would wait for itself is refused inside callbacks about requests, licences and tokens") {
  const TempFolder folder;
  LoopbackServer server;
  server.serve("/film.mpd", text_answer(
      "<MPD xmlns='urn:mpeg:dash:schema:mpd:2011' xmlns:cenc='urn:mpeg:cenc:2013' mediaPresentationDuration='PT4S'>"
      "<Period><AdaptationSet mimeType='video/mp4'><ContentProtection schemeIdUri='urn:mpeg:dash:mp4protection:2011' "
      "value='cenc' cenc:default_KID='01020304-0506-0708-090a-0b0c0d0e0f10'/><ContentProtection "
      "schemeIdUri='urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e'/><SegmentTemplate initialization='i.mp4' "
      "media='$Number$.mp4' duration='4'/><Representation id='1' bandwidth='100000' codecs='avc1.64001f'/>"
      "</AdaptationSet></Period></MPD>"));
  // Each callback of them calls once; what comes of it is left to the download, which fails.
  struct Caller {
    Insider app;
    std::mutex mutex;
    std::vector<playhead_status> answers;
    std::promise<void> has_called;
    void call() {
      const std::lock_guard lock(mutex);
      if (!answers.empty() || app.downloads == nullptr) return;
      app.call(answers);
      has_called.set_value();
    }
  };
  Caller request, licence, token;
  playhead_request_interceptor interceptor = PLAYHEAD_REQUEST_INTERCEPTOR_INIT;
  interceptor.user = &request;
  interceptor.on_request = [](void* user, playhead_request*) { static_cast<Caller*>(user)->call(); };
  playhead_license_hooks hooks = PLAYHEAD_LICENSE_HOOKS_INIT;
  hooks.user = &licence;
  hooks.on_request = [](void* user, playhead_license_message*) -> playhead_status {
    static_cast<Caller*>(user)->call();
    return -PLAYHEAD_ERROR_DRM_LICENSE_REFUSED;
  };
  playhead_token_provider tokens = PLAYHEAD_TOKEN_PROVIDER_INIT;
  tokens.user = &token;
  tokens.request_token = [](void* user, int32_t, playhead_token_request* asked) {
    auto& self = *static_cast<Caller*>(user);
    const std::lock_guard lock(self.mutex);
    if (self.answers.empty() && self.app.downloads != nullptr) {
      self.answers = {playhead_downloads_close(self.app.downloads),
                      playhead_downloads_pump(self.app.downloads, 1, nullptr)};
      self.has_called.set_value();
    }
    playhead_token_request_answer(asked, nullptr);
  };
  const std::string licences = server.url("/license"), service = server.url("");
  playhead_drm_config drm = PLAYHEAD_DRM_CONFIG_INIT;
  drm.license_url = licences.c_str();
  drm.hooks = &hooks;
  playhead_client_config client_config = PLAYHEAD_CLIENT_CONFIG_INIT;
  client_config.drm = &drm;
  client_config.interceptor = &interceptor;
  client_config.api_url = service.c_str();
  client_config.token_provider = &tokens;
  playhead_client* client = nullptr;
  REQUIRE(playhead_client_create(&client_config, &client) == PLAYHEAD_OK);
  const std::string path = folder.path("downloads"), url = server.url("/film.mpd");
  playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  config.path = path.c_str();
  config.free_space_floor_bytes = -1;
  playhead_downloads* downloads = nullptr;
  REQUIRE(playhead_downloads_open(client, &config, &downloads) == PLAYHEAD_OK);
  for (Caller* caller : {&request, &licence, &token}) {
    const std::lock_guard lock(caller->mutex);
    caller->app.client = client;
    caller->app.downloads = downloads;
    caller->app.elsewhere = folder.path("elsewhere");
  }
  playhead_download_request by_url = PLAYHEAD_DOWNLOAD_REQUEST_INIT, by_title = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  by_url.url = url.c_str();
  by_title.title_id = "film";
  REQUIRE(playhead_downloads_add(downloads, &by_url, nullptr, 0, nullptr) == PLAYHEAD_OK);
  REQUIRE(playhead_downloads_add(downloads, &by_title, nullptr, 0, nullptr) == PLAYHEAD_OK);
  for (Caller* caller : {&request, &licence, &token}) caller->has_called.get_future().wait();
  CHECK(request.answers == std::vector<playhead_status>(5, kRefused));
  CHECK(licence.answers == std::vector<playhead_status>(5, kRefused));
  CHECK(token.answers == std::vector<playhead_status>(2, kRefused));
  CHECK_FALSE(std::filesystem::exists(request.app.elsewhere));
  CHECK(playhead_downloads_close(downloads) == PLAYHEAD_OK);
  playhead_client_destroy(client);
}
