// SPDX-License-Identifier: Apache-2.0
// playhead-probe as a measurement starts it: a process, real sockets, media made by ffmpeg.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "bench/probe/frame_watch.h"
#include "e2e/server_driver.h"
#include "support/loopback_server.h"

namespace playhead::bench {
namespace {

using nlohmann::json;

constexpr int kFramesPerSecond = 24;

// Black with a strip of 16 white or black cells along the top: the frame's number.
std::string numbered_picture() {
  std::string filter =
      "drawbox=x=0:y=0:w=20:h=16:c=white:t=fill,"
      "drawbox=x=300:y=0:w=20:h=16:c=white:t=fill";
  for (int bit = 0; bit < 12; ++bit) {
    filter += ",drawbox=x=" + std::to_string((13 - bit) * 20) +
              ":y=0:w=20:h=16:c=white:t=fill:" + "enable='gt(bitand(n," + std::to_string(1 << bit) +
              "),0)'";
  }
  return filter;
}

// A title of twelve seconds, made once.
class Title {
 public:
  Title() {
    const std::string rate = std::to_string(kFramesPerSecond);
    const std::string gop = std::to_string(2 * kFramesPerSecond);
    is_made_ = e2e::run({"ffmpeg",
                         "-hide_banner",
                         "-loglevel",
                         "error",
                         "-nostdin",
                         "-f",
                         "lavfi",
                         "-i",
                         "color=c=black:s=320x180:r=" + rate,
                         "-f",
                         "lavfi",
                         "-i",
                         "sine=frequency=440",
                         "-vf",
                         numbered_picture(),
                         "-t",
                         "12",
                         "-c:v",
                         "libx264",
                         "-preset",
                         "ultrafast",
                         "-pix_fmt",
                         "yuv420p",
                         "-g",
                         gop,
                         "-c:a",
                         "aac",
                         "-f",
                         "hls",
                         "-hls_time",
                         "2",
                         "-hls_playlist_type",
                         "vod",
                         "-hls_segment_type",
                         "fmp4",
                         "-hls_flags",
                         "independent_segments",
                         (folder_.path() / "index.m3u8").string()})
                   .exit_code == 0;
    server_.serve([this](const test::WebRequest& request) -> std::optional<test::WebAnswer> {
      std::ifstream file(folder_.path() / request.target.substr(1), std::ios::binary);
      if (!file) return std::nullopt;
      return test::bytes_answer(std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {}));
    });
  }

  [[nodiscard]] bool is_made() const { return is_made_; }
  [[nodiscard]] std::string url(const std::string& target) const { return server_.url(target); }

 private:
  e2e::TempDir folder_;
  test::LoopbackServer server_;
  bool is_made_ = false;
};

struct Run {
  int exit_code = -1;
  std::vector<json> events;

  [[nodiscard]] std::string names() const {
    std::string text;
    for (const json& event : events) text += event["ev"].get<std::string>() + " ";
    return text;
  }
  [[nodiscard]] json find(const std::string& name) const {
    const auto found = std::find_if(events.begin(), events.end(),
                                    [&](const json& event) { return event["ev"] == name; });
    return found == events.end() ? json() : *found;
  }
};

Run probe(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(PLAYHEAD_BIN_DIR) + "/playhead-probe");
  const e2e::Finished finished = e2e::run(arguments);
  Run run{finished.exit_code, {}};
  std::size_t begin = 0;
  for (std::size_t end; (end = finished.output.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    run.events.push_back(json::parse(finished.output.substr(begin, end - begin)));
  }
  return run;
}

TEST_CASE("probe: tells what peers' probes tell, in every mode" *
          doctest::skip(!e2e::have_program("ffmpeg"))) {
  const Title title;
  REQUIRE(title.is_made());
  const std::string url = title.url("/index.m3u8");

  SUBCASE("ttff ends when playback rolls") {
    const Run run = probe({"--url", url});
    CAPTURE(run.names());
    CHECK(run.exit_code == 0);
    CHECK(run.names().rfind("init play first_frame level ", 0) == 0);
    CHECK(run.names().find(" rolling ") != std::string::npos);
    CHECK(run.find("first_frame")["frame"] == 0);
    CHECK(run.find("first_frame")["t"] > run.find("play")["t"]);
    CHECK(run.find("level")["height"] == 180);
    CHECK(run.events.back()["ev"] == "end");
  }
  SUBCASE("seek shows the picture of the target") {
    const Run run = probe({"--url", url, "--mode", "seek", "--seeks", "7,2.5", "--between", "0.2"});
    CAPTURE(run.names());
    CHECK(run.exit_code == 0);
    std::vector<int> frames;
    for (const json& event : run.events) {
      if (event["ev"] == "seek_done") frames.push_back(event["frame"]);
    }
    CHECK(frames == std::vector<int>{7 * kFramesPerSecond, 5 * kFramesPerSecond / 2});
  }
  SUBCASE("play goes on for as long as it is told") {
    const Run run = probe({"--url", url, "--mode", "play", "--seconds", "0.5", "--lean"});
    CAPTURE(run.names());
    CHECK(run.exit_code == 0);
    CHECK(run.find("first_frame")["frame"] == -1);  // nobody looked
    CHECK(run.find("end")["t"].get<double>() - run.find("first_frame")["t"].get<double>() >= 0.5);
    CHECK(run.find("end")["shown"] >= 1);
  }
  SUBCASE("a failure is told and is the exit code") {
    const Run run = probe({"--url", title.url("/missing.m3u8")});
    CAPTURE(run.names());
    CHECK(run.exit_code == 1);
    CHECK(run.find("error")["msg"].get<std::string>().find("missing.m3u8") != std::string::npos);
  }
}

TEST_CASE("probe: reads the number of a picture") {
  constexpr int kWidth = 160, kHeight = 90, kCell = kWidth / 16;
  struct Case {
    const char* name;
    const char* strip;
    int number;
  };
  const Case cases[] = {{"zero", "#..............#", 0},
                        {"first", "#............#.#", 1},
                        {"highest bit", "#.#............#", 2048},
                        {"all bits", "#.############.#", 4095},
                        {"no white end", "#............#..", -1},
                        {"no black behind the start", "##...........#.#", -1},
                        {"black picture", "................", -1}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::vector<uint8_t> luma(std::size_t{kWidth} * kHeight, 16);
    for (int x = 0; x < kWidth; ++x) {
      if (c.strip[x / kCell] == '#') {
        for (int y = 0; y < 4; ++y) luma.at(static_cast<std::size_t>(y * kWidth + x)) = 235;
      }
    }
    playhead_frame_info picture = PLAYHEAD_FRAME_INFO_INIT;
    picture.width = kWidth;
    picture.height = kHeight;
    picture.planes[0] = luma.data();
    picture.strides[0] = kWidth;
    CHECK(strip_number(picture) == c.number);
  }
}

}  // namespace
}  // namespace playhead::bench
