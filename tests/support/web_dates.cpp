// SPDX-License-Identifier: Apache-2.0
#include "support/web_dates.h"

#include <cstdio>
#include <ctime>

namespace playhead::test {

namespace {

std::tm parts_of(WallTime time) {
  const auto seconds = static_cast<std::time_t>(time.us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

std::string http_date(WallTime time) {
  const std::tm parts = parts_of(time);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::string iso_date(WallTime time) {
  const std::tm parts = parts_of(time);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(time.us / 1000 % 1000));
  return std::string(text) + fraction;
}

}  // namespace playhead::test
