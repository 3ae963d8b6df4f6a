// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "playhead/encryption.h"

// Common Encryption as plainly as it can be written: what the library's own code is held against.
namespace playhead::test {

using CipherKey = std::array<uint8_t, 16>;
using KeyRing = std::map<KeyId, CipherKey>;

// 32 hexadecimal digits.
std::array<uint8_t, 16> from_hex(const std::string& digits);
std::string sha256_hex(const std::vector<uint8_t>& bytes);

// In place; one block cipher call for each block of 16 bytes.
void decrypt_by_reference(const CryptoInfo& info, const CipherKey& key,
                          std::vector<uint8_t>& sample);

}  // namespace playhead::test
