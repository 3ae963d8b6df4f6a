// SPDX-License-Identifier: Apache-2.0
#include "trust/record_bytes.h"

#include "trust/time_policy.h"

namespace playhead::offline {

void RecordWriter::text(std::string_view value) {
  value = value.substr(0, kRecordTextBytes);
  bytes_.push_back(static_cast<uint8_t>(value.size()));
  bytes_.push_back(static_cast<uint8_t>(value.size() >> 8));
  bytes_.insert(bytes_.end(), value.begin(), value.end());
}

ByteView RecordReader::take(std::size_t size) {
  if (size > rest_.size()) is_good_ = false;
  if (!is_good_) return {};
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

uint8_t RecordReader::version(std::string_view magic) {
  const ByteView found = take(magic.size());
  if (is_good_ && as_text(found) != magic) is_good_ = false;
  const ByteView version = take(1);
  return version.empty() ? uint8_t{0} : version[0];
}

bool RecordReader::flag() {
  const ByteView byte = take(1);
  if (byte.empty()) return false;
  if (byte[0] > 1) is_good_ = false;
  return byte[0] == 1;
}

uint64_t RecordReader::number() {
  uint64_t value = 0;
  int shift = 0;
  for (const uint8_t byte : take(8)) {
    value |= uint64_t{byte} << shift;
    shift += 8;
  }
  return value;
}

uint64_t RecordReader::number_to(uint64_t most) {
  const uint64_t value = number();
  if (value <= most) return value;
  is_good_ = false;
  return 0;
}

WallTime RecordReader::wall_time() {
  return WallTime{static_cast<int64_t>(number_to(static_cast<uint64_t>(kLatestTime.us)))};
}

Duration RecordReader::duration() {
  return Duration{static_cast<int64_t>(number_to(static_cast<uint64_t>(kLongestDuration.count())))};
}

std::string RecordReader::text() {
  const ByteView length = take(2);
  if (length.empty()) return {};
  const std::size_t size = length[0] | std::size_t{length[1]} << 8;
  if (size > kRecordTextBytes) is_good_ = false;
  const ByteView bytes = take(size);
  return std::string(as_text(bytes));
}

}  // namespace playhead::offline
