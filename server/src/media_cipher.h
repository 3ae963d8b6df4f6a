// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "result.h"

// The ciphers of protected media, in the direction a packager needs. Keys and vectors are 16 raw
// bytes. Any thread. Errors: 500 `cipher_failed`.
namespace playhead::server {

// Bytes of a sample that are to be encrypted.
struct ByteSpan {
  std::size_t offset = 0;
  std::size_t size = 0;
};

// ISO/IEC 23001-7 §10.1: AES-CTR; the counter runs on from one span to the next.
[[nodiscard]] Status encrypt_cenc(std::string& media, std::span<const ByteSpan> spans,
                                  std::string_view key, std::string_view iv);

// ISO/IEC 23001-7 §10.4: AES-CBC of `crypt` blocks of 16 bytes, then `skip` clear ones (0: none);
// each span begins anew with the vector, a last block that is not whole stays clear.
[[nodiscard]] Status encrypt_cbcs(std::string& media, std::span<const ByteSpan> spans,
                                  std::string_view key, std::string_view iv, std::size_t crypt,
                                  std::size_t skip);

// RFC 8216 §4.3.2.4, METHOD=AES-128: AES-CBC of a whole file, with PKCS #7 padding.
[[nodiscard]] Result<std::string> encrypt_file(std::string_view file, std::string_view key,
                                               std::string_view iv);

}  // namespace playhead::server
