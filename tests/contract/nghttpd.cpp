// SPDX-License-Identifier: Apache-2.0
#include "contract/nghttpd.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/loopback_server.h"

namespace playhead::test {

namespace {

bool is_in_path(const char* program) {
  const char* path = std::getenv("PATH");
  std::string rest = path != nullptr ? path : "";
  rest += ":/usr/sbin:/usr/local/sbin";
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t end = rest.find(':', at);
    const std::string folder = rest.substr(at, end == std::string::npos ? end : end - at);
    if (!folder.empty() && ::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
    at = end == std::string::npos ? end : end + 1;
  }
  return false;
}

// Starts a program with its output thrown away; -1 when that fails.
pid_t spawn(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t process = -1;
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  const int failed =
      ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? process : -1;
}

bool can_connect(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

bool Nghttpd::is_installed() { return is_in_path("nghttpd") && is_in_path("openssl"); }

Nghttpd::Nghttpd() : port_(closed_port()) {
  std::string folder = (std::filesystem::temp_directory_path() / "playhead-h2-XXXXXX").string();
  folder_ = ::mkdtemp(folder.data());
  const std::string key = folder_ + "/key.pem";
  ::waitpid(
      spawn({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-keyout", key, "-out", certificate_file(), "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"}),
      nullptr, 0);
  process_ = spawn({"nghttpd", "-a", "127.0.0.1", "-d", folder_, std::to_string(port_), key,
                    certificate_file()});
  while (process_ > 0 && !can_connect(port_)) {  // refused at once until it listens
    if (::waitpid(process_, nullptr, WNOHANG) != 0) process_ = -1;
    std::this_thread::yield();
  }
}

Nghttpd::~Nghttpd() {
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Nghttpd::add_file(const std::string& name, const std::vector<uint8_t>& bytes) const {
  std::ofstream file(folder_ + "/" + name, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

std::string Nghttpd::url(const std::string& target) const {
  return "https://localhost:" + std::to_string(port_) + target;
}

}  // namespace playhead::test
