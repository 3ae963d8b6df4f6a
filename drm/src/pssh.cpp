// SPDX-License-Identifier: Apache-2.0
#include "pssh.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace playhead::drm {
namespace {

constexpr uint32_t kPsshType = 0x70737368;  // "pssh"

Error damaged(std::size_t at, const std::string& what) {
  return make_error(ErrorCode::kDrmInitData,
                    "pssh box at byte " + std::to_string(at) + ": " + what);
}

// Reads big-endian numbers; the caller asks has() first.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] bool has(uint64_t count) const { return bytes_.size() - at_ >= count; }
  uint64_t number(std::size_t bytes) {
    uint64_t value = 0;
    for (const uint8_t byte : take(bytes)) value = (value << 8) | byte;
    return value;
  }
  KeyId id() {
    KeyId id{};
    const ByteView bytes = take(id.size());
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return id;
  }
  ByteView take(std::size_t count) {
    const ByteView taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

struct Box {
  ByteView whole;
  uint32_t type = 0;
  ByteView payload;
};

// The box at the start of `bytes`; `at` is where that is, for the error.
Result<Box> next_box(ByteView bytes, std::size_t at) {
  Reader reader(bytes);
  if (!reader.has(8)) return damaged(at, "it ends within its header");
  uint64_t size = reader.number(4);
  Box box;
  box.type = static_cast<uint32_t>(reader.number(4));
  std::size_t header = 8;
  if (size == 1) {  // ISO/IEC 14496-12 §4.2: a length of 64 bits
    if (!reader.has(8)) return damaged(at, "it ends within its header");
    size = reader.number(8);
    header = 16;
  } else if (size == 0) {  // up to the end
    size = bytes.size();
  }
  if (size < header) return damaged(at, "its size is smaller than its header");
  if (size > bytes.size()) return damaged(at, "it reaches behind the end");
  box.whole = bytes.first(static_cast<std::size_t>(size));
  box.payload = box.whole.subspan(header);
  return box;
}

Result<PsshBox> read_pssh(const Box& box, std::size_t at) {
  Reader reader(box.payload);
  if (!reader.has(4 + 16)) return damaged(at, "it ends before its system id");
  PsshBox pssh;
  pssh.whole = box.whole;
  pssh.version = static_cast<int>(reader.number(1));
  reader.take(3);  // flags
  pssh.system_id = reader.id();
  if (pssh.version == 1) {
    if (!reader.has(4)) return damaged(at, "it ends before its key ids");
    const uint64_t count = reader.number(4);
    if (!reader.has(count * 16)) return damaged(at, "it has fewer key ids than it says");
    pssh.kids.reserve(static_cast<std::size_t>(count));
    for (uint64_t i = 0; i < count; ++i) pssh.kids.push_back(reader.id());
  }
  if (!reader.has(4)) return damaged(at, "it ends before its data");
  const uint64_t size = reader.number(4);
  if (!reader.has(size)) return damaged(at, "its data is longer than the box");
  pssh.data = reader.take(static_cast<std::size_t>(size));
  return pssh;
}

void append(std::vector<uint8_t>& out, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(number >> shift));
}

}  // namespace

Result<PsshList> parse_pssh(ByteView bytes) {
  if (bytes.empty()) return make_error(ErrorCode::kDrmInitData, "no pssh box");
  if (bytes.size() > kInitDataBytes) {
    return make_error(ErrorCode::kDrmInitData, "pssh boxes of more than 1 MiB");
  }
  PsshList list;
  for (std::size_t at = 0; at < bytes.size();) {
    PLAYHEAD_TRY(const Box box, next_box(bytes.subspan(at), at));
    const bool is_known = box.type == kPsshType && !box.payload.empty() && box.payload.front() <= 1;
    if (box.type == kPsshType && box.payload.empty()) return damaged(at, "it is empty");
    if (is_known) {
      PLAYHEAD_TRY(PsshBox pssh, read_pssh(box, at));
      list.boxes.push_back(std::move(pssh));
    } else {
      ++list.skipped;
    }
    if (list.boxes.size() + static_cast<std::size_t>(list.skipped) > kPsshBoxes) {
      return make_error(ErrorCode::kDrmInitData, "more than 128 pssh boxes");
    }
    at += box.whole.size();
  }
  return list;
}

std::vector<uint8_t> write_pssh(const KeyId& system_id, const std::vector<KeyId>& kids,
                                ByteView data) {
  const bool has_kids = !kids.empty();
  const std::size_t size = 32 + (has_kids ? 4 + kids.size() * 16 : 0) + data.size();
  std::vector<uint8_t> out;
  out.reserve(size);
  append(out, static_cast<uint32_t>(size));
  append(out, kPsshType);
  append(out, has_kids ? 0x01000000 : 0);
  out.insert(out.end(), system_id.begin(), system_id.end());
  if (has_kids) append(out, static_cast<uint32_t>(kids.size()));
  for (const KeyId& kid : kids) out.insert(out.end(), kid.begin(), kid.end());
  append(out, static_cast<uint32_t>(data.size()));
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

}  // namespace playhead::drm
