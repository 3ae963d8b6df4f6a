// SPDX-License-Identifier: Apache-2.0
// The demo player as a user starts it: real processes, real sockets, media made by ffmpeg.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/demo_driver.h"
#include "e2e/server_driver.h"
#include "support/loopback_server.h"

using namespace playhead::e2e;
using nlohmann::json;
using playhead::test::LoopbackServer;

namespace {

using Words = std::vector<std::string>;

// Media by ffmpeg's own muxers and options, not by this project's script.
class Media {
 public:
  Media() {
    // 4 s, segments of 1.5 s, sound muxed in.
    encode("4", "36", {"-hls_time", "1.5", "-hls_playlist_type", "vod", "-f", "hls"}, "ts.m3u8");
    // One file, addressed by byte ranges.
    encode("4", "48",
           {"-hls_time", "2", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
            "-hls_flags", "single_file", "-f", "hls"},
           "fmp4.m3u8");
    encode("4", "24", {"-seg_duration", "1", "-f", "dash"}, "dash.mpd");
    encode("1", "24", {"-seg_duration", "1", "-f", "dash"}, "short.mpd");
    // In folders of their own, for their segments have the same names. Other sound: one channel,
    // another rate.
    for (const char* name : {"mono", "last"}) {
      std::filesystem::create_directory(folder_.path() / name);
    }
    encode("3", "24", {"-ac", "1", "-ar", "22050", "-seg_duration", "1", "-f", "dash"},
           "mono/title.mpd");
    encode("1", "24", {"-seg_duration", "1", "-f", "dash"}, "last/title.mpd");
    // A title of the service, long enough to be resumed.
    std::filesystem::create_directory(folder_.path() / "m_1");
    encode("30", "48", {"-hls_time", "2", "-hls_playlist_type", "vod", "-f", "hls"},
           "m_1/title.m3u8");
    folder_.write("m_1/title.json",
                  R"({"id":"m_1","name":"One","genre":"Drama","year":2024,"duration_seconds":30,)"
                  R"("manifests":{"hls":"title.m3u8"}})");
    add_subtitles();
    add_previews();
    folder_.write("html.m3u8", "<html><body>Sign in</body></html>");
    folder_.write("empty.m3u8", "");
    folder_.write("nothing.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-ENDLIST\n");
    folder_.write("gone.mpd", kNoSegments);
    server_.serve([this](const playhead::test::WebRequest& request) { return answer(request); });
  }

  [[nodiscard]] std::string url(const std::string& file) const { return server_.url("/" + file); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  // Twelve segments, none of which is there.
  static constexpr const char* kNoSegments =
      R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT12S">)"
      R"(<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000" )"
      R"(codecs="avc1.4d401f"><SegmentTemplate media="$Number$.m4s" initialization="i.mp4" )"
      R"(duration="1"/></Representation></AdaptationSet></Period></MPD>)";

  // The same pictures with a file of subtitles beside them.
  void add_subtitles() {
    const std::string cues =
        "00:00.500 --> 00:01.500\n<b>One</b> & two\n\n00:02.500 --> 00:03.500 line:10%\nThree\n";
    folder_.write("en.vtt", "WEBVTT\n\n" + cues);
    // FFmpeg's MPEG-TS begins at 1.4 s.
    folder_.write("en-ts.vtt",
                  "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n" + cues);
    folder_.write(
        "en.m3u8",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\nen-ts.vtt\n"
        "#EXT-X-ENDLIST\n");
    folder_.write("subtitled.m3u8",
                  "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\","
                  "LANGUAGE=\"en\",URI=\"en.m3u8\"\n"
                  "#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.42c00d,mp4a.40.2\","
                  "SUBTITLES=\"s\"\nts.m3u8\n");
    std::ifstream file(folder_.path() / "dash.mpd");
    std::string mpd(std::istreambuf_iterator<char>(file), {});
    const std::size_t end = mpd.find("</Period>");
    REQUIRE(end != std::string::npos);
    mpd.insert(end,
               "<AdaptationSet contentType=\"text\" mimeType=\"text/vtt\" lang=\"en\">"
               "<Representation id=\"t\" bandwidth=\"100\"><BaseURL>en.vtt</BaseURL>"
               "</Representation></AdaptationSet>");
    folder_.write("subtitled.mpd", mpd);
  }

