// SPDX-License-Identifier: Apache-2.0
// The demo player's commands for downloads: real processes, the real server, media made by ffmpeg.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/demo_driver.h"
#include "e2e/server_driver.h"

using namespace playhead::e2e;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

// Two titles of four seconds, a service that has them, an empty folder for downloads.
struct World {
  TempDir media, data, home;
  std::unique_ptr<ServerProcess> server;
  std::string token;

  World() {
    for (const std::string id : {"m_1", "m_2"}) {
      std::filesystem::create_directory(media.path() / id);
      const Finished made = run({"ffmpeg",
                                 "-hide_banner",
                                 "-loglevel",
                                 "error",
                                 "-nostdin",
                                 "-y",
                                 "-f",
                                 "lavfi",
                                 "-i",
                                 "testsrc2=size=320x180:rate=24:duration=4",
                                 "-f",
                                 "lavfi",
                                 "-i",
                                 "sine=frequency=440:duration=4",
                                 "-c:v",
                                 "libx264",
                                 "-preset",
                                 "ultrafast",
                                 "-g",
                                 "24",
                                 "-c:a",
                                 "aac",
                                 "-ac",
                                 "2",
                                 "-seg_duration",
                                 "1",
                                 "-f",
                                 "dash",
                                 (media.path() / id / "title.mpd").string()});
      CAPTURE(made.output);
      REQUIRE(made.exit_code == 0);
      media.write(id + "/title.json", R"({"id":")" + id +
                                          R"(","name":"One","genre":"Drama","year":2024,)"
                                          R"("duration_seconds":4,)"
                                          R"("manifests":{"dash":"title.mpd"}})");
    }
    start_server();
    token = make_token(data.path());
  }

  void start_server() {
    server = std::make_unique<ServerProcess>(data.path(), media.path());
    REQUIRE(server->running());
  }

  // A command line of the demo, on this folder.
  [[nodiscard]] Words command(const std::string& verb, const Words& more) const {
    Words words{PLAYHEAD_BIN_DIR "/playhead-demo", verb, "--dir", folder()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  [[nodiscard]] Words download(const std::string& title) const {
    return command("download", {title, "--api", server->url(""), "--token", token});
  }
  [[nodiscard]] std::string folder() const { return (home.path() / "downloads").string(); }

  [[nodiscard]] std::vector<json> list() const {
    const Finished listed = run(command("list", {"--json"}));
    CAPTURE(listed.output);
    CHECK(listed.exit_code == 0);
    std::vector<json> downloads;
    std::istringstream lines(listed.output);
    for (std::string line; std::getline(lines, line);) {
      downloads.push_back(json::parse(line, nullptr, false));
      REQUIRE(downloads.back().is_object());
    }
    return downloads;
  }
};

// A process whose standard error is read line by line. Killed, if it still runs, with the object.
class Spoken {
 public:
  explicit Spoken(Words words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    errors_ = ::fdopen(ends[0], "r");
  }
  ~Spoken() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
    std::fclose(errors_);
  }
  Spoken(const Spoken&) = delete;
  Spoken& operator=(const Spoken&) = delete;

  // Reads up to a line that has `word` in it; false when it ends first.
  bool wait_for(const std::string& word) {
    std::string line;
    for (int c = 0; (c = std::fgetc(errors_)) != EOF;) {
      line += static_cast<char>(c);
      if (c != '\n') continue;
      text_ += line;
      if (line.find(word) != std::string::npos) return true;
      line.clear();
    }
    text_ += line;
    return false;
  }
  void signal(int number) const { ::kill(pid_, number); }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  pid_t pid_ = -1;
  std::FILE* errors_ = nullptr;
  std::string text_;
};

}  // namespace

