// SPDX-License-Identifier: Apache-2.0
#include "secrets.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto.h"
#include "hex.h"
#include "unique_fd.h"

namespace playhead::server {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxSecretBytes = 4096;

Error failure(const std::filesystem::path& file, const std::string& why) {
  return Error{500, "bad_secret_file", "The secret file " + file.string() + " " + why + "."};
}

// The key in the line "<name>=<hex>"; empty when absent, broken or too short.
std::string key_in(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.substr(0, name.size()) != name || line.substr(name.size(), 1) != "=") continue;
    const auto key = from_hex(line.substr(name.size() + 1));
    return key && key->size() >= kKeyBytes ? *key : std::string();
  }
  return {};
}

Result<std::string> read_text(const std::filesystem::path& file, int fd, const Log& log) {
  struct stat info {};
  if (::fstat(fd, &info) == 0 && (info.st_mode & 077) != 0) {
    log.warn("secret_file_readable_by_others", {{"file", file.string()}});
  }
  std::string text(kMaxSecretBytes, '\0');
  const ssize_t count = ::read(fd, text.data(), text.size());
  if (count < 0) return failure(file, std::string("cannot be read: ") + std::strerror(errno));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

Result<Secrets> read_secrets(const std::filesystem::path& file, int fd, const Log& log) {
  const auto read = read_text(file, fd, log);
  if (!read.ok()) return read.error();
  const std::string& text = read.value();
  Secrets secrets{key_in(text, "token_key"), key_in(text, "url_key")};
  if (secrets.token_key.empty() || secrets.url_key.empty()) {
    return failure(file, "lacks a token_key or url_key of at least 32 bytes in hex");
  }
  return secrets;
}

// Writes the keys aside and links them into place: whoever comes second finds the first one's.
Status create_secrets(const std::filesystem::path& file) {
  const auto token_key = random_bytes(kKeyBytes);
  if (!token_key.ok()) return token_key.error();
  const auto url_key = random_bytes(kKeyBytes);
  if (!url_key.ok()) return url_key.error();
  const std::string text =
      "token_key=" + to_hex(token_key.value()) + "\nurl_key=" + to_hex(url_key.value()) + "\n";
  const std::string aside = file.string() + ".new-" + std::to_string(::getpid());
  const UniqueFd out(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out.valid()) return failure(file, std::string("cannot be made: ") + std::strerror(errno));
  const bool written =
      ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(out.get()) == 0;
  const bool linked = written && (::link(aside.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int reason = errno;
  ::unlink(aside.c_str());
  if (!linked) return failure(file, std::string("cannot be made: ") + std::strerror(reason));
  return Done{};
}

}  // namespace

Result<Secrets> load_or_create_secrets(const std::filesystem::path& file, const Log& log) {
  UniqueFd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid() && errno == ENOENT) {
    if (Status created = create_secrets(file); !created.ok()) return created.error();
    in = UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  }
  if (!in.valid()) return failure(file, std::string("cannot be opened: ") + std::strerror(errno));
  return read_secrets(file, in.get(), log);
}

Result<std::string> load_url_key(const std::filesystem::path& file, const Log& log) {
  const UniqueFd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return failure(file, std::string("cannot be opened: ") + std::strerror(errno));
  const auto text = read_text(file, in.get(), log);
  if (!text.ok()) return text.error();
  std::string key = key_in(text.value(), "url_key");
  if (key.empty()) return failure(file, "lacks a url_key of at least 32 bytes in hex");
  return key;
}

}  // namespace playhead::server