  // A minute whose key frames stand in an AdaptationSet of their own, one a second, and thumbnails,
  // one for two seconds, in one image: what ffmpeg makes, and the two lines it does not write.
  void add_previews() {
    const auto at = [this](const char* file) { return (folder_.path() / file).string(); };
    const Words source{"ffmpeg",    "-hide_banner",
                       "-loglevel", "error",
                       "-nostdin",  "-y",
                       "-f",        "lavfi",
                       "-i",        "testsrc2=size=320x180:rate=24:duration=60"};
    Words media = source;
    for (const char* word : {"-f",
                             "lavfi",
                             "-i",
                             "sine=frequency=440:duration=60",
                             "-map",
                             "0:v",
                             "-map",
                             "0:v",
                             "-map",
                             "1:a",
                             "-c:v",
                             "libx264",
                             "-preset",
                             "ultrafast",
                             "-g:v:0",
                             "48",
                             "-filter:v:1",
                             "fps=1",
                             "-g:v:1",
                             "1",
                             "-c:a",
                             "aac",
                             "-ac",
                             "2",
                             "-seg_duration",
                             "4",
                             "-adaptation_sets",
                             "id=0,streams=0 id=1,streams=1 id=2,streams=2",
                             "-f",
                             "dash"}) {
      media.emplace_back(word);
    }
    media.push_back(at("wind.mpd"));
    REQUIRE(run(media).exit_code == 0);
    Words image = source;
    for (const char* word : {"-vf", "fps=1/2,scale=160:90,tile=5x6", "-frames:v", "1"}) {
      image.emplace_back(word);
    }
    image.push_back(at("tiles-1.jpg"));
    REQUIRE(run(image).exit_code == 0);
    std::ifstream file(at("wind.mpd"));
    std::string mpd(std::istreambuf_iterator<char>(file), {});
    const std::size_t tricks = mpd.find('>', mpd.find("<AdaptationSet id=\"1\""));
    REQUIRE(tricks != std::string::npos);
    mpd.insert(tricks + 1,
               "<EssentialProperty schemeIdUri=\"http://dashif.org/guidelines/trickmode\" "
               "value=\"0\"/>");
    mpd.insert(mpd.find("</Period>"),
               "<AdaptationSet contentType=\"image\" mimeType=\"image/jpeg\"><SegmentTemplate "
               "media=\"tiles-$Number$.jpg\" duration=\"60\" startNumber=\"1\"/><Representation "
               "id=\"tiles\" bandwidth=\"9000\" width=\"800\" height=\"540\"><EssentialProperty "
               "schemeIdUri=\"http://dashif.org/guidelines/thumbnail_tile\" value=\"5x6\"/>"
               "</Representation></AdaptationSet>");
    folder_.write("wind.mpd", mpd);
  }

  void encode(const std::string& seconds, const std::string& gop, const Words& muxer,
              const std::string& file) const {
    Words command{"ffmpeg",    "-hide_banner",
                  "-loglevel", "error",
                  "-nostdin",  "-y",
                  "-f",        "lavfi",
                  "-i",        "testsrc2=size=320x180:rate=24:duration=" + seconds,
                  "-f",        "lavfi",
                  "-i",        "sine=frequency=440:duration=" + seconds,
                  "-c:v",      "libx264",
                  "-preset",   "ultrafast",
                  "-g",        gop,
                  "-c:a",      "aac",
                  "-ac",       "2"};
    command.insert(command.end(), muxer.begin(), muxer.end());
    command.push_back((folder_.path() / file).string());
    const Finished made = run(command);
    CAPTURE(made.output);
    REQUIRE(made.exit_code == 0);
  }

