// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sample_cipher.h"

// Scheme, pattern, how many subsamples, these in 8 bytes each, then the sample.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  if (size < 4) return 0;
  CryptoInfo info;
  info.scheme = static_cast<SampleScheme>(data[0] % 7);
  info.crypt_blocks = data[1];
  info.skip_blocks = data[2];
  ByteView rest(data + 4, size - 4);
  for (int left = data[3]; left > 0 && rest.size() >= 8; --left, rest = rest.subspan(8)) {
    const auto u32 = [rest](std::size_t at) {
      return uint32_t{rest[at]} << 24 | uint32_t{rest[at + 1]} << 16 | uint32_t{rest[at + 2]} << 8 |
             rest[at + 3];
    };
    info.subsamples.push_back({u32(0), u32(4)});
  }
  auto cipher = SampleCipher::make(std::vector<uint8_t>(16, 7));
  if (!cipher) std::abort();
  std::vector<uint8_t> sample(rest.begin(), rest.end());
  const auto length = cipher->decrypt(info, sample);
  const auto is_zero = [](uint8_t byte) { return byte == 0; };
  if (length ? *length > sample.size() : !std::all_of(sample.begin(), sample.end(), is_zero)) {
    std::abort();
  }
  return 0;
}
