// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/server_driver.h"

extern char** environ;

using namespace playhead::e2e;

namespace {

// Numbers that look random and are the same in every run.
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return state_ >> 33;
  }

 private:
  uint64_t state_;
};

std::string noise(std::size_t size, uint64_t seed) {
  Numbers numbers(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(numbers.next());
  return bytes;
}

std::string sha256_hex(const std::string& bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (const unsigned char byte : digest) {
    text.push_back("0123456789abcdef"[byte >> 4]);
    text.push_back("0123456789abcdef"[byte & 15]);
  }
  return text;
}

// A title of the real server: segments of many sizes, one that is larger than a checkpoint.
struct Title {
  static constexpr int kSegments = 24;
  TempDir media, data, downloads;
  std::map<std::string, std::string> hashes;

  Title() {
    media.write("m_1/title.json",
                R"({"id":"m_1","name":"One","genre":"Drama","year":2024,"duration_seconds":96,)"
                R"("manifests":{"hls":"a.m3u8"}})");
    media.write("m_1/a.m3u8",
                "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=854x480,CODECS=\"avc1."
                "64001e,mp4a.40.2\"\nv.m3u8\n");
    std::string playlist = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n";
    for (int i = 0; i < kSegments; ++i) {
      const std::string name = "s" + std::to_string(i) + ".ts";
      const std::size_t size = i == 5 ? 11'000'000 : 60'000 + static_cast<std::size_t>(i) * 17'003;
      const std::string bytes = noise(size, static_cast<uint64_t>(i) + 1);
      media.write("m_1/" + name, bytes);
      hashes[name] = sha256_hex(bytes);
      playlist += "#EXTINF:4,\n" + name + "\n";
    }
    media.write("m_1/v.m3u8", playlist + "#EXT-X-ENDLIST\n");
  }
};

std::string child_program() { return std::string(PLAYHEAD_BIN_DIR) + "/download_child"; }

// A child that runs until it is done or its time is over; then it is killed.
struct Life {
  std::string output;
  bool was_killed = false;
  int exit_code = -1;
};

Life live(const std::vector<std::string>& command, int limit_ms) {
  int pipe_ends[2] = {-1, -1};
  REQUIRE(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  pid_t pid = -1;
  REQUIRE(::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);

  Life life;
  std::array<char, 4096> buffer;
  // Time counts from its first word on: how long a program takes to start is not the point.
  for (bool has_begun = false;;) {
    pollfd end{pipe_ends[0], POLLIN, 0};
    if (::poll(&end, 1, has_begun ? limit_ms : 60'000) == 0) {
      ::kill(pid, SIGKILL);
      life.was_killed = true;
      break;
    }
    const ssize_t count = ::read(pipe_ends[0], buffer.data(), buffer.size());
    if (count <= 0) break;
    life.output.append(buffer.data(), static_cast<std::size_t>(count));
    has_begun = true;
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status)) life.exit_code = WEXITSTATUS(status);
  return life;
}

int64_t number_after(const std::string& output, const std::string& word) {
  const std::size_t at = output.find(word + " ");
  if (at == std::string::npos) return 0;
  return std::strtoll(output.c_str() + at + word.size() + 1, nullptr, 10);
}

std::string word_after(const std::string& output, const std::string& word) {
  const std::size_t at = output.find(word + " ");
  if (at == std::string::npos) return "";
  return output.substr(at + word.size() + 1, output.find('\n', at) - at - word.size() - 1);
}

// Every segment as the server has it, and no file beside those of the journal.
void check(const Title& title, const std::string& id) {
  const std::string folder = title.downloads.path().string();
  const Finished listed = run({child_program(), "list", folder, id});
  CAPTURE(listed.output);
  REQUIRE(listed.exit_code == 0);
  std::istringstream lines(listed.output);
  std::size_t rows = 0, segments = 0;
  for (std::string hash, name; lines >> hash >> name; ++rows) {
    const auto known = title.hashes.find(name);
    if (known == title.hashes.end()) continue;
    CHECK(known->second == hash);
    ++segments;
  }
  CHECK(segments == title.hashes.size());
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::recursive_directory_iterator(folder + "/content/" + id)) {
    ++files;
  }
  CHECK(files == rows);
}

}  // namespace

// PLAYHEAD_DOWNLOAD_KILLS=1000 kills that often.
TEST_CASE(
    "downloads e2e: O13 O14 killed at any instant, the real server's title is whole in the end") {
  const Title title;
  const ServerProcess server(title.data.path(), title.media.path());
  REQUIRE(server.running());
  const std::string token = make_token(title.data.path(), "alice", "86400");
  const char* const wanted = std::getenv("PLAYHEAD_DOWNLOAD_KILLS");
  const int kills = wanted == nullptr ? 10 : std::atoi(wanted);
  Numbers numbers(7);
  int killed = 0, titles = 0;
  while (killed < kills) {
    int64_t had = 0;
    std::string id;
    while (id.empty()) {
      const int limit_ms = killed < kills ? static_cast<int>(numbers.next() % 300) : 60'000;
      const Life life = live(
          {child_program(), "get", server.url(""), token, title.downloads.path().string(), "m_1"},
          limit_ms);
      CAPTURE(life.output);
      // What the journal had once stays.
      const int64_t has = number_after(life.output, "have");
      CHECK(has >= had);
      had = has;
      killed += life.was_killed ? 1 : 0;
      if (life.was_killed) continue;
      REQUIRE(life.exit_code == 0);
      id = word_after(life.output, "completed");
    }
    check(title, id);
    ++titles;
    std::filesystem::remove_all(title.downloads.path() / "content");
    for (const char* file : {"offline.db", "offline.db-wal", "offline.db-shm", "reserve"}) {
      std::filesystem::remove(title.downloads.path() / file);
    }
  }
  MESSAGE(killed << " kills, " << titles << " titles whole");
}

TEST_CASE("downloads e2e: by slices of time, on the app's own thread") {
  const Title title;
  const ServerProcess server(title.data.path(), title.media.path());
  REQUIRE(server.running());
  const Life life = live({child_program(), "get", server.url(""), make_token(title.data.path()),
                          title.downloads.path().string(), "m_1", "pump"},
                         60'000);
  CAPTURE(life.output);
  REQUIRE(life.exit_code == 0);
  check(title, word_after(life.output, "completed"));
}