  std::optional<playhead::test::WebAnswer> answer(const playhead::test::WebRequest& request) const {
    std::ifstream file(folder_.path() / request.target.substr(1), std::ios::binary);
    if (!file) return std::nullopt;
    return playhead::test::bytes_answer(
        std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {}));
  }

  TempDir folder_;
  LoopbackServer server_;
};

// Made once for all cases, gone at the end of the program.
Media& media() {
  static Media instance;
  return instance;
}

// What is true of every log, whatever happened.
void check_log(const EventLog& events) {
  REQUIRE(!events.empty());
  CHECK(events.front()["event"] == "start");
  CHECK(events.back()["event"] == "summary");
  const auto summaries = std::count_if(
      events.begin(), events.end(), [](const json& event) { return event["event"] == "summary"; });
  CHECK(summaries == 1);
}

// The service with one title and one user.
struct Service {
  TempDir data;
  ServerProcess server{data.path(), media().folder()};
  std::string token;

  Service() { token = make_token(data.path()); }

  [[nodiscard]] Words title(const Words& more) const {
    Words words{"--headless", "--title",      "m_1",
                "--api",      server.url(""), "--token",
                token,        "--storage",    (data.path() / "player").string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

}  // namespace

TEST_CASE("demo: plays what other packagers made, from the first picture to the end") {
  struct Case {
    const char* name;
    const char* file;
  };
  const Case cases[] = {{"HLS, MPEG-TS, sound muxed in", "ts.m3u8"},
                        {"HLS, one fMP4 file in byte ranges", "fmp4.m3u8"},
                        {"DASH, sound of its own", "dash.mpd"}};
  const TempDir temp;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    DemoProcess demo({"--headless", "--speed", "2", "--storage", "", "--url", media().url(c.file)},
                     temp.path() / "errors");
    CHECK(demo.wait() == 0);
    CAPTURE(demo.errors());
    const EventLog& events = demo.events();
    check_log(events);
    for (const char* name : {"manifest_loaded", "segment_loaded", "representation_changed",
                             "first_frame", "playing"}) {
      CAPTURE(name);
      CHECK(find_event(events, name).is_object());
    }
    CHECK(find_event(events, "manifest_loaded")["duration_s"].get<double>() ==
          doctest::Approx(4.0).epsilon(0.05));
    const json ended = find_event(events, "ended");
    REQUIRE(ended.is_object());
    CHECK(ended["position_s"].get<double>() == doctest::Approx(4.0).epsilon(0.05));
    CHECK(find_event(events, "error").is_null());
    const json& summary = events.back();
    CHECK(summary["startup_ms"].is_number());
    CHECK(summary["shown_frames"].get<int>() + summary["dropped_frames"].get<int>() > 80);
    CHECK(summary["bytes"].get<int64_t>() > 10'000);
    CHECK(find_event(events, "first_frame")["width"] == 320);
  }
}

TEST_CASE("demo: several titles play one after another, each with its own summary") {
  const TempDir temp;
  for (const bool is_cut : {false, true}) {
    CAPTURE(is_cut);
    DemoProcess demo({"--headless", "--storage", "", "--url", media().url("ts.m3u8"), "--url",
                      media().url("mono/title.mpd"), "--url", media().url("last/title.mpd"), "--do",
                      is_cut ? "0.5:next" : "60:pause"},
                     temp.path() / "errors");
    CHECK(demo.wait() == 0);
    CAPTURE(demo.errors());
    std::vector<std::string> starts;
    std::vector<int> frames;
    std::vector<bool> goes_on;
    for (const json& event : demo.events()) {
      if (event["event"] == "start") {
        CHECK(event["is_next"] == !starts.empty());
        starts.push_back(event["url"].get<std::string>());
      }
      if (event["event"] == "ended") goes_on.push_back(event["goes_on"].get<bool>());
      if (event["event"] == "summary") {
        frames.push_back(event["shown_frames"].get<int>() + event["dropped_frames"].get<int>());
        CHECK(event["rebuffer_count"] == 0);
      }
    }
    CHECK(starts == std::vector<std::string>{media().url("ts.m3u8"), media().url("mono/title.mpd"),
                                             media().url("last/title.mpd")});
    REQUIRE(frames.size() == 3);
    if (!is_cut) CHECK(frames[0] == 4 * 24);
    CHECK(frames[1] == 3 * 24);
    CHECK(frames[2] == 24);
    CHECK(goes_on ==
          (is_cut ? std::vector<bool>{true, false} : std::vector<bool>{true, true, false}));
    CHECK(find_event(demo.events(), "error").is_null());
    CHECK(demo.events().back()["event"] == "summary");
  }
}

TEST_CASE("demo: subtitles of a file of their own are told of when they come and go") {
  const TempDir temp;
  for (const char* file : {"subtitled.m3u8", "subtitled.mpd"}) {
    CAPTURE(file);
    for (const char* wanted : {"en", "off"}) {
      CAPTURE(wanted);
      DemoProcess demo(
          {"--headless", "--storage", "", "--text", wanted, "--url", media().url(file)},
          temp.path() / "errors");
      CHECK(demo.wait() == 0);
      CAPTURE(demo.errors());
      CHECK(find_event(demo.events(), "warning").is_null());
      CHECK(find_event(demo.events(), "manifest_loaded")["text_tracks"] == 1);
      std::vector<std::pair<double, std::string>> shown;
      for (const json& event : demo.events()) {
        if (event["event"] != "cues_changed") continue;
        std::string text;
        for (const json& cue : event["cues"]) text += cue["text"].get<std::string>();
        shown.emplace_back(event["position_s"].get<double>(), text);
      }
      if (std::string(wanted) == "off") {
        CHECK(shown.empty());
        continue;
      }
      const std::vector<std::pair<double, std::string>> expected{
          {0.5, "One & two"}, {1.5, ""}, {2.5, "Three"}, {3.5, ""}};
      REQUIRE(shown.size() == expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CHECK(shown[i].second == expected[i].second);
        // Not before its time; a busy machine may be late, and what was shown late goes in time.
        CHECK(shown[i].first >= expected[i].first - 0.1);
        CHECK(shown[i].first <= expected[i].first + 0.9);
      }
    }
  }
}

TEST_CASE("demo: the decisions it writes are made again by the simulator") {
  const TempDir temp;
  const std::string file = (temp.path() / "decisions").string();
  DemoProcess demo({"--headless", "--speed", "2", "--storage", "", "--preset", "max_quality",
                    "--decisions", file, "--url", media().url("dash.mpd")},
                   temp.path() / "errors");
  CHECK(demo.wait() == 0);
  const Finished again = run({PLAYHEAD_BIN_DIR "/playhead-abr-sim", "--replay", file});
  CAPTURE(again.output);
  CHECK(again.exit_code == 0);
  std::ifstream lines(file);
  std::string first;
  REQUIRE(std::getline(lines, first));
  CHECK(first.rfind("session default ", 0) == 0);
  CHECK(first.find("linear_share=800000") != std::string::npos);
  CHECK(again.output.find(" of 1 sessions, 0 differ") != std::string::npos);
}

TEST_CASE("demo: a recorded session plays again to the same events, and tells nothing of anybody") {
  const TempDir temp;
  const Service service;
  const Words seeks{"--do", "0.5:pause 0.8:play 1.1:seek=20 1.6:speed=2 1.9:seek=3 3:quit"};
  struct Case {
    const char* name;
    Words arguments;
  };
  const Case cases[] = {
      {"a title of the service", service.title({})},
      {"HLS", {"--headless", "--storage", "", "--url", media().url("m_1/title.m3u8")}},
      {"DASH with subtitles",
       {"--headless", "--storage", "", "--text", "en", "--url", media().url("subtitled.mpd")}},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    const std::string file = (temp.path() / "flight").string();
    Words arguments = c.arguments;
    arguments.insert(arguments.end(), seeks.begin(), seeks.end());
    arguments.insert(arguments.end(), {"--record", file});
    DemoProcess demo(arguments, temp.path() / "errors");
    CHECK(demo.wait() == 0);
    const Finished again = run({PLAYHEAD_BIN_DIR "/playhead-sim", "--replay", file});
    CAPTURE(again.output);
    CHECK(again.exit_code == 0);
    CHECK(again.output.rfind("identical, ", 0) == 0);

    std::ifstream in(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    CHECK(text.size() > 10'000);
    CHECK(text.find("first-frame") != std::string::npos);
    CHECK(text.find("\nend whole\n") != std::string::npos);
    const std::string secrets[] = {service.token, "canary",  "alice", "127.0.0.1", "m_1",
                                   "title.m3u8",  "Drama",   "sig=",  "localhost", "Bearer",
                                   "subtitled",   "English", "Three", "/api/",     temp.path()};
    for (const std::string& secret : secrets) {
      CAPTURE(secret);
      CHECK(text.find(secret) == std::string::npos);
    }
  }
  const Finished none =
      run({PLAYHEAD_BIN_DIR "/playhead-sim", "--replay", media().folder() / "empty.m3u8"});
  CHECK(none.exit_code == 2);
  CHECK(none.output.find("recording") != std::string::npos);
}

TEST_CASE("demo: every failure is an event, a sentence and exit code 1") {
  struct Case {
    const char* name;
    std::string url;
    const char* code;
  };
  const Case cases[] = {
      {"not there", media().url("none.m3u8"), "NOT_FOUND"},
      {"a page instead of a playlist", media().url("html.m3u8"), "CAPTIVE_PORTAL"},
      {"an empty answer", media().url("empty.m3u8"), "MANIFEST_EMPTY"},
      {"a playlist of nothing", media().url("nothing.m3u8"), "MANIFEST_EMPTY"},
      {"segments that are all gone", media().url("gone.mpd"), "NOT_FOUND"},
      {"a scheme that is not fetched", "ftp://127.0.0.1/x.mpd", "FORBIDDEN_SCHEME"},
      {"no URL", "nonsense", "INVALID_URL"}};
  const TempDir temp;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    DemoProcess demo({"--headless", "--storage", "", "--url", c.url}, temp.path() / "errors");
    CHECK(demo.wait() == 1);
    check_log(demo.events());
    const json error = find_event(demo.events(), "error");
    REQUIRE(error.is_object());
    CHECK(error["code"] == c.code);
    const std::string sentence =
        "error: " + std::string(c.code) + ": " + error["message"].get<std::string>();
    CHECK(demo.errors().find(sentence) != std::string::npos);
    CHECK(demo.events().back()["startup_ms"].is_null());
  }
}

TEST_CASE("demo: a mistake on the command line is exit code 2 and no event") {
  const TempDir temp;
  DemoProcess demo({"--headless"}, temp.path() / "errors");
  CHECK(demo.wait() == 2);
  CHECK(demo.events().empty());
  CHECK(demo.errors().find("--url") != std::string::npos);
}

TEST_CASE("demo: --help names values in words and every action of a script") {
  const Finished help = run({PLAYHEAD_BIN_DIR "/playhead-demo", "--help"});
  CHECK(help.exit_code == 0);
  for (const char* part : {"--start SECONDS", "--speed FACTOR", "seekby=SECONDS", "quality=RUNG",
                           "audio=TRACK", "quit", "before anything was played"}) {
    CAPTURE(std::string(part));
    CHECK(help.output.find(part) != std::string::npos);
  }
  CHECK(help.output.find("FLOAT") == std::string::npos);
}

TEST_CASE("demo: an end before anything was played is exit code 3") {
  // Takes requests and never answers.
  LoopbackServer silent;
  silent.serve([](const playhead::test::WebRequest&) {
    playhead::test::WebAnswer answer = playhead::test::status_answer(200);
    answer.holds_head = true;
    return std::optional(answer);
  });
  const TempDir temp;
  DemoProcess demo(
      {"--headless", "--storage", "", "--seconds", "0.5", "--url", silent.url("/film.m3u8")},
      temp.path() / "errors");
  CHECK(demo.wait() == 3);
  check_log(demo.events());
  CHECK(demo.errors().find("before anything was played") != std::string::npos);
}

TEST_CASE("demo: a script pauses, seeks and changes speed") {
  const TempDir temp;
  DemoProcess demo({"--headless", "--storage", "", "--url", media().url("m_1/title.m3u8"), "--do",
                    "0.3:pause 0.6:play 0.9:seek=20 1.2:speed=2 1.5:seekby=-10 2:quit"},
                   temp.path() / "errors");
  CHECK(demo.wait() == 0);
  check_log(demo.events());
  std::vector<std::string> steps;
  for (const json& event : demo.events()) {
    const std::string name = event["event"];
    if (name == "playing" || name == "paused" || name == "seek_start" || name == "seek_done") {
      steps.push_back(name);
    }
  }
  // A machine too busy to play between two steps of the script has no "playing" there.
  CHECK(std::count(steps.begin(), steps.end(), "paused") == 1);
  CHECK(std::count(steps.begin(), steps.end(), "seek_start") == 2);
  CHECK(std::count(steps.begin(), steps.end(), "seek_done") >= 1);
  CHECK(find_event(demo.events(), "seek_start")["target_s"] == 20.0);
  CHECK(find_event(demo.events(), "seek_done")["position_s"] == 20.0);
}

TEST_CASE("demo: winds through key frames and goes on where it was let go") {
  const TempDir temp;
  DemoProcess demo({"--headless", "--storage", "", "--url", media().url("wind.mpd"), "--start",
                    "10", "--do", "0.3:trick=8 3.3:trick=-4 5.3:play 7:quit"},
                   temp.path() / "errors");
  CHECK(demo.wait() == 0);
  CAPTURE(demo.errors());
  check_log(demo.events());
  std::vector<std::pair<int, double>> rates;  // the new rate, and where it began
  for (const json& event : demo.events()) {
    if (event["event"] == "rate_changed") rates.emplace_back(event["to"], event["position_s"]);
  }
  REQUIRE(rates.size() == 3);
  CHECK(rates[0].first == 8);
  CHECK(rates[1].first == -4);
  CHECK(rates[2].first == 0);
  // A machine that is busy winds less far, but each way, and by whole seconds: by key frames.
  CHECK(rates[1].second > rates[0].second + 5);
  CHECK(rates[1].second <= 36);
  CHECK(rates[2].second < rates[1].second);
  const json& summary = demo.events().back();
  CHECK(summary["rebuffer_count"] == 0);
  CHECK(find_event(demo.events(), "warning").is_null());
}

TEST_CASE("demo: the window shows the thumbnail of the moment under the pointer") {
  const TempDir temp;
  const std::string file = (temp.path() / "shot.png").string();
  DemoProcess demo({"--no-audio", "--storage", "", "--url", media().url("wind.mpd"), "--do",
                    "0:hover=37", "--screenshot", file, "--at", "2"},
                   temp.path() / "errors");
  CHECK(demo.wait() == 0);
  CAPTURE(demo.errors());
  check_log(demo.events());
  const json found = find_event(demo.events(), "thumbnail");
  REQUIRE(found.is_object());
  CHECK(found["start_s"] == 36.0);
  CHECK(found["duration_s"] == 2.0);
  CHECK(found["x"] == 480);  // the 19th picture of rows of five
  CHECK(found["y"] == 270);
  CHECK(found["width"] == 160);
  CHECK(found["height"] == 90);
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("demo: stops after the first picture when asked") {
  const TempDir temp;
  DemoProcess demo(
      {"--headless", "--storage", "", "--exit-after-first-frame", "--url", media().url("dash.mpd")},
      temp.path() / "errors");
  CHECK(demo.wait() == 0);
  check_log(demo.events());
  CHECK(find_event(demo.events(), "first_frame").is_object());
  CHECK(find_event(demo.events(), "ended").is_null());
}

TEST_CASE("demo: an interrupted title goes on where it was") {
  const Service service;
  const TempDir temp;
  double stopped_at = 0;
  {
    DemoProcess demo(service.title({"--start", "10"}), temp.path() / "errors");
    REQUIRE(demo.wait_for("playing"));
    demo.signal(SIGINT);
    CHECK(demo.wait() == 0);
    check_log(demo.events());
    // The service confirmed the report of the stop before the program ended.
    CHECK(find_event(demo.events(), "progress_sent").is_object());
    stopped_at = 10;
  }
  DemoProcess again(service.title({"--exit-after-first-frame"}), temp.path() / "errors");
  CHECK(again.wait() == 0);
  const json resumed = find_event(again.events(), "resumed");
  CAPTURE(again.errors());
  REQUIRE(resumed.is_object());
  CHECK(resumed["position_s"].get<double>() >= stopped_at);
  CHECK(resumed["position_s"].get<double>() < 28.0);
  CHECK(again.errors().find("resumed at ") != std::string::npos);
  CHECK(find_event(again.events(), "first_frame")["position_s"].get<double>() ==
        doctest::Approx(resumed["position_s"].get<double>()).epsilon(0.01));
}

TEST_CASE("demo: a killed player loses no more than one progress interval") {
  const Service service;
  const TempDir temp;
  double killed_after = 0;
  {
    DemoProcess demo(service.title({"--start", "8", "--progress-interval", "4"}),
                     temp.path() / "errors");
    const auto sent = demo.wait_for("progress_sent");
    REQUIRE(sent);
    killed_after = (*sent)["position_s"];
    demo.signal(SIGKILL);
    CHECK(demo.wait() == 128 + SIGKILL);
  }
  CHECK(killed_after >= 11.5);  // four seconds of play after 8
  DemoProcess again(service.title({"--exit-after-first-frame"}), temp.path() / "errors");
  CHECK(again.wait() == 0);
  const json resumed = find_event(again.events(), "resumed");
  REQUIRE(resumed.is_object());
  CHECK(resumed["position_s"].get<double>() >= killed_after - 0.01);
  CHECK(resumed["position_s"].get<double>() <= killed_after + 4.5);
}

TEST_CASE("demo: a service that refuses is told to the user") {
  const Service service;
  const TempDir temp;
  struct Case {
    const char* name;
    Words words;
    const char* code;
  };
  const Case cases[] = {
      {"a wrong token",
       {"--title", "m_1", "--api", service.server.url(""), "--token", "wrong"},
       "UNAUTHORIZED"},
      {"a title nobody has",
       {"--title", "m_2", "--api", service.server.url(""), "--token", service.token},
       "NOT_FOUND"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Words words{"--headless", "--storage", ""};
    words.insert(words.end(), c.words.begin(), c.words.end());
    DemoProcess demo(words, temp.path() / "errors");
    CHECK(demo.wait() == 1);
    check_log(demo.events());
    CHECK(find_event(demo.events(), "error")["code"] == c.code);
  }
}

TEST_CASE("demo: finds titles, and goes on with what was begun") {
  const Service service;
  const auto demo = [&](const Words& words) {
    Words command{PLAYHEAD_BIN_DIR "/playhead-demo"};
    command.insert(command.end(), words.begin(), words.end());
    command.insert(command.end(), {"--api", service.server.url(""), "--token", service.token});
    return run(command);
  };
  const Finished none = demo({"continue", "--headless"});
  CHECK(none.exit_code == 3);
  CHECK(none.output == "nothing was begun that is not finished\n");
  const HttpReply saved = http({.url = service.server.url("/api/v1/stream/progress"),
                                .method = "POST",
                                .headers = {"Authorization: Bearer " + service.token},
                                .body = R"({"movie_id":"m_1","position_seconds":10})"});
  REQUIRE(saved.status == 204);

  const Finished listed = demo({"continue", "--list", "--json"});
  CHECK(listed.exit_code == 0);
  const json title = json::parse(listed.output, nullptr, false);
  CAPTURE(listed.output);
  REQUIRE(title.is_object());
  CHECK(title["id"] == "m_1");
  CHECK(title["position_ms"] == 10'000);
  const std::string name = title["name"];
  const Finished found = demo({"search", name.substr(0, name.find(' '))});
  CHECK(found.exit_code == 0);
  CHECK(found.output.find("m_1  ") != std::string::npos);
  CHECK(demo({"search", "nobody", "has", "this"}).output == "nothing was found\n");

  const Finished played = demo({"continue", "--headless", "--storage", "", "--seconds", "60",
                                "--exit-after-first-frame", "--events", "-"});
  CAPTURE(played.output);
  CHECK(played.exit_code == 0);
  CHECK(played.output.find("0:10") != std::string::npos);
  CHECK(played.output.find(R"("event":"resumed")") != std::string::npos);
  const Finished other = demo({"continue", "m_2", "--headless"});
  CHECK(other.exit_code == 1);
  CHECK(other.output.find("error: m_2: is none of those that were begun") != std::string::npos);
  const Finished refused = run({PLAYHEAD_BIN_DIR "/playhead-demo", "search", "film", "--api",
                                service.server.url(""), "--token", "wrong"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.output.find("error: UNAUTHORIZED: ") != std::string::npos);
}

TEST_CASE("example: play.c plays a manifest to its end, with decoders linked in and loaded") {
  for (const char* program : {"/capi_example_play", "/capi_example_play_core"}) {
    const Finished played = run({std::string(PLAYHEAD_BIN_DIR) + program, media().url("short.mpd")});
    CHECK_MESSAGE(played.exit_code == 0, played.output);
    CHECK(played.output.find("320x180 after ") == 0);
  }
  const Finished refused = run({PLAYHEAD_BIN_DIR "/capi_example_play"});
  CHECK(refused.exit_code == 2);
}

TEST_CASE("demo: the window shows the picture at the moment of the screenshot") {
  const TempDir temp;
  const std::string file = (temp.path() / "shot.png").string();
  DemoProcess demo({"--no-audio", "--storage", "", "--status", "--url", media().url("dash.mpd"),
                    "--screenshot", file, "--at", "1"},
                   temp.path() / "errors");
  CHECK(demo.wait() == 0);
  CAPTURE(demo.errors());
  check_log(demo.events());
  // Enough of the pattern's colours in the middle of the window, where no control lies.
  const Finished colours = run({"ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-i",
                                file, "-vf", "crop=640:200:0:200,scale=64:20:flags=neighbor", "-f",
                                "rawvideo", "-pix_fmt", "rgb24", "-"});
  REQUIRE(colours.exit_code == 0);
  REQUIRE(colours.output.size() == 64 * 20 * 3);
  const auto bright = std::count_if(colours.output.begin(), colours.output.end(),
                                    [](char c) { return static_cast<unsigned char>(c) > 200; });
  CHECK(bright > 200);
}
