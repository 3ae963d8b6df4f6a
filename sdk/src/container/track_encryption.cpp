// SPDX-License-Identifier: Apache-2.0
#include "container/track_encryption.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace playhead {
namespace {

constexpr std::size_t kUuidBytes = 16;
using Uuid = std::array<uint8_t, kUuidBytes>;
constexpr Uuid kPiffTrackEncryption{0x89, 0x74, 0xdb, 0xce, 0x7b, 0xe7, 0x4c, 0x51,
                                    0x84, 0xf9, 0x71, 0x48, 0xf9, 0x88, 0x25, 0x54};
constexpr Uuid kPiffSampleEncryption{0xa2, 0x39, 0x4f, 0x52, 0x5a, 0x9b, 0x4f, 0x14,
                                     0xa2, 0x44, 0x6c, 0x42, 0x7c, 0x64, 0x8d, 0xf4};
constexpr Uuid kPiffProtectionHeader{0xd0, 0x8a, 0x4f, 0x18, 0x10, 0xf3, 0x4a, 0x82,
                                     0xb6, 0xc8, 0x32, 0xd8, 0xab, 0xa1, 0x83, 0xd3};

bool is_iv_size(uint64_t size) { return size == 8 || size == 16; }

template <std::size_t N>
std::array<uint8_t, N> read_array(ByteReader& reader, std::size_t count = N) {
  std::array<uint8_t, N> bytes{};
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(reader.read(1));
  return bytes;
}

// From isProtected on, alike in `tenc` and `seig`.
Result<SampleProtection> read_protection(ByteReader& reader, uint8_t pattern) {
  SampleProtection out;
  out.crypt_blocks = pattern >> 4;
  out.skip_blocks = pattern & 0xf;
  const uint64_t is_protected = reader.read(1);
  const uint64_t iv_size = reader.read(1);
  out.kid = read_array<16>(reader);
  if (reader.has_failed()) return unreadable_protection("the description of an encryption is cut off");
  if (is_protected > 1) return unreadable_protection("an encryption of a reserved kind");
  out.is_protected = is_protected == 1;
  if (!out.is_protected) return out;
  if (iv_size != 0 && !is_iv_size(iv_size)) {
    return unreadable_protection("initialisation vectors are neither 8 nor 16 bytes long");
  }
  out.iv_size = static_cast<uint8_t>(iv_size);
  if (iv_size != 0) return out;
  // HLS: the vector may stand in the playlist alone.
  const uint64_t constant_size = reader.remaining() > 0 ? reader.read(1) : 0;
  if (constant_size == 0) return out;
  if (!is_iv_size(constant_size)) {
    return unreadable_protection("a constant initialisation vector is neither 8 nor 16 bytes long");
  }
  out.constant_iv = read_array<16>(reader, constant_size);
  if (reader.has_failed()) return unreadable_protection("the constant initialisation vector is cut off");
  return out;
}

Result<SampleProtection> parse_tenc(ByteView tenc) {
  ByteReader reader(tenc);
  const uint64_t version = reader.read(1);
  reader.skip(3 + 1);
  const auto pattern = static_cast<uint8_t>(reader.read(1));
  return read_protection(reader, version == 0 ? uint8_t{0} : pattern);
}

std::string printable(uint32_t type) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto c = static_cast<char>(type >> shift & 0xff);
    text += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return text;
}

std::optional<SampleScheme> scheme_of(uint32_t type) {
  if (type == fourcc("cenc") || type == fourcc("piff")) return SampleScheme::kCenc;
  if (type == fourcc("cens")) return SampleScheme::kCens;
  if (type == fourcc("cbc1")) return SampleScheme::kCbc1;
  if (type == fourcc("cbcs")) return SampleScheme::kCbcs;
  return {};
}

struct SchemeInfo {
  std::optional<uint32_t> original_format;
  uint32_t scheme = fourcc("cenc");  // files without schm
  std::optional<SampleProtection> tenc;
  std::optional<PiffProtection> piff;
};

Result<void> read_scheme_info(ByteView schi, SchemeInfo& out) {
  BoxReader boxes(schi);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return {};
    if (box->type == fourcc("tenc")) {
      PLAYHEAD_TRY(out.tenc, parse_tenc(box->payload));
    } else if (piff_box(*box) == PiffBox::kTrackEncryption) {
      if (box->payload.size() < 4) return unreadable_protection("the PIFF track encryption is cut off");
      PLAYHEAD_TRY(out.piff, parse_piff_protection(box->payload.subspan(4)));
    }
  }
}

Result<SchemeInfo> read_sinf(ByteView sinf) {
  SchemeInfo out;
  BoxReader boxes(sinf);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return out;
    ByteReader reader(box->payload);
    if (box->type == fourcc("frma")) {
      const auto format = static_cast<uint32_t>(reader.read(4));
      if (!reader.has_failed()) out.original_format = format;
    } else if (box->type == fourcc("schm")) {
      reader.skip(4);
      out.scheme = static_cast<uint32_t>(reader.read(4));
    } else if (box->type == fourcc("schi")) {
      if (Result<void> read = read_scheme_info(box->payload, out); !read) {
        return std::move(read).error();
      }
    }
  }
}

