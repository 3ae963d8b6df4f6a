// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <cstdio>

namespace playhead::bench {

void report(const char* event, int64_t time_us, const std::string& members) {
  std::string line = std::string("{\"ev\":\"") + event + "\",\"t\":" + seconds(time_us);
  if (!members.empty()) line += "," + members;
  line += "}\n";
  std::fputs(line.c_str(), stdout);  // locks the stream: lines of two threads do not mix
  std::fflush(stdout);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

std::string seconds(int64_t us) {
  const std::string fraction = std::to_string(1'000'000 + us % 1'000'000).substr(1);
  return std::to_string(us / 1'000'000) + "." + fraction;
}

}  // namespace playhead::bench
