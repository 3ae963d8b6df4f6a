// SPDX-License-Identifier: Apache-2.0
#include "container/webm_encryption.h"

#include <utility>

#include "container/box_reader.h"

namespace playhead {
namespace {

constexpr uint64_t kEncrypted = 0x1;
constexpr uint64_t kPartitioned = 0x2;
constexpr std::size_t kIvBytes = 8;

// Offsets of where clear and encrypted parts change, the first part being clear.
Result<std::vector<Subsample>> read_partitions(ByteReader& reader) {
  const uint64_t count = reader.read(1);
  std::vector<uint32_t> borders{0};
  for (uint64_t i = 0; i < count; ++i) borders.push_back(static_cast<uint32_t>(reader.read(4)));
  if (reader.has_failed()) {
    return make_error(ErrorCode::kDrmSample, "the partitions of a frame are cut off");
  }
  borders.push_back(static_cast<uint32_t>(reader.remaining()));
  std::vector<Subsample> out;
  for (std::size_t i = 1; i < borders.size(); ++i) {
    if (borders[i] < borders[i - 1] || borders[i] > borders.back()) {
      return make_error(ErrorCode::kDrmSample, "partitions that lie outside of their frame");
    }
    const uint32_t size = borders[i] - borders[i - 1];
    if (i % 2 == 1) {
      out.push_back({size, 0});
    } else {
      out.back().encrypted = size;
    }
  }
  return out;
}

}  // namespace

Result<WebmFrame> parse_webm_frame(ByteView block, const KeyId& kid) {
  ByteReader reader(block);
  const uint64_t signal = reader.read(1);
  if (reader.has_failed()) {
    return make_error(ErrorCode::kDrmSample, "an encrypted frame without its first byte");
  }
  if ((signal & ~(kEncrypted | kPartitioned)) != 0) {
    return make_error(ErrorCode::kContainerUnsupported, "an unknown kind of encrypted frame");
  }
  WebmFrame out;
  out.header_bytes = 1;
  if ((signal & kEncrypted) == 0) return out;
  CryptoInfo info;
  info.scheme = SampleScheme::kCenc;
  info.kid = kid;
  for (std::size_t i = 0; i < kIvBytes; ++i) info.iv[i] = static_cast<uint8_t>(reader.read(1));
  if (reader.has_failed()) {
    return make_error(ErrorCode::kDrmSample, "the initialisation vector is cut off");
  }
  if ((signal & kPartitioned) != 0) {
    PLAYHEAD_TRY(info.subsamples, read_partitions(reader));
  }
  out.header_bytes = block.size() - reader.remaining();
  out.crypto = std::make_shared<const CryptoInfo>(std::move(info));
  return out;
}

}  // namespace playhead
