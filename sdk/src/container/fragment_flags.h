// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Which fields the boxes of a fragment have (ISO/IEC 14496-12).
namespace playhead::fragment_flags {

// §8.8.7.1 tfhd flags, §8.8.8.1 trun flags.
enum : uint32_t {
  kBaseDataOffset = 0x1,
  kSampleDescriptionIndex = 0x2,
  kDefaultDuration = 0x8,
  kDefaultSize = 0x10,
  kDefaultFlags = 0x20,
  kDefaultBaseIsMoof = 0x20000,
  kDataOffset = 0x1,
  kFirstSampleFlags = 0x4,
  kSampleDuration = 0x100,
  kSampleSize = 0x200,
  kSampleFlags = 0x400,
  kSampleCompositionOffset = 0x800,
};

}  // namespace playhead::fragment_flags
