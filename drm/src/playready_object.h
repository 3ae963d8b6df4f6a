// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/protection.h"
#include "playhead/result.h"

// PlayReady Objects: in pssh boxes, mspr:pro of MPDs and HLS keys ("PlayReady Header Specification"
// of Microsoft). Pure.
namespace playhead::drm {

struct PlayReadyKey {
  KeyId id{};                     // big-endian, as everywhere but inside the object
  std::string algorithm;          // "AESCTR", "AESCBC", "COCKTAIL"; empty unknown
  std::vector<uint8_t> checksum;  // of the content key, as written; empty unknown
};

// WRMHEADER, versions 4.0 to 4.3.
struct PlayReadyHeader {
  std::string version;                // "4.0.0.0"
  std::vector<PlayReadyKey> keys;     // in their order; may be empty
  std::string la_url;                 // where licences are asked for; unescaped
  std::string lui_url;                // what a person without a licence is shown; unescaped
  std::string ds_id;                  // domain service, base64 as written
  std::string decryptor_setup;        // "ONDEMAND": the licence service knows the keys
  bool is_license_requested = false;  // 4.3 LICENSEREQUESTED
};

struct PlayReadyRecord {
  uint16_t type = 0;  // 1: WRMHEADER, 3: embedded licence store
  ByteView bytes;     // into what was parsed
};

struct PlayReadyObject {
  uint32_t length = 0;  // as it says
  std::vector<PlayReadyRecord> records;
  std::optional<PlayReadyHeader> header;  // of the first record of type 1
};

// Errors: kDrmInitData (lengths that do not fit, no XML, a DTD, a key id that is none).
[[nodiscard]] Result<PlayReadyObject> parse_playready_object(ByteView bytes);

// A key id with its first 4, 2 and 2 bytes turned round: GUID order, and back.
[[nodiscard]] KeyId turn_guid(const KeyId& id);

// Bytes; four times what the specification allows (15 kB). Smaller: objects seen in the wild may be
// refused; larger: nothing, records end at 64 kB.
inline constexpr std::size_t kPlayReadyBytes = 64 * 1024;
// Keys in one header; chosen.
inline constexpr std::size_t kPlayReadyKeys = 1024;

}  // namespace playhead::drm
