// SPDX-License-Identifier: Apache-2.0
#include "digest.h"

#include <openssl/evp.h>

namespace playhead::drm {

Result<std::array<uint8_t, 32>> sha256(ByteView bytes) {
  std::array<uint8_t, 32> out{};
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    return make_error(ErrorCode::kInternal, "OpenSSL has no SHA-256");
  }
  return out;
}

}  // namespace playhead::drm
