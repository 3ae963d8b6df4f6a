// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "result.h"

// What we need of OpenSSL; the only place that sees it. Any thread.
namespace playhead::server {

// 32 raw bytes (RFC 2104 with SHA-256).
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view data);

// Takes the same time wherever the texts differ. Different lengths are told apart at once.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

// `bytes` raw bytes by PBKDF2 (RFC 8018 §5.2) with HMAC-SHA256; slow on purpose.
[[nodiscard]] Result<std::string> pbkdf2_sha256(std::string_view password, std::string_view salt,
                                                int iterations, std::size_t bytes);

// From the operating system seeded generator of OpenSSL.
[[nodiscard]] Result<std::string> random_bytes(std::size_t count);

// Overwrites what is going to be forgotten: keys.
void wipe(std::string& secret);
void wipe(void* secret, std::size_t bytes);

}  // namespace playhead::server
