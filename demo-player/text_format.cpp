// SPDX-License-Identifier: Apache-2.0
#include "text_format.h"

#include <algorithm>
#include <iomanip>
#include <locale>
#include <sstream>

namespace demo {
namespace {

std::string two_digits(int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::string format_decimal(double value, int digits) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string format_time(int64_t us) {
  const int64_t seconds = std::max<int64_t>(us, 0) / 1'000'000;
  const std::string tail = two_digits(seconds % 60);
  if (seconds < 3600) return std::to_string(seconds / 60) + ":" + tail;
  return std::to_string(seconds / 3600) + ":" + two_digits(seconds / 60 % 60) + ":" + tail;
}

std::string format_seconds(int64_t us) {
  return format_decimal(static_cast<double>(us) / 1e6, 1) + " s";
}

std::string format_bitrate(int64_t bps) {
  if (bps <= 0) return "\u2013";
  if (bps < 1'000'000) return format_decimal(static_cast<double>(bps) / 1e3, 0) + " kbit/s";
  if (bps < 1'000'000'000) return format_decimal(static_cast<double>(bps) / 1e6, 1) + " Mbit/s";
  return format_decimal(static_cast<double>(bps) / 1e9, 1) + " Gbit/s";
}

std::string format_bytes(int64_t bytes) {
  return format_decimal(static_cast<double>(bytes) / 1e6, 1) + " MB";
}

std::string format_speed(double speed) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::setprecision(4) << speed << "\u00d7";
  return text.str();
}

}  // namespace demo
