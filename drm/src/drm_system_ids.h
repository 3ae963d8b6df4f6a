// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "playhead/protection.h"

// What DRM systems are called in pssh boxes, MPDs and HLS playlists. Pure.
namespace playhead::drm {

namespace system_ids {
// Clear Key of the W3C: key ids in a pssh box ("cenc" Initialization Data Format).
inline constexpr KeyId kW3cCommon = {0x10, 0x77, 0xef, 0xec, 0xc0, 0xb2, 0x4d, 0x02,
                                     0xac, 0xe3, 0x3c, 0x1e, 0x52, 0xe2, 0xfb, 0x4b};
// Clear Key of DASH-IF, and Android.
inline constexpr KeyId kClearKey = {0xe2, 0x71, 0x9d, 0x58, 0xa9, 0x85, 0xb3, 0xc9,
                                    0x78, 0x1a, 0xb0, 0x30, 0xaf, 0x78, 0xd3, 0x0e};
inline constexpr KeyId kWidevine = {0xed, 0xef, 0x8b, 0xa9, 0x79, 0xd6, 0x4a, 0xce,
                                    0xa3, 0xc8, 0x27, 0xdc, 0xd5, 0x1d, 0x21, 0xed};
inline constexpr KeyId kPlayReady = {0x9a, 0x04, 0xf0, 0x79, 0x98, 0x40, 0x42, 0x86,
                                     0xab, 0x92, 0xe6, 0x5b, 0xe0, 0x88, 0x5f, 0x95};
inline constexpr KeyId kFairPlay = {0x94, 0xce, 0x86, 0xfb, 0x07, 0xff, 0x4f, 0x43,
                                    0xad, 0xb8, 0x93, 0xd2, 0xfa, 0x96, 0x8c, 0xa2};
}  // namespace system_ids

// "widevine", "playready", "fairplay", "marlin", "wiseplay", "w3c-common", "clearkey-dashif";
// "" for an id nobody here knows. The other spelling of a system counts as the system.
[[nodiscard]] std::string_view system_name(const KeyId& system_id);
[[nodiscard]] std::optional<KeyId> system_id_of(std::string_view name);
// Turns what some packagers write (PlayReady's id with bytes exchanged, FairPlay's first one) into
// the registered id.
[[nodiscard]] KeyId registered_system_id(const KeyId& system_id);

// "urn:uuid:…" of an MPD or a KEYFORMAT, in any case, or a bare UUID. None: something else.
[[nodiscard]] std::optional<KeyId> system_id_of_scheme(std::string_view scheme);
// HLS KEYFORMAT: also "com.apple.streamingkeydelivery", "com.microsoft.playready", "com.widevine",
// "org.w3.clearkey". "identity" is no system: none.
[[nodiscard]] std::optional<KeyId> system_id_of_key_format(std::string_view key_format);

// With dashes or without, in any case.
[[nodiscard]] std::optional<KeyId> parse_uuid(std::string_view text);
[[nodiscard]] std::string format_uuid(const KeyId& id);

}  // namespace playhead::drm
