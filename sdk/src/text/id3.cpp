// SPDX-License-Identifier: Apache-2.0
#include "text/id3.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "text/emsg.h"

namespace playhead::text {
namespace {

constexpr std::size_t kHeaderBytes = 10;  // of tags and of frames (ID3v2.4 §3.1, §4)
constexpr std::size_t kFooterBytes = 10;
enum : uint8_t {
  // Tag flags.
  kUnsynchronised = 0x80,
  kExtendedHeader = 0x40,
  kFooter = 0x10,
  // Frame flags, second byte: version 4 (§4.1.2) and version 3 (ID3v2.3 §3.3.1).
  kV4Grouped = 0x40,
  kV4Compressed = 0x08,
  kV4Encrypted = 0x04,
  kV4Unsynchronised = 0x02,
  kV4LengthGiven = 0x01,
  kV3Compressed = 0x80,
  kV3Encrypted = 0x40,
  kV3Grouped = 0x20,
};

std::size_t sync_safe(ByteView b) {
  return std::size_t{b[0] & 0x7fU} << 21 | std::size_t{b[1] & 0x7fU} << 14 |
         std::size_t{b[2] & 0x7fU} << 7 | (b[3] & 0x7fU);
}
std::size_t big_endian(ByteView b) {
  return std::size_t{b[0]} << 24 | std::size_t{b[1]} << 16 | std::size_t{b[2]} << 8 | b[3];
}

// §6.1: a zero after 0xff was put in.
std::vector<uint8_t> without_unsynchronisation(ByteView bytes) {
  std::vector<uint8_t> out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out.push_back(bytes[i]);
    if (bytes[i] == 0xff && i + 1 < bytes.size() && bytes[i + 1] == 0) ++i;
  }
  return out;
}

// Reads the fields of one frame; strings in the frame's encoding (§4).
class FrameReader {
 public:
  explicit FrameReader(ByteView bytes) : rest_(bytes) {}

  void read_encoding() {
    if (rest_.empty()) return;
    encoding_ = rest_.front();
    rest_ = rest_.subspan(1);
  }
  std::string take_latin1() { return latin1_to_utf8(take_until_zero(1)); }
  std::string take_string() { return decode(take_until_zero(is_wide() ? 2 : 1)); }
  std::string take_bytes(std::size_t count) {
    const ByteView bytes = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(bytes.size());
    return latin1_to_utf8(bytes);
  }
  // All strings that are left, a line each.
  std::string take_strings() {
    std::string out;
    while (!rest_.empty()) {
      const std::string next = take_string();
      if (!out.empty() && !next.empty()) out += '\n';
      out += next;
    }
    return out;
  }
  [[nodiscard]] ByteView rest() const { return rest_; }

 private:
  [[nodiscard]] bool is_wide() const { return encoding_ == 1 || encoding_ == 2; }

  ByteView take_until_zero(std::size_t width) {
    std::size_t at = 0;
    while (at + width <= rest_.size() && (rest_[at] != 0 || rest_[at + width - 1] != 0))
      at += width;
    const bool has_end = at + width <= rest_.size();
    const ByteView text = rest_.first(has_end ? at : rest_.size());
    rest_ = rest_.subspan(has_end ? at + width : rest_.size());
    return text;
  }

  std::string decode(ByteView bytes) const {
    if (encoding_ == 3) return clean_utf8(as_text(bytes));
    if (!is_wide()) return latin1_to_utf8(bytes);
    bool is_big_endian = encoding_ == 2;
    if (bytes.size() >= 2 && bytes[0] + bytes[1] == 0xff + 0xfe) {
      is_big_endian = bytes[0] == 0xfe;
      bytes = bytes.subspan(2);
    }
    return utf16_to_utf8(bytes, is_big_endian);
  }

