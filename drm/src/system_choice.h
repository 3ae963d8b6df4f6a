// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/drm/drm_system.h"
#include "playhead/protection.h"

// Which DRM systems can open what a manifest protects. Pure.
namespace playhead::drm {

// What the app registered, in its order.
struct RegisteredSystem {
  std::string name;
  std::vector<KeyId> ids;
  std::vector<std::string> key_formats;
};
[[nodiscard]] RegisteredSystem registered(const DrmSystem& system);
// Clear Key and its like: any key can be asked for by its id, whatever else the manifest says.
[[nodiscard]] bool needs_key_ids_only(const RegisteredSystem& system);

// DASH @schemeIdUri that names the encryption scheme and @default_KID for all systems.
inline constexpr std::string_view kMp4ProtectionScheme = "urn:mpeg:dash:mp4protection:2011";

// DASH @schemeIdUri of segments that are encrypted as a whole, whatever is inside (ISO/IEC
// 23009-4).
inline constexpr std::string_view kSegmentEncryptionScheme = "urn:mpeg:dash:sea:2012";
// No system here opens those, not even one that has the keys.
[[nodiscard]] bool is_segment_encrypted(std::span<const ContentProtection> protections);

struct DrmChoice {
  std::size_t system = 0;  // into what is registered
  InitData init;           // no bytes: the manifest has none, that of the media is awaited
  // Of the manifest (for Clear Key the key's URI if that is a URL), else of the PlayReady Object;
  // empty: the app or the system knows.
  std::string license_url;
  std::vector<KeyId> kids;  // that the manifest names for this system, each once; may be empty
  // False: the manifest does not speak of this system, but Clear Key needs no more than key ids.
  bool is_announced = true;
};

// One for each registered system that can open `protections`: those of the AdaptationSets or
// playlists that are to be played together, in any order. Systems the manifest announces come
// before others; within that those of `preference` (names) in its order, then the rest as they were
// registered. Of several kinds of initialisation data for one system pssh boxes come before the
// PlayReady Object, that before key ids (where they are enough), those before the key's URI. The
// boxes of all protections are put together, each once. Empty: no system fits, or
// is_segment_encrypted().
[[nodiscard]] std::vector<DrmChoice> choose_systems(std::span<const ContentProtection> protections,
                                                    std::span<const RegisteredSystem> systems,
                                                    std::span<const std::string> preference);

// "cenc", "cens", "cbc1" or "cbcs" as @value of mp4protection or HLS METHOD says it (SAMPLE-AES is
// cbcs, SAMPLE-AES-CTR cenc in fMP4). None: nothing says it, or two contradict each other.
[[nodiscard]] std::optional<SampleScheme> scheme_of(std::span<const ContentProtection> protections);

}  // namespace playhead::drm
