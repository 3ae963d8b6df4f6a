// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include "json_body.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

// Longest value printed, in bytes: a hostile field must not fill the log.
constexpr std::size_t kMaxValueBytes = 512;

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value.substr(0, kMaxValueBytes)) {
    if (c == '"' || c == '\\') out += '\\';
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x7f) {
      out += byte < 0x20 ? ' ' : c;
    } else {  // a terminal may take bytes from 0x80 on for commands
      out += "\\x";
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    }
  }
  out += '"';
}

std::string text_line(const std::string& time, std::string_view level, std::string_view event,
                      Log::Fields fields) {
  std::string line = time;
  line.append(" ").append(level).append(" ").append(event);
  for (const auto& [key, value] : fields) {
    line.append(" ").append(key).append("=");
    append_quoted(line, value);
  }
  return line;
}

std::string json_line(const std::string& time, std::string_view level, std::string_view event,
                      Log::Fields fields) {
  Json line = {{"time", time}, {"level", std::string(level)}, {"event", std::string(event)}};
  for (const auto& [key, value] : fields) {
    line[std::string(key)] = value.substr(0, kMaxValueBytes);
  }
  return dump(line);
}

}  // namespace

void Log::write(std::string_view level, std::string_view event, Fields fields) const {
  const std::string time = format_rfc3339(clock_.now_s());
  std::string line = format_ == Format::kJson ? json_line(time, level, event, fields)
                                              : text_line(time, level, event, fields);
  line += '\n';
  // A log that cannot be written is not a reason to stop serving.
  [[maybe_unused]] const ssize_t ignored = ::write(fd_, line.data(), line.size());
}

}  // namespace playhead::server
