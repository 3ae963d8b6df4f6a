// SPDX-License-Identifier: Apache-2.0
// Protected titles from end to end: packaged by the server's script, licences by the real server,
// played by the real demo player.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/demo_driver.h"
#include "e2e/protected_titles.h"
#include "e2e/server_driver.h"

using namespace playhead::e2e;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

// A folder of titles for one service: copies of the packaged ones under names and rules of their
// own, so that each case says what is played.
struct Titles {
  TempDir folder;

  // `manifest`: the one the service offers. `drm`: members that take the place of the title's.
  void add(const std::string& id, const std::string& from, const std::string& manifest,
           const json& drm = json::object()) const {
    const std::filesystem::path to = folder.path() / id;
    std::filesystem::copy(protected_titles() / from, to, std::filesystem::copy_options::recursive);
    std::ifstream in(to / "title.json");
    json title = json::parse(in);
    title["id"] = id;
    title["manifests"] = {{manifest.ends_with(".mpd") ? "dash" : "hls", manifest}};
    if (!drm.empty()) title["drm"].update(drm);
    folder.write(id + "/title.json", title.dump());
  }
};

// The service and one viewer.
struct Service {
  TempDir data;
  ServerProcess server;
  std::string token;

  explicit Service(const Titles& titles) : server(data.path(), titles.folder.path()) {
    token = make_token(data.path());
  }
  [[nodiscard]] Words play(const std::string& title, const Words& more = {}) const {
    Words words{"--headless", "--title", title,       "--api", server.url(""),
                "--token",    token,     "--storage", ""};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

int frames_of(const json& summary) {
  return summary["shown_frames"].get<int>() + summary["dropped_frames"].get<int>();
}

}  // namespace

TEST_CASE("D07 protected titles play like the clear one they are made from") {
  struct Case {
    const char* name;
    const char* title;
    const char* manifest;
  };
  const Case cases[] = {
      {"the clear one", "tiny", "cmaf/master.m3u8"},
      {"HLS AES-128, fMP4, vector in the playlist", "tiny-aes", "cmaf/master.m3u8"},
      {"HLS AES-128, MPEG-TS, vector of the number, two keys", "tiny-aes", "ts/master.m3u8"},
      {"DASH cenc", "tiny-cenc", "cmaf/manifest.mpd"},
      {"HLS cenc (SAMPLE-AES-CTR)", "tiny-cenc", "cmaf/master.m3u8"},
      {"DASH cbcs", "tiny-cbcs", "cmaf/manifest.mpd"},
      {"HLS cbcs (SAMPLE-AES)", "tiny-cbcs", "cmaf/master.m3u8"},
      {"HLS cbcs with identity keys", "tiny-identity", "cmaf/master.m3u8"},
      {"DASH, another key each segment", "tiny-turns", "cmaf/manifest.mpd"},
      {"HLS, another key each segment", "tiny-turns", "cmaf/master.m3u8"},
  };
  const Titles titles;
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    titles.add("m_" + std::to_string(i), cases[i].title, cases[i].manifest);
  }
  const TempDir temp;
  const Service service(titles);
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    CAPTURE(std::string(cases[i].name));
    DemoProcess demo(service.play("m_" + std::to_string(i), {"--speed", "2"}),
                     temp.path() / "errors");
    CHECK(demo.wait() == 0);
    CAPTURE(demo.errors());
    const EventLog& events = demo.events();
    CHECK(find_event(events, "error").is_null());
    CHECK(find_event(events, "warning").is_null());
    const json ended = find_event(events, "ended");
    REQUIRE(ended.is_object());
    CHECK(ended["position_s"].get<double>() == doctest::Approx(8.0).epsilon(0.02));
    CHECK(frames_of(events.back()) == 8 * 24);
    CHECK(events.back()["rebuffer_count"] == 0);
  }
}

TEST_CASE("a licence that ends before the title is renewed, and nobody notices") {
  const TempDir temp;
  const Titles titles;
  titles.add("short", "tiny-cenc", "cmaf/manifest.mpd", {{"license_seconds", 3}});
  const Service service(titles);
  DemoProcess demo(service.play("short"), temp.path() / "errors");
  CHECK(demo.wait() == 0);
  CAPTURE(demo.errors());
  CHECK(find_event(demo.events(), "error").is_null());
  CHECK(find_event(demo.events(), "ended").is_object());
  CHECK(frames_of(demo.events().back()) == 8 * 24);
  CHECK(demo.events().back()["rebuffer_count"] == 0);
}

TEST_CASE("D06 a licence that is not renewed ends the play, with its reason") {
  const TempDir temp;
  const Titles titles;
  titles.add("short", "tiny-cbcs", "cmaf/master.m3u8", {{"license_seconds", 3}});
  const Service service(titles);
  DemoProcess demo(service.play("short"), temp.path() / "errors");
  REQUIRE(demo.wait_for("first_frame"));
  const Finished revoked = run({server_program(), "entitle", "--data", service.data.path().string(),
                                "--user", "alice", "--title", "short", "--revoke"});
  CAPTURE(revoked.output);
  REQUIRE(revoked.exit_code == 0);
  CHECK(demo.wait() == 1);
  CAPTURE(demo.errors());
  const json error = find_event(demo.events(), "error");
  REQUIRE(error.is_object());
  const std::string code = error["code"];
  CHECK((code == "DRM_EXPIRED" || code == "DRM_LICENSE_REFUSED"));
  CHECK(frames_of(demo.events().back()) < 8 * 24);
}

TEST_CASE("D04 who is not entitled gets the reason instead of pictures") {
  const TempDir temp;
  const Titles titles;
  titles.add("bobs", "tiny-cenc", "cmaf/manifest.mpd", {{"entitled", {"bob"}}});
  const Service service(titles);
  DemoProcess demo(service.play("bobs"), temp.path() / "errors");
  CHECK(demo.wait() == 1);
  const json error = find_event(demo.events(), "error");
  REQUIRE(error.is_object());
  CHECK(error["code"] == "DRM_LICENSE_REFUSED");
  CHECK(find_event(demo.events(), "first_frame").is_null());
}