Result<TrackEncryption> track_encryption(const SchemeInfo& info) {
  const std::optional<SampleScheme> scheme = scheme_of(info.scheme);
  if (!scheme) {
    return make_error(ErrorCode::kDrmNoSystem,
                      "the media is encrypted by the scheme '" + printable(info.scheme) + "'");
  }
  if (!info.original_format) return unreadable_protection("an encrypted sample entry does not say what it holds");
  TrackEncryption out;
  out.original_format = *info.original_format;
  out.scheme = *scheme;
  if (info.tenc) {
    out.defaults = *info.tenc;
  } else if (info.piff) {
    out.defaults = info.piff->protection;
    out.scheme = info.piff->scheme;
  } else {
    return unreadable_protection("an encrypted sample entry without a description of its encryption");
  }
  return out;
}

bool has_sinf(ByteView children) {
  BoxReader boxes(children);
  while (true) {
    const auto box = boxes.next();
    if (!box || !box.value()) return false;
    if (box.value()->type == fourcc("sinf")) return true;
  }
}

}  // namespace

PiffBox piff_box(const Box& box) {
  if (box.type != fourcc("uuid")) return PiffBox::kNone;
  // The header, whose last bytes the uuid is, lies in front of the payload in the same buffer.
  const ByteView uuid(box.payload.data() - kUuidBytes, kUuidBytes);
  const auto is = [uuid](const Uuid& wanted) {
    return std::equal(uuid.begin(), uuid.end(), wanted.begin());
  };
  if (is(kPiffTrackEncryption)) return PiffBox::kTrackEncryption;
  if (is(kPiffSampleEncryption)) return PiffBox::kSampleEncryption;
  if (is(kPiffProtectionHeader)) return PiffBox::kProtectionHeader;
  return PiffBox::kNone;
}

std::size_t entry_children(const Box& entry) {
  // ISO/IEC 14496-12 §12.1.3.2 and §12.2.3.2; sound entries of QuickTime are longer.
  constexpr std::array<std::size_t, 1> kVideo{78};
  constexpr std::array<std::size_t, 3> kAudio{28, 44, 64};
  const std::span<const std::size_t> sizes =
      entry.type == fourcc("encv") ? std::span<const std::size_t>(kVideo) : kAudio;
  for (const std::size_t size : sizes) {
    if (entry.payload.size() > size && has_sinf(entry.payload.subspan(size))) return size;
  }
  return 0;
}

Result<std::optional<TrackEncryption>> parse_protected_entry(const Box& entry) {
  if (entry.type != fourcc("encv") && entry.type != fourcc("enca")) {
    return std::optional<TrackEncryption>();
  }
  const std::size_t children = entry_children(entry);
  if (children == 0) return unreadable_protection("an encrypted sample entry without a protection scheme");
  // There may be a sinf for each of several schemes: the first that is known decides.
  std::optional<Error> unknown;
  BoxReader boxes(entry.payload.subspan(children));
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) break;
    if (box->type != fourcc("sinf")) continue;
    PLAYHEAD_TRY(const SchemeInfo info, read_sinf(box->payload));
    Result<TrackEncryption> encryption = track_encryption(info);
    if (encryption) return std::optional<TrackEncryption>(*encryption);
    if (encryption.error().code != ErrorCode::kDrmNoSystem) return std::move(encryption).error();
    unknown = std::move(encryption).error();
  }
  return std::move(*unknown);
}

Result<SampleProtection> parse_seig_entry(ByteView entry) {
  ByteReader reader(entry);
  reader.skip(1);
  const auto pattern = static_cast<uint8_t>(reader.read(1));
  return read_protection(reader, pattern);
}

Result<PiffProtection> parse_piff_protection(ByteView body) {
  ByteReader reader(body);
  const uint64_t algorithm = reader.read(3);  // 0: none, 1: AES-CTR, 2: AES-CBC
  const uint64_t iv_size = reader.read(1);
  PiffProtection out;
  out.protection.kid = read_array<16>(reader);
  if (reader.has_failed()) return unreadable_protection("the PIFF encryption is cut off");
  if (algorithm > 2) return unreadable_protection("a PIFF encryption of a reserved kind");
  if (algorithm == 0) return out;
  if (!is_iv_size(iv_size)) {
    return unreadable_protection("initialisation vectors are neither 8 nor 16 bytes long");
  }
  out.scheme = algorithm == 1 ? SampleScheme::kCenc : SampleScheme::kCbc1;
  out.protection.is_protected = true;
  out.protection.iv_size = static_cast<uint8_t>(iv_size);
  return out;
}

}  // namespace playhead
