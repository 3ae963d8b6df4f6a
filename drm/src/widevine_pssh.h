// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/protection.h"
#include "playhead/result.h"

namespace playhead::drm {

// Data of a Widevine pssh box: the protocol buffer WidevinePsshData. What is not there is empty.
struct WidevinePssh {
  std::optional<uint64_t> algorithm;            // 1; 1 = AES-CTR
  std::vector<std::vector<uint8_t>> key_ids;    // 2; 16 bytes each, but others were seen
  std::string provider;                         // 3
  std::vector<uint8_t> content_id;              // 4
  std::string track_type;                       // 5; "SD", "HD" …
  std::string policy;                           // 6
  std::optional<uint64_t> crypto_period_index;  // 7
  std::vector<uint8_t> grouped_license;         // 8
  std::string protection_scheme;  // 9; "cenc", "cbcs" …: four characters in a number
  std::optional<uint64_t> crypto_period_seconds;  // 10
  int skipped = 0;                                // fields nobody here knows

  // Those of 16 bytes, each once.
  [[nodiscard]] std::vector<KeyId> kids() const;
};

// Pure. Errors: kDrmInitData (no protocol buffer: cut off, numbers of more than 64 bits, groups).
[[nodiscard]] Result<WidevinePssh> parse_widevine_pssh(ByteView data);

}  // namespace playhead::drm
