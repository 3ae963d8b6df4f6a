// SPDX-License-Identifier: Apache-2.0
#include "mp4_box.h"

#include <algorithm>
#include <array>
#include <utility>

namespace playhead::server {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxBoxes = 10'000;  // at one level; a segment has a handful

constexpr std::array<std::string_view, 9> kContainers = {"moov", "trak", "mdia", "minf", "stbl",
                                                         "mvex", "moof", "traf", "sinf"};

bool is_container(std::string_view type) {
  return std::find(kContainers.begin(), kContainers.end(), type) != kContainers.end();
}

Result<std::vector<Mp4Box>> parse_at(std::string_view bytes, std::size_t base, int depth) {
  if (depth > kMaxDepth) return bad_mp4("boxes are nested too deeply");
  std::vector<Mp4Box> boxes;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = static_cast<std::size_t>(read_number(bytes, at, 4));
    // Sizes of 64 bits and "to the end" (§4.2) do not occur in segments.
    if (size < kHeaderBytes || size > bytes.size() - at)
      return bad_mp4("a box has no fitting size");
    if (boxes.size() == kMaxBoxes) return bad_mp4("there are too many boxes");
    Mp4Box box;
    box.type = bytes.substr(at + 4, 4);
    box.offset = base + at;
    const std::string_view body = bytes.substr(at + kHeaderBytes, size - kHeaderBytes);
    if (is_container(box.type)) {
      auto children = parse_at(body, box.offset + kHeaderBytes, depth + 1);
      if (!children.ok()) return children.error();
      box.children = std::move(children.value());
    } else {
      box.body = body;
    }
    boxes.push_back(std::move(box));
    at += size;
  }
  return boxes;
}

}  // namespace

Mp4Box* Mp4Box::find(std::string_view wanted) {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Mp4Box& child) { return child.type == wanted; });
  return found == children.end() ? nullptr : &*found;
}

std::size_t Mp4Box::size() const {
  std::size_t total = kHeaderBytes + body.size();
  for (const Mp4Box& child : children) total += child.size();
  return total;
}

Result<std::vector<Mp4Box>> parse_boxes(std::string_view bytes) { return parse_at(bytes, 0, 0); }

std::string write_boxes(const std::vector<Mp4Box>& boxes) {
  std::string out;
  for (const Mp4Box& box : boxes) {
    append_number(out, 4, box.size());
    out += box.type;
    out += box.children.empty() ? box.body : write_boxes(box.children);
  }
  return out;
}

uint64_t read_number(std::string_view bytes, std::size_t at, std::size_t width) {
  uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value <<= 8;
    if (at + i < bytes.size()) value |= static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

void write_number(std::string& bytes, std::size_t at, std::size_t width, uint64_t value) {
  for (std::size_t i = width; i-- > 0; value >>= 8) {
    if (at + i < bytes.size()) bytes[at + i] = static_cast<char>(value & 255);
  }
}

void append_number(std::string& bytes, std::size_t width, uint64_t value) {
  bytes.append(width, '\0');
  write_number(bytes, bytes.size() - width, width, value);
}

Mp4Box full_box(std::string type, int version, uint32_t flags, std::string rest) {
  Mp4Box box;
  box.type = std::move(type);
  append_number(box.body, 1, static_cast<uint64_t>(version));
  append_number(box.body, 3, flags);
  box.body += rest;
  return box;
}

Error bad_mp4(const std::string& why) {
  return Error{422, "bad_mp4", "The MP4 cannot be encrypted: " + why + "."};
}

}  // namespace playhead::server
