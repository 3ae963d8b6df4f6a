// SPDX-License-Identifier: Apache-2.0
#include "playhead/time.h"

#include <limits>
#include <memory>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "base/calendar_clock.h"

namespace playhead {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

static_assert(ticks_to_us(90'000, 90'000) == 1'000'000);

TEST_CASE("ticks_to_us: floors, and saturates") {
  struct Case {
    const char* name;
    int64_t ticks, timescale, us;
  };
  const Case cases[] = {
      {"zero", 0, 90'000, 0},
      {"a third", 1, 3, 333'333},
      {"minus a third, towards minus infinity", -1, 3, -333'334},
      {"minus one", -3, 3, -1'000'000},
      {"a frame at 30000/1001", 1001, 30'000, 33'366},
      {"the ends, in microseconds", kMax, 1'000'000, kMax},
      {"the other end", kMin, 1'000'000, kMin},
      {"too much", kMax, 999'999, kMax},
      {"too little", kMin, 999'999, kMin},
      {"the last that fits", 9'223'372'036'854, 1, 9'223'372'036'854'000'000},
      {"the first that does not", 9'223'372'036'855, 1, kMax},
      {"the last that fits below", -9'223'372'036'854, 1, -9'223'372'036'854'000'000},
      {"the first that does not below", -9'223'372'036'855, 1, kMin},
      {"largest timescale, all of it", kMax, kMax, 1'000'000},
      {"largest timescale, one tick less", kMax - 1, kMax, 999'999},
      {"largest timescale, half", kMax / 2, kMax, 499'999},
      {"largest timescale, one tick", 1, kMax, 0},
      {"largest timescale, one tick back", -1, kMax, -1},
      {"lowest ticks, largest timescale", kMin, kMax, -1'000'001},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(ticks_to_us(c.ticks, c.timescale) == c.us);
  }
}

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 Wide;

int64_t by_128_bits(int64_t ticks, int64_t timescale) {
  const Wide scaled = static_cast<Wide>(ticks) * 1'000'000;
  Wide quotient = scaled / timescale;
  if (scaled % timescale != 0 && scaled < 0) --quotient;
  return quotient > kMax ? kMax : quotient < kMin ? kMin : static_cast<int64_t>(quotient);
}

TEST_CASE("ticks_to_us: the same as with 128 bits, for numbers of every size") {
  std::mt19937_64 random(7);
  const auto number = [&] { return static_cast<int64_t>(random() >> (random() % 64)); };
  for (int i = 0; i < 200'000; ++i) {
    const int64_t sign = random() % 2 == 0 ? 1 : -1;
    const int64_t ticks = sign * (number() & kMax);
    const int64_t timescale = (number() & kMax) | 1;
    if (ticks_to_us(ticks, timescale) == by_128_bits(ticks, timescale)) continue;
    CAPTURE(ticks);
    CAPTURE(timescale);
    REQUIRE(ticks_to_us(ticks, timescale) == by_128_bits(ticks, timescale));
  }
}
#endif

TEST_CASE("calendar_clock: whatever an app's clock says has a date, and a difference to any other time") {
  struct Says final : WallClock {
    explicit Says(int64_t us) : time{us} {}
    [[nodiscard]] WallTime now() const override { return time; }
    const WallTime time;
  };
  constexpr int64_t kToday = 1'800'000'000'000'000, kEnd = 253'402'300'799'999'999;
  const int64_t rows[][2] = {{kToday, kToday}, {0, 0}, {-1, 0}, {kMin, 0},
                             {kEnd, kEnd}, {kEnd + 1, kEnd}, {kMax, kEnd}};
  for (const auto& [says, counts_as] : rows) {
    CAPTURE(says);
    CHECK(CalendarClock(std::make_shared<Says>(says)).now().us == counts_as);
  }
}

}  // namespace
}  // namespace playhead
