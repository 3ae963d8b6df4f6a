// SPDX-License-Identifier: Apache-2.0
#include "decode/segment_input.h"
#include "fuzz/read_everything.h"

// What libavformat reads of a segment must not depend on the pieces it arrives and is read in.
static std::vector<uint8_t> read_in_pieces(playhead::ByteView bytes, std::size_t piece) {
  using namespace playhead;
  ByteStream stream;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const ByteView part = bytes.subspan(at, std::min(piece, bytes.size() - at));
    stream.append(SharedBytes(std::vector<uint8_t>(part.begin(), part.end())));
  }
  stream.finish();
  SegmentInput input(
      stream, [] {}, [](const MediaProtection&) {});
  input.set_framing(SegmentInput::Framing::kBoxes);
  std::vector<uint8_t> all, buffer(piece * 3 + 1);
  while (const std::size_t count = input.read(buffer)) {
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }
  playhead::fuzz::require(all.size() <= bytes.size());
  return all;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const playhead::ByteView bytes(data + 1, size - 1);
  playhead::fuzz::require(read_in_pieces(bytes, data[0] + 1U) == read_in_pieces(bytes, 65'536));
  return 0;
}
