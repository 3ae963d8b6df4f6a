// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <numeric>
#include <vector>

#include "container/webm_encryption.h"
#include "sample_cipher.h"

// A frame as a track with a ContentEncKeyID stores it: what is taken can be decrypted.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const ByteView block(data, size);
  const auto frame = parse_webm_frame(block, KeyId{1});
  if (!frame) {
    const ErrorCode code = frame.error().code;
    const bool is_told =
        code == ErrorCode::kContainerUnsupported || code == ErrorCode::kDrmSample;
    if (!is_told) std::abort();
    return 0;
  }
  if (frame->header_bytes > size) std::abort();
  if (!frame->crypto) return 0;
  const ByteView rest = block.subspan(frame->header_bytes);
  std::vector<uint8_t> sample(rest.begin(), rest.end());
  auto cipher = SampleCipher::make(std::vector<uint8_t>(16, 7));
  if (!cipher) std::abort();
  const auto length = cipher->decrypt(*frame->crypto, sample);
  if (!length || *length != sample.size()) std::abort();
  return 0;
}
