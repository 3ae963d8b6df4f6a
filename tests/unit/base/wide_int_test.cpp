// SPDX-License-Identifier: Apache-2.0
#include "base/wide_int.h"

#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "base/decimal.h"

namespace playhead {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
const std::vector<int64_t> kNumbers = {0,    1,    -1,       2,          -2,
                                       7,    -10,  90,       0xffffffff, 0x100000001,
                                       kMax, kMin, kMax - 1, kMin + 1,   -90'000'000'000'000};

TEST_CASE("wide int: sums and products that do not fit are none") {
  for (const int64_t a : kNumbers) {
    for (const int64_t b : kNumbers) {
      CAPTURE(a);
      CAPTURE(b);
      int64_t sum = 5, product = 0;
      const bool fits = !__builtin_add_overflow(a, b, &sum);
      CHECK(checked_add(a, b).has_value() == fits);
      if (fits) CHECK(checked_add(a, b) == sum);
      const bool product_fits = !__builtin_mul_overflow(a, b, &product);
      CHECK(checked_multiply(a, b).has_value() == product_fits);
      if (product_fits) CHECK(checked_multiply(a, b) == product);
    }
  }
}

#if defined(__SIZEOF_INT128__)
using Portable = portable::WideInt;

bool is_same(const Portable& portable, __int128 built_in) {
  // Piece by piece: there is no conversion between the two.
  const Portable two_32(int64_t{1} << 32);
  Portable rest = portable;
  for (int piece = 0; piece < 4; ++piece) {
    const auto low = static_cast<int64_t>(built_in % (int64_t{1} << 32));
    if (static_cast<int64_t>(rest % two_32) != low) return false;
    rest = rest / two_32;
    built_in /= int64_t{1} << 32;
  }
  return rest == 0;
}

TEST_CASE("wide int: what stands in for a built-in type counts as it does") {
  for (const int64_t a : kNumbers) {
    for (const int64_t b : kNumbers) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK(is_same(Portable(a) + b, __int128{a} + b));
      CHECK(is_same(Portable(a) - b, __int128{a} - b));
      CHECK(is_same(Portable(a) * b, __int128{a} * b));
      CHECK((Portable(a) < b) == (a < b));
      CHECK((Portable(a) == b) == (a == b));
      CHECK((Portable(a) * b > a) == (__int128{a} * b > a));
      CHECK(multiply_high(static_cast<uint64_t>(a), static_cast<uint64_t>(b)) ==
            static_cast<uint64_t>(static_cast<unsigned __int128>(static_cast<uint64_t>(a)) *
                                      static_cast<uint64_t>(b) >>
                                  64));
      CHECK(static_cast<int64_t>(Portable(a)) == a);
      if (b == 0) continue;
      CHECK(is_same(Portable(a) * a / b, __int128{a} * a / b));
      CHECK(is_same(Portable(a) * a % b, __int128{a} * a % b));
    }
  }
}
#endif

}  // namespace
}  // namespace playhead
