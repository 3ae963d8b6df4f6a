// SPDX-License-Identifier: Apache-2.0
// Protected titles from end to end: packaged by the server's script, licences by the real server,
// played by the real demo player.
#include <algorithm>
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
    const auto& made = from.starts_with("uhd") ? uhd_titles() : protected_titles();
    std::filesystem::copy(made / from, to, std::filesystem::copy_options::recursive);
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
      {"HLS SAMPLE-AES, MPEG-TS, another key each segment", "tiny-samples", "ts/master.m3u8"},
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

TEST_CASE("D06 a licence that is not renewed ends the play within a second, with its reason") {
  const TempDir temp;
  const Titles titles;
  // Renewed from 4 s on; by then it is revoked.
  constexpr int kLicenseMs = 5'000;
  titles.add("short", "tiny-cbcs", "cmaf/master.m3u8", {{"license_seconds", kLicenseMs / 1000}});
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
  // By the play's own clock. The step is noted a task or two after the licence's end was fixed.
  const json first = find_event(demo.events(), "first_frame");
  REQUIRE(first["license_ms"].is_number());
  const int began_ms = first["t_ms"].get<int>() - first["startup_ms"].get<int>();
  const int end_ms = began_ms + first["license_ms"].get<int>() + kLicenseMs;
  const int late_ms = error["t_ms"].get<int>() - end_ms;
  MESSAGE("told " << late_ms << " ms after the licence's end");
  CHECK(late_ms >= -100);
  CHECK(late_ms <= 1000);
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
  CHECK(error["code"] == "NOT_ENTITLED");
  CHECK(find_event(demo.events(), "first_frame").is_null());
}

#ifdef PLAYHEAD_HARDWARE_CDM
TEST_CASE("4K is for devices with hardware protection and a protected output") {
  struct Case {
    const char* name;
    Words more;
    int level;
    int tallest;       // picture that may be shown
    const char* rule;  // what says so; null: nothing does, the service keeps nothing back either
  };
  const Words hardware{"--cdm", PLAYHEAD_HARDWARE_CDM};
  const auto and_hdcp = [](Words words, const char* version) {
    words.insert(words.end(), {"--hdcp", version});
    return words;
  };
  const Case cases[] = {
      {"software", {}, 1000, 720, "security_level"},
      {"software, though the output is protected", and_hdcp({}, "2.2"), 1000, 720, "security_level"},
      {"hardware, an output that nobody knows", hardware, 1000, 720, "display"},
      {"hardware, HDCP 1.4", and_hdcp(hardware, "1.4"), 2000, 1080, "display"},
      {"hardware, HDCP 2.2", and_hdcp(hardware, "2.2"), 3000, 2160, nullptr}};
  const Titles titles;
  titles.add("uhd", "uhd-cenc", "cmaf/manifest.mpd");
  const Service service(titles);
  const TempDir temp;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    // The title is one segment long. 2160p by hand, once, which is no way around what the level
    // allows either; then with what was learnt of the network, which chooses the best there is.
    Words more = c.more;
    more.insert(more.end(), {"--preset", "max_quality"});
    Words words = service.play("uhd", more);
    const TempDir memory;
    std::replace(words.begin(), words.end(), std::string(), memory.path().string());
    Words by_hand = words;
    by_hand.insert(by_hand.end(), {"--do", "0.1:quality=3"});
    DemoProcess first(by_hand, temp.path() / "errors");
    CHECK(first.wait() == 0);
    DemoProcess demo(words, temp.path() / "errors");
    CHECK(demo.wait() == 0);
    CAPTURE(demo.errors());
    const EventLog& events = demo.events();
    CHECK(find_event(events, "error").is_null());
    int tallest = 0;
    for (const json& event : events) {
      if (event["event"] == "representation_changed") {
        tallest = std::max(tallest, event["height"].get<int>());
      }
    }
    CHECK(tallest > 0);
    CHECK(tallest <= c.tallest);
    const json said = find_event(events, "security_level");
    if (c.rule == nullptr) {
      CHECK(said.is_null());  // nothing is held back
      CHECK(tallest == 2160);
      continue;
    }
    REQUIRE(said.is_object());
    CHECK(said["level"] == c.level);
    CHECK(said["max_height"] == c.tallest);
    CHECK(said["rule"] == c.rule);
  }
}

TEST_CASE("D07 a DRM module by its path, a licence URL and a preference of the user") {
  const TempDir temp;
  const Titles titles;
  titles.add("m_1", "tiny-cenc", "cmaf/manifest.mpd");
  const Service service(titles);
  const HttpReply stream = http({.url = service.server.url("/api/v1/stream?movie_id=m_1&format=dash"),
                                 .headers = {"Authorization: Bearer " + service.token}});
  REQUIRE(stream.status == 200);
  const std::string url = json::parse(stream.body)["drm"]["license_url"];
  DemoProcess demo(
      service.play("m_1", {"--cdm", PLAYHEAD_CLEARKEY_CDM, "--drm-prefer", "clearkey",
                           "--license-url", url, "--speed", "2"}),
      temp.path() / "errors");
  CHECK(demo.wait() == 0);
  CAPTURE(demo.errors());
  CHECK(find_event(demo.events(), "error").is_null());
  CHECK(frames_of(demo.events().back()) == 8 * 24);
  DemoProcess none(service.play("m_1", {"--cdm", "/nowhere/module.so"}), temp.path() / "errors");
  CHECK(none.wait() == 1);
  CHECK(none.errors().find("DRM_MODULE") != std::string::npos);
}
#endif
