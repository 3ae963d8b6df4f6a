// SPDX-License-Identifier: Apache-2.0
#include "base/iso8601.h"

#include "base/decimal.h"
#include "base/wide_int.h"

namespace playhead {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kDayUs = 86'400 * kSecondUs;

struct DurationUnit {
  char letter;
  int64_t us;
  bool allows_fraction;
};
constexpr DurationUnit kDateUnits[] = {{'Y', 365 * kDayUs, false},
                                       {'M', 30 * kDayUs, false},
                                       {'W', 7 * kDayUs, false},
                                       {'D', kDayUs, false}};
constexpr DurationUnit kTimeUnits[] = {
    {'H', 3600 * kSecondUs, false}, {'M', 60 * kSecondUs, false}, {'S', kSecondUs, true}};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, month 1..12.
int64_t days_from_epoch(int64_t year, int64_t month, int64_t day) {
  // Years start in March, so that the leap day is the last of its year.
  year -= month <= 2 ? 1 : 0;
  const int64_t shifted_month = month > 2 ? month - 3 : month + 9;
  const int64_t leap_days = year / 4 - year / 100 + year / 400;
  const int64_t day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
  constexpr int64_t kDaysTo1970 = 719'468;  // from 0000-03-01
  return 365 * year + leap_days + day_of_year - kDaysTo1970;
}

int days_of_month(int64_t year, int64_t month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && is_leap ? 29 : kDays[month - 1];
}

// Takes fixed-width fields from the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  // `width` digits; fails the reader otherwise.
  int64_t digits(std::size_t width) {
    int64_t value = 0;
    if (rest_.size() < width) return fail();
    for (std::size_t i = 0; i < width; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  bool accept(char c) {
    if (rest_.empty() || upper(rest_.front()) != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // ".123456789": microseconds, further digits cut off; 0 when there is no fraction.
  int64_t fraction_us() {
    if (!accept('.') && !accept(',')) return 0;
    int64_t us = 0;
    int64_t unit = kSecondUs / 10;
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return fail();
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; unit /= 10) {
      us += (rest_.front() - '0') * unit;
      rest_.remove_prefix(1);
    }
    return us;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool has_failed() const { return failed_; }

 private:
  int64_t fail() {
    failed_ = true;
    return 0;
  }
  std::string_view rest_;
  bool failed_ = false;
};

// Minutes east of UTC.
int64_t read_zone(FieldReader& reader) {
  if (reader.at_end() || reader.accept('Z')) return 0;
  const bool is_west = reader.accept('-');
  if (!is_west) reader.expect('+');
  int64_t minutes = reader.digits(2) * 60;
  if (!reader.at_end()) {
    reader.accept(':');
    minutes += reader.digits(2);
  }
  return is_west ? -minutes : minutes;
}

}  // namespace

std::optional<Duration> parse_iso_duration(std::string_view text) {
  if (text.empty() || upper(text.front()) != 'P') return std::nullopt;
  text.remove_prefix(1);
  int64_t total = 0;
  bool is_time = false;
  while (!text.empty()) {
    if (!is_time && upper(text.front()) == 'T') {
      is_time = true;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t number_size = text.find_first_not_of("0123456789.");
    if (number_size == std::string_view::npos || number_size == 0) return std::nullopt;
    const std::string_view number = text.substr(0, number_size);
    const char letter = upper(text[number_size]);
    text.remove_prefix(number_size + 1);

    const DurationUnit* unit = nullptr;
    if (is_time) {
      for (const DurationUnit& u : kTimeUnits) unit = u.letter == letter ? &u : unit;
    } else {
      for (const DurationUnit& u : kDateUnits) unit = u.letter == letter ? &u : unit;
    }
    if (unit == nullptr) return std::nullopt;
    const std::optional<int64_t> value =
        unit->allows_fraction ? parse_decimal(number, 6) : parse_int64(number);
    if (!value) return std::nullopt;
    const std::optional<int64_t> us =
        unit->allows_fraction ? value : checked_multiply(*value, unit->us);
    if (!us || !portable::add(total, *us, total)) return std::nullopt;
  }
  return Duration{total};
}

std::optional<WallTime> parse_iso_date_time(std::string_view text) {
  FieldReader reader(text);
  const int64_t year = reader.digits(4);
  reader.expect('-');
  const int64_t month = reader.digits(2);
  reader.expect('-');
  const int64_t day = reader.digits(2);
  if (!reader.accept(' ')) reader.expect('T');
  const int64_t hour = reader.digits(2);
  reader.expect(':');
  const int64_t minute = reader.digits(2);
  int64_t second = 0;
  int64_t fraction = 0;
  if (reader.accept(':')) {
    second = reader.digits(2);
    fraction = reader.fraction_us();
  }
  const int64_t zone_minutes = read_zone(reader);
  if (reader.has_failed() || !reader.at_end()) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return std::nullopt;
  if (hour > 24 || minute > 59 || second > 60) return std::nullopt;
  const int64_t seconds = hour * 3600 + (minute - zone_minutes) * 60 + second;
  return WallTime{days_from_epoch(year, month, day) * kDayUs + seconds * kSecondUs + fraction};
}

}  // namespace playhead
