// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_time.h"

#include <algorithm>
#include <array>

#include "base/decimal.h"
#include "text/scan.h"

namespace playhead::text {
namespace {

// Of one number of a time expression: a century in milliseconds. Keeps all products in 64 bits.
constexpr int64_t kMaxCount = int64_t{4'000'000'000'000};
constexpr int64_t kMaxUs = int64_t{4'000'000'000'000'000};  // the same century
constexpr int64_t kMaxRate = 1'000'000'000;                 // ticks or frames per second
constexpr int64_t kMaxPart = 100'000;                       // of a fraction's two sides

std::optional<int64_t> positive(std::string_view text, int64_t most) {
  const auto value = parse_uint64(trim(text));
  if (!value || *value == 0 || *value > static_cast<uint64_t>(most)) return {};
  return static_cast<int64_t>(*value);
}

// A decimal number of `unit` microseconds.
std::optional<Duration> times_unit(std::string_view number, int64_t unit_us) {
  if (number.empty() || !is_digit(number.front()) || number.back() == '.') return {};
  const auto millionths = parse_decimal(number, 6);
  if (!millionths || *millionths / 1'000'000 > kMaxCount) return {};
  // unit is whole milliseconds or more but for "ms" itself: split to stay within 64 bits.
  const int64_t whole = *millionths / 1'000'000, part = *millionths % 1'000'000;
  const auto product = checked_multiply(whole, unit_us);
  if (!product || *product > kMaxUs) return {};
  return Duration{*product + part * (unit_us / 1000) / 1000};
}

// number × seconds ÷ per_second.
std::optional<Duration> times_rate(std::string_view number, int64_t per_second, int64_t seconds) {
  if (number.empty() || !is_digit(number.front()) || number.back() == '.') return {};
  const auto thousandths = parse_decimal(number, 3);
  if (!thousandths || *thousandths > kMaxCount * 1000) return {};
  const auto ticks = checked_multiply(*thousandths, seconds);
  if (!ticks) return {};
  return Duration{std::min(ticks_to_us(*ticks, per_second * 1000), kMaxUs)};
}

std::optional<int64_t> two_digits(std::string_view text, int64_t below) {
  if (text.size() != 2) return {};
  const auto value = parse_uint64(text);
  if (!value || static_cast<int64_t>(*value) >= below) return {};
  return static_cast<int64_t>(*value);
}

// The part after the seconds: frames and sub-frames (§12.3.1).
std::optional<Duration> parse_frames(std::string_view text, const TtmlClock& clock) {
  const Halves halves = split(text, '.');
  const auto frames = parse_uint64(halves.first);
  if (!frames || halves.first.size() < 2 || *frames > uint64_t{100'000}) return {};
  int64_t sub_frames = 0;
  if (halves.first.size() != text.size()) {
    const auto written = parse_uint64(halves.second);
    if (!written ||
        static_cast<int64_t>(std::min<uint64_t>(*written, kMaxRate)) >= clock.sub_frames)
      return {};
    sub_frames = static_cast<int64_t>(*written);
  }
  const int64_t parts = static_cast<int64_t>(*frames) * clock.sub_frames + sub_frames;
  return Duration{ticks_to_us(parts * clock.frame_seconds, clock.frames * clock.sub_frames)};
}

std::optional<Duration> parse_clock_time(std::string_view text, const TtmlClock& clock) {
  const std::size_t first = text.find(':');
  const auto hours = parse_uint64(text.substr(0, first));
  if (first < 2 || !hours || *hours > 999'999) return {};
  text.remove_prefix(first + 1);
  if (text.size() < 5 || text[2] != ':') return {};
  const auto minutes = two_digits(text.substr(0, 2), 60);
  // A leap second may be written.
  const auto seconds = two_digits(text.substr(3, 2), 61);
  if (!minutes || !seconds) return {};
  Duration sum =
      Duration{((static_cast<int64_t>(*hours) * 60 + *minutes) * 60 + *seconds) * 1'000'000};
  text.remove_prefix(5);
  if (text.empty()) return sum;
  if (text.front() == '.' && text.size() > 1) {
    const auto fraction = parse_decimal(text, 6);
    if (!fraction) return {};
    return sum + Duration{*fraction};
  }
  if (text.front() != ':') return {};
  const auto frames = parse_frames(text.substr(1), clock);
  if (!frames) return {};
  return sum + *frames;
}

}  // namespace

TtmlClock make_ttml_clock(const TtmlClockAttributes& attributes) {
  TtmlClock clock;
  const auto frame_rate = positive(attributes.frame_rate, kMaxPart);
  if (frame_rate) clock.frames = *frame_rate;
  // TTML2 separates by a space, drafts of TTML1 by a colon: "1000 1001".
  const std::string_view multiplier = trim(attributes.frame_rate_multiplier);
  const Halves halves =
      split(multiplier, multiplier.find(':') == std::string_view::npos ? ' ' : ':');
  const auto top = positive(halves.first, kMaxPart), bottom = positive(halves.second, kMaxPart);
  const int64_t frames_before = clock.frames;
  if (top && bottom) {
    clock.frames *= *top;
    clock.frame_seconds = *bottom;
    // Products of what follows have to fit.
    while (clock.frames > kMaxRate)
      clock.frames /= 2, clock.frame_seconds = std::max<int64_t>(clock.frame_seconds / 2, 1);
  }
  clock.sub_frames = positive(attributes.sub_frame_rate, 1000).value_or(1);
  // §7.2.14: without a tick rate, it is the frame rate times the sub-frame rate where there is one.
  clock.ticks = positive(attributes.tick_rate, kMaxRate)
                    .value_or(frame_rate ? frames_before * clock.sub_frames : 1);
  return clock;
}

std::optional<Duration> parse_ttml_time(std::string_view text, const TtmlClock& clock) {
  constexpr std::size_t kLongest = 64;
  text = trim(text);
  if (text.empty() || text.size() > kLongest) return {};
  if (text.find(':') != std::string_view::npos) return parse_clock_time(text, clock);
  const std::size_t letters = text.find_first_not_of("0123456789.");
  if (letters == std::string_view::npos) return {};
  const std::string_view number = text.substr(0, letters), metric = text.substr(letters);
  if (metric == "h") return times_unit(number, 3'600'000'000);
  if (metric == "m") return times_unit(number, 60'000'000);
  if (metric == "s") return times_unit(number, 1'000'000);
  if (metric == "ms") return times_unit(number, 1'000);
  if (metric == "f") return times_rate(number, clock.frames, clock.frame_seconds);
  if (metric == "t") return times_rate(number, clock.ticks, 1);
  return {};
}

}  // namespace playhead::text