  ByteView rest_;
  uint8_t encoding_ = 0;
};

void assign(std::vector<uint8_t>& out, ByteView bytes) { out.assign(bytes.begin(), bytes.end()); }

// What the frames mean that carry metadata of streams (§4.2, 4.10, 4.15, 4.27).
void read_frame(ByteView body, Id3Frame& out) {
  FrameReader reader(body);
  assign(out.data, body);
  if (out.id == "PRIV" || out.id == "UFID") {
    out.description = reader.take_latin1();
    assign(out.data, reader.rest());
  } else if (out.id == "GEOB") {
    reader.read_encoding();
    out.mime_type = reader.take_latin1();
    out.file_name = reader.take_string();
    out.description = reader.take_string();
    assign(out.data, reader.rest());
  } else if (out.id == "TXXX") {
    reader.read_encoding();
    out.description = reader.take_string();
    out.text = reader.take_strings();
  } else if (out.id == "WXXX") {
    reader.read_encoding();
    out.description = reader.take_string();
    out.text = reader.take_latin1();
  } else if (out.id == "COMM") {
    reader.read_encoding();
    out.language = reader.take_bytes(3);
    out.description = reader.take_string();
    out.text = reader.take_string();
  } else if (out.id.front() == 'T') {
    reader.read_encoding();
    out.text = reader.take_strings();
  } else if (out.id.front() == 'W') {
    out.text = reader.take_latin1();
  }
}

// The content of a frame without what its flags put around it; nothing: it cannot be read.
std::optional<std::vector<uint8_t>> frame_body(ByteView body, uint8_t flags, bool is_v4,
                                               bool is_tag_unsynchronised) {
  const uint8_t unreadable = is_v4 ? kV4Compressed | kV4Encrypted : kV3Compressed | kV3Encrypted;
  if ((flags & unreadable) != 0) return {};
  std::size_t extra = (flags & (is_v4 ? kV4Grouped : kV3Grouped)) != 0 ? 1 : 0;
  if (is_v4 && (flags & kV4LengthGiven) != 0) extra += 4;
  if (extra > body.size()) return {};
  body = body.subspan(extra);
  const bool is_unsynchronised =
      is_v4 && (is_tag_unsynchronised || (flags & kV4Unsynchronised) != 0);
  if (is_unsynchronised) return without_unsynchronisation(body);
  return std::vector<uint8_t>(body.begin(), body.end());
}

bool is_frame_id(ByteView id) {
  return std::all_of(id.begin(), id.end(),
                     [](uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

void read_frames(ByteView frames, uint8_t version, uint8_t flags, Id3Tag& out) {
  const bool is_v4 = version == 4;
  const auto size_of = [is_v4](ByteView b) { return is_v4 ? sync_safe(b) : big_endian(b); };
  std::vector<uint8_t> plain;
  if (!is_v4 && (flags & kUnsynchronised) != 0) {
    plain = without_unsynchronisation(frames);
    frames = plain;
  }
  if ((flags & kExtendedHeader) != 0) {
    if (frames.size() < 4) return;
    // Version 4 counts the size field itself, version 3 does not.
    const std::size_t size = size_of(frames) + (is_v4 ? 0 : 4);
    if (size > frames.size()) return;
    frames = frames.subspan(size);
  }
  while (frames.size() >= kHeaderBytes && is_frame_id(frames.first(4)) &&
         out.frames.size() < limits::kMetadataFrames) {
    const std::size_t size = size_of(frames.subspan(4));
    const uint8_t frame_flags = frames[9];
    Id3Frame frame;
    frame.id = as_text(frames.first(4));
    frames = frames.subspan(kHeaderBytes);
    if (size > frames.size()) return;
    const auto body =
        frame_body(frames.first(size), frame_flags, is_v4, (flags & kUnsynchronised) != 0);
    frames = frames.subspan(size);
    if (!body) continue;
    read_frame(*body, frame);
    out.frames.push_back(std::move(frame));
  }
}

std::string hexadecimal(const std::vector<uint8_t>& bytes) {
  constexpr std::array<char, 17> kDigits{"0123456789abcdef"};
  std::string out;
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

}  // namespace

Result<Id3Tag> parse_id3(ByteView bytes) {
  if (bytes.size() > limits::kMetadataBytes) {
    return make_error(ErrorCode::kTooLarge, "the ID3 tag is larger than 1 MiB");
  }
  Id3Tag out;
  bool has_tag = false;
  while (bytes.size() >= kHeaderBytes && as_text(bytes.first(3)) == "ID3") {
    const uint8_t version = bytes[3], flags = bytes[5];
    if (version != 3 && version != 4) {
      return make_error(ErrorCode::kContainerUnsupported, "the ID3 tag is of an unknown version");
    }
    const std::size_t size = std::min(sync_safe(bytes.subspan(6)), bytes.size() - kHeaderBytes);
    read_frames(bytes.subspan(kHeaderBytes, size), version, flags, out);
    has_tag = true;
    bytes = bytes.subspan(kHeaderBytes + size);
    if ((flags & kFooter) != 0) bytes = bytes.subspan(std::min(kFooterBytes, bytes.size()));
  }
  if (!has_tag) return make_error(ErrorCode::kContainerSyntax, "there is no ID3 tag");
  return out;
}

bool is_only_timestamp(const Id3Tag& tag) {
  return std::all_of(tag.frames.begin(), tag.frames.end(), [](const Id3Frame& frame) {
    return frame.id == "PRIV" &&
           frame.description == "com.apple.streaming.transportStreamTimestamp";
  });
}

TimedEvent id3_event(ByteView bytes, const Id3Tag& tag, MediaTime start, std::string id) {
  TimedEvent event;
  event.scheme = kId3Scheme;
  event.id = std::move(id);
  event.start = start;
  event.message = SharedBytes(std::vector<uint8_t>(bytes.begin(), bytes.end()));
  for (const Id3Frame& frame : tag.frames) {
    const bool is_binary = frame.id == "PRIV" || frame.id == "UFID";
    std::string name = frame.id;
    if (is_binary || !frame.description.empty()) name += ":" + frame.description;
    if (is_binary) {
      event.attributes[std::move(name)] = hexadecimal(frame.data);
    } else if (!frame.text.empty()) {
      event.attributes[std::move(name)] = frame.text;
    }
  }
  return event;
}

}  // namespace playhead::text
