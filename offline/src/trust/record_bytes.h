// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/time.h"

// The bytes of sealed records: little endian, one way to write each value, so that a record that is
// read and written again is the same.
namespace playhead::offline {

inline constexpr std::size_t kRecordTextBytes = 4096;

class RecordWriter {
 public:
  explicit RecordWriter(std::string_view magic, uint8_t version) {
    bytes_.assign(magic.begin(), magic.end());
    bytes_.push_back(version);
  }
  void flag(bool value) { bytes_.push_back(value ? 1 : 0); }
  void number(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<uint8_t>(value >> shift));
    }
  }
  void time(WallTime value) { number(static_cast<uint64_t>(value.us)); }
  void time(Duration value) { number(static_cast<uint64_t>(value.count())); }
  template <typename T>
  void maybe(const std::optional<T>& value) {
    flag(value.has_value());
    if (value) time(*value);
  }
  // At most kRecordTextBytes; what is longer is cut.
  void text(std::string_view value);
  [[nodiscard]] std::vector<uint8_t> take() && { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

// After the first value that is not there or not allowed all that follow are zero, and is_good() is
// false.
class RecordReader {
 public:
  explicit RecordReader(ByteView bytes) : rest_(bytes) {}
  // The version after that magic; 0 for another one.
  uint8_t version(std::string_view magic);
  bool flag();
  uint64_t number();
  uint64_t number_to(uint64_t most);
  WallTime wall_time();  // 0..kLatestTime
  Duration duration();   // 0..kLongestDuration
  std::optional<WallTime> maybe_wall_time() {
    return flag() ? std::optional<WallTime>(wall_time()) : std::nullopt;
  }
  std::optional<Duration> maybe_duration() {
    return flag() ? std::optional<Duration>(duration()) : std::nullopt;
  }
  std::string text();
  void fail() { is_good_ = false; }
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const { return is_good_ && rest_.empty(); }

 private:
  ByteView take(std::size_t size);

  ByteView rest_;
  bool is_good_ = true;
};

}  // namespace playhead::offline
