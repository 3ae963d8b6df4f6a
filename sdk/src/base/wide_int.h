// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>

// Arithmetic beyond 64 bits, for compilers that have it built in (GCC, Clang) and for those that
// do not. Pure; any thread.
namespace playhead {

namespace portable {

// False, and `sum` is unchanged, when it does not fit.
constexpr bool add(int64_t a, int64_t b, int64_t& sum) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  if (b > 0 ? a > kMax - b : a < kMin - b) return false;
  sum = a + b;
  return true;
}

// The upper and lower half of a product.
struct Product {
  uint64_t high = 0, low = 0;
};
constexpr Product multiply(uint64_t a, uint64_t b) {
  constexpr uint64_t kHalf = 0xffffffff;
  const uint64_t low = (a & kHalf) * (b & kHalf);
  const uint64_t left = (a >> 32) * (b & kHalf);
  const uint64_t right = (a & kHalf) * (b >> 32);
  const uint64_t middle = (low >> 32) + (left & kHalf) + (right & kHalf);
  return {(a >> 32) * (b >> 32) + (left >> 32) + (right >> 32) + (middle >> 32),
          middle << 32 | (low & kHalf)};
}

// Sign and magnitude of up to 127 bits; beyond that results are cut, as those of a built-in type
// are undefined. Division cuts off towards 0 and takes 128 steps.
class WideInt {
 public:
  constexpr WideInt(std::integral auto value)  // NOLINT: converts as a built-in type does
      : is_negative_(value < 0),
        low_(value < 0 ? uint64_t{0} - static_cast<uint64_t>(value)
                       : static_cast<uint64_t>(value)) {}

  explicit constexpr operator int64_t() const { return static_cast<int64_t>(uint64_t{*this}); }
  explicit constexpr operator uint64_t() const { return is_negative_ ? uint64_t{0} - low_ : low_; }

  friend constexpr WideInt operator-(WideInt a) {
    a.is_negative_ = !a.is_negative_ && (a.high_ != 0 || a.low_ != 0);
    return a;
  }
  friend constexpr WideInt operator+(WideInt a, const WideInt& b) {
    if (a.is_negative_ == b.is_negative_) {
      a.low_ += b.low_;
      a.high_ += b.high_ + (a.low_ < b.low_ ? 1 : 0);
      return a;
    }
    const bool is_a_larger = compare_magnitudes(a, b) >= 0;
    WideInt larger = is_a_larger ? a : b;
    larger.subtract_magnitude(is_a_larger ? b : a);
    return larger;
  }
  friend constexpr WideInt operator-(const WideInt& a, const WideInt& b) { return a + -b; }
  friend constexpr WideInt operator*(const WideInt& a, const WideInt& b) {
    const Product lows = multiply(a.low_, b.low_);
    WideInt product(lows.low);
    product.high_ = lows.high + a.high_ * b.low_ + a.low_ * b.high_;
    return a.is_negative_ == b.is_negative_ ? product : -product;
  }
  friend constexpr WideInt operator/(const WideInt& a, const WideInt& b) {
    WideInt quotient(0), rest(0);
    for (int bit = 127; bit >= 0; --bit) {
      rest.double_magnitude(a.bit(bit));
      quotient.double_magnitude(compare_magnitudes(rest, b) >= 0);
      if (quotient.bit(0)) rest.subtract_magnitude(b);
    }
    return a.is_negative_ == b.is_negative_ ? quotient : -quotient;
  }
  friend constexpr WideInt operator%(const WideInt& a, const WideInt& b) { return a - a / b * b; }
  friend constexpr bool operator==(const WideInt&, const WideInt&) = default;
  friend constexpr std::strong_ordering operator<=>(const WideInt& a, const WideInt& b) {
    if (a.is_negative_ != b.is_negative_) return b.is_negative_ <=> a.is_negative_;
    return a.is_negative_ ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
  }

 private:
  static constexpr std::strong_ordering compare_magnitudes(const WideInt& a, const WideInt& b) {
    return a.high_ != b.high_ ? a.high_ <=> b.high_ : a.low_ <=> b.low_;
  }
  [[nodiscard]] constexpr bool bit(int number) const {
    return ((number >= 64 ? high_ >> (number - 64) : low_ >> number) & 1) != 0;
  }
  constexpr void double_magnitude(bool last_bit) {
    high_ = high_ << 1 | low_ >> 63;
    low_ = low_ << 1 | (last_bit ? 1 : 0);
  }
  // Of one that is not larger.
  constexpr void subtract_magnitude(const WideInt& other) {
    high_ -= other.high_ + (low_ < other.low_ ? 1 : 0);
    low_ -= other.low_;
    if (high_ == 0 && low_ == 0) is_negative_ = false;
  }

  bool is_negative_ = false;  // never for 0
  uint64_t high_ = 0, low_ = 0;
};

}  // namespace portable

#if defined(__SIZEOF_INT128__)
using WideInt = __int128;
#else
using WideInt = portable::WideInt;
#endif

// The upper 64 bits of a product: a fraction of 2^64 of `b`.
[[nodiscard]] constexpr uint64_t multiply_high(uint64_t a, uint64_t b) {
  return portable::multiply(a, b).high;
}

}  // namespace playhead
