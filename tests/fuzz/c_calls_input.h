// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>

namespace playhead::test {

// An input, read as arguments: small, huge or in between, seldom what is meant. Zeros behind its end.
class CallsInput {
 public:
  CallsInput(const uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  uint8_t byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  int64_t number() {
    constexpr int64_t kOdd[] = {0, 1, -1, 2, 1000, 500'000, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    const uint8_t which = byte();
    if (which < std::size(kOdd)) return kOdd[which];
    return static_cast<int64_t>(which) << (byte() % 56);
  }
  int32_t small() { return static_cast<int32_t>(number()); }
  double real() {
    constexpr double kOdd[] = {0, 1, -1, 0.5, 1e300, -1e300};
    const uint8_t which = byte();
    return which < std::size(kOdd) ? kOdd[which] : which == 255 ? std::strtod("nan", nullptr) : which / 16.0;
  }
  const char* text() {
    static const std::string kLong(5000, 'a');
    // Nothing here is fetched from anybody: such ports are refused, or nobody is there.
    static constexpr const char* kTexts[] = {
        nullptr, "", "ftp://127.0.0.1/a.mpd", "http://127.0.0.1:1/a.m3u8", "en", "\xff\xfe", "*", "0", "id",
        "http://127.0.0.1:1", "http://127.0.0.1:1/live.m3u8"};
    const uint8_t which = byte();
    return which < std::size(kTexts) ? kTexts[which] : kLong.c_str() + kLong.size() - which * 19U;
  }
  // An older or a newer app's, or one that forgot its size.
  template <typename Struct>
  void odd_size(Struct& value) {
    const uint8_t which = byte();
    if (which > 200) value.struct_size = which % (sizeof(Struct) + 1);
  }
  [[nodiscard]] bool is_empty() const { return size_ == 0; }

 private:
  const uint8_t* data_;
  std::size_t size_;
};

}  // namespace playhead::test
