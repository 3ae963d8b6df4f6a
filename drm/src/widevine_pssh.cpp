// SPDX-License-Identifier: Apache-2.0
#include "widevine_pssh.h"

#include <algorithm>
#include <string_view>

namespace playhead::drm {
namespace {

// Fields of one message; chosen: a thousand key ids. Bounded by the bytes anyway.
constexpr std::size_t kFields = 4096;

Error damaged(const std::string& what) {
  return make_error(ErrorCode::kDrmInitData, "Widevine data: " + what);
}

struct Field {
  uint64_t number = 0;
  uint64_t value = 0;  // wire types 0, 1, 5
  ByteView bytes;      // wire type 2
  bool is_bytes = false;
};

// The wire format of protocol buffers.
class WireReader {
 public:
  explicit WireReader(ByteView bytes) : rest_(bytes) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  Result<Field> next() {
    PLAYHEAD_TRY(const uint64_t tag, varint());
    Field field;
    field.number = tag >> 3;
    if (field.number == 0 || tag > UINT32_MAX) return damaged("a field has no number");
    switch (tag & 7) {
      case 0: {
        PLAYHEAD_TRY(field.value, varint());
        return field;
      }
      case 1:
        return fixed(field, 8);
      case 2: {
        PLAYHEAD_TRY(const uint64_t length, varint());
        if (length > rest_.size()) return damaged("a field reaches behind the end");
        field.is_bytes = true;
        field.bytes = take(static_cast<std::size_t>(length));
        return field;
      }
      case 5:
        return fixed(field, 4);
      default:
        return damaged("a field of a kind that is not used any more");  // groups, 6, 7
    }
  }

 private:
  ByteView take(std::size_t count) {
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  Result<uint64_t> varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (rest_.empty()) return damaged("it is cut off");
      const uint8_t byte = take(1).front();
      if (shift == 63 && byte > 1) break;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return damaged("a number of more than 64 bits");
  }

  Result<Field> fixed(Field field, std::size_t size) {
    if (rest_.size() < size) return damaged("it is cut off");
    int shift = 0;
    for (const uint8_t byte : take(size)) {
      field.value |= static_cast<uint64_t>(byte) << shift;
      shift += 8;
    }
    return field;
  }

  ByteView rest_;
};

std::string four_characters(uint64_t code) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto c = static_cast<char>((code >> shift) & 0xff);
    text += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return text;
}

// False: not a field of ours, or not of its type.
bool read_bytes(const Field& field, WidevinePssh& out) {
  const std::string_view text = as_text(field.bytes);
  const auto copy = [&] { return std::vector<uint8_t>(field.bytes.begin(), field.bytes.end()); };
  switch (field.number) {
    case 2:
      out.key_ids.push_back(copy());
      return true;
    case 3:
      out.provider = text;
      return true;
    case 4:
      out.content_id = copy();
      return true;
    case 5:
      out.track_type = text;
      return true;
    case 6:
      out.policy = text;
      return true;
    case 8:
      out.grouped_license = copy();
      return true;
    default:
      return false;
  }
}

bool read_number(const Field& field, WidevinePssh& out) {
  switch (field.number) {
    case 1:
      out.algorithm = field.value;
      return true;
    case 7:
      out.crypto_period_index = field.value;
      return true;
    case 9:
      out.protection_scheme = four_characters(field.value);
      return true;
    case 10:
      out.crypto_period_seconds = field.value;
      return true;
    default:
      return false;
  }
}

}  // namespace

std::vector<KeyId> WidevinePssh::kids() const {
  std::vector<KeyId> kids;
  for (const std::vector<uint8_t>& bytes : key_ids) {
    KeyId kid{};
    if (bytes.size() != kid.size()) continue;
    std::copy(bytes.begin(), bytes.end(), kid.begin());
    if (std::find(kids.begin(), kids.end(), kid) == kids.end()) kids.push_back(kid);
  }
  return kids;
}

Result<WidevinePssh> parse_widevine_pssh(ByteView data) {
  WidevinePssh pssh;
  WireReader reader(data);
  for (std::size_t count = 0; !reader.at_end(); ++count) {
    if (count >= kFields) return damaged("more than 4096 fields");
    PLAYHEAD_TRY(const Field field, reader.next());
    const bool is_known = field.is_bytes ? read_bytes(field, pssh) : read_number(field, pssh);
    if (!is_known) ++pssh.skipped;
  }
  return pssh;
}

}  // namespace playhead::drm
