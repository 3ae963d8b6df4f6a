// SPDX-License-Identifier: Apache-2.0
#include "recorder/redact_captions.h"

#include "recorder/fields.h"

namespace playhead::recorder {

namespace {

// With odd parity, as all bytes of a pair (CTA-608 §8).
constexpr uint8_t kParity = 0x80, kX = 'x' | kParity, kSpace = 0x20;

uint8_t redacted(uint8_t character) {
  const uint8_t plain = character & ~kParity;
  return plain > kSpace ? kX : character;
}

text::CaptionPair redacted(text::CaptionPair pair) {
  const uint8_t first = pair.bytes[0] & ~kParity;
  uint8_t& second = pair.bytes[1];
  if (first >= kSpace) {
    pair.bytes = {redacted(pair.bytes[0]), redacted(second)};
    return pair;
  }
  // §6.4.2: letters of other languages, each in the place of the one before it.
  const bool is_letter = (first & 0x76) == 0x12 && (second & 0x60) == 0x20;
  if (is_letter) second = kSpace;
  return pair;
}

}  // namespace

std::string redacted_captions(ByteView access_unit, const text::NalFraming& framing) {
  std::string bytes;
  for (const text::CaptionPair& found : text::extract_captions(access_unit, framing)) {
    const text::CaptionPair pair = redacted(found);
    for (const uint8_t byte : {pair.field, pair.bytes[0], pair.bytes[1]}) {
      bytes += static_cast<char>(byte);
    }
  }
  if (bytes.empty()) return {};
  return (framing.codec == text::CaptionCodec::kHevc ? "h" : "a") + to_hex(bytes);
}

}  // namespace playhead::recorder
