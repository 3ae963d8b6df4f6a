// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/encryption.h"

// The other side of the ciphers, written plainly: block by block over OpenSSL's ECB, with nothing
// of the decryptors. Slow.
namespace playhead::reference {

using Bytes = std::vector<uint8_t>;

[[nodiscard]] Bytes from_hex(std::string_view hex);
[[nodiscard]] std::string to_hex(ByteView bytes);
[[nodiscard]] CipherIv iv_from_hex(std::string_view hex);  // shorter: zeros behind
// One block by itself (ECB), with a key of 16 or 32 bytes.
[[nodiscard]] CipherIv encrypt_block(ByteView key, const CipherIv& block);
// Repeatable noise.
[[nodiscard]] Bytes noise(std::size_t count, uint32_t seed);

// A sample of Common Encryption.
[[nodiscard]] Bytes encrypt_cenc(const CryptoInfo& info, ByteView key, Bytes plain);
// Whole segments: CBC with PKCS #7 padding.
[[nodiscard]] Bytes encrypt_cbc_padded(ByteView key, const CipherIv& iv, Bytes plain);
// `count` whole blocks from `at` on, as one chain.
void encrypt_cbc_blocks(ByteView key, CipherIv chain, Bytes& bytes, std::size_t at,
                        std::size_t count);
// One NAL unit without start code: SAMPLE-AES, and emulation prevention over the result.
[[nodiscard]] Bytes encrypt_nal(ByteView key, const CipherIv& iv, Bytes nal);

}  // namespace playhead::reference
