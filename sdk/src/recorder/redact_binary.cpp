// SPDX-License-Identifier: Apache-2.0
// Boxes (ISO/IEC 14496-12) and ID3 tags: structure and numbers stay, texts do not.
#include <algorithm>

#include "recorder/redactor.h"

namespace playhead::recorder {

namespace {

constexpr std::size_t kBoxHeader = 8;
constexpr int kMaxDepth = 12;

constexpr uint32_t code(const char (&name)[5]) {
  return (uint32_t{static_cast<unsigned char>(name[0])} << 24) |
         (uint32_t{static_cast<unsigned char>(name[1])} << 16) |
         (uint32_t{static_cast<unsigned char>(name[2])} << 8) |
         uint32_t{static_cast<unsigned char>(name[3])};
}

uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  uint64_t value = 0;
  for (std::size_t i = at; i < at + size && i < bytes.size(); ++i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

constexpr uint32_t kParents[] = {code("moov"), code("trak"), code("mdia"), code("minf"),
                                 code("stbl"), code("moof"), code("traf"), code("mvex"),
                                 code("edts"), code("dinf"), code("vttc")};
// Numbers, and nothing that tells a title from another. What stands in no list is zeros.
constexpr uint32_t kPlain[] = {
    code("ftyp"), code("styp"), code("mvhd"), code("tkhd"), code("mdhd"), code("elst"),
    code("stts"), code("ctts"), code("stsc"), code("stsz"), code("stco"), code("stss"),
    code("mfhd"), code("tfhd"), code("tfdt"), code("trun"), code("trex"), code("mehd"),
    code("sidx"), code("dref"), code("vmhd"), code("smhd"), code("nmhd"), code("sthd"),
    code("stsd"), code("prft"), code("sttg"), code("vtte"), code("vsid"), code("ctim")};

template <std::size_t N>
bool is_one_of(uint32_t type, const uint32_t (&list)[N]) {
  return std::find(std::begin(list), std::end(list), type) != std::end(list);
}

bool is_printable(char c) { return c > 0x20 && c < 0x7f; }

}  // namespace

void Redactor::texts_in(std::string& bytes, std::size_t begin, std::size_t end) {
  end = std::min(end, bytes.size());
  while (begin < end) {
    std::size_t stop = begin;
    while (stop < end && is_printable(bytes[stop])) ++stop;
    if (stop == begin) {
      ++begin;
      continue;
    }
    const std::string_view run = std::string_view(bytes).substr(begin, stop - begin);
    if (!is_kept_word(run)) bytes.replace(begin, stop - begin, name(run));
    begin = stop;
  }
}

std::string Redactor::boxes(std::string_view bytes) { return box_content(0, bytes, 0); }

std::string Redactor::box_content(uint32_t type, std::string_view content, int depth) {
  const bool is_top = depth == 0;
  if (type == code("hdlr")) {
    // Version, flags, what handles it; then a name.
    std::string out(content.size(), '\0');
    std::copy_n(content.begin(), std::min<std::size_t>(content.size(), 12), out.begin());
    return out;
  }
  if (type == code("payl") || type == code("iden")) return spoken(content);
  if (type == code("mdat")) {
    const std::size_t first = content.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (first != std::string_view::npos && content[first] == '<') return xml(content, true);
    const auto inner = static_cast<uint32_t>(number_at(content, 4, 4));
    if (inner != code("vttc") && inner != code("vtte")) return std::string(content.size(), '\0');
  } else if (!is_top && is_one_of(type, kPlain)) {
    return std::string(content);
  } else if (!is_top && !is_one_of(type, kParents)) {
    return std::string(content.size(), '\0');
  }
  if (depth >= kMaxDepth) return std::string(content.size(), '\0');
  std::string out;
  while (content.size() >= kBoxHeader) {
    const uint64_t size = number_at(content, 0, 4);
    const auto inner = static_cast<uint32_t>(number_at(content, 4, 4));
    const std::size_t length =
        size == 0 ? content.size()
                  : static_cast<std::size_t>(std::min<uint64_t>(size, content.size()));
    if (length < kBoxHeader) break;
    out += content.substr(0, kBoxHeader);
    out += box_content(inner, content.substr(kBoxHeader, length - kBoxHeader), depth + 1);
    content.remove_prefix(length);
  }
  out.append(content.size(), '\0');
  return out;
}

// ID3v2.3 and 2.4 §3: a header and frames with a header of ten bytes each.
std::string Redactor::id3(std::string_view tag) {
  constexpr std::size_t kHeader = 10;
  std::string out(tag);
  if (tag.size() < kHeader) return std::string(tag.size(), '\0');
  const bool is_newest = tag[3] == 4;
  std::size_t at = kHeader;
  while (at + kHeader <= out.size() && out[at] != '\0') {
    uint64_t size = 0;
    for (std::size_t i = 4; i < 8; ++i) {
      size = (size << (is_newest ? 7 : 8)) | static_cast<unsigned char>(out[at + i]);
    }
    const std::size_t begin = at + kHeader;
    const std::size_t end = static_cast<std::size_t>(std::min<uint64_t>(begin + size, out.size()));
    texts_in(out, begin, end);
    at = end;
  }
  return out;
}

// ISO/IEC 23009-1 5.10.3.3: numbers before the two strings (version 1) or after them.
std::string Redactor::event_message(std::string_view box) {
  std::string out(box);
  const std::size_t large = number_at(box, 0, 4) == 1 ? 8 : 0;
  const std::size_t payload = kBoxHeader + large;
  if (box.size() < payload + 4) return out;
  const bool is_first = box[payload] == 0;
  std::size_t at = payload + 4 + (is_first ? 0 : 20);
  for (int i = 0; i < 2; ++i) {
    const std::size_t end = std::min(box.find('\0', std::min(at, box.size())), box.size());
    if (at >= end) {
      at = end + 1;
      continue;
    }
    const std::string_view text = box.substr(at, end - at);
    const bool is_scheme =
        i == 0 && (text.substr(0, 4) == "urn:" || text.substr(0, 20) == "https://aomedia.org/");
    if (!is_scheme) out.replace(at, text.size(), name(text));
    at = end + 1;
  }
  texts_in(out, at + (is_first ? 16 : 0), out.size());
  return out;
}

}  // namespace playhead::recorder
