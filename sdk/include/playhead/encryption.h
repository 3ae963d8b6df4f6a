// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "playhead/protection.h"

// How a sample is encrypted: all that is needed to open it, but for the key. Nothing here is
// secret.
namespace playhead {

// Initialisation vector, or the counter of the first block. Vectors of 8 bytes stand in front, the
// rest is 0 (ISO/IEC 23001-7 §9.2).
using CipherIv = std::array<uint8_t, 16>;

// Which bytes of a sample are encrypted, and how.
enum class SampleScheme : uint8_t {
  // ISO/IEC 23001-7 §10.1 … §10.4.
  kCenc,  // AES-CTR; the counter runs on over the subsamples of a sample
  kCens,  // AES-CTR of the blocks of a pattern; a last block that is not whole stays clear
  kCbc1,  // AES-CBC; the chain runs on over the subsamples
  kCbcs,  // AES-CBC of the blocks of a pattern; each subsample begins anew with the IV
  // HLS SAMPLE-AES in MPEG-TS and packed audio ("MPEG-2 Stream Encryption Format for HTTP Live
  // Streaming"): the codec tells which bytes, see CryptoInfo::codec. AES-CBC.
  kHlsAvc,
  kHlsAac,
  kHlsAc3,  // and E-AC-3
};

// `clear` bytes followed by `encrypted` ones.
struct Subsample {
  uint32_t clear = 0;
  uint32_t encrypted = 0;
  friend bool operator==(const Subsample&, const Subsample&) = default;
};

struct CryptoInfo {
  SampleScheme scheme = SampleScheme::kCenc;
  KeyId kid{};
  CipherIv iv{};
  // Pattern of blocks of 16 bytes: so many encrypted, then so many clear. 0:0 and n:0: all. 0:n
  // contradicts itself: kDrmSample. kCens and kCbcs only.
  uint8_t crypt_blocks = 0;
  uint8_t skip_blocks = 0;
  // In order; their lengths add up to the sample's. Empty: all of the sample is encrypted.
  std::vector<Subsample> subsamples;
  friend bool operator==(const CryptoInfo&, const CryptoInfo&) = default;
};

}  // namespace playhead