TEST_CASE("demo: downloads, lists, plays with the server stopped, removes") {
  World world;
  const Finished downloaded = run(world.download("m_1"));
  CAPTURE(downloaded.output);
  REQUIRE(downloaded.exit_code == 0);
  CHECK(downloaded.output.find("downloaded m_1  ") != std::string::npos);
  world.server->signal(SIGKILL);
  world.server->wait();

  const std::vector<json> downloads = world.list();
  REQUIRE(downloads.size() == 1);
  const json& download = downloads.front();
  CHECK(download["title_id"] == "m_1");
  CHECK(download["state"] == "completed");
  CHECK(download["rights"] == "valid");
  CHECK(download["expires_at"].is_string());
  CHECK(download["height"] == 180);
  CHECK(download["bytes_done"] == download["bytes_total"]);
  CHECK(download["playable_until_s"].get<double>() == doctest::Approx(4.0).epsilon(0.05));
  const Finished table = run(world.command("list", {}));
  CHECK(table.exit_code == 0);
  for (const char* word : {"ID", "TITLE", "EXPIRES", "m_1", "completed", "180p", "valid", "UTC"}) {
    CAPTURE(word);
    CHECK(table.output.find(word) != std::string::npos);
  }

  for (const char* key : {"title_id", "id"}) {
    CAPTURE(key);
    DemoProcess demo({"play", "--offline", download[key].get<std::string>(), "--dir",
                      world.folder(), "--headless", "--speed", "2", "--storage", ""},
                     world.home.path() / "errors");
    CHECK(demo.wait() == 0);
    CAPTURE(demo.errors());
    CHECK(find_event(demo.events(), "first_frame")["width"] == 320);
    CHECK(find_event(demo.events(), "warning").is_null());
    CHECK(find_event(demo.events(), "ended")["position_s"].get<double>() ==
          doctest::Approx(4.0).epsilon(0.05));
  }

  const Finished removed = run(world.command("remove", {"m_1"}));
  CHECK(removed.exit_code == 0);
  CHECK(removed.output == "removed m_1\n");
  CHECK(world.list().empty());
  CHECK(std::filesystem::is_empty(world.folder() + "/content"));
  const Finished nothing = run(world.command("list", {}));
  CHECK(nothing.output.rfind("nothing was downloaded to ", 0) == 0);
}

TEST_CASE("demo: a download that was ended goes on where it was") {
  World world;
  REQUIRE(run(world.download("m_2")).exit_code == 0);
  const Words unanswered = world.download("m_1");
  world.server->signal(SIGKILL);
  world.server->wait();
  for (const int number : {SIGINT, SIGTERM}) {
    Spoken demo(unanswered);
    CHECK(demo.wait_for("m_1  "));
    demo.signal(number);
    CHECK(demo.wait_for("goes on from here"));
    CHECK(demo.wait() == 3);
    CAPTURE(demo.text());
  }
  const std::vector<json> half = world.list();
  REQUIRE(half.size() == 2);
  CHECK(half[0]["state"] == "completed");
  CHECK(half[1]["state"] != "completed");
  CHECK(half[1]["bytes_done"] == 0);

  world.start_server();
  const Finished done = run(world.download("m_1"));
  CAPTURE(done.output);
  CHECK(done.exit_code == 0);
  const std::vector<json> all = world.list();
  REQUIRE(all.size() == 2);
  CHECK(all[1]["id"] == half[1]["id"]);
  CHECK(all[1]["state"] == "completed");
  const Finished again = run(world.command("download", {"--api", world.server->url("")}));
  CHECK(again.exit_code == 0);
  CHECK(again.output.find("nothing is left to download") != std::string::npos);
}

TEST_CASE("demo: what goes wrong with downloads is a sentence and exit code 1") {
  World world;
  REQUIRE(run(world.download("m_1")).exit_code == 0);
  const std::string other = (world.home.path() / "other").string();
  struct Case {
    const char* name;
    Words words;
    const char* sentence;
  };
  const Case cases[] = {
      {"no such title", world.download("m_9"), "m_9: "},
      {"a download that is not there", world.command("remove", {"m_8"}), "no such download"},
      {"one of two is not there", world.command("remove", {"m_8", "m_1"}), "no such download"},
      {"nothing of that name to play",
       {PLAYHEAD_BIN_DIR "/playhead-demo", "--headless", "--storage", "", "--dir", other,
        "--offline", "m_1"},
       "nothing of the name m_1 was downloaded"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Finished finished = run(c.words);
    CAPTURE(finished.output);
    CHECK(finished.exit_code == 1);
    CHECK(finished.output.find("error: ") != std::string::npos);
    CHECK(finished.output.find(c.sentence) != std::string::npos);
  }

  const Words unanswered = world.download("m_2");
  world.server->signal(SIGKILL);
  world.server->wait();
  Spoken first(unanswered);
  CHECK(first.wait_for("m_2  "));
  const Finished second = run(world.command("list", {}));
  CHECK(second.exit_code == 1);
  CHECK(second.output.find("another program has these downloads open") != std::string::npos);
}
