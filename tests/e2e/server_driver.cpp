// SPDX-License-Identifier: Apache-2.0
#include "e2e/server_driver.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playhead::e2e {
namespace {

// Starts `command` with stdout (and stderr, when asked) in a pipe whose end is returned in
// `output`.
pid_t spawn(const std::vector<std::string>& command, bool with_stderr, int& output) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
  std::vector<char*> arguments;
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
    ::dup2(ends[1], STDOUT_FILENO);
    const int error = with_stderr ? ends[1] : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(error, STDERR_FILENO);
    const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(input, STDIN_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output = ends[0];
  return pid;
}

int exit_code_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

std::string read_to_end(int fd) {
  std::string text;
  char piece[4096];
  ssize_t count = 0;
  while ((count = ::read(fd, piece, sizeof piece)) > 0)
    text.append(piece, static_cast<std::size_t>(count));
  return text;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  static_cast<std::string*>(user)->append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& headers = *static_cast<std::map<std::string, std::string>*>(user);
  std::string line(data, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.pop_back();
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return size * count;
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  headers[name] = line.substr(std::min(line.size(), line.find_first_not_of(' ', colon + 1)));
  return size * count;
}

}  // namespace

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "playhead-e2e-XXXXXX").string();
  if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

void TempDir::write(const std::string& relative, std::string_view content) const {
  const auto file = path_ / relative;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

Finished run(const std::vector<std::string>& command) {
  int output = -1;
  const pid_t pid = spawn(command, true, output);
  if (pid < 0) return {};
  Finished finished;
  finished.output = read_to_end(output);
  ::close(output);
  finished.exit_code = exit_code_of(pid);
  return finished;
}

bool have_program(const std::string& name) { return run({name, "-version"}).exit_code == 0; }

HttpReply http(const HttpCall& call) {
  HttpReply reply;
  CURL* const curl = curl_easy_init();
  if (curl == nullptr) return reply;
  curl_slist* headers = nullptr;
  for (const std::string& header : call.headers)
    headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(curl, CURLOPT_NOBODY, call.method == "HEAD" ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  if (!call.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
  }
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply.headers);
  curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return reply;
}

std::string raw_exchange(uint16_t port, std::string_view bytes) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())) {
    answer = read_to_end(fd);
  }
  ::close(fd);
  return answer;
}

ServerProcess::ServerProcess(const std::filesystem::path& data, const std::filesystem::path& media,
                             const std::vector<std::string>& more, const std::string& program) {
  std::vector<std::string> command = {program.empty() ? server_program() : program,
                                      "serve", "--data", data.string(), "--media", media.string()};
  command.insert(command.end(), more.begin(), more.end());
  pid_ = spawn(command, false, output_);
  // The line comes when the server accepts connections; the pipe closes when it could not start.
  const std::string line = read_line(output_);
  const std::size_t colon = line.rfind(':');
  if (line.rfind("listening on http://127.0.0.1:", 0) == 0) {
    port_ = static_cast<uint16_t>(std::strtoul(line.c_str() + colon + 1, nullptr, 10));
  }
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  if (output_ >= 0) ::close(output_);
}

std::string ServerProcess::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

int ServerProcess::wait() {
  const int code = exit_code_of(pid_);
  pid_ = -1;
  return code;
}

std::string server_program() { return std::string(PLAYHEAD_BIN_DIR) + "/playhead-server"; }

std::string make_token(const std::filesystem::path& data, const std::string& user,
                       const std::string& ttl) {
  Finished made =
      run({server_program(), "token", "--data", data.string(), "--user", user, "--ttl", ttl});
  REQUIRE(made.exit_code == 0);
  while (!made.output.empty() && made.output.back() == '\n') made.output.pop_back();
  return made.output;
}

std::string error_code(const HttpReply& reply) {
  using nlohmann::json;
  const json body = json::parse(reply.body, nullptr, false);
  return body.is_object() && body.contains("error") ? body["error"].value("code", "") : "";
}

}  // namespace playhead::e2e
