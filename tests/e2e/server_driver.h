// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

// Runs the real playhead-server (and other programs) and talks to it over real sockets.
namespace playhead::e2e {

// A folder of the test's own; gone with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void write(const std::string& relative, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

struct Finished {
  int exit_code = -1;  // 128 + signal when one ended it
  std::string output;  // stdout, and stderr after it
};

// Runs a program to its end. `command[0]` is looked up in PATH.
[[nodiscard]] Finished run(const std::vector<std::string>& command);

[[nodiscard]] bool have_program(const std::string& name);

struct HttpReply {
  long status = 0;  // 0: no answer
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
};

struct HttpCall {
  std::string url;
  std::string method = "GET";
  std::vector<std::string> headers = {};
  std::string body = {};
};

// One call on a connection of its own; the path is sent as it stands, "..", "//" and all.
[[nodiscard]] HttpReply http(const HttpCall& call);

// Sends `bytes` to the port and reads until the server closes.
[[nodiscard]] std::string raw_exchange(uint16_t port, std::string_view bytes);

// One playhead-server process on a free port. Killed, if it still runs, with the object.
class ServerProcess {
 public:
  // `program`: empty for server_program().
  ServerProcess(const std::filesystem::path& data, const std::filesystem::path& media,
                const std::vector<std::string>& more = {}, const std::string& program = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] bool running() const { return port_ != 0; }
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const;
  void signal(int number) const;
  // Waits for its end; the exit code as in Finished.
  int wait();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  uint16_t port_ = 0;
};

[[nodiscard]] std::string server_program();

// A bearer token of that user, by the server's own command. `ttl`: seconds.
[[nodiscard]] std::string make_token(const std::filesystem::path& data,
                                     const std::string& user = "alice",
                                     const std::string& ttl = "600");

// What the server's JSON calls the error; "" when it tells of none.
[[nodiscard]] std::string error_code(const HttpReply& reply);

}  // namespace playhead::e2e
